/* Sessions, inside the transactions of other verbs. */
#ifndef TOMB_SESSION_INTERNAL_H
#define TOMB_SESSION_INTERNAL_H

#include "tombstone/session.h"

/* Ends all sessions of a person.  With a renewal, the one that it names goes on under the token that is written to it,
 * if it is theirs and alive. */
enum tomb_code tomb_session_renew(
	struct tomb_pg *pg, int64_t user_id, struct tomb_session_renewal *renewal, struct tomb_err *err) TOMB_MUST_USE;

/* The digest of a session's token; INVAL for what is none. */
enum tomb_code tomb_session_digest(
	struct tomb_str text, uint8_t out[static TOMB_SHA256_SIZE], struct tomb_err *err) TOMB_MUST_USE;

#endif
