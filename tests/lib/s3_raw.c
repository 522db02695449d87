#include "s3_raw.h"

#include "../../storage/aws/sigv4.h"
#include "tombstone/base64.h"
#include "tombstone/clock.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/percent.h"

#include <assert.h>
#include <stdio.h>

enum { PARTS_MAX = 8 }; /* parameters, or headers */

static struct sigv4_field split(struct tomb_str text, struct tomb_str at)
{
	const char *p = memmem(text.p, text.n, at.p, at.n);

	if (!p)
		return (struct sigv4_field){text, TOMB_STR("")};
	return (struct sigv4_field){{text.p, (size_t)(p - text.p)}, {p + at.n, text.n - (size_t)(p - text.p) - at.n}};
}

/* "a: 1\nb: 2" into fields. */
static size_t split_all(const char *text, struct tomb_str between, struct tomb_str at, struct sigv4_field *out)
{
	struct sigv4_field parts = {TOMB_STR(""), tomb_str_from(text)};
	size_t n = 0;

	while (parts.value.n) {
		assert(n < PARTS_MAX);
		parts = split(parts.value, between);
		out[n++] = split(parts.name, at);
	}
	return n;
}

static size_t split_query(const char *query, struct tomb_arena *arena, struct sigv4_field *out)
{
	size_t n = split_all(query, TOMB_STR("&"), TOMB_STR("="), out);
	struct tomb_err err;

	for (size_t i = 0; i < n; i++) {
		enum tomb_code code = tomb_percent_decode(out[i].value, arena, &out[i].value, &err);

		assert(code == TOMB_OK);
	}
	return n;
}

int s3_raw_send(struct s3_raw *raw, const char *method, const char *path, const char *query, const char *headers,
	struct tomb_str body)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	char hash[2 * TOMB_SHA256_SIZE + 1];
	char md5[TOMB_BASE64_SIZE(TOMB_MD5_SIZE) + 1];
	char date[SIGV4_DATE_MAX];
	char url[4096];
	int64_t now_us = tomb_clock_wall_us(tomb_clock_real());
	struct sigv4_field parameters[PARTS_MAX];
	struct sigv4_field fields[4 + PARTS_MAX] = {
		{TOMB_STR("host"), tomb_str_from(strstr(raw->endpoint, "://") + 3)}};
	struct sigv4_credentials credentials = {tomb_str_from(raw->access_key), tomb_str_from(raw->secret_key), NULL};
	struct sigv4_request to_sign = {.method = tomb_str_from(method),
		.path = tomb_str_from(path),
		.query = parameters,
		.nquery = split_query(query, raw->arena, parameters),
		.headers = fields,
		.nheaders = 4,
		.region = TOMB_STR("us-east-1"),
		.service = TOMB_STR("s3"),
		.time_us = now_us};
	struct sigv4_signature signature;
	struct tomb_http_header sent[4 + PARTS_MAX];
	struct tomb_http_request request = {
		.method = method, .url = url, .headers = sent, .body = body, .allow_plain_http = true};
	struct tomb_err err = {.text = ""};
	enum tomb_code code = sigv4_date(now_us, date, &err);

	assert(code == TOMB_OK);
	tomb_md5(body, digest);
	tomb_base64_encode(digest, TOMB_MD5_SIZE, md5);
	tomb_sha256(body, digest);
	fields[1] = (struct sigv4_field){TOMB_STR("x-amz-date"), tomb_str_from(date)};
	fields[2] = (struct sigv4_field){
		TOMB_STR("x-amz-content-sha256"), tomb_str_from(tomb_hex_encode(digest, sizeof digest, hash))};
	fields[3] = (struct sigv4_field){TOMB_STR("content-md5"), tomb_str_from(md5)};
	to_sign.nheaders += split_all(headers, TOMB_STR("\n"), TOMB_STR(": "), fields + to_sign.nheaders);
	to_sign.payload_hash = tomb_str_from(hash);
	code = sigv4_sign(&to_sign, &credentials, raw->arena, &signature, &err);
	assert(code == TOMB_OK);
	(void)snprintf(url, sizeof url, "%s%s%s%s", raw->endpoint, path, query[0] ? "?" : "", signature.query.p);
	for (size_t i = 1; i < to_sign.nheaders; i++)
		sent[request.nheaders++] = (struct tomb_http_header){fields[i].name, fields[i].value};
	sent[request.nheaders++] = (struct tomb_http_header){TOMB_STR("authorization"), signature.authorization};
	code = tomb_http_run(raw->http, &request, raw->arena, &raw->answer, &err);
	if (code != TOMB_OK)
		(void)fprintf(stderr, "%s %s: %s\n", method, url, err.text);
	return code == TOMB_OK ? raw->answer.status : -1;
}
