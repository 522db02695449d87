#include "shape_record.h"

#include "answer.h"

static void put_id(struct tomb_json *w, const char *key, bool has, struct tomb_uuid id)
{
	if (has)
		tomb_json_uuid(w, key, id);
	else
		tomb_json_null(w, key);
}

static void put_text(struct tomb_json *w, const char *key, struct tomb_str text)
{
	if (text.n > 0)
		tomb_json_str(w, key, text);
	else
		tomb_json_null(w, key);
}

static void put_json(struct tomb_json *w, const char *key, struct tomb_str json)
{
	if (json.n > 0)
		tomb_json_raw(w, key, json);
	else
		tomb_json_null(w, key);
}

static void put_kind(struct tomb_json *w, enum tomb_record_kind kind)
{
	const struct tomb_record_kind_info *info = tomb_record_kind_info(kind);

	tomb_json_str(w, "kind", info->name);
	tomb_json_str(w, "system", info->system);
}

static void put_names(struct tomb_json *w, const struct tomb_record *r)
{
	tomb_json_uuid(w, "id", r->id);
	tomb_json_int(w, "number", r->number);
	tomb_json_int(w, "institution_id", r->institution_id);
	tomb_json_str(w, "institution", r->institution);
	put_kind(w, r->kind);
	put_id(w, "parent_id", r->has_parent, r->parent_id);
	tomb_json_str(w, "source", r->source);
	tomb_json_str(w, "state", r->is_deleted ? TOMB_STR("deleted") : TOMB_STR("active"));
	tomb_json_int(w, "version", r->version);
	tomb_json_str(w, "title", r->title);
	tomb_json_str(w, "local_id", r->local_id);
	tomb_json_str(w, "hrid", r->hrid);
	tomb_json_str(w, "barcode", r->barcode);
}

static void put_asset(struct tomb_json *w, const struct tomb_record *r)
{
	tomb_json_begin_array(w, "capture_ids");
	for (size_t i = 0; i < r->capture_ids.n; i++)
		tomb_json_str(w, NULL, r->capture_ids.p[i]);
	tomb_json_end_array(w);
	tomb_json_str(w, "capture_status", r->capture_status);
	tomb_json_str(w, "work_order", r->work_order);
	tomb_json_str(w, "image_id", r->image_id);
	tomb_api_id(w, "asset_object_id", r->asset_object_id);
	tomb_api_id(w, "asset_file_id", r->asset_file_id);
	tomb_json_bool(w, "has_asset", r->has_asset);
}

/* MARC is UTF-8 as it is kept; what ends its fields is escaped as JSON has it. */
static void put_payloads(struct tomb_json *w, const struct tomb_record *r)
{
	put_text(w, "marc_form", r->marc.form);
	put_text(w, "marc", r->marc.bytes);
	put_text(w, "mods", r->mods);
	put_json(w, "content", r->content);
	put_json(w, "rights", r->rights);
}

void tomb_shape_record(struct tomb_json *w, const char *key, const struct tomb_record *r, bool with_payloads)
{
	tomb_json_begin_object(w, key);
	put_names(w, r);
	tomb_json_bool(w, "discovery_suppress", r->discovery_suppress);
	tomb_json_bool(w, "staff_suppress", r->staff_suppress);
	put_asset(w, r);
	tomb_json_str(w, "created_by", r->created_by);
	tomb_json_time(w, "created_at", r->created_at_us);
	tomb_json_time(w, "updated_at", r->updated_at_us);
	tomb_api_time(w, "deleted_at", r->deleted_at_us);
	tomb_api_id(w, "deletion_id", r->deletion_id);
	if (with_payloads)
		put_payloads(w, r);
	tomb_json_end_object(w);
}

void tomb_shape_record_gone(struct tomb_json *w, const struct tomb_record *record, const struct tomb_record_gone *gone,
	const struct tomb_record *full)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_uuid(w, "id", record->id);
	tomb_json_str(w, "state", TOMB_STR("deleted"));
	put_kind(w, gone->kind);
	tomb_json_str(w, "institution", record->institution);
	tomb_json_str(w, "institution_name", gone->institution_name);
	tomb_json_str(w, "title", gone->title);
	tomb_json_time(w, "deleted_at", gone->deleted_at_us);
	tomb_json_str(w, "reason_code", gone->reason_code);
	if (full)
		tomb_shape_record(w, "record", full, true);
	else
		tomb_json_null(w, "record");
	tomb_json_end_object(w);
}

