#include "member_query.h"

#include "form.h"
#include "tombstone/parse.h"
#include "tombstone/time.h"

#include <inttypes.h>

enum { PER_PAGE_DEFAULT = 20, VALUE_BYTES_MAX = 8192 }; /* aptrust.md 3.1; the longest identifier, encoded */

/* Behind a field's name, and what it asks. */
static const struct suffix {
	struct tomb_str text;
	unsigned may;
	enum tomb_sift_op op;
} suffixes[] = {
	{{"__in", 4}, TOMB_MEMBER_IN, TOMB_SIFT_IN},
	{{"__gteq", 6}, TOMB_MEMBER_RANGE, TOMB_SIFT_FROM},
	{{"__lteq", 6}, TOMB_MEMBER_RANGE, TOMB_SIFT_TO},
	{{"__starts_with", 13}, TOMB_MEMBER_BEGINS, TOMB_SIFT_BEGINS},
	{{"__is_null", 9}, TOMB_MEMBER_NULL, TOMB_SIFT_NULL},
	{{"__not_null", 10}, TOMB_MEMBER_FILLED, TOMB_SIFT_NOT_NULL},
};

static const struct {
	tomb_handler_fn *handler;
	const struct tomb_member_table *table;
} queries[] = {
#define TOMB_MEMBER_QUERY(handler, table) {handler, &(table)},
#include "api/member_queries.def"
#undef TOMB_MEMBER_QUERY
};

struct paging {
	int64_t page;
	int64_t per_page;
	struct tomb_str after;
};

