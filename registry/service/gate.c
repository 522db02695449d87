#include "gate.h"

#include "cookie.h"
#include "form.h"
#include "tombstone/api_key.h"
#include "tombstone/percent.h"

#include <inttypes.h>

enum { SIGN_IN_TARGET_MAX = 4096 }; /* where to go after signing in; a longer target starts at the front page */

enum tomb_code tomb_gate_attempt(
	struct tomb_ctx *ctx, struct tomb_response *res, struct tomb_str key, struct tomb_err *err)
{
	uint32_t wait_s = 0;

	if (tomb_limit_take(ctx->registry->limit, ctx->redis, TOMB_LIMIT_FAILURES, key, &wait_s))
		return TOMB_OK;
	res->retry_after_s = wait_s;
	return TOMB_FAIL(err, TOMB_RATE_LIMITED, "too many failed attempts: try again in %" PRIu32 " s", wait_s);
}

void tomb_gate_forgive(struct tomb_ctx *ctx, struct tomb_str key)
{
	tomb_limit_forgive(ctx->registry->limit, ctx->redis, TOMB_LIMIT_FAILURES, key);
}

/* Whoever asks too often waits: people each for themselves, strangers by address. */
static enum tomb_code slow_down(
	struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	enum tomb_limit_kind kind = ctx->is_signed_in ? TOMB_LIMIT_PERSON : TOMB_LIMIT_STRANGER;
	struct tomb_str key = ctx->is_signed_in ? ctx->actor.email : req->remote;
	uint32_t wait_s = 0;

	if (tomb_limit_take(ctx->registry->limit, ctx->redis, kind, key, &wait_s))
		return TOMB_OK;
	res->retry_after_s = wait_s;
	return TOMB_FAIL(err, TOMB_RATE_LIMITED, "too many requests: go on in %" PRIu32 " s", wait_s);
}

/* A key that is none counts against the address and the account that were given.  A right one is never held up by the
 * failures of others, and needs no forgiving. */
static enum tomb_code count_wrong_key(
	struct tomb_ctx *ctx, const struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_str email = tomb_request_header(req, TOMB_STR("X-Pharos-API-User"));
	struct tomb_err why = *err;

	tomb_log(ctx->registry->log, TOMB_EV_SIGN_IN_FAILED, TOMB_KV("by", "api key"), TOMB_KV_S("user", email),
		TOMB_KV_S("remote", req->remote));
	TOMB_TRY(tomb_gate_attempt(ctx, res, req->remote, err));
	TOMB_TRY(tomb_gate_attempt(ctx, res, email, err));
	*err = why;
	return why.code;
}

enum tomb_code tomb_gate_same_site(const struct tomb_request *req, struct tomb_err *err)
{
	struct tomb_str from = tomb_request_header(req, TOMB_STR("Sec-Fetch-Site"));

	if (!from.p || tomb_str_eq(from, TOMB_STR("same-origin")) || tomb_str_eq(from, TOMB_STR("none")))
		return TOMB_OK;
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "the form was sent by another site");
}

static void forget(struct tomb_ctx *ctx)
{
	ctx->is_signed_in = false;
	ctx->is_by_key = false;
	ctx->session = TOMB_STR("");
	ctx->csrf[0] = '\0';
}

/* X-Pharos-API-User and X-Pharos-API-Key: the names that existing clients send (spec/aptrust.md §3.1). */
static enum tomb_code ask_key(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, bool *found, struct tomb_err *err)
{
	struct tomb_str email = tomb_request_header(req, TOMB_STR("X-Pharos-API-User"));
	struct tomb_str key = tomb_request_header(req, TOMB_STR("X-Pharos-API-Key"));
	enum tomb_code code = TOMB_OK;

	*found = false;
	if (!email.p && !key.p)
		return TOMB_OK;
	if (!email.p || !key.p)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "X-Pharos-API-User and X-Pharos-API-Key go together");
	code = tomb_api_key_find(ctx->link.pg, email, key, TOMB_VIA_API, req->arena, &ctx->actor, err);
	if (code == TOMB_UNAUTHENTICATED)
		return count_wrong_key(ctx, req, res, err);
	TOMB_TRY(code);
	ctx->is_signed_in = true;
	ctx->is_by_key = true;
	*found = true;
	return TOMB_OK;
}

