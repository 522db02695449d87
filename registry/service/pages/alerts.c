/* What one was told of, with marks of what one has read. */
#include "pages.h"

#include "form.h"
#include "pager.h"
#include "tombstone/alert.h"

#include <inttypes.h>

/* As the ledger writes them. */
static const struct tomb_str types[] = {{"Deletion Requested", 18}, {"Deletion Confirmed", 18},
	{"Deletion Cancelled", 18}, {"Deletion Completed", 18}, {"Deletion Failed", 15}};

static enum tomb_code fill_types(
	struct tomb_view *v, struct tomb_str type, struct html_alerts *page, struct tomb_err *err)
{
	struct html_alerts_types *made = TOMB_NEW(v->arena, struct html_alerts_types, TOMB_COUNTOF(types));

	if (!made)
		return TOMB_FAIL(err, TOMB_NOMEM, "types of alerts");
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		made[i] = (struct html_alerts_types){.name = types[i], .is_selected = tomb_str_eq(type, types[i])};
	page->types = made;
	page->ntypes = TOMB_COUNTOF(types);
	return TOMB_OK;
}

static enum tomb_code fill_rows(
	struct tomb_view *v, const struct tomb_alert_page *found, struct html_alerts *page, struct tomb_err *err)
{
	struct html_alerts_rows *rows = TOMB_NEW(v->arena, struct html_alerts_rows, found->n);

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu rows", found->n);
	for (size_t i = 0; i < found->n; i++)
		rows[i] = (struct html_alerts_rows){
			.id = found->p[i].id,
			.subject = found->p[i].subject,
			.request_id = found->p[i].request_id,
			.institution = found->p[i].institution_name,
			.created_at = found->p[i].created_at_us,
			.is_unread = found->p[i].read_at_us == 0,
		};
	page->rows = rows;
	page->nrows = found->n;
	return TOMB_OK;
}

enum tomb_code tomb_page_alerts(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str type = tomb_view_query(&v, "type");
	struct tomb_str read = tomb_view_query(&v, "read");
	struct tomb_alert_filter filter = {
		.user_id = ctx->actor.user_id, .type = type, .is_unread = tomb_str_eq(read, TOMB_STR("no"))};
	struct tomb_pager pager = tomb_pager_of(&v, TOMB_STR("/alerts"), "", TOMB_PAGE_DEFAULT);
	struct html_alerts page = {
		.page = tomb_frame(ctx, req, "Alerts", TOMB_SECTION_ALERTS),
		.is_unread = filter.is_unread,
		.is_filtered = type.n > 0 || filter.is_unread,
	};
	struct tomb_alert_page found;
	int64_t total = 0;

	TOMB_TRY(tomb_alert_list(v.pg, v.actor, &filter, &pager.page, v.arena, &found, err));
	TOMB_TRY(tomb_alert_count(v.pg, v.actor, &filter, &total, err));
	TOMB_TRY(fill_types(&v, type, &page, err));
	TOMB_TRY(fill_rows(&v, &found, &page, err));
	tomb_pager_keep(&pager, "type", type);
	tomb_pager_keep(&pager, "read", read);
	page.pager = tomb_pager_links(&v, &pager, found.n, found.next, total, "alert");
	html_alerts(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

enum tomb_code tomb_page_alert(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_alert a;
	struct html_alert page;

	TOMB_TRY(tomb_alert_find(v.pg, v.actor, v.id, v.arena, &a, err));
	page = (struct html_alert){
		.page = tomb_frame(ctx, req, "Alert", TOMB_SECTION_ALERTS),
		.id = a.id,
		.subject = a.subject,
		.type = a.type,
		.institution = a.institution_name,
		.user = a.user_email,
		.content = a.content,
		.request_id = a.request_id,
		.created_at = a.created_at_us,
		.sent_at = a.sent_at_us,
		.read_at = a.read_at_us,
		.is_request = tomb_str_eq(a.type, types[0]),
		.is_own = a.user_id == ctx->actor.user_id,
	};
	page.page.title = tomb_view_text(&v, "Alert: %.*s", TOMB_STR_ARG(a.subject));
	html_alert(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

struct chosen {
	struct tomb_ints ids;
};

static const struct tomb_form_field chosen_form[] = {
	TOMB_FORM_INTS(struct chosen, ids, "id__in", 0, TOMB_PAGE_MAX),
};

/* None chosen marks none: the page is shown again. */
static enum tomb_code mark(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, bool is_read, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct chosen chosen = {.ids = {NULL, 0}};
	struct tomb_fields fields;
	int64_t changed = 0;

	TOMB_TRY(tomb_fields_parse(req->body, req->arena, &fields, err));
	TOMB_TRY(tomb_form_read(
		fields, chosen_form, TOMB_COUNTOF(chosen_form), TOMB_FORM_LOOSE, req->arena, &chosen, err));
	TOMB_TRY(tomb_alert_mark(
		v.pg, v.actor, (struct tomb_int8s){chosen.ids.p, chosen.ids.n}, is_read, &changed, err));
	if (chosen.ids.n == 0)
		return tomb_view_redirect(&v, err, "/alerts?notice=none-chosen");
	return tomb_view_redirect(&v, err, "/alerts?notice=%s", is_read ? "marked-read" : "marked-unread");
}

enum tomb_code tomb_page_alerts_read(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return mark(ctx, req, res, true, err);
}

enum tomb_code tomb_page_alerts_unread(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return mark(ctx, req, res, false, err);
}

enum tomb_code tomb_page_alerts_all_read(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	int64_t changed = 0;

	TOMB_TRY(tomb_alert_mark_all(v.pg, v.actor, &changed, err));
	return tomb_view_redirect(&v, err, "/alerts?notice=marked-read");
}
