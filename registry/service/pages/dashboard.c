/* The first page: what waits for whoever has signed in, what is running, what was deleted, what is held. */
#include "pages.h"

#include "dashboard_charts.h"
#include "past.h"
#include "tombstone/dashboard.h"
#include "tombstone/permission.h"
#include "tombstone/work_item.h"

enum { SHOWN = 5 /* of each kind: the page leads to the lists, and is none */ };

static struct tomb_str more_of(struct tomb_view *v, const struct tomb_deletion_view *r)
{
	int64_t more = r->named_objects + r->named_files - 1;

	if (more <= 0)
		return TOMB_STR("");
	return tomb_view_text(v, "and %.*s", TOMB_STR_ARG(tomb_view_count(v, more, "more item")));
}

static enum tomb_code fill_to_decide(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_dashboard_requests found;
	struct html_dashboard_to_decide *rows = NULL;

	TOMB_TRY(tomb_dashboard_to_decide(v->pg, v->actor, SHOWN, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_to_decide, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu requests", found.n);
	for (size_t i = 0; i < found.n; i++) {
		const struct tomb_deletion_view *r = &found.p[i];

		rows[i] = (struct html_dashboard_to_decide){
			.id = r->id,
			.identifier = r->first_identifier,
			.more = more_of(v, r),
			.files = tomb_view_count(v, r->file_count, "file"),
			.bytes = r->byte_count,
			.institution = r->institution_name,
			.requested_by = tomb_past_person(v, r->requested_by_name, r->requested_by_email),
			.requested_at = r->requested_at_us,
			.reason = tomb_past_reason(v, r),
			.expires_at = r->expires_at_us,
		};
	}
	page->to_decide = rows;
	page->nto_decide = found.n;
	page->more_to_decide = found.has_more;
	return TOMB_OK;
}

static enum tomb_code fill_own(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_dashboard_requests found;
	struct html_dashboard_own *rows = NULL;

	TOMB_TRY(tomb_dashboard_own(v->pg, v->actor, SHOWN, v->arena, &found, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_own, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu requests", found.n);
	for (size_t i = 0; i < found.n; i++) {
		const struct tomb_deletion_view *r = &found.p[i];

		rows[i] = (struct html_dashboard_own){r->id, r->first_identifier, more_of(v, r),
			tomb_view_count(v, r->file_count, "file"), r->byte_count, r->requested_at_us, r->expires_at_us};
	}
	page->own = rows;
	page->nown = found.n;
	page->more_own = found.has_more;
	return TOMB_OK;
}

static enum tomb_code list_work(struct tomb_view *v, const char *status, const char *action,
	struct tomb_work_item_page *out, struct tomb_err *err)
{
	struct tomb_work_item_filter filter = {
		.status = tomb_str_from(status), .action = tomb_str_from(action), .newest_first = true};
	struct tomb_page first = {.limit = SHOWN};

	return tomb_work_item_list(v->pg, v->actor, &filter, &first, v->arena, out, err);
}

/* Operators look into what failed. */
static enum tomb_code fill_failed(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_work_item_page found;
	struct html_dashboard_failed *rows = NULL;

	if (!page->is_operator)
		return TOMB_OK;
	TOMB_TRY(list_work(v, "Failed", "", &found, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_failed, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu work items", found.n);
	for (size_t i = 0; i < found.n; i++) {
		const struct tomb_work_item *w = &found.p[i];

		rows[i] = (struct html_dashboard_failed){w->id, w->action,
			w->file_id != 0 ? w->file_identifier : w->object_identifier, w->institution_name, w->note,
			w->completed_at_us};
	}
	page->failed = rows;
	page->nfailed = found.n;
	page->more_failed = found.next.n > 0;
	return TOMB_OK;
}

static struct html_dashboard_running running_of(struct tomb_view *v, const struct tomb_dashboard_running *d)
{
	return (struct html_dashboard_running){
		.id = d->request.id,
		.identifier = d->request.first_identifier,
		.more = more_of(v, &d->request),
		.institution = d->request.institution_name,
		.label = tomb_view_text(v, "Progress of request %lld", (long long)d->request.id),
		.done = d->settled,
		.total = d->files > 0 ? d->files : 1,
		.text = tomb_view_text(v, "%.*s of %.*s settled", TOMB_STR_ARG(tomb_view_number(v, d->settled)),
			TOMB_STR_ARG(tomb_view_count(v, d->files, "file"))),
		.trouble = d->failed > 0 ? tomb_view_text(v, "%.*s not deleted",
						   TOMB_STR_ARG(tomb_view_count(v, d->failed, "file")))
					 : TOMB_STR(""),
	};
}

static enum tomb_code fill_running(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_dashboard_running *found = NULL;
	struct html_dashboard_running *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_dashboard_running(v->pg, v->actor, SHOWN + 1, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_running, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu deletions", n);
	page->more_running = n > SHOWN;
	page->nrunning = n > SHOWN ? SHOWN : n;
	for (size_t i = 0; i < page->nrunning; i++)
		rows[i] = running_of(v, &found[i]);
	page->running = rows;
	return TOMB_OK;
}

static enum tomb_code fill_tombstones(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_work_item_page found;
	struct html_dashboard_tombstones *rows = NULL;

	TOMB_TRY(list_work(v, "Success", "Delete", &found, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_tombstones, found.n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu work items", found.n);
	for (size_t i = 0; i < found.n; i++) {
		const struct tomb_work_item *w = &found.p[i];

		rows[i] = (struct html_dashboard_tombstones){
			.id = w->id,
			.object_id = w->object_id,
			.file_id = w->file_id,
			.identifier = w->file_id != 0 ? w->file_identifier : w->object_identifier,
			.institution = w->institution_name,
			.files = tomb_view_count(v, w->files_done, "file"),
			.bytes = w->bytes_done,
			.user = w->user_email,
			.approver = w->approver_email,
			.completed_at = w->completed_at_us,
			.request_id = w->request_id,
		};
	}
	page->tombstones = rows;
	page->ntombstones = found.n;
	return TOMB_OK;
}

static enum tomb_code fill_eligible(struct tomb_view *v, struct html_dashboard *page, struct tomb_err *err)
{
	struct tomb_dashboard_eligible *found = NULL;
	struct html_dashboard_eligible *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_dashboard_eligible(v->pg, v->actor, v->arena, &found, &n, err));
	rows = TOMB_NEW(v->arena, struct html_dashboard_eligible, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu months", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_dashboard_eligible){
			found[i].month, found[i].storage_option, tomb_view_number(v, found[i].files), found[i].bytes};
	page->eligible = rows;
	page->neligible = n;
	return TOMB_OK;
}

enum tomb_code tomb_page_dashboard(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_dashboard page = {
		.page = tomb_frame(ctx, req, "Dashboard", TOMB_SECTION_DASHBOARD),
		.with_institution = tomb_permission_of(v.actor, TOMB_MAY_DELETION_READ) == TOMB_SCOPE_ALL,
		.is_operator = tomb_permission_of(v.actor, TOMB_MAY_WORK_ITEM_REQUEUE) != TOMB_SCOPE_NONE,
		.decides = tomb_permission_of(v.actor, TOMB_MAY_DELETION_DECIDE) != TOMB_SCOPE_NONE,
	};

	TOMB_TRY(fill_to_decide(&v, &page, err));
	TOMB_TRY(fill_own(&v, &page, err));
	TOMB_TRY(fill_failed(&v, &page, err));
	page.nothing_waits = page.nto_decide + page.nown + page.nfailed == 0;
	TOMB_TRY(fill_running(&v, &page, err));
	TOMB_TRY(fill_tombstones(&v, &page, err));
	TOMB_TRY(tomb_dashboard_charts(&v, &page, err));
	TOMB_TRY(fill_eligible(&v, &page, err));
	html_dashboard(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}
