/*
 * How people get and change their passwords: by the old one, or by a link in a mail.
 *
 * A link's token is 256 random bits, made when its mail is sent, kept as SHA-256, used once, and void when a newer one
 * is made or the password is set in another way.  Spec: deletion.md; ASVS 5.0, 6.2 and 6.4.
 */
#ifndef TOMB_USER_PASSWORD_H
#define TOMB_USER_PASSWORD_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"
#include "tombstone/session.h"

enum {
	TOMB_PASSWORD_ADVISED = 15,                  /* characters: ASVS 5.0, 6.2.1 */
	TOMB_PASSWORD_RESET_MINUTES = 60,            /* the person is waiting for it */
	TOMB_PASSWORD_WELCOME_MINUTES = 7 * 24 * 60, /* the person does not know yet */
};

/*
 * Changes the actor's own password.  UNAUTHENTICATED if old is not the password; INVAL, for people, if the new one
 * breaks a rule of tombstone/password.h or tombstone/common_password.h.  Ends all other sessions; a mail says so.
 */
enum tomb_code tomb_user_password_change(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str old,
	struct tomb_str password, struct tomb_session_renewal *renewal, struct tomb_err *err) TOMB_MUST_USE;

/* Somebody has forgotten the password of this address.  Does the same whoever's it is, in the same time: the mailer
 * looks later.  INVAL for what is no line of at most 254 bytes. */
enum tomb_code tomb_user_password_forgotten(
	struct tomb_pg *pg, struct tomb_str email, struct tomb_err *err) TOMB_MUST_USE;

/* Turns up to at_most such wishes into mails, for those who have an account. */
enum tomb_code tomb_user_password_grant(struct tomb_pg *pg, int at_most, struct tomb_err *err) TOMB_MUST_USE;

/* A new token for one mail, good for minutes; older ones of the person are void.  CONFLICT if they are not active. */
enum tomb_code tomb_user_password_link(struct tomb_pg *pg, int64_t user_id, int minutes,
	char token[static TOMB_TOKEN_TEXT], struct tomb_err *err) TOMB_MUST_USE;

/* Whose link it is.  GONE, always with the same text, if it is nobody's, or used, or too old. */
enum tomb_code tomb_user_password_reader(struct tomb_pg *pg, struct tomb_str token, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err) TOMB_MUST_USE;

/* Sets the password of the link's reader, and ends all their sessions; a mail says so.  GONE, INVAL as above. */
enum tomb_code tomb_user_password_set(
	struct tomb_pg *pg, struct tomb_str token, struct tomb_str password, struct tomb_err *err) TOMB_MUST_USE;

#endif
