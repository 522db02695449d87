#include "response.h"

#include "tombstone/html.h"
#include "tombstone/json_writer.h"

#include <unistd.h>

enum { RETRY_AFTER_S = 5 }; /* long enough for a full queue to drain, short enough for a person */

#define CSP                                                                                                            \
	"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "                \
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

struct tomb_response tomb_response_init(struct tomb_arena *arena)
{
	return (struct tomb_response){.body = tomb_buf_init(TOMB_RESPONSE_MAX), .fd = -1, .arena = arena};
}

static void drop_file(struct tomb_response *res)
{
	if (res->fd >= 0)
		(void)close(res->fd); /* it was only read from */
	res->fd = -1;
	res->fd_size = 0;
}

static void drop_stream(struct tomb_response *res)
{
	if (!res->stream)
		return;
	tomb_stream_leave(res->stream);
	tomb_stream_unref(res->stream);
	res->stream = NULL;
}

void tomb_response_fini(struct tomb_response *res)
{
	drop_file(res);
	drop_stream(res);
	tomb_buf_fini(&res->body);
}

void tomb_response_reset(struct tomb_response *res)
{
	struct tomb_buf body = res->body;

	drop_file(res);
	drop_stream(res);
	tomb_buf_reset(&body);
	*res = (struct tomb_response){.body = body,
		.fd = -1,
		.arena = res->arena,
		.retry_after_s = res->retry_after_s,
		.must_close = res->must_close};
}

static bool is_plain(struct tomb_str value)
{
	for (size_t i = 0; i < value.n; i++)
		if (((unsigned char)value.p[i] < ' ' && value.p[i] != '\t') || value.p[i] == 0x7f)
			return false;
	return true;
}

enum tomb_code tomb_response_header(
	struct tomb_response *res, const char *name, struct tomb_str value, struct tomb_err *err)
{
	struct tomb_str copy = {0};

	if (!is_plain(value))
		return TOMB_FAIL(err, TOMB_INVAL, "header %s: the value holds a control character", name);
	if (value.n > TOMB_RESPONSE_VALUE_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "header %s: more than %d bytes", name, TOMB_RESPONSE_VALUE_MAX);
	if (res->nheaders == TOMB_RESPONSE_HEADERS)
		return TOMB_FAIL(err, TOMB_TOOBIG, "header %s: more than %d headers", name, TOMB_RESPONSE_HEADERS);
	copy = tomb_arena_str(res->arena, value);
	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "header %s", name);
	res->headers[res->nheaders++] = (struct tomb_field){tomb_str_from(name), copy};
	return TOMB_OK;
}

enum tomb_code tomb_response_redirect(struct tomb_response *res, struct tomb_str path, struct tomb_err *err)
{
	bool is_local = path.n > 0 && path.p[0] == '/' && (path.n == 1 || path.p[1] != '/');

	for (size_t i = 0; i < path.n; i++)
		is_local = is_local && path.p[i] != '\\' && (unsigned char)path.p[i] > ' ';
	if (!is_local)
		return TOMB_FAIL(err, TOMB_INVAL, "a redirect leads only to a path on this host");
	TOMB_TRY(tomb_response_header(res, "Location", path, err));
	res->status = 303;
	return TOMB_OK;
}

void tomb_response_file(struct tomb_response *res, int fd, uint64_t size)
{
	drop_file(res);
	res->fd = fd;
	res->fd_size = size;
}

void tomb_response_stream(struct tomb_response *res, struct tomb_stream *stream)
{
	drop_stream(res);
	res->stream = stream;
	res->must_close = true;
}

/* What the client may read of an error. */
static const char *detail_of(const struct tomb_err *what, unsigned status)
{
	return status >= 500 ? tomb_code_text(what->code) : what->text;
}

static unsigned start_over(struct tomb_response *res, unsigned status, const struct tomb_err *what)
{
	drop_file(res);
	drop_stream(res);
	tomb_buf_reset(&res->body);
	res->fixed = (struct tomb_str){NULL, 0};
	res->is_cacheable = false;
	res->status = status ? status : (unsigned)tomb_code_http(what->code);
	return res->status;
}

