#include "rows_internal.h"
#include "sift_internal.h"
#include "sql.gen.h"

#include "tombstone/work_item.h"

static const struct tomb_str all_statuses[] = {
	{"Pending", 7}, {"Started", 7}, {"Success", 7}, {"Failed", 6}, {"Cancelled", 9}};

static struct tomb_strs statuses_of(const struct tomb_sift_run *run)
{
	for (size_t i = 0; i < run->sift->nterms; i++)
		if (run->sift->terms[i].op == TOMB_SIFT_IS && tomb_str_eq(run->sift->terms[i].name, TOMB_STR("status")))
			return (struct tomb_strs){&run->sift->terms[i].text, 1};
	return (struct tomb_strs){all_statuses, TOMB_COUNTOF(all_statuses)};
}

static void claim(struct tomb_sift_run *run)
{
	(void)tomb_sift_take(run, "status", TOMB_SIFT_IS);
	(void)tomb_sift_take(run, "action", TOMB_SIFT_IS);
}

/* About one file, or about an object and its files. */
static enum tomb_code narrow(struct tomb_sift_run *run, struct tomb_arena *arena, bool *is_narrow, struct tomb_err *err)
{
	const struct tomb_sift_term *file = tomb_sift_take(run, "generic_file_id", TOMB_SIFT_IS);
	const struct tomb_sift_term *object = file ? NULL : tomb_sift_take(run, "intellectual_object_id", TOMB_SIFT_IS);

	(void)arena;
	(void)err;
	*is_narrow = file || object;
	run->subject_kind = file != NULL;
	run->subject = file ? file->number : object ? object->number : 0;
	run->native = (struct tomb_sift_sort){TOMB_STR("id"), true};
	if (tomb_str_eq(run->wanted[0].name, TOMB_STR("id")))
		run->native.down = run->wanted[0].down;
	return TOMB_OK;
}

static enum tomb_code pick_narrow(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str action = tomb_sift_text(run, "action", TOMB_SIFT_IS);
	struct sql_read_work_item_pick_of_thing_args args = {run->scope, statuses_of(run), action, action.n == 0,
		walk->down, walk->from.id, walk->at_most, run->subject_kind ? 0 : run->subject,
		run->subject_kind ? run->subject : 0};
	struct sql_read_work_item_pick_of_thing_row *row = NULL;

	TOMB_TRY(sql_read_work_item_pick_of_thing(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_id(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str action = tomb_sift_text(run, "action", TOMB_SIFT_IS);
	struct sql_read_work_item_pick_args args = {
		run->scope, statuses_of(run), action, action.n == 0, walk->down, walk->from.id, walk->at_most};
	struct sql_read_work_item_pick_row *row = NULL;

	TOMB_TRY(sql_read_work_item_pick(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_time(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str action = tomb_sift_text(run, "action", TOMB_SIFT_IS);
	struct sql_read_work_item_pick_by_time_args args = {run->scope, statuses_of(run), action, action.n == 0,
		walk->down, walk->from.at, walk->from.id, walk->stop_at, walk->at_most};
	struct sql_read_work_item_pick_by_time_row *row = NULL;

	TOMB_TRY(sql_read_work_item_pick_by_time(run->pg, &args, arena, &row, err));
	*out = (struct tomb_sift_picked){row->ids, row->at.p};
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_sift_picked *out, struct tomb_err *err)
{
	if (run->source == TOMB_SIFT_BY_TIME)
		return pick_by_time(run, walk, arena, out, err);
	*out = (struct tomb_sift_picked){.at = NULL};
	if (run->source == TOMB_SIFT_NARROW)
		return pick_narrow(run, walk, arena, &out->ids, err);
	return pick_by_id(run, walk, arena, &out->ids, err);
}

static enum tomb_code count(struct tomb_sift_run *run, struct tomb_arena *arena, int64_t *out, struct tomb_err *err)
{
	struct tomb_str action = tomb_sift_text(run, "action", TOMB_SIFT_IS);
	struct sql_read_work_item_count_args args = {
		run->scope, statuses_of(run), action, action.n == 0, TOMB_COUNT_MAX};
	struct sql_read_work_item_count_row *row = NULL;

	TOMB_TRY(sql_read_work_item_count(run->pg, &args, arena, &row, err));
	*out = row->n;
	return TOMB_OK;
}

static enum tomb_code sift(struct tomb_sift_run *run, const struct tomb_sift_args *a, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_work_item_sift_args args = {
		.scope = run->scope,
		.ids = a->ids,
		.terms = run->terms,
		.terms_null = run->terms.n == 0,
		.sort = a->sort,
		.sort_down = a->sort_down,
		.then_sort = a->then_sort,
		.then_down = a->then_down,
	};
	struct sql_read_work_item_sift_row *row = NULL;

	TOMB_TRY(sql_read_work_item_sift(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static const struct tomb_sift_list list = {
	.permission = TOMB_MAY_WORK_ITEM_READ,
	.time = "updated_at",
	.older = "date_processed",
	.claim = claim,
	.narrow = narrow,
	.pick = pick,
	.sift = sift,
	.count = count,
};

enum tomb_code tomb_work_item_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift_,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_work_item_page *out, int64_t *count,
	struct tomb_err *err)
{
	struct tomb_work_item_page made = {0};
	struct tomb_sift_found found = {0};

	TOMB_TRY(tomb_sift_run(pg, actor, &list, sift_, page, arena, &found, err));
	TOMB_TRY(tomb_work_item_rows(pg, found.scope, found.ids, arena, &made.p, &made.n, err));
	made.next = found.next;
	*out = made;
	*count = found.count;
	return TOMB_OK;
}
