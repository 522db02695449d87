#include "http_client_call.h"

#include "tombstone/secret.h"

#include <stdlib.h>
#include <strings.h>

enum {
	ANSWER_MAX = 1 << 20,      /* bytes: an answer to a 1,000-key delete is under 400 KiB, unless keys are long */
	HEADER_LINE_MAX = 1 << 14, /* bytes: session tokens are long */
	CONNECT_TIMEOUT_MS = 5000,
	TIMEOUT_MS = 60000,
	PAUSE_BYTES_PER_S = 1024, /* slower than this is a pause */
	METHOD_MAX = 15
};

struct http_call *http_call_new(void)
{
	struct http_call *call = calloc(1, sizeof *call);

	if (!call)
		return NULL;
	call->curl = curl_easy_init();
	if (call->curl)
		return call;
	free(call);
	return NULL;
}

void http_call_free(struct http_call *call)
{
	if (!call)
		return;
	http_call_drop(call);
	curl_easy_cleanup(call->curl);
	free(call);
}

void http_call_drop(struct http_call *call)
{
	curl_easy_reset(call->curl); /* keeps no pointer to what was borrowed */
	curl_slist_free_all(call->headers);
	call->headers = NULL;
	http_answer_fini(&call->answer);
}

/* Has a byte of the request left this program? */
static bool was_sent(struct http_call *call)
{
	long bytes = 0;

	return call->attempts > 0 &&
	       (curl_easy_getinfo(call->curl, CURLINFO_REQUEST_SIZE, &bytes) != CURLE_OK || bytes > 0);
}

/* libcurl sends again by itself when a kept-alive connection dies before the first byte of the answer. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's prototype */
static int before_sending(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct http_call *call = arg;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	if (!call->safe && was_sent(call))
		return CURL_PREREQFUNC_ABORT;
	call->attempts++;
	return CURL_PREREQFUNC_OK;
}

static enum tomb_code read_from_bytes(struct http_call *call, void *buf, size_t cap, size_t *n)
{
	size_t left = call->request.body.n - (size_t)call->body_read;

	*n = left < cap ? left : cap;
	if (*n)
		memcpy(buf, call->request.body.p + call->body_read, *n);
	return TOMB_OK;
}

/* The last byte is held back until the source has shown that it ends there. */
static enum tomb_code expect_end(struct http_call *call)
{
	const struct tomb_http_request *r = &call->request;
	char surplus = 0;
	size_t n = 0;

	if (!r->read)
		return TOMB_OK;
	TOMB_TRY(r->read(r->read_arg, &surplus, 1, &n, &call->err));
	if (n != 0)
		return TOMB_FAIL(&call->err, TOMB_CORRUPT, "the source has more than the %lld bytes promised",
			(long long)r->body_bytes);
	return TOMB_OK;
}

static enum tomb_code read_body(struct http_call *call, void *buf, size_t cap, size_t *n)
{
	const struct tomb_http_request *r = &call->request;
	int64_t total = r->read ? r->body_bytes : (int64_t)r->body.n;
	int64_t left = total - call->body_read;

	*n = 0;
	if (left == 0)
		return TOMB_OK;
	if ((int64_t)cap > left)
		cap = (size_t)left;
	TOMB_TRY(r->read ? r->read(r->read_arg, buf, cap, n, &call->err) : read_from_bytes(call, buf, cap, n));
	if (*n == 0)
		return TOMB_FAIL(&call->err, TOMB_CORRUPT, "the source ends after %lld of %lld bytes",
			(long long)call->body_read, (long long)total);
	call->body_read += (int64_t)*n;
	return call->body_read == total ? expect_end(call) : TOMB_OK;
}

static size_t on_read(char *buf, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;
	size_t n = 0;

	call->failed = read_body(call, buf, size * count, &n);
	return call->failed == TOMB_OK ? n : CURL_READFUNC_ABORT;
}

static void refuse_answer(struct http_call *call, const char *what)
{
	call->failed = TOMB_FAIL(&call->err, call->safe ? TOMB_TOOBIG : TOMB_UNCERTAIN, "%s: %s is larger than allowed",
		call->request.method, what);
}

