/* One request, step by step, without a network. */
#include "../../registry/service/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct tomb_ctx {
	int unused;
};

static size_t handled;

static enum tomb_code count(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)err;
	handled++;
	tomb_buf_put(&res->body, req->body);
	return TOMB_OK;
}

static enum tomb_code forbid(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)res;
	return TOMB_FAIL(err, TOMB_FORBIDDEN, "not you");
}

static enum tomb_code answer_before(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	return tomb_response_redirect(res, TOMB_STR("/sign-in"), err);
}

static enum tomb_code broken_page(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_err *what, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)what;
	tomb_buf_put(&res->body, TOMB_STR("half an error pa"));
	return TOMB_FAIL(err, TOMB_DB_DOWN, "no database for the page either");
}

static void run(struct tomb_ctx *ctx, struct tomb_pool_item *item, bool is_closing)
{
	(void)ctx;
	(void)item;
	(void)is_closing;
}

static const struct tomb_route routes[] = {
	{.method = TOMB_GET, .pattern = "/get", .handler = count},
	{.method = TOMB_GET, .pattern = "/fail", .handler = forbid},
	{.method = TOMB_POST, .pattern = "/post", .handler = count, .body_max = 10},
};

struct fixture {
	struct tomb_clock_manual clock;
	struct tomb_service service;
	struct tomb_exchange_home home;
	struct tomb_arena arena; /* of the pool */
	struct tomb_ctx ctx;
	struct tomb_ctx *ctxs[1];
	struct tomb_pool *pool;
	struct tomb_exchange x;
	struct tomb_field headers[2];
};

static int setup(void **state)
{
	static struct fixture f;
	struct tomb_err err;

	f = (struct fixture){.clock = tomb_clock_manual(0), .arena = tomb_arena_init(1 << 20)};
	f.service = (struct tomb_service){.routes = {routes, TOMB_COUNTOF(routes)}};
	f.home = (struct tomb_exchange_home){.service = &f.service,
		.options = {.clock = &f.clock.clock,
			.spool_dir = "/tmp",
			.queue = 1,
			.request_ms = 1000,
			.body_ms = 1000,
			.bodies_max = 15}};
	f.ctxs[0] = &f.ctx;
	handled = 0;
	*state = &f;
	return tomb_pool_start(f.ctxs, 1, 1, run, &f.arena, &f.pool, &err) != TOMB_OK;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tomb_exchange_fini(&f->x);
	assert_int_equal(f->home.bodies, 0);
	tomb_pool_stop(f->pool);
	tomb_pool_fini(f->pool);
	tomb_arena_fini(&f->arena);
	return 0;
}

static enum tomb_act begin(struct fixture *f, const char *method, const char *target, const char *length)
{
	struct tomb_arena arena = tomb_arena_init(1 << 20);
	struct tomb_guard_head head = {.method = tomb_str_from(method),
		.version = TOMB_STR("HTTP/1.1"),
		.headers = {f->headers, length ? 2 : 1}};
	struct tomb_err err;

	f->headers[0] = (struct tomb_field){TOMB_STR("Host"), TOMB_STR("a")};
	f->headers[1] = (struct tomb_field){TOMB_STR("Content-Length"), tomb_str_from(length)};
	assert_int_equal(tomb_exchange_init(&f->x, &f->home, &arena, tomb_str_from(target), &err), TOMB_OK);
	head.target = f->x.req.target;
	return tomb_exchange_begin(&f->x, &head, TOMB_STR("192.0.2.1"));
}

static void a_request_is_queued_when_it_is_complete(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(begin(f, "POST", "/post?q=1", "8"), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("hell")), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("o, y")), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_QUEUE);
	tomb_exchange_serve(&f->x, &f->ctx, false);
	assert_int_equal(f->x.res.status, 200);
	assert_string_equal(f->x.res.body.p, "hello, y");
	assert_string_equal(f->x.req.remote.p, "192.0.2.1");
	assert_int_equal(f->x.req.deadline_us, f->clock.monotonic_us + INT64_C(1000000));
	tomb_pool_push(f->pool, &f->x.item); /* the place was reserved */
}

static void a_full_queue_is_said_at_once(void **state)
{
	struct fixture *f = *state;

	assert_true(tomb_pool_reserve(f->pool));
	assert_int_equal(begin(f, "GET", "/get", NULL), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_ANSWER);
	assert_int_equal(f->x.res.status, 503);
	assert_false(f->x.res.must_close);
	tomb_pool_push(f->pool, &f->x.item);
}

static void who_waited_too_long_is_not_handled(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(begin(f, "GET", "/get", NULL), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_QUEUE);
	tomb_clock_manual_advance(&f->clock, INT64_C(1000001));
	tomb_exchange_serve(&f->x, &f->ctx, false);
	assert_int_equal(f->x.res.status, 503);
	assert_int_equal(handled, 0);
	tomb_pool_push(f->pool, &f->x.item);
}

