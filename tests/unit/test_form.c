/* Forms, read by a table. */
#include "../../registry/service/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct sample {
	struct tomb_str name;
	struct tomb_str note;
	int64_t count;
	int64_t pages;
	bool is_public;
	struct tomb_ints ids;
};

static const struct tomb_form_field table[] = {
	TOMB_FORM_TEXT(struct sample, name, "name", 2, 5),
	TOMB_FORM_TEXT(struct sample, note, "note", 0, 3),
	TOMB_FORM_INT(struct sample, count, "count", -5, 5, TOMB_FORM_REQUIRED),
	TOMB_FORM_INT(struct sample, pages, "pages", 1, 10, TOMB_FORM_OPTIONAL),
	TOMB_FORM_BOOL(struct sample, is_public, "public"),
	TOMB_FORM_INTS(struct sample, ids, "id", 0, 3),
};

static enum tomb_code read_form(const char *text, enum tomb_form_strictness strictness, struct tomb_arena *arena,
	struct sample *out, struct tomb_err *err)
{
	struct tomb_fields fields = {0};

	assert_int_equal(tomb_fields_parse(tomb_str_from(text), arena, &fields, err), TOMB_OK);
	return tomb_form_read(fields, table, TOMB_COUNTOF(table), strictness, arena, out, err);
}

static void a_form_fills_the_struct(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct sample s = {0};
	struct tomb_err err;

	(void)state;
	assert_int_equal(read_form("name=Caf%C3%A9&note=x&count=-5&pages=10&public=on&id=1&id=-2&id=3&other=1",
				 TOMB_FORM_LOOSE, &arena, &s, &err),
		TOMB_OK);
	assert_string_equal(s.name.p, "Caf\xc3\xa9");
	assert_string_equal(s.note.p, "x");
	assert_int_equal(s.count, -5);
	assert_int_equal(s.pages, 10);
	assert_true(s.is_public);
	assert_int_equal(s.ids.n, 3);
	assert_int_equal(s.ids.p[1], -2);
}

static void what_is_absent_leaves_the_default(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct sample s = {.note = TOMB_STR("old"), .pages = 7, .is_public = true, .ids = {NULL, 0}};
	struct tomb_err err;

	(void)state;
	assert_int_equal(read_form("name=ab&count=0", TOMB_FORM_STRICT, &arena, &s, &err), TOMB_OK);
	assert_string_equal(s.note.p, "old");
	assert_int_equal(s.pages, 7);
	assert_true(s.is_public);
	assert_int_equal(
		read_form("name=ab&count=0&note=&pages=&public=", TOMB_FORM_STRICT, &arena, &s, &err), TOMB_OK);
	assert_int_equal(s.note.n, 0);
	assert_int_equal(s.pages, 7);
	assert_false(s.is_public);
}

static void every_word_for_yes_and_no_is_read(void **state)
{
	static const char *const yes[] = {"1", "true", "on", "yes"};
	static const char *const no[] = {"0", "false", "off", "no"};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(yes); i++) {
		struct sample s = {0};
		struct tomb_err err;
		char text[64];

		(void)snprintf(text, sizeof text, "name=ab&count=0&public=%s", yes[i]);
		assert_int_equal(read_form(text, TOMB_FORM_LOOSE, &arena, &s, &err), TOMB_OK);
		assert_true(s.is_public);
		(void)snprintf(text, sizeof text, "name=ab&count=0&public=%s", no[i]);
		assert_int_equal(read_form(text, TOMB_FORM_LOOSE, &arena, &s, &err), TOMB_OK);
		assert_false(s.is_public);
	}
}

static void errors_name_the_field_and_the_rule_and_write_nothing(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{"count=1", "field \"name\" is required"},
		{"name=&count=1", "field \"name\" is required"},
		{"name=a&count=1", "field \"name\" has 1 bytes; it needs 2 to 5"},
		{"name=abcdef&count=1", "field \"name\" has 6 bytes; it needs 2 to 5"},
		{"name=ab&name=cd&count=1", "field \"name\" was sent twice"},
		{"name=ab&count=1&note=a&note=", "field \"note\" was sent twice"},
		{"name=ab&count=1&note=abcd", "field \"note\" has 4 bytes; it needs 0 to 3"},
		{"name=ab", "field \"count\" is required"},
		{"name=ab&count=6", "field \"count\" is not a number from -5 to 5"},
		{"name=ab&count=1x", "field \"count\" is not a number from -5 to 5"},
		{"name=ab&count=1&count=1", "field \"count\" was sent twice"},
		{"name=ab&count=1&pages=0", "field \"pages\" is not a number from 1 to 10"},
		{"name=ab&count=1&public=maybe", "field \"public\" is neither true nor false"},
		{"name=ab&count=1&public=1&public=1", "field \"public\" was sent twice"},
		{"name=ab&count=1&id=1&id=2&id=3&id=4", "field \"id\" was sent 4 times; it needs 0 to 3"},
		{"name=ab&count=1&id=1&id=x", "field \"id\", number 2, is not a number"},
		{"name=ab&count=1&id=", "field \"id\", number 1, is not a number"},
		{"name=ab&count=1&admin=1", "field \"admin\" is not known here"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
		const struct sample before = {.count = 99};
		struct sample s = before;
		struct tomb_err err;

		assert_int_equal(read_form(cases[i].text, TOMB_FORM_STRICT, &arena, &s, &err), TOMB_INVAL);
		assert_string_equal(err.text, cases[i].error);
		assert_memory_equal(&s, &before, sizeof s);
	}
}

static void a_list_may_be_required(void **state)
{
	static const struct tomb_form_field ids[] = {TOMB_FORM_INTS(struct sample, ids, "id", 1, 3)};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct sample s = {0};
	struct tomb_err err;

	(void)state;
	assert_int_equal(
		tomb_form_read((struct tomb_fields){NULL, 0}, ids, 1, TOMB_FORM_LOOSE, &arena, &s, &err), TOMB_INVAL);
	assert_string_equal(err.text, "field \"id\" was sent 0 times; it needs 1 to 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_fills_the_struct),
		cmocka_unit_test(what_is_absent_leaves_the_default),
		cmocka_unit_test(every_word_for_yes_and_no_is_read),
		cmocka_unit_test(errors_name_the_field_and_the_rule_and_write_nothing),
		cmocka_unit_test(a_list_may_be_required),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
