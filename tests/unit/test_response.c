/* Answers: their headers, redirects, error bodies. */
#include "../../registry/service/response.h"
#include "../../registry/service/spool.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static const char *header(const struct tomb_response *res, const char *name)
{
	const struct tomb_field *f = tomb_fields_next_header(
		(struct tomb_fields){res->headers, res->nheaders}, tomb_str_from(name), NULL);

	return f ? f->value.p : "";
}

static void a_header_cannot_hold_a_second_one(void **state)
{
	static const struct tomb_str bad[] = {{"a\r\nb", 4}, {"a\rb", 3}, {"a\nb", 3}, {"\0", 1}, {"a\x7f", 2}};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		assert_int_equal(tomb_response_header(&res, "X", bad[i], &err), TOMB_INVAL);
	assert_int_equal(res.nheaders, 0);
	assert_int_equal(tomb_response_header(&res, "X", TOMB_STR("a\tb \xc3\xa9"), &err), TOMB_OK);
	assert_string_equal(header(&res, "X"), "a\tb \xc3\xa9");
	tomb_response_fini(&res);
}

static void headers_have_limits(void **state)
{
	static char value[TOMB_RESPONSE_VALUE_MAX + 1];
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	TOMB_ARENA_AUTO none = tomb_arena_init(0);
	struct tomb_response res = tomb_response_init(&arena);
	struct tomb_err err;

	(void)state;
	memset(value, 'x', sizeof value);
	assert_int_equal(tomb_response_header(&res, "X", (struct tomb_str){value, sizeof value}, &err), TOMB_TOOBIG);
	for (int i = 0; i < TOMB_RESPONSE_HEADERS; i++)
		assert_int_equal(
			tomb_response_header(&res, "X", (struct tomb_str){value, sizeof value - 1}, &err), TOMB_OK);
	assert_int_equal(tomb_response_header(&res, "X", TOMB_STR(""), &err), TOMB_TOOBIG);
	res = tomb_response_init(&none);
	assert_int_equal(tomb_response_header(&res, "X", TOMB_STR("a"), &err), TOMB_NOMEM);
}

static void redirects_stay_on_this_host(void **state)
{
	static const char *const bad[] = {"", "a", "//evil.example", "/\\evil.example", "\\a", "http://evil.example/",
		"/a\r\nSet-Cookie: x", "/a b", "/a\tb", "javascript:x", "/\n/evil.example"};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		assert_int_equal(tomb_response_redirect(&res, tomb_str_from(bad[i]), &err), TOMB_INVAL);
	assert_int_equal(res.status, 0);
	assert_int_equal(tomb_response_redirect(&res, TOMB_STR("/a/b?c=%2F#d"), &err), TOMB_OK);
	assert_int_equal(res.status, 303);
	assert_string_equal(header(&res, "Location"), "/a/b?c=%2F#d");
	tomb_response_fini(&res);
}

static void a_problem_says_what_a_client_may_know(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	const struct tomb_request req = {.id = "0123456789abcdef"};
	const struct tomb_err what = {.code = TOMB_CONFLICT, .text = "file \"7\" is\\busy\x01\n<b>"};
	const struct tomb_err secret = {.code = TOMB_DB, .text = "password"};
	struct tomb_err err;

	(void)state;
	tomb_buf_put(&res.body, TOMB_STR("half a page"));
	assert_int_equal(tomb_response_problem(&res, &req, 0, &what, &err), TOMB_OK);
	assert_int_equal(res.status, 409);
	assert_string_equal(res.content_type, "application/problem+json");
	assert_string_equal(res.body.p,
		"{\"type\":\"conflict\",\"title\":\"the state of the thing does not allow this\",\"status\":409,"
		"\"detail\":\"file \\\"7\\\" is\\\\busy\\u0001\\n<b>\",\"instance\":\"0123456789abcdef\"}");
	assert_int_equal(tomb_response_problem(&res, &req, 0, &secret, &err), TOMB_OK);
	assert_int_equal(res.status, 500);
	assert_null(strstr(res.body.p, "password"));
	assert_int_equal(tomb_response_problem(&res, &req, 414, &what, &err), TOMB_OK);
	assert_int_equal(res.status, 414);
	tomb_response_fini(&res);
}

static void a_notice_is_escaped(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	const struct tomb_request req = {.id = "0123456789abcdef"};
	const struct tomb_err what = {.code = TOMB_NOTFOUND, .text = "<script>"};
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_response_notice(&res, &req, 0, &what, &err), TOMB_OK);
	assert_int_equal(res.status, 404);
	assert_non_null(strstr(res.body.p, "<p>&lt;script&gt;</p>"));
	assert_non_null(strstr(res.body.p, "<p>0123456789abcdef</p>"));
	tomb_response_fini(&res);
}

static void finishing_adds_what_every_answer_carries(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	struct tomb_request req = {
		.id = "0123456789abcdef", .allowed = TOMB_METHOD_BIT(TOMB_PUT) | TOMB_METHOD_BIT(TOMB_POST)};
	struct tomb_err err;

	(void)state;
	res.status = 405;
	assert_int_equal(tomb_response_finish(&res, &req, &err), TOMB_OK);
	assert_string_equal(header(&res, "Content-Security-Policy"),
		"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
	assert_string_equal(header(&res, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(header(&res, "Referrer-Policy"), "no-referrer");
	assert_string_equal(header(&res, "Cache-Control"), "no-store");
	assert_string_equal(header(&res, "X-Request-Id"), "0123456789abcdef");
	assert_string_equal(header(&res, "Allow"), "POST, PUT");
	assert_string_equal(header(&res, "Retry-After"), "");
	assert_string_equal(header(&res, "Strict-Transport-Security"), "");
	res.retry_after_s = 77;
	tomb_response_reset(&res);
	assert_int_equal(res.nheaders, 0);
	res.status = 429;
	res.is_cacheable = true;
	req.behind_tls = true;
	assert_int_equal(tomb_response_finish(&res, &req, &err), TOMB_OK);
	assert_string_equal(header(&res, "Retry-After"), "77");
	assert_string_equal(header(&res, "Cache-Control"), "");
	assert_string_equal(header(&res, "Strict-Transport-Security"), "max-age=31536000");
	tomb_response_fini(&res);
}

static void a_file_is_closed_by_whoever_drops_the_answer(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	int fds[3];
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++)
		assert_int_equal(tomb_spool_open("/tmp", &fds[i], &err), TOMB_OK);
	tomb_response_file(&res, fds[0], 1);
	tomb_response_file(&res, fds[1], 1);
	assert_int_equal(fcntl(fds[0], F_GETFD), -1);
	tomb_response_reset(&res);
	assert_int_equal(fcntl(fds[1], F_GETFD), -1);
	tomb_response_file(&res, fds[2], 1);
	tomb_response_fini(&res);
	assert_int_equal(fcntl(fds[2], F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_cannot_hold_a_second_one),
		cmocka_unit_test(headers_have_limits),
		cmocka_unit_test(redirects_stay_on_this_host),
		cmocka_unit_test(a_problem_says_what_a_client_may_know),
		cmocka_unit_test(a_notice_is_escaped),
		cmocka_unit_test(finishing_adds_what_every_answer_carries),
		cmocka_unit_test(a_file_is_closed_by_whoever_drops_the_answer),
	};

	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
