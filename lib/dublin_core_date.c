#include "dublin_core_date.h"

enum { YEAR = 4 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The next run of exactly four digits from *at on; *at is moved behind it. */
static const char *next_year(struct tomb_str s, size_t *at)
{
	size_t i = *at;

	while (i < s.n) {
		size_t start = i;

		while (i < s.n && is_digit(s.p[i]))
			i++;
		if (i - start == YEAR) {
			*at = i;
			return s.p + start;
		}
		i += i == start;
	}
	return NULL;
}

struct tomb_str dc_date(struct tomb_str text, char out[static DC_DATE_TEXT])
{
	size_t at = 0;
	const char *first = next_year(text, &at);
	const char *second = NULL;

	if (!first)
		return (struct tomb_str){NULL, 0};
	memcpy(out, first, YEAR);
	out[YEAR] = '\0';
	if (at < text.n && text.p[at] == '-')
		second = next_year(text, &at);
	if (!second || second != first + YEAR + 1 || memcmp(first, second, YEAR) >= 0)
		return (struct tomb_str){out, YEAR};
	out[YEAR] = '/';
	memcpy(out + YEAR + 1, second, YEAR);
	out[2 * YEAR + 1] = '\0';
	return (struct tomb_str){out, 2 * YEAR + 1};
}
