#include "deletion_view_internal.h"
#include "sift_internal.h"
#include "sql.gen.h"

#include "tombstone/deletion_view.h"

static enum tomb_code pick_by_id(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_deletion_pick_args args = {run->scope, TOMB_STR(""), true, walk->down, walk->from.id,
		walk->at_most, .requester_null = true, .since_null = true, .until_null = true};
	struct sql_read_deletion_pick_row *row = NULL;

	TOMB_TRY(sql_read_deletion_pick(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct sql_read_deletion_pick_by_time_args args = {
		run->scope, walk->down, walk->from.at, walk->from.id, walk->stop_at, walk->at_most};
	struct sql_read_deletion_pick_by_time_row *row = NULL;

	*out = (struct tomb_sift_picked){.at = NULL};
	if (run->source == TOMB_SIFT_BY_ID)
		return pick_by_id(run, walk, arena, &out->ids, err);
	TOMB_TRY(sql_read_deletion_pick_by_time(run->pg, &args, arena, &row, err));
	*out = (struct tomb_sift_picked){row->ids, row->at.p};
	return TOMB_OK;
}

static enum tomb_code sift(struct tomb_sift_run *run, const struct tomb_sift_args *a, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_deletion_sift_args args = {
		.scope = run->scope,
		.ids = a->ids,
		.terms = run->terms,
		.terms_null = run->terms.n == 0,
		.sort = a->sort,
		.sort_down = a->sort_down,
		.then_sort = a->then_sort,
		.then_down = a->then_down,
	};
	struct sql_read_deletion_sift_row *row = NULL;

	TOMB_TRY(sql_read_deletion_sift(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static const struct tomb_sift_list list = {
	.permission = TOMB_MAY_DELETION_READ,
	.time = "requested_at",
	.pick = pick,
	.sift = sift,
};

enum tomb_code tomb_deletion_view_sift(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_sift *sift_, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_deletion_page *out, int64_t *count, struct tomb_err *err)
{
	struct tomb_deletion_page made = {0};
	struct tomb_sift_found found = {0};

	TOMB_TRY(tomb_sift_run(pg, actor, &list, sift_, page, arena, &found, err));
	TOMB_TRY(tomb_deletion_view_rows(pg, found.scope, found.ids, arena, &made.p, &made.n, err));
	made.next = found.next;
	*out = made;
	*count = found.count;
	return TOMB_OK;
}
