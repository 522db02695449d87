/* Putting the failed files of a work item to work again: the page that asks whether to, and the order itself. */
#include "pages.h"

#include "tombstone/plan.h"
#include "work_item_words.h"

#include <inttypes.h>

/* The question; after a refusal with the reason. */
static enum tomb_code show(struct tomb_view *v, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("")};
	struct html_work_item_requeue page = {
		.page = tomb_frame(v->ctx, v->req, "Put failed files to work again", TOMB_SECTION_WORK_ITEMS),
	};
	struct tomb_work_item w;

	TOMB_TRY(tomb_work_item_find(v->pg, v->actor, v->id, v->arena, &w, err));
	if (problem) {
		item.text = tomb_frame_sentence(v->arena, problem->text);
		page.problems = (struct html_problems){&item, 1};
	}
	page.page.title = tomb_view_text(v, "Put the failed files of work item %" PRId64 " to work again", w.id);
	page.id = w.id;
	page.identifier = w.file_id != 0 ? w.file_identifier : w.object_identifier;
	page.institution = w.institution_name;
	page.user = w.user_email;
	page.approver = w.approver_email;
	page.so_far = tomb_work_item_progress(v, &w);
	page.request_id = w.request_id;
	page.has_failed = tomb_work_item_has_failed(&w);
	page.failed = tomb_view_count(v, w.files_failed, "file");
	html_work_item_requeue(&v->res->body, &page);
	return tomb_view_done(v, problem ? (unsigned)tomb_code_http(problem->code) : 200, err);
}

enum tomb_code tomb_page_work_item_requeue(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return show(&v, NULL, err);
}

enum tomb_code tomb_page_work_item_requeue_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_err why;
	enum tomb_code code = tomb_work_item_requeue(v.pg, v.actor, v.id, &why);

	if (code == TOMB_CONFLICT)
		return show(&v, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return tomb_view_redirect(&v, err, "/work_items/show/%" PRId64 "?notice=requeued", v.id);
}
