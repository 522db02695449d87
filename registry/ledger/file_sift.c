#include "rows_internal.h"
#include "sift_internal.h"
#include "sql.gen.h"

#include "tombstone/file.h"

/* What narrow() found. */
enum { EXACT, UUID, OF_OBJECT, BEGINNING };

/* Whether a term or an order needs the last fixity check. */
static bool is_checking(const struct tomb_sift_run *run)
{
	static const struct tomb_str check = {"last_fixity_check", 17};

	for (size_t i = 0; i < run->sift->nterms; i++)
		if (tomb_str_eq(run->sift->terms[i].name, check))
			return true;
	for (size_t i = 0; i < run->nwanted; i++)
		if (tomb_str_eq(run->wanted[i].name, check))
			return true;
	return false;
}

/* An object by its id or name; an id that nothing has, if there is none. */
static enum tomb_code find_object(struct tomb_sift_run *run, const struct tomb_sift_term *by_id, struct tomb_str name,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_read_object_find_args args = {run->scope, by_id ? by_id->number : 0, name};
	struct sql_read_object_find_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_object_find(run->pg, &args, arena, &row, &n, err));
	run->subject = n > 0 ? row->id : -1;
	return TOMB_OK;
}

static enum tomb_code narrow(struct tomb_sift_run *run, struct tomb_arena *arena, bool *is_narrow, struct tomb_err *err)
{
	const struct tomb_sift_term *name = NULL;
	const struct tomb_sift_term *id = NULL;

	*is_narrow = true;
	run->native = (struct tomb_sift_sort){TOMB_STR("identifier"), false};
	if (tomb_sift_take(run, "identifier", TOMB_SIFT_IS)) {
		run->subject_kind = EXACT;
	} else if (tomb_sift_take(run, "uuid", TOMB_SIFT_IS)) {
		run->subject_kind = UUID;
	} else if ((id = tomb_sift_take(run, "intellectual_object_id", TOMB_SIFT_IS)) ||
		   (name = tomb_sift_take(run, "intellectual_object_identifier", TOMB_SIFT_IS))) {
		run->subject_kind = OF_OBJECT;
		(void)tomb_sift_take(run, "identifier", TOMB_SIFT_BEGINS);
		return find_object(run, id, name ? name->text : TOMB_STR(""), arena, err);
	} else if (tomb_sift_take(run, "identifier", TOMB_SIFT_BEGINS)) {
		run->subject_kind = BEGINNING;
	} else {
		*is_narrow = false;
	}
	return TOMB_OK;
}

/* What is no UUID is no file's. */
static enum tomb_code pick_uuid(
	struct tomb_sift_run *run, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_file_pick_uuid_args args = {.scope = run->scope};
	struct sql_read_file_pick_uuid_row *row = NULL;
	struct tomb_err ignored;

	*ids = (struct tomb_int8s){NULL, 0};
	if (tomb_uuid_parse(tomb_sift_text(run, "uuid", TOMB_SIFT_IS), &args.uuid, &ignored) != TOMB_OK)
		return TOMB_OK;
	TOMB_TRY(sql_read_file_pick_uuid(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_of_object(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_str prefix, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_file_pick_of_object_args args = {
		run->scope, state, state.n == 0, prefix, walk->from.id, walk->at_most, run->subject};
	struct sql_read_file_pick_of_object_row *row = NULL;

	TOMB_TRY(sql_read_file_pick_of_object(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_exact(struct tomb_sift_run *run, struct tomb_str identifier, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_file_pick_exact_args args = {run->scope, state, state.n == 0, identifier, false, 0, 0};
	struct sql_read_file_pick_exact_row *row = NULL;

	TOMB_TRY(sql_read_file_pick_exact(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_named(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_str prefix,
	struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_file_pick_named_args args = {
		run->scope, state, state.n == 0, prefix, walk->from.id, walk->at_most};
	struct sql_read_file_pick_named_row *row = NULL;

	TOMB_TRY(sql_read_file_pick_named(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_id(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_file_pick_args args = {
		run->scope, state, state.n == 0, walk->down, walk->from.id, walk->at_most};
	struct sql_read_file_pick_row *row = NULL;

	TOMB_TRY(sql_read_file_pick(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_time(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_file_pick_by_time_args args = {run->scope, state, state.n == 0, walk->down, walk->from.at,
		walk->from.id, walk->stop_at, walk->at_most};
	struct sql_read_file_pick_by_time_row *row = NULL;

	TOMB_TRY(sql_read_file_pick_by_time(run->pg, &args, arena, &row, err));
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
	if (run->subject_kind == EXACT)
		return pick_exact(run, exact, arena, &out->ids, err);
	if (run->subject_kind == UUID)
		return pick_uuid(run, arena, &out->ids, err);
	if (run->subject_kind == OF_OBJECT)
		return pick_of_object(run, walk, prefix, arena, &out->ids, err);
	return pick_named(run, walk, prefix, arena, &out->ids, err);
}

static enum tomb_code count(struct tomb_sift_run *run, struct tomb_arena *arena, int64_t *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_file_count_args args = {run->scope, state, state.n == 0, TOMB_COUNT_MAX};
	struct sql_read_file_count_row *row = NULL;

	TOMB_TRY(sql_read_file_count(run->pg, &args, arena, &row, err));
	*out = row->n;
	return TOMB_OK;
}

static enum tomb_code sift(struct tomb_sift_run *run, const struct tomb_sift_args *a, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_file_sift_args args = {
		.scope = run->scope,
		.ids = a->ids,
		.terms = run->terms,
		.terms_null = run->terms.n == 0,
		.sort = a->sort,
		.sort_down = a->sort_down,
		.then_sort = a->then_sort,
		.then_down = a->then_down,
		.with_fixity = is_checking(run),
	};
	struct sql_read_file_sift_row *row = NULL;

	TOMB_TRY(sql_read_file_sift(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static const struct tomb_sift_list list = {
	.permission = TOMB_MAY_FILE_READ,
	.time = "updated_at",
	.has_names = true,
	.claim = tomb_sift_claim_state,
	.narrow = narrow,
	.pick = pick,
	.sift = sift,
	.count = count,
};

enum tomb_code tomb_file_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift_,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_file_page *out, int64_t *count,
	struct tomb_err *err)
{
	struct tomb_file_page made = {0};
	struct tomb_sift_found found = {0};

	TOMB_TRY(tomb_sift_run(pg, actor, &list, sift_, page, arena, &found, err));
	TOMB_TRY(tomb_file_rows(pg, found.scope, found.ids, arena, &made.p, &made.n, err));
	made.next = found.next;
	*out = made;
	*count = found.count;
	return TOMB_OK;
}
