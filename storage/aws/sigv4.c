#include "aws/sigv4.h"

#include "aws/canonical.h"
#include "tombstone/hex.h"
#include "tombstone/secret.h"
#include "tombstone/time.h"

#include <stdio.h>

static const char algorithm[] = "AWS4-HMAC-SHA256";

enum { HEX_SHA256 = 2 * TOMB_SHA256_SIZE + 1, DAY_MAX = 9, TEXT_MAX = 1 << 16 };

enum tomb_code sigv4_date(int64_t time_us, char out[static SIGV4_DATE_MAX], struct tomb_err *err)
{
	char text[TOMB_TIME_TEXT]; /* 2015-08-30T12:36:00Z */
	size_t n = 0;

	if (time_us < 0 || time_us > TOMB_TIME_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a request cannot be signed at %lld us", (long long)time_us);
	tomb_time_format(time_us, TOMB_TIME_S, text);
	for (const char *p = text; *p; p++)
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	out[n] = '\0';
	return TOMB_OK;
}

static struct tomb_str bytes(const uint8_t *p)
{
	return (struct tomb_str){(const char *)p, TOMB_SHA256_SIZE};
}

/* kSigning = HMAC(HMAC(HMAC(HMAC("AWS4" + secret, day), region), service), "aws4_request") */
static void derive(
	const struct sigv4_request *r, struct tomb_str secret, const char *day, uint8_t key[static TOMB_SHA256_SIZE])
{
	char start[4 + SIGV4_SECRET_MAX] = "AWS4";
	uint8_t next[TOMB_SHA256_SIZE];

	memcpy(start + 4, secret.p, secret.n);
	tomb_hmac_sha256((struct tomb_str){start, 4 + secret.n}, tomb_str_from(day), key);
	tomb_hmac_sha256(bytes(key), r->region, next);
	tomb_hmac_sha256(bytes(next), r->service, key);
	tomb_hmac_sha256(bytes(key), TOMB_STR("aws4_request"), next);
	memcpy(key, next, sizeof next);
	explicit_bzero(start, sizeof start);
	explicit_bzero(next, sizeof next);
}

static bool fits(const struct sigv4_key *k, struct tomb_str secret, const char *scope)
{
	return strcmp(k->scope, scope) == 0 && tomb_secret_eq((struct tomb_str){k->secret, k->nsecret}, secret);
}

/* k as the key of this scope. */
static void make_fit(
	struct sigv4_key *k, const struct sigv4_request *r, struct tomb_str secret, const char *day, const char *scope)
{
	if (fits(k, secret, scope))
		return;
	explicit_bzero(k, sizeof *k);
	derive(r, secret, day, k->key);
	memcpy(k->secret, secret.p, secret.n);
	k->nsecret = secret.n;
	(void)snprintf(k->scope, sizeof k->scope, "%s", scope);
}

/* A finished buffer as text in the arena. */
static enum tomb_code keep(
	const struct tomb_buf *b, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str text = {NULL, 0};

	TOMB_TRY(tomb_buf_done(b, &text, err));
	text = tomb_arena_str(arena, text);
	if (!text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a signature");
	*out = text;
	return TOMB_OK;
}

static enum tomb_code canonical_request(const struct sigv4_request *r, struct tomb_str signed_names,
	struct tomb_arena *arena, struct sigv4_signature *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	tomb_buf_put(&text, r->method);
	tomb_buf_put(&text, TOMB_STR("\n"));
	canonical_path(r->path, r->path_rule, &text);
	tomb_buf_put(&text, TOMB_STR("\n"));
	tomb_buf_put(&text, out->query);
	tomb_buf_put(&text, TOMB_STR("\n"));
	canonical_headers(r->headers, r->nheaders, &text);
	tomb_buf_put(&text, TOMB_STR("\n"));
	tomb_buf_put(&text, signed_names);
	tomb_buf_put(&text, TOMB_STR("\n"));
	tomb_buf_put(&text, r->payload_hash);
	return keep(&text, arena, &out->canonical_request, err);
}

static enum tomb_code string_to_sign(const char *date, const char *scope, struct tomb_arena *arena,
	struct sigv4_signature *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	uint8_t hash[TOMB_SHA256_SIZE];
	char hex[HEX_SHA256];

	tomb_sha256(out->canonical_request, hash);
	tomb_buf_putf(&text, "%s\n%s\n%s\n%s", algorithm, date, scope, tomb_hex_encode(hash, sizeof hash, hex));
	return keep(&text, arena, &out->string_to_sign, err);
}

static enum tomb_code authorization(struct tomb_str access_key, const char *scope, struct tomb_str signed_names,
	struct tomb_arena *arena, struct sigv4_signature *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	tomb_buf_putf(&text, "%s Credential=", algorithm);
	tomb_buf_put(&text, access_key);
	tomb_buf_putf(&text, "/%s, SignedHeaders=", scope);
	tomb_buf_put(&text, signed_names);
	tomb_buf_put(&text, TOMB_STR(", Signature="));
	tomb_buf_put(&text, out->signature);
	return keep(&text, arena, &out->authorization, err);
}

static enum tomb_code sign(const struct sigv4_request *r, const struct sigv4_credentials *c, const char *day,
	const char *scope, struct tomb_arena *arena, struct sigv4_signature *out, struct tomb_err *err)
{
	struct sigv4_key own = {.nsecret = 0};
	struct sigv4_key *key = c->derived ? c->derived : &own;
	uint8_t mac[TOMB_SHA256_SIZE];
	char hex[HEX_SHA256];

	if (c->secret_key.n == 0 || c->secret_key.n > SIGV4_SECRET_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a secret key is 1 to %d bytes", SIGV4_SECRET_MAX);
	make_fit(key, r, c->secret_key, day, scope);
	tomb_hmac_sha256(bytes(key->key), out->string_to_sign, mac);
	explicit_bzero(&own, sizeof own);
	out->signature = tomb_arena_str(arena, tomb_str_from(tomb_hex_encode(mac, sizeof mac, hex)));
	if (!out->signature.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a signature");
	return TOMB_OK;
}

/* The day, and what a key is good for. */
static enum tomb_code make_scope(const struct sigv4_request *r, const char *date, char day[static DAY_MAX],
	char scope[static SIGV4_SCOPE_MAX], struct tomb_err *err)
{
	int n = 0;

	(void)snprintf(day, DAY_MAX, "%.8s", date);
	n = snprintf(scope, SIGV4_SCOPE_MAX, "%s/%.*s/%.*s/aws4_request", day, TOMB_STR_ARG(r->region),
		TOMB_STR_ARG(r->service));
	if (n < 0 || n >= SIGV4_SCOPE_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "the names of region and service are too long: %zu and %zu bytes",
			r->region.n, r->service.n);
	return TOMB_OK;
}

enum tomb_code sigv4_sign(const struct sigv4_request *request, const struct sigv4_credentials *credentials,
	struct tomb_arena *arena, struct sigv4_signature *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO query = tomb_buf_init(TEXT_MAX);
	TOMB_BUF_AUTO names = tomb_buf_init(TEXT_MAX);
	struct sigv4_signature made = {.query = {NULL, 0}};
	struct tomb_str signed_names = {NULL, 0};
	char date[SIGV4_DATE_MAX];
	char day[DAY_MAX];
	char scope[SIGV4_SCOPE_MAX];

	if (request->nheaders > SIGV4_FIELDS_MAX || request->nquery > SIGV4_FIELDS_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "more than %d headers or parameters", SIGV4_FIELDS_MAX);
	TOMB_TRY(sigv4_date(request->time_us, date, err));
	TOMB_TRY(make_scope(request, date, day, scope, err));
	canonical_query(request->query, request->nquery, &query);
	TOMB_TRY(keep(&query, arena, &made.query, err));
	canonical_signed_names(request->headers, request->nheaders, &names);
	TOMB_TRY(tomb_buf_done(&names, &signed_names, err));
	TOMB_TRY(canonical_request(request, signed_names, arena, &made, err));
	TOMB_TRY(string_to_sign(date, scope, arena, &made, err));
	TOMB_TRY(sign(request, credentials, day, scope, arena, &made, err));
	TOMB_TRY(authorization(credentials->access_key, scope, signed_names, arena, &made, err));
	*out = made;
	return TOMB_OK;
}
