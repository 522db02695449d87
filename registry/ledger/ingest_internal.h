/* What beginning and finishing an ingest share: both run inside the caller's transaction. */
#ifndef TOMB_INGEST_INTERNAL_H
#define TOMB_INGEST_INTERNAL_H

#include "sql.gen.h"
#include "tombstone/ingest_record.h"

/*
 * Locks the object with this identifier, if there is one: *out is NULL if not.  CONFLICT if it is another
 * institution's, or active in another storage option than wanted_option (0: any).
 */
enum tomb_code tomb_ingest_lock_object(struct tomb_pg *pg, int64_t institution_id, struct tomb_str identifier,
	int64_t wanted_option, struct tomb_arena *arena, struct sql_ingest_object_lock_row **out,
	struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_ingest_audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	const struct tomb_ingest_record *rec, struct tomb_str detail, struct tomb_str list_digest,
	struct tomb_err *err) TOMB_MUST_USE;

/* Gives the object's lock back.  A connection that is gone has given it back already. */
void tomb_ingest_unlock(struct tomb_pg *pg, struct tomb_str object_identifier);

#endif
