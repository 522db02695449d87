#include "s3/address.h"
#include "s3/s3.h"

enum { ANSWER_MAX = 1 << 18 }; /* bytes: what is not about many keys takes a few thousand, and two fit an arena */

enum tomb_code s3_draft(struct s3 *s3, const struct s3_request *r, struct tomb_arena *arena, struct aws_request *out,
	struct tomb_err *err)
{
	struct tomb_str owner = s3->backend->expected_bucket_owner;
	struct sigv4_field *headers = TOMB_NEW(arena, struct sigv4_field, r->nheaders + 1);
	struct aws_request request = {
		.method = r->method,
		.query = r->query,
		.nquery = r->nquery,
		.headers = headers,
		.body = r->body,
		.answer_max = r->answer_max ? r->answer_max : ANSWER_MAX,
		.run = r->run,
	};

	if (!headers)
		return TOMB_FAIL(err, TOMB_NOMEM, "a request");
	if (r->put) {
		request.read = r->put->read;
		request.read_arg = r->put->arg;
		request.body_bytes = r->put->size_bytes;
		request.sha256 = r->put->sha256;
	}
	for (size_t i = 0; i < r->nheaders; i++)
		headers[request.nheaders++] = r->headers[i];
	if (owner.n) /* a bucket of that name that somebody else took is not ours */
		headers[request.nheaders++] = (struct sigv4_field){TOMB_STR("x-amz-expected-bucket-owner"), owner};
	TOMB_TRY(s3_address_path(s3->backend, r->key, arena, &request.path, err));
	*out = request;
	return TOMB_OK;
}

enum tomb_code s3_send(struct s3 *s3, const struct s3_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(S3_DRAFT_MAX);
	struct aws_request request;

	TOMB_TRY(s3_draft(s3, r, &scratch, &request, err));
	return aws_call(&s3->aws, &request, arena, out, err);
}
