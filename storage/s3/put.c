#include "s3/s3.h"

#include "result.h"

enum { ANSWER_ARENA_MAX = 1 << 20 };

/* One PUT takes no more; parts come with a later release. */
#define PUT_MAX (INT64_C(5) << 30)

static enum tomb_code keep(const struct tomb_http_answer *a, struct tomb_arena *arena, struct tomb_placed *out)
{
	struct tomb_placed placed = {
		.etag = tomb_arena_str(arena, tomb_http_header(a, "ETag")),
		.version_id = tomb_arena_str(arena, tomb_http_header(a, "x-amz-version-id")),
		.request_id = tomb_arena_str(arena, s3_failure_request_id(a)),
	};

	if (!placed.etag.p || !placed.version_id.p || !placed.request_id.p)
		return TOMB_UNCERTAIN;
	*out = placed;
	return TOMB_OK;
}

enum tomb_code s3_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(ANSWER_ARENA_MAX);
	struct s3 *s3 = s3_of(store);
	struct sigv4_field headers[3] = {
		/* Where this is not known, the key's being new for each generation has to do. */
		{TOMB_STR("if-none-match"), TOMB_STR("*")},
		{TOMB_STR("content-type"), TOMB_STR("application/octet-stream")},
		{TOMB_STR("x-amz-storage-class"), s3->backend->storage_class},
	};
	struct s3_request r = {
		.method = "PUT",
		.key = put->key,
		.headers = headers,
		.nheaders = s3->backend->storage_class.n ? 3 : 2,
		.put = put,
	};
	struct tomb_http_answer a;
	struct s3_failure failure;

	if (put->size_bytes > PUT_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "backend %s: %lld bytes: one PUT takes 5 GiB", store->name.p,
			(long long)put->size_bytes);
	TOMB_TRY(s3_send(s3, &r, &scratch, &a, err));
	if (a.status == 200 && tomb_http_header(&a, "ETag").n) {
		if (keep(&a, arena, out) != TOMB_OK)
			return TOMB_FAIL(err, TOMB_UNCERTAIN, "no memory to keep the answer");
		return TOMB_OK;
	}
	s3_failure_read(&a, &scratch, &failure);
	if (a.status < 300 || a.status >= 500)
		failure.code = failure.code == TOMB_STORE_THROTTLED ? failure.code : TOMB_UNCERTAIN;
	return s3_failure_set(&failure, "PUT", err);
}
