/*
 * Copies that a pipeline outside has stored and reports.  Spec: aptrust.md 3.3, 3.6; deletion.md P-12, X-04, X-05; I2,
 * I4.
 */
#ifndef TOMB_COPY_RECORD_H
#define TOMB_COPY_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/*
 * Operators only.  One more copy of the file's present content: from here on the file is Deleted only when it is gone,
 * too; its minimum retention begins now.  *id is the copy's.  NOTFOUND unless institution_id (0: whichever) has the
 * file; CONFLICT if it is deleted, a deletion may still reach it, its backend has a copy of it, or the address is in
 * use; INVAL for an address that belongs to no backend of its storage option, or is not written as a store writes it.
 */
enum tomb_code tomb_copy_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	int64_t file_id, struct tomb_str url, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

#endif
