#include "tombstone/parse.h"

bool tomb_parse_u64(struct tomb_str text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (text.n == 0)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c < '0' || c > '9')
			return false;
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(c - '0'), &n))
			return false;
	}
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

bool tomb_parse_i64(struct tomb_str text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = text.n > 0 && text.p[0] == '-';
	uint64_t size = 0;
	int64_t n = 0;

	if (negative)
		text = (struct tomb_str){text.p + 1, text.n - 1};
	if (!tomb_parse_u64(text, 0, (uint64_t)INT64_MAX + (negative ? 1 : 0), &size))
		return false;
	n = negative ? (int64_t)(0 - size) : (int64_t)size;
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}
