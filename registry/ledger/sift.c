#include "sift_internal.h"

#include "tombstone/parse.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { CURSOR_BYTES = 64 };

static bool is_named(const struct tomb_sift_term *t, const char *name, enum tomb_sift_op op)
{
	return t->op == op && tomb_str_eq(t->name, tomb_str_from(name));
}

const struct tomb_sift_term *tomb_sift_take(struct tomb_sift_run *run, const char *name, enum tomb_sift_op op)
{
	for (size_t i = 0; i < run->sift->nterms; i++)
		if (!run->used[i] && is_named(&run->sift->terms[i], name, op)) {
			run->used[i] = true;
			return &run->sift->terms[i];
		}
	return NULL;
}

struct tomb_str tomb_sift_text(const struct tomb_sift_run *run, const char *name, enum tomb_sift_op op)
{
	for (size_t i = 0; i < run->sift->nterms; i++)
		if (is_named(&run->sift->terms[i], name, op))
			return run->sift->terms[i].text;
	return TOMB_STR("");
}

int64_t tomb_sift_number(const struct tomb_sift_run *run, const char *name, enum tomb_sift_op op)
{
	for (size_t i = 0; i < run->sift->nterms; i++)
		if (is_named(&run->sift->terms[i], name, op))
			return run->sift->terms[i].number;
	return 0;
}

void tomb_sift_claim_state(struct tomb_sift_run *run)
{
	(void)tomb_sift_take(run, "state", TOMB_SIFT_IS);
}

/* The orders that are wanted: the list's own time, newest first, where nobody says. */
static void read_sorts(struct tomb_sift_run *run)
{
	run->nwanted = run->sift->nsorts > 0 ? run->sift->nsorts : 1;
	run->wanted[0] = (struct tomb_sift_sort){tomb_str_from(run->list->time), true};
	for (size_t i = 0; i < run->sift->nsorts; i++)
		run->wanted[i] = run->sift->sorts[i];
}

static bool is_sort(struct tomb_sift_sort sort, const char *name)
{
	return tomb_str_eq(sort.name, tomb_str_from(name));
}

/* Nothing equals an id, and rows of one time are in the order of their ids. */
static bool is_native(const struct tomb_sift_run *run)
{
	const struct tomb_sift_sort *w = run->wanted;

	if (!tomb_str_eq(run->native.name, w[0].name) || run->native.down != w[0].down)
		return false;
	return run->nwanted == 1 || is_sort(w[0], "id") || (is_sort(w[1], "id") && w[1].down == w[0].down);
}

/* The bounds of the time; what is not newer than it gives a lower bound, and is sifted as well. */
static void take_bounds(struct tomb_sift_run *run)
{
	const struct tomb_sift_term *from = tomb_sift_take(run, run->list->time, TOMB_SIFT_FROM);
	const struct tomb_sift_term *to = tomb_sift_take(run, run->list->time, TOMB_SIFT_TO);
	int64_t older = run->list->older ? tomb_sift_number(run, run->list->older, TOMB_SIFT_FROM) : 0;

	if (from)
		run->since_us = from->number;
	if (to)
		run->until_us = to->number;
	if (older > 0 && older > run->since_us)
		run->since_us = older;
}

static bool has_bounds(const struct tomb_sift_run *run)
{
	return tomb_sift_number(run, run->list->time, TOMB_SIFT_FROM) != 0 ||
	       tomb_sift_number(run, run->list->time, TOMB_SIFT_TO) != 0 ||
	       (run->list->older && tomb_sift_number(run, run->list->older, TOMB_SIFT_FROM) != 0);
}

static bool is_bounded(const struct tomb_sift_run *run)
{
	return run->since_us != TOMB_PG_NEVER || run->until_us != TOMB_PG_FOREVER;
}

