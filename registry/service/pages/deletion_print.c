/* A deletion on paper: what an auditor files. */
#include "pages.h"

#include "items.h"
#include "past.h"

#include <inttypes.h>

static struct tomb_str verdict_text(const struct tomb_deletion_view *r)
{
	if (r->decided_by_id == 0)
		return TOMB_STR("");
	return tomb_str_eq(r->verdict, TOMB_STR("approve")) ? TOMB_STR("Approved") : TOMB_STR("Rejected");
}

static struct html_deletion_print describe(struct tomb_view *v, const struct tomb_deletion_view *r)
{
	return (struct html_deletion_print){
		.page = tomb_frame(v->ctx, v->req, "Deletion", TOMB_SECTION_DELETIONS),
		.id = r->id,
		.deletion_id = r->deletion_id,
		.institution = r->institution_name,
		.institution_identifier = r->institution,
		.state = r->state_text,
		.reason = r->reason,
		.named = tomb_items_named(v, r),
		.files = tomb_view_count(v, r->file_count, "file"),
		.bytes = r->byte_count,
		.exact_bytes = tomb_view_number(v, r->byte_count),
		.requested_by = tomb_past_person(v, r->requested_by_name, r->requested_by_email),
		.requested_at = r->requested_at_us,
		.verdict = verdict_text(r),
		.decided_by = tomb_past_person(v, r->decided_by_name, r->decided_by_email),
		.decided_at = r->decided_at_us,
		.as_sole_admin = r->as_sole_admin,
		.planned_at = r->planned_at_us,
		.finished_at = r->finished_at_us,
		.closed_at = r->closed_at_us,
		.closed_note = r->closed_note,
		.digest = tomb_view_hex(v, r->list_digest),
		.printed_by = tomb_past_person(v, v->actor->name, v->actor->email),
		.printed_at = tomb_clock_wall_us(v->ctx->registry->log->clock),
	};
}

static enum tomb_code fill_totals(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion_print *page, struct tomb_err *err)
{
	struct tomb_deletion_progress p;

	TOMB_TRY(tomb_deletion_view_progress(v->pg, v->actor, r, &p, err));
	page->deleted = tomb_view_number(v, p.files_done);
	page->deleted_bytes = p.bytes_done;
	page->deleted_exactly = tomb_view_number(v, p.bytes_done);
	page->refused = tomb_view_number(v, p.files_refused);
	page->failed = tomb_view_number(v, p.files_failed);
	page->pending = tomb_view_number(v, p.files_total - p.files_done - p.files_refused - p.files_failed);
	return TOMB_OK;
}

static enum tomb_code fill_copies(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion_print *page, struct tomb_err *err)
{
	struct tomb_deletion_copies *found = NULL;
	struct html_deletion_print_copies *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_view_copies(v->pg, v->actor, r, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_deletion_print_copies, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu kinds of copies", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_deletion_print_copies){
			.backend = found[i].backend,
			.status = tomb_view_word(v, found[i].status),
			.outcome = tomb_view_word(v, found[i].outcome),
			.verification = tomb_view_word(v, found[i].verification),
			.copies = tomb_view_number(v, found[i].copies),
			.bytes = tomb_view_number(v, found[i].bytes),
		};
	page->copies = rows;
	page->ncopies = n;
	return TOMB_OK;
}

static enum tomb_code fill_items(
	struct tomb_view *v, const struct tomb_deletion_view *r, struct html_deletion_print *page, struct tomb_err *err)
{
	struct tomb_page first = {.limit = TOMB_ITEMS_SHOWN};
	struct tomb_deletion_items found;
	struct html_deletion_print_items *rows = NULL;

	TOMB_TRY(tomb_deletion_view_items(v->pg, v->actor, v->id, &first, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_deletion_print_items, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu items", found.n);
	for (size_t i = 0; i < found.n; i++)
		rows[i] = (struct html_deletion_print_items){
			.kind = found.p[i].file_id != 0 ? TOMB_STR("File") : TOMB_STR("Object"),
			.identifier = found.p[i].file_id != 0 ? found.p[i].file_identifier
							      : found.p[i].object_identifier,
			.state = found.p[i].is_deleted ? TOMB_STR("Deleted") : TOMB_STR("Active"),
			.work_item_id = found.p[i].work_item_id,
			.work_status = found.p[i].work_status,
		};
	page->items = rows;
	page->nitems = found.n;
	page->more_items = tomb_items_more(v, r, found.n);
	return TOMB_OK;
}

enum tomb_code tomb_page_deletion_print(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_deletion_view request;
	struct html_deletion_print page;

	TOMB_TRY(tomb_deletion_view_find(v.pg, v.actor, v.id, v.arena, &request, err));
	page = describe(&v, &request);
	page.page.title = tomb_view_text(&v, "Summary of deletion request %" PRId64, request.id);
	if (request.deletion_id != 0) {
		TOMB_TRY(fill_totals(&v, &request, &page, err));
		TOMB_TRY(fill_copies(&v, &request, &page, err));
	}
	TOMB_TRY(fill_items(&v, &request, &page, err));
	html_deletion_print(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
