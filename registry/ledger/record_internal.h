/* What recording objects, files and events shares: all of it inside the caller's transaction. */
#ifndef TOMB_RECORD_INTERNAL_H
#define TOMB_RECORD_INTERNAL_H

#include "tombstone/file_record.h"

struct tomb_event_line {
	int64_t object_id;
	int64_t file_id; /* 0: about the object */
	struct tomb_event_given event;
};

struct tomb_checksum_line {
	int64_t file_id;
	struct tomb_checksum_given checksum;
};

struct tomb_copy_line {
	int64_t file_id;
	struct tomb_str url;
};

/* INVAL or FORBIDDEN for an event that cannot be reported. */
enum tomb_code tomb_record_event_check(const struct tomb_event_given *event, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_record_checksum_check(
	const struct tomb_checksum_given *checksum, struct tomb_err *err) TOMB_MUST_USE;

/* The rules of what is given by itself, whatever the ledger has. */
enum tomb_code tomb_record_file_check(const struct tomb_file_given *f, struct tomb_err *err) TOMB_MUST_USE;

/* An event of ours: what was recorded, and by whom. */
struct tomb_event_given tomb_record_event(
	const struct tomb_actor *actor, struct tomb_str type, struct tomb_str detail, struct tomb_str outcome_detail);

/* All of them were checked; *first is the first one's id, if it is not NULL.  CONFLICT in words that name a value. */
enum tomb_code tomb_record_events(struct tomb_pg *pg, const struct tomb_event_line *lines, size_t n, int64_t *first,
	struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_record_checksums(struct tomb_pg *pg, const struct tomb_checksum_line *lines, size_t n,
	int64_t *first, struct tomb_err *err) TOMB_MUST_USE;
/* INVAL for an address that belongs to no backend of its file's storage option. */
enum tomb_code tomb_record_copies(struct tomb_pg *pg, const struct tomb_copy_line *lines, size_t n, int64_t *first,
	struct tomb_err *err) TOMB_MUST_USE;

/* The checksums, copies and events that f brings, for the file's present generation, and an event "ingestion" of ours
 * if it brings none. */
enum tomb_code tomb_record_file_parts(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_file_given *f, int64_t object_id, int64_t id, struct tomb_err *err) TOMB_MUST_USE;

struct sql_record_file_lock_row;

/* Locks the object and then the file.  NOTFOUND unless institution_id (0: whichever) has it. */
enum tomb_code tomb_record_file_lock(struct tomb_pg *pg, int64_t institution_id, int64_t id, struct tomb_arena *arena,
	struct sql_record_file_lock_row **out, struct tomb_err *err) TOMB_MUST_USE;

/* "object 12", "file 7". */
enum tomb_code tomb_record_audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	int64_t institution_id, const char *noun, int64_t id, struct tomb_str detail,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
