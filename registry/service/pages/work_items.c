/* Work items: what is being done, and what was (P-10, P-17). */
#include "pages.h"

#include "pager.h"
#include "tombstone/plan.h"
#include "tombstone/work_item.h"

#include <inttypes.h>

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

static bool is_running(const struct tomb_work_item *w)
{
	return is(w->status, "Pending") || is(w->status, "Started");
}

static int64_t settled(const struct tomb_work_item *w)
{
	return w->files_done + w->files_refused + w->files_failed;
}

static struct tomb_str progress_text(struct tomb_view *v, const struct tomb_work_item *w)
{
	if (w->files_total == 0)
		return w->note;
	return tomb_view_text(v, "%.*s of %.*s %s", TOMB_STR_ARG(tomb_view_number(v, w->files_done)),
		TOMB_STR_ARG(tomb_view_count(v, w->files_total, "file")),
		is(w->action, "Delete") ? "deleted" : "stored");
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
		.done = settled(w),
		.total = w->files_total > 0 ? w->files_total : 1,
		.is_running = is_running(w),
		.progress = progress_text(v, w),
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

enum tomb_code tomb_page_work_items(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str status = tomb_view_query(&v, "status");
	struct tomb_str action = tomb_view_query(&v, "action");
	struct tomb_work_item_filter filter = {.status = status, .action = action, .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/work_items"), "", TOMB_PAGE_DEFAULT);
	struct html_work_items page = {
		.page = tomb_frame(ctx, req, "Work Items", TOMB_SECTION_WORK_ITEMS),
		.is_pending = is(status, "Pending"),
		.is_started = is(status, "Started"),
		.is_success = is(status, "Success"),
		.is_failed = is(status, "Failed"),
		.is_cancelled = is(status, "Cancelled"),
		.is_delete = is(action, "Delete"),
		.is_ingest = is(action, "Ingest"),
		.is_filtered = status.n + action.n > 0,
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_WORK_ITEM_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_work_item_page found;
	int64_t total = 0;

	TOMB_TRY(tomb_work_item_list(v.pg, v.actor, &filter, &pager.page, v.arena, &found, err));
	TOMB_TRY(tomb_work_item_count(v.pg, v.actor, &filter, &total, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	tomb_pager_keep(&pager, "status", status);
	tomb_pager_keep(&pager, "action", action);
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, "work item");
	html_work_items(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

static struct html_work_item describe(struct tomb_view *v, const struct tomb_work_item *w)
{
	return (struct html_work_item){
		.page = tomb_frame(v->ctx, v->req, "Work item", TOMB_SECTION_WORK_ITEMS),
		.progress = {settled(w), w->files_total, progress_text(v, w)},
		.id = w->id,
		.action = w->action,
		.object_identifier = w->object_identifier,
		.object_id = w->object_id,
		.file_identifier = w->file_identifier,
		.file_id = w->file_id,
		.request_id = w->request_id,
		.institution = w->institution_name,
		.stage = w->stage,
		.status = w->status,
		.tone = tomb_view_tone(w->status),
		.note = w->note,
		.outcome = w->outcome,
		.user = w->user_email,
		.approver = w->approver_email,
		.bytes_done = w->bytes_done,
		.bytes_total = w->bytes_total,
		.needs_review = w->needs_admin_review,
		.is_running = is_running(w),
		.requested_at = w->requested_at_us,
		.created_at = w->created_at_us,
		.started_at = w->started_at_us,
		.completed_at = w->completed_at_us,
		.may_requeue = tomb_permission_of(v->actor, TOMB_MAY_WORK_ITEM_REQUEUE) != TOMB_SCOPE_NONE &&
			       is(w->status, "Failed") && w->files_failed > 0,
	};
}

enum tomb_code tomb_page_work_item(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_work_item w;
	struct html_work_item page;

	TOMB_TRY(tomb_work_item_find(v.pg, v.actor, v.id, v.arena, &w, err));
	page = describe(&v, &w);
	page.page.title = tomb_view_text(&v, "Work item %" PRId64 ": %.*s", w.id, TOMB_STR_ARG(w.action));
	if (w.files_refused > 0)
		page.refused = tomb_view_text(
			&v, "%.*s refused", TOMB_STR_ARG(tomb_view_count(&v, w.files_refused, "file")));
	if (w.files_failed > 0)
		page.failed = tomb_view_text(
			&v, "%.*s failed", TOMB_STR_ARG(tomb_view_count(&v, w.files_failed, "file")));
	html_work_item(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

enum tomb_code tomb_page_work_item_requeue(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_work_item_requeue(v.pg, v.actor, v.id, err));
	return tomb_view_redirect(&v, err, "/work_items/show/%" PRId64 "?notice=requeued", v.id);
}
