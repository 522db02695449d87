/* The second person's pages: the link of the mail, the token, what will happen, the decision (P-05 to P-08, X-09). */
#include "pages.h"

#include "checks.h"
#include "gate.h"
#include "items.h"
#include "past.h"
#include "review_over.h"
#include "rows.h"
#include "step_up.h"
#include "tombstone/decision.h"
#include "tombstone/parse.h"

#include <inttypes.h>

enum { FILES_SHOWN = 50 };

static enum tomb_code ask_token(
	struct tomb_view *v, struct tomb_str token, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("token")};
	struct html_review_token page = {
		.page = tomb_frame(v->ctx, v->req, "Review a deletion", TOMB_SECTION_DELETIONS),
		.id = v->id,
		.token = token,
	};

	if (problem) {
		item.text = tomb_frame_sentence(v->arena, problem->text);
		page.problems = (struct html_problems){&item, 1};
	}
	html_review_token(&v->res->body, &page);
	return tomb_view_done(v, problem ? (unsigned)tomb_code_http(problem->code) : 200, err);
}

/* What every refusal of a token or a decision looks like. */
static enum tomb_code refuse(
	struct tomb_view *v, struct tomb_str token, const struct tomb_err *why, struct tomb_err *err)
{
	if (why->code == TOMB_FORBIDDEN)
		return ask_token(v, token, why, err);
	if (why->code == TOMB_GONE || why->code == TOMB_CONFLICT || why->code == TOMB_UNPROCESSABLE)
		return tomb_review_over(v, why, err);
	*err = *why;
	return why->code;
}

static enum tomb_code fill_impacts(struct tomb_view *v, struct html_review *page, struct tomb_err *err)
{
	struct tomb_impacts found;
	struct html_review_impacts *rows = NULL;
	int64_t copies = 0;

