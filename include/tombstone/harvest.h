/* What harvesters did here: each list that one began, and what could not be shown to it (records.md 3.3: H-11, H-12).
 */
#ifndef TOMB_HARVEST_H
#define TOMB_HARVEST_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"
#include "tombstone/uuid.h"

struct tomb_harvest_chain {
	struct tomb_str remote, user_agent; /* whoever says to be it; cut to what the ledger holds */
	struct tomb_str verb, prefix, set;
	int64_t from_us; /* INT64_MIN: everything */
	int64_t until_us, begun_us;
};

/* What one page had. */
struct tomb_harvest_page {
	int64_t returned;
	int64_t deleted;    /* of them, as deleted */
	int64_t suppressed; /* of them, with the flag */
	int64_t failed;     /* left out */
	bool is_last;
};

/* A list begins. */
enum tomb_code tomb_harvest_begin(
	struct tomb_pg *pg, const struct tomb_harvest_chain *chain, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

/* A page of it was made; one that is asked for twice counts twice. */
enum tomb_code tomb_harvest_page(
	struct tomb_pg *pg, int64_t id, const struct tomb_harvest_page *page, struct tomb_err *err) TOMB_MUST_USE;

/* An item that should have been shown was left out; the reason is for those whose record it is. */
struct tomb_harvest_error {
	struct tomb_uuid item_id;
	struct tomb_str prefix;
	int64_t institution_id;
	struct tomb_str reason; /* cut to what the ledger holds */
	int64_t chain_id;       /* 0: it was asked for alone */
};
enum tomb_code tomb_harvest_fail(
	struct tomb_pg *pg, const struct tomb_harvest_error *error, struct tomb_err *err) TOMB_MUST_USE;

/* The newest TOMB_HARVEST_ROWS of each.  Errors are those of the actor's institution, or of all; lists, which are of no
 * institution, are for those who may read all, and FORBIDDEN to others. */
enum { TOMB_HARVEST_ROWS = 100 };

struct tomb_harvest_error_row {
	struct tomb_uuid item_id;
	struct tomb_str title, institution, prefix, reason;
	int64_t times;
	int64_t first_us, last_us;
};
enum tomb_code tomb_harvest_errors(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_harvest_error_row **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_harvest_list_row {
	int64_t id;
	struct tomb_str harvester; /* its name; empty: not registered */
	struct tomb_str remote, user_agent, verb, prefix, set;
	int64_t from_us; /* INT64_MIN: everything */
	int64_t until_us, begun_us, last_us;
	int64_t completed_us; /* 0: not yet */
	int64_t pages, returned, deleted, suppressed, failed;
};
enum tomb_code tomb_harvest_lists(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_harvest_list_row **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* Drops errors that did not come again for TOMB_HARVEST_ERROR_DAYS (H-12). */
enum { TOMB_HARVEST_ERROR_DAYS = 30 };
enum tomb_code tomb_harvest_forget(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;

#endif
