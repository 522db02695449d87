/*
 * Whether a request is sent once more, and after how long: the standard mode of AWS's client libraries (spec/peers.md
 * 2.12).  Three attempts; a pause with full jitter that doubles; and a quota, so that a store in trouble does not get
 * three times the requests that it could not serve once.
 *
 * Pure: chance is passed in.  That nothing was executed is the caller's to know.
 */
#ifndef STORAGE_RETRY_H
#define STORAGE_RETRY_H

#include "tombstone/base.h"

enum {
	RETRY_ATTEMPTS_MAX = 3,
	RETRY_QUOTA = 500,       /* tokens at first and at most: 100 repetitions in a row, then work has to succeed */
	RETRY_COST = 5,          /* tokens of a repetition after an answer */
	RETRY_COST_TIMEOUT = 10, /* after none: it has cost both sides more */
	RETRY_GAIN = 1,          /* tokens for a success at the first attempt */
	RETRY_BASE_MS = 1000,
	RETRY_PAUSE_MAX_MS = 20000
};

/* Of a backend. */
struct retry_quota {
	int tokens;
};

/* Of one request.  All zero before it is sent for the first time. */
struct retry_run {
	int repeated;
	int paid; /* for the last repetition */
};

/*
 * The request has failed: may it be sent again?  *pause_ms is how long to wait before, at least asked_ms, which is what
 * the store asked for (0: nothing).  chance is any 32 random bits.
 */
bool retry_again(struct retry_quota *quota, struct retry_run *run, bool was_answered, int64_t asked_ms, uint32_t chance,
	int64_t *pause_ms);

/* The request has succeeded: gives back what its last repetition took. */
void retry_succeeded(struct retry_quota *quota, const struct retry_run *run);

#endif
