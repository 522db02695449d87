#include "toy_service.h"

#include "../../registry/service/spool.h"

#include <assert.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct tomb_ctx {
	struct toy *toy;
};

static int64_t toy_now(const struct tomb_clock *clock)
{
	const struct toy_clock *toy = (const struct toy_clock *)clock; /* its first member */

	return atomic_load(&toy->us);
}

static enum tomb_code hello(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)err;
	res->content_type = "text/plain";
	tomb_buf_put(&res->body, TOMB_STR("hello"));
	return TOMB_OK;
}

static enum tomb_code api_hello(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)err;
	res->content_type = "application/json";
	tomb_buf_put(&res->body, TOMB_STR("{\"hello\":true}"));
	return TOMB_OK;
}

static enum tomb_code show(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)err;
	tomb_buf_put(&res->body, req->params[0].text);
	if (req->params[0].id)
		tomb_buf_putf(&res->body, "=%" PRId64, req->params[0].id);
	return TOMB_OK;
}

static enum tomb_code query(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	const struct tomb_field *f = NULL;

	(void)ctx;
	(void)err;
	while ((f = tomb_fields_next(req->query, TOMB_STR("q"), f))) {
		tomb_buf_put(&res->body, f->value);
		tomb_buf_put(&res->body, TOMB_STR("\n"));
	}
	return TOMB_OK;
}

static enum tomb_code echo(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)err;
	tomb_buf_put(&res->body, req->body);
	return TOMB_OK;
}

static enum tomb_code upload(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	for (size_t i = 0; i < req->body.n; i++)
		if (req->body.p[i] != 'x')
			return TOMB_FAIL(err, TOMB_CORRUPT, "byte %zu", i);
	tomb_buf_putf(&res->body, "%zu", req->body.n);
	return TOMB_OK;
}

static enum tomb_code mark(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)req;
	(void)res;
	(void)err;
	atomic_fetch_add(&ctx->toy->marks, 1);
	return TOMB_OK;
}

static enum tomb_code gate(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct toy *toy = ctx->toy;

	pthread_mutex_lock(&toy->lock);
	toy->at_gate++;
	pthread_cond_broadcast(&toy->changed);
	while (!toy->is_open)
		pthread_cond_wait(&toy->changed, &toy->lock);
	pthread_mutex_unlock(&toy->lock);
	return hello(ctx, req, res, err);
}

static enum tomb_code file(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	char block[1024];
	int fd = -1;

	(void)ctx;
	(void)req;
	memset(block, 'y', sizeof block);
	TOMB_TRY(tomb_spool_open("/tmp", &fd, err));
	tomb_response_file(res, fd, TOY_FILE_BYTES);
	for (size_t n = 0; n < TOY_FILE_BYTES; n += sizeof block)
		TOMB_TRY(tomb_spool_write(fd, (struct tomb_str){block, sizeof block}, err));
	return TOMB_OK;
}

static enum tomb_code away(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	return tomb_response_redirect(res, TOMB_STR("/hello"), err);
}

static enum tomb_code down(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)res;
	return TOMB_FAIL(err, TOMB_DB_DOWN, "a secret of the database");
}

static enum tomb_code endless(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)err;
	for (size_t n = 0; n <= TOMB_RESPONSE_MAX; n += 1024)
		tomb_buf_putf(&res->body, "%1024s", "z");
	return TOMB_OK;
}

static enum tomb_code remote(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)err;
	tomb_buf_put(&res->body, req->remote);
	return TOMB_OK;
}

