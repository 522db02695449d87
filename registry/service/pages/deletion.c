/* The page of one deletion request (P-11): who, why, what, and what became of every file and copy. */
#include "pages.h"

#include "chips.h"
#include "deletion_grid.h"
#include "items.h"
#include "pager.h"
#include "past.h"
#include "tombstone/decision.h"

#include <inttypes.h>

enum { FILES_SHOWN = 50 };

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

/* As people call the doors. */
static struct tomb_str via_text(struct tomb_str via)
{
	if (is(via, "api"))
		return TOMB_STR("by API");
	return is(via, "cli") ? TOMB_STR("by command") : TOMB_STR("");
}

static struct html_deletion describe(struct tomb_view *v, const struct tomb_deletion_view *r)
{
	return (struct html_deletion){
		.page = tomb_frame(v->ctx, v->req, "Deletion request", TOMB_SECTION_DELETIONS),
		.id = r->id,
		.institution = r->institution_name,
		.state = r->state_text,
		.tone = tomb_view_tone(r->state),
		.reason = tomb_past_reason(v, r),
		.files = tomb_view_count(v, r->file_count, "file"),
		.bytes = r->byte_count,
		.named = tomb_items_named(v, r),
		.requested_by = tomb_past_person(v, r->requested_by_name, r->requested_by_email),
		.requested_at = r->requested_at_us,
		.requested_via = via_text(r->requested_via),
		.expires_at = r->expires_at_us,
		.closed_note = r->closed_note,
		.closed_at = r->closed_at_us,
		.digest = tomb_view_hex(v, r->list_digest),
		.is_open = is(r->state, "open"),
		.was_decided = r->decided_by_id != 0,
		.was_approved = is(r->state, "approved"),
		.decided_by = tomb_past_person(v, r->decided_by_name, r->decided_by_email),
		.decided_at = r->decided_at_us,
		.decided_via = via_text(r->decided_via),
		.as_sole_admin = r->as_sole_admin,
		.deletion_id = r->deletion_id,
		.planned_at = r->planned_at_us,
		.finished_at = r->finished_at_us,
		.may_resend = tomb_view_may_request(v, r->institution_id),
	};
}

static enum tomb_code fill_progress(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion *page, struct tomb_err *err)
{
	struct tomb_deletion_progress p;
	struct tomb_str done;

	if (r->deletion_id == 0)
		return TOMB_OK;
	TOMB_TRY(tomb_deletion_view_progress(v->pg, v->actor, r, &p, err));
	done = tomb_view_text(v, "%.*s of %.*s deleted", TOMB_STR_ARG(tomb_view_number(v, p.files_done)),
		TOMB_STR_ARG(tomb_view_count(v, p.files_total, "file")));
	if (p.files_refused > 0)
		done = tomb_view_text(v, "%.*s, %.*s refused", TOMB_STR_ARG(done),
			TOMB_STR_ARG(tomb_view_number(v, p.files_refused)));
	if (p.files_failed > 0)
		done = tomb_view_text(
			v, "%.*s, %.*s failed", TOMB_STR_ARG(done), TOMB_STR_ARG(tomb_view_number(v, p.files_failed)));
	page->progress = (struct html_progress){
		p.files_done + p.files_refused + p.files_failed, p.files_total > 0 ? p.files_total : 1, done};
	page->headline = p.files_refused + p.files_failed == 0 ? TOMB_STR("Deletion complete")
							       : TOMB_STR("Deletion incomplete");
	page->is_running = r->finished_at_us == 0;
	return TOMB_OK;
}

static enum tomb_code fill_recipients(struct tomb_view *v, struct html_deletion *page, struct tomb_err *err)
{
	struct tomb_deletion_recipient *found = NULL;
	struct html_deletion_recipients *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_view_recipients(v->pg, v->actor, v->id, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_deletion_recipients, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu recipients", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_deletion_recipients){
			tomb_past_person(v, found[i].name, found[i].email), found[i].mailed_at_us};
	page->recipients = rows;
	page->nrecipients = n;
	return TOMB_OK;
}

