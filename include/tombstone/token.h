/* Bearer tokens: 256 random bits that prove a right by being known.  The database and the logs see the digest only. */
#ifndef TOMB_TOKEN_H
#define TOMB_TOKEN_H

#include "tombstone/digest.h"

enum {
	TOMB_TOKEN_SIZE = 32,                      /* bytes: past guessing, however many are tried */
	TOMB_TOKEN_TEXT = 2 * TOMB_TOKEN_SIZE + 1, /* 64 digits and a NUL */
};

struct tomb_token {
	uint8_t b[TOMB_TOKEN_SIZE];
};

#define TOMB_TOKEN_AUTO TOMB_CLEANUP(tomb_token_fini) struct tomb_token

struct tomb_token tomb_token_new(void);         /* ends the program if there is no randomness: see tomb_random() */
void tomb_token_fini(struct tomb_token *token); /* wipes */

/* Lower-case base 16.  Returns out. */
char *tomb_token_text(const struct tomb_token *token, char out[static TOMB_TOKEN_TEXT]);

/* Reads 64 digits, in either case; INVAL, with a text that does not repeat them, for anything else. */
enum tomb_code tomb_token_parse(struct tomb_str text, struct tomb_token *out, struct tomb_err *err) TOMB_MUST_USE;

/* SHA-256 of the 32 bytes, for storage.  Needs no salt: there is no dictionary of 256-bit numbers. */
void tomb_token_digest(const struct tomb_token *token, uint8_t out[static TOMB_SHA256_SIZE]);

/* True if stored, as tomb_token_digest() made it, is this token's; in constant time.  False for other lengths. */
bool tomb_token_matches(const struct tomb_token *token, struct tomb_str stored) TOMB_MUST_USE;

#endif
