#include "http_answer.h"

#include "tombstone/secret.h"

#include <stdlib.h>
#include <strings.h>

enum { HEAD_MAX = 1 << 16 }; /* bytes of all names and values together */

bool http_answer_init(struct http_answer *a, size_t body_max, bool is_secret)
{
	a->head_ended = false;
	a->is_secret = is_secret;
	a->two_lengths = false;
	a->nheaders = 0;
	a->body = tomb_buf_init(body_max);
	a->head = tomb_buf_init(HEAD_MAX);
	if (!is_secret)
		return true;
	a->body.p = calloc(1, body_max + 1); /* all at once: what grows leaves copies behind */
	a->body.cap = a->body.p ? body_max + 1 : 0;
	return a->body.p != NULL;
}

void http_answer_fini(struct http_answer *a)
{
	if (a->is_secret && a->body.p)
		tomb_wipe(a->body.p, a->body.n);
	tomb_buf_fini(&a->body);
	tomb_buf_fini(&a->head);
}

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool is_length(struct tomb_str name)
{
	static const struct tomb_str length = {"Content-Length", 14};

	return name.n == length.n && strncasecmp(name.p, length.p, length.n) == 0;
}

/* One number, and the same one if it was there before. */
static bool is_clear(const struct http_answer *a, struct tomb_str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
	for (size_t i = 0; i < a->nheaders; i++)
		if (is_length((struct tomb_str){a->head.p + a->header[i].name, a->header[i].name_len}) &&
			!tomb_str_eq(value, (struct tomb_str){a->head.p + a->header[i].value, a->header[i].value_len}))
			return false;
	return value.n > 0;
}

static bool add(struct http_answer *a, struct tomb_str name, struct tomb_str value)
{
	if (is_length(name) && !is_clear(a, value))
		a->two_lengths = true;
	if (a->two_lengths || a->nheaders == TOMB_ANSWER_HEADERS_MAX)
		return false;
	a->header[a->nheaders].name = a->head.n;
	a->header[a->nheaders].name_len = name.n;
	tomb_buf_put(&a->head, name);
	a->header[a->nheaders].value = a->head.n;
	a->header[a->nheaders].value_len = value.n;
	tomb_buf_put(&a->head, value);
	a->nheaders++;
	return a->head.broken == TOMB_OK;
}

bool http_answer_line(struct http_answer *a, struct tomb_str line)
{
	const char *colon = NULL;
	size_t name_len = 0;

	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (line.n == 0) {
		a->head_ended = true;
		return true;
	}
	if (line.n > 5 && memcmp(line.p, "HTTP/", 5) == 0) { /* an interim answer went before: forget its headers */
		a->head_ended = false;
		a->nheaders = 0;
		tomb_buf_reset(&a->head);
		return true;
	}
	colon = memchr(line.p, ':', line.n);
	if (!colon)
		return true;
	name_len = (size_t)(colon - line.p);
	return add(a, (struct tomb_str){line.p, name_len}, trim((struct tomb_str){colon + 1, line.n - name_len - 1}));
}

bool http_answer_body(struct http_answer *a, struct tomb_str bytes)
{
	tomb_buf_put(&a->body, bytes);
	return a->body.broken == TOMB_OK;
}

bool http_answer_copy(const struct http_answer *a, int status, struct tomb_arena *arena, struct tomb_http_answer *out)
{
	struct tomb_http_header *headers = TOMB_NEW(arena, struct tomb_http_header, a->nheaders + 1);
	struct tomb_str head = tomb_arena_str(arena, (struct tomb_str){a->head.p, a->head.n});
	struct tomb_str body = tomb_arena_str(arena, (struct tomb_str){a->body.p, a->body.n});

	if (!headers || !head.p || !body.p)
		return false;
	for (size_t i = 0; i < a->nheaders; i++) {
		headers[i].name = (struct tomb_str){head.p + a->header[i].name, a->header[i].name_len};
		headers[i].value = (struct tomb_str){head.p + a->header[i].value, a->header[i].value_len};
	}
	*out = (struct tomb_http_answer){status, headers, a->nheaders, body};
	return true;
}

struct tomb_str tomb_http_header(const struct tomb_http_answer *answer, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < answer->nheaders; i++)
		if (answer->headers[i].name.n == n && strncasecmp(answer->headers[i].name.p, name, n) == 0)
			return answer->headers[i].value;
	return TOMB_STR("");
}
