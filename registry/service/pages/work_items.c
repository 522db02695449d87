/* The list of work items: what is being done, and what was (P-10, P-17). */
#include "pages.h"

#include "chips.h"
#include "filter.h"
#include "pager.h"
#include "work_item_words.h"

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

static struct html_work_items_rows row_of(struct tomb_view *v, const struct tomb_work_item *w)
{
	return (struct html_work_items_rows){
		.id = w->id,
		.action = w->action,
		.identifier = w->file_id != 0 ? w->file_identifier : w->object_identifier,
		.institution = w->institution_name,
		.status = w->status,
		.tone = tomb_view_tone(w->status),
		.user = w->user_email,
		.requested_at = w->requested_at_us,
		.completed_at = w->completed_at_us,
		.done = tomb_work_item_settled(w),
		.total = w->files_total > 0 ? w->files_total : 1,
		.is_running = tomb_work_item_is_running(w),
		.progress = tomb_work_item_progress(v, w),
	};
}

static enum tomb_code fill_rows(struct tomb_view *v, const struct tomb_work_item_page *found,
	struct html_work_items *page, struct tomb_err *err)
{
	struct html_work_items_rows *rows = TOMB_NEW(v->arena, struct html_work_items_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++)
		rows[i] = row_of(v, &found->p[i]);
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

/* As the address has them. */
struct filters {
	struct tomb_str status;
	struct tomb_str action;
	struct tomb_str object;
};

static enum tomb_code fill_filters(struct tomb_view *v, const struct filters *f, struct tomb_pager *pager,
	struct html_work_items *page, struct tomb_err *err)
{
	const struct tomb_chip chips[] = {
		{"status", tomb_view_text(v, "Status: %.*s", TOMB_STR_ARG(f->status))},
		{"action", tomb_view_text(v, "Action: %.*s", TOMB_STR_ARG(f->action))},
		{"object", tomb_view_text(v, "Object: %.*s", TOMB_STR_ARG(f->object))},
	};

	tomb_pager_keep(pager, "status", f->status);
	tomb_pager_keep(pager, "action", f->action);
	tomb_pager_keep(pager, "object", f->object);
	page->object = f->object;
	page->is_pending = is(f->status, "Pending");
	page->is_started = is(f->status, "Started");
	page->is_success = is(f->status, "Success");
	page->is_failed = is(f->status, "Failed");
	page->is_cancelled = is(f->status, "Cancelled");
	page->is_delete = is(f->action, "Delete");
	page->is_ingest = is(f->action, "Ingest");
	page->is_filtered = pager->nkept > 0;
	return tomb_chips_of(v, pager, chips, TOMB_COUNTOF(chips), &page->chips, err);
}

enum tomb_code tomb_page_work_items(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct filters f = {
		tomb_view_query(&v, "status"), tomb_view_query(&v, "action"), tomb_view_query(&v, "object")};
	struct tomb_work_item_filter filter = {.status = f.status, .action = f.action, .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/work_items"), "", TOMB_PAGE_DEFAULT);
	struct html_work_items page = {
		.page = tomb_frame(ctx, req, "Work Items", TOMB_SECTION_WORK_ITEMS),
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_WORK_ITEM_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_work_item_page found;
	int64_t total = 0;

	TOMB_TRY(tomb_filter_object(&v, f.object, &filter.object_id, err));
	TOMB_TRY(tomb_work_item_list(v.pg, v.actor, &filter, &pager.page, v.arena, &found, err));
	TOMB_TRY(tomb_work_item_count(v.pg, v.actor, &filter, &total, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	TOMB_TRY(fill_filters(&v, &f, &pager, &page, err));
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, "work item");
	html_work_items(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
