/*
 * A batch while a lane works on it: what the claim gave, and what each step found out.  The steps (preflight, reap,
 * verify) only ever take files out or learn about copies; settlement.c turns what is known into the ledger's words.
 */
#ifndef TOMB_BATCH_H
#define TOMB_BATCH_H

#include "tombstone/claim.h"
#include "tombstone/clock.h"
#include "tombstone/settle.h"
#include "tombstone/store_look.h"

/* How much of what the stores answered is checked (deletion.md X-03); the copy's record says which. */
enum tomb_verify_policy { TOMB_VERIFY_ALL, TOMB_VERIFY_NONE };

/* Which copies are looked at before their deletion; the copy's record says of which it was not done. */
enum tomb_preflight_policy {
	TOMB_PREFLIGHT_ALL,
	TOMB_PREFLIGHT_LEDGER /* not those of which the ledger's word is enough: see preflight.c */
};

struct tomb_batch_file {
	const struct tomb_claim_file *claimed;
	bool is_out;  /* no further step touches it */
	bool is_owed; /* an earlier claim may have removed some of its copies: whatever comes, they are looked at */
	bool is_kept; /* refused, for this reason, and owed: nothing of it is deleted any more */
	enum tomb_file_fate fate;
	struct tomb_str reason;
	bool is_uncharged; /* LATER, because of a store as a whole: this claim does not count as an attempt for it */
};

struct tomb_batch_copy {
	const struct tomb_claim_copy *claimed;
	struct tomb_batch_file *file;
	struct tomb_store *store;
	struct tomb_str key;
	struct tomb_str etag;       /* as seen in the pre-flight */
	struct tomb_str version_id; /* what is to be deleted; "" where there are no versions */
	struct tomb_str *markers;   /* ids of the delete markers over it, which go after it */
	size_t nmarkers;
	struct tomb_str storage_class; /* as seen in the pre-flight; NULL: it could not be kept */
	int64_t modified_us;           /* the same */
	bool was_seen;                 /* in the pre-flight */
	bool was_trusted;              /* there: it was not looked at, as the policy allows */
	bool was_absent;               /* in the pre-flight, or so the store said */
	bool was_tried;                /* a delete was sent for it in this claim */
	bool is_settled;               /* fate is known; else it is TOMB_COPY_UNKNOWN */
	enum tomb_copy_fate fate;
	bool is_unverifiable;
	struct tomb_str detail;
	struct tomb_str request_id;
};

struct tomb_batch {
	struct tomb_claim *claim;
	struct tomb_stores *stores;
	struct tomb_arena *arena;
	const struct tomb_clock *clock;
	struct tomb_batch_file *files;
	size_t nfiles;
	struct tomb_batch_copy *copies; /* by backend */
	size_t ncopies;
	int64_t retry_after_ms;  /* the longest that a store asked for */
	struct tomb_str trouble; /* the first reason why something is for later or failed */
};

/* Lays out claim; files that the claim refused are out, or kept, from the start.  Borrows everything. */
enum tomb_code tomb_batch_init(struct tomb_batch *b, struct tomb_claim *claim, struct tomb_stores *stores,
	struct tomb_arena *arena, const struct tomb_clock *clock, struct tomb_err *err) TOMB_MUST_USE;

/* Takes a file out, for this reason; the first one stays.  reason is copied into the arena.  What is refused and owed
 * is not out yet, but kept: until it is known what there is of it. */
void tomb_batch_take_out(
	struct tomb_batch *b, struct tomb_batch_file *f, enum tomb_file_fate fate, struct tomb_str reason);

/* Takes it out until the store can be used again, without charging an attempt. */
void tomb_batch_put_off(struct tomb_batch *b, struct tomb_batch_file *f, struct tomb_str reason);

/* Is it the store as a whole that keeps us waiting, since it asks for fewer requests or refuses us?  Then the batch
 * leaves it alone for as long as that asks for.  store may be NULL: no. */
bool tomb_batch_is_held_up(struct tomb_batch *b, struct tomb_store *store, enum tomb_code code);

/* Takes c's file out after an error of its store, which may be NULL: put off if the store holds us up, else LATER or
 * FAILED.  Was it put off? */
bool tomb_batch_take_out_for(
	struct tomb_batch *b, const struct tomb_batch_copy *c, struct tomb_store *store, const struct tomb_err *why);

/* "backend NAME: TEXT" in the arena; the text alone where it begins so already. */
struct tomb_str tomb_batch_say(struct tomb_batch *b, struct tomb_str backend, struct tomb_str text);

/* Files that refusals of claim->files have taken out since. */
void tomb_batch_refuse(struct tomb_batch *b);

/* Where the run of copies on one backend ends that starts at i. */
size_t tomb_batch_backend_end(const struct tomb_batch *b, size_t i);

/* Asked before each store request and each run of looks: STALE ends the work at once. */
typedef tomb_store_go_on_fn tomb_batch_still_ours_fn;

/* Asks on behalf of a store that has many keys under way, and remembers a no: then the call's error is not the
 * store's. */
struct tomb_batch_watch {
	tomb_batch_still_ours_fn *still_ours;
	void *ctx;
	bool is_lost;
};

/* A tomb_store_go_on_fn whose ctx is a struct tomb_batch_watch. */
enum tomb_code tomb_batch_watch_go_on(void *watch, struct tomb_err *err) TOMB_MUST_USE;

/* The steps, in their order.  Step 5: look at every copy before the first byte goes, and take files out.  Fails
 * only if the claim was lost on the way. */
enum tomb_code tomb_preflight(struct tomb_batch *b, enum tomb_preflight_policy policy,
	tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err) TOMB_MUST_USE;

/* Then: is every copy old enough, by the rules that count for its backend?  Takes out. */
void tomb_age_check(struct tomb_batch *b);

/* Step 6: deletes every copy of the files that are in and not kept.  STALE if the claim was lost on the way. */
enum tomb_code tomb_reap(
	struct tomb_batch *b, tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err) TOMB_MUST_USE;

/* Step 7: makes sure.  Copies whose deletion had no clear answer, and those of kept files, are looked at whatever the
 * policy. */
enum tomb_code tomb_verify(struct tomb_batch *b, enum tomb_verify_policy policy, tomb_batch_still_ours_fn *still_ours,
	void *ctx, struct tomb_err *err) TOMB_MUST_USE;

/* What to tell the ledger.  is_last: what is not done now has failed.  *out borrows from the batch's arena. */
enum tomb_code tomb_settlement_make(
	struct tomb_batch *b, bool is_last, struct tomb_settlement *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
