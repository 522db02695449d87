/* Cancelling a work item: the page that asks for the reason, and the order itself. */
#include "pages.h"

#include "tombstone/cancel.h"
#include "work_item_words.h"

#include <inttypes.h>

/* The form; after a refusal with what was wrong, and with what was written in it. */
static enum tomb_code show(
	struct tomb_view *v, struct tomb_str reason, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("reason")};
	struct html_work_item_cancel page = {
		.page = tomb_frame(v->ctx, v->req, "Cancel a work item", TOMB_SECTION_WORK_ITEMS),
		.reason = reason,
		.reason_max = TOMB_CANCEL_REASON_MAX,
		.is_reason_wrong = problem && problem->code == TOMB_INVAL,
	};
	struct tomb_work_item w;

	TOMB_TRY(tomb_work_item_find(v->pg, v->actor, v->id, v->arena, &w, err));
	if (problem) {
		item.text = tomb_frame_sentence(v->arena, problem->text);
		page.fault = item.text;
		page.problems = (struct html_problems){&item, 1};
	}
	page.page.title = tomb_view_text(v, "Cancel work item %" PRId64, w.id);
	page.id = w.id;
	page.identifier = w.file_id != 0 ? w.file_identifier : w.object_identifier;
	page.institution = w.institution_name;
	page.user = w.user_email;
	page.approver = w.approver_email;
	page.so_far = tomb_work_item_progress(v, &w);
	html_work_item_cancel(&v->res->body, &page);
	return tomb_view_done(v, problem ? (unsigned)tomb_code_http(problem->code) : 200, err);
}

enum tomb_code tomb_page_work_item_cancel(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return show(&v, TOMB_STR(""), NULL, err);
}

enum tomb_code tomb_page_work_item_cancel_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str reason;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_view_field(&v, "reason", &reason, err));
	code = tomb_work_item_cancel(v.pg, v.actor, v.id, reason, &why);
	if (code == TOMB_INVAL || code == TOMB_CONFLICT)
		return show(&v, reason, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return tomb_view_redirect(&v, err, "/work_items/show/%" PRId64 "?notice=cancelled", v.id);
}
