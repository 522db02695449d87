#include "tombstone/html.h"

#include "tombstone/escape.h"
#include "tombstone/percent.h"
#include "tombstone/time.h"

#include <ctype.h>
#include <inttypes.h>
#include <strings.h>

enum { DATE = 10, TIME_FROM = 11, TIME_TO = 19 }; /* offsets in 2026-01-02T03:04:05Z */

/* Control characters are parse errors in HTML; a browser may do anything with them. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static const struct tomb_escape text = {
	.ascii =
		{
			['&'] = {"&amp;", 5},
			['<'] = {"&lt;", 4},
			['>'] = {"&gt;", 4},
			['"'] = {"&quot;", 6},
			['\''] = {"&#39;", 5},
			['\t'] = {"\t", 1},
			['\n'] = {"\n", 1},
			['\r'] = {"&#13;", 5}, /* a plain one would become a line feed */
		},
	.refuse = is_control,
};

void tomb_html_text(struct tomb_buf *out, struct tomb_str s)
{
	tomb_escape_put(out, &text, s);
}

/* An address has a scheme if a ':' comes before any '/', '?' or '#'. */
static bool has_scheme(struct tomb_str s, size_t *n)
{
	for (*n = 0; *n < s.n; (*n)++) {
		char c = s.p[*n];

		if (c == ':' || c == '/' || c == '?' || c == '#')
			return c == ':';
	}
	return false;
}

static bool is_safe(struct tomb_str s)
{
	static const struct tomb_str allowed[] = {{"http", 4}, {"https", 5}, {"mailto", 6}};
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (iscntrl((unsigned char)s.p[i])) /* browsers skip tabs and line ends: "java\nscript:" */
			return false;
	if (!has_scheme(s, &n))
		return true;
	for (size_t i = 0; i < TOMB_COUNTOF(allowed); i++)
		if (n == allowed[i].n && strncasecmp(s.p, allowed[i].p, n) == 0)
			return true;
	return false;
}

void tomb_html_url(struct tomb_buf *out, struct tomb_str s)
{
	tomb_html_text(out, is_safe(s) ? s : TOMB_STR("#"));
}

void tomb_html_url_segment(struct tomb_buf *out, struct tomb_str s)
{
	if (s.n == 0 || tomb_str_eq(s, TOMB_STR(".")) || tomb_str_eq(s, TOMB_STR("..")))
		s = TOMB_STR("\xef\xbf\xbd");
	tomb_percent_encode(out, s);
}

void tomb_html_url_query(struct tomb_buf *out, struct tomb_str s)
{
	tomb_percent_encode(out, s);
}

void tomb_html_int(struct tomb_buf *out, int64_t n)
{
	tomb_buf_putf(out, "%" PRId64, n);
}

void tomb_html_size(struct tomb_buf *out, int64_t bytes)
{
	static const char units[] = "kMGTPE";
	uint64_t n = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;
	uint64_t unit = 1000;
	size_t i = 0;

	if (bytes < 0)
		tomb_buf_put(out, TOMB_STR("-"));
	if (n < unit) {
		tomb_buf_putf(out, "%" PRIu64 " byte%s", n, n == 1 ? "" : "s");
		return;
	}
	/* 999 950 is not 1000.0 kB but 1.0 MB. */
	while (units[i + 1] && n >= unit * 1000 - unit / 20) {
		unit *= 1000;
		i++;
	}
	n = n / unit * 10 + (n % unit * 10 + unit / 2) / unit;
	tomb_buf_putf(out, "%" PRIu64 ".%" PRIu64 " %cB", n / 10, n % 10, units[i]);
}

void tomb_html_time(struct tomb_buf *out, int64_t us)
{
	char iso[TOMB_TIME_TEXT];

	(void)tomb_time_format(us, TOMB_TIME_S, iso);
	tomb_buf_putf(out, "<time datetime=\"%s\">%.*s %.*s UTC</time>", iso, DATE, iso, TIME_TO - TIME_FROM,
		iso + TIME_FROM);
}

void tomb_html_time_iso(struct tomb_buf *out, int64_t us)
{
	char iso[TOMB_TIME_TEXT];

	tomb_buf_put(out, tomb_str_from(tomb_time_format(us, TOMB_TIME_S, iso)));
}
