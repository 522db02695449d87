#include "tombstone/record_tombstone.h"

#include "page_internal.h"
#include "sql.gen.h"

enum tomb_code tomb_record_gone_find(struct tomb_pg *pg, struct tomb_uuid id, struct tomb_arena *arena,
	struct tomb_record_gone *out, struct tomb_err *err)
{
	struct sql_record_gone_find_row *row = NULL;
	struct tomb_record_gone gone = {.kind = TOMB_RECORD_MMS_COLLECTION};
	size_t n = 0;

	TOMB_TRY(sql_record_gone_find(pg, &(struct sql_record_gone_find_args){id}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no such record");
	TOMB_TRY(tomb_record_kind_parse(row->kind, &gone.kind, err));
	gone.institution_name = row->institution_name;
	gone.title = row->title;
	gone.deleted_at_us = row->deleted_at;
	gone.reason_code = row->reason_code;
	*out = gone;
	return TOMB_OK;
}

static enum tomb_code fill_was(
	struct tomb_uuid id, const struct sql_record_tombstones_row *row, struct tomb_record *out, struct tomb_err *err)
{
	*out = (struct tomb_record){
		.id = id,
		.number = row->number,
		.institution_id = row->institution_id,
		.institution = row->institution,
		.institution_name = row->institution_name,
		.has_parent = !row->parent_id_null,
		.parent_id = row->parent_id,
		.source = row->source,
		.version = row->version,
		.title = row->title,
		.local_id = row->local_id,
		.hrid = row->hrid,
		.barcode = row->barcode,
		.discovery_suppress = row->discovery_suppress,
		.staff_suppress = row->staff_suppress,
		.marc = {row->marc, row->marc_form, row->marc_leader_at, row->marc_005_at},
		.mods = row->mods,
		.content = row->content,
		.rights = row->rights,
		.capture_ids = row->capture_ids,
		.image_id = row->image_id,
		.asset_object_id = row->asset_object_id,
		.asset_file_id = row->asset_file_id,
		.created_by = row->created_by,
		.created_at_us = row->created_at,
		.updated_at_us = row->updated_at,
	};
	return tomb_record_kind_parse(row->kind, &out->kind, err);
}

enum tomb_code tomb_record_tombstones(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	struct tomb_arena *arena, struct tomb_record_tombstone **out, size_t *n, struct tomb_err *err)
{
	struct sql_record_tombstones_row *rows = NULL;
	struct tomb_record_tombstone *found = NULL;
	int64_t scope = 0;
	size_t nrows = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_DELETED_READ, 0, &scope, err));
	TOMB_TRY(sql_record_tombstones(pg, &(struct sql_record_tombstones_args){id}, arena, &rows, &nrows, err));
	if (nrows == 0 || (scope != 0 && rows[0].institution_id != scope))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no tombstone of such a record");
	found = TOMB_NEW(arena, struct tomb_record_tombstone, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu tombstones", nrows);
	for (size_t i = 0; i < nrows; i++) {
		TOMB_TRY(fill_was(id, &rows[i], &found[i].was, err));
		TOMB_TRY(tomb_record_deletion_show(pg, actor, rows[i].deletion_id, arena, &found[i].deletion, err));
		found[i].event_id = rows[i].event_id;
		found[i].ancestors = rows[i].ancestors;
		found[i].children = rows[i].children;
		found[i].restored_at_us = tomb_us_or_0(rows[i].restored_at_null, rows[i].restored_at);
		found[i].restoration_id = rows[i].restoration_id_null ? 0 : rows[i].restoration_id;
		found[i].restored_by = rows[i].restored_by;
	}
	*out = found;
	*n = nrows;
	return TOMB_OK;
}
