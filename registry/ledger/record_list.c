#include "page_internal.h"
#include "record_rows.h"
#include "sql.gen.h"

enum {
	/* A count's numbers, eight bytes each, as they are sent and as they are decoded, with room to spare. */
	COUNT_ARENA_MAX = 1024 * 1024,
	TITLE_PREFIX_MAX = 255 /* bytes: of a title, the index has 255 characters */
};

/* A list to be picked from the ledger; words that are "" are null there. */
struct wanted {
	const struct tomb_record_filter *filter;
	int64_t scope;
	struct tomb_str kind;
	struct tomb_range range;
};

static bool is_called(const struct tomb_record_filter *f)
{
	return f->local_id.n > 0 || f->hrid.n > 0 || f->barcode.n > 0;
}

static bool is_newest_first(const struct tomb_record_filter *f)
{
	return f->newest_first && (f->title.n == 0 || is_called(f));
}

static enum tomb_code check_kind(const struct tomb_record_filter *f, struct tomb_err *err)
{
	const struct tomb_record_kind_info *kind = NULL;

	if (!f->has_kind)
		return TOMB_OK;
	if ((unsigned)f->kind >= TOMB_RECORD_KIND_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "there is no kind %d of records", (int)f->kind);
	kind = tomb_record_kind_info(f->kind);
	if (f->system.n > 0 && !tomb_str_eq(f->system, kind->system))
		return TOMB_FAIL(err, TOMB_INVAL, "records of kind %.*s are of system %.*s, not %.*s",
			TOMB_STR_ARG(kind->name), TOMB_STR_ARG(kind->system), TOMB_STR_ARG(f->system));
	return TOMB_OK;
}

static enum tomb_code check_filter(const struct tomb_record_filter *f, struct tomb_err *err)
{
	static const struct tomb_str states[] = {{"active", 6}, {"deleted", 7}};
	static const struct tomb_str systems[] = {{"mms", 3}, {"folio", 5}, {"alma", 4}};

	TOMB_TRY(tomb_filter_word("state", f->state, states, TOMB_COUNTOF(states), err));
	TOMB_TRY(tomb_filter_word("system", f->system, systems, TOMB_COUNTOF(systems), err));
	TOMB_TRY(check_kind(f, err));
	if (f->has_parent && f->only_top)
		return TOMB_FAIL(err, TOMB_INVAL, "what is in a record is not at the top: ask for one of the two");
	if (f->has_parent && f->title.n > 0 && !is_called(f))
		return TOMB_FAIL(err, TOMB_INVAL, "what is in a record has no order of titles: leave one of them out");
	if (f->title.n > TITLE_PREFIX_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "titles are looked up by at most %d bytes of their beginning",
			TITLE_PREFIX_MAX);
	return TOMB_OK;
}

static enum tomb_code pick_called(struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	const struct tomb_record_filter *f = w->filter;
	const struct sql_record_read_pick_called_args args = {
		.scope = w->scope,
		.kind = w->kind,
		.kind_null = w->kind.n == 0,
		.system = f->system,
		.system_null = f->system.n == 0,
		.state = f->state,
		.state_null = f->state.n == 0,
		.newest_first = is_newest_first(f),
		.from_number = w->range.from,
		.at_most = w->range.at_most,
		.local_id = f->local_id,
		.hrid = f->hrid,
		.barcode = f->barcode,
		.parent_id = f->parent_id,
		.parent_id_null = !f->has_parent,
		.only_top = f->only_top,
		.prefix = f->title,
	};
	struct sql_record_read_pick_called_row *row = NULL;

	TOMB_TRY(sql_record_read_pick_called(pg, &args, arena, &row, err));
	*out = row->numbers;
	return TOMB_OK;
}

static enum tomb_code pick_titled(struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	const struct tomb_record_filter *f = w->filter;
	const struct sql_record_read_pick_titled_args args = {w->scope, w->kind, w->kind.n == 0, f->system,
		f->system.n == 0, f->state, f->state.n == 0, f->only_top, w->range.from, w->range.at_most, f->title};
	struct sql_record_read_pick_titled_row *row = NULL;

	TOMB_TRY(sql_record_read_pick_titled(pg, &args, arena, &row, err));
	*out = row->numbers;
	return TOMB_OK;
}

