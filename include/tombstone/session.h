/*
 * Sessions: who signed in with a password, and carries a token since.
 *
 * Spec: deletion.md.  The ledger keeps the token's SHA-256 only.  The CSRF value is made from the token, so
 * that it needs no place: whoever can compute it has the session already.
 */
#ifndef TOMB_SESSION_H
#define TOMB_SESSION_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"
#include "tombstone/token.h"

enum { TOMB_CSRF_TEXT = 65 }; /* 64 digits and a NUL */

struct tomb_sign_in {
	struct tomb_str email;
	struct tomb_str password;
	int hours; /* that the session lasts at most; at least 1 */
};

/*
 * Begins a session.  UNAUTHENTICATED, always with the same text, when there is no such active user, no password or
 * another one; it takes as long whether or not the address is known.  The audit log has those who came in.  The
 * actor's strings are in the arena; token_out is the cookie's value, for the caller to wipe.
 */
enum tomb_code tomb_user_sign_in(struct tomb_pg *pg, const struct tomb_sign_in *in, struct tomb_arena *arena,
	struct tomb_actor *out, char token_out[static TOMB_TOKEN_TEXT], struct tomb_err *err) TOMB_MUST_USE;

/* Whose session this is: an active user of an active institution, in the role of this moment.  UNAUTHENTICATED for
 * anything else, malformed tokens included. */
enum tomb_code tomb_session_find(struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err) TOMB_MUST_USE;

/* Ends it; a session that is over already, or never was, is fine. */
enum tomb_code tomb_session_end(
	struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_err *err) TOMB_MUST_USE;

/* The value that forms of this session carry: HMAC-SHA256 of "csrf" under the token, in base 16. */
void tomb_session_csrf(struct tomb_str token, char out[static TOMB_CSRF_TEXT]);

/* True if given is that value; in constant time. */
bool tomb_session_csrf_ok(struct tomb_str token, struct tomb_str given) TOMB_MUST_USE;

#endif
