#include "exchange.h"

#include "tombstone/hex.h"

#include <errno.h>
#include <sys/random.h>

enum {
	LINGER_MAX = 1024 * 1024, /* bytes read and dropped behind an early answer, so that it is not lost */
	REQUEST_TIMEOUT = 408,
};

static int64_t now_us(const struct tomb_exchange *x)
{
	return tomb_clock_monotonic_us(x->home->options.clock);
}

static void report(struct tomb_exchange *x, const struct tomb_err *failure)
{
	struct tomb_service *service = x->home->service;

	if (service->on_done)
		service->on_done(service, &x->req, &x->res, failure, now_us(x) - x->started_us);
}

static enum tomb_code make_id(char out[static TOMB_REQUEST_ID], struct tomb_err *err)
{
	uint8_t bytes[(TOMB_REQUEST_ID - 1) / 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return TOMB_FAIL(err, TOMB_IO, "no random bytes: %s", strerror(errno));
	(void)tomb_hex_encode(bytes, sizeof bytes, out);
	return TOMB_OK;
}

enum tomb_code tomb_exchange_init(struct tomb_exchange *x, struct tomb_exchange_home *home, struct tomb_arena *arena,
	struct tomb_str target, struct tomb_err *err)
{
	char id[TOMB_REQUEST_ID];
	struct tomb_str copy = tomb_arena_str(arena, target);

	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a target of %zu bytes", target.n);
	TOMB_TRY(make_id(id, err));
	*x = (struct tomb_exchange){.home = home, .arena = *arena};
	*arena = tomb_arena_init(0);
	x->started_us = now_us(x);
	x->body = tomb_body_init(home->options.spool_dir, 0);
	x->req = (struct tomb_request){.target = copy,
		.path = copy,
		.wants = TOMB_WANTS_JSON,
		.arena = &x->arena,
		.behind_tls = home->options.behind_tls};
	memcpy(x->req.id, id, sizeof id);
	x->res = tomb_response_init(&x->arena);
	return TOMB_OK;
}

void tomb_exchange_fini(struct tomb_exchange *x)
{
	struct tomb_arena arena = x->arena;

	x->home->bodies -= x->body.n;
	tomb_body_fini(&x->body);
	tomb_response_fini(&x->res);
	tomb_arena_fini(&arena);
}

static enum tomb_act refuse(struct tomb_exchange *x, unsigned status, const struct tomb_err *what)
{
	tomb_serve_refusal(x->home->service, &x->req, &x->res, status, what);
	report(x, what);
	return TOMB_ACT_ANSWER;
}

enum tomb_act tomb_exchange_refuse(struct tomb_exchange *x, const struct tomb_err *what)
{
	x->res.must_close = true;
	return refuse(x, 0, what);
}

static enum tomb_act cut_off(struct tomb_exchange *x, unsigned status, const struct tomb_err *what)
{
	(void)refuse(x, status, what);
	x->is_cut_off = true;
	return TOMB_ACT_CUT_OFF;
}

/* Fills in the request from what the guard has let through. */
static enum tomb_code understand(struct tomb_exchange *x, const struct tomb_guard_facts *facts, struct tomb_err *err)
{
	struct tomb_request *req = &x->req;

	req->method = facts->method;
	req->path = facts->path;
	req->query_string = facts->query_string;
	req->wants = tomb_request_negotiate(req->path, tomb_request_header(req, TOMB_STR("Accept")));
	req->content_type = tomb_request_media_type(tomb_request_header(req, TOMB_STR("Content-Type")));
	TOMB_TRY(tomb_fields_parse(req->query_string, req->arena, &req->query, err));
	return tomb_route_match(x->home->service->routes, req, err);
}

/* Whether the announced body may come at all. */
static enum tomb_code admit(struct tomb_exchange *x, const struct tomb_guard_facts *facts, struct tomb_err *err)
{
	const struct tomb_request *req = &x->req;

