#include "tombstone/record.h"

#include "page_internal.h"
#include "record_rows.h"
#include "sql.gen.h"

#include <inttypes.h>

enum {
	CONTENTS_ARENA_MAX = 64 * 1024, /* a row for each kind */
	/* Containers in containers: nobody nests so many, and a walk must end. */
	PATH_STEPS_MAX = 1000,
	NO_SCOPE = -1
};

static enum tomb_code record_of(const struct sql_record_read_rows_row *r, struct tomb_record *out, struct tomb_err *err)
{
	enum tomb_record_kind kind = TOMB_RECORD_KIND_MAX;

	TOMB_TRY(tomb_record_kind_parse(r->kind, &kind, err));
	*out = (struct tomb_record){
		.id = r->id,
		.number = r->number,
		.institution_id = r->institution_id,
		.institution = r->institution,
		.institution_name = r->institution_name,
		.kind = kind,
		.has_parent = !r->parent_id_null,
		.parent_id = r->parent_id,
		.source = r->source,
		.is_deleted = r->is_deleted,
		.version = r->version,
		.title = r->title,
		.local_id = r->local_id,
		.hrid = r->hrid,
		.barcode = r->barcode,
		.discovery_suppress = r->discovery_suppress,
		.staff_suppress = r->staff_suppress,
		.marc = {r->marc, r->marc_form, r->marc_leader_at, r->marc_005_at},
		.mods = r->mods,
		.content = r->content,
		.rights = r->rights,
		.capture_ids = r->capture_ids,
		.capture_status = r->capture_status,
		.work_order = r->work_order,
		.image_id = r->image_id,
		.asset_object_id = r->asset_object_id,
		.asset_file_id = r->asset_file_id,
		.has_asset = r->has_asset,
		.created_by = r->created_by,
		.created_at_us = r->created_at,
		.updated_at_us = r->updated_at,
		.deleted_at_us = tomb_us_or_0(r->deleted_at_null, r->deleted_at),
		.deletion_id = r->deletion_id,
	};
	return TOMB_OK;
}

static enum tomb_code read_rows(struct tomb_pg *pg, const struct sql_record_read_rows_args *args,
	struct tomb_arena *arena, struct tomb_record **out, size_t *n, struct tomb_err *err)
{
	struct sql_record_read_rows_row *rows = NULL;
	struct tomb_record *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_record_read_rows(pg, args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_record, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu records", nrows);
	for (size_t i = 0; i < nrows; i++)
		TOMB_TRY(record_of(&rows[i], &found[i], err));
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_record_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s numbers, struct tomb_arena *arena,
	struct tomb_record **out, size_t *n, struct tomb_err *err)
{
	return read_rows(pg,
		&(struct sql_record_read_rows_args){.scope = scope, .numbers = numbers, .deleted_scope = NO_SCOPE},
		arena, out, n, err);
}

/* Whose deleted payloads actor may read.  Programs see what they may see of the rest. */
static int64_t deleted_scope_of(const struct tomb_actor *actor, int64_t scope)
{
	if (actor->user_id == 0)
		return scope;
	switch (tomb_permission_of(actor, TOMB_MAY_RECORD_DELETED_READ)) {
	case TOMB_SCOPE_ALL:
		return 0;
	case TOMB_SCOPE_OWN:
		return actor->institution_id;
	case TOMB_SCOPE_SELF:
	case TOMB_SCOPE_NONE:
		break;
	}
	return NO_SCOPE;
}

static bool has_id(const struct tomb_record_name *name)
{
	static const struct tomb_uuid none = {{0}};

	return !tomb_uuid_eq(name->id, none);
}

static enum tomb_code not_found(const struct tomb_record_name *name, struct tomb_err *err)
{
	struct tomb_str called = name->local_id.n > 0 ? name->local_id : name->hrid;
	char text[TOMB_UUID_TEXT];

	if (has_id(name))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no record %s", tomb_uuid_text(name->id, text));
	if (name->number != 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no record of kind %.*s with number %" PRId64,
			TOMB_STR_ARG(tomb_record_kind_info(name->kind)->name), name->number);
	return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no record of kind %.*s called \"%.*s\"",
		TOMB_STR_ARG(tomb_record_kind_info(name->kind)->name), (int)(called.n > 255 ? 255 : called.n),
		called.p);
}

