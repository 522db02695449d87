#include "s3/s3.h"

#include "tombstone/percent.h"

enum { PATH_ARENA_MAX = 1 << 16 }; /* bytes: a key of which every byte is escaped, several times over */

/* "/bucket" or "/bucket/key", encoded once: this is what is signed and sent. */
static enum tomb_code make_path(
	const struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(TOMB_STORE_URL_MAX);
	struct tomb_str text = {NULL, 0};

	tomb_buf_put(&path, TOMB_STR("/"));
	tomb_buf_put(&path, s3->backend->bucket);
	if (key.n) {
		tomb_buf_put(&path, TOMB_STR("/"));
		tomb_percent_encode_path(&path, key);
	}
	TOMB_TRY(tomb_buf_done(&path, &text, err));
	text = tomb_arena_str(arena, text);
	if (!text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a request");
	*out = text;
	return TOMB_OK;
}

enum tomb_code s3_send(struct s3 *s3, const struct s3_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(PATH_ARENA_MAX);
	struct aws_request request = {
		.method = r->method,
		.query = r->query,
		.nquery = r->nquery,
		.headers = r->headers,
		.nheaders = r->nheaders,
		.body = r->body,
		.answer_max = r->answer_max,
	};

	if (r->put) {
		request.read = r->put->read;
		request.read_arg = r->put->arg;
		request.body_bytes = r->put->size_bytes;
		request.sha256 = r->put->sha256;
	}
	TOMB_TRY(make_path(s3, r->key, &scratch, &request.path, err));
	return aws_call(&s3->aws, &request, arena, out, err);
}
