#include "form.h"

#include "tombstone/parse.h"

#include <inttypes.h>

/* Reads what was sent for one field of the table; writes to member unless it is NULL. */
typedef enum tomb_code read_fn(struct tomb_fields fields, const struct tomb_form_field *f, struct tomb_arena *arena,
	unsigned char *member, struct tomb_err *err);

static const struct tomb_field *first(struct tomb_fields fields, const struct tomb_form_field *f)
{
	return tomb_fields_next(fields, tomb_str_from(f->name), NULL);
}

static const struct tomb_field *again(
	struct tomb_fields fields, const struct tomb_form_field *f, const struct tomb_field *after)
{
	return tomb_fields_next(fields, tomb_str_from(f->name), after);
}

/* The one value of a field, .p NULL if it is absent, or empty and optional. */
static enum tomb_code single(
	struct tomb_fields fields, const struct tomb_form_field *f, struct tomb_str *out, struct tomb_err *err)
{
	const struct tomb_field *sent = first(fields, f);

	if (sent && again(fields, f, sent))
		return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\" was sent twice", f->name);
	if ((!sent || sent->value.n == 0) && f->need == TOMB_FORM_REQUIRED)
		return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\" is required", f->name);
	*out = sent ? sent->value : (struct tomb_str){NULL, 0};
	return TOMB_OK;
}

static enum tomb_code read_text(struct tomb_fields fields, const struct tomb_form_field *f, struct tomb_arena *arena,
	unsigned char *member, struct tomb_err *err)
{
	struct tomb_str text = {0};

	(void)arena;
	TOMB_TRY(single(fields, f, &text, err));
	if (!text.p)
		return TOMB_OK;
	if (text.n < (uint64_t)f->min || text.n > (uint64_t)f->max)
		return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\" has %zu bytes; it needs %" PRId64 " to %" PRId64,
			f->name, text.n, f->min, f->max);
	if (member)
		memcpy(member, &text, sizeof text);
	return TOMB_OK;
}

static enum tomb_code read_int(struct tomb_fields fields, const struct tomb_form_field *f, struct tomb_arena *arena,
	unsigned char *member, struct tomb_err *err)
{
	struct tomb_str text = {0};
	int64_t value = 0;

	(void)arena;
	TOMB_TRY(single(fields, f, &text, err));
	if (text.n == 0)
		return TOMB_OK;
	if (!tomb_parse_i64(text, f->min, f->max, &value))
		return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\" is not a number from %" PRId64 " to %" PRId64, f->name,
			f->min, f->max);
	if (member)
		memcpy(member, &value, sizeof value);
	return TOMB_OK;
}

static enum tomb_code read_bool(struct tomb_fields fields, const struct tomb_form_field *f, struct tomb_arena *arena,
	unsigned char *member, struct tomb_err *err)
{
	static const struct {
		struct tomb_str text;
		bool value;
	} words[] = {
		{{"1", 1}, true},
		{{"true", 4}, true},
		{{"on", 2}, true},
		{{"yes", 3}, true},
		{{"0", 1}, false},
		{{"false", 5}, false},
		{{"off", 3}, false},
		{{"no", 2}, false},
		{{"", 0}, false},
	};
	struct tomb_str text = {0};

	(void)arena;
	TOMB_TRY(single(fields, f, &text, err));
	if (!text.p)
		return TOMB_OK;
	for (size_t i = 0; i < TOMB_COUNTOF(words); i++)
		if (tomb_str_eq(words[i].text, text)) {
			if (member)
				memcpy(member, &words[i].value, sizeof words[i].value);
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\" is neither true nor false", f->name);
}

static enum tomb_code read_ints(struct tomb_fields fields, const struct tomb_form_field *f, struct tomb_arena *arena,
	unsigned char *member, struct tomb_err *err)
{
	size_t n = 0;
	int64_t *values = NULL;
	struct tomb_ints list = {0};

	for (const struct tomb_field *s = first(fields, f); s; s = again(fields, f, s))
		n++;
	if (n == 0 && f->need == TOMB_FORM_OPTIONAL)
		return TOMB_OK;
	if (n < (uint64_t)f->min || n > (uint64_t)f->max)
		return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\" was sent %zu times; it needs %" PRId64 " to %" PRId64,
			f->name, n, f->min, f->max);
	values = TOMB_NEW(arena, int64_t, n);
	if (!values)
		return TOMB_FAIL(err, TOMB_NOMEM, "field \"%s\": %zu numbers", f->name, n);
	n = 0;
	for (const struct tomb_field *s = first(fields, f); s; s = again(fields, f, s))
		if (!tomb_parse_i64(s->value, INT64_MIN, INT64_MAX, &values[n++]))
			return TOMB_FAIL(err, TOMB_INVAL, "field \"%s\", number %zu, is not a number", f->name, n);
	list = (struct tomb_ints){values, n};
	if (member)
		memcpy(member, &list, sizeof list);
	return TOMB_OK;
}

static read_fn *const readers[] = {
	[TOMB_FORM_KIND_TEXT] = read_text,
	[TOMB_FORM_KIND_INT] = read_int,
	[TOMB_FORM_KIND_BOOL] = read_bool,
	[TOMB_FORM_KIND_INTS] = read_ints,
};

static enum tomb_code check_known(
	struct tomb_fields fields, const struct tomb_form_field *table, size_t n, struct tomb_err *err)
{
	for (size_t i = 0; i < fields.n; i++) {
		bool is_known = false;

		for (size_t k = 0; k < n; k++)
			is_known = is_known || tomb_str_eq(fields.p[i].name, tomb_str_from(table[k].name));
		if (!is_known)
			return TOMB_FAIL(
				err, TOMB_INVAL, "field \"%.*s\" is not known here", TOMB_STR_ARG(fields.p[i].name));
	}
	return TOMB_OK;
}

enum tomb_code tomb_form_read(struct tomb_fields fields, const struct tomb_form_field *table, size_t n,
	enum tomb_form_strictness strictness, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	if (strictness == TOMB_FORM_STRICT)
		TOMB_TRY(check_known(fields, table, n, err));
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(readers[table[i].kind](fields, &table[i], arena, NULL, err));
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(readers[table[i].kind](fields, &table[i], arena, (unsigned char *)out + table[i].offset, err));
	return TOMB_OK;
}
