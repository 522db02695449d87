/* /api/v1/objects */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"

struct objects_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str state;
	struct tomb_str prefix;
	struct tomb_str order;
	int64_t institution_id;
	bool counts;
};

static const struct tomb_form_field objects_fields[] = {
	TOMB_API_PAGE_FIELDS(struct objects_query),
	TOMB_FORM_TEXT(struct objects_query, state, "state", 0, 1),
	TOMB_FORM_TEXT(struct objects_query, prefix, "prefix", 0, 2048),
	TOMB_FORM_TEXT(struct objects_query, order, "order", 0, 10),
	TOMB_FORM_INT(struct objects_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_BOOL(struct objects_query, counts, "counts"),
};

const struct tomb_form_table tomb_api_objects_query = {objects_fields, TOMB_COUNTOF(objects_fields)};

enum tomb_code tomb_api_objects(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct objects_query q = {.limit = 0};
	struct tomb_api_order order;
	struct tomb_object_page found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, true, &order, err));
	TOMB_TRY(tomb_object_list(ctx->link.pg, &ctx->actor,
		&(struct tomb_object_filter){
			.institution_id = q.institution_id,
			.state = q.state,
			.prefix = q.prefix,
			.by_name = order.by_name,
			.newest_first = order.newest_first,
			.with_counts = q.counts,
		},
		&TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_object(&w, &found.p[i], q.counts, NULL);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t id,
	struct tomb_str identifier, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_object object;
	struct tomb_pending pending;

	TOMB_TRY(tomb_object_find(ctx->link.pg, &ctx->actor, id, identifier, req->arena, &object, err));
	TOMB_TRY(tomb_object_pending(ctx->link.pg, &ctx->actor, object.id, req->arena, &pending, err));
	tomb_shape_object(&w, &object, true, &pending);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

enum tomb_code tomb_api_object(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, req->params[0].id, TOMB_STR(""), err);
}

enum tomb_code tomb_api_object_named(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, 0, req->params[0].text, err);
}

enum tomb_code tomb_api_object_formats(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_format_share *found = NULL;
	struct tomb_object object;
	size_t n = 0;

	TOMB_TRY(
		tomb_object_find(ctx->link.pg, &ctx->actor, req->params[0].id, TOMB_STR(""), req->arena, &object, err));
	TOMB_TRY(tomb_object_formats(ctx->link.pg, &ctx->actor, object.id, TOMB_PAGE_MAX, req->arena, &found, &n, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < n; i++) {
		tomb_json_begin_object(&w, NULL);
		tomb_json_str(&w, "file_format", found[i].file_format);
		tomb_json_int(&w, "files", found[i].files);
		tomb_json_int(&w, "bytes", found[i].bytes);
		tomb_json_end_object(&w);
	}
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}
