/*
 * A lane: one process that takes one batch after the other and carries each through steps 4 to 9 of architecture.md §4,
 * in blocking code that reads from top to bottom.  It may die at any moment: whoever repeats from step 4 gets the same
 * result.
 */
#ifndef TOMB_LANE_H
#define TOMB_LANE_H

#include "batch.h"
#include "tombstone/log.h"

struct tomb_lane_options {
	struct tomb_str owner; /* host, process and lane: in the lease, for people */
	struct tomb_str agent; /* program, version and host: in the events, for ever */
	int64_t lease_ms;
	enum tomb_verify_policy verify;
	enum tomb_preflight_policy preflight;
	int max_attempts;   /* claims of a batch that lanes give back, after which what is not done has failed */
	int64_t backoff_ms; /* before the second attempt; doubled each time */
	int64_t backoff_max_ms;
};

struct tomb_lane {
	const struct tomb_lane_options *options;
	const struct tomb_log *log;
	const struct tomb_clock *clock;
	struct tomb_pg *pg;
	struct tomb_stores *stores;
	bool (*is_told_to_end)(void);
};

/* Bytes of memory that a batch may use: 1,000 files with some copies each, their URLs and what is said of them. */
enum { TOMB_LANE_BATCH_BYTES = 24 * 1024 * 1024 };

/*
 * Takes the batch and does it, if it is to be had.  TOMB_OK also when it was refused, put off or had failed: that is in
 * the ledger then.  Any error means that nothing was settled: the batch comes back when its lease is over, and sooner
 * after STALE and DB_RETRY, where it is given back.
 */
enum tomb_code tomb_lane_do(struct tomb_lane *lane, int64_t batch_id, struct tomb_err *err) TOMB_MUST_USE;

/* The same; *taken says, also of an error, whether it was to be had. */
enum tomb_code tomb_lane_try(struct tomb_lane *lane, int64_t batch_id, bool *taken, struct tomb_err *err) TOMB_MUST_USE;

#endif