/* A session that is over is no error: its holder is a stranger again. */
static enum tomb_code ask_session(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_err *err)
{
	struct tomb_str token = {NULL, 0};
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_cookie_get(req, TOMB_STR(TOMB_GATE_COOKIE), &token, err));
	if (!token.p)
		return TOMB_OK;
	code = tomb_session_find(ctx->link.pg, token, TOMB_VIA_WEB, req->arena, &ctx->actor, &why);
	if (code == TOMB_UNAUTHENTICATED || code == TOMB_INVAL)
		return TOMB_OK;
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	ctx->is_signed_in = true;
	ctx->session = token;
	tomb_session_csrf(token, ctx->csrf);
	return TOMB_OK;
}

/* What changes something by cookie carries the session's secret, in a form field or a header. */
static enum tomb_code check_csrf(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_err *err)
{
	struct tomb_str given = tomb_request_header(req, TOMB_STR("X-CSRF-Token"));
	struct tomb_fields fields = {NULL, 0};
	const struct tomb_field *field = NULL;

	if (!given.p && tomb_request_is_type(req, TOMB_STR("application/x-www-form-urlencoded"))) {
		TOMB_TRY(tomb_fields_parse(req->body, req->arena, &fields, err));
		field = tomb_fields_next(fields, TOMB_STR("csrf"), NULL);
		if (field)
			given = field->value;
	}
	if (!given.p || !tomb_session_csrf_ok(ctx->session, given))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "this form is no longer valid: load the page again and repeat");
	return TOMB_OK;
}

static enum tomb_code check_permission(const struct tomb_ctx *ctx, unsigned access, struct tomb_err *err)
{
	enum tomb_permission permission = tomb_access_permission(access);

	if (access == TOMB_ACCESS_PERSON || tomb_permission_of(&ctx->actor, permission) != TOMB_SCOPE_NONE)
		return TOMB_OK;
	return tomb_permission_refuse(permission, err);
}

enum tomb_code tomb_gate_sign_in(struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(4UL * SIGN_IN_TARGET_MAX);
	struct tomb_str made;

	if (req->wants != TOMB_WANTS_HTML || req->method != TOMB_GET)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "API credentials are missing or invalid.");
	tomb_buf_put(&path, TOMB_STR("/sign_in"));
	if (req->target.n > 1 && req->target.n <= SIGN_IN_TARGET_MAX) {
		tomb_buf_put(&path, TOMB_STR("?return_to="));
		tomb_percent_encode(&path, req->target);
	}
	TOMB_TRY(tomb_buf_done(&path, &made, err));
	return tomb_response_redirect(res, made, err);
}

enum tomb_code tomb_gate_before(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	bool by_key = false;

	forget(ctx);
	if (req->route && req->route->access == TOMB_ACCESS_ANYONE && req->method == TOMB_GET && !req->route->flags)
		return TOMB_OK;
	if (!tomb_link_is_up(&ctx->link))
		return TOMB_FAIL(
			err, TOMB_DB_DOWN, "the ledger cannot be reached at the moment: try again in a minute");
	TOMB_TRY(ask_key(ctx, req, res, &by_key, err));
	if (!by_key)
		TOMB_TRY(ask_session(ctx, req, err));
	TOMB_TRY(slow_down(ctx, req, res, err));
	if (req->method != TOMB_GET && req->method != TOMB_HEAD && !ctx->is_by_key)
		TOMB_TRY(tomb_gate_same_site(req, err));
	if (!req->route || req->route->access == TOMB_ACCESS_ANYONE)
		return TOMB_OK;
	if (!ctx->is_signed_in)
		return tomb_gate_sign_in(req, res, err);
	if (req->method != TOMB_GET && !ctx->is_by_key)
		TOMB_TRY(check_csrf(ctx, req, err));
	return check_permission(ctx, req->route->access, err);
}
