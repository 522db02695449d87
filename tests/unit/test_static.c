/* Files inside the program. */
#include "../../registry/service/static.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ETAG "\"0123456789abcdef0123456789abcdef\""

static const struct tomb_embedded files[] = {
	{"main.css", {"body{}", 6}, SHA},
	{"logo.svg", {"<svg/>", 6}, SHA},
	{"strange.xyz", {"", 0}, SHA},
};

static enum tomb_code ask(const char *name, const char *if_none_match, struct tomb_response *res)
{
	const struct tomb_field f = {TOMB_STR("If-None-Match"), tomb_str_from(if_none_match)};
	const struct tomb_request req = {.headers = {&f, if_none_match ? 1 : 0}};
	struct tomb_err err;

	return tomb_static_answer(files, TOMB_COUNTOF(files), tomb_str_from(name), &req, res, &err);
}

static void a_file_comes_with_its_type_and_tag(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_response res = tomb_response_init(&arena);

	(void)state;
	assert_int_equal(ask("main.css", NULL, &res), TOMB_OK);
	assert_int_equal(res.status, 200);
	assert_string_equal(res.content_type, "text/css; charset=utf-8");
	assert_true(tomb_str_eq(res.fixed, TOMB_STR("body{}")));
	assert_true(res.is_cacheable);
	assert_string_equal(res.headers[0].name.p, "ETag");
	assert_string_equal(res.headers[0].value.p, ETAG);
	assert_string_equal(res.headers[1].value.p, "public, no-cache");
	assert_int_equal(ask("logo.svg", NULL, &res), TOMB_OK);
	assert_string_equal(res.content_type, "image/svg+xml");
}

static void who_has_it_already_does_not_get_it_again(void **state)
{
	static const struct {
		const char *if_none_match;
		unsigned status;
	} cases[] = {
		{ETAG, 304},
		{"W/" ETAG, 304},
		{"\"other\", " ETAG, 304},
		{"*", 304},
		{"\"other\"", 200},
		{"", 200},
		{"0123456789abcdef0123456789abcdef", 200},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		struct tomb_response res = tomb_response_init(&arena);

		assert_int_equal(ask("main.css", cases[i].if_none_match, &res), TOMB_OK);
		assert_int_equal(res.status, cases[i].status);
		assert_true((res.fixed.p != NULL) == (cases[i].status == 200));
	}
}

static void other_names_are_not_found(void **state)
{
	static const char *const names[] = {"", "main", "main.css/", "../main.css", "MAIN.CSS"};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_response res = tomb_response_init(&arena);

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		assert_int_equal(ask(names[i], NULL, &res), TOMB_NOTFOUND);
	assert_int_equal(ask("strange.xyz", NULL, &res), TOMB_UNSUPPORTED);
	assert_int_equal(res.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_comes_with_its_type_and_tag),
		cmocka_unit_test(who_has_it_already_does_not_get_it_again),
		cmocka_unit_test(other_names_are_not_found),
	};

	return cmocka_run_group_tests_name("static", tests, NULL, NULL);
}
