#include "tombstone/hex.h"

int tomb_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *tomb_hex_encode(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

enum tomb_code tomb_hex_decode(struct tomb_str text, uint8_t *out, size_t n, struct tomb_err *err)
{
	if (text.n % 2 != 0 || text.n / 2 != n)
		return TOMB_FAIL(err, TOMB_INVAL, "%zu hexadecimal digits where %zu belong", text.n, 2 * n);
	for (size_t i = 0; i < text.n; i++) {
		if (tomb_hex_digit(text.p[i]) < 0)
			return TOMB_FAIL(err, TOMB_INVAL, "character %zu is not a hexadecimal digit", i + 1);
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)((unsigned)tomb_hex_digit(text.p[2 * i]) << 4 |
				   (unsigned)tomb_hex_digit(text.p[2 * i + 1]));
	return TOMB_OK;
}
