#include "aws/key_request.h"

#include "aws/keys_json.h"

enum { URL_MAX = 8192 };

enum tomb_code key_request_send(
	const struct key_request *r, struct tomb_arena *arena, struct tomb_http_answer *out, struct tomb_err *err)
{
	TOMB_HTTP_AUTO *http = NULL; /* of its own: a connection kept alive keeps buffers, and these hold keys */
	TOMB_BUF_AUTO url = tomb_buf_init(URL_MAX);
	struct tomb_str text = {NULL, 0};
	struct tomb_http_request request = {
		.method = r->method,
		.headers = r->headers,
		.nheaders = r->nheaders,
		.body = r->body,
		.answer_max = KEYS_JSON_MAX,
		.connect_timeout_ms = r->timeout_ms,
		.timeout_ms = r->timeout_ms,
		.ca_file = r->ca_file,
		.allow_plain_http = true,
		.is_secret = true,
	};
	enum tomb_code code = TOMB_OK;

	tomb_buf_put(&url, r->endpoint);
	tomb_buf_put(&url, r->path);
	TOMB_TRY(tomb_buf_done(&url, &text, err));
	request.url = text.p;
	TOMB_TRY(tomb_http_new(&http, err));
	code = tomb_http_run(http, &request, arena, out, err);
	if (code == TOMB_OK || code == TOMB_NOMEM || code == TOMB_NET)
		return code;
	err->code = code == TOMB_UNCERTAIN ? TOMB_NET : TOMB_STORE_DENIED;
	return err->code;
}

enum tomb_code key_request_refused(const struct tomb_http_answer *answer, const char *what, struct tomb_err *err)
{
	bool passes = answer->status == 429 || answer->status >= 500;

	return TOMB_FAIL(err, passes ? TOMB_NET : TOMB_STORE_DENIED, "%s: status %d", what, answer->status);
}