static void choose_walk(struct tomb_sift_run *run, bool is_second)
{
	struct tomb_sift_sort wanted = run->wanted[0];
	bool is_by_id = is_sort(wanted, "id");

	run->native = wanted;
	if (is_by_id && (is_second || !has_bounds(run))) {
		run->source = TOMB_SIFT_BY_ID;
	} else if (run->list->has_names && is_sort(wanted, "identifier") && !wanted.down &&
		   (is_second || !has_bounds(run))) {
		run->source = TOMB_SIFT_BY_NAME;
	} else {
		run->source = TOMB_SIFT_BY_TIME;
		if (!is_sort(wanted, run->list->time))
			run->native = (struct tomb_sift_sort){tomb_str_from(run->list->time), true};
		take_bounds(run);
	}
}

/* The second choice is for a list that was too long to be sorted: it is walked in the order that is wanted or, if
 * nobody wants one, in the order that it has. */
static enum tomb_code choose(struct tomb_sift_run *run, bool is_second, struct tomb_arena *arena, struct tomb_err *err)
{
	bool is_narrow = false;

	memset(run->used, 0, sizeof run->used);
	run->since_us = TOMB_PG_NEVER;
	run->until_us = TOMB_PG_FOREVER;
	(void)tomb_sift_take(run, "institution_id", TOMB_SIFT_IS);
	if (run->list->claim)
		run->list->claim(run);
	if (run->list->narrow && (!is_second || run->sift->nsorts == 0 || run->list->is_narrow))
		TOMB_TRY(run->list->narrow(run, arena, &is_narrow, err));
	if (is_narrow)
		run->source = TOMB_SIFT_NARROW;
	else
		choose_walk(run, is_second);
	run->needs_sort = !is_native(run);
	if (run->needs_sort && is_second && run->sift->nsorts > 0)
		return TOMB_FAIL(err, TOMB_INVAL,
			"only a list of at most %d can be sorted by %.*s: narrow it down by filters", TOMB_SIFT_MAX,
			TOMB_STR_ARG(run->wanted[0].name));
	return tomb_sift_path(run, arena, &run->terms, err);
}

static enum tomb_code read_mark(
	const struct tomb_sift_run *run, struct tomb_str after, struct tomb_sift_mark *out, struct tomb_err *err)
{
	const char *dot = after.n > 0 ? memchr(after.p, '.', after.n) : NULL;
	struct tomb_str at = {after.p, dot ? (size_t)(dot - after.p) : 0};
	struct tomb_str id = dot ? (struct tomb_str){dot + 1, after.n - at.n - 1} : after;
	struct tomb_sift_mark mark = {0, run->native.down ? INT64_MAX : 0};

	if (run->source == TOMB_SIFT_BY_TIME)
		mark.at = run->native.down ? run->until_us : run->since_us;
	else if (run->native.down)
		mark.at = INT64_MAX;
	if (after.n > 0 && (!tomb_parse_i64(id, 1, INT64_MAX - 1, &mark.id) ||
				   (dot && !tomb_parse_i64(at, INT64_MIN + 1, INT64_MAX - 1, &mark.at))))
		return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is not where a page of this list begins",
			(int)(after.n > 100 ? 100 : after.n), after.p);
	*out = mark;
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_sift_run *run, struct tomb_str after, int32_t at_most, struct tomb_arena *arena,
	struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_sift_walk walk = {.at_most = at_most, .down = run->native.down};

	TOMB_TRY(read_mark(run, after, &walk.from, err));
	walk.stop_at = run->native.down ? run->since_us : run->until_us;
	return run->list->pick(run, &walk, arena, out, err);
}

static enum tomb_code sift(struct tomb_sift_run *run, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	struct tomb_sift_args args = {.ids = ids};

	if (run->needs_sort) {
		args.sort = run->wanted[0].name;
		args.sort_down = run->wanted[0].down;
	}
	if (run->needs_sort && run->nwanted > 1) {
		args.then_sort = run->wanted[1].name;
		args.then_down = run->wanted[1].down;
	}
	if (!run->needs_sort && run->terms.n == 0) {
		*out = ids;
		return TOMB_OK;
	}
	return run->list->sift(run, &args, arena, out, err);
}

