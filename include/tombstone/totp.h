/*
 * Codes of authenticator apps: TOTP (RFC 6238) with HMAC-SHA-1, six digits and thirty seconds, which is what every app
 * knows.  Pure computation: who may use a code, and how often, is tombstone/user_totp.h.
 */
#ifndef TOMB_TOTP_H
#define TOMB_TOTP_H

#include "tombstone/str.h"

enum {
	TOMB_TOTP_SECRET = 20,      /* bytes: those of SHA-1, as RFC 4226, section 4, recommends */
	TOMB_TOTP_SECRET_TEXT = 33, /* 32 letters and digits (RFC 4648 base 32) and a NUL */
	TOMB_TOTP_CODE = 7,         /* six digits and a NUL */
	TOMB_TOTP_STEP_S = 30,
	TOMB_TOTP_SKEW = 1 /* steps that a clock may be off, either way: RFC 6238, section 5.2, allows one */
};

/* The step of a moment, in seconds since 1970. */
int64_t tomb_totp_step(int64_t now_s);

/* The code of a step.  Returns out. */
char *tomb_totp_code(const uint8_t secret[static TOMB_TOTP_SECRET], int64_t step, char out[static TOMB_TOTP_CODE]);

/*
 * True if given is the code of this moment's step or of one at most TOMB_TOTP_SKEW away, and writes which one: the
 * newest that fits.  Spaces in given do not count.  Looks at all of them, in constant time.
 */
bool tomb_totp_matches(const uint8_t secret[static TOMB_TOTP_SECRET], int64_t now_s, struct tomb_str given,
	int64_t *step) TOMB_MUST_USE;

/* n bytes, a multiple of five, as n / 5 * 8 upper-case letters and digits (RFC 4648, section 6) and a NUL.  Returns
 * out. */
char *tomb_totp_base32(const uint8_t *p, size_t n, char *out);

#endif
