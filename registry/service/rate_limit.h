/*
 * Token buckets, keyed by text: so many attempts at once, then one every so often.  For sign-in and tokens, keyed by
 * address and by account.
 *
 * The table has a fixed number of places.  When it is full, the key that was used longest ago is forgotten, and with it
 * what it had used up; so make the table larger than the number of keys that an attacker can use in interval_us.
 */
#ifndef TOMB_SERVICE_RATE_LIMIT_H
#define TOMB_SERVICE_RATE_LIMIT_H

#include "tombstone/arena.h"

enum { TOMB_RATE_LIMIT_KEY = 256 }; /* bytes; longer keys count as their first so many: a mail address has 254 */

struct tomb_rate_limit;

struct tomb_rate_limit_options {
	uint32_t places;     /* keys at once */
	uint32_t burst;      /* attempts that may come at once */
	int64_t interval_us; /* one more attempt every so often */
	uint64_t seed;       /* random, so that nobody can aim at one chain of the table */
};

/* The limiter lives in the arena; tomb_rate_limit_fini() before the arena goes. */
enum tomb_code tomb_rate_limit_new(const struct tomb_rate_limit_options *options, struct tomb_arena *arena,
	struct tomb_rate_limit **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_rate_limit_fini(struct tomb_rate_limit *limit);

/*
 * True, and one attempt less, if key has one left at now_us (monotonic).  Else false, with *retry_after_s (1 or more)
 * written.  Safe from every thread.
 */
bool tomb_rate_limit_take(
	struct tomb_rate_limit *limit, struct tomb_str key, int64_t now_us, uint32_t *retry_after_s) TOMB_MUST_USE;

/* Gives key all its attempts back: after a success. */
void tomb_rate_limit_forgive(struct tomb_rate_limit *limit, struct tomb_str key);

#endif
