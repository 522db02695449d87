/* My account: where I am signed in. */
#include "account.h"
#include "pages.h"
#include "session_cookie.h"

enum tomb_code tomb_page_account_sessions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);
	struct html_account_sessions page = {.page = tomb_frame(ctx, req, "Sessions", TOMB_SECTION_ACCOUNT)};
	struct html_account_sessions_rows *rows = NULL;
	struct tomb_session *found = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_session_list(v.pg, v.actor, ctx->session, v.arena, &found, &n, err));
	rows = TOMB_NEW(v.arena, struct html_account_sessions_rows, n);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu sessions", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_account_sessions_rows){found[i].id, tomb_account_browser(&v, found[i].browser),
			found[i].address, found[i].created_at_us, found[i].last_seen_at_us, found[i].expires_at_us,
			found[i].is_current};
	page.rows = rows;
	page.nrows = n;
	page.has_others = n > 1;
	html_account_sessions(&res->body, &page);
	return tomb_view_done(&v, 200, err);
}

/* Who ends the session that they are in, is a stranger then, and asked to sign in. */
enum tomb_code tomb_page_account_session_end(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_session_end_one(v.pg, v.actor, v.id, err));
	return tomb_view_redirect(&v, err, "/account/sessions?notice=session-ended");
}

enum tomb_code tomb_page_account_sessions_end_others(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_view v = tomb_view_of(ctx, req, res);

	TOMB_TRY(tomb_account_person(ctx, err));
	TOMB_TRY(tomb_session_end_others(v.pg, v.actor, ctx->session, err));
	return tomb_view_redirect(&v, err, "/account/sessions?notice=session-ended");
}
