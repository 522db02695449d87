/* What is refused at the door, rule by rule. */
#include "../../registry/service/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define S(literal)                                                                                                     \
	{                                                                                                              \
		"" literal, sizeof(literal) - 1                                                                        \
	}

static const struct tomb_field just_host[] = {{S("Host"), S("a")}};

/* A head that passes. */
static struct tomb_guard_head good(void)
{
	return (struct tomb_guard_head){.method = TOMB_STR("GET"),
		.target = TOMB_STR("/a/b?c=d"),
		.version = TOMB_STR("HTTP/1.1"),
		.headers = {just_host, 1},
		.size = 100};
}

static unsigned check(const struct tomb_guard_head *head, struct tomb_guard_facts *facts)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err err = {.code = TOMB_OK};
	struct tomb_guard_facts untouched = *facts;
	unsigned status = tomb_guard_check(head, &arena, facts, &err);

	if (status) {
		assert_memory_equal(facts, &untouched, sizeof untouched);
		assert_int_not_equal(err.code, TOMB_OK);
	} else {
		assert_int_equal(err.code, TOMB_OK);
	}
	return status;
}

static unsigned check_target(struct tomb_str target)
{
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	head.target = target;
	return check(&head, &facts);
}

static unsigned check_headers(const struct tomb_field *headers, size_t n)
{
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	head.method = TOMB_STR("POST");
	head.headers = (struct tomb_fields){headers, n};
	return check(&head, &facts);
}

#define CHECK(...)                                                                                                     \
	check_headers((const struct tomb_field[]){__VA_ARGS__},                                                        \
		sizeof((const struct tomb_field[]){__VA_ARGS__}) / sizeof(struct tomb_field))
#define HOST                                                                                                           \
	{                                                                                                              \
		S("Host"), S("a")                                                                                      \
	}

static void a_good_request_passes_and_is_taken_apart(void **state)
{
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	(void)state;
	assert_int_equal(check(&head, &facts), 0);
	assert_int_equal(facts.method, TOMB_GET);
	assert_true(tomb_str_eq(facts.path, TOMB_STR("/a/b")));
	assert_true(tomb_str_eq(facts.query_string, TOMB_STR("c=d")));
	assert_false(facts.is_chunked);
	assert_int_equal(facts.content_length, 0);
	assert_int_equal(check_target(TOMB_STR("/")), 0);
	assert_int_equal(check_target(TOMB_STR("/?")), 0);
	assert_int_equal(check_target(TOMB_STR("/a%20b/%C3%A9/..a/b../.../\xc3\xa9")), 0);
	head.version = TOMB_STR("HTTP/1.0");
	assert_int_equal(check(&head, &facts), 0);
}

static void every_known_method_passes_and_no_other(void **state)
{
	static const struct tomb_str bad[] = {
		S(""), S("get"), S("GETS"), S("GE"), S("TRACE"), S("CONNECT"), S("GET\0")};
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	(void)state;
	for (int m = 0; m < TOMB_METHOD_MAX; m++) {
		head.method = tomb_str_from(tomb_method_name((enum tomb_method)m));
		assert_int_equal(check(&head, &facts), 0);
		assert_int_equal(facts.method, m);
	}
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		head.method = bad[i];
		assert_int_equal(check(&head, &facts), 400);
	}
}

static void other_versions_are_505(void **state)
{
	static const struct tomb_str bad[] = {S(""), S("HTTP/1.2"), S("HTTP/2.0"), S("http/1.1"), S("HTTP/1.1 ")};
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		head.version = bad[i];
		assert_int_equal(check(&head, &facts), 505);
	}
}

static void targets_are_checked_raw_and_decoded(void **state)
{
	static const struct tomb_str bad[] = {S(""), S("a"), S("*"), S("http://a/"), S("/a b"), S("/a\tb"), S("/a#b"),
		S("/\x7f"), S("/a\0b"), S("/%"), S("/%4"), S("/%4g"), S("/%00"), S("/a%00b"), S("/%ff"), S("/\xff"),
		S("/%c0%ae"), S("/%ed%a0%80"), S("/.."), S("/../"), S("/a/.."), S("/a/../b"), S("/%2e."), S("/.%2e/a"),
		S("/a%2f..%2fb"), S("/a?b c"), S("/a?b\n")};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		if (check_target(bad[i]) != 400)
			fail_msg("%zu: %s", i, bad[i].p);
}

static void sizes_have_limits(void **state)
{
	static char target[TOMB_GUARD_TARGET_MAX + 2];
	static struct tomb_field many[TOMB_GUARD_HEADERS_MAX + 1];
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	(void)state;
	memset(target, '/', sizeof target);
	assert_int_equal(check_target((struct tomb_str){target, TOMB_GUARD_TARGET_MAX}), 0);
	assert_int_equal(check_target((struct tomb_str){target, TOMB_GUARD_TARGET_MAX + 1}), 414);
	head.size = TOMB_GUARD_HEAD_MAX;
	assert_int_equal(check(&head, &facts), 0);
	head.size++;
	assert_int_equal(check(&head, &facts), 431);
	many[0] = just_host[0];
	for (size_t i = 1; i < TOMB_COUNTOF(many); i++)
		many[i] = (struct tomb_field){TOMB_STR("X"), TOMB_STR("y")};
	assert_int_equal(check_headers(many, TOMB_GUARD_HEADERS_MAX), 0);
	assert_int_equal(check_headers(many, TOMB_GUARD_HEADERS_MAX + 1), 431);
}

