/*
 * A person's second factor: codes of an authenticator app (tombstone/totp.h), and backup codes for the day on which the
 * app is lost.
 *
 * The secret is kept encrypted, under a key that is not in the database; of backup codes only digests are kept.  Each
 * step of time and each backup code is used once, whoever uses it twice at the same time: the database compares.  After
 * TOMB_TOTP_TRIES wrong codes in a row a pause begins, in which no code is looked at; the wrong ones are audited.
 * ASVS 5.0, 6.5 and 6.6.
 */
#ifndef TOMB_USER_TOTP_H
#define TOMB_USER_TOTP_H

#include "tombstone/actor.h"
#include "tombstone/envelope.h"
#include "tombstone/pg.h"
#include "tombstone/session.h"
#include "tombstone/totp.h"

enum {
	TOMB_TOTP_TRIES = 5,         /* wrong codes before each pause: three codes in a million fit at any moment */
	TOMB_TOTP_PAUSE_S = 15 * 60, /* so a guesser needs years, and a clumsy person a coffee */
	TOMB_BACKUP_CODES = 10,
	TOMB_BACKUP_CODE_SIZE = 15, /* bytes: 120 bits, so that a plain digest is enough */
	TOMB_BACKUP_CODE_TEXT = 28, /* four groups of six letters and digits, and a NUL */
};

/* What proves that a person is at the keyboard now: a code, or a backup code. */
struct tomb_step_up {
	const struct tomb_envelope_key *key; /* NULL: the setting secrets_key_file is not set */
	struct tomb_str code;                /* "" if none was given */
};

struct tomb_user_totp {
	bool is_on;
	bool is_begun;    /* a secret was made, and its first code is awaited */
	bool is_required; /* the institution demands it of those who approve */
	int64_t on_since_us;
	int64_t codes_left; /* backup codes */
};

struct tomb_backup_codes {
	char code[TOMB_BACKUP_CODES][TOMB_BACKUP_CODE_TEXT];
};

/* The own one: actor is a person. */
enum tomb_code tomb_user_totp_status(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_user_totp *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* What somebody has to show to approve a deletion of an institution. */
enum tomb_step_up_need {
	TOMB_STEP_UP_NONE,   /* nothing: they have no second factor, and need none */
	TOMB_STEP_UP_CODE,   /* a code */
	TOMB_STEP_UP_MISSING /* they have none, and the institution demands one: they cannot approve */
};
enum tomb_code tomb_user_totp_need(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	enum tomb_step_up_need *out, struct tomb_err *err) TOMB_MUST_USE;

/* Makes a new secret, which is not in use before its first code.  Asks for the password: UNAUTHENTICATED.  CONFLICT if
 * codes are on; UNPROCESSABLE without a key. */
enum tomb_code tomb_user_totp_begin(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_envelope_key *key, struct tomb_str password, struct tomb_err *err) TOMB_MUST_USE;

/* The secret that was begun, for the caller to show and wipe.  NOTFOUND if there is none, or if it is in use: then it
 * is shown to nobody. */
enum tomb_code tomb_user_totp_secret(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_envelope_key *key, uint8_t out[static TOMB_TOTP_SECRET], struct tomb_err *err) TOMB_MUST_USE;

/*
 * Turns codes on, with the first of them.  The backup codes are shown this once; the caller wipes them.  All other
 * sessions of the person end.  STEP_UP for a wrong code; RATE_LIMITED in a pause; NOTFOUND, CONFLICT as above.
 */
enum tomb_code tomb_user_totp_confirm(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_step_up *proof, struct tomb_session_renewal *renewal, struct tomb_backup_codes *codes,
	struct tomb_err *err) TOMB_MUST_USE;

/* New backup codes; the old ones are of no use any more.  STEP_UP, RATE_LIMITED; CONFLICT if codes are off. */
enum tomb_code tomb_user_totp_codes(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_step_up *proof, struct tomb_backup_codes *codes, struct tomb_err *err) TOMB_MUST_USE;

/* Turns codes off.  Asks for the password too: UNAUTHENTICATED.  Else as tomb_user_totp_codes().  All other sessions of
 * the person end, and a mail says so. */
enum tomb_code tomb_user_totp_off(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str password,
	const struct tomb_step_up *proof, struct tomb_session_renewal *renewal, struct tomb_err *err) TOMB_MUST_USE;

/* For somebody who has lost app and backup codes: operators only.  Ends the person's sessions; a mail tells them.
 * CONFLICT if codes are off. */
enum tomb_code tomb_user_totp_reset(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, struct tomb_err *err) TOMB_MUST_USE;

#endif
