#include "guard.h"

#include "tombstone/parse.h"
#include "tombstone/percent.h"
#include "tombstone/utf8.h"

#include <string.h>
#include <strings.h>

enum { BAD_REQUEST = 400, URI_TOO_LONG = 414, HEADERS_TOO_LARGE = 431, UNAVAILABLE = 503, VERSION_NOT_SUPPORTED = 505 };

typedef unsigned check_fn(const struct tomb_guard_head *head, struct tomb_arena *arena, struct tomb_guard_facts *facts,
	struct tomb_err *err);

/* Fills err and returns status, so that a refusal is one statement. */
#define REFUSE(err, status, ...) ((void)TOMB_FAIL((err), TOMB_INVAL, __VA_ARGS__), (status))

static unsigned check_size(const struct tomb_guard_head *head, struct tomb_arena *arena, struct tomb_guard_facts *facts,
	struct tomb_err *err)
{
	(void)arena;
	(void)facts;
	if (head->target.n > TOMB_GUARD_TARGET_MAX)
		return REFUSE(err, URI_TOO_LONG, "the target has more than %d bytes", TOMB_GUARD_TARGET_MAX);
	if (head->size > TOMB_GUARD_HEAD_MAX)
		return REFUSE(err, HEADERS_TOO_LARGE, "the headers have more than %d bytes", TOMB_GUARD_HEAD_MAX);
	if (head->headers.n > TOMB_GUARD_HEADERS_MAX)
		return REFUSE(err, HEADERS_TOO_LARGE, "there are more than %d headers", TOMB_GUARD_HEADERS_MAX);
	return 0;
}

static unsigned check_line(const struct tomb_guard_head *head, struct tomb_arena *arena, struct tomb_guard_facts *facts,
	struct tomb_err *err)
{
	(void)arena;
	if (head->is_torn)
		return REFUSE(
			err, BAD_REQUEST, "the head holds a NUL, a bare line feed, a folded line or stray spaces");
	if (!tomb_method_parse(head->method, &facts->method))
		return REFUSE(err, BAD_REQUEST, "the method is not known");
	if (!tomb_str_eq(head->version, TOMB_STR("HTTP/1.1")) && !tomb_str_eq(head->version, TOMB_STR("HTTP/1.0")))
		return REFUSE(err, VERSION_NOT_SUPPORTED, "the version is neither HTTP/1.1 nor HTTP/1.0");
	return 0;
}

static bool has_dot_dot(struct tomb_str path)
{
	size_t from = 0;

	for (size_t i = 0; i <= path.n; i++)
		if (i == path.n || path.p[i] == '/') {
			if (i - from == 2 && path.p[from] == '.' && path.p[from + 1] == '.')
				return true;
			from = i + 1;
		}
	return false;
}

static unsigned check_path(struct tomb_str path, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_str text = {0};
	enum tomb_code code = tomb_percent_decode(path, arena, &text, err);

	if (code != TOMB_OK)
		return code == TOMB_NOMEM ? UNAVAILABLE : BAD_REQUEST;
	if (memchr(text.p, '\0', text.n))
		return REFUSE(err, BAD_REQUEST, "the path holds a NUL");
	if (!tomb_utf8_valid(text))
		return REFUSE(err, BAD_REQUEST, "the path is not UTF-8");
	if (has_dot_dot(text))
		return REFUSE(err, BAD_REQUEST, "the path has a segment \"..\"");
	return 0;
}

static unsigned check_target(const struct tomb_guard_head *head, struct tomb_arena *arena,
	struct tomb_guard_facts *facts, struct tomb_err *err)
{
	struct tomb_str target = head->target;
	const char *mark = NULL;

	if (target.n == 0 || target.p[0] != '/')
		return REFUSE(err, BAD_REQUEST, "the target does not begin with \"/\"");
	for (size_t i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f || target.p[i] == '#')
			return REFUSE(err, BAD_REQUEST, "the target holds a control character, a space or a \"#\"");
	mark = memchr(target.p, '?', target.n);
	facts->path = (struct tomb_str){target.p, mark ? (size_t)(mark - target.p) : target.n};
	facts->query_string = mark ? (struct tomb_str){mark + 1, target.n - facts->path.n - 1} : TOMB_STR("");
	return check_path(facts->path, arena, err);
}

