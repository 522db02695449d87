#include "token.h"

#include "tombstone/base64.h"
#include "tombstone/base64url.h"
#include "tombstone/digest.h"
#include "tombstone/secret.h"

#include <assert.h>

enum {
	VERSION = 1,
	HEAD = 4 + 6 * 8 + 16, /* version, verb, format, policy; six numbers; an id */
	PLAIN_MAX = HEAD + TOMB_OAI_TOKEN_SET_MAX,
	SIGNED_MAX = PLAIN_MAX + TOMB_SHA256_SIZE,
};

_Static_assert(TOMB_BASE64_SIZE(SIGNED_MAX) < TOMB_OAI_TOKEN_TEXT, "room for the longest token");

static uint8_t *put_number(uint8_t *to, int64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*to++ = (uint8_t)((uint64_t)number >> (unsigned)shift);
	return to;
}

static const uint8_t *take_number(const uint8_t *from, int64_t *out)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | *from++;
	*out = (int64_t)number;
	return from;
}

static struct tomb_str bytes(const uint8_t *p, size_t n)
{
	return (struct tomb_str){(const char *)p, n};
}

static void sign(const struct tomb_oai_token_key *key, const uint8_t *plain, size_t n, uint8_t out[TOMB_SHA256_SIZE])
{
	tomb_hmac_sha256(bytes(key->b, sizeof key->b), bytes(plain, n), out);
}

char *tomb_oai_token_text(
	const struct tomb_oai_token_key *key, const struct tomb_oai_token *token, char out[static TOMB_OAI_TOKEN_TEXT])
{
	uint8_t plain[SIGNED_MAX] = {VERSION, (uint8_t)token->verb, (uint8_t)token->format, token->deleted_record};
	uint8_t *to = plain + 4;

	assert(token->set.n <= TOMB_OAI_TOKEN_SET_MAX);
	to = put_number(to, token->from_us);
	to = put_number(to, token->until_us);
	to = put_number(to, token->after_us);
	to = put_number(to, token->cursor);
	to = put_number(to, token->chain_id);
	to = put_number(to, token->expires_us);
	memcpy(to, token->after_id.b, sizeof token->after_id.b);
	to += sizeof token->after_id.b;
	if (token->set.n > 0)
		memcpy(to, token->set.p, token->set.n);
	to += token->set.n;
	sign(key, plain, (size_t)(to - plain), to);
	return tomb_base64url_encode(plain, (size_t)(to - plain) + TOMB_SHA256_SIZE, out);
}

static enum tomb_code unpack(
	const uint8_t *plain, size_t n, struct tomb_arena *arena, struct tomb_oai_token *out, struct tomb_err *err)
{
	const uint8_t *from = plain + 4;

	*out = (struct tomb_oai_token){.verb = (enum tomb_oai_verb)plain[1],
		.format = (enum tomb_oai_format)plain[2],
		.deleted_record = plain[3]};
	from = take_number(from, &out->from_us);
	from = take_number(from, &out->until_us);
	from = take_number(from, &out->after_us);
	from = take_number(from, &out->cursor);
	from = take_number(from, &out->chain_id);
	from = take_number(from, &out->expires_us);
	memcpy(out->after_id.b, from, sizeof out->after_id.b);
	from += sizeof out->after_id.b;
	out->set = tomb_arena_str(arena, bytes(from, n - HEAD));
	return out->set.p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "a resumptionToken");
}

/* One text for all that is wrong with a token itself: who makes one up learns nothing. */
static enum tomb_code refuse(struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_INVAL, "This is no resumptionToken of this repository.");
}

enum tomb_code tomb_oai_token_read(const struct tomb_oai_token_key *key, struct tomb_str text, enum tomb_oai_verb verb,
	int64_t now_us, struct tomb_arena *arena, struct tomb_oai_token *out, struct tomb_err *err)
{
	uint8_t plain[TOMB_OAI_TOKEN_TEXT];
	uint8_t mac[TOMB_SHA256_SIZE];
	struct tomb_oai_token found;
	struct tomb_err ignored;
	size_t n = 0;

	if (text.n >= TOMB_OAI_TOKEN_TEXT || tomb_base64url_decode(text, plain, &n, &ignored) != TOMB_OK)
		return refuse(err);
	if (n < HEAD + sizeof mac || n > SIGNED_MAX)
		return refuse(err);
	n -= sizeof mac;
	sign(key, plain, n, mac);
	if (!tomb_secret_eq(bytes(mac, sizeof mac), bytes(plain + n, sizeof mac)) || plain[0] != VERSION)
		return refuse(err);
	TOMB_TRY(unpack(plain, n, arena, &found, err));
	if (found.verb != verb)
		return TOMB_FAIL(err, TOMB_INVAL, "The resumptionToken is one of %s.", tomb_oai_verb_name(found.verb));
	if (found.expires_us <= now_us)
		return TOMB_FAIL(
			err, TOMB_INVAL, "The resumptionToken has expired: begin the list again, with the same from.");
	*out = found;
	return TOMB_OK;
}
