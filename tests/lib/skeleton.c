#include "skeleton.h"

#include <ctype.h>
#include <strings.h>

struct attr {
	struct tomb_str name;
	struct tomb_str value;
};

typedef void on_attr_fn(void *arg, const struct attr *attr);

static bool starts(struct tomb_str s, const char *with)
{
	return s.n >= strlen(with) && strncasecmp(s.p, with, strlen(with)) == 0;
}

static struct tomb_str skip(struct tomb_str s, size_t n)
{
	n = n < s.n ? n : s.n;
	return (struct tomb_str){s.p + n, s.n - n};
}

/* What is before the first occurrence of stop, or all. */
static size_t until(struct tomb_str s, const char *stop)
{
	size_t n = 0;

	while (n < s.n && !starts(skip(s, n), stop))
		n++;
	return n;
}

static size_t span(struct tomb_str s, const char *set, bool in)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] != '\0' && strchr(set, s.p[n]) != NULL) == in)
		n++;
	return n;
}

/* Behind "<name".  Returns what is behind ">". */
static struct tomb_str read_attrs(struct tomb_str s, struct tomb_buf *out, on_attr_fn *on_attr, void *arg)
{
	for (;;) {
		struct attr attr = {.value = {"", 0}};

		s = skip(s, span(s, " \t\n\f/", true));
		if (s.n == 0 || s.p[0] == '>')
			return skip(s, 1);
		attr.name = (struct tomb_str){s.p, 1 + span(skip(s, 1), " \t\n\f/>=", false)};
		s = skip(s, attr.name.n);
		tomb_buf_put(out, TOMB_STR(" "));
		tomb_buf_put(out, attr.name);
		if (s.n == 0 || s.p[0] != '=')
			continue;
		s = skip(s, 1);
		if (s.n > 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
			const char quote[] = {s.p[0], '\0'};

			s = skip(s, 1);
			attr.value = (struct tomb_str){s.p, until(s, quote)};
			s = skip(s, attr.value.n + 1);
		} else {
			tomb_buf_put(out, TOMB_STR(" (not quoted)"));
			attr.value = (struct tomb_str){s.p, span(s, " \t\n\f>", false)};
			s = skip(s, attr.value.n);
		}
		on_attr(arg, &attr);
	}
}

static void walk(struct tomb_str s, struct tomb_buf *out, on_attr_fn *on_attr, void *arg)
{
	while (s.n > 0) {
		size_t name = 0;
		bool plain = false;

		s = skip(s, until(s, "<"));
		plain = starts(s, "<title>") || starts(s, "<textarea>");
		if (starts(s, "<!--")) {
			tomb_buf_put(out, TOMB_STR("(comment)"));
			s = skip(s, 4 + until(skip(s, 4), "-->") + 3);
			continue;
		}
		name = 1 + span(skip(s, 1), " \t\n\f/>", false);
		if (starts(s, "</"))
			name = 2 + span(skip(s, 2), " \t\n\f/>", false);
		tomb_buf_put(out, (struct tomb_str){s.p, name < s.n ? name : s.n});
		s = read_attrs(skip(s, name), out, on_attr, arg);
		tomb_buf_put(out, TOMB_STR(">"));
		if (plain)
			s = skip(s, until(s, "</t"));
	}
}

static bool is_url(const struct attr *attr)
{
	static const char *const names[] = {"href", "src", "action", "formaction"};

	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		if (tomb_str_eq(attr->name, tomb_str_from(names[i])))
			return true;
	return false;
}

static void put_delimiters(void *arg, const struct attr *attr)
{
	struct tomb_buf *out = arg;

	for (size_t i = 0; out && is_url(attr) && i < attr->value.n; i++)
		if (attr->value.p[i] != '\0' && strchr(":/?#&=@\\<>\"'\t\n\r ", attr->value.p[i]))
			tomb_buf_put(out, (struct tomb_str){attr->value.p + i, 1});
}

void skeleton_put(struct tomb_buf *out, struct tomb_str html, bool with_urls)
{
	walk(html, out, put_delimiters, with_urls ? out : NULL);
}

/* Of the references that may stand in a value, none is part of a scheme; any other might be. */
static bool is_harmless_reference(struct tomb_str s)
{
	return starts(s, "&amp;") || starts(s, "&lt;") || starts(s, "&gt;") || starts(s, "&quot;") ||
	       starts(s, "&#39;");
}

/* As the URL standard reads it: blanks around it are dropped, tabs and line ends in it too. */
static void check_url(void *arg, const struct attr *attr)
{
	bool *safe = arg;
	char scheme[8] = "";
	size_t n = 0;
	size_t i = span(attr->value, " \t\n\r\f\v\1\2\3\33", true);

	for (; is_url(attr) && i < attr->value.n; i++) {
		char c = (char)tolower((unsigned char)attr->value.p[i]);

		if (c == '&' && !is_harmless_reference(skip(attr->value, i)))
			*safe = false;
		if (c == ':' && strcmp(scheme, "http") && strcmp(scheme, "https") && strcmp(scheme, "mailto"))
			*safe = false;
		if (strchr("\t\n\r", c))
			continue;
		if (!isalnum((unsigned char)c) && !strchr("+-.", c))
			return;
		scheme[n] = c;
		n += n + 1 < sizeof scheme;
	}
}

bool skeleton_has_safe_urls(struct tomb_str html)
{
	TOMB_BUF_AUTO unused = tomb_buf_init(1 << 20);
	bool safe = true;

	walk(html, &unused, check_url, &safe);
	return safe;
}
