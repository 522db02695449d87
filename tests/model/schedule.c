/* Who does what next: the seed decides. */
#include "run.h"
#include "tombstone/plan.h"

#include <inttypes.h>

enum { ROUNDS_TO_END = 40 };

static void draw_mood(struct run *r)
{
	static const int faults[] = {0, 5, 20, 50};
	static const int losses[] = {0, 10, 30, 60};
	static const int crashes[] = {0, 1, 2, 5};

	r->mood = (struct mood){
		.fault = faults[dice_roll(&r->dice, 4)],
		.loss = losses[dice_roll(&r->dice, 4)],
		.crash = crashes[dice_roll(&r->dice, 4)],
		.cut = dice_roll(&r->dice, 3) ? 0 : 5,
		.rule = dice_roll(&r->dice, 6),
		.ingest = dice_roll(&r->dice, 3) * 3,
		.jump = 1 + dice_roll(&r->dice, 4),
		.verify = dice_roll(&r->dice, 6) ? TOMB_VERIFY_ALL : TOMB_VERIFY_NONE,
		.preflight = dice_roll(&r->dice, 3) ? TOMB_PREFLIGHT_ALL : TOMB_PREFLIGHT_LEDGER,
	};
}

/* One of the queue's entries, in any order; now and then it stays, or all are lost. */
static bool take_entry(struct run *r, int64_t *id)
{
	int i = 0;

	if (r->nqueue == 0)
		return false;
	i = dice_roll(&r->dice, r->nqueue);
	*id = r->queue[i];
	if (r->is_healed || dice_in_100(&r->dice, 70))
		r->queue[i] = r->queue[--r->nqueue];
	if (!r->is_healed && dice_in_100(&r->dice, 3))
		r->nqueue = 0;
	return true;
}

/* Or any batch at all: who is late, or has an old list, tries what is done or taken. */
static bool find_work(struct run *r, int64_t *id)
{
	if (!r->is_healed && r->model.nbatches > 0 && dice_in_100(&r->dice, 15)) {
		*id = r->batch_id[dice_roll(&r->dice, r->model.nbatches)];
		return true;
	}
	return take_entry(r, id);
}

static void step_lane(struct run *r, struct lane *l)
{
	int64_t id = 0;

	if (!l->task.is_started && find_work(r, &id))
		lane_begin(l, id);
	if (!l->task.is_started)
		return;
	if (!r->is_healed && dice_in_100(&r->dice, r->mood.crash)) {
		run_note(r, "lane %d: dies", l->n);
		l->is_dead = true;
	}
	lane_step(l);
}

static void step_depositor(struct run *r)
{
	if (!r->depositor.task.is_started)
		depositor_begin(&r->depositor);
	else if (!r->is_healed && dice_in_100(&r->dice, 2 * r->mood.crash))
		depositor_kill(&r->depositor);
	else
		depositor_step(&r->depositor);
}

static void step_rules(struct run *r)
{
	int what = dice_roll(&r->dice, 10);

	if (r->model.stopped && dice_roll(&r->dice, 2))
		people_stop_or_start(r, false);
	else if (what < 5)
		people_hold(r);
	else if (what < 7)
		people_come_and_go(r);
	else if (what < 8)
		people_change_minimum(r);
	else
		people_stop_or_start(r, !r->model.stopped);
}

static int waiting(const struct run *r, bool approved)
{
	for (int i = 0; i < r->model.nrequests; i++) {
		const struct m_request *q = &r->model.request[i];

		if (approved ? q->state == M_APPROVED && !q->planned : q->state == M_OPEN)
			return i;
	}
	return -1;
}

/* What brings a deletion on, where anything does: left to chance alone, most requests would come to nothing. */
static bool bring_on(struct run *r)
{
	int open = waiting(r, false);

	if (waiting(r, true) >= 0)
		dispatcher_plan(r);
	else if (open >= 0)
		people_decide_on(r, open, (r->model.request[open].asker + 1) % PEOPLE);
	else if (r->nqueue == 0 && r->model.nbatches > 0 && dice_roll(&r->dice, 2))
		dispatcher_announce(r);
	else if (dice_roll(&r->dice, 2))
		people_requeue(r);
	else
		return false;
	return true;
}

