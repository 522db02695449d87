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

/* The second best: whoever puts the same key between the look and the put is not seen.  Keys are new each time. */
static enum tomb_code refuse_existing(
	struct s3 *s3, struct tomb_str key, struct tomb_arena *scratch, struct tomb_err *err)
{
	struct tomb_stat st;

	TOMB_TRY(s3_head(s3, key, TOMB_STR(""), scratch, &st, err));
	if (st.present)
		return TOMB_FAIL(err, TOMB_CONFLICT, "PUT: the key exists");
	return TOMB_OK;
}

enum tomb_code s3_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(ANSWER_ARENA_MAX);
	struct s3 *s3 = s3_of(store);
	struct sigv4_field headers[3] = {
		{TOMB_STR("content-type"), TOMB_STR("application/octet-stream")},
	};
	bool is_conditional = !s3->refuses_conditional_put && store->capability.conditional_put != TOMB_ABILITY_MISSING;
	struct s3_request r = {
		.method = "PUT",
		.key = put->key,
		.headers = headers,
		.nheaders = 1,
		.put = put,
	};
	struct tomb_http_answer a;
	struct s3_failure failure;

	if (put->size_bytes > PUT_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "backend %s: %lld bytes: one PUT takes 5 GiB", store->name.p,
			(long long)put->size_bytes);
	if (s3->backend->storage_class.n)
		headers[r.nheaders++] = (struct sigv4_field){
			TOMB_STR("x-amz-storage-class"), s3->backend->storage_class};
	if (is_conditional)
		headers[r.nheaders++] = (struct sigv4_field){TOMB_STR("if-none-match"), TOMB_STR("*")};
	else
		TOMB_TRY(refuse_existing(s3, put->key, &scratch, err));
	TOMB_TRY(s3_send(s3, &r, &scratch, &a, err));
	if (is_conditional && a.status == 501) { /* nothing was stored, but the bytes are read */
		s3->refuses_conditional_put = true;
		return TOMB_FAIL(err, TOMB_NET, "PUT: this store knows no condition: the next put looks first: again");
	}
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
