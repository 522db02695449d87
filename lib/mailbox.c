#include "tombstone/mailbox.h"

enum { LOCAL_MAX = 64, LABEL_MAX = 63 };

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_atext(char c)
{
	static const char marks[] = "!#$%&'*+-/=?^_`{|}~";

	return is_alnum(c) || (c && strchr(marks, c));
}

static bool is_ldh(char c)
{
	return is_alnum(c) || c == '-';
}

/* Words of allowed characters with single dots between them. */
static bool is_dotted(struct tomb_str s, bool (*allowed)(char), size_t word_max)
{
	size_t word = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' ? word == 0 : !allowed(s.p[i]) || word == word_max)
			return false;
		word = s.p[i] == '.' ? 0 : word + 1;
	}
	return word > 0;
}

static bool is_domain(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool at_edge = i == 0 || i + 1 == s.n || s.p[i - 1] == '.' || s.p[i + 1] == '.';

		if (s.p[i] == '-' && at_edge)
			return false;
	}
	return is_dotted(s, is_ldh, LABEL_MAX);
}

enum tomb_code tomb_mailbox_check(struct tomb_str text, struct tomb_err *err)
{
	const char *at = text.n ? memchr(text.p, '@', text.n) : NULL;
	struct tomb_str local = {text.p, at ? (size_t)(at - text.p) : 0};
	struct tomb_str domain = {at ? at + 1 : NULL, at ? text.n - local.n - 1 : 0};

	if (text.n > TOMB_MAILBOX_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "an e-mail address has at most %d bytes", TOMB_MAILBOX_MAX);
	if (!at || !is_dotted(local, is_atext, LOCAL_MAX) || local.n > LOCAL_MAX || !is_domain(domain))
		return TOMB_FAIL(
			err, TOMB_INVAL, "\"%.*s\" is not an e-mail address like name@example.org", TOMB_STR_ARG(text));
	return TOMB_OK;
}