static const struct tomb_route routes[] = {
	{TOMB_GET, 0, "/hello", hello, 0, 0},
	{TOMB_GET, 0, "/api/hello", api_hello, 0, 0},
	{TOMB_GET, 0, "/id/{id}", show, 0, 0},
	{TOMB_GET, 0, "/uuid/{uuid}", show, 0, 0},
	{TOMB_GET, 0, "/text/{text}/end", show, 0, 0},
	{TOMB_GET, 0, "/rest/{rest}", show, 0, 0},
	{TOMB_GET, 0, "/query", query, 0, 0},
	{TOMB_POST, 0, "/echo", echo, TOY_BODY_MAX, 0},
	{TOMB_POST, 0, "/upload", upload, TOY_UPLOAD_MAX, 0},
	{TOMB_POST, 0, "/mark", mark, 16, 0},
	{TOMB_GET, 0, "/gate", gate, 0, 0},
	{TOMB_GET, 0, "/file", file, 0, 0},
	{TOMB_GET, 0, "/away", away, 0, 0},
	{TOMB_GET, 0, "/down", down, 0, 0},
	{TOMB_GET, 0, "/endless", endless, 0, 0},
	{TOMB_GET, 0, "/remote", remote, 0, 0},
};

static enum tomb_code thread_open(struct tomb_service *service, struct tomb_ctx **out, struct tomb_err *err)
{
	struct toy *toy = (struct toy *)service;
	struct tomb_ctx *ctx = calloc(1, sizeof *ctx);

	assert(ctx);
	if ((int)atomic_load(&toy->opened) + 1 == atomic_load(&toy->fail_open_at)) {
		free(ctx);
		return TOMB_FAIL(err, TOMB_DB_DOWN, "no database");
	}
	ctx->toy = toy;
	atomic_fetch_add(&toy->opened, 1);
	*out = ctx;
	return TOMB_OK;
}

static void thread_close(struct tomb_ctx *ctx)
{
	atomic_fetch_add(&ctx->toy->closed, 1);
	free(ctx);
}

static enum tomb_code before(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)res;
	if (tomb_request_header(req, TOMB_STR("X-Stranger")).p)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "a stranger");
	return TOMB_OK;
}

static enum tomb_code on_error(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_err *what, struct tomb_err *err)
{
	(void)ctx;
	if (req->wants == TOMB_WANTS_JSON)
		return tomb_response_problem(res, req, 0, what, err);
	res->content_type = "text/html; charset=utf-8";
	tomb_buf_putf(&res->body, "<%s>", tomb_code_slug(what->code));
	return TOMB_OK;
}

static void on_done(struct tomb_service *service, const struct tomb_request *req, const struct tomb_response *res,
	const struct tomb_err *failure, int64_t us)
{
	struct toy *toy = (struct toy *)service;

	assert(res->status >= 200 && us >= 0 && strlen(req->id) == 16);
	assert((res->status >= 400) == (failure != NULL));
	atomic_fetch_add(&toy->good, res->status == 200);
	atomic_fetch_add(&toy->done, 1);
}

static void on_note(struct tomb_service *service, const char *text)
{
	(void)service;
	assert(text);
}

void toy_init(struct toy *toy)
{
	*toy = (struct toy){.service = {.routes = {routes, TOMB_COUNTOF(routes)},
				    .thread_open = thread_open,
				    .thread_close = thread_close,
				    .before = before,
				    .on_error = on_error,
				    .on_done = on_done,
				    .on_note = on_note},
		.clock = {.clock = {.monotonic_us = toy_now, .wall_us = toy_now}, .us = 1}};
	assert_int_equal(pthread_mutex_init(&toy->lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&toy->changed, NULL), 0);
}

void toy_fini(struct toy *toy)
{
	assert_int_equal(atomic_load(&toy->opened), atomic_load(&toy->closed));
	pthread_cond_destroy(&toy->changed);
	pthread_mutex_destroy(&toy->lock);
}

void toy_wait_at_gate(struct toy *toy, size_t n)
{
	pthread_mutex_lock(&toy->lock);
	while (toy->at_gate < n)
		pthread_cond_wait(&toy->changed, &toy->lock);
	pthread_mutex_unlock(&toy->lock);
}

void toy_open_gate(struct toy *toy)
{
	pthread_mutex_lock(&toy->lock);
	toy->is_open = true;
	pthread_cond_broadcast(&toy->changed);
	pthread_mutex_unlock(&toy->lock);
}
