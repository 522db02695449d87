/* Deleted records brought back.  Spec: records.md 2.8; FC-3, FC-4. */
#ifndef TOMB_RECORD_RESTORATION_H
#define TOMB_RECORD_RESTORATION_H

#include "tombstone/record.h"

enum { TOMB_RECORD_RESTORATION_MAX = 5000 }; /* counted after expansion */

struct tomb_record_restore_ask {
	const struct tomb_uuid *ids;
	size_t nids;
	bool keep_suppressed; /* FOLIO's way: both flags stay on */
	bool alone;           /* without what was deleted together with it; what it is in comes back all the same */
};

struct tomb_record_restored {
	int64_t restoration_id; /* 0: nothing was deleted */
	int64_t records;
	int64_t already_active; /* of those named (R7) */
};

/*
 * Everything named, what was deleted together with it below it, and what it is in; one transaction.
 * FORBIDDEN unless actor may RECORD_RESTORE where they are, or for kinds that cannot come back (N-02); NOTFOUND;
 * CONFLICT for an identifier that was taken meanwhile (the text names both); TOOBIG for more than
 * TOMB_RECORD_RESTORATION_MAX.
 */
enum tomb_code tomb_record_restore(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_restore_ask *ask, struct tomb_record_restored *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