static const struct tomb_form_field paging_fields[] = {
	TOMB_FORM_INT(struct paging, page, "page", 1, INT32_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct paging, per_page, "per_page", 1, INT32_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_TEXT(struct paging, after, "after", 0, TOMB_SIFT_CURSOR_MAX),
};

bool tomb_member_query_of(const struct tomb_route *route, struct tomb_member_table *out)
{
	for (size_t i = 0; i < TOMB_COUNTOF(queries); i++)
		if (queries[i].handler == route->handler) {
			*out = *queries[i].table;
			return true;
		}
	return false;
}

size_t tomb_member_parameters(
	const struct tomb_member_field *field, struct tomb_member_parameter out[static TOMB_MEMBER_PARAMETERS_MAX])
{
	size_t n = 0;

	if ((field->may & TOMB_MEMBER_IS) != 0)
		out[n++] = (struct tomb_member_parameter){"", false, false};
	for (size_t i = 0; i < TOMB_COUNTOF(suffixes); i++)
		if ((field->may & suffixes[i].may) != 0)
			out[n++] = (struct tomb_member_parameter){suffixes[i].text.p,
				suffixes[i].may == TOMB_MEMBER_NULL || suffixes[i].may == TOMB_MEMBER_FILLED,
				suffixes[i].may == TOMB_MEMBER_IN};
	return n;
}
_Static_assert(TOMB_COUNTOF(suffixes) < TOMB_MEMBER_PARAMETERS_MAX, "all of one field");

static bool is_paging(struct tomb_str name)
{
	for (size_t i = 0; i < TOMB_COUNTOF(paging_fields); i++)
		if (tomb_str_eq(name, tomb_str_from(paging_fields[i].name)))
			return true;
	return false;
}

static bool ends_with(struct tomb_str text, struct tomb_str end)
{
	return text.n > end.n && memcmp(text.p + text.n - end.n, end.p, end.n) == 0;
}

static const struct tomb_member_field *find_field(
	const struct tomb_member_field *fields, size_t n, struct tomb_str name, unsigned may)
{
	for (size_t i = 0; i < n; i++)
		if ((fields[i].may & may) != 0 && tomb_str_eq(name, tomb_str_from(fields[i].name)))
			return &fields[i];
	return NULL;
}

/* A time, or a day for its first moment. */
static bool parse_time(struct tomb_str text, int64_t *us)
{
	char day[24];
	struct tomb_err ignored;

	if (text.n == 10) {
		memcpy(day, text.p, 10);
		memcpy(day + 10, "T00:00:00Z", 11);
		text = tomb_str_from(day);
	}
	return tomb_time_parse(text, us, &ignored) == TOMB_OK;
}

static bool parse_bool(struct tomb_str text, int64_t *value)
{
	*value = tomb_str_eq(text, TOMB_STR("true")) || tomb_str_eq(text, TOMB_STR("1"));
	return *value || tomb_str_eq(text, TOMB_STR("false")) || tomb_str_eq(text, TOMB_STR("0"));
}

/* The value that a field of this kind has; false if text is none. */
static bool parse_value(enum tomb_member_kind kind, struct tomb_str text, struct tomb_sift_term *t)
{
	t->kind = kind == TOMB_MEMBER_TEXT ? TOMB_SIFT_TEXT : TOMB_SIFT_NUMBER;
	t->text = text;
	switch (kind) {
	case TOMB_MEMBER_TEXT:
		return text.n <= VALUE_BYTES_MAX;
	case TOMB_MEMBER_NUMBER:
		return tomb_parse_i64(text, 0, INT64_MAX, &t->number);
	case TOMB_MEMBER_TIME:
		return parse_time(text, &t->number);
	case TOMB_MEMBER_BOOL:
		break;
	}
	t->kind = TOMB_SIFT_BOOL;
	return parse_bool(text, &t->number);
}

/* The field and the question that name has; NULL if the table has no such. */
static const struct tomb_member_field *read_name(
	struct tomb_str name, const struct tomb_member_field *fields, size_t n, struct tomb_sift_term *t)
{
	const struct tomb_member_field *field = NULL;
	unsigned may = TOMB_MEMBER_IS;

	t->op = TOMB_SIFT_IS;
	for (size_t i = 0; i < TOMB_COUNTOF(suffixes); i++)
		if (ends_with(name, suffixes[i].text)) {
			may = suffixes[i].may;
			t->op = suffixes[i].op;
			name.n -= suffixes[i].text.n;
			break;
		}
	field = find_field(fields, n, name, may);
	if (field)
		t->name = tomb_str_from(field->name);
	return field;
}

static bool read_value(const struct tomb_member_field *field, struct tomb_str value, struct tomb_sift_term *t)
{
	int64_t is_true = 0;

	if (t->op != TOMB_SIFT_NULL && t->op != TOMB_SIFT_NOT_NULL)
		return parse_value(field->kind, value, t);
	if (!parse_bool(value, &is_true))
		return false;
	if (!is_true)
		t->op = t->op == TOMB_SIFT_NULL ? TOMB_SIFT_NOT_NULL : TOMB_SIFT_NULL;
	return true;
}

static bool is_asked(const struct tomb_sift *sift, const struct tomb_sift_term *t)
{
	for (size_t i = 0; t->op != TOMB_SIFT_IN && i < sift->nterms; i++)
		if (sift->terms[i].op == t->op && tomb_str_eq(sift->terms[i].name, t->name))
			return true;
	return false;
}

static bool read_sort(struct tomb_str text, const struct tomb_member_field *fields, size_t n, struct tomb_sift *sift)
{
	struct tomb_sift_sort sort = {.down = ends_with(text, TOMB_STR("__desc"))};
	const struct tomb_member_field *field = NULL;

	if (sort.down)
		text.n -= 6;
	else if (ends_with(text, TOMB_STR("__asc")))
		text.n -= 5;
	field = find_field(fields, n, text, TOMB_MEMBER_SORT);
	if (!field || sift->nsorts == TOMB_SIFT_SORTS)
		return false;
	sort.name = tomb_str_from(field->name);
	sift->sorts[sift->nsorts++] = sort;
	return true;
}

static enum tomb_code read_paging(struct tomb_request *req, struct tomb_member_query *q, struct tomb_err *err)
{
	struct paging p = {.page = 1, .per_page = PER_PAGE_DEFAULT};
	int64_t skip = 0;

	TOMB_TRY(tomb_form_read(
		req->query, paging_fields, TOMB_COUNTOF(paging_fields), TOMB_FORM_LOOSE, req->arena, &p, err));
	if (p.per_page > TOMB_PAGE_MAX)
		p.per_page = TOMB_PAGE_MAX;
	if (p.after.n == 0)
		skip = (p.page - 1) * p.per_page; /* both below 2^31 */
	if (skip > TOMB_COUNT_MAX)
		return TOMB_FAIL(err, TOMB_INVAL,
			"page %" PRId64 " is further than %d rows into the list: follow \"next\" instead", p.page,
			TOMB_COUNT_MAX);
	q->page = p.page;
	q->per_page = p.per_page;
	q->wanted = (struct tomb_page){.after = p.after, .limit = (int32_t)p.per_page, .skip = (int32_t)skip};
	return TOMB_OK;
}

/* One parameter of the query that is not about pages; false if it has no meaning. */
static bool read_one(const struct tomb_field *sent, const struct tomb_member_field *fields, size_t n,
	struct tomb_sift_term *terms, struct tomb_sift *sift)
{
	struct tomb_sift_term t = {.op = TOMB_SIFT_IS};
	const struct tomb_member_field *field = NULL;

	if (tomb_str_eq(sent->name, TOMB_STR("sort")))
		return sent->value.n == 0 || read_sort(sent->value, fields, n, sift);
	field = read_name(sent->name, fields, n, &t);
	if (!field || sent->value.n == 0)
		return field != NULL;
	if (!read_value(field, sent->value, &t) || is_asked(sift, &t) || sift->nterms == TOMB_SIFT_TERMS)
		return false;
	terms[sift->nterms++] = t;
	return true;
}

static enum tomb_code check_needed(struct tomb_member_table table, const struct tomb_sift *sift, struct tomb_err *err)
{
	for (size_t i = 0; i < table.n; i++) {
		struct tomb_sift_term t = {.name = tomb_str_from(table.p[i].name), .op = TOMB_SIFT_IS};

		if ((table.p[i].may & TOMB_MEMBER_NEEDED) != 0 && !is_asked(sift, &t))
			return TOMB_FAIL(err, TOMB_INVAL, "Invalid query params: %s is required", table.p[i].name);
	}
	return TOMB_OK;
}

enum tomb_code tomb_member_query(struct tomb_request *req, struct tomb_member_query *out, struct tomb_err *err)
{
	struct tomb_sift_term *terms = TOMB_NEW(req->arena, struct tomb_sift_term, TOMB_SIFT_TERMS);
	struct tomb_member_query q = {.sift = {.terms = terms}};
	struct tomb_member_table table;

	if (!terms)
		return TOMB_FAIL(err, TOMB_NOMEM, "filters of a list");
	if (!tomb_member_query_of(req->route, &table))
		return TOMB_FAIL(err, TOMB_BUG, "%s has no table of filters", req->route->pattern);
	TOMB_TRY(read_paging(req, &q, err));
	for (size_t i = 0; i < req->query.n; i++)
		if (!is_paging(req->query.p[i].name) && !read_one(&req->query.p[i], table.p, table.n, terms, &q.sift))
			return TOMB_FAIL(
				err, TOMB_INVAL, "Invalid query params: %.*s", TOMB_STR_ARG(req->query.p[i].name));
	TOMB_TRY(check_needed(table, &q.sift, err));
	*out = q;
	return TOMB_OK;
}
