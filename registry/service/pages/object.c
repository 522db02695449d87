/* The page of one object (P-02, P-13, P-16). */
#include "pages.h"

#include "object_charts.h"
#include "object_files.h"
#include "past.h"
#include "rows.h"
#include "tombstone/deletion_view.h"
#include "tombstone/storage_option.h"

enum {
	EVENTS_SHOWN = 10, /* the rest is on a page of its own */
	REQUESTS_SHOWN = 20
};

static struct html_object describe(struct tomb_view *v, const struct tomb_object *o)
{
	return (struct html_object){
		.page = tomb_frame(v->ctx, v->req, "Object", TOMB_SECTION_OBJECTS),
		.id = o->id,
		.identifier = o->identifier,
		.title = o->title,
		.description = o->description,
		.institution = o->institution_name,
		.access = tomb_view_word(v, o->access),
		.bag_name = o->bag_name,
		.alt_identifier = o->alt_identifier,
		.bag_group_identifier = o->bag_group_identifier,
		.bagit_profile_identifier = o->bagit_profile_identifier,
		.source_organization = o->source_organization,
		.internal_sender_identifier = o->internal_sender_identifier,
		.internal_sender_description = o->internal_sender_description,
		.storage_option = o->storage_option,
		.is_deleted = o->is_deleted,
		.created_at = o->created_at_us,
		.updated_at = o->updated_at_us,
		.files = tomb_view_count(v, o->active_files, "active file"),
		.bytes = o->active_bytes,
		.deleted_files = o->deleted_files > 0 ? tomb_view_count(v, o->deleted_files, "deleted file")
						      : TOMB_STR(""),
	};
}

static enum tomb_code fill_retention(
	struct tomb_view *v, const struct tomb_object *object, struct html_object *page, struct tomb_err *err)
{
	struct tomb_storage_option *options = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_storage_option_list(v->pg, v->arena, &options, &n, err));
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(options[i].name, object->storage_option))
			page->retention = tomb_view_kept(v, options[i].min_days);
	return TOMB_OK;
}

/* Deleted, asked for, or too young. */
static enum tomb_code fill_state(
	struct tomb_view *v, const struct tomb_object *object, struct html_object *page, struct tomb_err *err)
{
	struct tomb_pending pending;
	struct tomb_past past;

	TOMB_TRY(tomb_object_pending(v->pg, v->actor, v->id, v->arena, &pending, err));
	TOMB_TRY(tomb_past_of(v, &pending, &past, err));
	page->deleted_at = past.at_us;
	page->deleted_request = past.request_id;
	page->deleted_by = past.deleted_by;
	page->approved_by = past.approved_by;
	page->open_request = pending.open_request_id;
	page->work_item = pending.work_item_id;
	if (!object->is_deleted && tomb_view_may_request(v, object->institution_id))
		TOMB_ROW_DELETE(v, page, "object", object->id, "Delete",
			tomb_view_refusal(v, pending.obstacles, pending.nobstacles));
	return TOMB_OK;
}

static enum tomb_code fill_requests(struct tomb_view *v, struct html_object *page, struct tomb_err *err)
{
	struct tomb_deletion_filter filter = {.object_id = v->id, .newest_first = true};
	struct tomb_page first = {.limit = REQUESTS_SHOWN};
	struct tomb_deletion_page found;
	struct html_object_requests *rows = NULL;

	TOMB_TRY(tomb_deletion_view_list(v->pg, v->actor, &filter, &first, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_object_requests, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu requests", found.n);
	for (size_t i = 0; i < found.n; i++) {
		const struct tomb_deletion_view *r = &found.p[i];

		rows[i] = (struct html_object_requests){
			.id = r->id,
			.what = tomb_view_count(v, r->file_count, "file"),
			.state = r->state_text,
			.tone = tomb_view_tone(r->state),
			.requested_by = tomb_past_person(v, r->requested_by_name, r->requested_by_email),
			.requested_at = r->requested_at_us,
			.decided_by = tomb_past_person(v, r->decided_by_name, r->decided_by_email),
			.decided_at = r->decided_at_us,
		};
	}
	page->requests = rows;
	page->nrequests = found.n;
	return TOMB_OK;
}

static enum tomb_code fill_events(struct tomb_view *v, struct html_object *page, struct tomb_err *err)
{
	struct tomb_premis_event_filter filter = {.object_id = v->id, .newest_first = true};
	struct tomb_page first = {.limit = EVENTS_SHOWN};
	struct tomb_premis_event_page found;
	struct html_object_events *rows = NULL;

	TOMB_TRY(tomb_premis_event_list(v->pg, v->actor, &filter, &first, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_object_events, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu events", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_object_events)TOMB_ROW_EVENT(v, found.p[i]);
	page->events = rows;
	page->nevents = found.n;
	return TOMB_OK;
}

enum tomb_code tomb_page_object(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_object object;
	struct html_object page;

	TOMB_TRY(tomb_object_find(v.pg, v.actor, v.id, TOMB_STR(""), v.arena, &object, err));
	page = describe(&v, &object);
	TOMB_TRY(fill_retention(&v, &object, &page, err));
	TOMB_TRY(fill_state(&v, &object, &page, err));
	TOMB_TRY(tomb_object_charts(&v, &object, &page, err));
	TOMB_TRY(tomb_object_files(&v, &object, &page, err));
	TOMB_TRY(fill_requests(&v, &page, err));
	TOMB_TRY(fill_events(&v, &page, err));
	html_object(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
