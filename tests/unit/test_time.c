/* RFC 3339. */
#include "tombstone/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *text;
	int64_t us;
} known[] = {
	{"1970-01-01T00:00:00.000000Z", 0},
	{"1969-12-31T23:59:59.999999Z", -1},
	{"2000-02-29T12:30:45.000001Z", INT64_C(951827445000001)},
	{"2024-02-29T23:59:59.123456Z", INT64_C(1709251199123456)},
	{"0001-01-01T00:00:00.000000Z", TOMB_TIME_MIN},
	{"9999-12-31T23:59:59.999999Z", TOMB_TIME_MAX},
};

static void known_times_are_written_and_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(known); i++) {
		char out[TOMB_TIME_TEXT];
		struct tomb_err err;
		int64_t us = 0;

		assert_string_equal(tomb_time_format(known[i].us, TOMB_TIME_US, out), known[i].text);
		assert_int_equal(tomb_time_parse(tomb_str_from(known[i].text), &us, &err), TOMB_OK);
		assert_int_equal(us, known[i].us);
	}
}

static void fewer_digits_round_down(void **state)
{
	char out[TOMB_TIME_TEXT];

	(void)state;
	assert_string_equal(tomb_time_format(INT64_C(1709251199999999), TOMB_TIME_S, out), "2024-02-29T23:59:59Z");
	assert_string_equal(tomb_time_format(INT64_C(1709251199999999), TOMB_TIME_MS, out), "2024-02-29T23:59:59.999Z");
	assert_string_equal(tomb_time_format(-1, TOMB_TIME_S, out), "1969-12-31T23:59:59Z");
}

static void times_past_four_digits_of_year_are_written_as_the_limit(void **state)
{
	char out[TOMB_TIME_TEXT];

	(void)state;
	assert_string_equal(tomb_time_format(INT64_MIN, TOMB_TIME_S, out), "0001-01-01T00:00:00Z");
	assert_string_equal(tomb_time_format(INT64_MAX, TOMB_TIME_S, out), "9999-12-31T23:59:59Z");
}

static void offsets_fractions_and_case_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{"2024-03-01T01:00:00+01:00", INT64_C(1709251200000000)},
		{"2024-02-29T16:30:00-07:30", INT64_C(1709251200000000)},
		{"2024-02-29t23:59:59z", INT64_C(1709251199000000)},
		{"2024-02-29T23:59:59-00:00", INT64_C(1709251199000000)},
		{"2024-02-29T23:59:59.5Z", INT64_C(1709251199500000)},
		{"2024-02-29T23:59:59.123456789Z", INT64_C(1709251199123456)},
		{"2016-12-31T23:59:60Z", INT64_C(1483228800000000)},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_err err;
		int64_t us = 0;

		assert_int_equal(tomb_time_parse(tomb_str_from(cases[i].text), &us, &err), TOMB_OK);
		assert_int_equal(us, cases[i].us);
	}
}

static void anything_else_is_refused_by_name(void **state)
{
	static const char *const wrong[] = {"", "now", "2024-02-29", "2024-02-29T23:59:59", "2024-02-29 23:59:59Z",
		"2023-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2024-04-31T00:00:00Z", "2024-00-01T00:00:00Z",
		"2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z",
		"0000-01-01T00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z",
		"2024-01-01T00:00:00+0100", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+01:60",
		"2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00 Z", "+024-01-01T00:00:00Z", "2024-1-01T00:00:00ZZ",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_err err = {.code = TOMB_OK};
		int64_t us = 7;

		assert_int_equal(tomb_time_parse(tomb_str_from(wrong[i]), &us, &err), TOMB_INVAL);
		assert_int_equal(us, 7);
		assert_non_null(strstr(err.text, wrong[i]));
	}
}

static void what_is_written_is_read_back_on_every_day_of_400_years(void **state)
{
	char out[TOMB_TIME_TEXT];

	(void)state;
	for (int64_t day = -146097 / 2; day < 146097 / 2; day++) {
		int64_t us = day * 86400 * 1000000 + 12345678;
		int64_t back = 0;
		struct tomb_err err;

		(void)tomb_time_format(us, TOMB_TIME_US, out);
		assert_int_equal(tomb_time_parse(tomb_str_from(out), &back, &err), TOMB_OK);
		assert_int_equal(us, back);
	}
}

static void a_date_of_http_is_read_in_its_one_form(void **state)
{
	static const char *const wrong[] = {"", "now", "Sun, 06 Nov 1994 08:49:37 GMt", "Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 06 ovJ 1994 08:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, x6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:3\0 GMT"};
	int64_t us = 7;

	(void)state;
	assert_true(tomb_time_parse_http(TOMB_STR("Sun, 06 Nov 1994 08:49:37 GMT"), &us));
	assert_int_equal(us, INT64_C(784111777000000));
	assert_true(tomb_time_parse_http(TOMB_STR("Thu, 29 Feb 2024 23:59:59 GMT"), &us));
	assert_int_equal(us, INT64_C(1709251199000000));
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		us = 7;
		assert_false(tomb_time_parse_http(tomb_str_from(wrong[i]), &us));
		assert_int_equal(us, 7);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_times_are_written_and_read),
		cmocka_unit_test(fewer_digits_round_down),
		cmocka_unit_test(times_past_four_digits_of_year_are_written_as_the_limit),
		cmocka_unit_test(offsets_fractions_and_case_are_read),
		cmocka_unit_test(anything_else_is_refused_by_name),
		cmocka_unit_test(a_date_of_http_is_read_in_its_one_form),
		cmocka_unit_test(what_is_written_is_read_back_on_every_day_of_400_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
