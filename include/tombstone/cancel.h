/*
 * Cancelling: an operator ends the work item of a deletion before it is done.  Spec: deletion.md P-17, X-06, X-16.
 *
 * It takes effect where everything does that protects a file: in the claim.  From here on no claim lets a file of the
 * item pass, and the second question of a claim, just before the first byte goes, takes out what has passed the first
 * one.  What a lane is deleting already comes to its end and is recorded so; of what earlier claims have left half done
 * somebody finds out first what there is (docs/decisions/0017).  So nothing is half done, and the item ends as any
 * other, when its last file is settled: Success if every file was deleted all the same, else Cancelled.  Its things are
 * free for another request then.  It is not requeued: what was agreed to is used up.
 */
#ifndef TOMB_CANCEL_H
#define TOMB_CANCEL_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum { TOMB_CANCEL_REASON_MAX = 2000 }; /* characters */

/*
 * FORBIDDEN unless actor may WORK_ITEM_CANCEL; NOTFOUND if it is not a deletion's; CONFLICT if it has ended, or was
 * cancelled before; INVAL without a reason, or with one that is too long.
 */
enum tomb_code tomb_work_item_cancel(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t work_item_id,
	struct tomb_str reason, struct tomb_err *err) TOMB_MUST_USE;

#endif
