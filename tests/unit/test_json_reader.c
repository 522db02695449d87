/* What the JSON reader promises: limits, names in errors, all or nothing. */
#include "tombstone/json_reader.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TEXT_MAX = 1000 };

struct args {
	struct tomb_str reason;
	int64_t n;
	bool now;
	struct tomb_int8s ids;
	struct tomb_strs names;
};

static const struct tomb_json_field fields[] = {
	{TOMB_JSON_FIELD("reason", struct args, STR, reason), .required = true, .min = 1, .max = 10},
	{TOMB_JSON_FIELD("n", struct args, INT, n), .min = -5, .max = 5},
	{TOMB_JSON_FIELD("now", struct args, BOOL, now)},
	{TOMB_JSON_FIELD("ids", struct args, INTS, ids), .min = 1, .max = 3, .item_min = 1, .item_max = INT64_MAX},
	{TOMB_JSON_FIELD("names", struct args, STRS, names), .max = 2, .item_max = 4},
};

static enum tomb_code read_args(struct tomb_str text, struct tomb_arena *arena, struct args *out, struct tomb_err *err)
{
	return tomb_json_read_text(text, TEXT_MAX, fields, TOMB_COUNTOF(fields), arena, out, err);
}

static void all_kinds_land_in_their_members(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct args args = {.n = 99};
	struct tomb_err err;

	(void)state;
	assert_int_equal(read_args(TOMB_STR(" {\"reason\": \"\\u00e9\", \"n\": -5, \"now\": true,\n\"ids\": [1, "
					    "9223372036854775807], \"names\": [\"a\\\"b\", \"\"]} "),
				 &arena, &args, &err),
		TOMB_OK);
	assert_true(tomb_str_eq(args.reason, TOMB_STR("\xc3\xa9")));
	assert_int_equal(args.n, -5);
	assert_true(args.now);
	assert_int_equal(args.ids.n, 2);
	assert_int_equal(args.ids.p[1], INT64_MAX);
	assert_int_equal(args.names.n, 2);
	assert_true(tomb_str_eq(args.names.p[0], TOMB_STR("a\"b")));
	assert_int_equal(args.names.p[1].n, 0);
}

static void what_is_absent_or_null_stays_as_it_was(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct args args = {.n = 99, .now = true};
	struct tomb_err err;

	(void)state;
	assert_int_equal(
		read_args(TOMB_STR("{\"reason\":\"r\",\"n\":null,\"names\":[]}"), &arena, &args, &err), TOMB_OK);
	assert_int_equal(args.n, 99);
	assert_true(args.now);
	assert_int_equal(args.names.n, 0);
}

