/* How fast a backend is asked after it said "slow down", and how that wears off. */
#include "../../storage/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS(n) ((int64_t)(n)*TOMB_US_PER_MS)
#define S(n) ((int64_t)(n)*TOMB_US_PER_S)
#define T0 S(5000)

/* Sends for a while as fast as is allowed, each request taking service_us.  Returns the requests. */
static int64_t send_for(struct pace *p, int64_t *now, int64_t for_us, int64_t service_us)
{
	int64_t end = *now + for_us;
	int64_t n = 0;

	for (; *now < end; n++) {
		*now += pace_wait_us(p, *now);
		pace_sent(p, *now);
		*now += service_us;
		pace_taken(p, *now);
	}
	return n;
}

static void nothing_is_limited_before_the_first_throttle(void **state)
{
	struct pace p = {0};
	int64_t now = T0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(pace_wait_us(&p, now), 0);
		pace_sent(&p, now++);
		pace_taken(&p, now);
	}
	assert_int_equal(pace_keys(&p), TOMB_DELETE_MAX);
}

static void the_first_throttle_halves_what_was_really_sent(void **state)
{
	struct pace p = {0};
	int64_t now = T0;

	(void)state;
	(void)send_for(&p, &now, S(10), MS(20)); /* 50 a second */
	pace_throttled(&p, now, 0);
	assert_in_range(p.rate, 24000, 26000);
}

static void a_lane_that_has_hardly_begun_assumes_a_slow_store(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_sent(&p, T0);
	pace_throttled(&p, T0 + MS(10), 0);
	assert_int_equal(p.rate, PACE_RATE_GUESS / 2);
}

static void each_throttle_halves_down_to_the_floor(void **state)
{
	struct pace p = {0};
	int64_t rate = PACE_RATE_GUESS;

	(void)state;
	for (int i = 0; i < 20; i++) {
		pace_throttled(&p, T0 + i, 0);
		rate = rate / 2 > PACE_RATE_MIN ? rate / 2 : PACE_RATE_MIN;
		assert_int_equal(p.rate, rate);
	}
	assert_int_equal(p.rate, PACE_RATE_MIN);
}

static void requests_are_spread_out_evenly(void **state)
{
	struct pace p = {.rate = 2000, .throttled_us = T0, .grown_us = T0};

	(void)state;
	pace_sent(&p, T0);
	assert_int_equal(pace_wait_us(&p, T0), MS(500));
	assert_int_equal(pace_wait_us(&p, T0 + MS(499)), MS(1));
	assert_int_equal(pace_wait_us(&p, T0 + MS(500)), 0);
	pace_sent(&p, T0 + S(10)); /* what was not used is lost: no bursts */
	assert_int_equal(pace_wait_us(&p, T0 + S(10)), MS(500));
}

static void a_throttle_also_delays_the_next_request(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_throttled(&p, T0, 0);
	assert_int_equal(pace_wait_us(&p, T0), MS(200)); /* of 5 a second */
}

static void the_rate_grows_by_the_same_amount_each_second(void **state)
{
	struct pace p = {.rate = 5000, .throttled_us = T0, .grown_us = T0};
	int64_t now = T0;

	(void)state;
	for (int i = 1; i <= 60; i++) {
		(void)send_for(&p, &now, T0 + S(i) - now, MS(1));
		assert_in_range(p.rate, 5000 + (int64_t)PACE_GROWTH * (i - 2), 5000 + (int64_t)PACE_GROWTH * (i + 1));
	}
}

static void a_limit_that_is_not_reached_does_not_grow(void **state)
{
	struct pace p = {.rate = 20000, .throttled_us = T0, .grown_us = T0};
	int64_t now = T0;

	(void)state;
	(void)send_for(&p, &now, S(60), MS(200)); /* 5 a second */
	assert_int_equal(p.rate, 20000);
}

static void rates_stay_between_floor_and_ceiling_whatever_happens(void **state)
{
	struct pace p = {0};
	int64_t now = T0;
	uint32_t chance = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t before = p.rate;

		chance = chance * 1664525 + 1013904223;
		switch (chance >> 29) {
		case 0:
			if (i % 100 < 3)
				pace_throttled(&p, now, (int64_t)(chance & 0xfff) - 100);
			break;
		case 1:
			pace_keys_throttled(&p, chance & 0x3ff);
			break;
		case 2:
			pace_keys_taken(&p, chance & 0x3ff);
			break;
		case 3:
			pace_told(&p,
				&(struct tomb_pace){.epoch = chance & 3,
					.milli_rate = (int64_t)chance - INT32_MAX,
					.keys = (int64_t)(chance & 0xffff) - 1000,
					.pause_ms = (int64_t)(chance & 0xff) - 50},
				now);
			break;
		default:
			now += pace_wait_us(&p, now);
			pace_sent(&p, now);
			now += chance & 0x1ff;
			pace_taken(&p, now);
			assert_true(p.rate - before <= PACE_GROWTH);
		}
		assert_true(p.rate == 0 || (p.rate >= PACE_RATE_MIN && p.rate <= PACE_RATE_MAX));
		assert_in_range(pace_keys(&p), PACE_KEYS_MIN, TOMB_DELETE_MAX);
		assert_in_range(pace_wait_us(&p, now), 0, S(PACE_PAUSE_MAX_S));
	}
}

static void the_ceiling_is_reached_and_not_passed(void **state)
{
	struct pace p = {.rate = PACE_RATE_MAX - 700, .throttled_us = T0, .grown_us = T0, .measured = PACE_RATE_MAX};
	int64_t now = T0;

	(void)state;
	(void)send_for(&p, &now, S(10), 10);
	assert_int_equal(p.rate, PACE_RATE_MAX);
}

