/* Signing in and out; the front page; files of the design. */
#include "pages.h"

#include "form.h"
#include "frame.h"
#include "gate.h"
#include "session_cookie.h"
#include "static.embed.h"
#include "static.h"
#include "tombstone/percent.h"
#include "tombstone/secret.h"

enum { TARGET_MAX = 4096 }; /* bytes of where to go after signing in */

struct sign_in_form {
	struct tomb_str email;
	struct tomb_str password;
	struct tomb_str return_to;
};

static const struct tomb_form_field sign_in_fields[] = {
	TOMB_FORM_TEXT(struct sign_in_form, email, "email", 1, 254),
	TOMB_FORM_TEXT(struct sign_in_form, password, "password", 1, 1024),
	TOMB_FORM_TEXT(struct sign_in_form, return_to, "return_to", 0, TARGET_MAX),
};

static enum tomb_code show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct sign_in_form *form, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item = {.id = TOMB_STR("email")};
	struct html_sign_in v = {
		.page = tomb_frame(ctx, req, "Sign in", TOMB_SECTION_NONE),
		.email = form->email,
		.return_to = form->return_to,
	};
	struct tomb_str body;

	if (problem) {
		item.text = tomb_frame_sentence(req->arena, problem->text);
		v.problems = (struct html_problems){&item, 1};
	}
	html_sign_in(&res->body, &v);
	TOMB_TRY(tomb_buf_done(&res->body, &body, err));
	tomb_frame_sent(res, problem ? (unsigned)tomb_code_http(problem->code) : 200);
	return TOMB_OK;
}

enum tomb_code tomb_page_sign_in(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_str return_to = tomb_request_query(req, TOMB_STR("return_to"));
	struct sign_in_form form = {.email = TOMB_STR(""), .return_to = return_to.p ? return_to : TOMB_STR("")};

	return show(ctx, req, res, &form, NULL, err);
}

static enum tomb_code try_sign_in(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct sign_in_form *form, bool *awaits_code, struct tomb_err *err)
{
	struct tomb_sign_in in = tomb_session_cookie_of(ctx, req);
	char token[TOMB_TOKEN_TEXT];
	enum tomb_code code = TOMB_OK;

	in.email = form->email;
	in.password = form->password;
	TOMB_TRY(tomb_gate_attempt(ctx, res, req->remote, err));
	TOMB_TRY(tomb_gate_attempt(ctx, res, form->email, err));
	code = tomb_user_sign_in(ctx->link.pg, &in, req->arena, &ctx->actor, token, awaits_code, err);
	if (code != TOMB_OK) {
		tomb_log(ctx->registry->log, TOMB_EV_SIGN_IN_FAILED, TOMB_KV("by", "password"),
			TOMB_KV_S("user", form->email), TOMB_KV_S("remote", req->remote));
		return code;
	}
	tomb_gate_forgive(ctx, req->remote);
	tomb_gate_forgive(ctx, form->email);
	if (!*awaits_code)
		tomb_log(ctx->registry->log, TOMB_EV_SIGN_IN, TOMB_KV_S("user", form->email),
			TOMB_KV_S("remote", req->remote));
	code = tomb_session_cookie_set(req, res, tomb_str_from(token),
		*awaits_code ? INT64_C(60) * TOMB_SESSION_HALF_MINUTES : ctx->registry->config->session_hours * 3600,
		err);
	tomb_wipe(token, sizeof token);
	return code;
}

static enum tomb_code go_to_code(struct tomb_response *res, struct tomb_str return_to, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(4UL * TARGET_MAX);
	struct tomb_str made;

	tomb_buf_put(&path, TOMB_STR("/sign_in/code"));
	if (return_to.n > 0) {
		tomb_buf_put(&path, TOMB_STR("?return_to="));
		tomb_percent_encode(&path, return_to);
	}
	TOMB_TRY(tomb_buf_done(&path, &made, err));
	return tomb_response_redirect(res, made, err);
}

enum tomb_code tomb_page_sign_in_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct sign_in_form form = {.return_to = TOMB_STR("")};
	struct tomb_fields fields;
	struct tomb_err why;
	bool awaits_code = false;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_gate_same_site(req, err));
	TOMB_TRY(tomb_fields_parse(req->body, req->arena, &fields, err));
	TOMB_TRY(tomb_form_read(
		fields, sign_in_fields, TOMB_COUNTOF(sign_in_fields), TOMB_FORM_LOOSE, req->arena, &form, err));
	code = try_sign_in(ctx, req, res, &form, &awaits_code, &why);
	if (code == TOMB_UNAUTHENTICATED || code == TOMB_RATE_LIMITED)
		return show(ctx, req, res, &form, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return awaits_code ? go_to_code(res, form.return_to, err) : tomb_session_cookie_go_on(res, form.return_to, err);
}

enum tomb_code tomb_page_sign_out(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	if (ctx->session.n > 0)
		TOMB_TRY(tomb_session_end(ctx->link.pg, ctx->session, TOMB_VIA_WEB, err));
	TOMB_TRY(tomb_session_cookie_set(req, res, TOMB_STR(""), -1, err));
	return tomb_response_redirect(res, TOMB_STR("/sign_in?notice=signed-out"), err);
}

enum tomb_code tomb_page_front(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	return tomb_response_redirect(res, TOMB_STR("/dashboard"), err);
}

enum tomb_code tomb_page_static(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	return tomb_static_answer(service_static, service_static_count, req->params[0].text, req, res, err);
}
