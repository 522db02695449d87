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

static void the_nearest_proxy_knows_the_client(void **state)
{
	static const struct tomb_field f[] = {
		{{"X-Forwarded-For", 15}, {"1.1.1.1", 7}}, {{"x-forwarded-for", 15}, {"2.2.2.2,  ::1 ", 14}}};
	static const struct tomb_field empty[] = {{{"X-Forwarded-For", 15}, {"1.1.1.1, ", 9}}};

	(void)state;
	assert_true(tomb_str_eq(tomb_request_forwarded((struct tomb_fields){f, 2}), TOMB_STR("::1")));
	assert_true(tomb_str_eq(tomb_request_forwarded((struct tomb_fields){f, 1}), TOMB_STR("1.1.1.1")));
	assert_null(tomb_request_forwarded((struct tomb_fields){f, 0}).p);
	assert_null(tomb_request_forwarded((struct tomb_fields){empty, 1}).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_is_for_browsers_and_json_for_programs),
		cmocka_unit_test(headers_and_queries_are_found_by_name),
		cmocka_unit_test(the_media_type_stands_before_its_parameters),
		cmocka_unit_test(the_nearest_proxy_knows_the_client),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
