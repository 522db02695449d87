/*
 * Checksums, as their institution and operators may see them.  Spec: deletion.md P-16, aptrust.md 3.6; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.
 */
#ifndef TOMB_CHECKSUM_H
#define TOMB_CHECKSUM_H

#include "tombstone/file.h"

/* A checksum with the file that it is of. */
struct tomb_checksum_view {
	int64_t id;
	struct tomb_str algorithm; /* "md5", "sha1", "sha256", "sha512" */
	struct tomb_str digest;    /* base 16 */
	int32_t generation;
	int64_t created_at_us;
	int64_t file_id;
	struct tomb_str file_identifier;
	bool is_deleted; /* the file is */
	int64_t object_id;
	int64_t institution_id;
};

struct tomb_checksum_page {
	struct tomb_checksum_view *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* By any terms, in any order, as tomb_object_sift(), newest first.  Of more than TOMB_SIFT_MAX: file by file, the
 * newest file first; of one object's, in the order of its files' identifiers. */
enum tomb_code tomb_checksum_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_checksum_page *out, int64_t *count,
	struct tomb_err *err) TOMB_MUST_USE;

/* NOTFOUND. */
enum tomb_code tomb_checksum_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_checksum_view *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
