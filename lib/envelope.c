#include "tombstone/envelope.h"

#include "tombstone/hex.h"
#include "tombstone/secret.h"

#include <assert.h>
#include <sodium.h>

enum {
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, /* 24: may be random for any number of messages */
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

_Static_assert(TOMB_ENVELOPE_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "envelope.h");
_Static_assert(TOMB_ENVELOPE_EXTRA == (int)NONCE + (int)TAG, "envelope.h");

static const unsigned char *bytes(struct tomb_str s)
{
	return (const unsigned char *)s.p;
}

enum tomb_code tomb_envelope_key_read(const char *path, struct tomb_envelope_key *out, struct tomb_err *err)
{
	TOMB_SECRET_AUTO text = {.n = 0};
	struct tomb_err unused;

	TOMB_TRY(tomb_secret_read(path, &text, err));
	if (tomb_hex_decode((struct tomb_str){text.text, text.n}, out->b, sizeof out->b, &unused) != TOMB_OK)
		return TOMB_FAIL(
			err, TOMB_INVAL, "secret file %s: a key is %d hexadecimal digits", path, 2 * TOMB_ENVELOPE_KEY);
	return TOMB_OK;
}

void tomb_envelope_close(
	const struct tomb_envelope_key *key, struct tomb_str place, struct tomb_str content, uint8_t *out)
{
	int ready = sodium_init();

	assert(ready >= 0);
	tomb_random(out, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		out + NONCE, NULL, bytes(content), content.n, bytes(place), place.n, NULL, out, key->b);
}

enum tomb_code tomb_envelope_open(const struct tomb_envelope_key *key, struct tomb_str place, struct tomb_str envelope,
	uint8_t *out, size_t n, struct tomb_err *err)
{
	int ready = sodium_init();

	assert(ready >= 0);
	if (envelope.n != n + TOMB_ENVELOPE_EXTRA ||
		crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, bytes(envelope) + NONCE, envelope.n - NONCE,
			bytes(place), place.n, bytes(envelope), key->b) != 0)
		return TOMB_FAIL(err, TOMB_CORRUPT,
			"the secret of %.*s cannot be read with the key in secrets_key_file", TOMB_STR_ARG(place));
	return TOMB_OK;
}
