/* The one door to records' deletion and return, for verbs that do it as part of their own change: within the caller's
 * transaction.  Promises and errors: tombstone/record_deletion.h, tombstone/record_restoration.h. */
#ifndef TOMB_RECORD_DOOR_H
#define TOMB_RECORD_DOOR_H

#include "tombstone/record_deletion.h"
#include "tombstone/record_restoration.h"

enum tomb_code tomb_record_door_delete(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_record_deleted *out,
	struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_record_door_restore(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_restore_ask *ask, struct tomb_record_restored *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
