/*
 * Files with all that hangs on them, many at a time, as pipelines outside read them.  Spec: aptrust.md 3.3, 3.6; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.
 */
#ifndef TOMB_FILE_FULL_H
#define TOMB_FILE_FULL_H

#include "tombstone/file.h"
#include "tombstone/premis_event.h"

enum {
	/* Events of one file: the newest.  More than any pipeline writes for one; a list of files stays within bounds.
	 */
	TOMB_FILE_FULL_EVENTS = 100
};

struct tomb_file_full {
	struct tomb_file file;
	struct tomb_checksum *checksums; /* of every generation, newest first */
	size_t nchecksums;
	struct tomb_copy *copies; /* of the present generation */
	size_t ncopies;
	struct tomb_premis_event *events; /* newest first */
	size_t nevents;
};

struct tomb_file_fulls {
	struct tomb_file_full *p;
	size_t n;
};

/* Those of ids that the actor may see, in the order of ids.  Four statements for all of them. */
enum tomb_code tomb_file_full(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_file_fulls *out, struct tomb_err *err) TOMB_MUST_USE;

/* A copy that is there now, which other registries call a storage record.  NOTFOUND. */
struct tomb_copy_place {
	int64_t id;
	int64_t file_id;
	struct tomb_str url;
};
enum tomb_code tomb_copy_place(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_arena *arena,
	struct tomb_copy_place *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
