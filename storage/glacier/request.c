#include "glacier/glacier.h"

enum { PATH_MAX_BYTES = 1024 }; /* account, vault, id: 12, 255 and 255 bytes */

static const struct sigv4_field version = {{"x-amz-glacier-version", 21}, {"2012-06-01", 10}};

bool glacier_is_id(struct tomb_str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= 'a' && id.p[i] <= 'z') || (id.p[i] >= 'A' && id.p[i] <= 'Z') ||
			    (id.p[i] >= '0' && id.p[i] <= '9') || id.p[i] == '_' || id.p[i] == '-'))
			return false;
	return id.n >= 1 && id.n <= GLACIER_ID_MAX;
}

enum tomb_code glacier_send(struct glacier *g, const struct glacier_request *r, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(PATH_MAX_BYTES);
	struct aws_request request = {
		.method = r->method,
		.headers = &version,
		.nheaders = 1,
		.body = r->body,
		.sink = r->sink,
		.sink_arg = r->sink_arg,
	};

	if (r->id.n && !glacier_is_id(r->id))
		return TOMB_FAIL(err, TOMB_INVAL, "%.*s is not an id of a vault", TOMB_STR_ARG(r->id));
	tomb_buf_putf(&path, "/%s/vaults/%s%s%.*s%s", g->backend->account_id.p, g->backend->vault.p, r->folder,
		TOMB_STR_ARG(r->id), r->subject);
	TOMB_TRY(tomb_buf_done(&path, &request.path, err));
	return aws_call(&g->aws, &request, arena, out, err);
}
