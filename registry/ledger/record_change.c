#include "record_change.h"

#include "authority.h"
#include "constraint.h"
#include "record_door.h"
#include "sql.gen.h"
#include "tombstone/audit.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* How deep a record may be put: with what is in it, no deeper than tombstones tell. */
	DEPTH_MAX = 32
};

enum tomb_code tomb_record_change_home(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_given *given, int64_t *out, struct tomb_err *err)
{
	int64_t home = given->institution_id != 0 ? given->institution_id : actor->institution_id;

	if (home == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "name the institution of the record");
	TOMB_TRY(tomb_authority_at(pg, actor, TOMB_MAY_RECORD_WRITE, home, "create and change records", err));
	*out = home;
	return TOMB_OK;
}

enum tomb_code tomb_record_change_place(struct tomb_pg *pg, int64_t institution_id, struct tomb_uuid parent_id,
	struct tomb_arena *arena, struct tomb_str *title, struct tomb_err *err)
{
	struct sql_record_write_hold_row *up = NULL;
	const struct sql_record_write_hold_row *parent = NULL;
	char text[TOMB_UUID_TEXT];
	size_t n = 0;

	TOMB_TRY(sql_record_write_hold(
		pg, &(struct sql_record_write_hold_args){parent_id, DEPTH_MAX}, arena, &up, &n, err));
	parent = n > 0 ? &up[n - 1] : NULL;
	if (!parent || parent->institution_id != institution_id)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no record %s that could hold another",
			tomb_uuid_text(parent_id, text));
	if (parent->is_deleted)
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "record %" PRId64 " is deleted: nothing is put into it", parent->number);
	if (n > DEPTH_MAX)
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "records are nested at most %d deep: choose a place further up", DEPTH_MAX);
	*title = parent->title;
	return TOMB_OK;
}

enum tomb_code tomb_record_change_assets(struct tomb_pg *pg, int64_t institution_id,
	const struct tomb_record_given *given, struct tomb_arena *arena, struct tomb_err *err)
{
	const struct sql_record_write_assets_args args = {institution_id, given->asset_object_id, given->asset_file_id};
	struct sql_record_write_assets_row *row = NULL;

	if (given->asset_object_id < -1 || given->asset_file_id < -1)
		return TOMB_FAIL(err, TOMB_INVAL, "an asset is an id, 0 for as it is, or -1 for none");
	if (given->asset_object_id <= 0 && given->asset_file_id <= 0)
		return TOMB_OK;
	TOMB_TRY(sql_record_write_assets(pg, &args, arena, &row, err));
	if (!row->has_object)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object %" PRId64, given->asset_object_id);
	if (!row->has_file)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no file %" PRId64, given->asset_file_id);
	return TOMB_OK;
}

static struct tomb_str or_else(struct tomb_str s, struct tomb_str preset)
{
	return s.p ? s : preset;
}

enum tomb_code tomb_record_change_explain(
	struct tomb_pg *pg, enum tomb_code code, const struct tomb_record_draft *d, struct tomb_err *err)
{
	const struct tomb_record_given *g = d->given;
	const struct {
		const char *begins;
		struct tomb_str value;
	} values[] = {
		{"record_local_id", or_else(g->local_id, d->control)},
		{"record_hrid", or_else(g->hrid, d->control)},
		{"record_barcode", g->barcode},
		{"record_source", g->source},
		{"record_capture_status", g->capture_status},
		{"record_work_order", g->work_order},
		{"record_image_id", g->image_id},
	};
	struct tomb_str value = or_else(d->title, TOMB_STR(""));

	if (code == TOMB_OK)
		return code;
	for (size_t i = 0; i < TOMB_COUNTOF(values); i++)
		if (strncmp(tomb_pg_constraint(pg), values[i].begins, strlen(values[i].begins)) == 0)
			value = values[i].value;
	if (value.n > 255)
		value.n = 255;
	return tomb_constraint_explain(pg, code, value, err);
}

enum tomb_code tomb_record_change_audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	int64_t institution_id, int64_t number, struct tomb_str detail, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "record %" PRId64, number);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){verb, institution_id, tomb_str_from(subject), detail, TOMB_STR("")}, err);
}

enum tomb_code tomb_record_change_delete(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	enum tomb_record_origin origin, int64_t *deletion_id, struct tomb_err *err)
{
	const struct tomb_record_deletion_ask ask = {
		.ids = &id,
		.nids = 1,
		.mode = TOMB_RECORD_SELF,
		.origin = origin,
		.expect_count = -1,
		.reason_code = TOMB_STR(""),
		.reason = TOMB_STR(""),
		.confirmed = {.legacy_uri = TOMB_STR("")},
		.actor_label = TOMB_STR(""),
		.job = TOMB_STR(""),
	};
	struct tomb_record_deleted done = {0};

	TOMB_TRY(tomb_record_door_delete(pg, actor, &ask, &done, err));
	*deletion_id = done.was_deleted ? 0 : done.deletion_id;
	return TOMB_OK;
}
