/* Checksums that a pipeline outside reports.  Spec: aptrust.md 3.3, 3.6; deletion.md P-16; I8. */
#ifndef TOMB_CHECKSUM_RECORD_H
#define TOMB_CHECKSUM_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct tomb_checksum_given {
	struct tomb_str algorithm; /* "md5", "sha1", "sha256", "sha512" */
	struct tomb_str digest;    /* base 16, lower case, of the algorithm's length */
};

/*
 * Operators only.  One more digest of the file's present content.  *id is the checksum's.  NOTFOUND unless
 * institution_id (0: whichever) has the file; CONFLICT if it is deleted or has a digest by this algorithm: other bytes
 * are a new generation, see tombstone/file_record.h; INVAL for what is no digest.
 */
enum tomb_code tomb_checksum_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	int64_t file_id, const struct tomb_checksum_given *given, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

#endif
