/* A password by mail: for who has forgotten it, or has none yet. */
#include "account.h"
#include "cookie.h"
#include "gate.h"
#include "pages.h"
#include "tombstone/user_password.h"

/* Holds the token between the mail's link and the form: an address would stay in histories and logs. */
#define COOKIE "tombstone-password"

static enum tomb_code set_cookie(
	const struct tomb_request *req, struct tomb_response *res, struct tomb_str token, struct tomb_err *err)
{
	struct tomb_cookie cookie = {.name = COOKIE,
		.value = token,
		.max_age_s = token.n ? TOMB_PASSWORD_RESET_MINUTES * 60 : -1,
		.is_lax = true, /* it comes from a mail */
		.behind_tls = req->behind_tls};

	return tomb_cookie_set(res, &cookie, err);
}

/* ---- forgotten ---- */

static enum tomb_code show_forgotten(
	struct tomb_view *v, bool is_sent, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item;
	struct html_password_forgotten page = {
		.page = tomb_frame(v->ctx, v->req, "Forgotten password", TOMB_SECTION_NONE), .is_sent = is_sent};

	if (problem)
		page.problems = tomb_account_problem(v, &item, "email", problem);
	html_password_forgotten(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

enum tomb_code tomb_page_password_forgotten(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	return show_forgotten(&v, false, NULL, err);
}

/* Every wish counts, also of who exists: nobody's mailbox is filled from here. */
static enum tomb_code wish(struct tomb_view *v, struct tomb_str email, struct tomb_err *err)
{
	struct tomb_str key = tomb_view_text(v, "forgotten %.*s", TOMB_STR_ARG(email));

	TOMB_TRY(tomb_gate_attempt(v->ctx, v->res, v->req->remote, err));
	TOMB_TRY(tomb_gate_attempt(v->ctx, v->res, key, err));
	return tomb_user_password_forgotten(v->pg, email, err);
}

enum tomb_code tomb_page_password_forgotten_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str email;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_gate_same_site(req, err));
	TOMB_TRY(tomb_view_field(&v, "email", &email, err));
	code = wish(&v, email, &why);
	if (tomb_account_is_problem(code))
		return show_forgotten(&v, false, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return show_forgotten(&v, true, NULL, err);
}

/* ---- set ---- */

static enum tomb_code show_set(struct tomb_view *v, struct tomb_str token, struct tomb_str email,
	const struct tomb_err *problem, struct tomb_err *err)
{
	char proof[TOMB_CSRF_TEXT];
	struct html_problems_items item;
	struct html_password_set page = {
		.page = tomb_frame(v->ctx, v->req, "Set a password", TOMB_SECTION_NONE),
		.email = email,
		.is_over = problem && problem->code == TOMB_GONE,
	};

	tomb_session_csrf(token, proof);
	page.proof = tomb_str_from(proof);
	if (problem)
		page.problems = tomb_account_problem(v, &item, page.is_over ? "" : "password", problem);
	html_password_set(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

static enum tomb_code read_cookie(
	struct tomb_view *v, struct tomb_str *token, struct tomb_actor *reader, struct tomb_err *err)
{
	TOMB_TRY(tomb_cookie_get(v->req, TOMB_STR(COOKIE), token, err));
	if (!token->p)
		*token = TOMB_STR("");
	return tomb_user_password_reader(v->pg, *token, v->arena, reader, err);
}

enum tomb_code tomb_page_password_set(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_actor reader = {.email = TOMB_STR("")};
	struct tomb_str token = tomb_view_query(&v, "token");
	TOMB_TOKEN_AUTO parsed = {{0}};
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	if (token.n > 0) {
		if (tomb_token_parse(token, &parsed, &why) == TOMB_OK)
			TOMB_TRY(set_cookie(req, res, token, err));
		return tomb_view_redirect(&v, err, "/password/set");
	}
	code = read_cookie(&v, &token, &reader, &why);
	if (code != TOMB_OK && code != TOMB_GONE) {
		*err = why;
		return code;
	}
	return show_set(&v, token, reader.email, code == TOMB_OK ? NULL : &why, err);
}

static enum tomb_code set(struct tomb_view *v, struct tomb_str token, struct tomb_err *err)
{
	struct tomb_str password;

	TOMB_TRY(tomb_view_field(v, "password", &password, err));
	TOMB_TRY(tomb_gate_attempt(v->ctx, v->res, v->req->remote, err));
	return tomb_user_password_set(v->pg, token, password, err);
}

enum tomb_code tomb_page_password_set_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_actor reader = {.email = TOMB_STR("")};
	struct tomb_str token;
	struct tomb_str proof;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_gate_same_site(req, err));
	TOMB_TRY(tomb_view_field(&v, "csrf", &proof, err));
	code = read_cookie(&v, &token, &reader, &why);
	if (code == TOMB_OK && !tomb_session_csrf_ok(token, proof))
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "this form is no longer valid: follow the link in the mail again");
	if (code == TOMB_OK)
		code = set(&v, token, &why);
	if (code == TOMB_GONE || tomb_account_is_problem(code))
		return show_set(&v, token, reader.email, &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	tomb_gate_forgive(ctx, req->remote);
	TOMB_TRY(set_cookie(req, res, TOMB_STR(""), err));
	return tomb_view_redirect(&v, err, "/sign_in?notice=password-set");
}
