/* My account: the second factor. */
#include "account.h"
#include "gate.h"
#include "pages.h"
#include "qr_code.h"
#include "session_cookie.h"
#include "step_up.h"
#include "tombstone/percent.h"
#include "tombstone/secret.h"

enum { ADDRESS_MAX = 2048 /* bytes of an otpauth: address */ };

/* The address for the camera of another device. */
static enum tomb_code fill_qr_code(struct tomb_view *v, struct html_account_totp *page, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(TOMB_QR_CODE_PATH);
	int side = 0;

	TOMB_TRY(tomb_qr_code_path(page->address, &path, &side, err));
	page->qr_side = side + 2 * TOMB_QR_CODE_QUIET;
	page->qr_path = tomb_view_keep(v, &path);
	return TOMB_OK;
}

/* The key for typing, in groups of four, and as an address for apps on this device. */
static enum tomb_code fill_secret(struct tomb_view *v, struct html_account_totp *page, struct tomb_err *err)
{
	TOMB_BUF_AUTO address = tomb_buf_init(ADDRESS_MAX);
	TOMB_BUF_AUTO groups = tomb_buf_init(ADDRESS_MAX);
	uint8_t secret[TOMB_TOTP_SECRET];
	char text[TOMB_TOTP_SECRET_TEXT];

	TOMB_TRY(tomb_user_totp_secret(v->pg, v->actor, tomb_secrets_of(v->ctx), secret, err));
	(void)tomb_totp_base32(secret, sizeof secret, text);
	for (size_t i = 0; text[i]; i++) {
		if (i > 0 && i % 4 == 0)
			tomb_buf_put(&groups, TOMB_STR(" "));
		tomb_buf_put(&groups, (struct tomb_str){text + i, 1});
	}
	tomb_buf_put(&address, TOMB_STR("otpauth://totp/Tombstone:"));
	tomb_percent_encode(&address, v->actor->email);
	tomb_buf_putf(&address, "?secret=%s&issuer=Tombstone", text);
	page->secret = tomb_view_keep(v, &groups);
	page->address = tomb_view_keep(v, &address);
	tomb_wipe(secret, sizeof secret);
	tomb_wipe(text, sizeof text);
	return fill_qr_code(v, page, err);
}

static enum tomb_code show(struct tomb_view *v, const char *id, const struct tomb_err *problem, struct tomb_err *err)
{
	struct html_problems_items item;
	struct tomb_user_totp status;
	struct html_account_totp page = {.page = tomb_frame(v->ctx, v->req, "Second factor", TOMB_SECTION_ACCOUNT)};

	TOMB_TRY(tomb_user_totp_status(v->pg, v->actor, &status, err));
	page.can_begin = v->ctx->registry->has_secrets;
	page.is_on = status.is_on;
	page.is_begun = status.is_begun && page.can_begin;
	page.is_required = status.is_required;
	page.since = status.on_since_us;
	page.codes_left = tomb_view_count(v, status.codes_left, "backup code");
	if (page.is_begun)
		TOMB_TRY(fill_secret(v, &page, err));
	if (problem)
		page.problems = tomb_account_problem(v, &item, id, problem);
	html_account_totp(&v->res->body, &page);
	return tomb_view_done(v, tomb_account_status(problem), err);
}

static enum tomb_code show_codes(struct tomb_view *v, struct tomb_backup_codes *codes, struct tomb_err *err)
{
	struct html_account_totp_codes rows[TOMB_BACKUP_CODES];
	struct html_account_totp page = {
		.page = tomb_frame(v->ctx, v->req, "Second factor", TOMB_SECTION_ACCOUNT),
		.has_codes = true,
		.codes = rows,
		.ncodes = TOMB_BACKUP_CODES,
	};

	for (size_t i = 0; i < TOMB_BACKUP_CODES; i++)
		rows[i].code = tomb_str_from(codes->code[i]);
	html_account_totp(&v->res->body, &page);
	tomb_wipe(codes, sizeof *codes);
	return tomb_view_done(v, 200, err);
}

enum tomb_code tomb_page_account_totp(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_account_person(ctx, err));
	return show(&v, "", NULL, err);
}

/* A form's fields, with the attempt counted. */
static enum tomb_code read_form(
	struct tomb_view *v, struct tomb_str *password, struct tomb_str *given, struct tomb_err *err)
{
	TOMB_TRY(tomb_account_person(v->ctx, err));
	TOMB_TRY(tomb_view_field(v, "password", password, err));
	TOMB_TRY(tomb_view_field(v, "code", given, err));
	return tomb_gate_attempt(v->ctx, v->res, v->actor->email, err);
}

/* What is refused is said above the form; only what was right gives the attempt back. */
static enum tomb_code refuse(struct tomb_view *v, const char *id, const struct tomb_err *why, struct tomb_err *err)
{
	if (tomb_account_is_problem(why->code))
		return show(v, why->code == TOMB_UNAUTHENTICATED ? "password" : id, why, err);
	*err = *why;
	return why->code;
}

enum tomb_code tomb_page_account_totp_begin(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_str password;
	struct tomb_str given;
	struct tomb_err why;

	TOMB_TRY(read_form(&v, &password, &given, err));
	if (tomb_user_totp_begin(v.pg, v.actor, tomb_secrets_of(ctx), password, &why) != TOMB_OK)
		return refuse(&v, "", &why, err);
	tomb_gate_forgive(ctx, ctx->actor.email);
	return tomb_view_redirect(&v, err, "/account/totp");
}

enum tomb_code tomb_page_account_totp_confirm(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_session_renewal renewal = {.token = ctx->session};
	struct tomb_backup_codes codes;
	struct tomb_step_up proof;
	struct tomb_str password;
	struct tomb_str given;
	struct tomb_err why;

	TOMB_TRY(read_form(&v, &password, &given, err));
	proof = tomb_step_up_of(ctx, given);
	if (tomb_user_totp_confirm(v.pg, v.actor, &proof, &renewal, &codes, &why) != TOMB_OK)
		return refuse(&v, "code", &why, err);
	tomb_gate_forgive(ctx, ctx->actor.email);
	TOMB_TRY(tomb_session_cookie_renew(ctx, req, res, &renewal, err));
	return show_codes(&v, &codes, err);
}

enum tomb_code tomb_page_account_totp_codes(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_backup_codes codes;
	struct tomb_step_up proof;
	struct tomb_str password;
	struct tomb_str given;
	struct tomb_err why;

	TOMB_TRY(read_form(&v, &password, &given, err));
	proof = tomb_step_up_of(ctx, given);
	if (tomb_user_totp_codes(v.pg, v.actor, &proof, &codes, &why) != TOMB_OK)
		return refuse(&v, "code", &why, err);
	tomb_gate_forgive(ctx, ctx->actor.email);
	return show_codes(&v, &codes, err);
}

enum tomb_code tomb_page_account_totp_off(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct tomb_session_renewal renewal = {.token = ctx->session};
	struct tomb_step_up proof;
	struct tomb_str password;
	struct tomb_str given;
	struct tomb_err why;

	TOMB_TRY(read_form(&v, &password, &given, err));
	proof = tomb_step_up_of(ctx, given);
	if (tomb_user_totp_off(v.pg, v.actor, password, &proof, &renewal, &why) != TOMB_OK)
		return refuse(&v, "off-code", &why, err);
	tomb_gate_forgive(ctx, ctx->actor.email);
	TOMB_TRY(tomb_session_cookie_renew(ctx, req, res, &renewal, err));
	return tomb_view_redirect(&v, err, "/account?notice=totp-off");
}
