#include "tombstone/object.h"

#include "page_internal.h"
#include "rows_internal.h"
#include "sql.gen.h"

#include <inttypes.h>

enum {
	/* A count's ids, eight bytes each, as they are sent and as they are decoded, with room to spare. */
	COUNT_ARENA_MAX = 1024 * 1024
};

static bool is_newest_first(const struct tomb_object_filter *filter)
{
	return filter->newest_first && filter->prefix.n == 0 && !filter->by_name;
}

/* At most one object has an identifier: it is the whole list, unless the other filters leave it out. */
static enum tomb_code pick_exact(struct tomb_pg *pg, int64_t scope, const struct tomb_object_filter *filter,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_object_pick_exact_args args = {
		scope, filter->state, filter->state.n == 0, filter->identifier, is_newest_first(filter), range.from};
	struct sql_read_object_pick_exact_row *row = NULL;

	if (!tomb_filter_has_prefix(filter->identifier, filter->prefix)) {
		*ids = (struct tomb_int8s){NULL, 0};
		return TOMB_OK;
	}
	TOMB_TRY(sql_read_object_pick_exact(pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

/* Every object of the scope, or every one in a state. */
static bool is_unfiltered(const struct tomb_object_filter *filter)
{
	return filter->identifier.n == 0 && filter->prefix.n == 0;
}

static enum tomb_code count_all(struct tomb_pg *pg, int64_t scope, const struct tomb_object_filter *filter,
	struct tomb_arena *arena, int64_t *count, struct tomb_err *err)
{
	struct sql_read_object_count_args args = {scope, filter->state, filter->state.n == 0, TOMB_COUNT_MAX};
	struct sql_read_object_count_row *row = NULL;

	TOMB_TRY(sql_read_object_count(pg, &args, arena, &row, err));
	*count = row->n;
	return TOMB_OK;
}

static enum tomb_code pick(struct tomb_pg *pg, int64_t scope, const struct tomb_object_filter *filter,
	struct tomb_range range, struct tomb_arena *arena, struct tomb_int8s *ids, struct tomb_err *err)
{
	struct sql_read_object_pick_row *row = NULL;
	struct sql_read_object_pick_named_row *named = NULL;

	if (filter->identifier.n > 0)
		return pick_exact(pg, scope, filter, range, arena, ids, err);
	if (filter->prefix.n > 0 || filter->by_name) {
		struct sql_read_object_pick_named_args args = {
			scope, filter->state, filter->state.n == 0, filter->prefix, range.from, range.at_most};

		TOMB_TRY(sql_read_object_pick_named(pg, &args, arena, &named, err));
		*ids = named->ids;
		return TOMB_OK;
	}
	struct sql_read_object_pick_args args = {
		scope, filter->state, filter->state.n == 0, filter->newest_first, range.from, range.at_most};

	TOMB_TRY(sql_read_object_pick(pg, &args, arena, &row, err));
	*ids = row->ids;
	return TOMB_OK;
}

static struct tomb_object object_of(const struct sql_read_object_rows_row *r)
{
	return (struct tomb_object){
		.id = r->id,
		.institution_id = r->institution_id,
		.institution = r->institution,
		.institution_name = r->institution_name,
		.identifier = r->identifier,
		.bag_name = r->bag_name,
		.title = r->title,
		.description = r->description,
		.alt_identifier = r->alt_identifier,
		.access = r->access,
		.bag_group_identifier = r->bag_group_identifier,
		.bagit_profile_identifier = r->bagit_profile_identifier,
		.source_organization = r->source_organization,
		.internal_sender_identifier = r->internal_sender_identifier,
		.internal_sender_description = r->internal_sender_description,
		.etag = r->etag,
		.storage_option = r->storage_option,
		.is_deleted = r->is_deleted,
		.cycle = r->cycle,
		.created_at_us = r->created_at,
		.updated_at_us = r->updated_at,
		.active_files = r->active_files,
		.active_bytes = r->active_bytes,
		.deleted_files = r->deleted_files,
		.payload_files = r->payload_files,
		.payload_bytes = r->payload_bytes,
	};
}

static enum tomb_code read_rows(struct tomb_pg *pg, const struct sql_read_object_rows_args *args,
	struct tomb_arena *arena, struct tomb_object **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_object_rows_row *rows = NULL;
	struct tomb_object *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_read_object_rows(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_object, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu objects", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = object_of(&rows[i]);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_object_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids, struct tomb_arena *arena,
	struct tomb_object **out, size_t *n, struct tomb_err *err)
{
	return read_rows(pg, &(struct sql_read_object_rows_args){.scope = scope, .ids = ids, .with_counts = true},
		arena, out, n, err);
}

enum tomb_code tomb_object_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_object_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_object_page *out, struct tomb_err *err)
{
	struct sql_read_object_rows_args rows = {.with_counts = filter->with_counts};
	struct tomb_object_page found = {0};
	struct tomb_range range;
	struct tomb_int8s picked = {0};

	TOMB_TRY(tomb_filter_state(filter->state, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, filter->institution_id, &rows.scope, err));
	TOMB_TRY(tomb_range_of(page, is_newest_first(filter), &range, err));
	TOMB_TRY(pick(pg, rows.scope, filter, range, arena, &picked, err));
	TOMB_TRY(tomb_page_cut(page, picked, arena, &rows.ids, &found.next, err));
	TOMB_TRY(read_rows(pg, &rows, arena, &found.p, &found.n, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_object_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_object_filter *filter, int64_t *count, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(COUNT_ARENA_MAX);
	struct tomb_int8s picked = {0};
	int64_t scope = 0;

	TOMB_TRY(tomb_filter_state(filter->state, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, filter->institution_id, &scope, err));
	if (is_unfiltered(filter))
		return count_all(pg, scope, filter, &arena, count, err);
	TOMB_TRY(pick(pg, scope, filter, tomb_range_to_count(is_newest_first(filter)), &arena, &picked, err));
	*count = tomb_range_count(picked);
	return TOMB_OK;
}

static enum tomb_code not_found(int64_t id, struct tomb_str identifier, struct tomb_err *err)
{
	if (id != 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object %" PRId64, id);
	return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object \"%.*s\"", TOMB_STR_ARG(identifier));
}

enum tomb_code tomb_object_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_str identifier, struct tomb_arena *arena, struct tomb_object *out, struct tomb_err *err)
{
	struct sql_read_object_rows_args rows = {.with_counts = true};
	struct sql_read_object_find_row *row = NULL;
	struct tomb_object *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, 0, &rows.scope, err));
	TOMB_TRY(sql_read_object_find(
		pg, &(struct sql_read_object_find_args){rows.scope, id, identifier}, arena, &row, &n, err));
	if (n == 0)
		return not_found(id, identifier, err);
	rows.ids = (struct tomb_int8s){&row->id, 1};
	TOMB_TRY(read_rows(pg, &rows, arena, &found, &n, err));
	if (n == 0)
		return not_found(id, identifier, err);
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_object_pending(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_arena *arena, struct tomb_pending *out, struct tomb_err *err)
{
	struct tomb_deletion_list list = {.object_ids = {&id, 1}};
	struct sql_read_object_pending_row *row = NULL;
	struct tomb_pending found;
	int64_t scope = 0;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, 0, &scope, err));
	TOMB_TRY(sql_read_object_pending(pg, &(struct sql_read_object_pending_args){scope, id}, arena, &row, &n, err));
	if (n == 0)
		return not_found(id, TOMB_STR(""), err);
	found = (struct tomb_pending){
		.open_request_id = row->open_request_id,
		.work_item_id = row->work_item_id,
		.deleted_at_us = tomb_us_or_0(row->deleted_at_null, row->deleted_at),
		.deletion_id = row->deletion_id,
		.deletion_request_id = row->deletion_request_id,
	};
	TOMB_TRY(tomb_deletion_obstacles(
		pg, row->institution_id, &list, 0, arena, &found.obstacles, &found.nobstacles, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_object_formats(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, int32_t at_most,
	struct tomb_arena *arena, struct tomb_format_share **out, size_t *n, struct tomb_err *err)
{
	struct sql_read_object_formats_args args = {0, id, at_most};
	struct sql_read_object_formats_row *rows = NULL;
	struct tomb_format_share *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_OBJECT_READ, 0, &args.scope, err));
	TOMB_TRY(sql_read_object_formats(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_format_share, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu formats", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = (struct tomb_format_share){rows[i].file_format, rows[i].files, rows[i].bytes};
	*out = found;
	*n = nrows;
	return TOMB_OK;
}