static void what_the_store_asks_for_is_waited_for_and_no_longer_than_the_limit(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_throttled(&p, T0, 30000);
	assert_int_equal(pace_wait_us(&p, T0), S(30));
	pace_throttled(&p, T0 + S(1), 2000); /* the longer one holds */
	assert_int_equal(pace_wait_us(&p, T0 + S(1)), S(29));
	pace_throttled(&p, T0 + S(2), INT64_MAX);
	assert_int_equal(pace_wait_us(&p, T0 + S(2)), S(PACE_PAUSE_MAX_S));
}

static void old_knowledge_is_forgotten(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_throttled(&p, T0, 0);
	pace_keys_throttled(&p, 1000);
	(void)pace_wait_us(&p, T0 + S(PACE_MEMORY_S) - 1);
	assert_true(p.rate > 0);
	assert_int_equal(pace_wait_us(&p, T0 + S(PACE_MEMORY_S)), 0);
	assert_int_equal(p.rate, 0);
	assert_int_equal(pace_keys(&p), TOMB_DELETE_MAX);
}

static void the_keys_of_a_request_are_halved_and_grow_back(void **state)
{
	static const size_t halves[] = {500, 250, 125, 62, 31, 15, 10, 10};
	struct pace p = {0};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(halves); i++) {
		pace_keys_throttled(&p, pace_keys(&p));
		assert_int_equal(pace_keys(&p), halves[i]);
	}
	pace_keys_taken(&p, 9); /* a smaller one proves nothing */
	assert_int_equal(pace_keys(&p), 10);
	for (int i = 1; i <= 30; i++) {
		pace_keys_taken(&p, pace_keys(&p));
		assert_int_equal(pace_keys(&p), 10 + 50 * i < TOMB_DELETE_MAX ? 10 + 50 * i : TOMB_DELETE_MAX);
	}
}

static void a_small_request_that_was_too_much_sets_the_measure(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_keys_throttled(&p, 100);
	assert_int_equal(pace_keys(&p), 50);
}

static void what_others_learned_is_taken_over_once(void **state)
{
	struct pace p = {0};
	struct tomb_pace theirs = {.epoch = 7, .milli_rate = 4000, .keys = 125, .pause_ms = 3000};

	(void)state;
	pace_told(&p, &theirs, T0);
	assert_int_equal(p.rate, 4000);
	assert_int_equal(pace_keys(&p), 125);
	assert_int_equal(pace_wait_us(&p, T0), S(3));
	p.rate = 9000; /* grown since */
	pace_told(&p, &theirs, T0 + S(5));
	assert_int_equal(p.rate, 9000);
	theirs.epoch = 8; /* another throttle, of a lane that was faster than we are */
	theirs.milli_rate = 20000;
	pace_told(&p, &theirs, T0 + S(6));
	assert_int_equal(p.rate, 9000);
}

static void that_nobody_remembers_is_no_news(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_told(&p, &(struct tomb_pace){.epoch = 7, .milli_rate = 4000, .keys = 125}, T0);
	pace_told(&p, &(struct tomb_pace){.epoch = 0}, T0 + S(1));
	assert_int_equal(p.rate, 4000);
	assert_int_equal(pace_keys(&p), 125);
	assert_int_equal(p.epoch, 7);
}

static void a_throttle_is_told_until_somebody_has_heard(void **state)
{
	struct pace p = {0};
	struct tomb_pace figures = pace_tell(&p, T0);

	(void)state;
	assert_false(figures.was_throttled);
	assert_int_equal(figures.milli_rate, 0);
	pace_throttled(&p, T0, 1500);
	figures = pace_tell(&p, T0);
	assert_true(figures.was_throttled);
	assert_int_equal(figures.milli_rate, PACE_RATE_GUESS / 2);
	assert_int_equal(figures.pause_ms, 1500);
	assert_true(pace_tell(&p, T0 + S(1)).was_throttled);
	figures.epoch = 1;
	pace_told(&p, &figures, T0 + S(1));
	assert_false(pace_tell(&p, T0 + S(1)).was_throttled);
	assert_int_equal(pace_tell(&p, T0 + S(1)).epoch, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_limited_before_the_first_throttle),
		cmocka_unit_test(the_first_throttle_halves_what_was_really_sent),
		cmocka_unit_test(a_lane_that_has_hardly_begun_assumes_a_slow_store),
		cmocka_unit_test(each_throttle_halves_down_to_the_floor),
		cmocka_unit_test(requests_are_spread_out_evenly),
		cmocka_unit_test(a_throttle_also_delays_the_next_request),
		cmocka_unit_test(the_rate_grows_by_the_same_amount_each_second),
		cmocka_unit_test(a_limit_that_is_not_reached_does_not_grow),
		cmocka_unit_test(rates_stay_between_floor_and_ceiling_whatever_happens),
		cmocka_unit_test(the_ceiling_is_reached_and_not_passed),
		cmocka_unit_test(what_the_store_asks_for_is_waited_for_and_no_longer_than_the_limit),
		cmocka_unit_test(old_knowledge_is_forgotten),
		cmocka_unit_test(the_keys_of_a_request_are_halved_and_grow_back),
		cmocka_unit_test(a_small_request_that_was_too_much_sets_the_measure),
		cmocka_unit_test(what_others_learned_is_taken_over_once),
		cmocka_unit_test(that_nobody_remembers_is_no_news),
		cmocka_unit_test(a_throttle_is_told_until_somebody_has_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
