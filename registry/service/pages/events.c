/* All events of an object with its files, or of a file. */
#include "pages.h"

#include "pager.h"
#include "rows.h"

static enum tomb_code show(struct tomb_view *v, const struct tomb_premis_event_filter *filter, struct tomb_pager *pager,
	struct html_events *page, struct tomb_err *err)
{
	struct tomb_premis_event_page found;
	struct html_events_events *rows = NULL;

	TOMB_TRY(tomb_premis_event_list(v->pg, v->actor, filter, &pager->page, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_events_events, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu events", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_events_events)TOMB_ROW_EVENT(v, found.p[i]);
	page->id = v->id;
	page->events = rows;
	page->nevents = found.n;
	page->pager = tomb_pager_links(v, pager, found.n, found.next, -1, "Event");
	html_events(&v->res->body, page);
	return tomb_view_done(v, 200, err);
}

enum tomb_code tomb_page_object_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_premis_event_filter filter = {.object_id = v.id, .with_files = true, .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(
		&v, tomb_view_text(&v, "/objects/events/%" PRId64, v.id), "", TOMB_PAGE_DEFAULT);
	struct html_events page = {.page = tomb_frame(ctx, req, "Events of an object", TOMB_SECTION_OBJECTS)};
	struct tomb_object object;

	TOMB_TRY(tomb_object_find(v.pg, v.actor, v.id, TOMB_STR(""), v.arena, &object, err));
	page.identifier = object.identifier;
	return show(&v, &filter, &pager, &page, err);
}

enum tomb_code tomb_page_file_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_premis_event_filter filter = {.file_id = v.id, .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(
		&v, tomb_view_text(&v, "/files/events/%" PRId64, v.id), "", TOMB_PAGE_DEFAULT);
	struct html_events page = {
		.page = tomb_frame(ctx, req, "Events of a file", TOMB_SECTION_FILES), .of_file = true};
	struct tomb_file file;

	TOMB_TRY(tomb_file_find(v.pg, v.actor, v.id, TOMB_STR(""), v.arena, &file, err));
	page.identifier = file.identifier;
	return show(&v, &filter, &pager, &page, err);
}
