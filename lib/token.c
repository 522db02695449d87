#include "tombstone/token.h"

#include "tombstone/hex.h"
#include "tombstone/secret.h"

struct tomb_token tomb_token_new(void)
{
	struct tomb_token token = {.b = {0}};

	tomb_random(token.b, sizeof token.b);
	return token;
}

void tomb_token_fini(struct tomb_token *token)
{
	tomb_wipe(token, sizeof *token);
}

char *tomb_token_text(const struct tomb_token *token, char out[static TOMB_TOKEN_TEXT])
{
	return tomb_hex_encode(token->b, sizeof token->b, out);
}

enum tomb_code tomb_token_parse(struct tomb_str text, struct tomb_token *out, struct tomb_err *err)
{
	struct tomb_err unused; /* what follows says it in the words of tokens */

	if (tomb_hex_decode(text, out->b, sizeof out->b, &unused) != TOMB_OK)
		return TOMB_FAIL(
			err, TOMB_INVAL, "a token is %d hexadecimal digits; copy it whole", 2 * TOMB_TOKEN_SIZE);
	return TOMB_OK;
}

void tomb_token_digest(const struct tomb_token *token, uint8_t out[static TOMB_SHA256_SIZE])
{
	tomb_sha256((struct tomb_str){(const char *)token->b, sizeof token->b}, out);
}

bool tomb_token_matches(const struct tomb_token *token, struct tomb_str stored)
{
	uint8_t digest[TOMB_SHA256_SIZE];

	tomb_token_digest(token, digest);
	return tomb_secret_eq((struct tomb_str){(const char *)digest, sizeof digest}, stored);
}
