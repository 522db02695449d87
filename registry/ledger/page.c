#include "page_internal.h"

#include "tombstone/parse.h"

#include <inttypes.h>
#include <stdio.h>

enum tomb_code tomb_scope(const struct tomb_actor *actor, enum tomb_permission permission, int64_t wanted,
	int64_t *scope, struct tomb_err *err)
{
	enum tomb_permission_scope had = tomb_permission_of(actor, permission);

	if (actor->user_id == 0 || had == TOMB_SCOPE_ALL) {
		*scope = wanted;
		return TOMB_OK;
	}
	if (had != TOMB_SCOPE_OWN)
		return tomb_permission_refuse(permission, err);
	if (actor->institution_id == 0)
		return TOMB_FAIL(err, TOMB_BUG, "user %" PRId64 " has no institution", actor->user_id);
	if (wanted != 0 && wanted != actor->institution_id)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "institution %" PRId64 " is not yours", wanted);
	*scope = actor->institution_id;
	return TOMB_OK;
}

static int32_t limit_of(const struct tomb_page *page)
{
	return page->limit == 0 ? TOMB_PAGE_DEFAULT : page->limit;
}

enum tomb_code tomb_range_of(
	const struct tomb_page *page, bool newest_first, struct tomb_range *out, struct tomb_err *err)
{
	int64_t from = newest_first ? INT64_MAX : 0;

	if (page->limit < 0 || page->limit > TOMB_PAGE_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a page has 1 to %d rows, not %" PRId32, TOMB_PAGE_MAX, page->limit);
	if (page->skip < 0 || page->skip > TOMB_COUNT_MAX)
		return TOMB_FAIL(err, TOMB_INVAL,
			"at most %d rows can be skipped: follow the list page by page instead", TOMB_COUNT_MAX);
	if (page->after.n > 0 && !tomb_parse_i64(page->after, 1, INT64_MAX - 1, &from))
		return TOMB_FAIL(
			err, TOMB_INVAL, "\"%.*s\" is not where a page of this list begins", TOMB_STR_ARG(page->after));
	*out = (struct tomb_range){from, page->skip + limit_of(page) + 1};
	return TOMB_OK;
}

struct tomb_range tomb_range_to_count(bool newest_first)
{
	return (struct tomb_range){newest_first ? INT64_MAX : 0, TOMB_COUNT_MAX};
}

int64_t tomb_range_count(struct tomb_int8s picked)
{
	return (int64_t)picked.n;
}

size_t tomb_page_rows(const struct tomb_page *page, size_t nrows)
{
	size_t limit = (size_t)limit_of(page);

	return nrows > limit ? limit : nrows;
}

enum tomb_code tomb_page_next(int64_t last_id, struct tomb_arena *arena, struct tomb_str *next, struct tomb_err *err)
{
	char text[24];
	struct tomb_str copy;

	(void)snprintf(text, sizeof text, "%" PRId64, last_id);
	copy = tomb_arena_str(arena, tomb_str_from(text));
	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "cursor of a list");
	*next = copy;
	return TOMB_OK;
}

enum tomb_code tomb_page_cut(const struct tomb_page *page, struct tomb_int8s picked, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_str *next, struct tomb_err *err)
{
	size_t skip = (size_t)page->skip < picked.n ? (size_t)page->skip : picked.n;
	size_t n = tomb_page_rows(page, picked.n - skip);
	struct tomb_str cursor = TOMB_STR("");

	if (picked.n > skip + n)
		TOMB_TRY(tomb_page_next(picked.p[skip + n - 1], arena, &cursor, err));
	*ids = (struct tomb_int8s){n > 0 ? picked.p + skip : NULL, n};
	*next = cursor;
	return TOMB_OK;
}

enum tomb_code tomb_filter_word(
	const char *what, struct tomb_str word, const struct tomb_str *words, size_t n, struct tomb_err *err)
{
	TOMB_BUF_AUTO list = tomb_buf_init(sizeof err->text);
	struct tomb_str text = TOMB_STR("");

	if (word.n == 0)
		return TOMB_OK;
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(word, words[i]))
			return TOMB_OK;
	for (size_t i = 0; i < n; i++)
		tomb_buf_putf(&list, "%s\"%.*s\"", i == 0 ? "" : ", ", TOMB_STR_ARG(words[i]));
	TOMB_TRY(tomb_buf_done(&list, &text, err));
	return TOMB_FAIL(err, TOMB_INVAL, "%s \"%.*s\" is none of %.*s", what, (int)(word.n > 100 ? 100 : word.n),
		word.p, TOMB_STR_ARG(text));
}

enum tomb_code tomb_filter_state(struct tomb_str state, struct tomb_err *err)
{
	static const struct tomb_str states[] = {{"A", 1}, {"D", 1}};

	return tomb_filter_word("state", state, states, TOMB_COUNTOF(states), err);
}
