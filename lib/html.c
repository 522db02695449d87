#include "tombstone/html.h"

#include <ctype.h>
#include <inttypes.h>

static const struct tomb_str entity[256] = {
	['&'] = {"&amp;", 5},
	['<'] = {"&lt;", 4},
	['>'] = {"&gt;", 4},
	['"'] = {"&quot;", 6},
	['\''] = {"&#39;", 5},
	['\0'] = {"\xef\xbf\xbd", 3}, /* U+FFFD */
};

void tomb_html_text(struct tomb_buf *b, struct tomb_str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		struct tomb_str e = entity[(unsigned char)s.p[i]];

		if (e.p) {
			tomb_buf_put(b, (struct tomb_str){s.p + from, i - from});
			tomb_buf_put(b, e);
			from = i + 1;
		}
	}
	if (from < s.n)
		tomb_buf_put(b, (struct tomb_str){s.p + from, s.n - from});
}

/* A URL has a scheme if a ':' comes before any '/', '?' or '#'. */
static size_t scheme_length(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ':')
			return i;
		if (strchr("/?#", s.p[i]))
			break;
	}
	return 0;
}

void tomb_html_url(struct tomb_buf *b, struct tomb_str s)
{
	static const struct tomb_str allowed[] = {{"http", 4}, {"https", 5}, {"mailto", 6}};
	struct tomb_str scheme = {s.p, scheme_length(s)};
	bool safe = scheme.n == 0 && (s.n == 0 || s.p[0] != ':');

	for (size_t i = 0; i < TOMB_COUNTOF(allowed); i++)
		safe = safe || tomb_str_eq(scheme, allowed[i]);
	for (size_t i = 0; i < s.n; i++)
		safe = safe && !iscntrl((unsigned char)s.p[i]);
	tomb_html_text(b, safe ? s : TOMB_STR("#"));
}

void tomb_html_int(struct tomb_buf *b, int64_t n)
{
	tomb_buf_putf(b, "%" PRId64, n);
}