static void every_refusal_names_the_key_and_the_rule(void **state)
{
	static const struct {
		const char *json;
		const char *text;
	} rows[] = {
		{"", "JSON, line 1, column 0: '[' or '{' expected near end of file"},
		{"7", "JSON, line 1, column 1: '[' or '{' expected near '7'"},
		{"[]", "JSON: expected an object"},
		{"{}", "reason is required"},
		{"{\"reason\":null}", "reason is required"},
		{"{\"reason\":7}", "reason must be a string"},
		{"{\"reason\":\"\"}", "reason must have a length in bytes from 1 to 10"},
		{"{\"reason\":\"12345678901\"}", "reason must have a length in bytes from 1 to 10"},
		{"{\"reason\":\"r\",\"n\":6}", "n must be an integer from -5 to 5"},
		{"{\"reason\":\"r\",\"n\":1.0}", "n must be an integer from -5 to 5"},
		{"{\"reason\":\"r\",\"n\":\"1\"}", "n must be an integer from -5 to 5"},
		{"{\"reason\":\"r\",\"now\":0}", "now must be true or false"},
		{"{\"reason\":\"r\",\"ids\":7}", "ids must be an array"},
		{"{\"reason\":\"r\",\"ids\":[]}", "ids must have a number of elements from 1 to 3"},
		{"{\"reason\":\"r\",\"ids\":[1,2,3,4]}", "ids must have a number of elements from 1 to 3"},
		{"{\"reason\":\"r\",\"ids\":[1,0]}", "ids[1] must be an integer from 1 to 9223372036854775807"},
		{"{\"reason\":\"r\",\"names\":[null]}", "names[0] must be a string"},
		{"{\"reason\":\"r\",\"names\":[\"12345\"]}", "names[0] must have a length in bytes from 0 to 4"},
		{"{\"reason\":\"r\",\"Now\":true}", "Now is not a key of this object"},
		{"{\"reason\":\"r\",\"reason\":\"s\"}",
			"JSON, line 1, column 22: duplicate object key near '\"reason\"'"},
		{"{\"reason\":\"\xff\"}", "JSON, line 1, column 11: unable to decode byte 0xff near '\"'"},
		{"{\"reason\":\"\\u0000\"}", "JSON, line 1: U+0000 in a string"},
		{"{\"n\":9223372036854775808}", "JSON, line 1, column 24: too big integer near '9223372036854775808'"},
		{"{\"reason\":\"r\"} x", "JSON, line 1, column 16: end of file expected near 'x'"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		struct args args = {.n = 99};
		struct tomb_err err;

		assert_int_equal(read_args(tomb_str_from(rows[i].json), &arena, &args, &err), TOMB_INVAL);
		assert_string_equal(err.text, rows[i].text);
		assert_null(args.reason.p); /* nothing was written */
		assert_int_equal(args.n, 99);
	}
}

static void answers_of_others_may_have_more_keys(void **state)
{
	static const struct tomb_json_field one[] = {{TOMB_JSON_FIELD("n", struct args, INT, n), .max = 5}};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	TOMB_JSON_DOC_AUTO *doc = NULL;
	TOMB_JSON_DOC_AUTO *list = NULL;
	struct args args = {.n = 99};
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_json_doc_parse(TOMB_STR("{\"n\":3,\"more\":[{}]}"), 64, &doc, &err), TOMB_OK);
	assert_int_equal(tomb_json_read_some(tomb_json_doc_root(doc), one, 1, &arena, &args, &err), TOMB_OK);
	assert_int_equal(args.n, 3);
	assert_int_equal(tomb_json_read(tomb_json_doc_root(doc), one, 1, &arena, &args, &err), TOMB_INVAL);
	assert_int_equal(tomb_json_doc_parse(TOMB_STR("[]"), 64, &list, &err), TOMB_OK);
	assert_int_equal(tomb_json_read_some(tomb_json_doc_root(list), one, 1, &arena, &args, &err), TOMB_INVAL);
}

struct line {
	int64_t id;
};

struct list {
	struct tomb_json_value lines;
	struct tomb_json_value first;
};

static void a_value_can_be_written_again(void **state)
{
	static const struct tomb_json_field one[] = {{TOMB_JSON_FIELD("content", struct list, OBJECT, first)}};
	TOMB_ARENA_AUTO arena = tomb_arena_init(4096);
	TOMB_JSON_DOC_AUTO *doc = NULL;
	TOMB_BUF_AUTO b = tomb_buf_init(64);
	TOMB_BUF_AUTO small = tomb_buf_init(4);
	struct list list;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_json_doc_parse(TOMB_STR("{\"content\" : {\"z\": [1, null], \"a\": \"\\u001e\"}}"),
				 TEXT_MAX, &doc, &err),
		TOMB_OK);
	assert_int_equal(tomb_json_read(tomb_json_doc_root(doc), one, 1, &arena, &list, &err), TOMB_OK);
	assert_int_equal(tomb_json_value_put(list.first, &b, &err), TOMB_OK);
	assert_true(tomb_str_eq((struct tomb_str){b.p, b.n}, TOMB_STR("{\"z\":[1,null],\"a\":\"\\u001E\"}")));
	assert_int_equal(tomb_json_value_put(list.first, &small, &err), TOMB_TOOBIG);
}

