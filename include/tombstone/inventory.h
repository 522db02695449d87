/*
 * Inventories in the ledger: which jobs were started at which backend, and what the inventories that were read prove
 * about copies whose deletion a store had accepted without being able to show it.
 *
 * All of it is for operators.  Every change has its audit entry.  Strings that come back are in the arena.
 */
#ifndef TOMB_INVENTORY_H
#define TOMB_INVENTORY_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* A job whose inventory was not read yet; a backend has one at most. */
struct tomb_inventory {
	int64_t id;
	struct tomb_str job_id;
	int64_t started_at_us;
	struct tomb_str started_by;
	int64_t as_of_us; /* the inventory was completed then, or later; 0: not known */
};

/* *found is false, and *out untouched, if there is none. */
enum tomb_code tomb_inventory_waiting(struct tomb_pg *pg, struct tomb_str backend, struct tomb_arena *arena,
	struct tomb_inventory *out, bool *found, struct tomb_err *err) TOMB_MUST_USE;

/* A job was started.  NOTFOUND for an unknown backend; CONFLICT if another one waits. */
enum tomb_code tomb_inventory_start(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str backend,
	struct tomb_str job_id, int64_t as_of_us, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

/* The job failed or is no more; nothing was learned.  STALE if it does not wait any more. */
enum tomb_code tomb_inventory_lose(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_str why,
	struct tomb_err *err) TOMB_MUST_USE;

/* The inventory holds these URLs; to be told all of them, in any order and pieces, before tomb_inventory_end().  To be
 * told the same again does no harm. */
enum tomb_code tomb_inventory_hold(
	struct tomb_pg *pg, int64_t id, struct tomb_strs urls, struct tomb_err *err) TOMB_MUST_USE;

enum { TOMB_INVENTORY_SHOWN = 100 }; /* contradictions that are named one by one */

struct tomb_inventory_contradiction {
	struct tomb_str file_identifier;
	struct tomb_str url;
	int64_t deletion_id;
	int64_t removed_at_us;
};

struct tomb_inventory_outcome {
	int64_t as_of_us;     /* 0: not known, and nothing was concluded */
	int64_t confirmed;    /* copies that are verified absent now, */
	int64_t files;        /* of so many files */
	int64_t contradicted; /* copies that are still there */
	int64_t open;         /* copies of which nothing is known yet, contradicted ones included */
	struct tomb_inventory_contradiction *shown;
	size_t nshown;
};

/* What was read, to its end. */
struct tomb_inventory_reading {
	int64_t archives;
	int64_t bytes;
	int64_t as_of_us;      /* what the inventory says itself; 0: nothing */
	struct tomb_str agent; /* who read it, for the events */
};

/*
 * The inventory was read to its end: what it does not hold of what was accepted before it is verified absent; what it
 * still holds, and should not, is marked for an operator.  One transaction.  STALE if the job does not wait any more.
 */
enum tomb_code tomb_inventory_end(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_inventory_reading *reading, struct tomb_arena *arena, struct tomb_inventory_outcome *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
