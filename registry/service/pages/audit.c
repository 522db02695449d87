/* The audit log, for admins and operators. */
#include "pages.h"

#include "audit_filter.h"
#include "pager.h"
#include "tombstone/permission.h"

static struct html_audit_rows row_of(struct tomb_view *v, const struct tomb_audit_view *e)
{
	return (struct html_audit_rows){
		.id = e->id,
		.at = e->at_us,
		.actor = e->actor,
		.via = e->via,
		.verb = e->verb,
		.institution = e->institution_name,
		.subject = e->subject,
		.detail = e->detail,
		.digest = tomb_view_hex(v, e->list_digest),
		.seq = e->seq,
		.hash = tomb_view_hex(v, e->hash),
	};
}

static enum tomb_code fill_rows(
	struct tomb_view *v, const struct tomb_audit_view_page *found, struct html_audit *page, struct tomb_err *err)
{
	struct html_audit_rows *rows = TOMB_NEW(v->arena, struct html_audit_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++)
		rows[i] = row_of(v, &found->p[i]);
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

static enum tomb_code fill_chain(struct tomb_view *v, struct html_audit *page, struct tomb_err *err)
{
	struct tomb_audit_chain chain;
	struct tomb_str more = TOMB_STR("");

	TOMB_TRY(tomb_audit_view_chain(v->pg, v->actor, v->arena, &chain, err));
	page->seq = chain.seq;
	page->sealed_at = chain.sealed_at_us;
	page->head = tomb_view_hex(v, chain.hash);
	if (chain.waiting >= TOMB_AUDIT_WAITING_MAX)
		more = TOMB_STR(" or more");
	page->waiting = tomb_view_text(
		v, "%.*s%.*s", TOMB_STR_ARG(tomb_view_count(v, chain.waiting, "entry")), TOMB_STR_ARG(more));
	return TOMB_OK;
}

enum tomb_code tomb_page_audit(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/audit"), "", TOMB_PAGE_DEFAULT);
	struct html_audit page = {
		.page = tomb_frame(ctx, req, "Audit", TOMB_SECTION_AUDIT),
		.from = tomb_view_query(&v, "from"),
		.to = tomb_view_query(&v, "to"),
		.with_institution = tomb_permission_of(&ctx->actor, TOMB_MAY_AUDIT_READ) == TOMB_SCOPE_ALL,
	};
	struct tomb_audit_view_filter filter;
	struct tomb_audit_view_page found;

	TOMB_TRY(tomb_audit_filter_of(&v, &filter, err));
	TOMB_TRY(tomb_audit_view_list(v.pg, v.actor, &filter, &pager.page, v.arena, &found, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	TOMB_TRY(fill_chain(&v, &page, err));
	page.actor = filter.actor;
	page.verb = filter.verb;
	page.subject = filter.subject;
	tomb_pager_keep(&pager, "actor", page.actor);
	tomb_pager_keep(&pager, "verb", page.verb);
	tomb_pager_keep(&pager, "subject", page.subject);
	tomb_pager_keep(&pager, "from", page.from);
	tomb_pager_keep(&pager, "to", page.to);
	page.is_filtered = pager.nkept > 0;
	if (found.n > 0)
		page.csv = tomb_pager_filtered(&v, &pager, TOMB_STR("/audit/csv"));
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, -1, "Record");
	html_audit(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
