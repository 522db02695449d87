/* Attempts are counted, forgotten in time, and kept in a table of fixed size. */
#include "../../registry/service/rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define S INT64_C(1000000)

static struct tomb_rate_limit *make(uint32_t places, uint32_t burst, int64_t interval_us, struct tomb_arena *arena)
{
	const struct tomb_rate_limit_options options = {
		.places = places, .burst = burst, .interval_us = interval_us, .seed = 42};
	struct tomb_rate_limit *limit = NULL;
	struct tomb_err err;

	assert_int_equal(tomb_rate_limit_new(&options, arena, &limit, &err), TOMB_OK);
	return limit;
}

static void a_burst_is_let_through_and_then_one_per_interval(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_rate_limit *limit = make(16, 3, 10 * S, &arena);
	const struct tomb_str key = TOMB_STR("a@example.org");
	uint32_t retry = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(tomb_rate_limit_take(limit, key, 1000 * S, &retry));
	assert_int_equal(retry, 0);
	assert_false(tomb_rate_limit_take(limit, key, 1000 * S, &retry));
	assert_int_equal(retry, 10);
	assert_false(tomb_rate_limit_take(limit, key, 1009 * S + 1, &retry));
	assert_int_equal(retry, 1);
	assert_true(tomb_rate_limit_take(limit, key, 1010 * S, &retry));
	assert_false(tomb_rate_limit_take(limit, key, 1010 * S, &retry));
	for (int i = 0; i < 3; i++)
		assert_true(tomb_rate_limit_take(limit, key, 2000 * S, &retry));
	assert_false(tomb_rate_limit_take(limit, key, 2000 * S, &retry));
	tomb_rate_limit_fini(limit);
}

static void keys_do_not_count_for_one_another(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_rate_limit *limit = make(16, 1, S, &arena);
	uint32_t retry = 0;

	(void)state;
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("b"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR(""), 0, &retry));
	assert_false(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_false(tomb_rate_limit_take(limit, TOMB_STR(""), 0, &retry));
	tomb_rate_limit_fini(limit);
}

static void success_gives_the_attempts_back(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_rate_limit *limit = make(16, 2, S, &arena);
	uint32_t retry = 0;

	(void)state;
	tomb_rate_limit_forgive(limit, TOMB_STR("nobody"));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	tomb_rate_limit_forgive(limit, TOMB_STR("a"));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_false(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	tomb_rate_limit_fini(limit);
}

static void long_keys_count_as_their_beginning(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_rate_limit *limit = make(4, 1, S, &arena);
	char a[TOMB_RATE_LIMIT_KEY + 1];
	uint32_t retry = 0;

	(void)state;
	memset(a, 'k', sizeof a);
	assert_true(tomb_rate_limit_take(limit, (struct tomb_str){a, sizeof a}, 0, &retry));
	assert_false(tomb_rate_limit_take(limit, (struct tomb_str){a, TOMB_RATE_LIMIT_KEY}, 0, &retry));
	assert_true(tomb_rate_limit_take(limit, (struct tomb_str){a, TOMB_RATE_LIMIT_KEY - 1}, 0, &retry));
	tomb_rate_limit_fini(limit);
}

static void a_full_table_forgets_the_key_used_longest_ago(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_rate_limit *limit = make(3, 1, S, &arena);
	uint32_t retry = 0;

	(void)state;
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("b"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("c"), 0, &retry));
	assert_false(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry)); /* a is used again: b is the oldest */
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("d"), 0, &retry));
	assert_false(tomb_rate_limit_take(limit, TOMB_STR("a"), 0, &retry));
	assert_false(tomb_rate_limit_take(limit, TOMB_STR("c"), 0, &retry));
	assert_true(tomb_rate_limit_take(limit, TOMB_STR("b"), 0, &retry));
	tomb_rate_limit_fini(limit);
}

/* Against the plainest model there is: an array, and the same rule. */
static void many_keys_agree_with_a_plain_model(void **state)
{
	enum { KEYS = 500, STEPS = 20000, BURST = 4 };
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_rate_limit *limit = make(KEYS, BURST, S, &arena);
	int64_t full_at[KEYS] = {0};
	uint32_t random = 1;
	int64_t now = 0;

	(void)state;
	for (int step = 0; step < STEPS; step++) {
		char key[16];
		uint32_t k = 0;
		uint32_t retry = 0;
		bool may = false;

		random = random * 1664525 + 1013904223;
		k = random >> 16 & 0xffff;
		now += (int64_t)(k % 7) * 1000;
		k %= KEYS;
		(void)snprintf(key, sizeof key, "key-%u", k);
		full_at[k] = full_at[k] < now ? now : full_at[k];
		may = full_at[k] + S - (int64_t)BURST * S <= now;
		assert_int_equal(tomb_rate_limit_take(limit, tomb_str_from(key), now, &retry), may);
		full_at[k] += may ? S : 0;
	}
	tomb_rate_limit_fini(limit);
}

static void nonsense_options_are_refused(void **state)
{
	static const struct tomb_rate_limit_options bad[] = {{.burst = 1, .interval_us = 1},
		{.places = 1, .interval_us = 1}, {.places = 1, .burst = 1},
		{.places = 1, .burst = 1, .interval_us = -1}};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	TOMB_ARENA_AUTO small = tomb_arena_init(1024);
	struct tomb_rate_limit *limit = NULL;
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		assert_int_equal(tomb_rate_limit_new(&bad[i], &arena, &limit, &err), TOMB_BUG);
	assert_int_equal(
		tomb_rate_limit_new(&(struct tomb_rate_limit_options){100, 1, 1, 1}, &small, &limit, &err), TOMB_NOMEM);
	assert_null(limit);
	tomb_rate_limit_fini(limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_let_through_and_then_one_per_interval),
		cmocka_unit_test(keys_do_not_count_for_one_another),
		cmocka_unit_test(success_gives_the_attempts_back),
		cmocka_unit_test(long_keys_count_as_their_beginning),
		cmocka_unit_test(a_full_table_forgets_the_key_used_longest_ago),
		cmocka_unit_test(many_keys_agree_with_a_plain_model),
		cmocka_unit_test(nonsense_options_are_refused),
	};

	return cmocka_run_group_tests_name("rate_limit", tests, NULL, NULL);
}
