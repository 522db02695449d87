#include "record_head.h"

#include "record_words.h"

enum tomb_code tomb_record_head_find(struct tomb_view *v, struct tomb_record *out, struct tomb_err *err)
{
	struct tomb_record_name name = {.id = v->req->params[0].uuid};

	return tomb_record_find(v->pg, v->actor, &name, v->arena, out, err);
}

enum tomb_code tomb_record_head_find_active(struct tomb_view *v, struct tomb_record *out, struct tomb_err *err)
{
	struct tomb_record record;

	TOMB_TRY(tomb_record_head_find(v, &record, err));
	if (record.is_deleted)
		return TOMB_FAIL(err, TOMB_CONFLICT, "this record is deleted: what remains of it is on its own page");
	*out = record;
	return TOMB_OK;
}

bool tomb_record_head_has_lightbox(enum tomb_record_kind kind)
{
	return kind == TOMB_RECORD_MMS_COLLECTION || kind == TOMB_RECORD_MMS_CONTAINER;
}

bool tomb_record_head_may(const struct tomb_view *v, enum tomb_permission permission, const struct tomb_record *record)
{
	return tomb_permission_covers(v->actor, permission, record->institution_id);
}

bool tomb_record_head_may_suppress(const struct tomb_view *v, const struct tomb_record *record)
{
	return record->kind != TOMB_RECORD_MMS_CAPTURE && tomb_record_words_is_mms(record->kind) &&
	       tomb_record_head_may(v, TOMB_MAY_RECORD_WRITE, record);
}

/* What it is in, the outermost first. */
static enum tomb_code fill_path(
	struct tomb_view *v, const struct tomb_record *record, struct html_head *head, struct tomb_err *err)
{
	struct html_head_path *steps = NULL;
	struct tomb_record *above = NULL;
	size_t n = 0;

	if (!record->has_parent)
		return TOMB_OK;
	TOMB_TRY(tomb_record_path(v->pg, v->actor, record->id, v->arena, &above, &n, err));
	steps = TOMB_NEW(v->arena, struct html_head_path, n);
	if (!steps)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu steps", n);
	for (size_t i = 0; i < n; i++)
		steps[n - 1 - i] = (struct html_head_path){
			.link = tomb_view_text(
				v, "/records/show/%.*s", TOMB_STR_ARG(tomb_record_words_uuid(v, above[i].id))),
			.name = above[i].title,
		};
	head->path = steps;
	head->npath = n;
	return TOMB_OK;
}

enum tomb_code tomb_record_head_of(struct tomb_view *v, const struct tomb_record *record, enum tomb_record_tab tab,
	struct html_head *out, struct tomb_err *err)
{
	struct html_head head = {
		.uuid = tomb_record_words_uuid(v, record->id),
		.title = record->title,
		.kind = tomb_record_kind_info(record->kind)->label,
		.system = tomb_record_words_system(record->kind),
		.institution = record->institution_name,
		.is_suppressed = record->discovery_suppress,
		.on_overview = tab == TOMB_RECORD_TAB_OVERVIEW,
		.has_captures = record->kind == TOMB_RECORD_MMS_ITEM,
		.on_captures = tab == TOMB_RECORD_TAB_CAPTURES,
		.has_lightbox = tomb_record_head_has_lightbox(record->kind),
		.on_lightbox = tab == TOMB_RECORD_TAB_LIGHTBOX,
		.has_marc = record->marc.bytes.n > 0,
		.on_marc = tab == TOMB_RECORD_TAB_MARC,
		.has_mods = record->mods.n > 0,
		.on_mods = tab == TOMB_RECORD_TAB_MODS,
	};

	TOMB_TRY(fill_path(v, record, &head, err));
	*out = head;
	return TOMB_OK;
}
