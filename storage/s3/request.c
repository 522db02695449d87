#include "s3/address.h"
#include "s3/s3.h"

enum {
	PATH_ARENA_MAX = 1 << 16, /* bytes: a key of which every byte is escaped, several times over */
	ANSWER_MAX = 1 << 18      /* bytes: what is not about many keys takes a few thousand, and two fit an arena */
};

enum tomb_code s3_send(struct s3 *s3, const struct s3_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(PATH_ARENA_MAX);
	struct sigv4_field headers[SIGV4_FIELDS_MAX];
	struct aws_request request = {
		.method = r->method,
		.query = r->query,
		.nquery = r->nquery,
		.headers = headers,
		.body = r->body,
		.answer_max = r->answer_max ? r->answer_max : ANSWER_MAX,
		.run = r->run,
	};

	if (r->put) {
		request.read = r->put->read;
		request.read_arg = r->put->arg;
		request.body_bytes = r->put->size_bytes;
		request.sha256 = r->put->sha256;
	}
	if (r->nheaders >= SIGV4_FIELDS_MAX)
		return TOMB_FAIL(err, TOMB_BUG, "%zu headers", r->nheaders);
	for (size_t i = 0; i < r->nheaders; i++)
		headers[request.nheaders++] = r->headers[i];
	if (s3->backend->expected_bucket_owner.n) /* a bucket of that name that somebody else took is not ours */
		headers[request.nheaders++] = (struct sigv4_field){
			TOMB_STR("x-amz-expected-bucket-owner"), s3->backend->expected_bucket_owner};
	TOMB_TRY(s3_address_path(s3->backend, r->key, &scratch, &request.path, err));
	return aws_call(&s3->aws, &request, arena, out, err);
}
