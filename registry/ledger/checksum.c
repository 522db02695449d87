#include "rows_internal.h"
#include "sift_internal.h"
#include "sql.gen.h"

#include "tombstone/checksum.h"

#include <inttypes.h>

/* What narrow() found. */
enum { OF_ALL, OF_OBJECT, OF_FILE };

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

/* Checksums come by their files in any case. */
static enum tomb_code narrow(struct tomb_sift_run *run, struct tomb_arena *arena, bool *is_narrow, struct tomb_err *err)
{
	const struct tomb_sift_term *t = NULL;

	*is_narrow = true;
	run->native = (struct tomb_sift_sort){TOMB_STR("id"), run->wanted[0].down};
	if ((t = tomb_sift_take(run, "generic_file_id", TOMB_SIFT_IS)))
		return find_file(run, t, TOMB_STR(""), arena, err);
	if ((t = tomb_sift_take(run, "generic_file_identifier", TOMB_SIFT_IS)))
		return find_file(run, NULL, t->text, arena, err);
	if ((t = tomb_sift_take(run, "intellectual_object_id", TOMB_SIFT_IS))) {
		run->native = (struct tomb_sift_sort){TOMB_STR("generic_file_identifier"), false};
		run->subject = t->number;
		run->subject_kind = OF_OBJECT;
		return TOMB_OK;
	}
	run->native.name = TOMB_STR("generic_file_id");
	run->subject_kind = OF_ALL;
	return TOMB_OK;
}

static enum tomb_code pick_of_file(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_checksum_pick_of_file_args args = {
		run->scope, state, state.n == 0, run->subject, walk->down, walk->from.id, walk->at_most};
	struct sql_read_checksum_pick_of_file_row *row = NULL;

	TOMB_TRY(sql_read_checksum_pick_of_file(run->pg, &args, arena, &row, err));
	*out = (struct tomb_sift_picked){row->ids, NULL};
	return TOMB_OK;
}

static enum tomb_code pick_of_object(struct tomb_sift_run *run, const struct tomb_sift_walk *walk,
	struct tomb_arena *arena, struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_checksum_pick_of_object_args args = {
		run->scope, state, state.n == 0, run->subject, walk->from.at, walk->from.id, walk->at_most};
	struct sql_read_checksum_pick_of_object_row *row = NULL;

	TOMB_TRY(sql_read_checksum_pick_of_object(run->pg, &args, arena, &row, err));
	*out = (struct tomb_sift_picked){row->ids, row->files.p};
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
	struct tomb_sift_picked *out, struct tomb_err *err)
{
	struct tomb_str state = tomb_sift_text(run, "state", TOMB_SIFT_IS);
	struct sql_read_checksum_pick_args args = {
		run->scope, state, state.n == 0, walk->down, walk->from.at, walk->from.id, walk->at_most};
	struct sql_read_checksum_pick_row *row = NULL;

	if (run->subject_kind == OF_FILE)
		return pick_of_file(run, walk, arena, out, err);
	if (run->subject_kind == OF_OBJECT)
		return pick_of_object(run, walk, arena, out, err);
	TOMB_TRY(sql_read_checksum_pick(run->pg, &args, arena, &row, err));
	*out = (struct tomb_sift_picked){row->ids, row->files.p};
	return TOMB_OK;
}

static enum tomb_code read_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_checksum_view **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_checksum_rows_args args = {scope, ids};
	struct sql_read_checksum_rows_row *rows = NULL;
	struct tomb_checksum_view *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_checksum_rows(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_checksum_view, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu checksums", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_checksum_view){
			.id = rows[i].id,
			.algorithm = rows[i].algorithm,
			.digest = rows[i].digest,
			.generation = rows[i].generation,
			.created_at_us = rows[i].created_at,
			.file_id = rows[i].file_id,
			.file_identifier = rows[i].file_identifier,
			.is_deleted = rows[i].is_deleted,
			.object_id = rows[i].object_id,
			.institution_id = rows[i].institution_id,
		};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_checksum_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_checksum_view *out, struct tomb_err *err)
{
	struct tomb_checksum_view *found = NULL;
	int64_t scope = 0;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_CHECKSUM_READ, 0, &scope, err));
	TOMB_TRY(read_rows(pg, scope, (struct tomb_int8s){&id, 1}, arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no checksum %" PRId64, id);
	*out = *found;
	return TOMB_OK;
}

static enum tomb_code sift(struct tomb_sift_run *run, const struct tomb_sift_args *a, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_checksum_sift_args args = {
		.scope = run->scope,
		.ids = a->ids,
		.terms = run->terms,
		.terms_null = run->terms.n == 0,
		.sort = a->sort,
		.sort_down = a->sort_down,
		.then_sort = a->then_sort,
		.then_down = a->then_down,
	};
	struct sql_read_checksum_sift_row *row = NULL;

	TOMB_TRY(sql_read_checksum_sift(run->pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static const struct tomb_sift_list list = {
	.permission = TOMB_MAY_CHECKSUM_READ,
	.time = "datetime",
	.is_narrow = true,
	.claim = tomb_sift_claim_state,
	.narrow = narrow,
	.pick = pick,
	.sift = sift,
};

enum tomb_code tomb_checksum_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift_,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_checksum_page *out, int64_t *count,
	struct tomb_err *err)
{
	struct tomb_checksum_page made = {0};
	struct tomb_sift_found found = {0};

	TOMB_TRY(tomb_sift_run(pg, actor, &list, sift_, page, arena, &found, err));
	TOMB_TRY(read_rows(pg, found.scope, found.ids, arena, &made.p, &made.n, err));
	made.next = found.next;
	*out = made;
	*count = found.count;
	return TOMB_OK;
}
