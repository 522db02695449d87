/*
 * Deletions in three parts, so that some are done before something goes away, some are under way then, and some come
 * after it; and what the programs say of it.
 */
#ifndef E2E_OUTAGE_H
#define E2E_OUTAGE_H

#include "bulk.h"
#include "two_people.h"

enum { OUTAGE_PARTS = 3, OUTAGE_PART = 2, OUTAGE_FILES = 100, OUTAGE_LANES_MAX = 8 };

struct outage {
	struct stage *stage;
	struct two_people people;
	int64_t objects[OUTAGE_PARTS * OUTAGE_PART];
	int files; /* of each object, with two copies */
};

/* The two halves of outage_begin(), with copies at these places. */
void outage_make(struct outage *o, void **state, int files, struct bulk_places places);
void outage_start(struct outage *o);

/* *state is a stage.  Makes the objects with OUTAGE_FILES files each, starts the programs, and signs in both people. */
void outage_begin(struct outage *o, void **state);

/* The objects of this part are requested and approved, as often as it takes; the database must be there for us. */
void outage_delete(struct outage *o, int part);

/* Waits for the end of all three, checks everything, and that the programs still are those that were started. */
void outage_end(struct outage *o);

/* How many lines of the log have both pieces. */
size_t outage_said(const struct program *p, const char *event, const char *piece);

/* Waits for so many lines; fails the test after a minute. */
void outage_wait_said(const struct program *p, const char *event, const char *piece, size_t times);

/* kill -9 of all lanes. */
void outage_kill_lanes(struct outage *o);

/* Asks for a page, and for the API, until both say 503: with when to try again and what to do, for people in HTML. */
void outage_expect_503(struct outage *o, struct visitor *person, struct visitor *script);

/* Asks for a page until it is there, and fails the test after a minute. */
void outage_expect_page(struct outage *o, struct visitor *person);

#endif
