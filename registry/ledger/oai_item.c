#include "tombstone/oai_item.h"

#include "sql.gen.h"
#include "tombstone/folio_matrix.h"

enum { ROW_BYTES_MAX = 4096 };

enum tomb_code tomb_oai_item_stamp(struct tomb_pg *pg, int64_t *n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_oai_stamp_row *row = NULL;

	TOMB_TRY(sql_oai_stamp(pg, &(struct sql_oai_stamp_args){TOMB_OAI_STAMP}, &arena, &row, err));
	*n = row->n;
	return TOMB_OK;
}

enum tomb_code tomb_oai_item_begin(struct tomb_pg *pg, int64_t *now_us, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_oai_begin_row *row = NULL;
	int64_t n = 1;

	for (int i = 0; i < TOMB_OAI_STAMP_ROUNDS && n > 0; i++)
		TOMB_TRY(tomb_oai_item_stamp(pg, &n, err));
	TOMB_TRY(sql_oai_begin(pg, &arena, &row, err));
	*now_us = row->at;
	return TOMB_OK;
}

enum tomb_code tomb_oai_item_earliest(
	struct tomb_pg *pg, struct tomb_strs kinds, int64_t now_us, int64_t *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_oai_earliest_row *row = NULL;

	TOMB_TRY(sql_oai_earliest(pg, &(struct sql_oai_earliest_args){kinds}, &arena, &row, err));
	*out = row->at_null ? now_us : row->at;
	return TOMB_OK;
}

static void take_places(const struct sql_oai_page_row *rows, size_t n, struct tomb_oai_place *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (struct tomb_oai_place){rows[i].datestamp, rows[i].id};
}

static void take_places_of_one(const struct sql_oai_page_institution_row *rows, size_t n, struct tomb_oai_place *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (struct tomb_oai_place){rows[i].datestamp, rows[i].id};
}

enum tomb_code tomb_oai_item_places(struct tomb_pg *pg, const struct tomb_oai_policy *policy,
	const struct tomb_oai_range *range, struct tomb_arena *arena, struct tomb_oai_place **out, size_t *n,
	struct tomb_err *err)
{
	bool hides_deleted = policy->deleted_record == TOMB_OAI_NO;
	struct sql_oai_page_args any = {range->kinds, range->after.datestamp_us, range->after.id, range->until_us,
		hides_deleted, policy->hides_suppressed, range->at_most};
	struct sql_oai_page_institution_args one = {range->kinds, range->after.datestamp_us, range->after.id,
		range->until_us, hides_deleted, policy->hides_suppressed, range->at_most, range->institution_id};
	struct sql_oai_page_row *rows = NULL;
	struct sql_oai_page_institution_row *rows_of_one = NULL;
	struct tomb_oai_place *places = NULL;
	size_t found = 0;

	if (range->institution_id == 0)
		TOMB_TRY(sql_oai_page(pg, &any, arena, &rows, &found, err));
	else
		TOMB_TRY(sql_oai_page_institution(pg, &one, arena, &rows_of_one, &found, err));
	places = TOMB_NEW(arena, struct tomb_oai_place, found + 1);
	if (!places)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu places", found);
	if (rows)
		take_places(rows, found, places);
	if (rows_of_one)
		take_places_of_one(rows_of_one, found, places);
	*out = places;
	*n = found;
	return TOMB_OK;
}

static struct tomb_str or_none(struct tomb_str text, bool is_null)
{
	return is_null ? (struct tomb_str){NULL, 0} : text;
}

static struct tomb_oai_item item_of(const struct sql_oai_items_row *r)
{
	return (struct tomb_oai_item){
		.id = r->id,
		.institution_id = r->institution_id,
		.institution = r->institution,
		.kind = r->kind,
		.is_deleted = r->is_deleted,
		.is_suppressed = r->is_suppressed,
		.was_shown = r->was_shown,
		.datestamp_us = r->datestamp,
		.source = r->source,
		.origin = r->origin,
		.title = r->title,
		.local_id = r->local_id,
		.hrid = r->hrid,
		.has_marc = r->has_marc,
		.has_mods = r->has_mods,
		.marc = or_none(r->marc, r->marc_null),
		.marc_form = r->marc_form,
		.marc_leader_at = r->marc_leader_at,
		.marc_005_at = r->marc_005_at,
		.mods = or_none(r->mods, r->mods_null),
		.content = r->content,
		.updated_us = r->updated_at,
		.object_id = r->object_id,
		.object_identifier = r->object_identifier,
		.object_description = r->object_description,
		.object_created_us = r->object_created_at,
	};
}

