#include "tombstone/utf8.h"

/*
 * Unicode 15, table 3-7: by first byte, how many bytes follow and what the first of those may be.  All later ones are
 * 80..BF.
 */
static const struct {
	uint8_t first_min;
	uint8_t first_max;
	uint8_t following;
	uint8_t second_min;
	uint8_t second_max;
} rows[] = {
	{0x00, 0x7f, 0, 0x00, 0x00},
	{0xc2, 0xdf, 1, 0x80, 0xbf},
	{0xe0, 0xe0, 2, 0xa0, 0xbf},
	{0xe1, 0xec, 2, 0x80, 0xbf},
	{0xed, 0xed, 2, 0x80, 0x9f},
	{0xee, 0xef, 2, 0x80, 0xbf},
	{0xf0, 0xf0, 3, 0x90, 0xbf},
	{0xf1, 0xf3, 3, 0x80, 0xbf},
	{0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* How much of s is a character, or could have become one: *whole says which.  At least 1 for a non-empty s. */
static size_t scan(struct tomb_str s, uint32_t *code, bool *whole)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t row = 0;
	size_t n = 1;

	*whole = false;
	while (row < TOMB_COUNTOF(rows) && (p[0] < rows[row].first_min || p[0] > rows[row].first_max))
		row++;
	if (row == TOMB_COUNTOF(rows))
		return 1;
	*code = rows[row].following == 0 ? p[0] : p[0] & (0x3fU >> rows[row].following);
	for (; n <= rows[row].following; n++) {
		uint8_t min = n == 1 ? rows[row].second_min : 0x80;
		uint8_t max = n == 1 ? rows[row].second_max : 0xbf;

		if (n == s.n || p[n] < min || p[n] > max)
			return n;
		*code = *code << 6 | (p[n] & 0x3fU);
	}
	*whole = true;
	return n;
}

size_t tomb_utf8_next(struct tomb_str s, uint32_t *code)
{
	uint32_t found = 0;
	bool whole = false;
	size_t n = 0;

	if (s.n > 0 && (unsigned char)s.p[0] < 0x80) { /* nearly all of what we are given */
		*code = (unsigned char)s.p[0];
		return 1;
	}
	n = s.n == 0 ? 0 : scan(s, &found, &whole);
	if (!whole)
		return 0;
	*code = found;
	return n;
}

size_t tomb_utf8_step(struct tomb_str s, uint32_t *code)
{
	uint32_t found = 0;
	bool whole = false;
	size_t n = s.n == 0 ? 0 : scan(s, &found, &whole);

	if (n > 0)
		*code = whole ? found : 0xfffd;
	return n;
}

bool tomb_utf8_valid(struct tomb_str s)
{
	uint32_t code = 0;

	while (s.n > 0) {
		size_t n = tomb_utf8_next(s, &code);

		if (n == 0)
			return false;
		s = (struct tomb_str){s.p + n, s.n - n};
	}
	return true;
}

static bool breaks_line(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

bool tomb_utf8_is_line(struct tomb_str s)
{
	uint32_t code = 0;

	while (s.n > 0) {
		size_t n = tomb_utf8_next(s, &code);

		if (n == 0 || breaks_line(code))
			return false;
		s = (struct tomb_str){s.p + n, s.n - n};
	}
	return true;
}

void tomb_utf8_clean(struct tomb_buf *out, struct tomb_str s)
{
	uint32_t code = 0;
	bool whole = false;

	while (s.n > 0) {
		size_t n = scan(s, &code, &whole);

		tomb_buf_put(out, whole && code != 0 ? (struct tomb_str){s.p, n} : TOMB_STR("\xef\xbf\xbd"));
		s = (struct tomb_str){s.p + n, s.n - n};
	}
}
