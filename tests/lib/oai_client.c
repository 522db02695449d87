#include "oai_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { QUERY_MAX = 2048 };

void oai_copy_fini(struct oai_copy *copy)
{
	free(copy->p);
	*copy = (struct oai_copy){.p = NULL};
}

void oai_get(struct site *s, struct raw_answer *out, const char *fmt, ...)
{
	char query[QUERY_MAX];
	va_list args;

	va_start(args, fmt);
	assert_in_range(vsnprintf(query, sizeof query, fmt, args), 0, sizeof query - 1);
	va_end(args);
	site_get(s, NULL, out, "/oai?%s", query);
	if (out->status != 200 || strncmp(raw_header(out, "Content-Type"), "text/xml", 8) != 0)
		fail_msg("%s: %d\n%s%s", query, out->status, out->head, out->body);
}

/* What is between piece and end, from *at on, which moves behind it; false if there is none. */
static bool between(const char **at, const char *piece, const char *end, struct tomb_str *out)
{
	const char *from = strstr(*at, piece);
	const char *to = from ? strstr(from + strlen(piece), end) : NULL;

	if (!to)
		return false;
	*out = (struct tomb_str){from + strlen(piece), (size_t)(to - from) - strlen(piece)};
	*at = to;
	return true;
}

static void copy_text(struct tomb_str text, char *out, size_t size)
{
	assert_true(text.n < size);
	if (text.n > 0)
		memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

void oai_text(const struct raw_answer *a, const char *element, char *out, size_t size)
{
	char begin[64];
	char end[64];
	const char *at = a->body;
	struct tomb_str text = TOMB_STR("");
	const char *inner = NULL;

	(void)snprintf(begin, sizeof begin, "<%s", element);
	(void)snprintf(end, sizeof end, "</%s>", element);
	out[0] = '\0';
	if (!between(&at, begin, end, &text))
		return;
	inner = memchr(text.p, '>', text.n);
	assert_non_null(inner);
	copy_text((struct tomb_str){inner + 1, text.n - (size_t)(inner + 1 - text.p)}, out, size);
}

void oai_errors(const struct raw_answer *a, const char *codes)
{
	const char *at = a->body;
	struct tomb_str code = TOMB_STR("");
	char found[1024] = "";
	size_t n = 0;

	while (between(&at, "<error code=\"", "\"", &code))
		n += (size_t)snprintf(found + n, sizeof found - n, "%s%.*s", n > 0 ? " " : "", TOMB_STR_ARG(code));
	if (strcmp(found, codes) != 0)
		fail_msg("\"%s\", not \"%s\":\n%s", found, codes, a->body);
}

const struct oai_heard *oai_find(const struct oai_copy *copy, const char *id)
{
	for (size_t i = 0; i < copy->n; i++)
		if (strcmp(copy->p[i].id, id) == 0)
			return &copy->p[i];
	return NULL;
}

size_t oai_live(const struct oai_copy *copy)
{
	size_t n = 0;

	for (size_t i = 0; i < copy->n; i++)
		n += !copy->p[i].is_deleted;
	return n;
}

static struct oai_heard *room_for(struct oai_copy *copy, const char *id)
{
	for (size_t i = 0; i < copy->n; i++)
		if (strcmp(copy->p[i].id, id) == 0)
			return &copy->p[i];
	if (copy->n == copy->room) {
		copy->room = copy->room * 2 + 64;
		copy->p = realloc(copy->p, copy->room * sizeof *copy->p);
		assert_non_null(copy->p);
	}
	return &copy->p[copy->n++];
}

void oai_hear(struct oai_copy *copy, const struct raw_answer *a)
{
	const char *at = a->body;
	struct tomb_str header = TOMB_STR("");

	while (between(&at, "<header", "</header>", &header)) {
		struct oai_heard h = {.is_deleted = memmem(header.p, header.n, "status=\"deleted\"", 16) != NULL};
		const char *inside = header.p;
		struct tomb_str text = TOMB_STR("");

		assert_true(between(&inside, "<identifier>", "</identifier>", &text));
		copy_text(text, h.id, sizeof h.id);
		assert_true(between(&inside, "<datestamp>", "</datestamp>", &text));
		copy_text(text, h.datestamp, sizeof h.datestamp);
		*room_for(copy, h.id) = h;
		copy->told++;
	}
}

bool oai_step(struct site *s, struct oai_copy *copy, const char *verb, const char *arguments)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	bool is_first = copy->token[0] == '\0';

	if (is_first) {
		copy->told = 0;
		oai_get(s, &a, "verb=%s&%s%s%s", verb, arguments, copy->since[0] ? "&from=" : "", copy->since);
		oai_text(&a, "responseDate", copy->begun, sizeof copy->begun);
	} else {
		oai_get(s, &a, "verb=%s&resumptionToken=%s", verb, copy->token);
	}
	if (!strstr(a.body, "\"noRecordsMatch\""))
		oai_errors(&a, "");
	oai_hear(copy, &a);
	oai_text(&a, "resumptionToken", copy->token, sizeof copy->token);
	if (copy->token[0] == '\0')
		(void)snprintf(copy->since, sizeof copy->since, "%s", copy->begun);
	return copy->token[0] != '\0';
}

void oai_harvest(struct site *s, struct oai_copy *copy, const char *verb, const char *arguments)
{
	while (oai_step(s, copy, verb, arguments))
		continue;
}
