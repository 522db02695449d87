#include "session_cookie.h"

#include "cookie.h"
#include "gate.h"
#include "tombstone/secret.h"

enum tomb_code tomb_session_cookie_set(const struct tomb_request *req, struct tomb_response *res, struct tomb_str token,
	int64_t age_s, struct tomb_err *err)
{
	/* Lax: the link in a mail leads to the review page of somebody who has signed in; forms carry the CSRF value.
	 */
	struct tomb_cookie cookie = {.name = TOMB_GATE_COOKIE,
		.value = token,
		.max_age_s = age_s,
		.is_lax = true,
		.behind_tls = req->behind_tls};

	return tomb_cookie_set(res, &cookie, err);
}

struct tomb_sign_in tomb_session_cookie_of(const struct tomb_ctx *ctx, const struct tomb_request *req)
{
	struct tomb_str browser = tomb_request_header(req, TOMB_STR("User-Agent"));

	return (struct tomb_sign_in){
		.hours = (int)ctx->registry->config->session_hours,
		.idle_s = (int)ctx->registry->config->session_idle_minutes * 60,
		.address = req->remote,
		.browser = browser.p ? browser : TOMB_STR(""),
	};
}

enum tomb_code tomb_session_cookie_renew(struct tomb_ctx *ctx, const struct tomb_request *req,
	struct tomb_response *res, struct tomb_session_renewal *renewal, struct tomb_err *err)
{
	enum tomb_code code = tomb_session_cookie_set(
		req, res, tomb_str_from(renewal->fresh), ctx->registry->config->session_hours * 3600, err);

	tomb_session_csrf(tomb_str_from(renewal->fresh), ctx->csrf); /* for the forms of this very answer */
	tomb_wipe(renewal->fresh, sizeof renewal->fresh);
	return code;
}

enum tomb_code tomb_session_cookie_go_on(struct tomb_response *res, struct tomb_str return_to, struct tomb_err *err)
{
	struct tomb_err ignored;

	if (return_to.n > 0 && tomb_response_redirect(res, return_to, &ignored) == TOMB_OK)
		return TOMB_OK;
	return tomb_response_redirect(res, TOMB_STR("/dashboard"), err);
}
