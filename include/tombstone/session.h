/*
 * Sessions: who signed in with a password, and a code if they have a second factor, and carries a token since.
 *
 * A session ends when it is told to, when its hours are over, when it was not used for a while, and when its owner's
 * rights change: another password, role or second factor ends them all but the one in which that was done, which goes
 * on under a new token.
 *
 * Spec: deletion.md; ASVS 5.0, 7.  The ledger keeps the token's SHA-256 only.  The CSRF value is made from
 * the token, so that it needs no place: whoever can compute it has the session already.
 */
#ifndef TOMB_SESSION_H
#define TOMB_SESSION_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"
#include "tombstone/token.h"

struct tomb_step_up; /* tombstone/user_totp.h */

enum {
	TOMB_CSRF_TEXT = 65,            /* 64 digits and a NUL */
	TOMB_SESSION_LIST_MAX = 100,    /* more than anybody has browsers */
	TOMB_SESSION_IDLE_S = 3600,     /* where nothing else is set: NIST SP 800-63B-4, 2.2.3 */
	TOMB_SESSION_HALF_MINUTES = 10, /* between password and code: time to fetch the telephone */
	TOMB_SESSION_TEXT_MAX = 200     /* bytes of address and browser that are kept */
};

struct tomb_sign_in {
	struct tomb_str email;
	struct tomb_str password;
	int hours;               /* that the session lasts at most; at least 1 */
	int idle_s;              /* that it lasts without being used; 0: TOMB_SESSION_IDLE_S */
	struct tomb_str address; /* for its owner to recognise it by; may be empty */
	struct tomb_str browser;
};

/* The session in which its owner's rights change: whose token was token goes on as fresh, for the caller to wipe. */
struct tomb_session_renewal {
	struct tomb_str token;
	char fresh[TOMB_TOKEN_TEXT];
};

struct tomb_session {
	int64_t id;
	int64_t created_at_us;
	int64_t last_seen_at_us; /* to the minute */
	int64_t expires_at_us;
	struct tomb_str address;
	struct tomb_str browser; /* what it calls itself */
	bool is_current;
};

/*
 * Begins a session.  UNAUTHENTICATED, always with the same text, when there is no such active user, no password or
 * another one; it takes as long whether or not the address is known.  The audit log has those who came in.  The
 * actor's strings are in the arena; token_out is the cookie's value, for the caller to wipe.
 *
 * *awaits_code: the person has a second factor, and the token is good for tomb_user_sign_in_code() only.
 */
enum tomb_code tomb_user_sign_in(struct tomb_pg *pg, const struct tomb_sign_in *in, struct tomb_arena *arena,
	struct tomb_actor *out, char token_out[static TOMB_TOKEN_TEXT], bool *awaits_code,
	struct tomb_err *err) TOMB_MUST_USE;

/*
 * The second step: the code.  in is that of the first step, without e-mail address and password.  The token of the
 * first step ends, and a new one begins the session.  UNAUTHENTICATED if the first step is over; STEP_UP for a wrong
 * code, RATE_LIMITED after several.
 */
enum tomb_code tomb_user_sign_in_code(struct tomb_pg *pg, struct tomb_str token, const struct tomb_sign_in *in,
	const struct tomb_step_up *proof, struct tomb_arena *arena, struct tomb_actor *out,
	char token_out[static TOMB_TOKEN_TEXT], struct tomb_err *err) TOMB_MUST_USE;

/* Whose first step this is, for a page that asks for the second one.  UNAUTHENTICATED if it is over. */
enum tomb_code tomb_session_half_find(struct tomb_pg *pg, struct tomb_str token, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err) TOMB_MUST_USE;

/* Whose session this is: an active user of an active institution, in the role of this moment.  UNAUTHENTICATED for
 * anything else, malformed tokens and first steps included.  Notes, at most once a minute, that it is used. */
enum tomb_code tomb_session_find(struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err) TOMB_MUST_USE;

/* Ends it; a session that is over already, or never was, is fine. */
enum tomb_code tomb_session_end(
	struct tomb_pg *pg, struct tomb_str token, enum tomb_via via, struct tomb_err *err) TOMB_MUST_USE;

/* The actor's own that are alive, the one of the token current first.  Strings in the arena. */
enum tomb_code tomb_session_list(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str current,
	struct tomb_arena *arena, struct tomb_session **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* Ends one of the actor's own; operators, anybody's.  NOTFOUND for any other; one that is over already is fine.
 */
enum tomb_code tomb_session_end_one(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_err *err) TOMB_MUST_USE;

/* Ends all of the actor's own but that of the token current; all, if it is "". */
enum tomb_code tomb_session_end_others(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str current,
	struct tomb_err *err) TOMB_MUST_USE;

/* The value that forms of this session carry: HMAC-SHA256 of "csrf" under the token, in base 16. */
void tomb_session_csrf(struct tomb_str token, char out[static TOMB_CSRF_TEXT]);

/* True if given is that value; in constant time. */
bool tomb_session_csrf_ok(struct tomb_str token, struct tomb_str given) TOMB_MUST_USE;

#endif
