/*
 * Copies that lie in a store already and did not come by an ingest: archives of a vault, which names them itself.
 * Spec: deletion.md X-05.
 */
#ifndef TOMB_COPY_H
#define TOMB_COPY_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct tomb_copy_found {
	struct tomb_str file_identifier; /* whose present content it is, on the word of who says so */
	struct tomb_str backend;
	struct tomb_str url;
	int64_t stored_at_us;  /* since when it lies there; 0: not known, so its minimum retention begins now */
	struct tomb_str agent; /* the program, for the event */
};

/*
 * The ledger learns of the copy: from here on the file is Deleted only when this copy is gone, too.  Operators only.
 * NOTFOUND for the file or the backend; CONFLICT when the file is deleted, is asked to be or is being stored, or when
 * the copy, or another one of the same content on that backend, is known; INVAL for a time that is yet to come.
 */
enum tomb_code tomb_copy_register(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_copy_found *found, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

#endif
