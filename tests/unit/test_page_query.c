/* Pages of lists: parameters, cursors, links. */
#include "../../registry/service/page_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static enum tomb_code read_query(
	const char *text, struct tomb_arena *arena, struct tomb_page_query *out, struct tomb_err *err)
{
	struct tomb_fields fields = {0};

	assert_int_equal(tomb_fields_parse(tomb_str_from(text), arena, &fields, err), TOMB_OK);
	return tomb_page_query_read(fields, 20, arena, out, err);
}

static void parameters_have_defaults_and_limits(void **state)
{
	static const struct {
		const char *text;
		int64_t per_page;
		int64_t page;
		const char *cursor;
	} cases[] = {
		{"", 20, 1, ""},
		{"per_page=&page=&after=", 20, 1, ""},
		{"per_page=1&page=3", 1, 3, ""},
		{"per_page=1000", 1000, 1, ""},
		{"per_page=1001&other=x", 1000, 1, ""},
		{"after=17.4&per_page=50", 50, 1, "17.4"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
		struct tomb_page_query q = {0};
		struct tomb_err err;

		assert_int_equal(read_query(cases[i].text, &arena, &q, &err), TOMB_OK);
		assert_int_equal(q.per_page, cases[i].per_page);
		assert_int_equal(q.page, cases[i].page);
		assert_string_equal(q.cursor.p, cases[i].cursor);
	}
}

static void bad_parameters_are_named(void **state)
{
	static const char *const bad[] = {"per_page=0", "per_page=-1", "per_page=x", "per_page=99999999999", "page=0",
		"page=1.5", "page=1&page=2", "after=a&after=b"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
		struct tomb_page_query q = {.page = 77};
		struct tomb_err err;
		char name[16];

		assert_int_equal(read_query(bad[i], &arena, &q, &err), TOMB_INVAL);
		(void)snprintf(name, sizeof name, "\"%.*s\"", (int)strcspn(bad[i], "="), bad[i]);
		assert_non_null(strstr(err.text, name));
		assert_int_equal(q.page, 77);
	}
}

static void a_cursor_that_is_too_long_is_refused(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_page_query q = {0};
	struct tomb_err err;
	char text[TOMB_PAGE_CURSOR_MAX + 16];

	(void)state;
	(void)snprintf(text, sizeof text, "after=%0*d", TOMB_PAGE_CURSOR_MAX, 1);
	assert_int_equal(read_query(text, &arena, &q, &err), TOMB_OK);
	(void)snprintf(text, sizeof text, "after=%0*d", TOMB_PAGE_CURSOR_MAX + 1, 1);
	assert_int_equal(read_query(text, &arena, &q, &err), TOMB_INVAL);
}

static void keys_come_back_from_their_cursor(void **state)
{
	static const struct tomb_page_key keys[] = {
		{0, 0}, {1709251199000000, 42}, {-1, 1}, {INT64_MIN, INT64_MAX}, {INT64_MAX, INT64_MIN}};
	static const char *const bad[] = {
		"", ".", "1", "1.", ".1", "1.2.3", "a.b", "1.2 ", "9223372036854775808.1", "1,2"};
	struct tomb_page_key key = {7, 7};
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		TOMB_BUF_AUTO b = tomb_buf_init(64);
		struct tomb_str cursor = {0};

		tomb_page_key_put(&b, keys[i]);
		assert_int_equal(tomb_buf_done(&b, &cursor, &err), TOMB_OK);
		assert_int_equal(tomb_page_key_read(cursor, &key, &err), TOMB_OK);
		assert_true(key.key == keys[i].key && key.id == keys[i].id);
	}
	key = (struct tomb_page_key){7, 7};
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		assert_int_equal(tomb_page_key_read(tomb_str_from(bad[i]), &key, &err), TOMB_INVAL);
	assert_true(key.key == 7 && key.id == 7);
}

static void assert_link(const char *query, const char *link)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	TOMB_BUF_AUTO b = tomb_buf_init(1024);
	struct tomb_fields fields = {0};
	struct tomb_str text = {0};
	struct tomb_err err;

	assert_int_equal(tomb_fields_parse(tomb_str_from(query), &arena, &fields, &err), TOMB_OK);
	tomb_page_link(&b, TOMB_STR("/member-api/v3/files"), fields, TOMB_STR("page"), TOMB_STR("4"));
	assert_int_equal(tomb_buf_done(&b, &text, &err), TOMB_OK);
	assert_string_equal(text.p, link);
}

static void a_link_changes_one_parameter_and_keeps_the_others(void **state)
{
	(void)state;
	assert_link("", "/member-api/v3/files?page=4");
	assert_link("page=3", "/member-api/v3/files?page=4");
	assert_link("page=3&per_page=5&page=7", "/member-api/v3/files?per_page=5&page=4");
	assert_link("state=A&name=a%26b+c%22%3C&state=D",
		"/member-api/v3/files?state=A&name=a%26b%20c%22%3C&state=D&page=4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_have_defaults_and_limits),
		cmocka_unit_test(bad_parameters_are_named),
		cmocka_unit_test(a_cursor_that_is_too_long_is_refused),
		cmocka_unit_test(keys_come_back_from_their_cursor),
		cmocka_unit_test(a_link_changes_one_parameter_and_keeps_the_others),
	};

	return cmocka_run_group_tests_name("page_query", tests, NULL, NULL);
}