/* A tchar (RFC 9110, section 5.6.2). */
static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char(s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_value(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

static unsigned check_headers(const struct tomb_guard_head *head, struct tomb_arena *arena,
	struct tomb_guard_facts *facts, struct tomb_err *err)
{
	(void)arena;
	(void)facts;
	for (size_t i = 0; i < head->headers.n; i++) {
		if (!is_token(head->headers.p[i].name))
			return REFUSE(err, BAD_REQUEST, "header %zu: the name is not a token", i + 1);
		if (!is_value(head->headers.p[i].value))
			return REFUSE(err, BAD_REQUEST, "header %zu: the value holds a control character", i + 1);
	}
	return 0;
}

/* How many headers have that name; *last is the value of the last of them. */
static size_t count(struct tomb_fields headers, struct tomb_str name, struct tomb_str *last)
{
	const struct tomb_field *f = NULL;
	size_t n = 0;

	while ((f = tomb_fields_next_header(headers, name, f))) {
		*last = f->value;
		n++;
	}
	return n;
}

static unsigned check_host(const struct tomb_guard_head *head, struct tomb_arena *arena, struct tomb_guard_facts *facts,
	struct tomb_err *err)
{
	struct tomb_str host = {0};

	(void)arena;
	(void)facts;
	if (count(head->headers, TOMB_STR("Host"), &host) != 1)
		return REFUSE(err, BAD_REQUEST, "there is not exactly one Host header");
	for (size_t i = 0; i < host.n; i++)
		if (!is_token_char(host.p[i]) && !strchr(":[]", host.p[i]))
			return REFUSE(err, BAD_REQUEST, "the Host header is not a host and port");
	if (host.n == 0)
		return REFUSE(err, BAD_REQUEST, "the Host header is empty");
	return 0;
}

/* Where the body ends must have one answer (RFC 9112, section 6.3). */
static unsigned check_framing(const struct tomb_guard_head *head, struct tomb_arena *arena,
	struct tomb_guard_facts *facts, struct tomb_err *err)
{
	struct tomb_str length = {0};
	struct tomb_str coding = {0};
	size_t lengths = count(head->headers, TOMB_STR("Content-Length"), &length);
	size_t codings = count(head->headers, TOMB_STR("Transfer-Encoding"), &coding);

	(void)arena;
	if (lengths > 1 || codings > 1)
		return REFUSE(err, BAD_REQUEST, "Content-Length or Transfer-Encoding is given twice");
	if (lengths && codings)
		return REFUSE(err, BAD_REQUEST, "both Content-Length and Transfer-Encoding are given");
	if (lengths && !tomb_parse_u64(length, 0, INT64_MAX, &facts->content_length))
		return REFUSE(err, BAD_REQUEST, "Content-Length is not a number of bytes");
	if (codings && (coding.n != 7 || strncasecmp(coding.p, "chunked", 7) != 0))
		return REFUSE(err, BAD_REQUEST, "Transfer-Encoding is not \"chunked\"");
	if (codings && !tomb_str_eq(head->version, TOMB_STR("HTTP/1.1")))
		return REFUSE(err, BAD_REQUEST, "Transfer-Encoding before HTTP/1.1");
	facts->is_chunked = codings > 0;
	return 0;
}

unsigned tomb_guard_check(const struct tomb_guard_head *head, struct tomb_arena *arena, struct tomb_guard_facts *out,
	struct tomb_err *err)
{
	static check_fn *const checks[] = {
		check_size, check_line, check_target, check_headers, check_host, check_framing};
	struct tomb_guard_facts facts = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(checks); i++) {
		unsigned status = checks[i](head, arena, &facts, err);

		if (status)
			return status;
	}
	*out = facts;
	return 0;
}
