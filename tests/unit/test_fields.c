/* Lists of names and values, and the urlencoded text they come from. */
#include "../../registry/service/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct tomb_fields parse(struct tomb_str text, struct tomb_arena *arena)
{
	struct tomb_fields fields = {NULL, 7};
	struct tomb_err err;

	if (tomb_fields_parse(text, arena, &fields, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	return fields;
}

static void assert_value(const struct tomb_field *f, const char *value)
{
	assert_non_null(f);
	assert_string_equal(f->value.p, value);
}

static void urlencoded_text_becomes_fields_in_order(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_fields fields = parse(TOMB_STR("a=1&b=x+y%26&a=2&c&=e&&d=%3D=\xc3\xa9"), &arena);
	const struct tomb_field *a = tomb_fields_next(fields, TOMB_STR("a"), NULL);

	(void)state;
	assert_int_equal(fields.n, 6);
	assert_value(a, "1");
	a = tomb_fields_next(fields, TOMB_STR("a"), a);
	assert_value(a, "2");
	assert_null(tomb_fields_next(fields, TOMB_STR("a"), a));
	assert_value(tomb_fields_next(fields, TOMB_STR("b"), NULL), "x y&");
	assert_value(tomb_fields_next(fields, TOMB_STR("c"), NULL), "");
	assert_value(tomb_fields_next(fields, TOMB_STR(""), NULL), "e");
	assert_value(tomb_fields_next(fields, TOMB_STR("d"), NULL), "==\xc3\xa9");
	assert_null(tomb_fields_next(fields, TOMB_STR("A"), NULL));
	assert_int_equal(parse(TOMB_STR(""), &arena).n, 0);
	assert_int_equal(parse((struct tomb_str){NULL, 0}, &arena).n, 0);
	assert_int_equal(parse(TOMB_STR("&&&"), &arena).n, 0);
}

static void names_of_headers_have_no_case(void **state)
{
	const struct tomb_field f[] = {{TOMB_STR("X-A"), TOMB_STR("1")}, {TOMB_STR("x-a"), TOMB_STR("2")}};
	const struct tomb_fields fields = {f, TOMB_COUNTOF(f)};
	const struct tomb_field *first = tomb_fields_next_header(fields, TOMB_STR("X-a"), NULL);

	(void)state;
	assert_ptr_equal(first, &f[0]);
	assert_ptr_equal(tomb_fields_next_header(fields, TOMB_STR("x-A"), first), &f[1]);
	assert_null(tomb_fields_next_header(fields, TOMB_STR("X"), NULL));
	assert_ptr_equal(tomb_fields_next(fields, TOMB_STR("x-a"), NULL), &f[1]);
}

static void what_cannot_be_text_is_refused(void **state)
{
	static const struct tomb_str bad[] = {{"a=%", 3}, {"a=%0", 4}, {"%zz", 3}, {"a=%00", 5}, {"a=\0", 3},
		{"a=%ff", 5}, {"\xc0\xaf=1", 4}, {"a=1&b=%ed%a0%80", 15}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
		struct tomb_fields fields = {NULL, 7};
		struct tomb_err err;

		assert_int_equal(tomb_fields_parse(bad[i], &arena, &fields, &err), TOMB_INVAL);
		assert_int_equal(fields.n, 7);
	}
}

static void too_many_fields_are_refused(void **state)
{
	static char text[2 * (TOMB_FIELDS_MAX + 1)];
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_fields fields = {NULL, 7};
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? '&' : 'a';
	assert_int_equal(parse((struct tomb_str){text, sizeof text - 2}, &arena).n, TOMB_FIELDS_MAX);
	assert_int_equal(tomb_fields_parse((struct tomb_str){text, sizeof text}, &arena, &fields, &err), TOMB_TOOBIG);
	assert_int_equal(fields.n, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urlencoded_text_becomes_fields_in_order),
		cmocka_unit_test(names_of_headers_have_no_case),
		cmocka_unit_test(what_cannot_be_text_is_refused),
		cmocka_unit_test(too_many_fields_are_refused),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
