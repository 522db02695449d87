/* Cookies (RFC 6265bis): read strictly, set so that scripts and other sites do not get at them. */
#ifndef TOMB_SERVICE_COOKIE_H
#define TOMB_SERVICE_COOKIE_H

#include "response.h"

struct tomb_cookie {
	const char *name;      /* a token, without prefix; static storage */
	struct tomb_str value; /* empty with max_age_s < 0: the browser forgets it */
	int64_t max_age_s;     /* 0: until the browser closes */
	bool is_lax;           /* SameSite=Lax: also sent when a link from another site, such as a mail, leads here */
	bool behind_tls;       /* Secure, and the name gets the prefix "__Host-" */
};

/*
 * The value of the cookie called name (with "__Host-" before it if req->behind_tls); out->p is NULL if it was not
 * sent.  INVAL if it was sent twice: some other site or path has planted one, and nobody can tell which.
 */
enum tomb_code tomb_cookie_get(
	const struct tomb_request *req, struct tomb_str name, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

/* Adds Set-Cookie with HttpOnly, Path=/ and SameSite=Strict (or Lax).  INVAL if the name is no token or the value has
 * characters that cookies do not carry: encode binary values before. */
enum tomb_code tomb_cookie_set(
	struct tomb_response *res, const struct tomb_cookie *cookie, struct tomb_err *err) TOMB_MUST_USE;

#endif
