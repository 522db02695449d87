/* The list of deletion requests (P-11). */
#include "pages.h"

#include "items.h"
#include "pager.h"
#include "past.h"

/* How far it has come since the approval. */
static struct tomb_str work_of(const struct tomb_deletion_view *r)
{
	if (r->deletion_id == 0)
		return TOMB_STR("");
	return r->finished_at_us != 0 ? TOMB_STR("Work ended") : TOMB_STR("Work goes on");
}

static struct html_deletions_rows row_of(struct tomb_view *v, const struct tomb_deletion_view *r)
{
	int64_t more = r->named_objects + r->named_files - 1;

	return (struct html_deletions_rows){
		.id = r->id,
		.identifier = r->first_identifier,
		.more = more > 0 ? tomb_view_text(v, "and %.*s", TOMB_STR_ARG(tomb_view_count(v, more, "more item")))
				 : TOMB_STR(""),
		.files = tomb_view_count(v, r->file_count, "file"),
		.bytes = r->byte_count,
		.institution = r->institution_name,
		.state = r->state_text,
		.tone = tomb_view_tone(r->state),
		.requested_by = tomb_past_person(v, r->requested_by_name, r->requested_by_email),
		.requested_at = r->requested_at_us,
		.decided_by = tomb_past_person(v, r->decided_by_name, r->decided_by_email),
		.decided_at = r->decided_at_us,
		.work = work_of(r),
		.decision = tomb_str_eq(r->verdict, TOMB_STR("approve")) ? TOMB_STR("Approved") : TOMB_STR("Rejected"),
	};
}

static enum tomb_code fill_rows(
	struct tomb_view *v, const struct tomb_deletion_page *found, struct html_deletions *page, struct tomb_err *err)
{
	struct html_deletions_rows *rows = TOMB_NEW(v->arena, struct html_deletions_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++)
		rows[i] = row_of(v, &found->p[i]);
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

enum tomb_code tomb_page_deletions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str state = tomb_view_query(&v, "state");
	struct tomb_deletion_filter filter = {.state = state, .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/deletions"), "", TOMB_PAGE_DEFAULT);
	struct html_deletions page = {
		.page = tomb_frame(ctx, req, "Deletions", TOMB_SECTION_DELETIONS),
		.is_open = tomb_str_eq(state, TOMB_STR("open")),
		.is_approved = tomb_str_eq(state, TOMB_STR("approved")),
		.is_rejected = tomb_str_eq(state, TOMB_STR("rejected")),
		.is_expired = tomb_str_eq(state, TOMB_STR("expired")),
		.is_void = tomb_str_eq(state, TOMB_STR("void")),
		.is_filtered = state.n > 0,
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_DELETION_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_deletion_page found;
	int64_t total = 0;

	TOMB_TRY(tomb_deletion_view_list(v.pg, v.actor, &filter, &pager.page, v.arena, &found, err));
	TOMB_TRY(tomb_deletion_view_count(v.pg, v.actor, &filter, &total, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	tomb_pager_keep(&pager, "state", state);
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, "request");
	html_deletions(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
