#include "page_query.h"

#include "form.h"

#include "tombstone/parse.h"
#include "tombstone/percent.h"

#include <inttypes.h>

static const struct tomb_form_field table[] = {
	TOMB_FORM_INT(struct tomb_page_query, per_page, "per_page", 1, INT32_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct tomb_page_query, page, "page", 1, INT32_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_TEXT(struct tomb_page_query, cursor, "after", 0, TOMB_PAGE_CURSOR_MAX),
};

enum tomb_code tomb_page_query_read(struct tomb_fields query, int64_t per_page, struct tomb_arena *arena,
	struct tomb_page_query *out, struct tomb_err *err)
{
	struct tomb_page_query q = {.per_page = per_page, .page = 1, .cursor = TOMB_STR("")};

	TOMB_TRY(tomb_form_read(query, table, TOMB_COUNTOF(table), TOMB_FORM_LOOSE, arena, &q, err));
	if (q.per_page > TOMB_PAGE_MAX)
		q.per_page = TOMB_PAGE_MAX;
	*out = q;
	return TOMB_OK;
}

void tomb_page_key_put(struct tomb_buf *out, struct tomb_page_key key)
{
	tomb_buf_putf(out, "%" PRId64 ".%" PRId64, key.key, key.id);
}

enum tomb_code tomb_page_key_read(struct tomb_str cursor, struct tomb_page_key *out, struct tomb_err *err)
{
	const char *dot = cursor.n ? memchr(cursor.p, '.', cursor.n) : NULL;
	struct tomb_str key = {cursor.p, dot ? (size_t)(dot - cursor.p) : 0};
	struct tomb_str id = {dot ? dot + 1 : NULL, dot ? cursor.n - key.n - 1 : 0};
	struct tomb_page_key read = {0};

	if (!tomb_parse_i64(key, INT64_MIN, INT64_MAX, &read.key) ||
		!tomb_parse_i64(id, INT64_MIN, INT64_MAX, &read.id))
		return TOMB_FAIL(err, TOMB_INVAL, "parameter \"after\" is not from a link of this list");
	*out = read;
	return TOMB_OK;
}

static void put_parameter(struct tomb_buf *out, const char *between, struct tomb_str name, struct tomb_str value)
{
	tomb_buf_put(out, tomb_str_from(between));
	tomb_percent_encode(out, name);
	tomb_buf_put(out, TOMB_STR("="));
	tomb_percent_encode(out, value);
}

void tomb_page_link(struct tomb_buf *out, struct tomb_str path, struct tomb_fields query, struct tomb_str name,
	struct tomb_str value)
{
	const char *between = "?";

	tomb_buf_put(out, path);
	for (size_t i = 0; i < query.n; i++)
		if (!tomb_str_eq(query.p[i].name, name)) {
			put_parameter(out, between, query.p[i].name, query.p[i].value);
			between = "&";
		}
	put_parameter(out, between, name, value);
}
