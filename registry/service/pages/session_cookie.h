/* The cookie of a session, and what the two steps of signing in share. */
#ifndef TOMB_SESSION_COOKIE_H
#define TOMB_SESSION_COOKIE_H

#include "ctx.h"

/* age_s < 0: the browser forgets it. */
enum tomb_code tomb_session_cookie_set(const struct tomb_request *req, struct tomb_response *res, struct tomb_str token,
	int64_t age_s, struct tomb_err *err) TOMB_MUST_USE;

/* Hands out the token of a renewal, under which this browser's session goes on, and wipes it. */
enum tomb_code tomb_session_cookie_renew(struct tomb_ctx *ctx, const struct tomb_request *req,
	struct tomb_response *res, struct tomb_session_renewal *renewal, struct tomb_err *err) TOMB_MUST_USE;

/* How long a session lasts, and from where it came; without e-mail address and password. */
struct tomb_sign_in tomb_session_cookie_of(const struct tomb_ctx *ctx, const struct tomb_request *req);

/* To a page of ours, if return_to is one; else to the dashboard. */
enum tomb_code tomb_session_cookie_go_on(
	struct tomb_response *res, struct tomb_str return_to, struct tomb_err *err) TOMB_MUST_USE;

#endif
