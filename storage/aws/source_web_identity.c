/*
 * Keys for a token of an identity provider, as Kubernetes mounts it: STS AssumeRoleWithWebIdentity.  The request is not
 * signed; the token is the proof.  Source: docs.aws.amazon.com/STS "AssumeRoleWithWebIdentity".
 */
#include "aws/answer_sts.h"
#include "aws/key_request.h"
#include "aws/secret_file.h"
#include "aws/source.h"
#include "backend_rule.h"
#include "tombstone/percent.h"

#include <stdio.h>

enum { TIMEOUT_MS = 10000, TOKEN_MAX = 20000 /* STS's limit */, BODY_MAX = 1 << 17 };

/* What STS says, and what it means; anything else is told by its status alone. */
static const struct row {
	const char *code;
	enum tomb_code as;
	const char *advice;
} rows[] = {
	{"AccessDenied", TOMB_STORE_DENIED, "the role's trust policy does not let this token in"},
	{"ExpiredTokenException", TOMB_STORE_DENIED, "the token has ended; see that its file is renewed"},
	{"InvalidIdentityToken", TOMB_STORE_DENIED, "the account does not know the token's issuer"},
	{"IDPRejectedClaim", TOMB_STORE_DENIED, "the identity provider does not stand by the token"},
	{"IDPCommunicationError", TOMB_NET, "STS does not reach the identity provider"},
	{"RegionDisabledException", TOMB_STORE_DENIED, "STS is switched off in this region"},
	{"ValidationError", TOMB_STORE_DENIED, "check the role's ARN and the session's name"},
	{"Throttling", TOMB_NET, "STS asks for fewer requests"},
};

static enum tomb_code refused(const struct tomb_http_answer *a, struct tomb_err *err)
{
	char code[ANSWER_STS_CODE_MAX];

	answer_sts_code(a->body, code);
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		if (strcmp(rows[i].code, code) == 0)
			return TOMB_FAIL(
				err, rows[i].as, "STS says %s (%d): %s", rows[i].code, a->status, rows[i].advice);
	return key_request_refused(a, "asking STS", err);
}

/* STS of the backend's region, unless AWS_ENDPOINT_URL_STS says where. */
static enum tomb_code put_endpoint(const struct source *source, struct tomb_buf *out, struct tomb_err *err)
{
	struct tomb_str given = source->env.value[AWS_ENDPOINT_URL_STS];
	struct tomb_str region = source->backend->region;
	bool is_china = region.n > 3 && memcmp(region.p, "cn-", 3) == 0;
	const char *broken = NULL;

	if (!given.n) {
		tomb_buf_putf(out, "https://sts.%s.amazonaws.com%s", region.p, is_china ? ".cn" : "");
		return TOMB_OK;
	}
	if (given.p[given.n - 1] == '/')
		given.n--;
	broken = source_endpoint_rule(given);
	if (!broken && !backend_rule_is_private(given))
		broken = "https, or http to this machine: the token is a secret";
	if (broken)
		return TOMB_FAIL(err, TOMB_INVAL, "AWS_ENDPOINT_URL_STS: %s", broken);
	tomb_buf_put(out, given);
	return TOMB_OK;
}

static void put_body(const struct source *source, struct tomb_str token, struct tomb_buf *out)
{
	tomb_buf_put(out, TOMB_STR("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn="));
	tomb_percent_encode(out, source->role_arn);
	tomb_buf_put(out, TOMB_STR("&RoleSessionName="));
	tomb_percent_encode(out, source->session_name.n ? source->session_name : TOMB_STR("tombstone"));
	tomb_buf_put(out, TOMB_STR("&WebIdentityToken="));
	tomb_percent_encode(out, token);
}

/* Read each time: who mounts it renews it.  Its mode is theirs as well, and often 0644. */
static enum tomb_code read_token(
	const struct source *source, struct secret_file *file, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_TRY(secret_file_read(source->token_file.p, TOKEN_MAX, file, err));
	*out = file->text;
	while (out->n && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->n--;
	if (out->n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: empty", source->token_file.p);
	return TOMB_OK;
}

enum tomb_code source_fetch_web_identity(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	TOMB_ARENA_SECRET_AUTO arena = tomb_arena_init(KEY_REQUEST_ARENA_MAX);
	TOMB_SECRET_PAGES_AUTO pages = {NULL, 0};
	SECRET_FILE_AUTO file = {.text = {NULL, 0}};
	TOMB_BUF_AUTO endpoint = tomb_buf_init(1024);
	const struct tomb_http_header type = {TOMB_STR("Content-Type"), TOMB_STR("application/x-www-form-urlencoded")};
	struct key_request r = {.method = "POST", .path = TOMB_STR("/"), .headers = &type, .nheaders = 1};
	struct tomb_buf body = tomb_buf_init(BODY_MAX);
	struct tomb_str token = {NULL, 0};
	struct tomb_http_answer a;

	TOMB_TRY(put_endpoint(source, &endpoint, err));
	TOMB_TRY(tomb_buf_done(&endpoint, &r.endpoint, err));
	TOMB_TRY(read_token(source, &file, &token, err));
	TOMB_TRY(tomb_secret_pages_map(BODY_MAX + 1, &pages, err));
	body.p = pages.p; /* never grows, never freed: the pages are */
	body.cap = pages.n;
	put_body(source, token, &body);
	TOMB_TRY(tomb_buf_done(&body, &r.body, err));
	r.timeout_ms = TIMEOUT_MS;
	TOMB_TRY(key_request_send(&r, &arena, &a, err));
	if (a.status != 200)
		return refused(&a, err);
	return answer_sts_keys(a.body, out, err);
}
