/*
 * Inventories: what a store says that it holds, for stores that cannot be asked for one key (struct tomb_probe's
 * can_look is false).  A vault of Glacier makes one about daily and hands it out by jobs, which take hours.
 *
 * UNSUPPORTED for every other kind of store.
 */
#ifndef TOMB_STORE_INVENTORY_H
#define TOMB_STORE_INVENTORY_H

#include "tombstone/store.h"

struct tomb_store_job {
	struct tomb_str id;
	int64_t as_of_us; /* the inventory that the job will give was completed then or later; 0: there was none yet */
};

/*
 * Starts a job for a whole inventory.  Jobs cost nothing and do no harm: after UNCERTAIN, start another one.  Errors as
 * tomb_store_probe().
 */
enum tomb_code tomb_store_inventory_start(struct tomb_store *store, struct tomb_arena *arena,
	struct tomb_store_job *out, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_store_job_state {
	TOMB_STORE_JOB_WAITS, /* the store is at it */
	TOMB_STORE_JOB_READY, /* its inventory can be read, for a day at least */
	TOMB_STORE_JOB_LOST   /* it failed, is no more, or is not for a whole inventory of this store: see text */
};

struct tomb_store_job_status {
	enum tomb_store_job_state state;
	struct tomb_str text; /* the store's own words; "" if there are none */
};

/* Where a job is.  Strings are in the arena.  Errors as tomb_store_probe(). */
enum tomb_code tomb_store_inventory_status(struct tomb_store *store, struct tomb_str job_id, struct tomb_arena *arena,
	struct tomb_store_job_status *out, struct tomb_err *err) TOMB_MUST_USE;

/* One thing that the store holds.  Valid during the call. */
struct tomb_store_held {
	struct tomb_str key;
	int64_t size_bytes;
	int64_t stored_us;
};

/* An error ends the reading and is handed up. */
typedef enum tomb_code tomb_store_held_fn(void *ctx, const struct tomb_store_held *held, struct tomb_err *err);

struct tomb_store_inventory {
	int64_t archives;
	int64_t bytes;    /* of the archives */
	int64_t as_of_us; /* when it was completed, if it says so; else 0: believe the job's */
	bool is_hashed;   /* the store sent a hash of it, and it was right */
};

/*
 * Calls fn for everything in the inventory of a job that is ready, in constant memory, whatever its size.  What fn was
 * told is the store's word; that something was *not* told means something only with TOMB_OK: then the inventory was
 * whole.  CORRUPT if it was not, or is not how inventories are written; else as tomb_store_probe().
 */
enum tomb_code tomb_store_inventory_read(struct tomb_store *store, struct tomb_str job_id, tomb_store_held_fn *fn,
	void *ctx, struct tomb_store_inventory *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
