/* What a request's headers say. */
#include "../../registry/service/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void html_is_for_browsers_and_json_for_programs(void **state)
{
	static const struct {
		const char *path;
		const char *accept;
		enum tomb_wants wants;
	} cases[] = {
		{"/objects", "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
			TOMB_WANTS_HTML},
		{"/member-api/v3/items", "text/html,*/*;q=0.8", TOMB_WANTS_HTML},
		{"/objects", "*/*", TOMB_WANTS_HTML},
		{"/objects", "", TOMB_WANTS_HTML},
		{"/objects", "application/json", TOMB_WANTS_JSON},
		{"/objects", "APPLICATION/JSON; charset=utf-8", TOMB_WANTS_JSON},
		{"/objects", "application/problem+json", TOMB_WANTS_JSON},
		{"/api", "*/*", TOMB_WANTS_JSON},
		{"/api/v3/x", "", TOMB_WANTS_JSON},
		{"/member-api/v3/items", "*/*", TOMB_WANTS_JSON},
		{"/admin-api/v3/items", "image/png", TOMB_WANTS_JSON},
		{"/readyz", "*/*", TOMB_WANTS_JSON},
		{"/readyz", "text/html", TOMB_WANTS_HTML},
		{"/openapi.json", "", TOMB_WANTS_JSON},
		{"/-api", "*/*", TOMB_WANTS_HTML},
		{"/apis", "*/*", TOMB_WANTS_HTML},
		{"/x/api", "*/*", TOMB_WANTS_HTML},
		{"/", "*/*", TOMB_WANTS_HTML},
		{"", "*/*", TOMB_WANTS_HTML},
		{"/objects", "text/html;q=0.5, application/json;q=0.6", TOMB_WANTS_JSON},
		{"/objects", "application/json;q=0.5 , text/html ; q=0.5", TOMB_WANTS_HTML},
		{"/objects", "application/json, text/html;q=0", TOMB_WANTS_JSON},
		{"/api/x", "application/json;q=0", TOMB_WANTS_JSON},
		{"/objects", "text/html;level=1;q=0.123,application/json;q=0.124", TOMB_WANTS_JSON},
		{"/objects", "text/html;q=nonsense,application/json;q=1.0", TOMB_WANTS_HTML},
		{"/objects", ",;,;q=,", TOMB_WANTS_HTML},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		if (tomb_request_negotiate(tomb_str_from(cases[i].path), tomb_str_from(cases[i].accept)) !=
			cases[i].wants)
			fail_msg("%s %s", cases[i].path, cases[i].accept);
	assert_int_equal(tomb_request_negotiate(TOMB_STR("/"), (struct tomb_str){NULL, 0}), TOMB_WANTS_HTML);
}

static void headers_and_queries_are_found_by_name(void **state)
{
	static const struct tomb_field f[] = {{{"Name", 4}, {"1", 1}}, {{"name", 4}, {"2", 1}}};
	const struct tomb_request req = {.headers = {f, 2}, .query = {f, 2}};

	(void)state;
	assert_true(tomb_str_eq(tomb_request_header(&req, TOMB_STR("NAME")), TOMB_STR("1")));
	assert_true(tomb_str_eq(tomb_request_query(&req, TOMB_STR("name")), TOMB_STR("2")));
	assert_null(tomb_request_query(&req, TOMB_STR("NAME")).p);
	assert_null(tomb_request_header(&req, TOMB_STR("other")).p);
}

static void the_media_type_stands_before_its_parameters(void **state)
{
	const struct tomb_request req = {.content_type = TOMB_STR("Text/CSV")};

	(void)state;
	assert_true(tomb_str_eq(tomb_request_media_type(TOMB_STR("text/html ; charset=utf-8")), TOMB_STR("text/html")));
	assert_true(tomb_str_eq(tomb_request_media_type(TOMB_STR("")), TOMB_STR("")));
	assert_int_equal(tomb_request_media_type((struct tomb_str){NULL, 0}).n, 0);
	assert_true(tomb_request_is_type(&req, TOMB_STR("text/csv")));
	assert_false(tomb_request_is_type(&req, TOMB_STR("text/cs")));
}

/* Asked by peer, with one header or two, where these proxies are trusted. */
static void expect_client(const char *trusted, const char *peer, const char *first, const char *second, const char *who)
{
	struct tomb_field f[] = {
		{TOMB_STR("X-Forwarded-For"), tomb_str_from(first)}, {TOMB_STR("x-forwarded-for"), {NULL, 0}}};
	struct tomb_fields fields = {f, second ? 2 : 1};
	struct tomb_str got;

	if (second)
		f[1].value = tomb_str_from(second);
	got = tomb_request_client(fields, tomb_str_from(peer), tomb_str_from(trusted));
	if (!tomb_str_eq(got, tomb_str_from(who)))
		fail_msg("%.*s, not %s", TOMB_STR_ARG(got), who);
}

static void only_a_trusted_proxy_says_who_the_client_is(void **state)
{
	(void)state;
	expect_client("", "192.0.2.1", "1.1.1.1", NULL, "192.0.2.1");
	expect_client("192.0.2.9", "192.0.2.1", "1.1.1.1", NULL, "192.0.2.1");
	expect_client("192.0.2.9, 192.0.2.1", "192.0.2.1", "1.1.1.1", NULL, "1.1.1.1");
	expect_client("unix", "unix", "2001:db8::7", NULL, "2001:db8::7");
	assert_true(tomb_str_eq(tomb_request_client((struct tomb_fields){NULL, 0}, TOMB_STR("unix"), TOMB_STR("unix")),
		TOMB_STR("unix")));
}

static void what_the_client_wrote_before_the_proxy_counts_for_nothing(void **state)
{
	(void)state;
	expect_client("unix", "unix", "1.1.1.1, 2.2.2.2", NULL, "2.2.2.2");
	expect_client("unix", "unix", "1.1.1.1", "2.2.2.2,  ::1 ", "::1");
	expect_client("unix,10.0.0.1", "unix", "1.1.1.1, 2.2.2.2, 10.0.0.1", NULL, "2.2.2.2");
	expect_client("unix", "unix", "1.1.1.1, evil event=x", NULL, "unix");
	expect_client("unix", "unix", "1.1.1.1, ", NULL, "unix");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_is_for_browsers_and_json_for_programs),
		cmocka_unit_test(headers_and_queries_are_found_by_name),
		cmocka_unit_test(the_media_type_stands_before_its_parameters),
		cmocka_unit_test(only_a_trusted_proxy_says_who_the_client_is),
		cmocka_unit_test(what_the_client_wrote_before_the_proxy_counts_for_nothing),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
