/* My account: what it is, and its password. */
#include "account.h"

#include "gate.h"
#include "pages.h"
#include "session_cookie.h"
#include "tombstone/api_key.h"
#include "tombstone/duty.h"
#include "tombstone/user_password.h"

enum { DUTIES_BYTES_MAX = 1024 }; /* the labels of all of them */

enum tomb_code tomb_account_person(const struct tomb_ctx *ctx, struct tomb_err *err)
{
	if (ctx->is_by_key)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "an account is changed by its owner, signed in with a browser");
	return TOMB_OK;
}

bool tomb_account_is_problem(enum tomb_code code)
{
	return code == TOMB_INVAL || code == TOMB_UNAUTHENTICATED || code == TOMB_STEP_UP ||
	       code == TOMB_RATE_LIMITED || code == TOMB_CONFLICT || code == TOMB_UNPROCESSABLE;
}

struct html_problems tomb_account_problem(
	struct tomb_view *v, struct html_problems_items *item, const char *id, const struct tomb_err *why)
{
	*item = (struct html_problems_items){tomb_str_from(id), tomb_frame_sentence(v->arena, why->text)};
	return (struct html_problems){item, 1};
}

unsigned tomb_account_status(const struct tomb_err *problem)
{
	if (!problem)
		return 200;
	return problem->code == TOMB_UNAUTHENTICATED ? 400 : (unsigned)tomb_code_http(problem->code);
}

/* The first that fits: browsers claim to be others. */
static const char *first_in(struct tomb_str text, const char *const (*names)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memmem(text.p, text.n, names[i][0], strlen(names[i][0])))
			return names[i][1];
	return NULL;
}

struct tomb_str tomb_account_browser(struct tomb_view *v, struct tomb_str agent)
{
	static const char *const browsers[][2] = {{"Firefox/", "Firefox"}, {"Edg/", "Edge"}, {"OPR/", "Opera"},
		{"Chromium/", "Chromium"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}};
	static const char *const systems[][2] = {{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
		{"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}};
	const char *browser = agent.n ? first_in(agent, browsers, TOMB_COUNTOF(browsers)) : NULL;
	const char *system = agent.n ? first_in(agent, systems, TOMB_COUNTOF(systems)) : NULL;

	return tomb_view_text(
		v, "%s%s%s", browser ? browser : "Unknown browser", system ? " on " : "", system ? system : "");
}

struct tomb_str tomb_account_role(enum tomb_role role)
{
	static const struct tomb_str words[] = {
		[TOMB_ROLE_SYSADMIN] = {"Operator", 8},
		[TOMB_ROLE_INST_ADMIN] = {"Admin", 5},
		[TOMB_ROLE_INST_USER] = {"User", 4},
	};

	return words[role];
}

struct tomb_str tomb_account_duties(struct tomb_view *v, unsigned duties)
{
	TOMB_BUF_AUTO b = tomb_buf_init(DUTIES_BYTES_MAX);

	for (int d = 0; d < TOMB_DUTY_MAX; d++)
		if (duties & TOMB_DUTY_BIT(d))
			tomb_buf_putf(
				&b, "%s%.*s", b.n > 0 ? ", " : "", TOMB_STR_ARG(tomb_duty_label((enum tomb_duty)d)));
	return b.n == 0 ? TOMB_STR("None") : tomb_view_keep(v, &b);
}

/* "2 in use" */
static enum tomb_code count_keys(struct tomb_view *v, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_api_key *keys = NULL;
	int64_t live = 0;
	size_t n = 0;

	TOMB_TRY(tomb_api_key_list(v->pg, v->actor, v->actor->user_id, 0, v->arena, &keys, &n, err));
	for (size_t i = 0; i < n; i++)
		live += !keys[i].is_revoked;
	*out = live == 0 ? TOMB_STR("None yet") : tomb_view_count(v, live, "key");
	return TOMB_OK;
}

enum tomb_code tomb_page_account(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_user_totp totp;
	struct tomb_session *sessions = NULL;
	struct html_account page = {
		.page = tomb_frame(ctx, req, "My account", TOMB_SECTION_ACCOUNT),
		.name = ctx->actor.name,
		.email = ctx->actor.email,
		.role = tomb_account_role(ctx->actor.role),
		.duties = tomb_account_duties(&v, ctx->actor.duties),
		.institution = ctx->actor.institution,
	};
	size_t n = 0;

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_user_totp_status(v.pg, v.actor, &totp, err));
	TOMB_TRY(tomb_session_list(v.pg, v.actor, ctx->session, v.arena, &sessions, &n, err));
	TOMB_TRY(count_keys(&v, &page.keys, err));
	page.has_totp = totp.is_on;
	page.totp_since = totp.on_since_us;
	page.totp_required = totp.is_required;
	page.codes_left = tomb_view_count(&v, totp.codes_left, "backup code");
	page.sessions = tomb_view_count(&v, (int64_t)n, "session");
	html_account(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

static enum tomb_code show_password(
	struct tomb_view *v, const char *id, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item;
	struct html_account_password page = {
		.page = tomb_frame(v->ctx, v->req, "Change password", TOMB_SECTION_ACCOUNT)};

	if (problem)
		page.problems = tomb_account_problem(v, &item, id, problem);
	html_account_password(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

enum tomb_code tomb_page_account_password(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_account_person(ctx, err));
	return show_password(&v, "", NULL, err);
}

enum tomb_code tomb_page_account_password_post(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_session_renewal renewal = {.token = ctx->session};
	struct tomb_str old;
	struct tomb_str password;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_view_field(&v, "old", &old, err));
	TOMB_TRY(tomb_view_field(&v, "password", &password, err));
	TOMB_TRY(tomb_gate_attempt(ctx, res, ctx->actor.email, err));
	code = tomb_user_password_change(v.pg, v.actor, old, password, &renewal, &why);
	if (code != TOMB_UNAUTHENTICATED)
		tomb_gate_forgive(ctx, ctx->actor.email);
	if (tomb_account_is_problem(code))
		return show_password(&v, code == TOMB_UNAUTHENTICATED ? "old" : "password", &why, err);
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	TOMB_TRY(tomb_session_cookie_renew(ctx, req, res, &renewal, err));
	return tomb_view_redirect(&v, err, "/account?notice=password-changed");
}
