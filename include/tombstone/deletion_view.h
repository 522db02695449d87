/*
 * Deletion requests as people see them: who asked, who decided, what was listed, what became of it.
 * Spec: deletion.md P-08, P-10, P-11, X-05; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.
 */
#ifndef TOMB_DELETION_VIEW_H
#define TOMB_DELETION_VIEW_H

#include "tombstone/actor.h"
#include "tombstone/page.h"
#include "tombstone/pg.h"
#include "tombstone/sift.h"

struct tomb_deletion_view {
	int64_t id; /* the request's */
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str institution_name;
	int64_t requested_by_id;
	struct tomb_str requested_by_name;
	struct tomb_str requested_by_email;
	struct tomb_str requested_via; /* "web", "api", "cli" */
	int64_t requested_at_us;
	struct tomb_str reason;
	struct tomb_str reason_code; /* of tombstone/deletion_reason.h; "" for none */
	struct tomb_str state;       /* "open", "approved", "rejected", "expired", "void" */
	struct tomb_str state_text;  /* "Awaiting approval", "Approved", "Rejected", "Expired", "Void" */
	int64_t expires_at_us;
	int64_t closed_at_us;
	struct tomb_str closed_note;
	struct tomb_str list_digest; /* 32 bytes: what an approval signs */
	int64_t named_objects;       /* whole objects that were named */
	int64_t named_files;         /* files that were named one by one */
	int64_t file_count;          /* all files on the list */
	int64_t byte_count;
	struct tomb_str first_identifier; /* of the first thing named */
	struct tomb_str verdict;          /* "approve", "reject"; "" while nobody has decided */
	int64_t decided_by_id;            /* 0, "" and 0 then, as the next four */
	struct tomb_str decided_by_name;
	struct tomb_str decided_by_email;
	struct tomb_str decided_via;
	int64_t decided_at_us;
	bool as_sole_admin;  /* the requester was the only admin, and approved it */
	int64_t deletion_id; /* 0 unless it was approved */
	int64_t planned_at_us;
	int64_t finished_at_us;
};

struct tomb_deletion_filter {
	int64_t institution_id;    /* 0: all that the actor may see */
	struct tomb_str state;     /* one of the five above; "": all */
	int64_t object_id;         /* that name this object or files of it; 0: no matter */
	struct tomb_str requester; /* the e-mail address of who asked; "": all */
	int64_t since_us;          /* requested then or later, and before until_us; 0: no matter */
	int64_t until_us;
	bool newest_first;
};

struct tomb_deletion_page {
	struct tomb_deletion_view *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* "Awaiting approval" for "open"; state itself if it is none. */
struct tomb_str tomb_deletion_view_state_text(struct tomb_str state);

/* INVAL for a filter or a page that makes no sense; FORBIDDEN for another institution's id in the filter. */
enum tomb_code tomb_deletion_view_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_deletion_page *out, struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_deletion_view_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* By any terms, in any order, as tomb_object_sift() of tombstone/object.h.  The term status is "Awaiting Approval",
 * "Approved", "Rejected", "Expired" or "Void"; stage is "Requested" until the deletion has ended, then "Resolve". */
enum tomb_code tomb_deletion_view_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_deletion_page *out, int64_t *count,
	struct tomb_err *err) TOMB_MUST_USE;

/* NOTFOUND. */
enum tomb_code tomb_deletion_view_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_deletion_view *out, struct tomb_err *err) TOMB_MUST_USE;

/* How far the work has come; all zero before the approval. */
struct tomb_deletion_progress {
	int64_t items;
	int64_t items_done;
	int64_t items_failed;
	int64_t files_total;
	int64_t files_done;
	int64_t files_refused;
	int64_t files_failed;
	int64_t bytes_total;
	int64_t bytes_done;
};

/* Of view->deletion_id.  Adds up work items, not files. */
enum tomb_code tomb_deletion_view_progress(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_view *view, struct tomb_deletion_progress *out, struct tomb_err *err) TOMB_MUST_USE;

/* Copies that the deletion has claimed and that are alike. */
struct tomb_deletion_copies {
	struct tomb_str backend;
	struct tomb_str status;       /* "stored", "superseded", "removing", "gone" */
	struct tomb_str outcome;      /* "removed", "already absent", "refused", "failed", "unknown"; "": not tried */
	struct tomb_str verification; /* "verified absent", "accepted, not verifiable"; "" if they are not gone */
	int64_t copies;
	int64_t bytes;
};

/* Of view->deletion_id.  Reads every copy of the deletion: for the page of one deletion, not for lists. */
enum tomb_code tomb_deletion_view_copies(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_view *view, struct tomb_arena *arena, struct tomb_deletion_copies **out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

/* Somebody who was asked by mail to decide. */
struct tomb_deletion_recipient {
	struct tomb_str name;
	struct tomb_str email;
	int64_t mailed_at_us; /* the last mail to have gone out; 0: none yet */
};

/* In order of addresses.  Nothing for a request that is another institution's. */
enum tomb_code tomb_deletion_view_recipients(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_arena *arena, struct tomb_deletion_recipient **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* A file or an object that the request named. */
struct tomb_deletion_item {
	int64_t id;
	int64_t object_id;
	struct tomb_str object_identifier;
	int64_t file_id; /* 0: the whole object */
	struct tomb_str file_identifier;
	bool is_deleted;
	bool is_open;         /* no other request may name it */
	int64_t work_item_id; /* 0 unless it was approved */
	struct tomb_str work_status;
};

struct tomb_deletion_items {
	struct tomb_deletion_item *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* NOTFOUND. */
enum tomb_code tomb_deletion_view_items(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_deletion_items *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* A file of the exact list. */
struct tomb_deletion_file {
	int64_t file_id;
	struct tomb_str identifier;
	int32_t generation; /* that was seen at the request */
	int64_t size_bytes;
	int64_t item_id;
	struct tomb_str outcome; /* "pending", "deleted", "refused", "failed" */
	struct tomb_str reason;  /* of a refusal or failure */
	int64_t settled_at_us;
};

struct tomb_deletion_files {
	struct tomb_deletion_file *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

struct tomb_deletion_files_filter {
	int64_t request_id;
	struct tomb_str outcome; /* "": all */
};

/* In order of file ids.  NOTFOUND; INVAL. */
enum tomb_code tomb_deletion_view_files(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_files_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_deletion_files *out, struct tomb_err *err) TOMB_MUST_USE;

/* A copy of a file of the list. */
struct tomb_deletion_copy {
	int64_t file_id;
	int32_t generation;
	struct tomb_str backend;
	struct tomb_str url;
	int64_t size_bytes;
	struct tomb_str sha256;       /* base 16; "" if none is recorded */
	struct tomb_str status;       /* as in struct tomb_deletion_copies, like the next one */
	struct tomb_str outcome;      /* of this deletion */
	struct tomb_str detail;       /* for people; "" if there is nothing to say */
	struct tomb_str verification; /* "" while it is not gone */
	int64_t stored_at_us;
	int64_t removed_at_us;
	int64_t verified_at_us;
};

/*
 * The copies of file_ids, which are on the request's list, up to the generation that was listed: those that its
 * deletion has claimed, and those that are still there.  In order of files, the newest generation first, then by
 * backend.  A file whose copies another deletion has removed has none.  Nothing for a request that is another
 * institution's.
 */
enum tomb_code tomb_deletion_view_file_copies(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_int8s file_ids, struct tomb_arena *arena, struct tomb_deletion_copy **out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
