/* What harvesters did here: each list that one began, and what could not be shown to it (records.md 3.3: H-11, H-12).
 */
#ifndef TOMB_HARVEST_H
#define TOMB_HARVEST_H

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

/* Drops errors that did not come again for TOMB_HARVEST_ERROR_DAYS (H-12). */
enum { TOMB_HARVEST_ERROR_DAYS = 30 };
enum tomb_code tomb_harvest_forget(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;

#endif
