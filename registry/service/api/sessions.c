/* /api/v1/sessions: where one is signed in */
#include "answer.h"
#include "api.h"
#include "shape.h"

enum tomb_code tomb_api_sessions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_session *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_session_list(ctx->link.pg, &ctx->actor, ctx->session, req->arena, &found, &n, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < n; i++)
		tomb_shape_session(&w, &found[i]);
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}

/* Whoever ends the session that they are in gets this answer yet, and is a stranger then. */
enum tomb_code tomb_api_session_end(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_session_end_one(ctx->link.pg, &ctx->actor, req->params[0].id, err));
	return tomb_api_sessions(ctx, req, res, err);
}

/* By an API key, there is no session but others. */
enum tomb_code tomb_api_sessions_end_others(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_TRY(tomb_api_body(req, NULL, 0, NULL, err));
	TOMB_TRY(tomb_session_end_others(ctx->link.pg, &ctx->actor, ctx->session, err));
	return tomb_api_sessions(ctx, req, res, err);
}
