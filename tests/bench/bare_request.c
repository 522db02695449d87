#include "bare_s3.h"

#include "aws/sigv4.h"
#include "tombstone/base64.h"
#include "tombstone/clock.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>

enum { BODY_MAX = 4 << 20, PATH_MAX_BYTES = 512, REQUEST_HEAD_MAX = 2048 };

static const char *const methods[BARE_VERB_MAX] = {"PUT", "HEAD", "POST"};

static struct tomb_str sign(const struct bare_work *work, const char *method, const char *path, bool is_delete,
	struct tomb_str body, struct tomb_arena *arena)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	char hash[2 * TOMB_SHA256_SIZE + 1];
	char md5[TOMB_BASE64_SIZE(TOMB_MD5_SIZE) + 1];
	char date[SIGV4_DATE_MAX];
	struct sigv4_field parameter = {TOMB_STR("delete"), TOMB_STR("")};
	struct sigv4_field fields[4] = {{TOMB_STR("host"), tomb_str_from(work->host)}};
	struct sigv4_credentials credentials = {work->access_key, work->secret_key, NULL};
	struct sigv4_request to_sign = {.method = tomb_str_from(method),
		.path = tomb_str_from(path),
		.query = &parameter,
		.nquery = is_delete,
		.headers = fields,
		.nheaders = TOMB_COUNTOF(fields),
		.region = TOMB_STR("us-east-1"),
		.service = TOMB_STR("s3"),
		.time_us = tomb_clock_wall_us(tomb_clock_real())};
	TOMB_BUF_AUTO text = tomb_buf_init(REQUEST_HEAD_MAX + BODY_MAX);
	TOMB_ARENA_AUTO scratch = tomb_arena_init(1 << 16);
	struct sigv4_signature signature;
	struct tomb_str out;
	struct tomb_err why;

	if (sigv4_date(to_sign.time_us, date, &why) != TOMB_OK)
		errx(1, "%s", why.text);
	tomb_md5(body, digest);
	tomb_base64_encode(digest, TOMB_MD5_SIZE, md5);
	tomb_sha256(body, digest);
	fields[1] = (struct sigv4_field){TOMB_STR("x-amz-date"), tomb_str_from(date)};
	fields[2] = (struct sigv4_field){
		TOMB_STR("x-amz-content-sha256"), tomb_str_from(tomb_hex_encode(digest, sizeof digest, hash))};
	fields[3] = (struct sigv4_field){TOMB_STR("content-md5"), tomb_str_from(md5)};
	to_sign.payload_hash = tomb_str_from(hash);
	if (sigv4_sign(&to_sign, &credentials, &scratch, &signature, &why) != TOMB_OK)
		errx(1, "%s", why.text);
	tomb_buf_putf(&text,
		"%s %s%s HTTP/1.1\r\nHost: %s\r\nx-amz-date: %s\r\nx-amz-content-sha256: %s\r\nContent-MD5: %s\r\n"
		"Authorization: %.*s\r\nContent-Length: %zu\r\n\r\n",
		method, path, is_delete ? "?delete=" : "", work->host, date, hash, md5,
		TOMB_STR_ARG(signature.authorization), body.n);
	tomb_buf_put(&text, body);
	out = tomb_arena_str(arena, (struct tomb_str){text.p, text.n});
	if (text.broken || !out.p)
		errx(1, "no memory for the requests");
	return out;
}

static struct tomb_str delete_body(const struct bare_work *work, uint64_t first, uint64_t end, struct tomb_buf *body)
{
	tomb_buf_reset(body);
	tomb_buf_put(body, TOMB_STR("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
	for (uint64_t i = first; i < end; i++)
		tomb_buf_putf(body, "<Object><Key>%s%010" PRIu64 "</Key></Object>", work->prefix, i);
	tomb_buf_put(body, TOMB_STR("</Delete>"));
	return (struct tomb_str){body->p, body->n};
}

/* Bytes that no two objects have in common, so that no store may keep them once. */
static struct tomb_str object(const struct bare_work *work, uint64_t i, struct tomb_buf *body)
{
	tomb_buf_reset(body);
	while (body->n < work->size)
		tomb_buf_putf(body, "%016" PRIx64, i);
	return (struct tomb_str){body->p, work->size};
}

struct tomb_str *bare_requests(const struct bare_work *work, struct tomb_arena *arena, size_t *n)
{
	size_t step = work->verb == BARE_DELETE ? work->batch : 1;
	TOMB_BUF_AUTO body = tomb_buf_init(BODY_MAX);
	struct tomb_str *requests;
	char path[PATH_MAX_BYTES];

	*n = ((size_t)work->n + step - 1) / step;
	requests = TOMB_NEW(arena, struct tomb_str, *n + 1);
	if (!requests)
		errx(1, "no memory for the requests");
	for (size_t i = 0; i < *n; i++) {
		uint64_t first = work->from + i * step;
		uint64_t end = first + step < work->from + work->n ? first + step : work->from + work->n;
		struct tomb_str bytes = TOMB_STR("");

		(void)snprintf(path, sizeof path, "/%s/%s%010" PRIu64, work->bucket, work->prefix, first);
		if (work->verb == BARE_DELETE) {
			(void)snprintf(path, sizeof path, "/%s", work->bucket);
			bytes = delete_body(work, first, end, &body);
		} else if (work->verb == BARE_PUT) {
			bytes = object(work, first, &body);
		}
		requests[i] = sign(work, methods[work->verb], path, work->verb == BARE_DELETE, bytes, arena);
	}
	return requests;
}

struct tomb_str bare_make_bucket(const struct bare_work *work, struct tomb_arena *arena)
{
	char path[PATH_MAX_BYTES];

	(void)snprintf(path, sizeof path, "/%s", work->bucket);
	return sign(work, "PUT", path, false, TOMB_STR(""), arena);
}
