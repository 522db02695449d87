/*
 * Claims: a lane takes a batch, and with it the right to remove the copies of exactly those files that pass every check
 * at that moment.  Spec: architecture.md §4 step 4, I1; deletion.md.
 */
#ifndef TOMB_CLAIM_H
#define TOMB_CLAIM_H

#include "tombstone/pg.h"

struct tomb_claim_file {
	int64_t file_id;
	int64_t object_id;
	int64_t item_id;
	int32_t generation;
	int64_t size_bytes;
	struct tomb_str refusal; /* "": may be deleted; else why not, for people */
};

struct tomb_claim_copy {
	int64_t id;
	int64_t file_id;
	int32_t generation;
	struct tomb_str backend;
	struct tomb_str url;
	struct tomb_str version_id; /* "" if none is known */
	struct tomb_str etag;       /* "" if none is known */
	int64_t size_bytes;
	int64_t stored_at_us;
	int32_t min_days;
	struct tomb_str retention; /* whose minimum counts there: see tombstone/backend.h */
	bool tried_before;         /* an earlier claim may have removed it */
};

/* Everything is in the arena that tomb_claim_take() was given. */
struct tomb_claim {
	int64_t batch_id;
	int64_t fence;    /* which claim of the batch this is; a later one makes it worthless */
	int32_t attempts; /* claims of it that lanes gave back, and this one */
	int32_t deaths;   /* claims of it that ended by themselves since it was last settled: their lanes died */
	int64_t deletion_id;
	int64_t request_id;
	int64_t institution_id;
	int64_t claimed_at_us;         /* the ledger's clock */
	struct tomb_int8s file_ids;    /* of the batch as it stood */
	struct tomb_claim_file *files; /* by file_id; those already settled are not among them */
	size_t nfiles;
	/* By backend: of the files without refusal all that are to go; of the others those that an earlier claim may
	 * have removed (tried_before).  Of these somebody has to find out whether they are there, and nobody may delete
	 * them. */
	struct tomb_claim_copy *copies;
	size_t ncopies;
};

/*
 * Takes batch_id for lease_ms, checks every file, and marks the copies of those that pass as being removed.
 * *taken is false, and *out untouched, if the batch is not to be had: done, taken, not due, or everything is stopped.
 */
enum tomb_code tomb_claim_take(struct tomb_pg *pg, int64_t batch_id, struct tomb_str owner, int64_t lease_ms,
	struct tomb_arena *arena, struct tomb_claim *out, bool *taken, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Asks every question again, just before the first byte goes, and extends the lease: files[i].refusal is renewed, and a
 * file that is no longer there to be deleted gets one.  STALE if the claim is not ours any more or everything is
 * stopped.
 */
enum tomb_code tomb_claim_confirm(struct tomb_pg *pg, struct tomb_claim *claim, int64_t lease_ms,
	struct tomb_arena *arena, struct tomb_err *err) TOMB_MUST_USE;

/* Extends the lease.  STALE as above: then no further byte may be touched. */
enum tomb_code tomb_claim_renew(
	struct tomb_pg *pg, const struct tomb_claim *claim, int64_t lease_ms, struct tomb_err *err) TOMB_MUST_USE;

/* Gives the batch back untouched, to be taken again after due_ms.  Of a stale claim it does nothing. */
enum tomb_code tomb_claim_release(
	struct tomb_pg *pg, const struct tomb_claim *claim, int64_t due_ms, struct tomb_err *err) TOMB_MUST_USE;

#endif
