/*
 * The endpoint that a container platform (ECS, EKS Pod Identity, Greengrass) names in the environment.
 * Source: docs.aws.amazon.com/sdkref "Container credential provider"; botocore utils.py.
 */
#include "aws/key_request.h"
#include "aws/keys_json.h"
#include "aws/secret_file.h"
#include "aws/source.h"
#include "backend_rule.h"

#include <stdio.h>

enum { TIMEOUT_MS = 2000, TOKEN_FILE_MAX = 16384 };

/* The addresses of the platforms.  Beside them this machine itself is allowed. */
static const char *const hosts[] = {
	"http://169.254.170.2",
	"http://169.254.170.23",
	"http://[fd00:ec2::23]",
};

/* Splits scheme://host[:port] off; false when there is no such thing. */
static bool split_url(struct tomb_str url, struct tomb_str *endpoint, struct tomb_str *path)
{
	const char *authority = memmem(url.p, url.n, "://", 3);
	size_t n = authority ? (size_t)(authority + 3 - url.p) : 0;

	if (!authority)
		return false;
	while (n < url.n && url.p[n] != '/' && url.p[n] != '?')
		n++;
	*endpoint = (struct tomb_str){url.p, n};
	*path = (struct tomb_str){url.p + n, url.n - n};
	return true;
}

static bool is_local(struct tomb_str endpoint)
{
	struct tomb_str http = endpoint;
	char text[300];

	if (endpoint.n > 8 && memcmp(endpoint.p, "https://", 8) == 0) { /* the same host, asked of the rule for http */
		(void)snprintf(text, sizeof text, "http://%.*s", (int)(endpoint.n - 8), endpoint.p + 8);
		http = tomb_str_from(text);
	}
	return backend_rule_is_private(http);
}

const char *source_container_rule(struct tomb_str url)
{
	struct tomb_str endpoint = {NULL, 0};
	struct tomb_str path = {NULL, 0};

	if (!split_url(url, &endpoint, &path) || backend_rule_endpoint(endpoint))
		return "http://host/path or https://host:port/path, lower case, without the default port";
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] <= ' ' || path.p[i] >= 127 || path.p[i] == '#' || path.p[i] == '\\')
			return "a path of printable ASCII, without # and \\";
	for (size_t i = 0; i < TOMB_COUNTOF(hosts); i++)
		if (tomb_str_eq(endpoint, tomb_str_from(hosts[i])))
			return NULL;
	return is_local(endpoint) ? NULL : "only 169.254.170.2, 169.254.170.23, [fd00:ec2::23] or this machine";
}

/* The platform renews the file, so it is read each time.  Its mode is the platform's: mounted secrets are often 0644
 * inside of a container that has one user. */
static enum tomb_code get_token(
	const struct source *source, struct secret_file *file, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str path = source->env.value[AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE];

	*out = source->env.value[AWS_CONTAINER_AUTHORIZATION_TOKEN];
	if (path.n) {
		TOMB_TRY(secret_file_read(path.p, TOKEN_FILE_MAX, file, err));
		*out = file->text;
		while (out->n && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
			out->n--;
	}
	if (path.n && out->n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: empty", path.p);
	for (size_t i = 0; i < out->n; i++)
		if ((unsigned char)out->p[i] < ' ' || out->p[i] == 127)
			return TOMB_FAIL(err, TOMB_INVAL, "the authorization token has control characters");
	return TOMB_OK;
}

enum tomb_code source_fetch_container(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	TOMB_ARENA_SECRET_AUTO arena = tomb_arena_init(KEY_REQUEST_ARENA_MAX);
	SECRET_FILE_AUTO file = {.text = {NULL, 0}};
	struct tomb_http_header headers[] = {
		{TOMB_STR("Accept"), TOMB_STR("application/json")}, {TOMB_STR("Authorization"), TOMB_STR("")}};
	struct key_request r = {.method = "GET",
		.endpoint = source->endpoint,
		.headers = headers,
		.nheaders = 1,
		.timeout_ms = TIMEOUT_MS};
	struct tomb_http_answer a;

	TOMB_TRY(get_token(source, &file, &headers[1].value, err));
	if (headers[1].value.n)
		r.nheaders = 2;
	TOMB_TRY(key_request_send(&r, &arena, &a, err));
	if (a.status != 200)
		return key_request_refused(&a, "asking for the keys", err);
	return keys_json_read(a.body, KEYS_JSON_CONTAINER, out, err);
}
