/*
 * Every allocation in turn fails while JSON is read or written: an error, nothing written, nothing leaked.
 *
 * wrap: malloc calloc realloc
 * link: jansson
 */
#include "tombstone/json_reader.h"
#include "tombstone/json_writer.h"

#include "alloc_budget.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct args {
	struct tomb_str reason;
	struct tomb_int8s ids;
	struct tomb_strs names;
};

static void reading_without_memory_reads_nothing(void **state)
{
	static const struct tomb_json_field fields[] = {
		{TOMB_JSON_FIELD("reason", struct args, STR, reason), .max = 1000},
		{TOMB_JSON_FIELD("ids", struct args, INTS, ids), .max = 100, .item_max = 100},
		{TOMB_JSON_FIELD("names", struct args, STRS, names), .max = 100, .item_max = 100},
	};
	const struct tomb_str text = TOMB_STR(
		"{\"reason\":\"a reason of some length\",\"ids\":[1,2,3,4,5,6,7,8,9,10],\"names\":[\"a\",\"b\"]}");
	enum tomb_code code = TOMB_NOMEM;
	long tries = 0;

	(void)state;
	for (; code != TOMB_OK; tries++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		struct args args = {.reason = {NULL, 0}};
		struct tomb_err err;

		alloc_budget_set(tries);
		code = tomb_json_read_text(text, 1000, fields, TOMB_COUNTOF(fields), &arena, &args, &err);
		alloc_budget_set(-1);
		/* jansson takes some failed allocations for a wrong token. */
		assert_true(code == TOMB_OK || code == TOMB_NOMEM || code == TOMB_INVAL);
		assert_true(code == TOMB_OK || err.code == code);
		assert_int_equal(args.reason.p != NULL, code == TOMB_OK);
		assert_int_equal(args.names.n, code == TOMB_OK ? 2 : 0);
	}
	assert_true(tries > 20);
}

static void writing_without_memory_writes_nothing(void **state)
{
	enum tomb_code code = TOMB_NOMEM;
	long tries = 0;

	(void)state;
	for (; code != TOMB_OK; tries++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 20);
		struct tomb_json w = tomb_json_init(&b);
		struct tomb_str json = {NULL, 7};
		struct tomb_err err;

		alloc_budget_set(tries);
		tomb_json_begin_array(&w, NULL);
		for (int i = 0; i < 1000; i++)
			tomb_json_str(&w, NULL, TOMB_STR("name"));
		tomb_json_end_array(&w);
		code = tomb_json_done(&w, &json, &err);
		alloc_budget_set(-1);
		assert_true(code == TOMB_OK ? json.n == 7001 : err.code == TOMB_NOMEM && json.n == 7);
	}
	assert_true(tries > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_without_memory_reads_nothing),
		cmocka_unit_test(writing_without_memory_writes_nothing),
	};

	json_set_alloc_funcs(malloc, free); /* by now the wrapped ones: the library was linked without them */
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
