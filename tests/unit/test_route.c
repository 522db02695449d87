/* Which route answers which path. */
#include "../../registry/service/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static enum tomb_code nothing(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)res;
	(void)err;
	return TOMB_OK;
}

#define ROUTE(m, p)                                                                                                    \
	{                                                                                                              \
		.method = (m), .pattern = (p), .handler = nothing                                                      \
	}

/* Overlaps on purpose, and in an order that is of no help. */
static const struct tomb_route table[] = {
	ROUTE(TOMB_GET, "/objects/{rest}"),
	ROUTE(TOMB_GET, "/objects/{text}"),
	ROUTE(TOMB_GET, "/objects/{id}"),
	ROUTE(TOMB_GET, "/objects/{uuid}"),
	ROUTE(TOMB_GET, "/objects/new"),
	ROUTE(TOMB_DELETE, "/objects/{id}"),
	ROUTE(TOMB_POST, "/objects"),
	ROUTE(TOMB_GET, "/objects"),
	ROUTE(TOMB_GET, "/"),
	ROUTE(TOMB_GET, "/objects/{text}/files"),
	ROUTE(TOMB_GET, "/objects/{id}/{text}"),
	ROUTE(TOMB_PUT, "/a/{id}/{uuid}/{text}/{rest}"),
};
static const struct tomb_routes routes = {table, TOMB_COUNTOF(table)};

static const char *match(enum tomb_method method, const char *path, struct tomb_request *req, struct tomb_arena *arena)
{
	struct tomb_err err;

	*req = (struct tomb_request){.method = method, .path = tomb_str_from(path), .arena = arena};
	assert_int_equal(tomb_route_match(routes, req, &err), TOMB_OK);
	return req->route ? req->route->pattern : "";
}

static void the_most_particular_pattern_answers(void **state)
{
	static const struct {
		enum tomb_method method;
		const char *path;
		const char *pattern;
	} cases[] = {
		{TOMB_GET, "/", "/"},
		{TOMB_GET, "/objects", "/objects"},
		{TOMB_GET, "/objects/", "/objects"},
		{TOMB_GET, "/objects/new", "/objects/new"},
		{TOMB_GET, "/objects/new/", "/objects/new"},
		{TOMB_GET, "/objects/7", "/objects/{id}"},
		{TOMB_GET, "/objects/007", "/objects/{id}"},
		{TOMB_GET, "/objects/0", "/objects/{text}"},
		{TOMB_GET, "/objects/9223372036854775808", "/objects/{text}"},
		{TOMB_GET, "/objects/0189F7E2-3c4d-7abc-8def-0123456789ab", "/objects/{uuid}"},
		{TOMB_GET, "/objects/0189f7e2-3c4d-7abc-8def-0123456789a", "/objects/{text}"},
		{TOMB_GET, "/objects/test.edu%2Fbag", "/objects/{text}"},
		{TOMB_GET, "/objects/test.edu/bag", "/objects/{rest}"},
		{TOMB_GET, "/objects/test.edu/bag/", "/objects/{rest}"},
		{TOMB_GET, "/objects//", "/objects/{rest}"},
		{TOMB_GET, "/objects/x/files", "/objects/{text}/files"},
		{TOMB_GET, "/objects/7/files", "/objects/{id}/{text}"}, /* the first difference decides */
		{TOMB_GET, "/objects/7/files/x", "/objects/{rest}"},
		{TOMB_HEAD, "/objects/7", "/objects/{id}"},
		{TOMB_POST, "/objects", "/objects"},
		{TOMB_DELETE, "/objects/7", "/objects/{id}"},
		{TOMB_PUT, "/a/1/0189f7e2-3c4d-7abc-8def-0123456789ab/b/c/d", "/a/{id}/{uuid}/{text}/{rest}"},
	};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_request req;
		const char *pattern = match(cases[i].method, cases[i].path, &req, &arena);

		if (strcmp(pattern, cases[i].pattern) != 0 ||
			req.route->method != (cases[i].method == TOMB_HEAD ? TOMB_GET : cases[i].method))
			fail_msg("%s: %s", cases[i].path, pattern);
	}
}

