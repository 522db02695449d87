/* The real lane code as a task: one batch, from tomb_lane_do() to its end, which may be a violent one. */
#include "run.h"
#include "tombstone/store_traffic.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static _Thread_local struct lane *here;

struct lane *lane_here(void)
{
	return here;
}

static bool is_told_to_end(void)
{
	return here->is_told_to_end;
}

static const struct lane *lane_of(const struct tomb_clock *clock)
{
	return (const struct lane *)(const void *)((const char *)clock - offsetof(struct lane, clock));
}

static int64_t model_us(const struct tomb_clock *clock)
{
	const struct run *r = lane_of(clock)->run;

	return (r->begun_at + r->model.now) * 60 * TOMB_US_PER_S;
}

enum tomb_code lane_death(struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_NET, "the lane has died");
}

/* A dead lane's code runs to its end, without any effect and without a pause. */
bool lane_pause(struct lane *l, const char *where)
{
	if (l->is_dead)
		return false;
	run_note(l->run, "lane %d: %s", l->n, where);
	task_pause(&l->task);
	return !l->is_dead;
}

static bool is_expected(const struct lane *l, enum tomb_code code)
{
	return code == TOMB_OK || code == TOMB_STALE || code == TOMB_UNCERTAIN || l->is_dead;
}

static void work(void *arg)
{
	struct lane *l = arg;
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;

	here = l;
	code = tomb_lane_do(&l->lane, l->batch_id, &err);
	if (!is_expected(l, code))
		run_fail(l->run, "lane %d: batch %" PRId64 ": %s", l->n, l->batch_id, err.text);
	run_note(l->run, "lane %d: ended%s%s", l->n, code == TOMB_OK ? "" : ": ", code == TOMB_OK ? "" : err.text);
}

void lane_knows_backend(struct lane *l, int backend)
{
	l->probed[backend] = true;
	for (int f = 0; f < FILES; f++)
		for (int g = 1; g < GENERATIONS; g++)
			l->claim.looked[f][g][backend] |= l->trusted[f][g][backend];
}

/* As the policy "ledger" has it: the model's first backend has the rule "registry". */
void lane_has_claimed(struct lane *l, const struct tomb_claim *claim)
{
	memset(l->probed, 0, sizeof l->probed);
	memset(l->trusted, 0, sizeof l->trusted);
	for (size_t i = 0; l->options.preflight == TOMB_PREFLIGHT_LEDGER && i < claim->ncopies; i++) {
		const struct tomb_claim_copy *c = &claim->copies[i];
		int f = file_of(l->run, c->file_id);

		if (f >= 0 && c->generation < GENERATIONS && backend_of(c->backend) == 0 &&
			!l->claim.tried[f][c->generation][0])
			l->trusted[f][c->generation][0] = true;
	}
	for (int b = 0; b < BACKENDS; b++) {
		struct tomb_store *store = NULL;
		struct tomb_probe last;
		struct tomb_err err;
		int64_t age_ms = 0;

		ground_must(tomb_stores_find(l->stores, backend_name(b), &store, &err), &err, "a store");
		if (tomb_store_last_probe(store, &last, &age_ms) && age_ms < 10000)
			lane_knows_backend(l, b);
	}
}

static bool no_wait(void *ctx, int64_t ms)
{
	(void)ctx;
	(void)ms;
	return false;
}

void lane_begin(struct lane *l, int64_t batch_id)
{
	static const struct tomb_str owners[LANES] = {{"lane-0", 6}, {"lane-1", 6}, {"lane-2", 6}};

	l->batch_id = batch_id;
	l->is_dead = false;
	l->is_told_to_end = !l->run->is_healed && dice_in_100(&l->run->dice, 3);
	l->claim = (struct m_claim){.batch = -1};
	l->clock = (struct tomb_clock){model_us, model_us};
	l->log = (struct tomb_log){.fd = l->run->nowhere, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	l->options = (struct tomb_lane_options){
		.owner = owners[l->n],
		.agent = TOMB_STR("tombstone model test"),
		.lease_ms = (int64_t)LEASE_MIN * 60 * 1000,
		.verify = l->run->mood.verify,
		.preflight = l->run->mood.preflight,
		.max_attempts = MAX_ATTEMPTS,
		.backoff_ms = (int64_t)BACKOFF_MIN * 60 * 1000,
		.backoff_max_ms = (int64_t)BACKOFF_MIN * 60 * 1000,
	};
	l->lane = (struct tomb_lane){&l->options, &l->log, &l->clock, l->pg, l->stores, is_told_to_end};
	tomb_stores_set_waiting(l->stores, &(struct tomb_waiting){.clock = &l->clock, .wait = no_wait});
	task_start(&l->task, work, l);
}

void lane_step(struct lane *l)
{
	struct tomb_err err;

	task_step(&l->task);
	if (!l->task.is_started && tomb_pg_is_broken(l->pg))
		ground_must(tomb_pg_reset(l->pg, &err), &err, "a lane reconnects");
}
