#include "tombstone/escape.h"

#include "tombstone/utf8.h"

enum { ASCII_MAX = 128, DEL = 0x7f, REPLACEMENT = 0xfffd };

/* How many bytes of s stand for themselves, up to the first one to look at more closely. */
static size_t plain_length(const struct tomb_escape *how, struct tomb_str s)
{
	size_t n = 0;

	while (n < s.n) {
		unsigned char c = (unsigned char)s.p[n];

		if (c < ' ' || c >= DEL || how->ascii[c].p)
			break;
		n++;
	}
	return n;
}

/* The character at the start of s, which is not empty.  Returns its length. */
static size_t put_one(struct tomb_buf *out, const struct tomb_escape *how, struct tomb_str s)
{
	uint32_t code = 0;
	size_t n = tomb_utf8_step(s, &code);

	if (code < ASCII_MAX && how->ascii[code].p)
		tomb_buf_put(out, how->ascii[code]);
	else if (code == REPLACEMENT || how->refuse(code))
		tomb_buf_put(out, TOMB_STR("\xef\xbf\xbd"));
	else
		tomb_buf_put(out, (struct tomb_str){s.p, n});
	return n;
}

void tomb_escape_put(struct tomb_buf *out, const struct tomb_escape *how, struct tomb_str s)
{
	while (s.n > 0 && out->broken == TOMB_OK) {
		size_t n = plain_length(how, s);

		tomb_buf_put(out, (struct tomb_str){s.p, n});
		if (n < s.n)
			n += put_one(out, how, (struct tomb_str){s.p + n, s.n - n});
		s = (struct tomb_str){s.p + n, s.n - n};
	}
}
