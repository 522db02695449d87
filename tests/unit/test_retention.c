/* Minimum retention by storage option: P-12, P-13. */
#include "tombstone/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define DAY_US (86400 * INT64_C(1000000))

static int64_t utc_us(int year, int month, int day, int hour, int min, int sec)
{
	struct tm tm = {.tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_hour = hour,
		.tm_min = min,
		.tm_sec = sec};

	return (int64_t)timegm(&tm) * 1000000;
}

static void every_storage_option_has_the_minimum_of_the_seed(void **state)
{
	static const struct {
		const char *name;
		int32_t days;
	} expected[] = {
		{"Standard", 0},
		{"Glacier-OH", 90},
		{"Glacier-OR", 90},
		{"Glacier-VA", 90},
		{"Glacier-Deep-OH", 180},
		{"Glacier-Deep-OR", 180},
		{"Glacier-Deep-VA", 180},
		{"Wasabi-OR", 90},
		{"Wasabi-VA", 90},
		{"Wasabi-TX", 90},
	};
	size_t n = 0;

	(void)state;
	(void)tomb_retention_options(&n);
	assert_int_equal(n, TOMB_COUNTOF(expected));
	for (size_t i = 0; i < TOMB_COUNTOF(expected); i++) {
		const struct tomb_retention_option *o = tomb_retention_option(tomb_str_from(expected[i].name));

		assert_non_null(o);
		assert_int_equal(o->min_days, expected[i].days);
		assert_true(strlen(o->provider) > 0);
		assert_true(strlen(o->storage_class) > 0);
	}
}

static void an_unknown_option_has_no_entry(void **state)
{
	(void)state;
	assert_null(tomb_retention_option(TOMB_STR("")));
	assert_null(tomb_retention_option(TOMB_STR("standard")));
	assert_null(tomb_retention_option(TOMB_STR("Standard ")));
	assert_null(tomb_retention_option(TOMB_STR("Glacier")));
}

static void every_option_is_free_at_its_instant_and_not_a_microsecond_before(void **state)
{
	int64_t stored = utc_us(2026, 1, 15, 13, 14, 15) + 123456;
	size_t n = 0;
	const struct tomb_retention_option *o = tomb_retention_options(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct tomb_err err = {0};
		int64_t until = 0;

		assert_int_equal(tomb_retention_until(stored, o[i].min_days, &until, &err), TOMB_OK);
		assert_true(until == stored + o[i].min_days * DAY_US);
		assert_false(tomb_retention_over(until - 1, stored, o[i].min_days));
		assert_true(tomb_retention_over(until, stored, o[i].min_days));
		assert_true(tomb_retention_over(until + 1, stored, o[i].min_days));
	}
}

static void days_are_calendar_days_in_utc(void **state)
{
	static const struct {
		int from[3];
		int32_t days;
		int to[3];
	} cases[] = {
		{{2024, 2, 28}, 1, {2024, 2, 29}},
		{{2024, 2, 28}, 2, {2024, 3, 1}},
		{{2023, 2, 28}, 1, {2023, 3, 1}},
		{{2100, 2, 28}, 1, {2100, 3, 1}}, /* not a leap year */
		{{2000, 2, 28}, 1, {2000, 2, 29}},
		{{2024, 1, 1}, 90, {2024, 3, 31}},
		{{2023, 1, 1}, 90, {2023, 4, 1}},
		{{2023, 12, 31}, 90, {2024, 3, 30}},
		{{2024, 1, 1}, 180, {2024, 6, 29}},
		{{2023, 9, 1}, 180, {2024, 2, 28}},
		{{2023, 9, 2}, 180, {2024, 2, 29}},
		{{2026, 3, 1}, 90, {2026, 5, 30}}, /* over a change to summer time */
		{{1969, 12, 31}, 1, {1970, 1, 1}},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_err err = {0};
		int64_t until = 0;

		assert_int_equal(
			tomb_retention_until(utc_us(cases[i].from[0], cases[i].from[1], cases[i].from[2], 23, 59, 59),
				cases[i].days, &until, &err),
			TOMB_OK);
		assert_true(until == utc_us(cases[i].to[0], cases[i].to[1], cases[i].to[2], 23, 59, 59));
	}
}

static void a_copy_stored_in_the_future_is_not_free_even_without_a_minimum(void **state)
{
	int64_t now = utc_us(2026, 5, 1, 0, 0, 0);

	(void)state;
	assert_true(tomb_retention_over(now, now, 0));
	assert_false(tomb_retention_over(now, now + 1, 0));
	assert_false(tomb_retention_over(now, now + DAY_US, 90));
	assert_false(tomb_retention_over(now, INT64_MAX, 0));
}

static void absurd_days_and_instants_are_refused_and_never_over(void **state)
{
	static const struct {
		int64_t stored;
		int32_t days;
	} cases[] = {
		{0, -1},
		{0, INT32_MIN},
		{0, TOMB_RETENTION_DAYS_MAX + 1},
		{0, INT32_MAX},
		{INT64_MAX, 1},
		{INT64_MAX - 90 * DAY_US + 1, 90},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_err err = {0};
		int64_t until = 42;

		assert_int_equal(tomb_retention_until(cases[i].stored, cases[i].days, &until, &err), TOMB_INVAL);
		assert_int_equal(err.code, TOMB_INVAL);
		assert_true(until == 42);
		assert_false(tomb_retention_over(INT64_MAX, cases[i].stored, cases[i].days));
	}
}

static void the_last_representable_instant_still_counts(void **state)
{
	(void)state;
	assert_true(tomb_retention_over(INT64_MAX, INT64_MAX - 90 * DAY_US, 90));
	assert_false(tomb_retention_over(INT64_MAX - 1, INT64_MAX - 90 * DAY_US, 90));
	assert_true(tomb_retention_over(0, INT64_MIN, TOMB_RETENTION_DAYS_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_storage_option_has_the_minimum_of_the_seed),
		cmocka_unit_test(an_unknown_option_has_no_entry),
		cmocka_unit_test(every_option_is_free_at_its_instant_and_not_a_microsecond_before),
		cmocka_unit_test(days_are_calendar_days_in_utc),
		cmocka_unit_test(a_copy_stored_in_the_future_is_not_free_even_without_a_minimum),
		cmocka_unit_test(absurd_days_and_instants_are_refused_and_never_over),
		cmocka_unit_test(the_last_representable_instant_still_counts),
	};

	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
