/* The page of one work item: what it is about, when what happened, and what operators can do about it (P-17, X-16). */
#include "pages.h"

#include "work_item_words.h"

#include <inttypes.h>

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

static bool may_cancel(const struct tomb_view *v, const struct tomb_work_item *w)
{
	return tomb_permission_of(v->actor, TOMB_MAY_WORK_ITEM_CANCEL) != TOMB_SCOPE_NONE && is(w->action, "Delete") &&
	       w->completed_at_us == 0 && w->cancelled_at_us == 0;
}

static struct html_work_item describe(struct tomb_view *v, const struct tomb_work_item *w)
{
	return (struct html_work_item){
		.page = tomb_frame(v->ctx, v->req, "Work item", TOMB_SECTION_WORK_ITEMS),
		.progress = {tomb_work_item_settled(w), w->files_total, tomb_work_item_progress(v, w)},
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
		.bytes_done = w->bytes_done,
		.bytes_total = w->bytes_total,
		.needs_review = w->needs_admin_review,
		.is_running = tomb_work_item_is_running(w),
		.is_ended = w->completed_at_us != 0,
		.is_cancelled = w->cancelled_at_us != 0,
		.cancel_reason = w->cancel_reason,
		.may_cancel = may_cancel(v, w),
		.may_requeue = tomb_permission_of(v->actor, TOMB_MAY_WORK_ITEM_REQUEUE) != TOMB_SCOPE_NONE &&
			       tomb_work_item_has_failed(w),
	};
}

/* Steps that were taken, in order of time; of two at one moment, the one that is named first. */
static size_t sort_steps(const struct html_work_item_steps *steps, size_t n, struct html_work_item_steps *sorted)
{
	size_t taken = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = taken;

		if (steps[i].at == 0)
			continue;
		for (; at > 0 && sorted[at - 1].at > steps[i].at; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = steps[i];
		taken++;
	}
	return taken;
}

static enum tomb_code fill_timeline(
	struct tomb_view *v, const struct tomb_work_item *w, struct html_work_item *page, struct tomb_err *err)
{
	const struct html_work_item_steps steps[] = {
		{.what = TOMB_STR("Requested"), .at = w->requested_at_us, .who = w->user_email},
		{.what = TOMB_STR("Approved"),
			.at = w->approver_email.n > 0 ? w->created_at_us : 0,
			.who = w->approver_email},
		{.what = TOMB_STR("Queued"), .at = w->queued_at_us},
		{.what = TOMB_STR("Started"), .at = w->started_at_us},
		{.what = TOMB_STR("Cancelled"),
			.at = w->cancelled_at_us,
			.who = w->cancelled_by,
			.why = w->cancel_reason},
		{.what = TOMB_STR("Completed"), .at = w->completed_at_us},
	};
	struct html_work_item_steps *sorted = TOMB_NEW(v->arena, struct html_work_item_steps, TOMB_COUNTOF(steps));

	if (!sorted)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu steps", TOMB_COUNTOF(steps));
	page->nsteps = sort_steps(steps, TOMB_COUNTOF(steps), sorted);
	page->steps = sorted;
	return TOMB_OK;
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
	TOMB_TRY(fill_timeline(&v, &w, &page, err));
	html_work_item(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
