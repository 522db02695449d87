/* The breaker of a backend: when requests stop, and when one may try again. */
#include "../../storage/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S(n) ((int64_t)(n)*TOMB_US_PER_S)
#define T0 S(1700000000)

static void a_new_breaker_is_closed(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	assert_false(b.state.open);
	assert_true(breaker_lets(&b, 0));
	assert_true(breaker_lets(&b, T0));
}

static void a_tripped_breaker_stops_requests_until_its_time_is_over(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	breaker_trip(&b, T0, 0, "NoSuchBucket");
	assert_true(b.state.open);
	assert_int_equal(b.state.since_us, T0);
	assert_int_equal(b.state.until_us, T0 + S(BREAKER_HOLD_S));
	assert_string_equal(b.state.reason, "NoSuchBucket");
	assert_false(breaker_lets(&b, T0));
	assert_false(breaker_lets(&b, T0 + S(BREAKER_HOLD_S) - 1));
	assert_true(breaker_lets(&b, T0 + S(BREAKER_HOLD_S)));
	assert_true(b.state.open); /* half open: the next answer decides */
}

static void a_good_answer_closes_it(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	breaker_trip(&b, T0, 0, "InvalidAccessKeyId");
	breaker_mend(&b, T0 + S(61));
	assert_false(b.state.open);
	assert_int_equal(b.state.since_us, T0 + S(61));
	assert_string_equal(b.state.reason, "");
	assert_true(breaker_lets(&b, T0 + S(61)));
}

static void a_denied_probe_doubles_the_time_up_to_a_limit(void **state)
{
	struct breaker b = {.doubts = 0};
	int64_t now = T0;
	int64_t hold = S(BREAKER_HOLD_S);

	(void)state;
	for (int i = 0; i < 10; i++) {
		breaker_trip(&b, now, 0, "AccountProblem");
		assert_int_equal(b.state.until_us - now, hold);
		assert_int_equal(b.state.since_us, T0); /* one and the same outage */
		now = b.state.until_us;
		hold = 2 * hold < S(BREAKER_HOLD_MAX_S) ? 2 * hold : S(BREAKER_HOLD_MAX_S);
	}
	assert_int_equal(hold, S(BREAKER_HOLD_MAX_S));
}

static void one_that_flaps_stays_open_longer_each_time(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	breaker_trip(&b, T0, 0, "denied");
	breaker_mend(&b, T0 + S(60));
	breaker_trip(&b, T0 + S(61), 0, "denied");
	assert_int_equal(b.state.until_us, T0 + S(61 + 120));
	breaker_mend(&b, T0 + S(181));
	breaker_trip(&b, T0 + S(181 + 121), 0, "denied"); /* it was well for longer than it was ill */
	assert_int_equal(b.state.until_us, T0 + S(181 + 121 + BREAKER_HOLD_S));
}

static void a_lockout_lasts_at_least_what_the_store_needs(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	breaker_trip(&b, T0, S(330), "AuthenticationLockout");
	assert_false(breaker_lets(&b, T0 + S(300)));
	assert_true(breaker_lets(&b, T0 + S(330)));
	breaker_trip(&b, T0 + S(330), S(100000), "AuthenticationLockout");
	assert_int_equal(b.state.until_us, T0 + S(330 + BREAKER_HOLD_MAX_S)); /* nobody closes it for a day */
}

static void only_denials_in_a_row_are_the_backend(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		breaker_doubt(&b, T0, "AccessDenied");
		if (i % (BREAKER_DOUBTS_MAX - 1) == BREAKER_DOUBTS_MAX - 2)
			breaker_mend(&b, T0);
	}
	assert_false(b.state.open);
	for (int i = 0; i < BREAKER_DOUBTS_MAX; i++) {
		assert_false(b.state.open);
		breaker_doubt(&b, T0, "AccessDenied");
	}
	assert_true(b.state.open);
}

static void a_clock_that_is_set_back_does_not_keep_it_open(void **state)
{
	struct breaker b = {.doubts = 0};

	(void)state;
	breaker_trip(&b, T0, 0, "denied");
	assert_true(breaker_lets(&b, T0 - S(86400)));
}

static struct tomb_breaker_state open_state(int64_t since_s, int64_t until_s)
{
	struct tomb_breaker_state s = {.open = true, .since_us = T0 + S(since_s), .until_us = T0 + S(until_s)};

	memcpy(s.reason, "theirs", sizeof "theirs");
	return s;
}

static void what_others_found_out_is_taken_over(void **state)
{
	struct breaker b = {.doubts = 0};
	struct tomb_breaker_state theirs = open_state(0, 60);

	(void)state;
	breaker_adopt(&b, &theirs);
	assert_true(b.state.open);
	assert_true(b.state.is_adopted);
	assert_string_equal(b.state.reason, "theirs");
	assert_false(breaker_lets(&b, T0 + S(59)));
	breaker_trip(&b, T0 + S(60), 0, "ours"); /* the probe was ours: the next time is twice theirs */
	assert_false(b.state.is_adopted);
	assert_int_equal(b.state.until_us, T0 + S(60 + 120));
}

static void of_two_that_are_open_the_longer_time_holds(void **state)
{
	struct breaker b = {.doubts = 0};
	struct tomb_breaker_state longer = open_state(5, 500);
	struct tomb_breaker_state shorter = open_state(10, 20);

	(void)state;
	breaker_trip(&b, T0, 0, "ours");
	breaker_adopt(&b, &longer);
	breaker_adopt(&b, &shorter);
	assert_int_equal(b.state.since_us, T0);
	assert_int_equal(b.state.until_us, T0 + S(500));
	assert_string_equal(b.state.reason, "ours");
	assert_false(b.state.is_adopted);
}

static void closing_is_news_only_if_it_is_newer(void **state)
{
	struct breaker b = {.doubts = 0};
	struct tomb_breaker_state before = {.since_us = T0 - 1};
	struct tomb_breaker_state after = {.since_us = T0 + 1};
	struct tomb_breaker_state late = open_state(0, 60);

	(void)state;
	breaker_trip(&b, T0, 0, "ours");
	breaker_adopt(&b, &before);
	assert_true(b.state.open);
	breaker_adopt(&b, &after);
	assert_false(b.state.open);
	assert_true(b.state.is_adopted);
	breaker_adopt(&b, &late); /* what we were told before it was closed */
	assert_false(b.state.open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_breaker_is_closed),
		cmocka_unit_test(a_tripped_breaker_stops_requests_until_its_time_is_over),
		cmocka_unit_test(a_good_answer_closes_it),
		cmocka_unit_test(a_denied_probe_doubles_the_time_up_to_a_limit),
		cmocka_unit_test(one_that_flaps_stays_open_longer_each_time),
		cmocka_unit_test(a_lockout_lasts_at_least_what_the_store_needs),
		cmocka_unit_test(only_denials_in_a_row_are_the_backend),
		cmocka_unit_test(a_clock_that_is_set_back_does_not_keep_it_open),
		cmocka_unit_test(what_others_found_out_is_taken_over),
		cmocka_unit_test(of_two_that_are_open_the_longer_time_holds),
		cmocka_unit_test(closing_is_news_only_if_it_is_newer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
