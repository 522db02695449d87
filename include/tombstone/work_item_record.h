/*
 * Work items of pipelines outside: made, moved and ended by them.  Spec: aptrust.md 1.2, 2.5, 3.3; deletion.md P-14.
 *
 * While such an item is open, nobody can ask for the deletion of its object.  Those of deletions, and of our own
 * ingests, are moved by the ledger alone: of them only note, node and pid can be set.
 */
#ifndef TOMB_WORK_ITEM_RECORD_H
#define TOMB_WORK_ITEM_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* A string whose p is NULL is not given, nor is a number below 0 or a time of 0: it stays as it is, or has its default.
 */
struct tomb_work_item_given {
	int64_t institution_id; /* 0: not given, as the next two */
	int64_t object_id;
	int64_t file_id;
	int64_t request_id;     /* cannot be given: 0 */
	struct tomb_str action; /* "Ingest" */
	struct tomb_str name;   /* of the bag, "photos.tar": with the institution's identifier it names the object */
	struct tomb_str etag;
	struct tomb_str bucket;
	struct tomb_str user;
	struct tomb_str inst_approver; /* cannot be given: empty */
	struct tomb_str note;
	struct tomb_str stage;
	struct tomb_str status;
	struct tomb_str outcome;
	struct tomb_str node;
	int64_t pid;
	int64_t size_bytes;
	int64_t bag_date_us;
	int64_t date_processed_us;
	int64_t queued_at_us;
	int64_t stage_started_at_us;
	bool has_retry;
	bool retry;
	bool has_review;
	bool needs_admin_review;
};

/* Operators only.  *id is its.  INVAL for what is missing (name, action, stage, status) or breaks a rule; FORBIDDEN for
 * a deletion; NOTFOUND for institution or object. */
enum tomb_code tomb_work_item_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	const struct tomb_work_item_given *given, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Operators only.  INVAL for another institution, object, file, name, ETag, action, user, approver or request; CONFLICT
 * for another status, stage or outcome of an item that the ledger moves, and of one that has ended: that is requeued.
 * NOTFOUND.
 */
enum tomb_code tomb_work_item_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_work_item_given *given, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Operators only.  An item of a pipeline outside becomes Pending at stage, "" for its present one, without node; a
 * deletion's is requeued as tomb_work_item_requeue() does, whatever stage says.  CONFLICT for one that succeeded or is
 * an ingest of ours; INVAL for a stage that there is not; NOTFOUND.
 */
enum tomb_code tomb_work_item_record_requeue(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_str stage, struct tomb_err *err) TOMB_MUST_USE;

#endif
