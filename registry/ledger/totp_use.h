/* The use of a code, inside the caller's transaction. */
#ifndef TOMB_TOTP_USE_H
#define TOMB_TOTP_USE_H

#include "tombstone/user_totp.h"

enum tomb_totp_verdict {
	TOMB_TOTP_RIGHT,   /* and used up, if the transaction commits */
	TOMB_TOTP_WRONG,   /* counted and audited: the caller commits, having changed nothing else */
	TOMB_TOTP_MISSING, /* none was given: nothing counted */
	TOMB_TOTP_PAUSED,  /* too many wrong ones; this one was not looked at */
	TOMB_TOTP_OFF      /* the person has no codes */
};

struct tomb_totp_answer {
	enum tomb_totp_verdict verdict;
	int64_t wait_s; /* of TOMB_TOTP_PAUSED */
};

/*
 * Looks at proof->code as a code of actor, and uses it up.  purpose ("approve deletion") is for the audit log.  Begun:
 * the secret is not in use yet, and only codes of the app count.  UNPROCESSABLE if there is no key, CORRUPT if it is
 * another one.
 */
enum tomb_code tomb_totp_use(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_step_up *proof,
	bool is_begun, const char *purpose, struct tomb_totp_answer *out, struct tomb_err *err) TOMB_MUST_USE;

/* The refusal: STEP_UP, RATE_LIMITED or, of a person without codes, CONFLICT. */
enum tomb_code tomb_totp_refuse(const struct tomb_totp_answer *answer, struct tomb_err *err) TOMB_MUST_USE;

#endif
