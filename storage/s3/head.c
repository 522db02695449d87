#include "s3/s3.h"

#include "result.h"
#include "tombstone/parse.h"
#include "tombstone/time.h"

static enum tomb_lock lock_of(struct tomb_str mode)
{
	if (tomb_str_eq(mode, TOMB_STR("COMPLIANCE")))
		return TOMB_LOCK_COMPLIANCE;
	return mode.n ? TOMB_LOCK_GOVERNANCE : TOMB_LOCK_NONE; /* a mode that nobody knows is a lock too */
}

static enum tomb_code read_headers(const struct tomb_http_answer *a, struct tomb_stat *out, struct tomb_err *err)
{
	struct tomb_str until = tomb_http_header(a, "x-amz-object-lock-retain-until-date");
	struct tomb_str class = tomb_http_header(a, "x-amz-storage-class");

	out->present = true;
	if (!tomb_parse_i64(tomb_http_header(a, "Content-Length"), 0, INT64_MAX, &out->size_bytes) ||
		!tomb_time_parse_http(tomb_http_header(a, "Last-Modified"), &out->modified_us))
		return TOMB_FAIL(err, TOMB_STORE, "an answer to HEAD without a size or a date");
	out->etag = tomb_http_header(a, "ETag");
	out->storage_class = class.n ? class : TOMB_STR("STANDARD");
	out->version_id = tomb_http_header(a, "x-amz-version-id");
	out->lock = lock_of(tomb_http_header(a, "x-amz-object-lock-mode"));
	if (until.n)
		TOMB_TRY(tomb_time_parse(until, &out->locked_until_us, err));
	out->legal_hold = tomb_str_eq(tomb_http_header(a, "x-amz-object-lock-legal-hold"), TOMB_STR("ON"));
	return TOMB_OK;
}

enum tomb_code s3_head_ask(struct s3 *s3, struct tomb_str key, struct tomb_str version_id, struct tomb_arena *arena,
	struct aws_request *out, struct tomb_err *err)
{
	struct sigv4_field *version = TOMB_NEW(arena, struct sigv4_field, 1);
	struct s3_request r = {.method = "HEAD", .key = key, .query = version, .nquery = version_id.n ? 1 : 0};

	if (!version)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at a key");
	*version = (struct sigv4_field){TOMB_STR("versionId"), version_id};
	return s3_draft(s3, &r, arena, out, err);
}

enum tomb_code s3_head_read(struct s3 *s3, struct tomb_str version_id, const struct tomb_http_answer *a,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	struct tomb_stat found = {.etag = TOMB_STR("")};
	struct s3_failure failure;

	found.storage_class = found.version_id = TOMB_STR("");
	found.request_id = s3_failure_request_id(a);
	if (a->status == 200) {
		TOMB_TRY(read_headers(a, &found, err));
		*out = found;
		return TOMB_OK;
	}
	/* A delete marker, asked for by its id. */
	if (a->status == 405 && version_id.n && tomb_http_header(a, "x-amz-delete-marker").n) {
		*out = found;
		return TOMB_OK;
	}
	/* Anything between us and the store can say 404; only the store has request ids. */
	if (a->status == 404 && found.request_id.n) {
		bool hidden = tomb_http_header(a, "x-amz-delete-marker").n > 0;

		if (hidden && s3->store.probe.versioning == TOMB_VERSIONING_NEVER)
			return TOMB_FAIL(err, TOMB_STORE, "HEAD: hidden by a delete marker: the bucket has versions");
		*out = found;
		return TOMB_OK;
	}
	s3_failure_read(a, arena, &failure);
	return s3_failure_set(&failure, "HEAD", err);
}

enum tomb_code s3_head(struct s3 *s3, struct tomb_str key, struct tomb_str version_id, struct tomb_arena *arena,
	struct tomb_stat *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(S3_DRAFT_MAX);
	struct aws_request request;
	struct tomb_http_answer a;

	TOMB_TRY(s3_head_ask(s3, key, version_id, &scratch, &request, err));
	TOMB_TRY(aws_call(&s3->aws, &request, arena, &a, err));
	return s3_head_read(s3, version_id, &a, arena, out, err);
}
