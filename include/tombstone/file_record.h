/*
 * Files that a pipeline outside records, with their checksums, copies and events.  Spec: aptrust.md 3.3, 3.6, 5;
 * deletion.md P-14, P-19, P-20, X-04, X-05; I2, I4, I8.
 *
 * Whoever records a file has stored its bytes and vouches for what is said of them: we have not read them.  A copy is
 * recorded with its address and nothing else, and its minimum retention begins when it is recorded, whatever the file's
 * age.  The address is one of a backend that the object's storage option uses, as the backend was probed last
 * ("tombstone storage probe").
 */
#ifndef TOMB_FILE_RECORD_H
#define TOMB_FILE_RECORD_H

#include "tombstone/checksum_record.h"
#include "tombstone/event_record.h"

enum {
	TOMB_FILE_RECORD_MAX = 1000,      /* files of one call: a statement of a few megabytes */
	TOMB_FILE_RECORD_PARTS_MAX = 1000 /* checksums, addresses, events of one file each */
};

/* A string whose p is NULL is not given: it stays as it is, or has its default. */
struct tomb_file_given {
	int64_t institution_id; /* 0: not given, as the next */
	int64_t object_id;
	struct tomb_str identifier;
	struct tomb_str file_format;
	struct tomb_str storage_option;
	struct tomb_str state;
	struct tomb_str uuid;
	int64_t size_bytes;  /* -1: not given */
	int64_t mod_time_us; /* 0: not given */
	const struct tomb_checksum_given *checksums;
	size_t nchecksums;
	struct tomb_strs urls;
	const struct tomb_event_given *events;
	size_t nevents;
};

/*
 * Operators only.  New files of institution_id, all or none; ids[i] is that of files[i].  Each has an "ingestion" event
 * of ours if it brings none.  INVAL for what is missing (object, identifier, size, format) or breaks a rule, such as
 * an identifier that does not begin with the object's and a slash; NOTFOUND for the object; CONFLICT if the object is
 * deleted, or an identifier, UUID or address is in use.
 */
enum tomb_code tomb_file_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	const struct tomb_file_given *files, size_t n, int64_t *ids, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Operators only.  Other digests than the present ones, or addresses that the file's present content does not have, are
 * new bytes: a new generation with at least one checksum and one address, all of them under new addresses, so that a
 * deletion of the older one never reaches it (I4).  A deleted file comes back only so.  Without them, only what is said
 * of the file changes, and digests that were missing are added.
 *
 * INVAL for another institution, object, identifier, UUID or storage option, a size without new bytes, or half a new
 * generation; CONFLICT for state "D", a deleted file or object without new bytes, or an address that is in use;
 * NOTFOUND.
 */
enum tomb_code tomb_file_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_file_given *given, struct tomb_err *err) TOMB_MUST_USE;

#endif
