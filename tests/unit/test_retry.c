/* Repetitions: how many, after how long, and for how many tokens. */
#include "../../storage/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_request_is_sent_three_times_at_most(void **state)
{
	struct retry_quota quota = {RETRY_QUOTA};
	struct retry_run run = {0};
	int64_t ms = -1;

	(void)state;
	assert_true(retry_again(&quota, &run, true, 0, UINT32_MAX, &ms));
	assert_true(retry_again(&quota, &run, true, 0, UINT32_MAX, &ms));
	ms = -1;
	assert_false(retry_again(&quota, &run, true, 0, UINT32_MAX, &ms));
	assert_int_equal(ms, -1);
	assert_int_equal(quota.tokens, RETRY_QUOTA - 2 * RETRY_COST); /* a refusal costs nothing */
}

static void the_pause_has_full_jitter_and_doubles(void **state)
{
	static const struct {
		uint32_t chance;
		int64_t first_ms;
		int64_t second_ms;
	} cases[] = {{0, 0, 0}, {UINT32_MAX / 2, 499, 999}, {UINT32_MAX, 999, 1999}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct retry_quota quota = {RETRY_QUOTA};
		struct retry_run run = {0};
		int64_t ms = -1;

		assert_true(retry_again(&quota, &run, true, 0, cases[i].chance, &ms));
		assert_int_equal(ms, cases[i].first_ms);
		assert_true(retry_again(&quota, &run, true, 0, cases[i].chance, &ms));
		assert_int_equal(ms, cases[i].second_ms);
	}
}

static void the_pause_is_never_shorter_than_the_store_asked_for(void **state)
{
	struct retry_quota quota = {RETRY_QUOTA};
	struct retry_run run = {0};
	int64_t ms = -1;

	(void)state;
	assert_true(retry_again(&quota, &run, true, 7000, UINT32_MAX, &ms));
	assert_int_equal(ms, 7000);
	assert_true(retry_again(&quota, &run, true, 3, UINT32_MAX, &ms));
	assert_int_equal(ms, 1999);
}

static void the_pause_has_a_limit(void **state)
{
	struct retry_quota quota = {RETRY_QUOTA};
	int64_t ms = -1;

	(void)state;
	for (int repeated = 0; repeated + 1 < RETRY_ATTEMPTS_MAX; repeated++) {
		struct retry_run run = {.repeated = repeated};

		assert_true(retry_again(&quota, &run, true, 0, UINT32_MAX, &ms));
		assert_in_range(ms, 0, RETRY_PAUSE_MAX_MS);
	}
}

/* How many repetitions a store that never succeeds gets. */
static int until_empty(bool was_answered)
{
	struct retry_quota quota = {RETRY_QUOTA};
	int64_t ms = 0;
	int n = 0;

	for (;; n++) {
		struct retry_run run = {0};

		if (!retry_again(&quota, &run, was_answered, 0, 0, &ms))
			return n;
		assert_true(quota.tokens >= 0);
	}
}

static void a_quota_is_used_up_by_failures_alone(void **state)
{
	(void)state;
	assert_int_equal(until_empty(true), RETRY_QUOTA / RETRY_COST);
	assert_int_equal(until_empty(false), RETRY_QUOTA / RETRY_COST_TIMEOUT);
}

static void success_gives_back_what_the_last_repetition_took(void **state)
{
	struct retry_quota quota = {100};
	struct retry_run run = {0};
	int64_t ms = 0;

	(void)state;
	assert_true(retry_again(&quota, &run, false, 0, 0, &ms));
	assert_true(retry_again(&quota, &run, true, 0, 0, &ms));
	retry_succeeded(&quota, &run);
	assert_int_equal(quota.tokens, 100 - RETRY_COST_TIMEOUT);
}

static void success_at_once_fills_the_quota_slowly_and_never_over(void **state)
{
	struct retry_quota quota = {RETRY_QUOTA - 2};
	struct retry_run run = {0};

	(void)state;
	retry_succeeded(&quota, &run);
	assert_int_equal(quota.tokens, RETRY_QUOTA - 1);
	for (int i = 0; i < 10; i++)
		retry_succeeded(&quota, &run);
	assert_int_equal(quota.tokens, RETRY_QUOTA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_sent_three_times_at_most),
		cmocka_unit_test(the_pause_has_full_jitter_and_doubles),
		cmocka_unit_test(the_pause_is_never_shorter_than_the_store_asked_for),
		cmocka_unit_test(the_pause_has_a_limit),
		cmocka_unit_test(a_quota_is_used_up_by_failures_alone),
		cmocka_unit_test(success_gives_back_what_the_last_repetition_took),
		cmocka_unit_test(success_at_once_fills_the_quota_slowly_and_never_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
