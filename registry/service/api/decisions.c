/* /api/v1/deletions: asking for deletions and deciding about them */
#include "answer.h"
#include "api.h"
#include "deletion_show.h"
#include "gate.h"
#include "shape.h"
#include "step_up.h"
#include "tombstone/decision.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	IDS_MAX = 100000 /* named one by one in one call: what the route's largest body holds */
};

struct create_body {
	struct tomb_int8s object_ids;
	struct tomb_int8s file_ids;
	struct tomb_str reason;
	struct tomb_str reason_code;
};

static const struct tomb_json_field create_fields[] = {
	{TOMB_JSON_FIELD("object_ids", struct create_body, INTS, object_ids), .max = IDS_MAX, .item_min = 1,
		.item_max = INT64_MAX},
	{TOMB_JSON_FIELD("file_ids", struct create_body, INTS, file_ids), .max = IDS_MAX, .item_min = 1,
		.item_max = INT64_MAX},
	{TOMB_JSON_FIELD("reason", struct create_body, STR, reason), .max = TOMB_REQUEST_REASON_MAX},
	{TOMB_JSON_FIELD("reason_code", struct create_body, STR, reason_code), .max = 40},
};

enum tomb_code tomb_api_deletion_create(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct create_body body = {.reason = TOMB_STR(""), .reason_code = TOMB_STR("")};
	struct tomb_deletion_list list;
	struct tomb_deletion_request made;
	char location[64];

	TOMB_TRY(tomb_api_body(req, create_fields, TOMB_COUNTOF(create_fields), &body, err));
	list = (struct tomb_deletion_list){body.object_ids, body.file_ids, body.reason_code};
	TOMB_TRY(tomb_deletion_request_create(ctx->link.pg, &ctx->actor, &list, body.reason, &made, err));
	(void)snprintf(location, sizeof location, "/api/v1/deletions/%" PRId64, made.id);
	TOMB_TRY(tomb_response_header(res, "Location", tomb_str_from(location), err));
	return tomb_api_deletion_show(ctx, req, res, made.id, 201, err);
}

enum tomb_code tomb_api_deletion_preview(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct create_body body = {.reason = TOMB_STR("")};
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_deletion_preview preview;
	struct tomb_deletion_list list;

	TOMB_TRY(tomb_api_body(req, create_fields, TOMB_COUNTOF(create_fields), &body, err));
	list = (struct tomb_deletion_list){body.object_ids, body.file_ids, body.reason_code};
	TOMB_TRY(tomb_deletion_preview(ctx->link.pg, &ctx->actor, &list, req->arena, &preview, err));
	tomb_shape_preview(&w, &preview);
	return tomb_api_sent(&w, res, 200, err);
}

struct decide_body {
	struct tomb_str token;
	struct tomb_str totp;
};

static const struct tomb_json_field decide_fields[] = {
	{TOMB_JSON_FIELD("token", struct decide_body, STR, token), .required = true, .min = 1, .max = 200},
	{TOMB_JSON_FIELD("totp", struct decide_body, STR, totp), .max = 40},
};

/* Whoever tries tokens is slowed down: only a decision, or a good reason against one, gives the attempts back. */
static enum tomb_code decide(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	enum tomb_verdict_kind verdict, struct tomb_err *err)
{
	struct decide_body body = {.token = TOMB_STR(""), .totp = TOMB_STR("")};
	struct tomb_step_up proof;
	enum tomb_code code = TOMB_OK;
	int64_t deletion_id = 0;

	TOMB_TRY(tomb_api_body(req, decide_fields, TOMB_COUNTOF(decide_fields), &body, err));
	TOMB_TRY(tomb_gate_attempt(ctx, res, ctx->actor.email, err));
	proof = tomb_step_up_of(ctx, body.totp);
	code = tomb_decision_make_with(
		ctx->link.pg, &ctx->actor, req->params[0].id, verdict, body.token, &proof, &deletion_id, err);
	if (code != TOMB_FORBIDDEN && code != TOMB_INVAL && code != TOMB_STEP_UP)
		tomb_gate_forgive(ctx, ctx->actor.email);
	TOMB_TRY(code);
	return tomb_api_deletion_show(ctx, req, res, req->params[0].id, 200, err);
}

enum tomb_code tomb_api_deletion_approve(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return decide(ctx, req, res, TOMB_APPROVE, err);
}

enum tomb_code tomb_api_deletion_reject(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return decide(ctx, req, res, TOMB_REJECT, err);
}

enum tomb_code tomb_api_deletion_resend(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_approval_token_resend(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_api_deletion_show(ctx, req, res, req->params[0].id, 200, err);
}