	if (!req->route)
		return TOMB_FAIL(
			err, req->allowed ? TOMB_METHOD : TOMB_NOTFOUND, "nothing at this address takes a body");
	if (facts->content_length > req->route->body_max)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the body has more than %zu bytes", req->route->body_max);
	x->body = tomb_body_init(x->home->options.spool_dir, req->route->body_max);
	return TOMB_OK;
}

enum tomb_act tomb_exchange_begin(struct tomb_exchange *x, const struct tomb_guard_head *head, struct tomb_str remote)
{
	struct tomb_guard_facts facts = {0};
	enum tomb_code code = TOMB_OK;
	struct tomb_err err;
	unsigned status = 0;
	bool has_body = false;

	x->req.headers = head->headers;
	x->req.remote = tomb_request_client(head->headers, remote, x->home->options.trusted_proxies);
	status = tomb_guard_check(head, &x->arena, &facts, &err);
	if (status) {
		x->res.must_close = true;
		return refuse(x, status, &err);
	}
	has_body = facts.is_chunked || facts.content_length > 0;
	code = understand(x, &facts, &err);
	if (code == TOMB_OK && has_body)
		code = admit(x, &facts, &err);
	if (code == TOMB_OK)
		return TOMB_ACT_GO_ON;
	return has_body ? cut_off(x, 0, &err) : refuse(x, 0, &err);
}

enum tomb_act tomb_exchange_collect(struct tomb_exchange *x, struct tomb_str piece)
{
	struct tomb_exchange_home *home = x->home;
	struct tomb_err err;

	if (x->is_cut_off) {
		x->dropped += piece.n;
		return x->dropped > LINGER_MAX ? TOMB_ACT_HANG_UP : TOMB_ACT_GO_ON;
	}
	if (now_us(x) - x->started_us > (int64_t)home->options.body_ms * TOMB_US_PER_MS) {
		(void)TOMB_FAIL(&err, TOMB_INVAL, "the body took longer than %u ms", home->options.body_ms);
		return cut_off(x, REQUEST_TIMEOUT, &err);
	}
	if (piece.n > home->options.bodies_max - home->bodies) {
		(void)TOMB_FAIL(&err, TOMB_BUSY, "too many bytes are being sent at once");
		return cut_off(x, 0, &err);
	}
	if (tomb_body_put(&x->body, piece, &err) != TOMB_OK)
		return cut_off(x, 0, &err);
	home->bodies += piece.n;
	return TOMB_ACT_GO_ON;
}

enum tomb_act tomb_exchange_end(struct tomb_exchange *x, struct tomb_pool *pool)
{
	const struct tomb_httpd_options *o = &x->home->options;
	struct tomb_err err;

	if (x->is_cut_off)
		return TOMB_ACT_HANG_UP; /* all is said */
	if (tomb_body_done(&x->body, &x->req.body, &err) != TOMB_OK)
		return refuse(x, 0, &err);
	if (!tomb_pool_reserve(pool)) {
		if (tomb_pool_is_stopped(pool))
			return TOMB_ACT_HANG_UP; /* on a connection that the end of the service was about to close */
		(void)TOMB_FAIL(&err, TOMB_BUSY, "no place among the %u requests that may wait", o->queue);
		return refuse(x, 0, &err);
	}
	x->req.deadline_us = now_us(x) + (int64_t)o->request_ms * TOMB_US_PER_MS;
	return TOMB_ACT_QUEUE;
}

void tomb_exchange_serve(struct tomb_exchange *x, struct tomb_ctx *ctx, bool is_closing)
{
	struct tomb_err failure;
	bool is_late = now_us(x) > x->req.deadline_us;
	bool is_served = false;

	if (is_closing || is_late) {
		(void)TOMB_FAIL(
			&failure, TOMB_BUSY, "%s", is_closing ? "shutting down" : "waited too long for a thread");
		tomb_serve_refusal(x->home->service, &x->req, &x->res, 0, &failure);
	} else {
		is_served = tomb_serve(x->home->service, ctx, &x->req, &x->res, &failure);
	}
	report(x, is_served ? NULL : &failure);
}
