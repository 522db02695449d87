#include "serve.h"

static enum tomb_code handle(const struct tomb_service *service, struct tomb_ctx *ctx, struct tomb_request *req,
	struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_str body = {0};

	if (service->before)
		TOMB_TRY(service->before(ctx, req, res, err));
	if (res->status == 0) {
		if (!req->route && req->allowed)
			return TOMB_FAIL(
				err, TOMB_METHOD, "this address does not take %s", tomb_method_name(req->method));
		if (!req->route)
			return TOMB_FAIL(err, TOMB_NOTFOUND, "no page has the address %.*s", TOMB_STR_ARG(req->path));
		TOMB_TRY((service->handle ? service->handle : req->route->handler)(ctx, req, res, err));
	}
	return tomb_buf_done(&res->body, &body, err);
}

static enum tomb_code render(const struct tomb_service *service, struct tomb_ctx *ctx, struct tomb_request *req,
	struct tomb_response *res, const struct tomb_err *what, struct tomb_err *err)
{
	struct tomb_str body = {0};

	if (!service->on_error)
		return TOMB_FAIL(err, TOMB_BUG, "no error pages");
	TOMB_TRY(service->on_error(ctx, req, res, what, err));
	if (res->status == 0)
		res->status = (unsigned)tomb_code_http(what->code);
	TOMB_TRY(tomb_buf_done(&res->body, &body, err));
	return tomb_response_finish(res, req, err);
}

void tomb_serve_refusal(const struct tomb_service *service, const struct tomb_request *req, struct tomb_response *res,
	unsigned status, const struct tomb_err *what)
{
	enum tomb_code code = TOMB_OK;
	struct tomb_err err;

	tomb_response_reset(res);
	if (service->on_refusal)
		code = service->on_refusal(req, res, status, what, &err);
	else
		code = tomb_response_refusal(res, req, status, what, &err);
	if (code == TOMB_OK && tomb_response_finish(res, req, &err) == TOMB_OK)
		return;
	/* No memory even for that: a bare status is still an answer. */
	status = res->status;
	tomb_response_reset(res);
	res->status = status;
}

bool tomb_serve(const struct tomb_service *service, struct tomb_ctx *ctx, struct tomb_request *req,
	struct tomb_response *res, struct tomb_err *failure)
{
	struct tomb_err err;

	if (handle(service, ctx, req, res, failure) == TOMB_OK) {
		if (res->status == 0)
			res->status = 200;
		if (tomb_response_finish(res, req, failure) == TOMB_OK)
			return true;
	}
	tomb_response_reset(res);
	if (render(service, ctx, req, res, failure, &err) != TOMB_OK)
		tomb_serve_refusal(service, req, res, 0, failure);
	return false;
}
