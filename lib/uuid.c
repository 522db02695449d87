#include "tombstone/uuid.h"

#include "tombstone/hex.h"

#include <sys/random.h>

/* Where the hyphens are in the 36 characters. */
static bool is_hyphen_place(size_t at)
{
	return at == 8 || at == 13 || at == 18 || at == 23;
}

enum tomb_code tomb_uuid_random(struct tomb_uuid *out, struct tomb_err *err)
{
	struct tomb_uuid u = {{0}};

	if (getentropy(u.b, sizeof u.b) != 0)
		return TOMB_FAIL(err, TOMB_IO, "the kernel gave no random bytes");
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	*out = u;
	return TOMB_OK;
}

char *tomb_uuid_text(struct tomb_uuid u, char out[static TOMB_UUID_TEXT])
{
	char hex[2 * sizeof u.b + 1];
	const char *from = tomb_hex_encode(u.b, sizeof u.b, hex);

	for (size_t at = 0; at < TOMB_UUID_TEXT - 1; at++) {
		if (is_hyphen_place(at))
			out[at] = '-';
		else
			out[at] = *from++;
	}
	out[TOMB_UUID_TEXT - 1] = '\0';
	return out;
}

enum tomb_code tomb_uuid_parse(struct tomb_str text, struct tomb_uuid *out, struct tomb_err *err)
{
	char hex[2 * sizeof out->b];
	size_t n = 0;

	if (text.n != TOMB_UUID_TEXT - 1)
		return TOMB_FAIL(err, TOMB_INVAL, "not a UUID: %zu characters where 36 belong", text.n);
	for (size_t at = 0; at < text.n; at++) {
		if (is_hyphen_place(at) ? text.p[at] != '-' : tomb_hex_digit(text.p[at]) < 0)
			return TOMB_FAIL(err, TOMB_INVAL, "not a UUID: character %zu", at + 1);
		if (!is_hyphen_place(at))
			hex[n++] = text.p[at];
	}
	return tomb_hex_decode((struct tomb_str){hex, sizeof hex}, out->b, sizeof out->b, err);
}
