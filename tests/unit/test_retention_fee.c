/* What early deletion costs: days that are begun, sizes that are billed, and money to the cent. */
#include "tombstone/retention_fee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define DAY_US (86400 * INT64_C(1000000))
#define GIB (INT64_C(1) << 30)
#define TIB (INT64_C(1) << 40)

static int64_t utc_us(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	return (int64_t)timegm(&tm) * 1000000;
}

static int64_t days_left(int64_t now_us, int64_t stored_at_us, int32_t days)
{
	return tomb_retention_fee_byte_days(now_us, stored_at_us, 1, &(struct tomb_retention_bill){days, 0});
}

static void a_terabyte_deleted_on_day_15_of_90_owes_75_days(void **state)
{
	int64_t stored = utc_us(2026, 1, 1);
	int64_t owed = tomb_retention_fee_byte_days(
		stored + 15 * DAY_US, stored, TIB, &(struct tomb_retention_bill){90, 0});

	(void)state;
	assert_true(owed == 75 * TIB);
	/* 6.99 for a TB and month: 1,024 GB at 0.006826171 for 2.5 months. */
	assert_true(tomb_retention_fee(owed, 6826171) == 1747);
}

static void fees_are_right_to_the_cent(void **state)
{
	static const struct {
		int64_t byte_days, nanos, cents;
	} cases[] = {
		{30 * GIB, 1000000000, 100},       /* a GB for a month at 1.00 */
		{30 * GIB, 4000000, 0},            /* 0.004: rounds down */
		{30 * GIB, 5000000, 1},            /* 0.005: half up */
		{30 * GIB, 4999999, 0},            /* just below */
		{180 * GIB, 990000, 1},            /* Deep Archive, 0.00099: 0.00594 */
		{180 * TIB, 990000, 608},          /* 6.08256 */
		{90 * TIB, 3600000, 1106},         /* Glacier Flexible, 0.0036: 11.0592 */
		{29 * GIB, 1000000000, 97},        /* 0.9667 */
		{1, INT64_C(1000000000000), 0},    /* a byte and day at the highest price */
		{INT64_MAX, 1, 29},                /* 0.2863 */
		{INT64_MAX, INT64_MAX, INT64_MAX}, /* not representable */
		{INT64_MAX, 1000000, 28633115},    /* beyond 64 bits on the way */
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		if (tomb_retention_fee(cases[i].byte_days, cases[i].nanos) != cases[i].cents)
			fail_msg("case %zu is %lld", i,
				(long long)tomb_retention_fee(cases[i].byte_days, cases[i].nanos));
}

static void a_day_that_is_begun_counts_whole(void **state)
{
	int64_t stored = utc_us(2026, 1, 1);

	(void)state;
	assert_int_equal(days_left(stored, stored, 90), 90);
	assert_int_equal(days_left(stored + 1, stored, 90), 90);
	assert_int_equal(days_left(stored + DAY_US - 1, stored, 90), 90);
	assert_int_equal(days_left(stored + DAY_US, stored, 90), 89);
	assert_int_equal(days_left(stored + 90 * DAY_US - 1, stored, 90), 1);
	assert_int_equal(days_left(stored + 90 * DAY_US, stored, 90), 0);
	assert_int_equal(days_left(stored + 900 * DAY_US, stored, 90), 0);
	assert_int_equal(days_left(stored, stored, 0), 0);
}

static void leap_days_are_days_and_summer_time_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(days_left(utc_us(2024, 3, 1), utc_us(2024, 2, 28), 90), 88);
	assert_int_equal(days_left(utc_us(2023, 3, 1), utc_us(2023, 2, 28), 90), 89);
	assert_int_equal(days_left(utc_us(2100, 3, 1), utc_us(2100, 2, 28), 90), 89);
	assert_int_equal(days_left(utc_us(2026, 3, 30), utc_us(2026, 3, 28), 30), 28);
	assert_int_equal(days_left(utc_us(2026, 10, 26), utc_us(2026, 10, 24), 30), 28);
}

static void a_copy_stored_in_the_future_owes_all_days_and_no_more(void **state)
{
	int64_t now = utc_us(2026, 1, 1);

	(void)state;
	assert_int_equal(days_left(now, now + 1, 90), 90);
	assert_int_equal(days_left(now, now + 400 * DAY_US, 90), 90);
	assert_int_equal(days_left(INT64_MIN, INT64_MAX, 90), 90);
}

