/* For supervisors, load balancers and programs: the process lives; the ledger answers; what can be asked. */
#include "api.h"

#include "tombstone/migrate.h"

static enum tomb_code say_ok(struct tomb_response *res)
{
	tomb_buf_put(&res->body, TOMB_STR("{\"status\":\"ok\"}\n"));
	res->content_type = "application/json; charset=utf-8";
	res->status = 200;
	return TOMB_OK;
}

enum tomb_code tomb_api_health(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)err;
	return say_ok(res);
}

enum tomb_code tomb_api_ready(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)req;
	TOMB_TRY(tomb_migrate_check(ctx->link.pg, err));
	return say_ok(res);
}

enum tomb_code tomb_api_openapi(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	const struct tomb_openapi *document = &ctx->registry->openapi;
	struct tomb_str etag = tomb_str_from(document->etag);

	TOMB_TRY(tomb_response_header(res, "ETag", etag, err));
	TOMB_TRY(tomb_response_header(res, "Cache-Control", TOMB_STR("public, no-cache"), err));
	res->is_cacheable = true;
	res->content_type = "application/json; charset=utf-8";
	res->status = tomb_etag_is_known(req, etag) ? 304 : 200;
	if (res->status == 200)
		res->fixed = document->text;
	return TOMB_OK;
}
