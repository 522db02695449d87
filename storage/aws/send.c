#include "aws/client.h"
#include "aws/place.h"
#include "aws/repair.h"

#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/store.h"

enum {
	SCRATCH_MAX = 1 << 18,     /* bytes: a signature, and a URL of a key that is escaped */
	SLOWEST_BYTES_PER_MS = 64, /* 64 KB/s: an upload may take its timeout and this */
	OWN_HEADERS = 4
};

/* Everything that is signed, and then sent. */
struct draft {
	struct sigv4_field headers[SIGV4_FIELDS_MAX];
	size_t nheaders;
	char date[SIGV4_DATE_MAX];
	char hash[2 * TOMB_SHA256_SIZE + 1];
	struct sigv4_signature signature;
};

static void add(struct draft *d, struct tomb_str name, struct tomb_str value)
{
	d->headers[d->nheaders++] = (struct sigv4_field){name, value};
}

static enum tomb_code put_headers(const struct aws_client *client, const struct aws_keys *keys,
	const struct aws_request *r, int64_t now_us, struct draft *d, struct tomb_err *err)
{
	uint8_t sha256[TOMB_SHA256_SIZE];

	if (r->nheaders > SIGV4_FIELDS_MAX - OWN_HEADERS)
		return TOMB_FAIL(err, TOMB_BUG, "%zu headers", r->nheaders);
	TOMB_TRY(sigv4_date(now_us, d->date, err));
	tomb_sha256(r->body, sha256);
	tomb_hex_encode(r->read ? r->sha256 : sha256, TOMB_SHA256_SIZE, d->hash);
	add(d, TOMB_STR("host"), aws_place_host(client));
	add(d, TOMB_STR("x-amz-date"), tomb_str_from(d->date));
	add(d, TOMB_STR("x-amz-content-sha256"), tomb_str_from(d->hash));
	if (keys->session_token.n)
		add(d, TOMB_STR("x-amz-security-token"), credential_str(&keys->session_token));
	for (size_t i = 0; i < r->nheaders; i++)
		add(d, r->headers[i].name, r->headers[i].value);
	return TOMB_OK;
}

static enum tomb_code sign(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena,
	struct draft *d, struct tomb_err *err)
{
	int64_t now_us = aws_repair_now_us(client);
	const struct aws_keys *keys = NULL;
	struct sigv4_credentials credentials = {{NULL, 0}, {NULL, 0}, NULL};
	struct sigv4_request request = {
		.method = tomb_str_from(r->method),
		.path = r->path,
		.path_rule = client->service->path_rule,
		.query = r->query,
		.nquery = r->nquery,
		.region = tomb_str_from(client->region),
		.service = client->service->name,
		.time_us = now_us,
	};

	TOMB_TRY(aws_provider_keys(client->provider, now_us, &keys, err));
	credentials.access_key = credential_str(&keys->access_key);
	credentials.secret_key = credential_str(&keys->secret_key);
	credentials.derived = aws_provider_derived(client->provider);
	TOMB_TRY(put_headers(client, keys, r, now_us, d, err));
	request.headers = d->headers;
	request.nheaders = d->nheaders;
	request.payload_hash = tomb_str_from(d->hash);
	return sigv4_sign(&request, &credentials, arena, &d->signature, err);
}

static enum tomb_code make_url(const struct aws_client *client, struct tomb_str path, const struct draft *d,
	struct tomb_arena *arena, const char **out, struct tomb_err *err)
{
	TOMB_BUF_AUTO url = tomb_buf_init((size_t)2 * TOMB_STORE_URL_MAX);
	struct tomb_str text = {NULL, 0};

	tomb_buf_put(&url, tomb_str_from(client->endpoint));
	tomb_buf_put(&url, path);
	if (d->signature.query.n) {
		tomb_buf_put(&url, TOMB_STR("?"));
		tomb_buf_put(&url, d->signature.query);
	}
	TOMB_TRY(tomb_buf_done(&url, &text, err));
	text = tomb_arena_str(arena, text);
	if (!text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a request");
	*out = text.p;
	return TOMB_OK;
}

static int timeout_ms(const struct aws_client *client, const struct aws_request *r)
{
	int64_t bytes = r->read ? r->body_bytes : (int64_t)r->body.n;
	int64_t ms = client->backend->request_timeout_ms + bytes / SLOWEST_BYTES_PER_MS;

	return ms < INT32_MAX ? (int)ms : INT32_MAX;
}

enum tomb_code aws_send(struct aws_client *client, const struct aws_request *r, struct tomb_arena *arena, void *tag,
	struct aws_signed *as, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(SCRATCH_MAX);
	struct draft d = {.nheaders = 0};
	struct tomb_http_header headers[SIGV4_FIELDS_MAX];
	struct tomb_http_request request = {
		.method = r->method,
		.headers = headers,
		.body = r->body,
		.read = r->read,
		.read_arg = r->read_arg,
		.body_bytes = r->body_bytes,
		.answer_max = r->answer_max,
		.sink = r->sink,
		.sink_arg = r->sink_arg,
		.connect_timeout_ms = (int)client->backend->connect_timeout_ms,
		.timeout_ms = timeout_ms(client, r),
		.ca_file = client->backend->ca_file.n ? client->backend->ca_file.p : NULL,
		.allow_plain_http = true, /* the backends file allowed it */
	};

	TOMB_TRY(sign(client, r, &scratch, &d, err));
	*as = (struct aws_signed){client->clock_offset_us, aws_provider_changes(client->provider), client->moves};
	TOMB_TRY(make_url(client, r->path, &d, &scratch, &request.url, err));
	for (size_t i = 1; i < d.nheaders; i++) /* host, the first, comes from the URL */
		headers[request.nheaders++] = (struct tomb_http_header){d.headers[i].name, d.headers[i].value};
	headers[request.nheaders++] = (struct tomb_http_header){TOMB_STR("Authorization"), d.signature.authorization};
	return tomb_http_start(client->http, &request, arena, tag, err);
}
