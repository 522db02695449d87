#include "cookie.h"

#include <ctype.h>
#include <inttypes.h>

#define PREFIX "__Host-"

enum { COOKIE_MAX = 4096 }; /* bytes: what browsers keep of one cookie */

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct tomb_str){s.p + 1, s.n - 1};
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool has_name(struct tomb_str pair_name, struct tomb_str name, bool behind_tls)
{
	struct tomb_str prefix = behind_tls ? TOMB_STR(PREFIX) : TOMB_STR("");

	return pair_name.n == prefix.n + name.n && memcmp(pair_name.p, prefix.p, prefix.n) == 0 &&
	       memcmp(pair_name.p + prefix.n, name.p, name.n) == 0;
}

/* Looks through one Cookie header; counts the hits and keeps the last value. */
static size_t search(struct tomb_str header, struct tomb_str name, bool behind_tls, struct tomb_str *value)
{
	size_t hits = 0;

	while (header.n) {
		const char *end = memchr(header.p, ';', header.n);
		struct tomb_str pair = {header.p, end ? (size_t)(end - header.p) : header.n};
		size_t used = end ? pair.n + 1 : pair.n;
		const char *equals = memchr(pair.p, '=', pair.n);
		size_t at = equals ? (size_t)(equals - pair.p) : 0;

		header = (struct tomb_str){header.p + used, header.n - used};
		if (equals && has_name(trim((struct tomb_str){pair.p, at}), name, behind_tls)) {
			*value = trim((struct tomb_str){pair.p + at + 1, pair.n - at - 1});
			hits++;
		}
	}
	return hits;
}

enum tomb_code tomb_cookie_get(
	const struct tomb_request *req, struct tomb_str name, struct tomb_str *out, struct tomb_err *err)
{
	const struct tomb_field *f = NULL;
	struct tomb_str value = {NULL, 0};
	size_t hits = 0;

	while ((f = tomb_fields_next_header(req->headers, TOMB_STR("Cookie"), f)))
		hits += search(f->value, name, req->behind_tls, &value);
	if (hits > 1)
		return TOMB_FAIL(err, TOMB_INVAL,
			"the cookie \"%.*s\" was sent %zu times; delete the cookies of this site and sign in again",
			TOMB_STR_ARG(name), hits);
	*out = value;
	return TOMB_OK;
}

/* cookie-octet (RFC 6265, section 4.1.1) */
static bool is_value(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("\",;\\", s.p[i]))
			return false;
	return true;
}

static bool is_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
			return false;
	return *name != '\0';
}

enum tomb_code tomb_cookie_set(struct tomb_response *res, const struct tomb_cookie *cookie, struct tomb_err *err)
{
	TOMB_BUF_AUTO b = tomb_buf_init(COOKIE_MAX);
	struct tomb_str text = {0};

	if (!is_name(cookie->name) || !is_value(cookie->value))
		return TOMB_FAIL(err, TOMB_INVAL, "cookie \"%s\": this name or value cannot be sent", cookie->name);
	tomb_buf_putf(&b, "%s%s=", cookie->behind_tls ? PREFIX : "", cookie->name);
	tomb_buf_put(&b, cookie->value);
	tomb_buf_putf(&b, "; Path=/; HttpOnly; SameSite=%s", cookie->is_lax ? "Lax" : "Strict");
	if (cookie->behind_tls)
		tomb_buf_put(&b, TOMB_STR("; Secure"));
	if (cookie->max_age_s)
		tomb_buf_putf(&b, "; Max-Age=%" PRId64, cookie->max_age_s > 0 ? cookie->max_age_s : 0);
	TOMB_TRY(tomb_buf_done(&b, &text, err));
	return tomb_response_header(res, "Set-Cookie", text, err);
}