static void a_torn_head_is_refused(void **state)
{
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	(void)state;
	head.is_torn = true;
	assert_int_equal(check(&head, &facts), 400);
}

static void names_are_tokens_and_values_have_no_control_characters(void **state)
{
	(void)state;
	assert_int_equal(CHECK(HOST, {S("X-a!#1"), S("a\tb \xe9")}), 0);
	assert_int_equal(CHECK(HOST, {S("X"), S("")}), 0);
	assert_int_equal(CHECK(HOST, {S(""), S("a")}), 400);
	assert_int_equal(CHECK(HOST, {S("X "), S("a")}), 400);
	assert_int_equal(CHECK(HOST, {S("X\0"), S("a")}), 400);
	assert_int_equal(CHECK(HOST, {S("X(a)"), S("a")}), 400);
	assert_int_equal(CHECK(HOST, {S("X"), S("a\0b")}), 400);
	assert_int_equal(CHECK(HOST, {S("X"), S("a\rb")}), 400);
	assert_int_equal(CHECK(HOST, {S("X"), S("a\nb")}), 400);
	assert_int_equal(CHECK(HOST, {S("X"), S("a\x7f")}), 400);
}

static void there_is_one_host(void **state)
{
	(void)state;
	assert_int_equal(check_headers(NULL, 0), 400);
	assert_int_equal(CHECK(HOST, HOST), 400);
	assert_int_equal(CHECK(HOST, {S("HOST"), S("b")}), 400);
	assert_int_equal(CHECK({S("Host"), S("")}), 400);
	assert_int_equal(CHECK({S("Host"), S("a/b")}), 400);
	assert_int_equal(CHECK({S("Host"), S("a b")}), 400);
	assert_int_equal(CHECK({S("Host"), S("a@b")}), 400);
	assert_int_equal(CHECK({S("host"), S("[::1]:80")}), 0);
	assert_int_equal(CHECK({S("Host"), S("archive.example.org:8080")}), 0);
}

static void the_end_of_the_body_has_one_answer(void **state)
{
	(void)state;
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("0")}), 0);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("9223372036854775807")}), 0);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("9223372036854775808")}), 400);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("")}), 400);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("5abc")}), 400);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("+5")}), 400);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("0x5")}), 400);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("5, 5")}), 400);
	assert_int_equal(CHECK(HOST, {S("Content-Length"), S("5")}, {S("content-length"), S("5")}), 400);
	assert_int_equal(CHECK(HOST, {S("Transfer-Encoding"), S("chunked")}), 0);
	assert_int_equal(CHECK(HOST, {S("Transfer-Encoding"), S("Chunked")}), 0);
	assert_int_equal(CHECK(HOST, {S("Transfer-Encoding"), S("chunked ")}), 400);
	assert_int_equal(CHECK(HOST, {S("Transfer-Encoding"), S("identity")}), 400);
	assert_int_equal(CHECK(HOST, {S("Transfer-Encoding"), S("gzip, chunked")}), 400);
	assert_int_equal(CHECK(HOST, {S("Transfer-Encoding"), S("chunked")}, {S("Content-Length"), S("5")}), 400);
	assert_int_equal(
		CHECK(HOST, {S("Transfer-Encoding"), S("chunked")}, {S("Transfer-Encoding"), S("chunked")}), 400);
}

static void chunks_need_http_1_1(void **state)
{
	static const struct tomb_field chunked[] = {HOST, {S("Transfer-Encoding"), S("chunked")}};
	struct tomb_guard_head head = good();
	struct tomb_guard_facts facts = {0};

	(void)state;
	head.headers = (struct tomb_fields){chunked, 2};
	assert_int_equal(check(&head, &facts), 0);
	assert_true(facts.is_chunked);
	head.version = TOMB_STR("HTTP/1.0");
	assert_int_equal(check(&head, &facts), 400);
}

static void without_memory_the_answer_is_no(void **state)
{
	struct tomb_guard_head head = good();
	TOMB_ARENA_AUTO arena = tomb_arena_init(0);
	struct tomb_guard_facts facts = {0};
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_guard_check(&head, &arena, &facts, &err), 503);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_request_passes_and_is_taken_apart),
		cmocka_unit_test(every_known_method_passes_and_no_other),
		cmocka_unit_test(other_versions_are_505),
		cmocka_unit_test(targets_are_checked_raw_and_decoded),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(a_torn_head_is_refused),
		cmocka_unit_test(names_are_tokens_and_values_have_no_control_characters),
		cmocka_unit_test(there_is_one_host),
		cmocka_unit_test(the_end_of_the_body_has_one_answer),
		cmocka_unit_test(chunks_need_http_1_1),
		cmocka_unit_test(without_memory_the_answer_is_no),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
