/*
 * Work items: what people see of work that is done for them.  Spec: deletion.md P-09, P-10, P-17, X-16; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.
 */
#ifndef TOMB_WORK_ITEM_H
#define TOMB_WORK_ITEM_H

#include "tombstone/actor.h"
#include "tombstone/page.h"
#include "tombstone/pg.h"
#include "tombstone/sift.h"

struct tomb_work_item {
	int64_t id;
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str institution_name;
	struct tomb_str action; /* "Ingest", "Delete" */
	int64_t object_id;      /* 0 while an ingest has not made it */
	struct tomb_str object_identifier;
	struct tomb_str bag_name; /* the object's, like the next six; "" while there is none */
	struct tomb_str alt_identifier;
	struct tomb_str bag_group_identifier;
	struct tomb_str bagit_profile_identifier;
	struct tomb_str source_organization;
	struct tomb_str internal_sender_identifier;
	struct tomb_str storage_option;
	int64_t file_id; /* 0: about the whole object */
	struct tomb_str file_identifier;
	int64_t deletion_id; /* these two are 0 for an ingest */
	int64_t request_id;
	struct tomb_str stage;
	struct tomb_str status; /* "Pending", "Started", "Success", "Failed", "Cancelled" */
	struct tomb_str note;
	struct tomb_str outcome;
	struct tomb_str user_email;
	struct tomb_str approver_email; /* "" for an ingest */
	int64_t files_total;
	int64_t files_done;
	int64_t files_refused;
	int64_t files_failed;
	int64_t bytes_total;
	int64_t bytes_done;
	bool needs_admin_review;
	int64_t requested_at_us; /* when the deletion was asked for (P-17); of an ingest, created_at_us */
	int64_t created_at_us;   /* when it was approved */
	int64_t queued_at_us;
	int64_t started_at_us;
	int64_t completed_at_us;
	int64_t updated_at_us;
	int64_t cancelled_at_us;       /* an operator has cancelled it, as tombstone/cancel.h; else 0 */
	struct tomb_str cancelled_by;  /* their e-mail address */
	struct tomb_str cancel_reason; /* for people */
	struct tomb_str name; /* of the bag, or else the object's identifier; the rest is told by pipelines outside */
	struct tomb_str etag;
	struct tomb_str bucket;
	int64_t bag_date_us;
	int64_t date_processed_us; /* when it was last changed, if they do not tell */
	bool retry;                /* it has not ended, if they do not tell */
	struct tomb_str node;
	int64_t pid;
};

struct tomb_work_item_filter {
	int64_t institution_id; /* 0: all that the actor may see */
	struct tomb_str action; /* these two: "" for all */
	struct tomb_str status;
	int64_t object_id;  /* of this object and its files; 0: no matter.  One of these three at most */
	int64_t file_id;    /* of this file */
	int64_t request_id; /* of this deletion request */
	bool newest_first;  /* else in order of id */
};

struct tomb_work_item_page {
	struct tomb_work_item *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* INVAL for a filter or a page that makes no sense; FORBIDDEN for another institution's id in the filter. */
enum tomb_code tomb_work_item_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_work_item_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_work_item_page *out, struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_work_item_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_work_item_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* By any terms, in any order, as tomb_object_sift() of tombstone/object.h. */
enum tomb_code tomb_work_item_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_work_item_page *out, int64_t *count,
	struct tomb_err *err) TOMB_MUST_USE;

/* NOTFOUND. */
enum tomb_code tomb_work_item_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_work_item *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
