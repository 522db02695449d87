#include "tombstone/percent.h"

#include "tombstone/hex.h"

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static void encode(struct tomb_buf *out, struct tomb_str text, char also_kept)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};

		if (is_unreserved(text.p[i]) || text.p[i] == also_kept)
			tomb_buf_put(out, (struct tomb_str){text.p + i, 1});
		else
			tomb_buf_put(out, (struct tomb_str){escape, sizeof escape});
	}
}

void tomb_percent_encode(struct tomb_buf *out, struct tomb_str text)
{
	encode(out, text, '-');
}

void tomb_percent_encode_path(struct tomb_buf *out, struct tomb_str text)
{
	encode(out, text, '/');
}

static enum tomb_code decode(
	struct tomb_str text, char plus, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	char *p = TOMB_NEW(arena, char, text.n + 1);
	size_t n = 0;

	if (!p)
		return TOMB_FAIL(err, TOMB_NOMEM, "decoding %zu bytes", text.n);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '+')
			c = plus;
		if (c == '%') {
			int high = text.n - i > 2 ? tomb_hex_digit(text.p[i + 1]) : -1;
			int low = text.n - i > 2 ? tomb_hex_digit(text.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return TOMB_FAIL(err, TOMB_INVAL,
					"\"%%\" at byte %zu of \"%.*s\" is not followed by two hexadecimal digits",
					i + 1, TOMB_STR_ARG(text));
			c = (char)(high << 4 | low);
			i += 2;
		}
		p[n++] = c;
	}
	*out = (struct tomb_str){p, n};
	return TOMB_OK;
}

enum tomb_code tomb_percent_decode(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	return decode(text, '+', arena, out, err);
}

enum tomb_code tomb_percent_decode_form(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	return decode(text, ' ', arena, out, err);
}
