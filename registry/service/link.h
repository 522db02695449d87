/* A long-lived connection to the ledger that is made anew when it breaks, and says so once. */
#ifndef TOMB_LINK_H
#define TOMB_LINK_H

#include "tombstone/log.h"
#include "tombstone/pg.h"

struct tomb_link {
	struct tomb_pg *pg;
	const struct tomb_log *log;
	bool was_down;
};

/* As tomb_pg_open(). */
enum tomb_code tomb_link_open(struct tomb_link *link, const char *conninfo, const struct tomb_pg_set *const *sets,
	size_t nsets, const struct tomb_log *log, struct tomb_err *err) TOMB_MUST_USE;

/* For those who answer requests: what only reads is planned once, not for each of its parameters.  To plan what keeps
 * an object from being deleted takes twenty times as long as to find it out; the statements are written to fit one
 * plan (tests/integration/test_plans.c).  What changes something, in a transaction, is planned as the server likes. */
enum tomb_code tomb_link_open_reader(struct tomb_link *link, const char *conninfo,
	const struct tomb_pg_set *const *sets, size_t nsets, const struct tomb_log *log,
	struct tomb_err *err) TOMB_MUST_USE;

/* True when link->pg can be used; tries to make it so. */
bool tomb_link_is_up(struct tomb_link *link);

void tomb_link_close(struct tomb_link *link); /* also if it was never opened */

#endif
