/*
 * Generic files with their checksums and copies.  Spec: deletion.md P-02, P-03, P-13, P-16, X-05; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.
 */
#ifndef TOMB_FILE_H
#define TOMB_FILE_H

#include "tombstone/object.h"

enum {
	/* Checksums, and copies, that are shown of one file: more generations than anybody will store. */
	TOMB_FILE_PARTS_MAX = 1000
};

struct tomb_file {
	int64_t id;
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str institution_name;
	int64_t object_id;
	struct tomb_str object_identifier;
	struct tomb_str access; /* the object's */
	struct tomb_str identifier;
	struct tomb_str file_format;
	int64_t size_bytes;
	struct tomb_uuid uuid;
	struct tomb_str storage_option;
	bool is_deleted;
	int32_t generation; /* 1, and one more each time new bytes were stored */
	int64_t mod_time_us;
	int64_t created_at_us;
	int64_t updated_at_us;
	struct tomb_str md5; /* of this generation, base 16; "" if there is none or nobody asked for fixity */
	struct tomb_str sha1;
	struct tomb_str sha256;
	struct tomb_str sha512;
	int64_t fixity_checked_at_us; /* the last check that succeeded */
};

struct tomb_file_filter {
	int64_t institution_id;     /* 0: all that the actor may see */
	int64_t object_id;          /* 0: of all objects; else the list is in order of identifiers */
	struct tomb_str state;      /* "A", "D"; "": both */
	struct tomb_str identifier; /* exactly this one; "": no matter */
	struct tomb_str prefix;     /* of the identifier; if not "", the list is in order of identifiers */
	bool by_name;               /* in order of identifiers in any case */
	bool newest_first;          /* else in order of id */
	bool with_fixity;
};

struct tomb_file_page {
	struct tomb_file *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* INVAL for a filter or a page that makes no sense; FORBIDDEN for another institution's id in the filter; NOTFOUND for
 * the object. */
enum tomb_code tomb_file_list(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_file_filter *filter,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_file_page *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_file_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_file_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* By any terms, in any order, as tomb_object_sift(); with fixity.  An object that is not there has no files. */
enum tomb_code tomb_file_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_file_page *out, int64_t *count,
	struct tomb_err *err) TOMB_MUST_USE;

/* By id or, if that is 0, by identifier; with fixity.  NOTFOUND. */
enum tomb_code tomb_file_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_str identifier, struct tomb_arena *arena, struct tomb_file *out,
	struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_file_pending(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_pending *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_checksum {
	int64_t id;
	int32_t generation;
	struct tomb_str algorithm; /* "md5", "sha1", "sha256", "sha512" */
	struct tomb_str digest;    /* base 16 */
	int64_t created_at_us;
};

struct tomb_copy {
	int64_t id;
	int64_t file_id;
	int32_t generation;
	struct tomb_str backend;
	struct tomb_str storage_option;
	struct tomb_str url;
	struct tomb_str version_id; /* these two are "" if unknown */
	struct tomb_str etag;
	int64_t size_bytes;
	int64_t stored_at_us;
	struct tomb_str status;  /* "stored", "superseded", "removing", "gone" */
	int64_t deletion_id;     /* the deletion that claimed it; 0: none */
	struct tomb_str outcome; /* of the last try to remove it; "": none yet */
	struct tomb_str outcome_detail;
	struct tomb_str provider_request_id;
	struct tomb_str verification; /* "verified absent", "accepted, not verifiable"; "" if it is not gone */
	int64_t removed_at_us;
	int64_t verified_at_us;
};

struct tomb_copies {
	struct tomb_copy *p;
	size_t n;
};

/* Of every generation, newest first. */
struct tomb_file_parts {
	struct tomb_checksum *checksums;
	size_t nchecksums;
	struct tomb_copy *copies;
	size_t ncopies;
};

/* Nothing at all for a file that is not there or another institution's: ask tomb_file_find() first. */
enum tomb_code tomb_file_parts(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_arena *arena,
	struct tomb_file_parts *out, struct tomb_err *err) TOMB_MUST_USE;

/* The copies of the present generation of each of ids, in their order. */
enum tomb_code tomb_file_copies(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_copies *out, struct tomb_err *err) TOMB_MUST_USE;

/* (*out)[i] is the first obstacle to a request for the deletion of ids.p[i] alone; its rule is "" if there is none. */
enum tomb_code tomb_file_obstacles(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_obstacle **out, struct tomb_err *err) TOMB_MUST_USE;

#endif