static enum tomb_code put_cursor(
	struct tomb_arena *arena, struct tomb_str *next, struct tomb_err *err, const char *fmt, ...) TOMB_PRINTF(4, 5);
static enum tomb_code put_cursor(
	struct tomb_arena *arena, struct tomb_str *next, struct tomb_err *err, const char *fmt, ...)
{
	char text[CURSOR_BYTES];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	*next = tomb_arena_str(arena, tomb_str_from(text));
	return next->p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "cursor of a list");
}

static enum tomb_code next_behind(const struct tomb_sift_picked *picked, int64_t id, struct tomb_arena *arena,
	struct tomb_str *next, struct tomb_err *err)
{
	for (size_t i = 0; picked->at && i < picked->ids.n; i++)
		if (picked->ids.p[i] == id)
			return put_cursor(arena, next, err, "%" PRId64 ".%" PRId64, picked->at[i], id);
	return put_cursor(arena, next, err, "%" PRId64, id);
}

/* What page leaves of rows. */
static struct tomb_int8s slice(struct tomb_int8s rows, size_t skip, size_t limit)
{
	size_t from = skip < rows.n ? skip : rows.n;
	size_t n = rows.n - from < limit ? rows.n - from : limit;

	return (struct tomb_int8s){n > 0 ? rows.p + from : NULL, n};
}

static size_t limit_of(const struct tomb_page *page)
{
	return page->limit == 0 ? TOMB_PAGE_DEFAULT : (size_t)page->limit;
}

/* All of the list, in an order of its own; pages are counted in it.  *is_too_long: nothing was done. */
static enum tomb_code sorted(struct tomb_sift_run *run, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_sift_found *out, bool *is_too_long, struct tomb_err *err)
{
	struct tomb_str after = page->after;
	struct tomb_sift_picked picked = {0};
	struct tomb_sift_found found = {.next = TOMB_STR(""), .scope = run->scope};
	struct tomb_int8s rows = {0};
	int64_t skip = page->skip;

	TOMB_TRY(pick(run, TOMB_STR(""), TOMB_SIFT_MAX + 1, arena, &picked, err));
	*is_too_long = picked.ids.n > TOMB_SIFT_MAX;
	if (*is_too_long)
		return TOMB_OK;
	if (after.n > 0 && (after.p[0] != '@' || !tomb_parse_i64((struct tomb_str){after.p + 1, after.n - 1}, 1,
							 TOMB_SIFT_MAX, &skip)))
		return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is not where a page of this list begins",
			(int)(after.n > 100 ? 100 : after.n), after.p);
	TOMB_TRY(sift(run, picked.ids, arena, &rows, err));
	found.ids = slice(rows, (size_t)skip, limit_of(page));
	found.count = (int64_t)rows.n;
	if ((size_t)skip + found.ids.n < rows.n)
		TOMB_TRY(put_cursor(arena, &found.next, err, "@%zu", (size_t)skip + found.ids.n));
	*out = found;
	return TOMB_OK;
}

static enum tomb_code count_plain(
	struct tomb_sift_run *run, struct tomb_arena *arena, int64_t *count, struct tomb_err *err)
{
	struct tomb_sift_picked picked = {0};
	bool is_whole = (run->source == TOMB_SIFT_BY_ID || run->source == TOMB_SIFT_BY_TIME) && !is_bounded(run);

	if (is_whole && run->list->count)
		return run->list->count(run, arena, count, err);
	TOMB_TRY(pick(run, TOMB_STR(""), TOMB_COUNT_MAX, arena, &picked, err));
	*count = (int64_t)picked.ids.n;
	return TOMB_OK;
}

/* Nothing to sift: the walk gives the page. */
static enum tomb_code walked(struct tomb_sift_run *run, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_sift_found *out, struct tomb_err *err)
{
	struct tomb_sift_found found = {.next = TOMB_STR(""), .scope = run->scope};
	struct tomb_sift_picked picked = {0};
	size_t wanted = (size_t)page->skip + limit_of(page);