static void step_office(struct run *r)
{
	if (dice_in_100(&r->dice, 60) && bring_on(r))
		return;
	switch (dice_roll(&r->dice, 13)) {
	case 0:
	case 1:
	case 2:
		people_request(r);
		return;
	case 3:
	case 4:
	case 5:
		people_decide(r);
		return;
	case 6:
	case 7:
		dispatcher_plan(r);
		return;
	case 8:
	case 9:
		dispatcher_announce(r);
		return;
	case 10:
		people_requeue(r);
		return;
	case 11:
		people_cancel(r);
		return;
	default:
		dispatcher_expire(r);
		depositor_reap(r);
	}
}

static void step(struct run *r)
{
	static const int jumps[] = {
		40, 40, 40, 80, 80, 120, 120, 120, 120, 120, 25 * 60, 25 * 60, 25 * 60, 15 * DAY_MIN};
	int what = dice_roll(&r->dice, 100);

	if (what < r->mood.rule)
		step_rules(r);
	else if ((what -= r->mood.rule) < r->mood.jump)
		time_jump(r, jumps[dice_roll(&r->dice, (int)TOMB_COUNTOF(jumps))]);
	else if ((what -= r->mood.jump) < 2 * r->mood.ingest)
		step_depositor(r);
	else if (what - 2 * r->mood.ingest < 20)
		step_office(r);
	else
		step_lane(r, &r->lane[dice_roll(&r->dice, LANES)]);
}

static bool somebody_works(const struct run *r)
{
	for (int i = 0; i < LANES; i++)
		if (r->lane[i].task.is_started)
			return true;
	return r->depositor.task.is_started;
}

/* Whoever is under way goes on to his end. */
static void let_them_end(struct run *r)
{
	while (somebody_works(r)) {
		for (int i = 0; i < LANES; i++)
			if (r->lane[i].task.is_started)
				lane_step(&r->lane[i]);
		if (r->depositor.task.is_started)
			depositor_step(&r->depositor);
	}
}

static bool is_anything_due(const struct run *r)
{
	for (int b = 0; b < r->model.nbatches; b++)
		if (r->model.batch[b].state == M_READY || r->model.batch[b].state == M_LEASED)
			return true;
	for (int i = 0; i < r->model.nrequests; i++)
		if (r->model.request[i].state == M_APPROVED && !r->model.request[i].planned)
			return true;
	return false;
}

/* All faults end: what was approved comes to its end, by the ledger's memory alone (I6). */
static void heal(struct run *r)
{
	run_note(r, "everything is healed");
	r->is_healed = true;
	r->nqueue = 0;
	let_them_end(r);
	depositor_reap(r);
	if (r->model.stopped)
		people_stop_or_start(r, false);
	for (int round = 0; round < ROUNDS_TO_END && is_anything_due(r) && !r->has_failed; round++) {
		time_jump(r, 120);
		dispatcher_plan(r);
		dispatcher_announce(r);
		for (int i = 0; i < QUEUE && r->nqueue > 0; i++) {
			step_lane(r, &r->lane[i % LANES]);
			let_them_end(r);
		}
	}
	check_end(r);
}

/* After a failure nobody may do anything more, and every thread has to end. */
static void give_up(struct run *r)
{
	for (int i = 0; i < LANES; i++)
		r->lane[i].is_dead = true;
	r->depositor.is_dead = true;
	let_them_end(r);
}

bool schedule_run(struct run *r, uint64_t seed, int steps)
{
	r->seed = seed;
	r->dice = (struct dice){seed};
	r->has_failed = false;
	r->is_healed = false;
	r->nqueue = 0;
	tomb_buf_fini(&r->trace);
	r->trace = tomb_buf_init(TRACE_BYTES);
	memset(r->key, 0, sizeof r->key);
	r->begun_at += r->model.now + DAY_MIN;
	model_init(&r->model);
	for (int i = 0; i < LANES; i++) {
		r->lane[i].run = r;
		r->lane[i].n = i;
	}
	r->depositor.run = r;
	ground_prepare(r, seed);
	draw_mood(r);
	check_now(r);
	people_request(r);
	for (int i = 0; i < steps && !r->has_failed; i++)
		step(r);
	if (!r->has_failed)
		heal(r);
	if (r->has_failed)
		give_up(r);
	ground_sweep(r);
	return !r->has_failed;
}
