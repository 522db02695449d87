/* Tables for spreadsheets. */
#include "expect.h"
#include "tombstone/csv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_line_has_commas_between_its_cells_and_ends_as_rfc_4180_says(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1000);

	(void)state;
	tomb_csv_text(&b, TOMB_STR("a, \"b\""));
	tomb_csv_int(&b, -7);
	tomb_csv_time(&b, INT64_C(1709251199000000));
	tomb_csv_time(&b, 0);
	tomb_csv_end_line(&b);
	tomb_csv_text(&b, TOMB_STR(""));
	assert_string_equal(b.p, "\"a, \"\"b\"\"\",-7,\"2024-02-29T23:59:59Z\",\"\"\r\n\"\"");
}

static void no_cell_is_a_formula(void **state)
{
	static const struct tomb_str bad[] = {
		{"=1+1", 4}, {"+1", 2}, {"-1", 2}, {"@x", 2}, {"\t=1", 3}, {"\r=1", 3}, {"=\"a\"", 4}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1000);

		tomb_csv_text(&b, bad[i]);
		assert_memory_equal(b.p, "\"'", 2);
		assert_int_equal(b.p[2], bad[i].p[0]);
	}
}

static void text_that_is_no_formula_stays_as_it_is(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1000);

	(void)state;
	tomb_csv_text(&b, TOMB_STR("test.edu/bag/data/=1"));
	tomb_csv_text(&b, TOMB_STR("line\nline"));
	assert_string_equal(b.p, "\"test.edu/bag/data/=1\",\"line\nline\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_commas_between_its_cells_and_ends_as_rfc_4180_says),
		cmocka_unit_test(no_cell_is_a_formula),
		cmocka_unit_test(text_that_is_no_formula_stays_as_it_is),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
