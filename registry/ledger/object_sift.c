#include "rows_internal.h"
#include "sift_internal.h"
#include "sql.gen.h"

#include "tombstone/object.h"

/* Whether a term or an order needs the tallies. */
static bool is_counting(const struct tomb_sift_run *run)
{
	static const struct tomb_str counts[] = {{"file_count", 10}, {"size", 4}};

	for (size_t k = 0; k < TOMB_COUNTOF(counts); k++) {
		for (size_t i = 0; i < run->sift->nterms; i++)
			if (tomb_str_eq(run->sift->terms[i].name, counts[k]))
				return true;
		for (size_t i = 0; i < run->nwanted; i++)
			if (tomb_str_eq(run->wanted[i].name, counts[k]))
				return true;
	}
	return false;
}

/* Of one identifier, or of those that begin alike. */
static enum tomb_code narrow(struct tomb_sift_run *run, struct tomb_arena *arena, bool *is_narrow, struct tomb_err *err)
{
	const struct tomb_sift_term *exact = tomb_sift_take(run, "identifier", TOMB_SIFT_IS);
	const struct tomb_sift_term *begins = exact ? NULL : tomb_sift_take(run, "identifier", TOMB_SIFT_BEGINS);

	(void)arena;
	(void)err;
	*is_narrow = exact || begins;
	run->native = (struct tomb_sift_sort){TOMB_STR("identifier"), false};
	return TOMB_OK;
}

static enum tomb_code pick_exact(struct tomb_sift_run *run, struct tomb_str identifier, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_object_pick_exact_args args = {run->scope, state, state.n == 0, identifier, false, 0};
	struct sql_read_object_pick_exact_row *row = NULL;

	TOMB_TRY(sql_read_object_pick_exact(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_named(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_str prefix,
	struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_object_pick_named_args args = {
		run->scope, state, state.n == 0, prefix, walk->from.id, walk->at_most};
	struct sql_read_object_pick_named_row *row = NULL;

	TOMB_TRY(sql_read_object_pick_named(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_id(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_object_pick_args args = {
		run->scope, state, state.n == 0, walk->down, walk->from.id, walk->at_most};
	struct sql_read_object_pick_row *row = NULL;

	TOMB_TRY(sql_read_object_pick(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_time(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_object_pick_by_time_args args = {run->scope, state, state.n == 0, walk->down, walk->from.at,
		walk->from.id, walk->stop_at, walk->at_most};
	struct sql_read_object_pick_by_time_row *row = NULL;

	TOMB_TRY(sql_read_object_pick_by_time(run->pg, &args, arena, &row, err));
	*out = (struct tomb_sift_picked){row->ids, row->at.p};
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str exact = tomb_sift_text(run, "identifier", TOMB_SIFT_IS);
	struct tomb_str prefix = tomb_sift_text(run, "identifier", TOMB_SIFT_BEGINS);

	if (run->source == TOMB_SIFT_BY_TIME)
		return pick_by_time(run, walk, arena, out, err);
	*out = (struct tomb_sift_picked){.at = NULL};
	if (run->source == TOMB_SIFT_BY_ID)
		return pick_by_id(run, walk, arena, &out->ids, err);
	if (run->source == TOMB_SIFT_BY_NAME)
		return pick_named(run, walk, TOMB_STR(""), arena, &out->ids, err);
	return exact.n > 0 ? pick_exact(run, exact, arena, &out->ids, err)
			   : pick_named(run, walk, prefix, arena, &out->ids, err);
}

static enum tomb_code count(struct tomb_sift_run *run, struct tomb_arena *arena, int64_t *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_object_count_args args = {run->scope, state, state.n == 0, TOMB_COUNT_MAX};
	struct sql_read_object_count_row *row = NULL;

	TOMB_TRY(sql_read_object_count(run->pg, &args, arena, &row, err));
	*out = row->n;
	return TOMB_OK;
}

static enum tomb_code sift(struct tomb_sift_run *run, const struct tomb_sift_args *a, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_object_sift_args args = {
		.scope = run->scope,
		.ids = a->ids,
		.terms = run->terms,
		.terms_null = run->terms.n == 0,
		.sort = a->sort,
		.sort_down = a->sort_down,
		.then_sort = a->then_sort,
		.then_down = a->then_down,
		/* counts of active files are added up only for who asks for them */
		.with_counts = is_counting(run),
	};
	struct sql_read_object_sift_row *row = NULL;

	TOMB_TRY(sql_read_object_sift(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static const struct tomb_sift_list list = {
	.permission = TOMB_MAY_OBJECT_READ,
	.time = "updated_at",
	.has_names = true,
	.claim = tomb_sift_claim_state,
	.narrow = narrow,
	.pick = pick,
	.sift = sift,
	.count = count,
};

enum tomb_code tomb_object_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift_,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_object_page *out, int64_t *count,
	struct tomb_err *err)
{
	struct tomb_object_page made = {0};
	struct tomb_sift_found found = {0};

	TOMB_TRY(tomb_sift_run(pg, actor, &list, sift_, page, arena, &found, err));
	TOMB_TRY(tomb_object_rows(pg, found.scope, found.ids, arena, &made.p, &made.n, err));
	made.next = found.next;
	*out = made;
	*count = found.count;
	return TOMB_OK;
}
