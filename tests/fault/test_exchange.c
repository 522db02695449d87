/*
 * Every allocation in turn fails while a request is read, routed and answered: the answer is whole or refuses, nothing
 * is leaked, and no handler's work is reported as done when it was not.
 *
 * wrap: malloc calloc realloc
 */
#include "../../registry/service/exchange.h"
#include "../../registry/service/form.h"
#include "../../registry/service/tally.h"
#include "alloc_budget.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct tomb_ctx {
	int unused;
};

struct note {
	struct tomb_str text;
	struct tomb_ints ids;
};

/* Reads a form of some size and repeats it. */
static enum tomb_code repeat(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	static const struct tomb_form_field form[] = {
		TOMB_FORM_TEXT(struct note, text, "text", 1, 4096),
		TOMB_FORM_INTS(struct note, ids, "id", 1, 10),
	};
	struct tomb_fields fields = {0};
	struct note note = {0};

	(void)ctx;
	TOMB_TRY(tomb_fields_parse(req->body, req->arena, &fields, err));
	TOMB_TRY(tomb_form_read(fields, form, TOMB_COUNTOF(form), TOMB_FORM_STRICT, req->arena, &note, err));
	for (size_t i = 0; i < 100; i++)
		tomb_buf_put(&res->body, note.text);
	return tomb_response_header(res, "X-Text", req->params[0].text, err);
}

static struct tomb_tally queued;

static void run(struct tomb_ctx *ctx, struct tomb_pool_item *item, bool is_closing)
{
	(void)ctx;
	(void)item;
	(void)is_closing;
	tomb_tally_remove(&queued);
}

static const struct tomb_route routes[] = {
	{.method = TOMB_POST, .pattern = "/notes/{text}", .handler = repeat, .body_max = 65536},
};

static enum tomb_act read_request(struct tomb_exchange *x, struct tomb_exchange_home *home, struct tomb_pool *pool)
{
	static const struct tomb_field headers[] = {
		{{"Host", 4}, {"a", 1}}, {{"Transfer-Encoding", 17}, {"chunked", 7}}};
	struct tomb_guard_head head = {
		.method = TOMB_STR("POST"), .version = TOMB_STR("HTTP/1.1"), .headers = {headers, 2}};
	struct tomb_arena arena = tomb_arena_init(1 << 20);
	enum tomb_act act = TOMB_ACT_HANG_UP;
	struct tomb_err err;

	if (tomb_exchange_init(x, home, &arena, TOMB_STR("/notes/a%20b?c=d"), &err) != TOMB_OK) {
		assert_int_equal(err.code, TOMB_NOMEM);
		tomb_arena_fini(&arena);
		return TOMB_ACT_HANG_UP;
	}
	head.target = x->req.target;
	act = tomb_exchange_begin(x, &head, TOMB_STR("192.0.2.1"));
	if (act == TOMB_ACT_GO_ON)
		act = tomb_exchange_collect(x, TOMB_STR("id=1&id=2&text="));
	for (int i = 0; act == TOMB_ACT_GO_ON && i < 50; i++)
		act = tomb_exchange_collect(x, TOMB_STR("0123456789abcdefghijklmnopqrstuvwxyz"));
	return act == TOMB_ACT_GO_ON ? tomb_exchange_end(x, pool) : act;
}

static void a_request_without_memory_is_refused(void **state)
{
	struct tomb_arena arena = tomb_arena_init(1 << 20);
	struct tomb_service service = {.routes = {routes, TOMB_COUNTOF(routes)}};
	struct tomb_exchange_home home = {.service = &service,
		.options = {.clock = tomb_clock_real(),
			.spool_dir = "/tmp",
			.body_ms = 1000,
			.request_ms = 60 * 1000,
			.bodies_max = 1 << 20}};
	struct tomb_ctx ctx = {0};
	struct tomb_ctx *ctxs[] = {&ctx};
	struct tomb_pool *pool = NULL;
	struct tomb_err err;
	unsigned status = 0;
	long tries = 0;

	(void)state;
	assert_int_equal(tomb_tally_init(&queued, &err), TOMB_OK);
	assert_int_equal(tomb_pool_start(ctxs, 1, 1, run, &arena, &pool, &err), TOMB_OK);
	for (; status != 200; tries++) {
		struct tomb_exchange x = {.home = NULL};
		enum tomb_act act = TOMB_ACT_HANG_UP;

		alloc_budget_set(tries);
		act = read_request(&x, &home, pool);
		if (act == TOMB_ACT_QUEUE)
			tomb_exchange_serve(&x, &ctx, false);
		alloc_budget_set(-1);
		if (act == TOMB_ACT_QUEUE) {
			tomb_tally_add(&queued);
			tomb_pool_push(pool, &x.item); /* the place was reserved */
			assert_true(tomb_tally_wait(&queued, 10 * 1000));
		}
		if (!x.home)
			continue;
		status = x.res.status;
		assert_true(status == 200 || status == 503);
		assert_int_equal(x.res.body.broken, TOMB_OK);
		assert_true(status != 200 || x.res.body.n == (size_t)100 * 50 * 36);
		tomb_exchange_fini(&x);
		assert_int_equal(home.bodies, 0);
	}
	assert_true(tries > 5);
	tomb_pool_stop(pool);
	tomb_pool_fini(pool);
	tomb_tally_fini(&queued);
	tomb_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_request_without_memory_is_refused)};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