static bool is_for_sink(struct http_call *call)
{
	long status = 0;

	return call->request.sink && curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
	       status == 200;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's prototype */
static size_t on_write(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;

	if (size * count == 0)
		return 0;
	if (is_for_sink(call)) {
		call->sink_began = true;
		call->failed = call->request.sink(
			call->request.sink_arg, (struct tomb_str){bytes, size * count}, &call->err);
		return call->failed == TOMB_OK ? size * count : 0;
	}
	if (http_answer_body(&call->answer, (struct tomb_str){bytes, size * count}))
		return size * count;
	refuse_answer(call, "the answer");
	return 0;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's prototype */
static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct http_call *call = arg;

	if (http_answer_line(&call->answer, (struct tomb_str){bytes, size * count}))
		return size * count;
	if (call->answer.two_lengths)
		call->failed = TOMB_FAIL(&call->err, call->safe ? TOMB_NET : TOMB_UNCERTAIN,
			"%s: the answer has not one length", call->request.method);
	else
		refuse_answer(call, "the head of the answer");
	return 0;
}

/* RFC 9110, section 5.6.2. */
static bool is_token(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 127 || strchr("():<>@,;\\\"/[]?={}", s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_header_value(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 127)
			return false;
	return true;
}

static enum tomb_code add_header(struct http_call *call, struct tomb_str name, struct tomb_str value)
{
	char room[HEADER_LINE_MAX + 1];
	struct tomb_buf line = {.p = room, .cap = sizeof room, .max = HEADER_LINE_MAX}; /* has room for max: stays */
	struct tomb_str text = {NULL, 0};
	struct curl_slist *longer = NULL;

	if (!is_token(name) || !is_header_value(value))
		return TOMB_FAIL(&call->err, TOMB_INVAL, "the header %.*s cannot be sent", TOMB_STR_ARG(name));
	tomb_buf_put(&line, name);
	tomb_buf_put(&line, value.n ? TOMB_STR(": ") : TOMB_STR(";")); /* libcurl's way to say "empty" */
	tomb_buf_put(&line, value);
	TOMB_TRY(tomb_buf_done(&line, &text, &call->err));
	longer = curl_slist_append(call->headers, text.p);
	tomb_wipe(room, line.n); /* headers carry tokens */
	if (!longer)
		return TOMB_FAIL(&call->err, TOMB_NOMEM, "the request's headers");
	call->headers = longer;
	return TOMB_OK;
}

static enum tomb_code add_headers(struct http_call *call)
{
	struct curl_slist *longer = NULL;

	for (size_t i = 0; i < call->request.nheaders; i++)
		TOMB_TRY(add_header(call, call->request.headers[i].name, call->request.headers[i].value));
	longer = curl_slist_append(call->headers, "Expect:"); /* none: half of the stores do not answer it */
	if (!longer)
		return TOMB_FAIL(&call->err, TOMB_NOMEM, "the request's headers");
	call->headers = longer;
	return TOMB_OK;
}

/* Sticky: a failed option is looked at once, at the end. */
#define SET(option, value) call->set_failed |= curl_easy_setopt(call->curl, option, value) != CURLE_OK

static enum tomb_code set_method(struct http_call *call)
{
	const struct tomb_http_request *r = &call->request;
	bool has_body = r->read || r->body.n || strcmp(r->method, "PUT") == 0 || strcmp(r->method, "POST") == 0;

	if (strcmp(r->method, "HEAD") == 0) {
		SET(CURLOPT_NOBODY, 1L);
		return TOMB_OK;
	}
	SET(CURLOPT_CUSTOMREQUEST, r->method);
	if (!has_body)
		return TOMB_OK;
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)(r->read ? r->body_bytes : (int64_t)r->body.n));
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, call);
	return r->read && r->body_bytes == 0 ? expect_end(call) : TOMB_OK;
}

static void set_timeout(struct http_call *call, int ms)
{
	if (call->request.sink) {
		SET(CURLOPT_LOW_SPEED_LIMIT, (long)PAUSE_BYTES_PER_S);
		SET(CURLOPT_LOW_SPEED_TIME, (long)(ms / 1000 + 1));
	} else {
		SET(CURLOPT_TIMEOUT_MS, (long)ms);
	}
}

static void set_manners(struct http_call *call)
{
	const struct tomb_http_request *r = &call->request;

	SET(CURLOPT_ERRORBUFFER, call->curl_text);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_PROTOCOLS_STR, r->allow_plain_http ? "http,https" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PROXY, r->proxy ? r->proxy : ""); /* "" also keeps the environment out */
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (r->ca_file)
		SET(CURLOPT_CAINFO, r->ca_file);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(r->connect_timeout_ms > 0 ? r->connect_timeout_ms : CONNECT_TIMEOUT_MS));
	set_timeout(call, r->timeout_ms > 0 ? r->timeout_ms : TIMEOUT_MS);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
}