static void what_stands_for_a_segment_is_decoded_after_splitting(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_request req;

	(void)state;
	(void)match(TOMB_PUT, "/a/12/0189f7e2-3c4d-7abc-8def-0123456789ab/x%2Fy+%25/c%2Fd//e%20/", &req, &arena);
	assert_int_equal(req.nparams, 4);
	assert_int_equal(req.params[0].id, 12);
	assert_int_equal(req.params[1].uuid.b[0], 1);
	assert_int_equal(req.params[1].uuid.b[15], 0xab);
	assert_true(tomb_str_eq(req.params[2].text, TOMB_STR("x/y+%")));
	assert_true(tomb_str_eq(req.params[3].text, TOMB_STR("c/d//e /")));
	(void)match(TOMB_GET, "/objects", &req, &arena);
	assert_int_equal(req.nparams, 0);
}

static void an_unknown_path_is_told_from_an_unknown_method(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_request req;

	(void)state;
	assert_string_equal(match(TOMB_GET, "/nowhere", &req, &arena), "");
	assert_int_equal(req.allowed, 0);
	assert_string_equal(match(TOMB_GET, "//objects", &req, &arena), "");
	assert_string_equal(match(TOMB_GET, "/Objects", &req, &arena), "");
	assert_string_equal(match(TOMB_GET, "/%6fbjects", &req, &arena), "");
	assert_string_equal(match(TOMB_PATCH, "/objects", &req, &arena), "");
	assert_int_equal(
		req.allowed, TOMB_METHOD_BIT(TOMB_GET) | TOMB_METHOD_BIT(TOMB_HEAD) | TOMB_METHOD_BIT(TOMB_POST));
	assert_string_equal(match(TOMB_OPTIONS, "/objects/7", &req, &arena), "");
	assert_int_equal(
		req.allowed, TOMB_METHOD_BIT(TOMB_GET) | TOMB_METHOD_BIT(TOMB_HEAD) | TOMB_METHOD_BIT(TOMB_DELETE));
}

static void the_table_itself_is_sound(void **state)
{
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_route_check(routes, &err), TOMB_OK);
	assert_int_equal(tomb_route_check((struct tomb_routes){NULL, 0}, &err), TOMB_OK);
}

static void a_table_with_a_mistake_is_refused(void **state)
{
	static const struct tomb_route bad[][2] = {
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "/a")},
		{ROUTE(TOMB_GET, "/a/{id}"), ROUTE(TOMB_GET, "/a/{id}/")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "b")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, NULL)},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "/b//c")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "/{number}")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "/{rest}/b")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_GET, "/{id}/{id}/{id}/{id}/{id}")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_HEAD, "/b")},
		{ROUTE(TOMB_GET, "/a"), ROUTE(TOMB_OPTIONS, "/b")},
		{ROUTE(TOMB_GET, "/a"), {.method = TOMB_GET, .pattern = "/b"}},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		struct tomb_err err;

		if (tomb_route_check((struct tomb_routes){bad[i], 2}, &err) != TOMB_BUG)
			fail_msg("%zu: %s", i, bad[i][1].pattern);
	}
}

static void without_memory_nothing_is_matched(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(0);
	struct tomb_request req = {.method = TOMB_GET, .path = TOMB_STR("/objects/x%20y"), .arena = &arena};
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_route_match(routes, &req, &err), TOMB_NOMEM);
	assert_null(req.route);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_particular_pattern_answers),
		cmocka_unit_test(what_stands_for_a_segment_is_decoded_after_splitting),
		cmocka_unit_test(an_unknown_path_is_told_from_an_unknown_method),
		cmocka_unit_test(the_table_itself_is_sound),
		cmocka_unit_test(a_table_with_a_mistake_is_refused),
		cmocka_unit_test(without_memory_nothing_is_matched),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
