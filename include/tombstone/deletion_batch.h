/*
 * Deletion requests that an operator files in the name of an institution's admin: the help desk's way for long lists.
 *
 * Spec: deletion.md P-18; aptrust.md 2.6.  The request is that admin's: they are its requester and are told of it, and
 * another admin of the institution must approve it (I5).  All rules of an ordinary request hold.
 */
#ifndef TOMB_DELETION_BATCH_H
#define TOMB_DELETION_BATCH_H

#include "tombstone/deletion_request.h"

struct tomb_deletion_batch {
	int64_t institution_id;
	int64_t requestor_id; /* an admin of the institution */
	struct tomb_deletion_list list;
	struct tomb_str reason;
};

/*
 * Operators only.  The checks in their order: INVAL "invalid requestor id" unless the requestor is an active admin of
 * the institution; INVAL "one or more object ids is invalid" (file ids) unless every thing is there once, active and
 * the institution's; CONFLICT "task cannot be completed because this object has pending work items"; then as
 * tomb_deletion_request_create().
 */
enum tomb_code tomb_deletion_batch_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_batch *batch, struct tomb_deletion_request *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
