/* What a deletion takes: /api/v1/{objects,files,deletions}/{id}/impact */
#include "answer.h"
#include "api.h"
#include "shape.h"

static enum tomb_code send_impacts(
	struct tomb_request *req, struct tomb_response *res, const struct tomb_impacts *found, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);

	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found->n; i++)
		tomb_shape_impact(&w, &found->p[i]);
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}

enum tomb_code tomb_api_object_impact(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_object object;
	struct tomb_impacts found;

	TOMB_TRY(
		tomb_object_find(ctx->link.pg, &ctx->actor, req->params[0].id, TOMB_STR(""), req->arena, &object, err));
	TOMB_TRY(tomb_impact_of_list(ctx->link.pg, &ctx->actor,
		&(struct tomb_deletion_list){.object_ids = {&object.id, 1}}, req->arena, &found, err));
	return send_impacts(req, res, &found, err);
}

enum tomb_code tomb_api_file_impact(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_file file;
	struct tomb_impacts found;

	TOMB_TRY(tomb_file_find(ctx->link.pg, &ctx->actor, req->params[0].id, TOMB_STR(""), req->arena, &file, err));
	TOMB_TRY(tomb_impact_of_list(ctx->link.pg, &ctx->actor, &(struct tomb_deletion_list){.file_ids = {&file.id, 1}},
		req->arena, &found, err));
	return send_impacts(req, res, &found, err);
}

enum tomb_code tomb_api_deletion_impact(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_deletion_view view;
	struct tomb_impacts found;

	TOMB_TRY(tomb_deletion_view_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &view, err));
	TOMB_TRY(tomb_impact_of_request(ctx->link.pg, &ctx->actor, view.id, req->arena, &found, err));
	return send_impacts(req, res, &found, err);
}
