/* Numbers from text. */
#include "tombstone/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers_within_bounds_are_read(void **state)
{
	int64_t i = 0;
	uint64_t u = 0;

	(void)state;
	assert_true(tomb_parse_i64(TOMB_STR("0"), 0, 0, &i) && i == 0);
	assert_true(tomb_parse_i64(TOMB_STR("-12"), -12, 12, &i) && i == -12);
	assert_true(tomb_parse_i64(TOMB_STR("007"), 1, 9, &i) && i == 7);
	assert_true(tomb_parse_i64(TOMB_STR("9223372036854775807"), INT64_MIN, INT64_MAX, &i) && i == INT64_MAX);
	assert_true(tomb_parse_i64(TOMB_STR("-9223372036854775808"), INT64_MIN, INT64_MAX, &i) && i == INT64_MIN);
	assert_true(tomb_parse_u64(TOMB_STR("18446744073709551615"), 0, UINT64_MAX, &u) && u == UINT64_MAX);
}

static void only_the_named_bytes_are_read(void **state)
{
	int64_t i = 0;

	(void)state;
	assert_true(tomb_parse_i64((struct tomb_str){"1234", 2}, 0, 99, &i) && i == 12);
}

static void anything_else_is_refused_and_leaves_the_output_alone(void **state)
{
	static const char *const wrong[] = {"", "-", "--1", "+1", " 1", "1 ", "1x", "0x1", "1.0", "1e3", "\xc2\xb2",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999999", "11", "-11"};

	(void)state;
	for (size_t n = 0; n < TOMB_COUNTOF(wrong); n++) {
		int64_t i = 5;
		uint64_t u = 5;

		assert_false(tomb_parse_i64(tomb_str_from(wrong[n]), -10, 10, &i));
		assert_false(tomb_parse_u64(tomb_str_from(wrong[n]), 0, 10, &u));
		assert_int_equal(i, 5);
		assert_int_equal(u, 5);
	}
	uint64_t u = 5;
	int64_t i = 5;

	assert_false(tomb_parse_u64(TOMB_STR("18446744073709551616"), 0, UINT64_MAX, &u));
	assert_false(tomb_parse_u64(TOMB_STR("-1"), 0, UINT64_MAX, &u));
	assert_false(tomb_parse_i64(TOMB_STR("1\0"), 0, 10, &i));
	assert_false(tomb_parse_i64((struct tomb_str){NULL, 0}, 0, 10, &i));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_within_bounds_are_read),
		cmocka_unit_test(only_the_named_bytes_are_read),
		cmocka_unit_test(anything_else_is_refused_and_leaves_the_output_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