enum tomb_code tomb_oai_item_list(struct tomb_pg *pg, struct tomb_uuids ids, struct tomb_oai_want want,
	struct tomb_arena *arena, struct tomb_oai_item **out, size_t *n, struct tomb_err *err)
{
	struct sql_oai_items_args args = {ids, want.marc, want.mods, want.content};
	struct sql_oai_items_row *rows = NULL;
	struct tomb_oai_item *items = NULL;
	size_t found = 0;

	TOMB_TRY(sql_oai_items(pg, &args, arena, &rows, &found, err));
	items = TOMB_NEW(arena, struct tomb_oai_item, found + 1);
	if (!items)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu items", found);
	for (size_t i = 0; i < found; i++)
		items[i] = item_of(&rows[i]);
	*out = items;
	*n = found;
	return TOMB_OK;
}

/* FOLIO's contradictions, word by word: by which way it was deleted (docs/records.md). */
static enum tomb_oai_face seed_face(const struct tomb_oai_item *item)
{
	enum tomb_record_kind kind = TOMB_RECORD_KIND_MAX;
	struct tomb_err ignored;

	if (tomb_record_kind_parse(item->kind, &kind, &ignored) != TOMB_OK)
		return TOMB_OAI_TOMBSTONE;
	switch (tomb_folio_matrix_outward(kind, item->source, tomb_record_origin_of(item->origin), true).harvested) {
	case TOMB_FOLIO_SUPPRESSED:
		return TOMB_OAI_LIVE;
	case TOMB_FOLIO_ABSENT:
	case TOMB_FOLIO_NOT_SHOWN:
	case TOMB_FOLIO_UNHEARD:
	case TOMB_FOLIO_INSTANCE_ONLY:
		return TOMB_OAI_HIDDEN;
	case TOMB_FOLIO_DELETED:
	case TOMB_FOLIO_SIMPLIFIED:
	case TOMB_FOLIO_UNSAID:
	case TOMB_FOLIO_WITH_INSTANCE:
	case TOMB_FOLIO_CELL_MAX:
		break;
	}
	return TOMB_OAI_TOMBSTONE;
}

enum tomb_oai_face tomb_oai_item_face(const struct tomb_oai_policy *policy, const struct tomb_oai_item *item)
{
	bool says_deleted = policy->deleted_record != TOMB_OAI_NO;
	/* An object has no flag that could go with it. */
	bool hides_suppressed = policy->hides_suppressed || item->object_id != 0;
	enum tomb_oai_face face = TOMB_OAI_TOMBSTONE;

	if (item->is_deleted && policy->is_as_seed)
		face = seed_face(item);
	if (face == TOMB_OAI_HIDDEN || (face == TOMB_OAI_LIVE && !hides_suppressed))
		return face;
	if (hides_suppressed && item->is_suppressed)
		return says_deleted && item->was_shown ? TOMB_OAI_TOMBSTONE : TOMB_OAI_HIDDEN;
	if (item->is_deleted)
		return says_deleted ? TOMB_OAI_TOMBSTONE : TOMB_OAI_HIDDEN;
	return TOMB_OAI_LIVE;
}

enum tomb_code tomb_oai_item_institution(
	struct tomb_pg *pg, struct tomb_str identifier, int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ROW_BYTES_MAX);
	struct sql_oai_institution_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_oai_institution(pg, &(struct sql_oai_institution_args){identifier}, &arena, &row, &n, err));
	*id = n > 0 ? row->id : 0;
	return TOMB_OK;
}

enum tomb_code tomb_oai_item_institutions(struct tomb_pg *pg, struct tomb_arena *arena,
	struct tomb_oai_institution **out, size_t *n, struct tomb_err *err)
{
	struct sql_oai_institutions_row *rows = NULL;
	struct tomb_oai_institution *all = NULL;
	size_t found = 0;

	TOMB_TRY(sql_oai_institutions(pg, arena, &rows, &found, err));
	all = TOMB_NEW(arena, struct tomb_oai_institution, found + 1);
	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu institutions", found);
	for (size_t i = 0; i < found; i++)
		all[i] = (struct tomb_oai_institution){rows[i].identifier, rows[i].name};
	*out = all;
	*n = found;
	return TOMB_OK;
}
