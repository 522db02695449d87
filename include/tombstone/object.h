/*
 * Intellectual objects, as their institution and operators may see them.  Spec: deletion.md P-02, P-13, P-16; I9.
 *
 * Strings and arrays are in the arena.  Times are in microseconds since 1970; 0 says that it has not happened.
 * Everybody sees the own institution's things, operators and programs all.  What is another institution's is NOTFOUND,
 * in the words for what does not exist.
 */
#ifndef TOMB_OBJECT_H
#define TOMB_OBJECT_H

#include "tombstone/deletion_request.h"
#include "tombstone/page.h"
#include "tombstone/sift.h"

struct tomb_object {
	int64_t id;
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str institution_name;
	struct tomb_str identifier;
	struct tomb_str bag_name;
	struct tomb_str title;
	struct tomb_str description;
	struct tomb_str alt_identifier;
	struct tomb_str access; /* "consortia", "institution", "restricted" */
	struct tomb_str bag_group_identifier;
	struct tomb_str bagit_profile_identifier;
	struct tomb_str source_organization;
	struct tomb_str internal_sender_identifier;
	struct tomb_str internal_sender_description;
	struct tomb_str etag; /* of the bag; "" unless who recorded it has told */
	struct tomb_str storage_option;
	bool is_deleted;
	int32_t cycle; /* 1, and one more each time it came back after a deletion */
	int64_t created_at_us;
	int64_t updated_at_us;
	int64_t active_files; /* these five are 0 where nobody asked for counts */
	int64_t active_bytes;
	int64_t deleted_files;
	int64_t payload_files; /* of the active ones, those below data/ */
	int64_t payload_bytes;
};

struct tomb_object_filter {
	int64_t institution_id;     /* 0: all that the actor may see */
	struct tomb_str state;      /* "A", "D"; "": both */
	struct tomb_str identifier; /* exactly this one; "": no matter */
	struct tomb_str prefix;     /* of the identifier; if not "", the list is in order of identifiers */
	bool by_name;               /* in order of identifiers in any case */
	bool newest_first;          /* else in order of id */
	bool with_counts;           /* of files and bytes */
};

struct tomb_object_page {
	struct tomb_object *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* INVAL for a filter or a page that makes no sense; FORBIDDEN for another institution's id in the filter. */
enum tomb_code tomb_object_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_object_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_object_page *out, struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_object_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_object_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* By any terms, in any order: see tombstone/sift.h.  With counts; *count is how many there are, up to TOMB_COUNT_MAX
 * and as far as the list was looked through.  INVAL, FORBIDDEN as tomb_object_list(). */
enum tomb_code tomb_object_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_object_page *out, int64_t *count,
	struct tomb_err *err) TOMB_MUST_USE;

/* By id or, if that is 0, by identifier; with counts.  NOTFOUND. */
enum tomb_code tomb_object_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_str identifier, struct tomb_arena *arena, struct tomb_object *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Active files of one format. */
struct tomb_format_share {
	struct tomb_str file_format;
	int64_t files;
	int64_t bytes;
};

/* The formats of the object's active files, those with the most files first, at most at_most.
 * Nothing for an object that is not there or another institution's: ask tomb_object_find() first. */
enum tomb_code tomb_object_formats(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, int32_t at_most,
	struct tomb_arena *arena, struct tomb_format_share **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* What is going on with an object or a file. */
struct tomb_pending {
	int64_t open_request_id;         /* the deletion request that is open for it; 0: none */
	int64_t work_item_id;            /* the first work item that has not ended; 0: none */
	int64_t deleted_at_us;           /* of its present cycle */
	int64_t deletion_id;             /* the deletion that ended it; 0: none */
	int64_t deletion_request_id;     /* and its request */
	struct tomb_obstacle *obstacles; /* to a request for its deletion at this moment (P-13) */
	size_t nobstacles;
};

enum tomb_code tomb_object_pending(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_pending *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