	TOMB_TRY(tomb_impact_of_request(v->pg, v->actor, v->id, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_review_impacts, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu places", found.n);
	for (size_t i = 0; i < found.n; i++) {
		rows[i] = (struct html_review_impacts)TOMB_ROW_IMPACT(v, found.p[i]);
		page->has_fee |= rows[i].fee.n > 0;
		copies += found.p[i].copies;
	}
	page->impacts = rows;
	page->nimpacts = found.n;
	if (copies > 0)
		page->copies = tomb_view_count(v, copies, "copy");
	return TOMB_OK;
}

static enum tomb_code fill_items(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_review *page, struct tomb_err *err)
{
	struct tomb_page first = {.limit = TOMB_ITEMS_SHOWN};
	struct tomb_deletion_items found;
	struct html_review_items *rows = NULL;

	TOMB_TRY(tomb_deletion_view_items(v->pg, v->actor, v->id, &first, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_review_items, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu items", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_review_items){found.p[i].object_id, found.p[i].object_identifier,
			found.p[i].file_id, found.p[i].file_identifier};
	page->items = rows;
	page->nitems = found.n;
	page->more_items = tomb_items_more(v, r, found.n);
	return TOMB_OK;
}

/* "51 to 100 of 1,204 files".  behind: how many were on the pages before, as the form says. */
static struct tomb_str shown_of(struct tomb_view *v, const struct tomb_deletion_view *r, int64_t behind, size_t n)
{
	struct tomb_str all = tomb_view_count(v, r->file_count, "file");

	if (behind < 0 || behind > r->file_count || (size_t)r->file_count <= n)
		return all;
	return tomb_view_text(v, "%.*s to %.*s of %.*s", TOMB_STR_ARG(tomb_view_number(v, behind + 1)),
		TOMB_STR_ARG(tomb_view_number(v, behind + (int64_t)n)), TOMB_STR_ARG(all));
}

/* The exact list, a page of it: pages are asked for by POST, so that the token is in no address. */
static enum tomb_code fill_files(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_review *page, struct tomb_err *err)
{
	struct tomb_deletion_files_filter filter = {.request_id = v->id};
	struct tomb_page wanted = {.limit = FILES_SHOWN};
	struct tomb_deletion_files found;
	struct html_review_rows *rows = NULL;
	struct tomb_str behind;
	int64_t n = 0;

	TOMB_TRY(tomb_view_field(v, "after", &wanted.after, err));
	TOMB_TRY(tomb_view_field(v, "behind", &behind, err));
	if (behind.n > 0 && !tomb_parse_i64(behind, 0, INT64_MAX / 2, &n))
		return TOMB_FAIL(err, TOMB_INVAL, "\"behind\" is no number of files");
	TOMB_TRY(tomb_deletion_view_files(v->pg, v->actor, &filter, &wanted, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_review_rows, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_review_rows){found.p[i].file_id, found.p[i].identifier, found.p[i].size_bytes};
	page->rows = rows;
	page->nrows = found.n;
	page->shown = shown_of(v, r, n, found.n);
	page->is_later = wanted.after.n > 0;
	page->next = found.next;
	page->behind = n + (int64_t)found.n;
	return TOMB_OK;
}

static enum tomb_code fill_checks(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_review *page, struct tomb_err *err)
{
	struct tomb_checks checks;

	TOMB_TRY(tomb_checks_of_request(v, r->id, r->institution_id, &checks, err));
	TOMB_CHECKS_PUT(page, &checks);
	page->is_blocked = !checks.is_clear;
	return TOMB_OK;
}

/* problem is what was wrong with the code, if something was. */
static enum tomb_code show(
	struct tomb_view *v, struct tomb_str token, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("totp")};
	enum tomb_step_up_need need = TOMB_STEP_UP_NONE;
	struct tomb_deletion_view r;
	struct html_review page;
	struct tomb_str files;
	struct tomb_str size;

	TOMB_TRY(tomb_deletion_view_find(v->pg, v->actor, v->id, v->arena, &r, err));
	files = tomb_view_count(v, r.file_count, "file");
	size = tomb_view_size(v, r.byte_count);
	page = (struct html_review){
		.page = tomb_frame(v->ctx, v->req, "Review a deletion", TOMB_SECTION_DELETIONS),
		.id = r.id,
		.token = token,
		.institution = r.institution_name,
		.requested_by = tomb_past_person(v, r.requested_by_name, r.requested_by_email),
		.requested_at = r.requested_at_us,
		.expires_at = r.expires_at_us,
		.reason = tomb_past_reason(v, &r),
		.named = tomb_items_named(v, &r),
		.files = files,
		.size = size,
		.is_own = r.requested_by_id == v->actor->user_id,
		.approve_button = tomb_view_text(
			v, "Approve deletion of %.*s (%.*s)", TOMB_STR_ARG(files), TOMB_STR_ARG(size)),
	};
	TOMB_TRY(fill_impacts(v, &page, err));
	TOMB_TRY(fill_checks(v, &r, &page, err));
	TOMB_TRY(fill_items(v, &r, &page, err));
	TOMB_TRY(fill_files(v, &r, &page, err));
	TOMB_TRY(tomb_user_totp_need(v->pg, v->actor, r.institution_id, &need, err));
	page.asks_code = need == TOMB_STEP_UP_CODE;
	page.lacks_code = need == TOMB_STEP_UP_MISSING;
	if (problem) {
		item.text = tomb_frame_sentence(v->arena, problem->text);
		page.problems = (struct html_problems){&item, 1};
	}
	html_review(&v->res->body, &page);
	return tomb_view_done(v, problem ? (unsigned)tomb_code_http(problem->code) : 200, err);
}

/* Tokens are as good as passwords: who guesses is slowed down. */
static enum tomb_code look(struct tomb_view *v, struct tomb_str token, struct tomb_err *err)
{
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_gate_attempt(v->ctx, v->res, v->actor->email, err));
	code = tomb_decision_check(v->pg, v->actor, v->id, token, &why);
	if (code != TOMB_FORBIDDEN)
		tomb_gate_forgive(v->ctx, v->actor->email);
	return code == TOMB_OK ? show(v, token, NULL, err) : refuse(v, token, &why, err);
}

enum tomb_code tomb_page_review(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return ask_token(&v, tomb_view_query(&v, "token"), NULL, err);
}

enum tomb_code tomb_page_review_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str token;

	TOMB_TRY(tomb_view_field(&v, "token", &token, err));
	return look(&v, token, err);
}

static enum tomb_code decide(struct tomb_view *v, enum tomb_verdict_kind verdict, struct tomb_err *err)
{
	struct tomb_str token;
	struct tomb_str given;
	struct tomb_step_up proof;
	struct tomb_err why;
	int64_t deletion_id = 0;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_view_field(v, "token", &token, err));
	TOMB_TRY(tomb_view_field(v, "totp", &given, err));
	TOMB_TRY(tomb_gate_attempt(v->ctx, v->res, v->actor->email, err));
	proof = tomb_step_up_of(v->ctx, given);
	code = tomb_decision_make_with(v->pg, v->actor, v->id, verdict, token, &proof, &deletion_id, &why);
	if (code == TOMB_STEP_UP || code == TOMB_RATE_LIMITED)
		return show(v, token, &why, err);
	if (code != TOMB_FORBIDDEN)
		tomb_gate_forgive(v->ctx, v->actor->email);
	/* The token is right, but this person may not say yes: the requester, or somebody who became admin today. */
	if (code == TOMB_FORBIDDEN && tomb_decision_check(v->pg, v->actor, v->id, token, err) == TOMB_OK)
		return tomb_review_over(v, &why, err);
	if (code != TOMB_OK)
		return refuse(v, token, &why, err);
	return tomb_view_redirect(v, err, "/deletions/show/%" PRId64 "?notice=%s", v->id,
		verdict == TOMB_APPROVE ? "approved" : "rejected");
}

enum tomb_code tomb_page_deletion_approve(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return decide(&v, TOMB_APPROVE, err);
}

enum tomb_code tomb_page_deletion_reject(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return decide(&v, TOMB_REJECT, err);
}