static enum tomb_code find_number(struct tomb_pg *pg, int64_t scope, const struct tomb_record_name *name,
	struct tomb_arena *arena, int64_t *number, struct tomb_err *err)
{
	struct sql_record_read_find_named_row *named = NULL;
	struct sql_record_read_find_row *row = NULL;
	size_t n = 0;

	if (has_id(name)) {
		TOMB_TRY(sql_record_read_find(
			pg, &(struct sql_record_read_find_args){scope, name->id}, arena, &row, &n, err));
		if (n == 0)
			return not_found(name, err);
		*number = row->number;
		return TOMB_OK;
	}
	struct sql_record_read_find_named_args args = {scope, tomb_record_kind_info(name->kind)->name, name->number,
		name->local_id, name->local_id.n > 0 ? TOMB_STR("") : name->hrid};

	TOMB_TRY(sql_record_read_find_named(pg, &args, arena, &named, &n, err));
	if (n == 0)
		return not_found(name, err);
	*number = named->number;
	return TOMB_OK;
}

static enum tomb_code check_name(const struct tomb_record_name *name, struct tomb_err *err)
{
	if (has_id(name))
		return TOMB_OK;
	if ((unsigned)name->kind >= TOMB_RECORD_KIND_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a record is found by its id, or by its kind and what it is called");
	if (name->number < 0 || (name->number == 0 && name->local_id.n == 0 && name->hrid.n == 0))
		return TOMB_FAIL(err, TOMB_INVAL, "a record is found by its id, its number or what it is called");
	return TOMB_OK;
}

enum tomb_code tomb_record_find(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_record_name *name,
	struct tomb_arena *arena, struct tomb_record *out, struct tomb_err *err)
{
	struct sql_record_read_rows_args rows = {.with_payloads = true};
	struct tomb_record *found = NULL;
	int64_t number = 0;
	size_t n = 0;

	TOMB_TRY(check_name(name, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_READ, has_id(name) ? 0 : name->institution_id, &rows.scope, err));
	TOMB_TRY(find_number(pg, rows.scope, name, arena, &number, err));
	rows.numbers = (struct tomb_int8s){&number, 1};
	rows.deleted_scope = deleted_scope_of(actor, rows.scope);
	TOMB_TRY(read_rows(pg, &rows, arena, &found, &n, err));
	if (n == 0)
		return not_found(name, err);
	*out = *found;
	return TOMB_OK;
}

enum tomb_code tomb_record_path(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	struct tomb_arena *arena, struct tomb_record **out, size_t *n, struct tomb_err *err)
{
	struct sql_record_read_path_args args = {.id = id, .steps_max = PATH_STEPS_MAX};
	struct sql_record_read_path_row *row = NULL;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_READ, 0, &args.scope, err));
	TOMB_TRY(sql_record_read_path(pg, &args, arena, &row, &nrows, err));
	if (nrows == 0)
		return not_found(&(struct tomb_record_name){.id = id}, err);
	return tomb_record_rows(pg, args.scope, row->numbers, arena, out, n, err);
}

enum tomb_code tomb_record_contents(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	struct tomb_record_contents *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(CONTENTS_ARENA_MAX);
	const struct tomb_record_name name = {.id = id};
	struct sql_record_read_contents_row *rows = NULL;
	struct tomb_record_contents found = {{0}};
	int64_t number = 0;
	int64_t scope = 0;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_READ, 0, &scope, err));
	TOMB_TRY(find_number(pg, scope, &name, &arena, &number, err));
	TOMB_TRY(sql_record_read_contents(pg, &(struct sql_record_read_contents_args){id}, &arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		enum tomb_record_kind kind = TOMB_RECORD_KIND_MAX;

		TOMB_TRY(tomb_record_kind_parse(rows[i].kind, &kind, err));
		found.n[kind] = rows[i].n;
	}
	*out = found;
	return TOMB_OK;
}
