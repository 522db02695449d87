/* The list of deletion requests (P-11). */
#include "pages.h"

#include "chips.h"
#include "filter.h"
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

/* As the address has them. */
struct filters {
	struct tomb_str state, object, requester, from, to;
};

static struct filters filters_of(const struct tomb_view *v)
{
	return (struct filters){tomb_view_query(v, "state"), tomb_view_query(v, "object"),
		tomb_view_query(v, "requester"), tomb_view_query(v, "from"), tomb_view_query(v, "to")};
}

static enum tomb_code fill_filters(struct tomb_view *v, const struct filters *f, struct tomb_pager *pager,
	struct html_deletions *page, struct tomb_err *err)
{
	const struct tomb_chip chips[] = {
		{"state", tomb_view_text(v, "State: %.*s", TOMB_STR_ARG(tomb_deletion_view_state_text(f->state)))},
		{"object", tomb_view_text(v, "Object: %.*s", TOMB_STR_ARG(f->object))},
		{"requester", tomb_view_text(v, "Requested by: %.*s", TOMB_STR_ARG(f->requester))},
		{"from", tomb_view_text(v, "Requested from: %.*s", TOMB_STR_ARG(f->from))},
		{"to", tomb_view_text(v, "Requested to: %.*s", TOMB_STR_ARG(f->to))},
	};

	tomb_pager_keep(pager, "state", f->state);
	tomb_pager_keep(pager, "object", f->object);
	tomb_pager_keep(pager, "requester", f->requester);
	tomb_pager_keep(pager, "from", f->from);
	tomb_pager_keep(pager, "to", f->to);
	page->object = f->object;
	page->requester = f->requester;
	page->from = f->from;
	page->to = f->to;
	page->is_open = tomb_str_eq(f->state, TOMB_STR("open"));
	page->is_approved = tomb_str_eq(f->state, TOMB_STR("approved"));
	page->is_rejected = tomb_str_eq(f->state, TOMB_STR("rejected"));
	page->is_expired = tomb_str_eq(f->state, TOMB_STR("expired"));
	page->is_void = tomb_str_eq(f->state, TOMB_STR("void"));
	page->is_filtered = pager->nkept > 0;
	return tomb_chips_of(v, pager, chips, TOMB_COUNTOF(chips), &page->chips, err);
}

enum tomb_code tomb_page_deletions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct filters f = filters_of(&v);
	struct tomb_deletion_filter filter = {.state = f.state, .requester = f.requester, .newest_first = true};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/deletions"), "", TOMB_PAGE_DEFAULT);
	struct html_deletions page = {
		.page = tomb_frame(ctx, req, "Deletions", TOMB_SECTION_DELETIONS),
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_DELETION_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_deletion_page found;
	int64_t total = 0;

	TOMB_TRY(tomb_filter_object(&v, f.object, &filter.object_id, err));
	TOMB_TRY(tomb_filter_day(&v, "from", false, &filter.since_us, err));
	TOMB_TRY(tomb_filter_day(&v, "to", true, &filter.until_us, err));
	TOMB_TRY(tomb_deletion_view_list(v.pg, v.actor, &filter, &pager.page, v.arena, &found, err));
	TOMB_TRY(tomb_deletion_view_count(v.pg, v.actor, &filter, &total, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	TOMB_TRY(fill_filters(&v, &f, &pager, &page, err));
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, "request");
	html_deletions(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
