/* /api/v1/institutions */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"

struct institutions_query {
	TOMB_API_PAGE_MEMBERS
};

static const struct tomb_form_field institutions_fields[] = {TOMB_API_PAGE_FIELDS(struct institutions_query)};

const struct tomb_form_table tomb_api_institutions_query = {institutions_fields, TOMB_COUNTOF(institutions_fields)};

enum tomb_code tomb_api_institutions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct institutions_query q = {.limit = 0};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_institution *found = NULL;
	size_t shown = 0;
	size_t n = 0;
	int64_t after = 0;
	bool has_more = false;

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_after(q.after, &after, err));
	TOMB_TRY(tomb_institution_list(ctx->link.pg, &ctx->actor, after, req->arena, &found, &n, err));
	shown = tomb_api_shown(q.limit, n);
	has_more = shown < n || n == TOMB_INSTITUTION_PAGE_MAX;
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < shown; i++)
		tomb_shape_institution(&w, &found[i]);
	return tomb_api_end_list_at(&w, req, res, has_more ? found[shown - 1].id : 0, err);
}

enum tomb_code tomb_api_institution(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_institution institution;

	TOMB_TRY(tomb_institution_show(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &institution, err));
	tomb_shape_institution(&w, &institution);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

struct require_body {
	bool required;
};

static const struct tomb_json_field require_fields[] = {
	{TOMB_JSON_FIELD("required", struct require_body, BOOL, required), .required = true},
};

enum tomb_code tomb_api_institution_require_totp(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct require_body body = {.required = false};

	TOMB_TRY(tomb_api_body(req, require_fields, TOMB_COUNTOF(require_fields), &body, err));
	TOMB_TRY(tomb_institution_require_totp(ctx->link.pg, &ctx->actor, req->params[0].id, body.required, err));
	return tomb_api_institution(ctx, req, res, err);
}