static void put_contents(struct tomb_json *w, const struct tomb_record_contents *contents)
{
	tomb_json_begin_object(w, "by_kind");
	for (int k = 0; k < TOMB_RECORD_KIND_MAX; k++)
		if (contents->n[k] > 0)
			tomb_json_int(w, tomb_record_kind_info((enum tomb_record_kind)k)->name.p, contents->n[k]);
	tomb_json_end_object(w);
}

static void put_blockers(struct tomb_json *w, const struct tomb_record_preview *p)
{
	tomb_json_begin_array(w, "blockers");
	for (size_t i = 0; i < p->nblockers; i++) {
		const struct tomb_record_blocker *b = &p->blockers[i];

		tomb_json_begin_object(w, NULL);
		tomb_json_uuid(w, "id", b->id);
		tomb_json_int(w, "number", b->number);
		tomb_json_str(w, "kind", tomb_record_kind_info(b->kind)->name);
		tomb_json_str(w, "title", b->title);
		tomb_json_str(w, "rule", b->rule);
		tomb_json_str(w, "detail", b->detail);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

static void put_inherited(struct tomb_json *w, const struct tomb_record_preview *p)
{
	tomb_json_begin_array(w, "inherited");
	for (size_t i = 0; i < p->ninherited; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_str(w, "name", p->inherited[i].name);
		tomb_json_str(w, "lost", p->inherited[i].lost);
		tomb_json_str(w, "gained", p->inherited[i].gained);
		tomb_json_bool(w, "required", p->inherited[i].is_required);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

void tomb_shape_record_preview(struct tomb_json *w, const struct tomb_record_preview *p)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "records", p->records);
	put_contents(w, &p->by_kind);
	tomb_json_str(w, "mode", tomb_record_mode_name(p->mode));
	tomb_json_begin_array(w, "modes");
	for (size_t i = 0; i < p->nmodes; i++)
		tomb_json_str(w, NULL, tomb_record_mode_name(p->modes[i]));
	tomb_json_end_array(w);
	put_blockers(w, p);
	tomb_json_int(w, "captures", p->captures);
	tomb_json_int(w, "children", p->children);
	tomb_json_bool(w, "has_rights", p->has_rights);
	put_inherited(w, p);
	put_id(w, "new_parent_id", p->has_new_parent, p->new_parent);
	tomb_json_bool(w, "restorable", p->is_restorable);
	put_text(w, "warning",
		p->is_restorable ? TOMB_STR("") : TOMB_STR("Deleted records cannot be restored within MMS"));
	tomb_json_end_object(w);
}

void tomb_shape_record_deletion(struct tomb_json *w, const char *key, const struct tomb_record_deletion *d)
{
	tomb_json_begin_object(w, key);
	tomb_json_int(w, "id", d->id);
	tomb_json_int(w, "institution_id", d->institution_id);
	tomb_json_time(w, "at", d->at_us);
	tomb_json_str(w, "origin", tomb_record_origin_name(d->origin));
	tomb_json_str(w, "actor_kind", d->actor_kind);
	tomb_json_str(w, "actor", d->actor);
	tomb_json_str(w, "actor_label", d->actor_label);
	tomb_json_str(w, "job", d->job);
	tomb_json_uuid(w, "root_id", d->root_id);
	tomb_json_str(w, "mode", d->mode);
	tomb_json_str(w, "reason_code", d->reason_code);
	tomb_json_str(w, "reason", d->reason);
	tomb_json_bool(w, "override", d->is_override);
	tomb_json_str(w, "legacy_uri", d->legacy_uri);
	tomb_json_int(w, "records", d->records);
	tomb_json_end_object(w);
}

static void put_ids(struct tomb_json *w, const char *key, struct tomb_uuids ids)
{
	tomb_json_begin_array(w, key);
	for (size_t i = 0; i < ids.n; i++)
		tomb_json_uuid(w, NULL, ids.p[i]);
	tomb_json_end_array(w);
}

void tomb_shape_record_tombstone(struct tomb_json *w, const struct tomb_record_tombstone *t)
{
	tomb_json_begin_object(w, NULL);
	tomb_shape_record(w, "was", &t->was, true);
	tomb_shape_record_deletion(w, "deletion", &t->deletion);
	tomb_json_uuid(w, "event_id", t->event_id);
	put_ids(w, "ancestors", t->ancestors);
	put_ids(w, "children", t->children);
	tomb_api_time(w, "restored_at", t->restored_at_us);
	tomb_api_id(w, "restoration_id", t->restoration_id);
	tomb_json_str(w, "restored_by", t->restored_by);
	tomb_json_end_object(w);
}