static enum tomb_code pick_in(struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	const struct tomb_record_filter *f = w->filter;
	const struct sql_record_read_pick_in_args args = {w->scope, w->kind, w->kind.n == 0, f->system,
		f->system.n == 0, f->state, f->state.n == 0, f->newest_first, w->range.from, w->range.at_most,
		f->parent_id};
	struct sql_record_read_pick_in_row *row = NULL;

	TOMB_TRY(sql_record_read_pick_in(pg, &args, arena, &row, err));
	*out = row->numbers;
	return TOMB_OK;
}

static enum tomb_code pick_top(struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	const struct tomb_record_filter *f = w->filter;
	const struct sql_record_read_pick_top_args args = {w->scope, w->kind, w->kind.n == 0, f->system,
		f->system.n == 0, f->state, f->state.n == 0, f->newest_first, w->range.from, w->range.at_most};
	struct sql_record_read_pick_top_row *row = NULL;

	TOMB_TRY(sql_record_read_pick_top(pg, &args, arena, &row, err));
	*out = row->numbers;
	return TOMB_OK;
}

static enum tomb_code pick_any(struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	const struct tomb_record_filter *f = w->filter;
	const struct sql_record_read_pick_args args = {w->scope, w->kind, w->kind.n == 0, f->system, f->system.n == 0,
		f->state, f->state.n == 0, f->newest_first, w->range.from, w->range.at_most};
	struct sql_record_read_pick_row *row = NULL;

	TOMB_TRY(sql_record_read_pick(pg, &args, arena, &row, err));
	*out = row->numbers;
	return TOMB_OK;
}

/* Each kind of list has a statement of its own, which reads one index. */
static enum tomb_code pick(struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena, struct tomb_int8s *out,
	struct tomb_err *err)
{
	if (is_called(w->filter))
		return pick_called(pg, w, arena, out, err);
	if (w->filter->title.n > 0)
		return pick_titled(pg, w, arena, out, err);
	if (w->filter->has_parent)
		return pick_in(pg, w, arena, out, err);
	if (w->filter->only_top)
		return pick_top(pg, w, arena, out, err);
	return pick_any(pg, w, arena, out, err);
}

static enum tomb_code want(const struct tomb_actor *actor, const struct tomb_record_filter *filter, struct wanted *out,
	struct tomb_err *err)
{
	struct wanted w = {.filter = filter, .kind = TOMB_STR("")};

	TOMB_TRY(check_filter(filter, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_READ, filter->institution_id, &w.scope, err));
	if (filter->has_kind)
		w.kind = tomb_record_kind_info(filter->kind)->name;
	*out = w;
	return TOMB_OK;
}

enum tomb_code tomb_record_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_record_page *out, struct tomb_err *err)
{
	struct tomb_record_page found = {.next = TOMB_STR("")};
	struct tomb_int8s picked = {0};
	struct tomb_int8s numbers = {0};
	struct wanted w;

	TOMB_TRY(want(actor, filter, &w, err));
	TOMB_TRY(tomb_range_of(page, is_newest_first(filter), &w.range, err));
	TOMB_TRY(pick(pg, &w, arena, &picked, err));
	TOMB_TRY(tomb_page_cut(page, picked, arena, &numbers, &found.next, err));
	TOMB_TRY(tomb_record_rows(pg, w.scope, numbers, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

static enum tomb_code count_any(
	struct tomb_pg *pg, const struct wanted *w, struct tomb_arena *arena, int64_t *count, struct tomb_err *err)
{
	const struct tomb_record_filter *f = w->filter;
	const struct sql_record_read_count_args args = {w->scope, w->kind, w->kind.n == 0, f->system, f->system.n == 0,
		f->state, f->state.n == 0, TOMB_COUNT_MAX};
	struct sql_record_read_count_row *row = NULL;

	TOMB_TRY(sql_record_read_count(pg, &args, arena, &row, err));
	*count = row->n;
	return TOMB_OK;
}

enum tomb_code tomb_record_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_filter *filter, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct tomb_int8s picked = {0};
	struct wanted w;

	TOMB_TRY(want(actor, filter, &w, err));
	if (!is_called(filter) && filter->title.n == 0 && !filter->has_parent && !filter->only_top)
		return count_any(pg, &w, &arena, count, err);
	w.range = tomb_range_to_count(is_newest_first(filter));
	TOMB_TRY(pick(pg, &w, &arena, &picked, err));
	*count = tomb_range_count(picked);
	return TOMB_OK;
}
