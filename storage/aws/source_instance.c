/*
 * The EC2 instance metadata service, version 2 only: a token by PUT, which no redirected GET of a fooled program gets,
 * then the role, then its keys.  Source: docs.aws.amazon.com "Use IMDSv2"; one attempt of one second, as botocore.
 */
#include "aws/key_request.h"
#include "aws/keys_json.h"
#include "aws/source.h"

enum { TIMEOUT_MS = 1000, ROLE_MAX = 64, TOKEN_MAX = 1024 };

#define KEYS_PATH "/latest/meta-data/iam/security-credentials/"

static struct key_request to(const struct source *source, const char *method)
{
	return (struct key_request){.method = method, .endpoint = source->endpoint, .timeout_ms = TIMEOUT_MS};
}

static enum tomb_code get_token(
	const struct source *source, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	const struct tomb_http_header ttl = {TOMB_STR("X-aws-ec2-metadata-token-ttl-seconds"), TOMB_STR("21600")};
	struct key_request r = to(source, "PUT");
	struct tomb_http_answer a;

	r.path = TOMB_STR("/latest/api/token");
	r.headers = &ttl;
	r.nheaders = 1;
	TOMB_TRY(key_request_send(&r, arena, &a, err));
	if (a.status != 200)
		return key_request_refused(&a, "asking for a token", err);
	if (a.body.n == 0 || a.body.n > TOKEN_MAX)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "a token of %zu bytes", a.body.n);
	*out = a.body;
	return TOMB_OK;
}

static enum tomb_code get(const struct source *source, struct tomb_str token, struct tomb_str path, const char *what,
	struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	const struct tomb_http_header header = {TOMB_STR("X-aws-ec2-metadata-token"), token};
	struct key_request r = to(source, "GET");
	struct tomb_http_answer a;

	r.path = path;
	r.headers = &header;
	r.nheaders = 1;
	TOMB_TRY(key_request_send(&r, arena, &a, err));
	if (a.status == 404)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "%s: the instance has no role; attach one", what);
	if (a.status != 200)
		return key_request_refused(&a, what, err);
	*out = a.body;
	return TOMB_OK;
}

/* The name becomes part of a path: IAM's own alphabet, and none of it needs escaping there. */
static enum tomb_code check_role(struct tomb_str *role, struct tomb_err *err)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-";
	const char *end = memchr(role->p, '\n', role->n);

	if (end)
		role->n = (size_t)(end - role->p);
	if (role->n && role->p[role->n - 1] == '\r')
		role->n--;
	for (size_t i = 0; i < role->n; i++)
		if (!memchr(set, role->p[i], sizeof set - 1))
			return TOMB_FAIL(err, TOMB_STORE_DENIED, "the role's name is not one");
	if (role->n == 0 || role->n > ROLE_MAX)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "a role's name of %zu bytes", role->n);
	return TOMB_OK;
}

enum tomb_code source_fetch_instance(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	TOMB_ARENA_SECRET_AUTO arena = tomb_arena_init((size_t)3 * KEY_REQUEST_ARENA_MAX);
	TOMB_BUF_AUTO path = tomb_buf_init(sizeof KEYS_PATH + ROLE_MAX);
	struct tomb_str token = {NULL, 0};
	struct tomb_str role = TOMB_STR("");
	struct tomb_str text = {NULL, 0};
	struct tomb_str keys = TOMB_STR("");

	TOMB_TRY(get_token(source, &arena, &token, err));
	TOMB_TRY(get(source, token, TOMB_STR(KEYS_PATH), "asking for the role", &arena, &role, err));
	TOMB_TRY(check_role(&role, err));
	tomb_buf_put(&path, TOMB_STR(KEYS_PATH));
	tomb_buf_put(&path, role);
	TOMB_TRY(tomb_buf_done(&path, &text, err));
	TOMB_TRY(get(source, token, text, "asking for the keys", &arena, &keys, err));
	return keys_json_read(keys, KEYS_JSON_INSTANCE, out, err);
}
