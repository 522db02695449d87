/*
 * Secrets that the ledger keeps and must read again: encrypted and bound to their place (XChaCha20-Poly1305 by
 * libsodium), so that who has the database alone has neither them nor a way to move one to another account.
 */
#ifndef TOMB_ENVELOPE_H
#define TOMB_ENVELOPE_H

#include "tombstone/str.h"

enum {
	TOMB_ENVELOPE_KEY = 32,   /* bytes */
	TOMB_ENVELOPE_EXTRA = 40, /* bytes that an envelope is longer than its content: nonce and tag */
};

struct tomb_envelope_key {
	uint8_t b[TOMB_ENVELOPE_KEY];
};

/*
 * Reads a key from a file: 64 hexadecimal digits, such as "openssl rand -hex 32" writes.  Errors as
 * tomb_secret_read(), and INVAL for anything else; their texts never repeat the content.
 */
enum tomb_code tomb_envelope_key_read(
	const char *path, struct tomb_envelope_key *out, struct tomb_err *err) TOMB_MUST_USE;

/* Writes content.n + TOMB_ENVELOPE_EXTRA bytes, different ones each time.  place, such as "totp 7", is not in them, but
 * is needed to open them. */
void tomb_envelope_close(
	const struct tomb_envelope_key *key, struct tomb_str place, struct tomb_str content, uint8_t *out);

/* Writes envelope.n - TOMB_ENVELOPE_EXTRA bytes, n of them.  CORRUPT if it was closed with another key, for another
 * place, or changed since. */
enum tomb_code tomb_envelope_open(const struct tomb_envelope_key *key, struct tomb_str place, struct tomb_str envelope,
	uint8_t *out, size_t n, struct tomb_err *err) TOMB_MUST_USE;

#endif
