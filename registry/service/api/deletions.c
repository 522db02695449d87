/* /api/v1/deletions: requests, read */
#include "answer.h"
#include "api.h"
#include "deletion_show.h"
#include "pages/pages.h"
#include "query.h"
#include "shape.h"

struct deletions_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str state;
	struct tomb_str order;
	struct tomb_str outcome;
	struct tomb_str requester;
	struct tomb_str from;
	struct tomb_str to;
	int64_t institution_id;
	int64_t object_id;
};

static const struct tomb_form_field list_fields[] = {
	TOMB_API_PAGE_FIELDS(struct deletions_query),
	TOMB_FORM_TEXT(struct deletions_query, state, "state", 0, 10),
	TOMB_FORM_TEXT(struct deletions_query, order, "order", 0, 10),
	TOMB_FORM_TEXT(struct deletions_query, requester, "requester", 0, 300),
	TOMB_FORM_TEXT(struct deletions_query, from, "from", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_TEXT(struct deletions_query, to, "to", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_INT(struct deletions_query, object_id, "object_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct deletions_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

static const struct tomb_form_field files_fields[] = {
	TOMB_API_PAGE_FIELDS(struct deletions_query),
	TOMB_FORM_TEXT(struct deletions_query, outcome, "outcome", 0, 10),
};

static const struct tomb_form_field items_fields[] = {
	TOMB_API_PAGE_FIELDS(struct deletions_query),
};

const struct tomb_form_table tomb_api_deletions_query = {list_fields, TOMB_COUNTOF(list_fields)};
const struct tomb_form_table tomb_api_deletion_files_query = {files_fields, TOMB_COUNTOF(files_fields)};
const struct tomb_form_table tomb_api_deletion_items_query = {items_fields, TOMB_COUNTOF(items_fields)};

enum tomb_code tomb_api_deletions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct deletions_query q = {.limit = 0};
	struct tomb_deletion_filter filter;
	struct tomb_api_order order;
	struct tomb_deletion_page found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, false, &order, err));
	filter = (struct tomb_deletion_filter){
		.institution_id = q.institution_id,
		.state = q.state,
		.object_id = q.object_id,
		.requester = q.requester,
		.newest_first = order.newest_first,
	};
	TOMB_TRY(tomb_api_moment(q.from, "from", &filter.since_us, err));
	TOMB_TRY(tomb_api_moment(q.to, "to", &filter.until_us, err));
	TOMB_TRY(tomb_deletion_view_list(
		ctx->link.pg, &ctx->actor, &filter, &TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_deletion(&w, &found.p[i], NULL);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_deletion_show(struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res,
	int64_t request_id, unsigned status, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_progress progress;
	struct tomb_deletion_view view;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, request_id, req->arena, &view, err));
	TOMB_TRY(tomb_deletion_view_progress(ctx->link.pg, &ctx->actor, &view, &progress, err));
	tomb_shape_deletion(&w, &view, &progress);
	return tomb_api_sent_thing(&w, req, res, status, err);
}

enum tomb_code tomb_api_deletion(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return tomb_api_deletion_show(ctx, req, res, req->params[0].id, 200, err);
}

enum tomb_code tomb_api_deletion_progress(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_progress progress;
	struct tomb_deletion_view view;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &view, err));
	TOMB_TRY(tomb_deletion_view_progress(ctx->link.pg, &ctx->actor, &view, &progress, err));
	tomb_shape_progress(&w, NULL, &progress);
	return tomb_api_sent(&w, res, 200, err);
}

enum tomb_code tomb_api_deletion_items(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct deletions_query q = {.limit = 0};
	struct tomb_deletion_items found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_deletion_view_items(
		ctx->link.pg, &ctx->actor, req->params[0].id, &TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_deletion_item(&w, &found.p[i]);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_deletion_files(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct deletions_query q = {.limit = 0};
	struct tomb_deletion_files_filter filter = {.request_id = req->params[0].id};
	struct tomb_deletion_files found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	filter.outcome = q.outcome;
	TOMB_TRY(tomb_deletion_view_files(
		ctx->link.pg, &ctx->actor, &filter, &TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_deletion_file(&w, &found.p[i]);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_deletion_copies(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_copies *copies = NULL;
	struct tomb_deletion_view view;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &view, err));
	TOMB_TRY(tomb_deletion_view_copies(ctx->link.pg, &ctx->actor, &view, req->arena, &copies, &n, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < n; i++)
		tomb_shape_deletion_copies(&w, &copies[i]);
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}

enum tomb_code tomb_api_deletion_recipients(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_recipient *found = NULL;
	struct tomb_deletion_view view;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &view, err));
	TOMB_TRY(tomb_deletion_view_recipients(ctx->link.pg, &ctx->actor, view.id, req->arena, &found, &n, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < n; i++) {
		tomb_json_begin_object(&w, NULL);
		tomb_json_str(&w, "name", found[i].name);
		tomb_json_str(&w, "email", found[i].email);
		tomb_api_time(&w, "mailed_at", found[i].mailed_at_us);
		tomb_json_end_object(&w);
	}
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}

/* The table of the page, byte for byte. */
enum tomb_code tomb_api_deletion_csv(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return tomb_page_deletion_csv(ctx, req, res, err);
}
