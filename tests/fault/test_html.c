/*
 * Every allocation in turn fails while a page is written: it says so, once, and leaks nothing.
 *
 * wrap: malloc calloc realloc
 */
#include "alloc_budget.h"
#include "sample.gen.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_page_without_memory_is_no_page(void **state)
{
	const struct html_places_rows rows[200] = {{.name = TOMB_STR("<name>")}};
	const struct html_places page = {.text = TOMB_STR("t"), .rows = rows, .nrows = TOMB_COUNTOF(rows)};
	enum tomb_code code = TOMB_NOMEM;
	long tries = 0;

	(void)state;
	for (; code != TOMB_OK; tries++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 20);
		struct tomb_str out = {NULL, 7};
		struct tomb_err err;

		alloc_budget_set(tries);
		html_places(&b, &page);
		alloc_budget_set(-1);
		code = tomb_buf_done(&b, &out, &err);
		assert_true(code == TOMB_OK ? out.n > 10000 : err.code == TOMB_NOMEM && out.n == 7);
	}
	assert_true(tries > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_page_without_memory_is_no_page)};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