static enum tomb_code set_request(struct http_call *call)
{
	SET(CURLOPT_URL, call->request.url);
	set_manners(call);
	TOMB_TRY(set_method(call));
	TOMB_TRY(add_headers(call));
	SET(CURLOPT_HTTPHEADER, call->headers);
	SET(CURLOPT_PREREQFUNCTION, before_sending);
	SET(CURLOPT_PREREQDATA, call);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, call);
	SET(CURLOPT_WRITEFUNCTION, on_write);
	SET(CURLOPT_WRITEDATA, call);
	if (call->set_failed)
		return TOMB_FAIL(&call->err, TOMB_NOMEM, "libcurl does not take the request");
	return TOMB_OK;
}

/* Names the failure by what the caller may believe about the other side. */
static enum tomb_code failure(struct http_call *call, CURLcode code)
{
	const char *text = call->curl_text[0] ? call->curl_text : curl_easy_strerror(code);

	if (call->failed != TOMB_OK)
		return call->failed;
	if (call->sink_began)
		return TOMB_FAIL(&call->err, TOMB_CORRUPT, "%s: the answer broke off: %s", call->request.method, text);
	if (!call->safe && was_sent(call))
		return TOMB_FAIL(&call->err, TOMB_UNCERTAIN, "%s: %s", call->request.method, text);
	if (call->attempts == 0 && (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL))
		return TOMB_FAIL(&call->err, TOMB_INVAL, "%s", text);
	return TOMB_FAIL(&call->err, TOMB_NET, "%s: %s", call->request.method, text);
}

/* A body that ends where the connection does may be the beginning of a longer one. */
static enum tomb_code expect_whole(struct http_call *call, const struct tomb_http_answer *answer)
{
	static const char chunked[] = "chunked";
	struct tomb_str encoding = tomb_http_header(answer, "Transfer-Encoding");
	bool is_chunked = encoding.n == sizeof chunked - 1 && strncasecmp(encoding.p, chunked, encoding.n) == 0;

	if (call->sink_began && !is_chunked && !tomb_http_header(answer, "Content-Length").n)
		return TOMB_FAIL(
			&call->err, TOMB_CORRUPT, "%s: the answer does not say where it ends", call->request.method);
	return TOMB_OK;
}

static enum tomb_code check(const struct tomb_http_request *request, struct tomb_err *err)
{
	struct tomb_str method = tomb_str_from(request->method);

	if (!is_token(method) || method.n > METHOD_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "the method cannot be sent");
	if (request->read && (request->body_bytes < 0 || request->body.n))
		return TOMB_FAIL(err, TOMB_INVAL, "a request has one body, of 0 bytes or more");
	if (request->sink && strcmp(request->method, "GET") != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "only the answer to GET goes to a sink");
	return TOMB_OK;
}

enum tomb_code http_call_set(struct http_call *call, const struct tomb_http_request *request, struct tomb_arena *arena,
	void *tag, struct tomb_err *err)
{
	CURL *curl = call->curl;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(check(request, err));
	*call = (struct http_call){.curl = curl, .request = *request, .arena = arena, .tag = tag};
	call->safe = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	if (!http_answer_init(
		    &call->answer, request->answer_max ? request->answer_max : ANSWER_MAX, request->is_secret))
		return TOMB_FAIL(err, TOMB_NOMEM, "no memory for an answer");
	code = set_request(call);
	if (code == TOMB_OK)
		return TOMB_OK;
	*err = call->err;
	http_call_drop(call);
	return code;
}

static enum tomb_code read_answer(struct http_call *call, CURLcode code)
{
	struct tomb_http_answer answer;
	long status = 0;

	if (code == CURLE_OK && !call->answer.head_ended)
		code = CURLE_PARTIAL_FILE; /* libcurl takes a head that is cut off for an answer without a body */
	if (code == CURLE_OK)
		code = curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		return failure(call, code);
	if (!http_answer_copy(&call->answer, (int)status, call->arena, &answer))
		return TOMB_FAIL(&call->err, call->safe ? TOMB_NOMEM : TOMB_UNCERTAIN,
			"%s: no memory to keep the answer", call->request.method);
	TOMB_TRY(expect_whole(call, &answer));
	call->landed = answer;
	return TOMB_OK;
}

void http_call_land(struct http_call *call, CURLcode code)
{
	call->code = read_answer(call, code);
	http_call_drop(call);
}
