/* Passwords of people: Argon2id (RFC 9106) by libsodium. */
#ifndef TOMB_PASSWORD_H
#define TOMB_PASSWORD_H

#include "tombstone/str.h"

enum {
	TOMB_PASSWORD_MIN = 8,    /* bytes: NIST SP 800-63B, 5.1.1.2 */
	TOMB_PASSWORD_MAX = 256,  /* bytes: room for any passphrase; hashing a megabyte would be a gift to attackers */
	TOMB_PASSWORD_HASH = 128, /* of the stored form with its NUL: crypto_pwhash_STRBYTES */
};

/* INVAL, with a text for the person who chose it, unless password has TOMB_PASSWORD_MIN to TOMB_PASSWORD_MAX bytes of
 * UTF-8 without NUL.  No rules about digits and signs: they make passwords worse (NIST SP 800-63B, appendix A). */
enum tomb_code tomb_password_check(struct tomb_str password, struct tomb_err *err) TOMB_MUST_USE;

/*
 * All functions below spend about 0.1 s of processor and 64 MiB of memory: that is their purpose.  NOMEM if the memory
 * is not to be had: nobody is let in, and nobody is told that the password was wrong.
 */

/* Writes the form to store: algorithm, costs, a new random salt, hash.  Refuses what tomb_password_check() refuses. */
enum tomb_code tomb_password_hash(
	struct tomb_str password, char out[static TOMB_PASSWORD_HASH], struct tomb_err *err) TOMB_MUST_USE;

/* OK if stored was made of password.  UNAUTHENTICATED if not, or if stored is no hash, at the same cost.  If *rehash is
 * set, its costs are not those of tomb_password_hash() today: store a new one while the password is at hand. */
enum tomb_code tomb_password_verify(
	struct tomb_str password, struct tomb_str stored, bool *rehash, struct tomb_err *err) TOMB_MUST_USE;

/* For a user who does not exist: takes as long as tomb_password_verify() and answers UNAUTHENTICATED with the same
 * text, so that nobody can find out who does. */
enum tomb_code tomb_password_verify_nobody(struct tomb_str password, struct tomb_err *err) TOMB_MUST_USE;

#endif
