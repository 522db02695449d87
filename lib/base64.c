#include "tombstone/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static char letter(uint32_t bits, bool is_used)
{
	if (!is_used)
		return '=';
	return alphabet[bits & 63];
}

char *tomb_base64_encode(const uint8_t *p, size_t n, char *out)
{
	char *to = out;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t b1 = i + 1 < n ? p[i + 1] : 0;
		uint32_t b2 = i + 2 < n ? p[i + 2] : 0;
		uint32_t bits = (uint32_t)p[i] << 16 | b1 << 8 | b2;

		*to++ = letter(bits >> 18, true);
		*to++ = letter(bits >> 12, true);
		*to++ = letter(bits >> 6, i + 1 < n);
		*to++ = letter(bits, i + 2 < n);
	}
	*to = '\0';
	return out;
}

/* How many of the last characters are padding: 0, 1 or 2. */
static size_t padding(struct tomb_str text)
{
	if (text.n == 0 || text.p[text.n - 1] != '=')
		return 0;
	return text.p[text.n - 2] == '=' ? 2 : 1;
}

static enum tomb_code check(struct tomb_str text, size_t pad, struct tomb_err *err)
{
	static const int unused[] = {0, 3, 15}; /* bits of the last digit that carry nothing, by padding */

	for (size_t i = 0; i < text.n - pad; i++) {
		if (digit(text.p[i]) < 0)
			return TOMB_FAIL(err, TOMB_INVAL, "character %zu is not a base64 digit", i + 1);
	}
	if (pad && (digit(text.p[text.n - pad - 1]) & unused[pad]) != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the last base64 digit has bits that belong to no byte");
	return TOMB_OK;
}

enum tomb_code tomb_base64_decode(struct tomb_str text, uint8_t *out, size_t *n, struct tomb_err *err)
{
	size_t pad = 0;
	size_t size = 0;

	if (text.n % 4 != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "%zu base64 characters: not a multiple of four", text.n);
	pad = padding(text);
	TOMB_TRY(check(text, pad, err));
	size = text.n / 4 * 3 - pad;
	for (size_t at = 0, i = 0; i < text.n; i += 4) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++)
			bits = bits << 6 | (i + k < text.n - pad ? (uint32_t)digit(text.p[i + k]) : 0);
		for (int shift = 16; shift >= 0 && at < size; shift -= 8)
			out[at++] = (uint8_t)(bits >> shift);
	}
	*n = size;
	return TOMB_OK;
}