static void a_text_that_is_too_long_or_too_deep_is_not_parsed(void **state)
{
	char deep[2 * TOMB_JSON_NESTING_MAX + 3];
	struct tomb_str text = {deep, sizeof deep - 1};
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_err err;

	(void)state;
	memset(deep, '[', TOMB_JSON_NESTING_MAX + 1);
	memset(deep + TOMB_JSON_NESTING_MAX + 1, ']', TOMB_JSON_NESTING_MAX + 1);
	deep[sizeof deep - 1] = '\0';
	assert_int_equal(tomb_json_doc_parse(text, text.n, &doc, &err), TOMB_INVAL);
	assert_string_equal(err.text, "JSON nested deeper than 16 levels");
	assert_int_equal(tomb_json_doc_parse(text, text.n - 1, &doc, &err), TOMB_TOOBIG);
	assert_null(doc);
	text = (struct tomb_str){deep + 1, text.n - 2};
	assert_int_equal(tomb_json_doc_parse(text, text.n, &doc, &err), TOMB_OK);
}

static void brackets_in_strings_are_no_nesting(void **state)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_err err;

	(void)state;
	assert_int_equal(
		tomb_json_doc_parse(TOMB_STR("[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[\\\\\"]"), TEXT_MAX, &doc, &err), TOMB_OK);
}

static void nested_values_are_read_with_tables_of_their_own(void **state)
{
	static const struct tomb_json_field list_fields[] = {
		{TOMB_JSON_FIELD("lines", struct list, ARRAY, lines), .required = true, .min = 1, .max = 2},
		{TOMB_JSON_FIELD("first", struct list, OBJECT, first), .required = true},
	};
	static const struct tomb_json_field line_fields[] = {{TOMB_JSON_FIELD("id", struct line, INT, id), .max = 9}};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct list list;
	struct line line = {0};
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_json_doc_parse(TOMB_STR("{\"lines\":[{\"id\":1},{\"id\":2}],\"first\":{\"id\":3}}"),
				 TEXT_MAX, &doc, &err),
		TOMB_OK);
	assert_int_equal(tomb_json_read(tomb_json_doc_root(doc), list_fields, 2, &arena, &list, &err), TOMB_OK);
	assert_int_equal(tomb_json_value_count(list.lines), 2);
	assert_int_equal(tomb_json_value_count(list.first), 0);
	assert_int_equal(
		tomb_json_read(tomb_json_value_at(list.lines, 1), line_fields, 1, &arena, &line, &err), TOMB_OK);
	assert_int_equal(line.id, 2);
	assert_int_equal(tomb_json_read(list.first, line_fields, 1, &arena, &line, &err), TOMB_OK);
	assert_int_equal(line.id, 3);
	assert_int_equal(tomb_json_read(list.lines, line_fields, 1, &arena, &line, &err), TOMB_INVAL);
	assert_string_equal(err.text, "JSON: expected an object");
}

static void an_arena_that_is_too_small_is_said(void **state)
{
	const struct tomb_str text = TOMB_STR("{\"reason\":\"r\",\"ids\":[1,2,3],\"names\":[\"a\",\"b\"]}");
	struct args args = {.n = 99};
	struct tomb_err err;
	size_t max = 0;

	(void)state;
	for (;; max++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(max);

		if (read_args(text, &arena, &args, &err) == TOMB_OK)
			break;
		assert_int_equal(err.code, TOMB_TOOBIG);
		assert_null(args.reason.p);
	}
	assert_true(max > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds_land_in_their_members),
		cmocka_unit_test(what_is_absent_or_null_stays_as_it_was),
		cmocka_unit_test(every_refusal_names_the_key_and_the_rule),
		cmocka_unit_test(answers_of_others_may_have_more_keys),
		cmocka_unit_test(a_value_can_be_written_again),
		cmocka_unit_test(a_text_that_is_too_long_or_too_deep_is_not_parsed),
		cmocka_unit_test(brackets_in_strings_are_no_nesting),
		cmocka_unit_test(nested_values_are_read_with_tables_of_their_own),
		cmocka_unit_test(an_arena_that_is_too_small_is_said),
	};

	return cmocka_run_group_tests_name("json_reader", tests, NULL, NULL);
}