static void small_copies_are_billed_by_the_smallest_size(void **state)
{
	int64_t now = utc_us(2026, 1, 1);
	struct tomb_retention_bill bill = {30, 128 * 1024};

	(void)state;
	assert_true(tomb_retention_fee_byte_days(now, now, 0, &bill) == INT64_C(30) * 128 * 1024);
	assert_true(tomb_retention_fee_byte_days(now, now, 128 * 1024 - 1, &bill) == INT64_C(30) * 128 * 1024);
	assert_true(tomb_retention_fee_byte_days(now, now, 128 * 1024 + 1, &bill) == INT64_C(30) * (128 * 1024 + 1));
}

static void what_makes_no_sense_owes_nothing_and_what_is_too_much_is_the_most(void **state)
{
	static const struct tomb_retention_bill absurd[] = {{-1, 0}, {36501, 0}, {INT32_MAX, 0}, {90, -1}};
	static const struct tomb_retention_bill fine = {36500, 0};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(absurd); i++)
		assert_int_equal(tomb_retention_fee_byte_days(0, 0, 1, &absurd[i]), 0);
	assert_int_equal(tomb_retention_fee_byte_days(0, 0, -1, &fine), 0);
	assert_true(tomb_retention_fee_byte_days(0, 0, INT64_MAX, &fine) == INT64_MAX);
	assert_int_equal(tomb_retention_fee(-1, 1000000000), 0);
	assert_int_equal(tomb_retention_fee(30 * GIB, -1), 0);
	assert_int_equal(tomb_retention_fee(INT64_MIN, INT64_MIN), 0);
}

static void a_fee_is_written_with_its_currency(void **state)
{
	char text[TOMB_FEE_TEXT];

	(void)state;
	assert_string_equal(tomb_retention_fee_text(90 * TIB, 3600000, TOMB_STR("USD"), text), "11.06 USD");
	assert_string_equal(tomb_retention_fee_text(30 * GIB, 50000000, TOMB_STR("EUR"), text), "0.05 EUR");
	assert_string_equal(tomb_retention_fee_text(1, 3600000, TOMB_STR("EUR"), text), "less than 0.01 EUR");
	assert_string_equal(tomb_retention_fee_text(0, 3600000, TOMB_STR("EUR"), text), "");
	assert_string_equal(tomb_retention_fee_text(30 * GIB, 0, TOMB_STR("EUR"), text), "");
	assert_string_equal(
		tomb_retention_fee_text(INT64_MAX, INT64_MAX, TOMB_STR("EUR"), text), "92233720368547758.07 EUR");
}

static void a_price_is_read_as_people_write_it(void **state)
{
	static const struct {
		const char *text;
		int64_t nanos;
	} good[] = {
		{"0.0036", 3600000},
		{"0.00099", 990000},
		{"0", 0},
		{"1000", INT64_C(1000000000000)},
		{"23", INT64_C(23000000000)},
		{"0.000000001", 1},
		{"7.5", INT64_C(7500000000)},
	};
	static const char *const bad[] = {"", ".", "1.", ".5", "-1", "-0.5", "1.-5", "1,5", "1e3", "1000.000000001",
		"1001", "0.0000000001", " 1", "1 ", "1.2.3", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(good); i++) {
		int64_t nanos = -1;

		assert_true(tomb_retention_fee_parse(tomb_str_from(good[i].text), &nanos));
		assert_true(nanos == good[i].nanos);
	}
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		int64_t nanos = 42;

		if (tomb_retention_fee_parse(tomb_str_from(bad[i]), &nanos))
			fail_msg("\"%s\" was taken", bad[i]);
		assert_true(nanos == 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terabyte_deleted_on_day_15_of_90_owes_75_days),
		cmocka_unit_test(fees_are_right_to_the_cent),
		cmocka_unit_test(a_day_that_is_begun_counts_whole),
		cmocka_unit_test(leap_days_are_days_and_summer_time_is_not_known),
		cmocka_unit_test(a_copy_stored_in_the_future_owes_all_days_and_no_more),
		cmocka_unit_test(small_copies_are_billed_by_the_smallest_size),
		cmocka_unit_test(what_makes_no_sense_owes_nothing_and_what_is_too_much_is_the_most),
		cmocka_unit_test(a_fee_is_written_with_its_currency),
		cmocka_unit_test(a_price_is_read_as_people_write_it),
	};

	return cmocka_run_group_tests_name("retention_fee", tests, NULL, NULL);
}
