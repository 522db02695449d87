/* Answers that go to a sink: of any size, in constant memory, and whole or worth nothing. */
#include "canned_http.h"
#include "tombstone/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SIZED "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

struct sink {
	char first[64];
	size_t n;
	size_t fails_after; /* bytes; 0: never */
};

struct fixture {
	struct canned_http *server;
	struct tomb_http *http;
	struct tomb_arena arena;
	struct tomb_http_answer answer;
	struct tomb_err err;
	struct sink sink;
};

static enum tomb_code take(void *arg, struct tomb_str bytes, struct tomb_err *err)
{
	struct sink *s = arg;

	assert_true(bytes.n > 0);
	for (size_t i = 0; i < bytes.n && s->n + i < sizeof s->first - 1; i++)
		s->first[s->n + i] = bytes.p[i];
	s->n += bytes.n;
	if (s->fails_after && s->n >= s->fails_after)
		return TOMB_FAIL(err, TOMB_CONFLICT, "the sink is full");
	return TOMB_OK;
}

static void begin(struct fixture *f, const struct canned_reply *script, size_t n)
{
	*f = (struct fixture){.arena = tomb_arena_init(1 << 18)};
	f->server = canned_http_start(script, n);
	assert_int_equal(tomb_http_new(&f->http, &f->err), TOMB_OK);
}

static void end(struct fixture *f)
{
	tomb_http_free(f->http);
	canned_http_free(f->server);
	tomb_arena_fini(&f->arena);
}

static enum tomb_code get(struct fixture *f, struct tomb_http_request r)
{
	char url[64];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", canned_http_port(f->server));
	r.method = r.method ? r.method : "GET";
	r.url = url;
	r.allow_plain_http = true;
	r.sink = take;
	r.sink_arg = &f->sink;
	f->sink.n = 0;
	return tomb_http_run(f->http, &r, &f->arena, &f->answer, &f->err);
}

static void the_body_of_a_success_goes_to_the_sink(void **state)
{
	static const struct canned_reply script[] = {{.bytes = SIZED}, {.bytes = CHUNKED}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	for (size_t i = 0; i < TOMB_COUNTOF(script); i++) {
		assert_int_equal(get(&f, (struct tomb_http_request){.method = NULL}), TOMB_OK);
		assert_string_equal(f.sink.first, "hello");
		assert_int_equal(f.sink.n, 5);
		assert_int_equal(f.answer.status, 200);
		assert_int_equal(f.answer.body.n, 0);
	}
	end(&f);
}

static void a_hundred_megabytes_go_through_in_little_memory(void **state)
{
	static const struct canned_reply script[] = {
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", .filler_bytes = 100U << 20}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(get(&f, (struct tomb_http_request){.answer_max = 16}), TOMB_OK);
	assert_int_equal(f.sink.n, 100U << 20);
	assert_true(f.arena.used < 1 << 16);
	end(&f);
}

static void the_body_of_any_other_status_is_the_answers_and_bounded(void **state)
{
	static const struct canned_reply script[] = {{.bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"},
		{.bytes = "HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nhi"},
		{.manner = CANNED_ANSWER_AND_CUT,
			.bytes = "HTTP/1.1 500 Oh\r\nContent-Length: 1000\r\n\r\n",
			.filler_bytes = 1000}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(get(&f, (struct tomb_http_request){.answer_max = 16}), TOMB_OK);
	assert_true(tomb_str_eq(f.answer.body, TOMB_STR("no")));
	assert_int_equal(get(&f, (struct tomb_http_request){.answer_max = 16}), TOMB_OK);
	assert_true(tomb_str_eq(f.answer.body, TOMB_STR("hi")));
	assert_int_equal(get(&f, (struct tomb_http_request){.answer_max = 16}), TOMB_TOOBIG);
	assert_int_equal(f.sink.n, 0);
	end(&f);
}

static void an_answer_that_may_not_be_whole_is_corrupt(void **state)
{
	static const struct canned_reply script[] = {
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello"},
		{.manner = CANNED_ANSWER_AND_CUT,
			.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"},
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"},
	};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	for (size_t i = 0; i < TOMB_COUNTOF(script); i++) {
		assert_int_equal(get(&f, (struct tomb_http_request){.method = NULL}), TOMB_CORRUPT);
		assert_int_equal(f.sink.n, 5);
	}
	end(&f);
}

static void nothing_given_to_the_sink_is_a_network_error_as_ever(void **state)
{
	static const struct canned_reply script[] = {{.manner = CANNED_CUT_READ}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(get(&f, (struct tomb_http_request){.method = NULL}), TOMB_NET);
	end(&f);
}

static void an_error_of_the_sink_ends_the_request(void **state)
{
	static const struct canned_reply script[] = {
		{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", .filler_bytes = 100U << 20},
		{.bytes = SIZED}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	f.sink.fails_after = 1000;
	assert_int_equal(get(&f, (struct tomb_http_request){.method = NULL}), TOMB_CONFLICT);
	assert_string_equal(f.err.text, "the sink is full");
	assert_true(f.sink.n < 1 << 20);
	f.sink.fails_after = 0;
	assert_int_equal(get(&f, (struct tomb_http_request){.method = NULL}), TOMB_OK);
	end(&f);
}

static void only_get_has_a_sink(void **state)
{
	static const struct canned_reply script[] = {{.bytes = SIZED}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(get(&f, (struct tomb_http_request){.method = "DELETE"}), TOMB_INVAL);
	end(&f);
}

static void a_server_that_stops_in_the_middle_is_given_up(void **state)
{
	static const struct canned_reply script[] = {{.manner = CANNED_SILENCE}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(get(&f, (struct tomb_http_request){.timeout_ms = 1}), TOMB_NET);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_of_a_success_goes_to_the_sink),
		cmocka_unit_test(a_hundred_megabytes_go_through_in_little_memory),
		cmocka_unit_test(the_body_of_any_other_status_is_the_answers_and_bounded),
		cmocka_unit_test(an_answer_that_may_not_be_whole_is_corrupt),
		cmocka_unit_test(nothing_given_to_the_sink_is_a_network_error_as_ever),
		cmocka_unit_test(an_error_of_the_sink_ends_the_request),
		cmocka_unit_test(only_get_has_a_sink),
		cmocka_unit_test(a_server_that_stops_in_the_middle_is_given_up),
	};

	return cmocka_run_group_tests_name("http_sink", tests, NULL, NULL);
}
