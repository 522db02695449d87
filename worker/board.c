#include "board.h"

#include "tombstone/clock.h"
#include "tombstone/store_traffic.h"
#include "tombstone/time.h"

#include <stdio.h>

enum { PUT_OFF_MAX_MS = 60 * 1000 }; /* so soon does an operator's reset help what was put off */

/* As the stores put it: a closed one counts from when it was closed. */
static struct tomb_breaker_state state_of(const struct tomb_backend_breaker *k)
{
	struct tomb_breaker_state state = {
		.open = k->is_open,
		.since_us = k->is_open ? k->since_us : k->set_at_us,
		.until_us = k->is_open ? k->until_us : 0,
	};

	if (k->is_open)
		(void)snprintf(state.reason, sizeof state.reason, "%.*s", TOMB_STR_ARG(k->reason));
	return state;
}

/* A backend that only one side names concerns nobody here: the pre-flight says so where it matters. */
static struct tomb_store *store_of(struct tomb_stores *stores, struct tomb_str name)
{
	struct tomb_store *found = NULL;
	struct tomb_err ignored;

	return tomb_stores_find(stores, name, &found, &ignored) == TOMB_OK ? found : NULL;
}

static enum tomb_ability ability_of(enum tomb_finding finding)
{
	static const enum tomb_ability abilities[] = {
		[TOMB_FINDING_UNKNOWN] = TOMB_ABILITY_UNKNOWN,
		[TOMB_FINDING_NO] = TOMB_ABILITY_MISSING,
		[TOMB_FINDING_YES] = TOMB_ABILITY_PROVEN,
	};

	return abilities[finding];
}

/* What was proven counts for the place where it was: the file may lead elsewhere since. */
static void tell_abilities(struct tomb_store *store, const struct tomb_backend_probe *p)
{
	struct tomb_capability can = {.read_back = TOMB_ABILITY_UNKNOWN};

	if (p->was_examined && tomb_str_eq(p->place, tomb_store_where(store)))
		can = (struct tomb_capability){
			.read_back = ability_of(p->reads_back),
			.list_versions = ability_of(p->lists_versions),
			.conditional_put = ability_of(p->conditional_put),
			.conditional_delete = ability_of(p->conditional_delete),
			.conditional_delete_batch = ability_of(p->conditional_batch),
		};
	tomb_store_set_capability(store, &can);
}

enum tomb_code tomb_board_read(struct tomb_pg *pg, struct tomb_stores *stores, struct tomb_arena *arena,
	struct tomb_backends *out, struct tomb_err *err)
{
	TOMB_TRY(tomb_backend_list(pg, arena, out, err));
	for (size_t i = 0; i < out->n; i++) {
		struct tomb_store *store = store_of(stores, out->p[i].name);
		struct tomb_breaker_state state = state_of(&out->p[i].breaker);

		if (!store)
			continue;
		tell_abilities(store, &out->p[i].last);
		if (state.since_us != 0)
			tomb_store_breaker_adopt(store, &state);
	}
	return TOMB_OK;
}

/* Is the store to be left alone now?  Then why says since what, and *due_ms for how long. */
static bool is_shut(const struct tomb_batch *b, struct tomb_store *store, char why[static 512], int64_t *due_ms)
{
	struct tomb_breaker_state state;
	char until[TOMB_TIME_TEXT];

	tomb_store_breaker(store, &state);
	*due_ms = tomb_store_due_ms(store); /* 0 also for a time that makes no sense */
	if (!state.open || state.until_us <= tomb_clock_wall_us(b->clock) || *due_ms == 0)
		return false;
	if (*due_ms > PUT_OFF_MAX_MS)
		*due_ms = PUT_OFF_MAX_MS;
	(void)snprintf(why, 512, "it is left alone until %s, since it refused us: %.400s",
		tomb_time_format(state.until_us, TOMB_TIME_S, until), state.reason);
	return true;
}

void tomb_board_put_off(struct tomb_batch *b)
{
	for (size_t i = 0, end = 0; i < b->ncopies; i = end) {
		struct tomb_str backend = b->copies[i].claimed->backend;
		struct tomb_store *store = store_of(b->stores, backend);
		int64_t due_ms = 0;
		char why[512];

		end = tomb_batch_backend_end(b, i);
		if (!store || !is_shut(b, store, why, &due_ms))
			continue;
		if (due_ms > b->retry_after_ms)
			b->retry_after_ms = due_ms;
		for (size_t j = i; j < end; j++)
			tomb_batch_put_off(b, b->copies[j].file, tomb_batch_say(b, backend, tomb_str_from(why)));
	}
}

static enum tomb_code write_one(struct tomb_pg *pg, const struct tomb_actor *lane, const struct tomb_backend *known,
	const struct tomb_breaker_state *now, const struct tomb_log *log, struct tomb_err *err)
{
	const struct tomb_backend_breaker *was = &known->breaker;
	struct tomb_str reason = tomb_str_from(now->reason);

	if (now->open && (!was->is_open || now->until_us > was->until_us)) {
		TOMB_TRY(tomb_backend_breaker_open(pg, lane, known->name,
			&(struct tomb_backend_breaker){.is_open = true,
				.since_us = now->since_us,
				.until_us = now->until_us,
				.reason = reason},
			err));
		if (!was->is_open) /* a request let through in vain is no news */
			tomb_log(log, TOMB_EV_BACKEND_SHUT, TOMB_KV_S("backend", known->name),
				TOMB_KV_S("reason", reason));
	}
	if (!now->open && was->is_open) {
		TOMB_TRY(tomb_backend_breaker_close(pg, lane, known->name, was->since_us, err));
		tomb_log(log, TOMB_EV_BACKEND_OPEN, TOMB_KV_S("backend", known->name));
	}
	return TOMB_OK;
}

static void tell_clock(const struct tomb_store *store, const struct tomb_log *log)
{
	int64_t ahead_us = tomb_store_clock_offset_us(store);

	if (ahead_us != 0)
		tomb_log(log, TOMB_EV_BACKEND_CLOCK, TOMB_KV_S("backend", tomb_store_name(store)),
			TOMB_KV_I("ahead_s", ahead_us / TOMB_US_PER_S));
}

enum tomb_code tomb_board_write(struct tomb_pg *pg, struct tomb_stores *stores, const struct tomb_backends *known,
	struct tomb_str agent, const struct tomb_log *log, struct tomb_err *err)
{
	struct tomb_actor lane = {.email = agent, .name = agent, .via = TOMB_VIA_WORKER};

	for (size_t i = 0; i < known->n; i++) {
		struct tomb_store *store = store_of(stores, known->p[i].name);
		struct tomb_breaker_state now;

		if (!store)
			continue;
		tell_clock(store, log);
		tomb_store_breaker(store, &now);
		TOMB_TRY(write_one(pg, &lane, &known->p[i], &now, log, err));
	}
	return TOMB_OK;
}
