/* /api/v1/files, and the files of an object */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"

struct files_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str state;
	struct tomb_str identifier;
	struct tomb_str prefix;
	struct tomb_str order;
	int64_t institution_id;
	int64_t object_id;
};

static const struct tomb_form_field files_fields[] = {
	TOMB_API_PAGE_FIELDS(struct files_query),
	TOMB_FORM_TEXT(struct files_query, state, "state", 0, 1),
	TOMB_FORM_TEXT(struct files_query, identifier, "identifier", 0, 2048),
	TOMB_FORM_TEXT(struct files_query, prefix, "prefix", 0, 2048),
	TOMB_FORM_TEXT(struct files_query, order, "order", 0, 10),
	TOMB_FORM_INT(struct files_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_INT(struct files_query, object_id, "object_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
};

const struct tomb_form_table tomb_api_files_query = {files_fields, TOMB_COUNTOF(files_fields)};
/* All but the last one: the object is in the path. */
const struct tomb_form_table tomb_api_object_files_query = {files_fields, TOMB_COUNTOF(files_fields) - 1};

/* object_id, if not 0, is from the path. */
static enum tomb_code list(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t object_id,
	struct tomb_err *err)
{
	struct files_query q = {.limit = 0};
	struct tomb_api_order order;
	struct tomb_file_page found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, true, &order, err));
	TOMB_TRY(tomb_file_list(ctx->link.pg, &ctx->actor,
		&(struct tomb_file_filter){
			.institution_id = q.institution_id,
			.object_id = object_id != 0 ? object_id : q.object_id,
			.state = q.state,
			.identifier = q.identifier,
			.prefix = q.prefix,
			.by_name = order.by_name,
			.newest_first = order.newest_first,
		},
		&TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_file(&w, &found.p[i], NULL, NULL);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_files(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return list(ctx, req, res, 0, err);
}

enum tomb_code tomb_api_object_files(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return list(ctx, req, res, req->params[0].id, err);
}

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t id,
	struct tomb_str identifier, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_file_parts parts;
	struct tomb_pending pending;
	struct tomb_file file;

	TOMB_TRY(tomb_file_find(ctx->link.pg, &ctx->actor, id, identifier, req->arena, &file, err));
	TOMB_TRY(tomb_file_pending(ctx->link.pg, &ctx->actor, file.id, req->arena, &pending, err));
	TOMB_TRY(tomb_file_parts(ctx->link.pg, &ctx->actor, file.id, req->arena, &parts, err));
	tomb_shape_file(&w, &file, &pending, &parts);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

enum tomb_code tomb_api_file(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, req->params[0].id, TOMB_STR(""), err);
}

enum tomb_code tomb_api_file_named(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return show(ctx, req, res, 0, req->params[0].text, err);
}
