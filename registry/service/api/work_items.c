/* /api/v1/work-items and /api/v1/stop-switch */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"
#include "tombstone/cancel.h"
#include "tombstone/plan.h"

struct items_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str action;
	struct tomb_str status;
	struct tomb_str order;
	int64_t institution_id;
	int64_t object_id;
	int64_t file_id;
	int64_t request_id;
};

static const struct tomb_form_field items_fields[] = {
	TOMB_API_PAGE_FIELDS(struct items_query),
	TOMB_FORM_TEXT(struct items_query, action, "action", 0, 20),
	TOMB_FORM_TEXT(struct items_query, status, "status", 0, 20),
	TOMB_FORM_TEXT(struct items_query, order, "order", 0, 10),
	TOMB_FORM_INT(struct items_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct items_query, object_id, "object_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct items_query, file_id, "file_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct items_query, request_id, "request_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

const struct tomb_form_table tomb_api_work_items_query = {items_fields, TOMB_COUNTOF(items_fields)};

enum tomb_code tomb_api_work_items(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct items_query q = {.limit = 0};
	struct tomb_api_order order;
	struct tomb_work_item_page found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, false, &order, err));
	TOMB_TRY(tomb_work_item_list(ctx->link.pg, &ctx->actor,
		&(struct tomb_work_item_filter){
			.institution_id = q.institution_id,
			.action = q.action,
			.status = q.status,
			.object_id = q.object_id,
			.file_id = q.file_id,
			.request_id = q.request_id,
			.newest_first = order.newest_first,
		},
		&TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_work_item(&w, &found.p[i]);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_work_item(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_work_item item;

	TOMB_TRY(tomb_work_item_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &item, err));
	tomb_shape_work_item(&w, &item);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

enum tomb_code tomb_api_work_item_requeue(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_work_item_requeue(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_api_work_item(ctx, req, res, err);
}

enum { UTF8_MAX = 4 }; /* bytes of a character */

struct cancel_body {
	struct tomb_str reason;
};

static const struct tomb_json_field cancel_fields[] = {
	{TOMB_JSON_FIELD("reason", struct cancel_body, STR, reason), .required = true, .min = 1,
		.max = (int64_t)TOMB_CANCEL_REASON_MAX * UTF8_MAX},
};

enum tomb_code tomb_api_work_item_cancel(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct cancel_body body = {.reason = TOMB_STR("")};

	TOMB_TRY(tomb_api_body(req, cancel_fields, TOMB_COUNTOF(cancel_fields), &body, err));
	TOMB_TRY(tomb_work_item_cancel(ctx->link.pg, &ctx->actor, req->params[0].id, body.reason, err));
	return tomb_api_work_item(ctx, req, res, err);
}

enum tomb_code tomb_api_stop_switch(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_stop_switch state;

	TOMB_TRY(tomb_stop_switch_get(ctx->link.pg, req->arena, &state, err));
	tomb_shape_stop_switch(&w, &state);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

struct stop_body {
	bool on;
	struct tomb_str reason;
};

static const struct tomb_json_field stop_fields[] = {
	{TOMB_JSON_FIELD("on", struct stop_body, BOOL, on), .required = true},
	{TOMB_JSON_FIELD("reason", struct stop_body, STR, reason), .max = 2000},
};

enum tomb_code tomb_api_stop_switch_set(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct stop_body body = {.reason = TOMB_STR("")};

	TOMB_TRY(tomb_api_body(req, stop_fields, TOMB_COUNTOF(stop_fields), &body, err));
	TOMB_TRY(tomb_stop_switch_set(ctx->link.pg, &ctx->actor, body.on, body.reason, err));
	return tomb_api_stop_switch(ctx, req, res, err);
}