static enum tomb_code fill_items(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion *page, struct tomb_err *err)
{
	struct tomb_page first = {.limit = TOMB_ITEMS_SHOWN};
	struct tomb_deletion_items found;
	struct html_deletion_items *rows = NULL;

	TOMB_TRY(tomb_deletion_view_items(v->pg, v->actor, v->id, &first, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_deletion_items, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu items", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_deletion_items){
			.object_id = found.p[i].object_id,
			.object_identifier = found.p[i].object_identifier,
			.file_id = found.p[i].file_id,
			.file_identifier = found.p[i].file_identifier,
			.is_deleted = found.p[i].is_deleted,
			.work_item_id = found.p[i].work_item_id,
			.work_status = found.p[i].work_status,
			.tone = tomb_view_tone(found.p[i].work_status),
		};
	page->items = rows;
	page->nitems = found.n;
	page->more_items = tomb_items_more(v, r, found.n);
	return TOMB_OK;
}

static enum tomb_code fill_copies(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion *page, struct tomb_err *err)
{
	struct tomb_deletion_copies *found = NULL;
	struct html_deletion_copies *rows = NULL;
	size_t n = 0;

	if (r->deletion_id == 0)
		return TOMB_OK;
	TOMB_TRY(tomb_deletion_view_copies(v->pg, v->actor, r, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_deletion_copies, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu kinds of copies", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_deletion_copies){
			.backend = found[i].backend,
			.status = tomb_view_word(v, found[i].status),
			.tone = tomb_view_tone(found[i].status),
			.outcome = tomb_view_word(v, found[i].outcome),
			.verification = found[i].verification,
			.copies = tomb_view_number(v, found[i].copies),
			.bytes = found[i].bytes,
		};
	page->copies = rows;
	page->ncopies = n;
	return TOMB_OK;
}

static enum tomb_code fill_files(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion *page, struct tomb_err *err)
{
	struct tomb_str outcome = tomb_view_query(v, "outcome");
	struct tomb_deletion_files_filter filter = {.request_id = v->id, .outcome = outcome};
	struct tomb_pager pager = tomb_pager_of(
		v, tomb_view_text(v, "/deletions/show/%" PRId64, v->id), "list", FILES_SHOWN);
	struct tomb_deletion_files found;

	TOMB_TRY(tomb_deletion_view_files(v->pg, v->actor, &filter, &pager.page, v->arena, &found, err));
	TOMB_TRY(tomb_deletion_grid(v, &found, page, err));
	page->outcome = outcome;
	page->only_pending = is(outcome, "pending");
	page->only_deleted = is(outcome, "deleted");
	page->only_refused = is(outcome, "refused");
	page->only_failed = is(outcome, "failed");
	tomb_pager_keep(&pager, "outcome", outcome);
	page->pager = tomb_pager_links(
		v, &pager, found.n, found.next, outcome.n > 0 ? -1 : r->file_count, outcome.n > 0 ? "File" : "file");
	return tomb_chips_of(v, &pager,
		&(struct tomb_chip){"outcome", tomb_view_text(v, "Outcome: %.*s", TOMB_STR_ARG(outcome))}, 1,
		&page->chips, err);
}

enum tomb_code tomb_page_deletion(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_deletion_view request;
	struct html_deletion page;

	TOMB_TRY(tomb_deletion_view_find(v.pg, v.actor, v.id, v.arena, &request, err));
	page = describe(&v, &request);
	page.page.title = tomb_view_text(&v, "Deletion request %" PRId64, request.id);
	TOMB_TRY(fill_progress(&v, &request, &page, err));
	TOMB_TRY(fill_recipients(&v, &page, err));
	TOMB_TRY(fill_items(&v, &request, &page, err));
	TOMB_TRY(fill_copies(&v, &request, &page, err));
	TOMB_TRY(fill_files(&v, &request, &page, err));
	html_deletion(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

enum tomb_code tomb_page_deletion_resend(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_deletion_view request;

	TOMB_TRY(tomb_deletion_view_find(v.pg, v.actor, v.id, v.arena, &request, err));
	TOMB_TRY(tomb_approval_token_resend(v.pg, v.actor, v.id, err));
	return tomb_view_redirect(&v, err, "/deletions/show/%" PRId64 "?notice=resent", v.id);
}
