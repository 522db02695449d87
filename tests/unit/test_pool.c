/* Request threads: nothing is lost, nothing is run twice, and stopping ends. */
#include "../../registry/service/pool.h"
#include "../../registry/service/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { THREADS = 4, ITEMS = 5000, PLACES = 16 };

struct tomb_ctx {
	size_t runs; /* its thread's own */
};

struct item {
	struct tomb_pool_item item;
	struct tomb_tally *pending;
	atomic_int runs;
	atomic_int closing_runs;
};

static void run(struct tomb_ctx *ctx, struct tomb_pool_item *item, bool is_closing)
{
	struct item *it = (struct item *)item;
	struct tomb_tally *pending = it->pending;

	ctx->runs++;
	atomic_fetch_add(is_closing ? &it->closing_runs : &it->runs, 1);
	tomb_tally_remove(pending);
}

static void everything_that_had_a_place_is_run_once(void **state)
{
	static struct item items[ITEMS];
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_ctx contexts[THREADS] = {0};
	struct tomb_ctx *ctxs[THREADS];
	struct tomb_pool *pool = NULL;
	struct tomb_tally pending;
	struct tomb_err err;
	size_t sum = 0;

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		ctxs[i] = &contexts[i];
	assert_int_equal(tomb_tally_init(&pending, &err), TOMB_OK);
	assert_int_equal(tomb_pool_start(ctxs, THREADS, PLACES, run, &arena, &pool, &err), TOMB_OK);
	for (size_t i = 0; i < ITEMS;) {
		if (!tomb_pool_reserve(pool))
			continue;
		items[i].pending = &pending;
		tomb_tally_add(&pending);
		tomb_pool_push(pool, &items[i].item);
		i++;
	}
	tomb_pool_stop(pool);
	assert_false(tomb_pool_reserve(pool));
	tomb_pool_stop(pool);
	tomb_pool_fini(pool);
	assert_true(tomb_tally_wait(&pending, 0));
	tomb_tally_fini(&pending);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(items[i].runs + items[i].closing_runs, 1);
	for (size_t i = 0; i < THREADS; i++)
		sum += contexts[i].runs;
	assert_int_equal(sum, ITEMS);
}

static void there_are_so_many_places_and_no_more(void **state)
{
	static struct item items[3];
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_ctx context = {0};
	struct tomb_ctx *ctxs[] = {&context};
	struct tomb_pool *pool = NULL;
	struct tomb_tally pending;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_tally_init(&pending, &err), TOMB_OK);
	assert_int_equal(tomb_pool_start(ctxs, 1, 3, run, &arena, &pool, &err), TOMB_OK);
	for (size_t i = 0; i < 3; i++)
		assert_true(tomb_pool_reserve(pool));
	assert_false(tomb_pool_reserve(pool));
	for (size_t i = 0; i < 3; i++) {
		items[i].pending = &pending;
		tomb_tally_add(&pending);
		tomb_pool_push(pool, &items[i].item);
	}
	assert_true(tomb_tally_wait(&pending, 10 * 1000));
	assert_true(tomb_pool_reserve(pool));
	tomb_tally_add(&pending);
	assert_false(tomb_tally_wait(&pending, 0));
	tomb_pool_push(pool, &items[0].item);
	tomb_pool_stop(pool);
	tomb_pool_fini(pool);
	tomb_pool_stop(NULL);
	tomb_pool_fini(NULL);
	tomb_tally_fini(&pending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_that_had_a_place_is_run_once),
		cmocka_unit_test(there_are_so_many_places_and_no_more),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
