/*
 * Plans: approved deletions are cut into batches, and batches are announced to workers, again and again until they are
 * done.  Spec: architecture.md §4 step 3, I6.
 */
#ifndef TOMB_PLAN_H
#define TOMB_PLAN_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum {
	/* Files of one batch: what one DeleteObjects call takes. */
	TOMB_BATCH_FILES = 1000
};

/* Cuts the oldest approved deletion that is not cut yet.  *planned is false when there is none. */
enum tomb_code tomb_plan_next(struct tomb_pg *pg, bool *planned, struct tomb_err *err) TOMB_MUST_USE;

/* Who looks for due batches, and how many of them. */
struct tomb_plan_turn {
	int again_after_s;   /* those announced within so many seconds are left out */
	int at_most;         /* in all */
	int per_institution; /* of each institution, together with those that are announced and that nobody has taken
				yet */
	uint64_t turn;       /* count it up each time, so that everybody is first in turn; 0: the oldest first */
};

/*
 * Batches that a worker could take now, in turns: one of each institution, then a second of each, and so on; and inside
 * an institution the same of its deletions.  So who has one batch waits for a few, however many somebody else has.
 * None while everything is stopped.  *ids in the arena.
 */
enum tomb_code tomb_plan_due_in_turn(struct tomb_pg *pg, const struct tomb_plan_turn *turn, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err) TOMB_MUST_USE;

/* The same, of each institution as many as in all, the oldest first. */
enum tomb_code tomb_plan_due(struct tomb_pg *pg, int again_after_s, int at_most, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err) TOMB_MUST_USE;

/* Notes that they were announced. */
enum tomb_code tomb_plan_announced(struct tomb_pg *pg, struct tomb_int8s ids, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Puts the failed files of a work item to work again.  FORBIDDEN unless actor is a sysadmin; NOTFOUND; CONFLICT
 * if the item has not failed, has no failed files, or its things are on another open request.
 */
enum tomb_code tomb_work_item_requeue(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t work_item_id, struct tomb_err *err) TOMB_MUST_USE;

#endif
