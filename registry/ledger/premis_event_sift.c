#include "rows_internal.h"
#include "sift_internal.h"
#include "sql.gen.h"

#include "tombstone/file.h"
#include "tombstone/premis_event.h"
#include "tombstone/time.h"

/* What narrow() found. */
enum { ONE, OF_OBJECT, OF_FILE };

static const struct tomb_str all_types[] = {
#define TOMB_PREMIS_EVENT(id, name, code, label) [TOMB_PREMIS_##id] = {(name), sizeof(name) - 1},
#include "tombstone/premis_event.def"
#undef TOMB_PREMIS_EVENT
};

/* The types that are wanted: one that nobody writes has no events. */
static struct tomb_strs types_of(const struct tomb_sift_run *run)
{
	for (size_t i = 0; i < run->sift->nterms; i++)
		if (run->sift->terms[i].op == TOMB_SIFT_IS &&
			tomb_str_eq(run->sift->terms[i].name, TOMB_STR("event_type")))
			return (struct tomb_strs){&run->sift->terms[i].text, 1};
	return (struct tomb_strs){all_types, TOMB_COUNTOF(all_types)};
}

static void claim(struct tomb_sift_run *run)
{
	(void)tomb_sift_take(run, "event_type", TOMB_SIFT_IS);
}

static enum tomb_code find_file(struct tomb_sift_run *run, const struct tomb_sift_term *by_id, struct tomb_str name,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_read_file_find_args args = {run->scope, by_id ? by_id->number : 0, name};
	struct sql_read_file_find_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_file_find(run->pg, &args, arena, &row, &n, err));
	run->subject = n > 0 ? row->id : -1;
	run->subject_kind = OF_FILE;
	return TOMB_OK;
}

static enum tomb_code find_object(struct tomb_sift_run *run, const struct tomb_sift_term *by_id, struct tomb_str name,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_read_object_find_args args = {run->scope, by_id ? by_id->number : 0, name};
	struct sql_read_object_find_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_read_object_find(run->pg, &args, arena, &row, &n, err));
	run->subject = n > 0 ? row->id : -1;
	run->subject_kind = OF_OBJECT;
	return TOMB_OK;
}

/* What is no UUID is no event's. */
static enum tomb_code find_event(
	struct tomb_sift_run *run, struct tomb_str identifier, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_read_event_find_args args = {.scope = run->scope};
	struct sql_read_event_find_row *row = NULL;
	struct tomb_err ignored;
	size_t n = 0;

	if (tomb_uuid_parse(identifier, &args.identifier, &ignored) == TOMB_OK)
		TOMB_TRY(sql_read_event_find(run->pg, &args, arena, &row, &n, err));
	run->subject = n > 0 ? row->id : -1;
	run->subject_kind = ONE;
	return TOMB_OK;
}

/* The smallest thing first: what else is named is sifted. */
static enum tomb_code narrow(struct tomb_sift_run *run, struct tomb_arena *arena, bool *is_narrow, struct tomb_err *err)
{
	const struct tomb_sift_term *t = NULL;
	struct tomb_str none = TOMB_STR("");

	*is_narrow = true;
	run->native = (struct tomb_sift_sort){TOMB_STR("id"), true};
	if (tomb_str_eq(run->wanted[0].name, TOMB_STR("id")))
		run->native.down = run->wanted[0].down;
	if ((t = tomb_sift_take(run, "identifier", TOMB_SIFT_IS)))
		return find_event(run, t->text, arena, err);
	if ((t = tomb_sift_take(run, "generic_file_id", TOMB_SIFT_IS)))
		return find_file(run, t, none, arena, err);
	if ((t = tomb_sift_take(run, "generic_file_identifier", TOMB_SIFT_IS)))
		return find_file(run, NULL, t->text, arena, err);
	if ((t = tomb_sift_take(run, "intellectual_object_id", TOMB_SIFT_IS)))
		return find_object(run, t, none, arena, err);
	if ((t = tomb_sift_take(run, "intellectual_object_identifier", TOMB_SIFT_IS)))
		return find_object(run, NULL, t->text, arena, err);
	*is_narrow = false;
	return TOMB_OK;
}

static enum tomb_code pick_narrow(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_event_pick_of_object_args of_object = {run->scope, types_of(run), walk->down, walk->from.id,
		walk->at_most, run->subject, true, TOMB_STR(""), TOMB_TIME_MIN, TOMB_TIME_MAX};
	struct sql_read_event_pick_of_file_args of_file = {run->scope, types_of(run), walk->down, walk->from.id,
		walk->at_most, run->subject, TOMB_STR(""), TOMB_TIME_MIN, TOMB_TIME_MAX};
	struct sql_read_event_pick_of_object_row *row_of_object = NULL;
	struct sql_read_event_pick_of_file_row *row_of_file = NULL;

	if (run->subject_kind == OF_OBJECT) {
		TOMB_TRY(sql_read_event_pick_of_object(run->pg, &of_object, arena, &row_of_object, err));
		*ids = row_of_object->ids;
	} else if (run->subject_kind == OF_FILE) {
		TOMB_TRY(sql_read_event_pick_of_file(run->pg, &of_file, arena, &row_of_file, err));
		*ids = row_of_file->ids;
	} else {
		*ids = (struct tomb_int8s){&run->subject, run->subject > 0};
	}
	return TOMB_OK;
}

static enum tomb_code pick_by_id(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_event_pick_args args = {run->scope, types_of(run), walk->down, walk->from.id, walk->at_most};
	struct sql_read_event_pick_row *row = NULL;

	TOMB_TRY(sql_read_event_pick(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static enum tomb_code pick_by_time(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct sql_read_event_pick_by_time_args args = {
		run->scope, types_of(run), walk->down, walk->from.at, walk->from.id, walk->stop_at, walk->at_most};
	struct sql_read_event_pick_by_time_row *row = NULL;

	TOMB_TRY(sql_read_event_pick_by_time(run->pg, &args, arena, &row, err));
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
	struct sql_read_event_count_args args = {run->scope, types_of(run), TOMB_COUNT_MAX};
	struct sql_read_event_count_row *row = NULL;

	TOMB_TRY(sql_read_event_count(run->pg, &args, arena, &row, err));
	*out = row->n;
	return TOMB_OK;
}

static enum tomb_code sift(struct tomb_sift_run *run, const struct tomb_sift_args *a, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_event_sift_args args = {
		.scope = run->scope,
		.ids = a->ids,
		.terms = run->terms,
		.terms_null = run->terms.n == 0,
		.sort = a->sort,
		.sort_down = a->sort_down,
		.then_sort = a->then_sort,
		.then_down = a->then_down,
	};
	struct sql_read_event_sift_row *row = NULL;

	TOMB_TRY(sql_read_event_sift(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static const struct tomb_sift_list list = {
	.permission = TOMB_MAY_EVENT_READ,
	.time = "date_time",
	.claim = claim,
	.narrow = narrow,
	.pick = pick,
	.sift = sift,
	.count = count,
};

enum tomb_code tomb_premis_event_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift_,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_premis_event_page *out, int64_t *count,
	struct tomb_err *err)
{
	struct tomb_premis_event_page made = {0};
	struct tomb_sift_found found = {0};

	TOMB_TRY(tomb_sift_run(pg, actor, &list, sift_, page, arena, &found, err));
	TOMB_TRY(tomb_premis_event_rows(pg, found.scope, found.ids, arena, &made.p, &made.n, err));
	made.next = found.next;
	*out = made;
	*count = found.count;
	return TOMB_OK;
}
