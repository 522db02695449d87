/* All events that somebody may see, and one of them in full. */
#include "pages.h"

#include "filter.h"
#include "pager.h"
#include "tombstone/file.h"
#include "tombstone/object.h"
#include "tombstone/permission.h"
#include "tombstone/premis_event.h"

#include <inttypes.h>

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

/* The object or, if there is none, the file of that name; both ids stay 0 if there is neither. */
static enum tomb_code look_up(
	struct tomb_view *v, struct tomb_str identifier, struct tomb_premis_event_filter *filter, struct tomb_err *err)
{
	struct tomb_object object;
	struct tomb_file file;
	enum tomb_code code = tomb_object_find(v->pg, v->actor, 0, identifier, v->arena, &object, err);

	if (code == TOMB_OK) {
		filter->object_id = object.id;
		filter->with_files = true;
	}
	if (code != TOMB_NOTFOUND)
		return code;
	code = tomb_file_find(v->pg, v->actor, 0, identifier, v->arena, &file, err);
	if (code == TOMB_OK)
		filter->file_id = file.id;
	return code == TOMB_NOTFOUND ? TOMB_OK : code;
}

/* As typed, or with the own institution before it, which people leave out.  *is_there: something has that name. */
static enum tomb_code look_for(struct tomb_view *v, struct tomb_str typed, struct tomb_premis_event_filter *filter,
	bool *is_there, struct tomb_err *err)
{
	struct tomb_str below = tomb_filter_below(v, v->actor->institution, typed);

	*is_there = true;
	if (typed.n == 0)
		return TOMB_OK;
	TOMB_TRY(look_up(v, typed, filter, err));
	if (filter->object_id == 0 && filter->file_id == 0 && !tomb_str_eq(below, typed))
		TOMB_TRY(look_up(v, below, filter, err));
	*is_there = filter->object_id != 0 || filter->file_id != 0;
	return TOMB_OK;
}

static struct html_event_list_rows row_of(struct tomb_view *v, const struct tomb_premis_event *e)
{
	return (struct html_event_list_rows){
		.id = e->id,
		.at = e->at_us,
		.label = tomb_view_word(v, tomb_premis_event_info(e->type)->label),
		.outcome = e->outcome,
		.tone = tomb_view_tone(e->outcome),
		.institution = e->institution_name,
		.detail = e->detail,
		.information = e->outcome_information,
		.object_id = e->object_id,
		.object_identifier = e->object_identifier,
		.file_id = e->file_id,
		.file_identifier = e->file_identifier,
	};
}

static enum tomb_code fill_types(
	struct tomb_view *v, struct tomb_str chosen, struct html_event_list *page, struct tomb_err *err)
{
	struct html_event_list_types *types = TOMB_NEW(v->arena, struct html_event_list_types, TOMB_PREMIS_EVENT_MAX);

	if (!types)
		return TOMB_FAIL(err, TOMB_NOMEM, "the types of events");
	for (size_t i = 0; i < TOMB_PREMIS_EVENT_MAX; i++) {
		const struct tomb_premis_event_info *info = tomb_premis_event_info((enum tomb_premis_event_type)i);

		types[i] = (struct html_event_list_types){
			info->name, tomb_view_word(v, info->label), tomb_str_eq(info->name, chosen)};
	}
	page->types = types;
	page->ntypes = TOMB_PREMIS_EVENT_MAX;
	return TOMB_OK;
}

static enum tomb_code fill_rows(struct tomb_view *v, const struct tomb_premis_event_page *found,
	struct html_event_list *page, struct tomb_err *err)
{
	struct html_event_list_rows *rows = TOMB_NEW(v->arena, struct html_event_list_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++)
		rows[i] = row_of(v, &found->p[i]);
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

static enum tomb_code read(struct tomb_view *v, const struct tomb_premis_event_filter *filter,
	const struct tomb_page *page, struct tomb_premis_event_page *found, int64_t *total, struct tomb_err *err)
{
	bool is_counted = filter->outcome.n == 0 && filter->from_us == 0 && filter->to_us == 0;

	*total = -1;
	TOMB_TRY(tomb_premis_event_list(v->pg, v->actor, filter, page, v->arena, found, err));
	return is_counted ? tomb_premis_event_count(v->pg, v->actor, filter, total, err) : TOMB_OK;
}

static void keep_filters(
	struct tomb_pager *pager, const struct html_event_list *page, const struct tomb_premis_event_filter *filter)
{
	tomb_pager_keep(pager, "identifier", page->identifier);
	tomb_pager_keep(pager, "type", filter->type);
	tomb_pager_keep(pager, "outcome", filter->outcome);
	tomb_pager_keep(pager, "from", page->from);
	tomb_pager_keep(pager, "to", page->to);
}

enum tomb_code tomb_page_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_premis_event_filter filter = {
		.type = tomb_view_query(&v, "type"), .outcome = tomb_view_query(&v, "outcome"), .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/events"), "", TOMB_PAGE_DEFAULT);
	struct html_event_list page = {
		.page = tomb_frame(ctx, req, "Events", TOMB_SECTION_EVENTS),
		.identifier = tomb_view_query(&v, "identifier"),
		.from = tomb_view_query(&v, "from"),
		.to = tomb_view_query(&v, "to"),
		.is_success = is(filter.outcome, "Success"),
		.is_failure = is(filter.outcome, "Failure"),
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_EVENT_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_premis_event_page found = {0};
	bool is_there = false;
	int64_t total = 0;

	TOMB_TRY(tomb_filter_day(&v, "from", false, &filter.from_us, err));
	TOMB_TRY(tomb_filter_day(&v, "to", true, &filter.to_us, err));
	TOMB_TRY(look_for(&v, page.identifier, &filter, &is_there, err));
	if (is_there)
		TOMB_TRY(read(&v, &filter, &pager.page, &found, &total, err));
	TOMB_TRY(fill_types(&v, filter.type, &page, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	keep_filters(&pager, &page, &filter);
	page.is_filtered = pager.nkept > 0;
	if (!is_there)
		page.about = TOMB_STR("There is no object and no file of this name. Names are compared as a whole.");
	else if (filter.object_id != 0)
		page.about = TOMB_STR("Events of the object and of its files.");
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, total < 0 ? "Event" : "event");
	html_event_list(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

enum tomb_code tomb_page_event(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_event page = {.page = tomb_frame(ctx, req, "Event", TOMB_SECTION_EVENTS)};
	struct tomb_premis_event e;
	char uuid[TOMB_UUID_TEXT];

	TOMB_TRY(tomb_premis_event_find(v.pg, v.actor, v.id, (struct tomb_uuid){0}, v.arena, &e, err));
	page.label = tomb_view_word(&v, tomb_premis_event_info(e.type)->label);
	page.page.title = tomb_view_text(&v, "Event %" PRId64 ": %.*s", e.id, TOMB_STR_ARG(page.label));
	page.id = e.id;
	page.identifier = tomb_view_text(&v, "%s", tomb_uuid_text(e.identifier, uuid));
	page.name = tomb_premis_event_info(e.type)->name;
	page.outcome = e.outcome;
	page.tone = tomb_view_tone(e.outcome);
	page.at = e.at_us;
	page.detail = e.detail;
	page.outcome_detail = e.outcome_detail;
	page.information = e.outcome_information;
	page.object_used = e.object_used;
	page.agent = e.agent;
	page.version = e.generation;
	page.object_id = e.object_id;
	page.object_identifier = e.object_identifier;
	page.file_id = e.file_id;
	page.file_identifier = e.file_identifier;
	page.institution = e.institution_name;
	page.deletion_id = e.deletion_id;
	html_event(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