	TOMB_TRY(pick(run, page->after, (int32_t)wanted + 1, arena, &picked, err));
	found.ids = slice(picked.ids, (size_t)page->skip, limit_of(page));
	found.count = (int64_t)picked.ids.n;
	if (picked.ids.n > wanted)
		TOMB_TRY(next_behind(&picked, picked.ids.p[wanted - 1], arena, &found.next, err));
	if (picked.ids.n > wanted || page->after.n > 0)
		TOMB_TRY(count_plain(run, arena, &found.count, err));
	*out = found;
	return TOMB_OK;
}

static enum tomb_code sifted_from(struct tomb_sift_run *run, struct tomb_str after, struct tomb_arena *arena,
	struct tomb_sift_picked *picked, struct tomb_int8s *rows, struct tomb_err *err)
{
	struct tomb_int8s looked_at = {0};

	TOMB_TRY(pick(run, after, TOMB_SIFT_MAX + 1, arena, picked, err));
	looked_at = picked->ids;
	if (looked_at.n > TOMB_SIFT_MAX)
		looked_at.n = TOMB_SIFT_MAX;
	return sift(run, looked_at, arena, rows, err);
}

static enum tomb_code sifted(struct tomb_sift_run *run, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_sift_found *out, struct tomb_err *err)
{
	struct tomb_sift_found found = {.next = TOMB_STR(""), .scope = run->scope};
	struct tomb_sift_picked picked = {0};
	struct tomb_sift_picked first = {0};
	struct tomb_int8s rows = {0};
	struct tomb_int8s first_rows = {0};
	size_t wanted = (size_t)page->skip + limit_of(page);

	TOMB_TRY(sifted_from(run, page->after, arena, &picked, &rows, err));
	found.ids = slice(rows, (size_t)page->skip, limit_of(page));
	if (rows.n > wanted)
		TOMB_TRY(next_behind(&picked, rows.p[wanted - 1], arena, &found.next, err));
	else if (picked.ids.n > TOMB_SIFT_MAX)
		TOMB_TRY(next_behind(&picked, picked.ids.p[TOMB_SIFT_MAX - 1], arena, &found.next, err));
	first_rows = rows;
	if (page->after.n > 0)
		TOMB_TRY(sifted_from(run, TOMB_STR(""), arena, &first, &first_rows, err));
	found.count = (int64_t)first_rows.n;
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_sift_run(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift_list *list,
	const struct tomb_sift *sift_, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_sift_found *out, struct tomb_err *err)
{
	struct tomb_sift_run run = {.pg = pg, .sift = sift_, .list = list};
	struct tomb_page unmarked = {.limit = page->limit, .skip = page->skip};
	struct tomb_range range = {0};
	bool is_too_long = false;

	if (sift_->nterms > TOMB_SIFT_TERMS)
		return TOMB_FAIL(err, TOMB_INVAL, "a list takes at most %d filters", TOMB_SIFT_TERMS);
	TOMB_TRY(tomb_range_of(&unmarked, true, &range, err));
	TOMB_TRY(tomb_filter_state(tomb_sift_text(&run, "state", TOMB_SIFT_IS), err));
	TOMB_TRY(tomb_scope(
		actor, list->permission, tomb_sift_number(&run, "institution_id", TOMB_SIFT_IS), &run.scope, err));
	read_sorts(&run);
	TOMB_TRY(choose(&run, false, arena, err));
	if (run.needs_sort) {
		TOMB_TRY(sorted(&run, page, arena, out, &is_too_long, err));
		if (!is_too_long)
			return TOMB_OK;
		TOMB_TRY(choose(&run, true, arena, err));
		run.needs_sort = false;
	}
	return run.terms.n > 0 ? sifted(&run, page, arena, out, err) : walked(&run, page, arena, out, err);
}
