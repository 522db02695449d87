/*
 * Settling: what a lane found out about a batch becomes the ledger's truth in one transaction.
 * Spec: architecture.md §4 step 8, I2, I3, I8; deletion.md P-15 to P-17, X-03, X-05.
 */
#ifndef TOMB_SETTLE_H
#define TOMB_SETTLE_H

#include "tombstone/claim.h"

/* What is known of a copy now. */
enum tomb_copy_fate {
	TOMB_COPY_GONE,    /* its absence was verified, or the store accepted the deletion and cannot be asked */
	TOMB_COPY_THERE,   /* it is there still */
	TOMB_COPY_UNKNOWN, /* it may or may not be there */
	TOMB_COPY_FATE_MAX
};

struct tomb_settled_copy {
	int64_t copy_id;
	enum tomb_copy_fate fate;
	bool was_absent;        /* GONE without our doing */
	bool was_left;          /* THERE because nothing was tried */
	bool is_unverifiable;   /* GONE by the store's word alone */
	struct tomb_str detail; /* for people; "" if there is nothing to say */
	struct tomb_str provider_request_id;
};

enum tomb_file_fate {
	TOMB_FILE_DELETED, /* every copy is gone */
	TOMB_FILE_REFUSED, /* a rule forbids it: it stays, for good */
	TOMB_FILE_FAILED,  /* it could not be done in all its attempts: an operator looks */
	TOMB_FILE_LATER,   /* it is tried again */
	TOMB_FILE_FATE_MAX
};

struct tomb_settled_file {
	int64_t file_id;
	enum tomb_file_fate fate;
	struct tomb_str reason; /* REFUSED, FAILED: for people */
};

struct tomb_settlement {
	const struct tomb_settled_copy *copies;
	size_t ncopies;
	const struct tomb_settled_file *files; /* all of the claim's */
	size_t nfiles;
	int64_t due_ms;        /* when those for later are tried again, from now */
	struct tomb_str error; /* why some are for later or failed; "" if none */
	bool is_uncharged;     /* those for later were put off: the claim does not count as an attempt */
	struct tomb_str agent; /* who did it, for the events: "tombstone-worker/0.1 host" */
};

struct tomb_settle_counts {
	bool finished; /* the whole deletion has ended with this batch */
	size_t deleted, refused, failed, later;
};

/* STALE, with nothing changed, if the claim is not ours any more.  After UNCERTAIN the settlement may have happened; to
 * settle again, or to let the batch be claimed again, is safe. */
enum tomb_code tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *settlement,
	struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