static void who_waits_while_the_service_stops_is_not_handled(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(begin(f, "GET", "/get", NULL), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_QUEUE);
	tomb_exchange_serve(&f->x, &f->ctx, true);
	assert_int_equal(f->x.res.status, 503);
	assert_int_equal(handled, 0);
	tomb_pool_push(f->pool, &f->x.item);
}

static void a_slow_body_is_cut_off(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(begin(f, "POST", "/post", "8"), TOMB_ACT_GO_ON);
	tomb_clock_manual_advance(&f->clock, INT64_C(1000000));
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("hell")), TOMB_ACT_GO_ON);
	tomb_clock_manual_advance(&f->clock, 1);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("o")), TOMB_ACT_CUT_OFF);
	assert_int_equal(f->x.res.status, 408);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("xyz")), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_HANG_UP);
}

static void bodies_share_a_limit(void **state)
{
	struct fixture *f = *state;

	f->home.bodies = 8; /* of another one */
	assert_int_equal(begin(f, "POST", "/post", "8"), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("1234567")), TOMB_ACT_GO_ON);
	assert_int_equal(f->home.bodies, 15);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("8")), TOMB_ACT_CUT_OFF);
	assert_int_equal(f->x.res.status, 503);
	f->home.bodies -= 8;
}

static void a_body_that_nobody_takes_is_refused_before_it_comes(void **state)
{
	static const struct {
		const char *method;
		const char *target;
		unsigned status;
	} cases[] = {{"POST", "/nowhere", 404}, {"PUT", "/post", 405}, {"GET", "/get", 413}, {"POST", "/post", 413}};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		assert_int_equal(begin(f, cases[i].method, cases[i].target, "11"), TOMB_ACT_CUT_OFF);
		assert_int_equal(f->x.res.status, cases[i].status);
		if (i + 1 < TOMB_COUNTOF(cases))
			tomb_exchange_fini(&f->x);
	}
}

static void dropping_ends_after_a_while(void **state)
{
	static char block[512 * 1024];
	struct fixture *f = *state;

	assert_int_equal(begin(f, "POST", "/nowhere", "11"), TOMB_ACT_CUT_OFF);
	assert_int_equal(tomb_exchange_collect(&f->x, (struct tomb_str){block, sizeof block}), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_collect(&f->x, (struct tomb_str){block, sizeof block}), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_collect(&f->x, TOMB_STR("x")), TOMB_ACT_HANG_UP);
}

static void a_bad_request_is_answered_and_closed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(begin(f, "BREW", "/get", NULL), TOMB_ACT_ANSWER);
	assert_int_equal(f->x.res.status, 400);
	assert_true(f->x.res.must_close);
	tomb_exchange_fini(&f->x);
	assert_int_equal(begin(f, "GET", "/get?%zz", NULL), TOMB_ACT_ANSWER);
	assert_int_equal(f->x.res.status, 400);
}

static void the_hook_before_may_answer_itself(void **state)
{
	struct fixture *f = *state;

	f->service.before = answer_before;
	assert_int_equal(begin(f, "GET", "/get", NULL), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_QUEUE);
	tomb_exchange_serve(&f->x, &f->ctx, false);
	assert_int_equal(f->x.res.status, 303);
	assert_int_equal(handled, 0);
	tomb_pool_push(f->pool, &f->x.item);
}

static void an_error_page_that_fails_leaves_a_plain_one(void **state)
{
	struct fixture *f = *state;

	f->service.on_error = broken_page;
	assert_int_equal(begin(f, "GET", "/fail", NULL), TOMB_ACT_GO_ON);
	assert_int_equal(tomb_exchange_end(&f->x, f->pool), TOMB_ACT_QUEUE);
	tomb_exchange_serve(&f->x, &f->ctx, false);
	assert_int_equal(f->x.res.status, 403);
	assert_null(strstr(f->x.res.body.p, "half"));
	assert_non_null(strstr(f->x.res.body.p, "<p>not you</p>"));
	tomb_pool_push(f->pool, &f->x.item);
}

int main(void)
{
#define STEP(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		STEP(a_request_is_queued_when_it_is_complete),
		STEP(a_full_queue_is_said_at_once),
		STEP(who_waited_too_long_is_not_handled),
		STEP(who_waits_while_the_service_stops_is_not_handled),
		STEP(a_slow_body_is_cut_off),
		STEP(bodies_share_a_limit),
		STEP(a_body_that_nobody_takes_is_refused_before_it_comes),
		STEP(dropping_ends_after_a_while),
		STEP(a_bad_request_is_answered_and_closed),
		STEP(the_hook_before_may_answer_itself),
		STEP(an_error_page_that_fails_leaves_a_plain_one),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