enum tomb_code tomb_response_problem(struct tomb_response *res, const struct tomb_request *req, unsigned status,
	const struct tomb_err *what, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_str written = {0};

	status = start_over(res, status, what);
	res->content_type = "application/problem+json";
	tomb_json_begin_object(&w, NULL);
	tomb_json_str(&w, "type", tomb_str_from(tomb_code_slug(what->code)));
	tomb_json_str(&w, "title", tomb_str_from(tomb_code_text(what->code)));
	tomb_json_int(&w, "status", status);
	tomb_json_str(&w, "detail", tomb_str_from(detail_of(what, status)));
	tomb_json_str(&w, "instance", tomb_str_from(req->id));
	tomb_json_end_object(&w);
	return tomb_json_done(&w, &written, err);
}

enum tomb_code tomb_response_notice(struct tomb_response *res, const struct tomb_request *req, unsigned status,
	const struct tomb_err *what, struct tomb_err *err)
{
	struct tomb_buf *b = &res->body;
	struct tomb_str written = {0};

	status = start_over(res, status, what);
	tomb_buf_put(b, TOMB_STR("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>"));
	tomb_html_text(b, tomb_str_from(tomb_code_text(what->code)));
	tomb_buf_put(b, TOMB_STR("</title>\n<h1>"));
	tomb_html_text(b, tomb_str_from(tomb_code_text(what->code)));
	tomb_buf_put(b, TOMB_STR("</h1>\n<p>"));
	tomb_html_text(b, tomb_str_from(detail_of(what, status)));
	tomb_buf_put(b, TOMB_STR("</p>\n<p>"));
	tomb_html_text(b, tomb_str_from(req->id));
	tomb_buf_put(b, TOMB_STR("</p>\n</html>\n"));
	res->content_type = "text/html; charset=utf-8";
	return tomb_buf_done(b, &written, err);
}

enum tomb_code tomb_response_refusal(struct tomb_response *res, const struct tomb_request *req, unsigned status,
	const struct tomb_err *what, struct tomb_err *err)
{
	if (req->wants == TOMB_WANTS_JSON)
		return tomb_response_problem(res, req, status, what, err);
	return tomb_response_notice(res, req, status, what, err);
}

static enum tomb_code add_retry_after(struct tomb_response *res, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(16);
	struct tomb_str value = {0};

	tomb_buf_putf(&text, "%u", res->retry_after_s ? res->retry_after_s : RETRY_AFTER_S);
	TOMB_TRY(tomb_buf_done(&text, &value, err));
	return tomb_response_header(res, "Retry-After", value, err);
}

static enum tomb_code add_allow(struct tomb_response *res, unsigned methods, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(64);
	struct tomb_str value = {0};

	tomb_method_list(&text, methods);
	TOMB_TRY(tomb_buf_done(&text, &value, err));
	return tomb_response_header(res, "Allow", value, err);
}

enum tomb_code tomb_response_finish(struct tomb_response *res, const struct tomb_request *req, struct tomb_err *err)
{
	static const struct {
		const char *name;
		struct tomb_str value;
	} always[] = {
		{"Content-Security-Policy", {CSP, sizeof CSP - 1}},
		{"X-Content-Type-Options", {"nosniff", 7}},
		{"Referrer-Policy", {"no-referrer", 11}},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(always); i++)
		TOMB_TRY(tomb_response_header(res, always[i].name, always[i].value, err));
	TOMB_TRY(tomb_response_header(res, "X-Request-Id", tomb_str_from(req->id), err));
	if (!res->is_cacheable)
		TOMB_TRY(tomb_response_header(res, "Cache-Control", TOMB_STR("no-store"), err));
	if (req->behind_tls) /* a year, as the preload lists of browsers ask */
		TOMB_TRY(tomb_response_header(res, "Strict-Transport-Security", TOMB_STR("max-age=31536000"), err));
	if (res->status == 429 || res->status == 503)
		TOMB_TRY(add_retry_after(res, err));
	if (res->status == 405)
		TOMB_TRY(add_allow(res, req->allowed, err));
	return TOMB_OK;
}
