/* Cookies, in and out. */
#include "../../registry/service/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static enum tomb_code get(const char *one, const char *two, bool behind_tls, struct tomb_str *out)
{
	const struct tomb_field f[] = {
		{TOMB_STR("Cookie"), tomb_str_from(one)}, {TOMB_STR("cookie"), tomb_str_from(two)}};
	const struct tomb_request req = {.headers = {f, two ? 2 : 1}, .behind_tls = behind_tls};
	struct tomb_err err;

	*out = TOMB_STR("untouched");
	return tomb_cookie_get(&req, TOMB_STR("sid"), out, &err);
}

static void a_cookie_is_found_among_others(void **state)
{
	static const struct {
		const char *header;
		const char *value; /* NULL: not there */
	} cases[] = {
		{"sid=abc", "abc"},
		{"a=b; sid=abc; c=d", "abc"},
		{"a=b;sid=abc;c=d", "abc"},
		{" sid = abc ", "abc"},
		{"sid=", ""},
		{"sid=a=b", "a=b"},
		{"sid=\"x\"", "\"x\""},
		{"SID=abc", NULL},
		{"xsid=abc; sidx=abc", NULL},
		{"a=sid=abc", NULL},
		{"sid", NULL},
		{"", NULL},
		{";;;=;", NULL},
		{"__Host-sid=abc", NULL},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_str out;

		assert_int_equal(get(cases[i].header, NULL, false, &out), TOMB_OK);
		if (!cases[i].value)
			assert_null(out.p);
		else
			assert_true(tomb_str_eq(out, tomb_str_from(cases[i].value)));
	}
}

static void behind_tls_only_the_prefixed_name_counts(void **state)
{
	struct tomb_str out;

	(void)state;
	assert_int_equal(get("sid=evil; __Host-sid=abc", NULL, true, &out), TOMB_OK);
	assert_true(tomb_str_eq(out, TOMB_STR("abc")));
	assert_int_equal(get("sid=evil", NULL, true, &out), TOMB_OK);
	assert_null(out.p);
}

static void a_cookie_that_comes_twice_is_refused(void **state)
{
	struct tomb_str out;

	(void)state;
	assert_int_equal(get("sid=a; sid=b", NULL, false, &out), TOMB_INVAL);
	assert_true(tomb_str_eq(out, TOMB_STR("untouched")));
	assert_int_equal(get("sid=a; sid=a", NULL, false, &out), TOMB_INVAL);
	assert_int_equal(get("sid=a", "b=c; sid=b", false, &out), TOMB_INVAL);
	assert_int_equal(get("a=b", "sid=c", false, &out), TOMB_OK);
	assert_true(tomb_str_eq(out, TOMB_STR("c")));
}

static void assert_sets(const struct tomb_cookie *cookie, const char *header)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_response res = tomb_response_init(&arena);
	struct tomb_err err;

	assert_int_equal(tomb_cookie_set(&res, cookie, &err), TOMB_OK);
	assert_string_equal(res.headers[0].name.p, "Set-Cookie");
	assert_string_equal(res.headers[0].value.p, header);
}

static void cookies_are_set_so_that_scripts_and_other_sites_do_not_get_at_them(void **state)
{
	(void)state;
	assert_sets(&(struct tomb_cookie){.name = "sid", .value = TOMB_STR("ab-c_1.~")},
		"sid=ab-c_1.~; Path=/; HttpOnly; SameSite=Strict");
	assert_sets(
		&(struct tomb_cookie){.name = "sid", .value = TOMB_STR("abc"), .max_age_s = 3600, .behind_tls = true},
		"__Host-sid=abc; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=3600");
	assert_sets(&(struct tomb_cookie){.name = "sid", .value = TOMB_STR(""), .max_age_s = -1, .is_lax = true},
		"sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

static void values_that_cookies_do_not_carry_are_refused(void **state)
{
	static const struct tomb_str values[] = {{"a b", 3}, {"a;b", 3}, {"a,b", 3}, {"a\"", 2}, {"a\\", 2},
		{" a\r\n ", 3}, {"\0", 1}, {"\xc3\xa9", 2}, {"\x7f", 1}};
	static const char *const names[] = {"", "a b", "a=b", "a;b", "a\r\nb"};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_response res = tomb_response_init(&arena);
	static char large[5000];
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(values); i++)
		assert_int_equal(tomb_cookie_set(&res, &(struct tomb_cookie){.name = "a", .value = values[i]}, &err),
			TOMB_INVAL);
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		assert_int_equal(tomb_cookie_set(&res, &(struct tomb_cookie){.name = names[i]}, &err), TOMB_INVAL);
	memset(large, 'x', sizeof large);
	assert_int_equal(
		tomb_cookie_set(&res, &(struct tomb_cookie){.name = "a", .value = {large, sizeof large}}, &err),
		TOMB_TOOBIG);
	assert_int_equal(res.nheaders, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_is_found_among_others),
		cmocka_unit_test(behind_tls_only_the_prefixed_name_counts),
		cmocka_unit_test(a_cookie_that_comes_twice_is_refused),
		cmocka_unit_test(cookies_are_set_so_that_scripts_and_other_sites_do_not_get_at_them),
		cmocka_unit_test(values_that_cookies_do_not_carry_are_refused),
	};

	return cmocka_run_group_tests_name("cookie", tests, NULL, NULL);
}
