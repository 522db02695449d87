#include "marc_rule.h"

#include "tombstone/utf8.h"

enum { NO_CHARACTER = 0xfffe, NO_CHARACTER_EITHER = 0xffff };

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

bool marc_is_leader_char(char c)
{
	return marc_is_digit(c) || is_lower(c) || is_upper(c) || c == ' ';
}

bool marc_is_control_tag(const char *tag)
{
	return tag[0] == '0' && tag[1] == '0' && tag[2] != '0' && tag[2] != ' ' && marc_is_leader_char(tag[2]);
}

/* Digits with letters of one case; "00" begins a control field. */
bool marc_is_data_tag(const char *tag)
{
	bool has_lower = false;
	bool has_upper = false;

	if (marc_is_digit(tag[0]) && marc_is_digit(tag[1]) && marc_is_digit(tag[2])) /* nearly all */
		return tag[0] != '0' || tag[1] != '0';
	for (int i = 0; i < 3; i++) {
		has_lower |= is_lower(tag[i]);
		has_upper |= is_upper(tag[i]);
		if (!marc_is_leader_char(tag[i]) || tag[i] == ' ')
			return false;
	}
	return !(has_lower && has_upper) && !(tag[0] == '0' && tag[1] == '0');
}

bool marc_is_indicator(char c)
{
	return marc_is_digit(c) || is_lower(c) || c == ' ';
}

bool marc_is_code(char c)
{
	return c > ' ' && c <= '~' && c != '|' && c != '@';
}

static int two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* A day too many, such as the 31st of April, is no harm: nobody computes with it. */
bool marc_is_time(struct tomb_str s)
{
	if (s.n != 16 || s.p[14] != '.')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != 14 && !marc_is_digit(s.p[i]))
			return false;
	return two(s.p + 4) >= 1 && two(s.p + 4) <= 12 && two(s.p + 6) >= 1 && two(s.p + 6) <= 31 &&
	       two(s.p + 8) < 24 && two(s.p + 10) < 60 && two(s.p + 12) <= 60;
}

bool marc_is_value(struct tomb_str s, size_t *bad_at)
{
	for (size_t at = 0, n = 1; at < s.n; at += n) {
		unsigned char c = (unsigned char)s.p[at];
		uint32_t code = c;

		n = c < 0x80 ? 1 : tomb_utf8_next((struct tomb_str){s.p + at, s.n - at}, &code);
		if (n == 0 || (code < ' ' && code != '\t' && code != '\n' && code != '\r') || code == NO_CHARACTER ||
			code == NO_CHARACTER_EITHER) {
			*bad_at = at;
			return false;
		}
	}
	return true;
}
