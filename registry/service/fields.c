#include "fields.h"

#include "tombstone/percent.h"
#include "tombstone/utf8.h"

#include <strings.h>

typedef bool same_fn(struct tomb_str a, struct tomb_str b);

static bool same_header(struct tomb_str a, struct tomb_str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static const struct tomb_field *next(
	struct tomb_fields fields, struct tomb_str name, const struct tomb_field *after, same_fn *same)
{
	for (size_t i = after ? (size_t)(after - fields.p) + 1 : 0; i < fields.n; i++)
		if (same(fields.p[i].name, name))
			return fields.p + i;
	return NULL;
}

const struct tomb_field *tomb_fields_next(
	struct tomb_fields fields, struct tomb_str name, const struct tomb_field *after)
{
	return next(fields, name, after, tomb_str_eq);
}

const struct tomb_field *tomb_fields_next_header(
	struct tomb_fields fields, struct tomb_str name, const struct tomb_field *after)
{
	return next(fields, name, after, same_header);
}

/* Cuts text at the first c: the part before it is returned, the part behind it stays in *text. */
static struct tomb_str cut(struct tomb_str *text, char c)
{
	const char *at = text->n ? memchr(text->p, c, text->n) : NULL;
	struct tomb_str head = {text->p, at ? (size_t)(at - text->p) : text->n};
	size_t used = at ? head.n + 1 : head.n;

	*text = (struct tomb_str){text->n ? text->p + used : text->p, text->n - used};
	return head;
}

static enum tomb_code decode(struct tomb_str raw, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str text = {0};

	TOMB_TRY(tomb_percent_decode_form(raw, arena, &text, err));
	if (text.n && memchr(text.p, '\0', text.n))
		return TOMB_FAIL(err, TOMB_INVAL, "a field holds a NUL");
	if (!tomb_utf8_valid(text))
		return TOMB_FAIL(err, TOMB_INVAL, "a field is not UTF-8");
	*out = text;
	return TOMB_OK;
}

static size_t count(struct tomb_str text)
{
	size_t n = 0;

	while (text.n)
		n += cut(&text, '&').n > 0;
	return n;
}

enum tomb_code tomb_fields_parse(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_fields *out, struct tomb_err *err)
{
	size_t max = count(text);
	struct tomb_field *fields = NULL;
	size_t n = 0;

	if (max > TOMB_FIELDS_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "%zu fields, more than %d", max, TOMB_FIELDS_MAX);
	fields = TOMB_NEW(arena, struct tomb_field, max);
	if (!fields)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu fields", max);
	while (text.n) {
		struct tomb_str value = cut(&text, '&');
		struct tomb_str name = {0};

		if (value.n == 0)
			continue;
		name = cut(&value, '=');
		TOMB_TRY(decode(name, arena, &fields[n].name, err));
		TOMB_TRY(decode(value, arena, &fields[n].value, err));
		n++;
	}
	*out = (struct tomb_fields){fields, n};
	return TOMB_OK;
}
