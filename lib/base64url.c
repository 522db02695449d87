#include "tombstone/base64url.h"

#include "tombstone/base64.h"

char *tomb_base64url_encode(const uint8_t *p, size_t n, char *out)
{
	(void)tomb_base64_encode(p, n, out);
	out[TOMB_BASE64URL_SIZE(n)] = '\0'; /* before the padding */
	for (char *c = out; *c; c++)
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
	return out;
}

static char standard_digit(char c)
{
	if (c == '-')
		return '+';
	if (c == '_')
		return '/';
	return c;
}

enum tomb_code tomb_base64url_decode(struct tomb_str text, uint8_t *out, size_t *n, struct tomb_err *err)
{
	char standard[TOMB_BASE64URL_MAX + 4];
	size_t size = text.n;

	if (text.n > TOMB_BASE64URL_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "more than %d base64url characters", TOMB_BASE64URL_MAX);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '+' || c == '/' || c == '=')
			return TOMB_FAIL(err, TOMB_INVAL, "character %zu is not a base64url digit", i + 1);
		standard[i] = standard_digit(c);
	}
	while (size % 4 != 0)
		standard[size++] = '=';
	return tomb_base64_decode((struct tomb_str){standard, size}, out, n, err);
}
