/* The second step of signing in: the code. */
#include "pages.h"

#include "cookie.h"
#include "form.h"
#include "frame.h"
#include "gate.h"
#include "session_cookie.h"
#include "step_up.h"
#include "tombstone/secret.h"

enum { TARGET_MAX = 4096 }; /* bytes of where to go after signing in */

struct code_form {
	struct tomb_str code;
	struct tomb_str csrf;
	struct tomb_str return_to;
};

static const struct tomb_form_field code_fields[] = {
	TOMB_FORM_TEXT(struct code_form, code, "code", 0, 100),
	TOMB_FORM_TEXT(struct code_form, csrf, "csrf", 0, 100),
	TOMB_FORM_TEXT(struct code_form, return_to, "return_to", 0, TARGET_MAX),
};

static enum tomb_code show_code(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	struct tomb_str token, struct tomb_str return_to, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("code")};
	struct html_sign_in_code v = {
		.page = tomb_frame(ctx, req, "Sign in", TOMB_SECTION_NONE),
		.return_to = return_to,
	};
	struct tomb_str body;

	tomb_session_csrf(token, ctx->csrf);
	v.page.csrf = tomb_str_from(ctx->csrf);
	if (problem) {
		item.text = tomb_frame_sentence(req->arena, problem->text);
		v.problems = (struct html_problems){&item, 1};
	}
	html_sign_in_code(&res->body, &v);
	TOMB_TRY(tomb_buf_done(&res->body, &body, err));
	tomb_frame_sent(res, problem ? (unsigned)tomb_code_http(problem->code) : 200);
	return TOMB_OK;
}

/* Whose first step the cookie is; without one, back to it. */
static enum tomb_code find_half(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_str *token,
	struct tomb_actor *actor, struct tomb_err *err)
{
	TOMB_TRY(tomb_cookie_get(req, TOMB_STR(TOMB_GATE_COOKIE), token, err));
	if (!token->p)
		*token = TOMB_STR("");
	return tomb_session_half_find(ctx->link.pg, *token, req->arena, actor, err);
}

enum tomb_code tomb_page_sign_in_code(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_str return_to = tomb_request_query(req, TOMB_STR("return_to"));
	struct tomb_actor actor;
	struct tomb_str token;
	enum tomb_code code = find_half(ctx, req, &token, &actor, err);

	if (code == TOMB_UNAUTHENTICATED)
		return tomb_response_redirect(res, TOMB_STR("/sign_in"), err);
	TOMB_TRY(code);
	return show_code(ctx, req, res, token, return_to.p ? return_to : TOMB_STR(""), NULL, err);
}

static enum tomb_code try_code(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	struct tomb_str token, struct tomb_str given, struct tomb_err *err)
{
	struct tomb_sign_in in = tomb_session_cookie_of(ctx, req);
	struct tomb_step_up proof = tomb_step_up_of(ctx, given);
	char fresh[TOMB_TOKEN_TEXT];
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_gate_attempt(ctx, res, req->remote, err));
	code = tomb_user_sign_in_code(ctx->link.pg, token, &in, &proof, req->arena, &ctx->actor, fresh, err);
	if (code != TOMB_OK) {
		tomb_log(ctx->registry->log, TOMB_EV_SIGN_IN_FAILED, TOMB_KV("by", "code"),
			TOMB_KV_S("remote", req->remote));
		return code;
	}
	tomb_gate_forgive(ctx, req->remote);
	tomb_log(ctx->registry->log, TOMB_EV_SIGN_IN, TOMB_KV_S("user", ctx->actor.email),
		TOMB_KV_S("remote", req->remote));
	code = tomb_session_cookie_set(
		req, res, tomb_str_from(fresh), ctx->registry->config->session_hours * 3600, err);
	tomb_wipe(fresh, sizeof fresh);
	return code;
}

enum tomb_code tomb_page_sign_in_code_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct code_form form = {.return_to = TOMB_STR("")};
	struct tomb_fields fields;
	struct tomb_actor actor;
	struct tomb_str token;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_gate_same_site(req, err));
	TOMB_TRY(tomb_fields_parse(req->body, req->arena, &fields, err));
	TOMB_TRY(tomb_form_read(
		fields, code_fields, TOMB_COUNTOF(code_fields), TOMB_FORM_LOOSE, req->arena, &form, err));
	code = find_half(ctx, req, &token, &actor, err);
	if (code == TOMB_UNAUTHENTICATED)
		return tomb_response_redirect(res, TOMB_STR("/sign_in?notice=too-slow"), err);
	TOMB_TRY(code);
	if (!tomb_session_csrf_ok(token, form.csrf))
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "this form is no longer valid: sign in again");
	code = try_code(ctx, req, res, token, form.code, &why);
	if (code == TOMB_STEP_UP || code == TOMB_RATE_LIMITED)
		return show_code(ctx, req, res, token, form.return_to, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return tomb_session_cookie_go_on(res, form.return_to, err);
}
