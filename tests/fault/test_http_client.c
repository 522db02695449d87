/* HTTP requests against a server that misbehaves: what may the caller believe afterwards? */
#include "canned_http.h"
#include "tombstone/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: a\r\nx-two:  b c \r\n\r\nhi"

struct fixture {
	struct canned_http *server;
	struct tomb_http *http;
	struct tomb_arena arena;
	struct tomb_http_answer answer;
	struct tomb_err err;
	char url[64];
};

static void begin(struct fixture *f, const struct canned_reply *script, size_t n)
{
	*f = (struct fixture){.arena = tomb_arena_init(1 << 22)};
	f->server = canned_http_start(script, n);
	(void)snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d/a//b/../c%%20d", canned_http_port(f->server));
	assert_int_equal(tomb_http_new(&f->http, &f->err), TOMB_OK);
}

static void end(struct fixture *f)
{
	tomb_http_free(f->http);
	canned_http_free(f->server);
	tomb_arena_fini(&f->arena);
}

static enum tomb_code send_request(struct fixture *f, struct tomb_http_request r)
{
	if (!r.url)
		r.url = f->url;
	r.allow_plain_http = true;
	return tomb_http_run(f->http, &r, &f->arena, &f->answer, &f->err);
}

static enum tomb_code send_method(struct fixture *f, const char *method)
{
	return send_request(f, (struct tomb_http_request){.method = method});
}

static void an_answer_has_status_headers_and_body(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_int_equal(f.answer.status, 200);
	assert_true(tomb_str_eq(f.answer.body, TOMB_STR("hi")));
	assert_true(tomb_str_eq(tomb_http_header(&f.answer, "x-one"), TOMB_STR("a")));
	assert_true(tomb_str_eq(tomb_http_header(&f.answer, "X-Two"), TOMB_STR("b c")));
	assert_int_equal(tomb_http_header(&f.answer, "X-Three").n, 0);
	end(&f);
}

static void the_path_goes_out_as_it_was_given(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "DELETE"), TOMB_OK);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_requests(f.server), 1);
	assert_non_null(strstr(canned_http_request(f.server, 0)->head.p, "DELETE /a//b/../c%20d HTTP/1.1\r\n"));
	end(&f);
}

static void one_connection_serves_many_requests(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}, {.bytes = OK}, {.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_int_equal(send_method(&f, "DELETE"), TOMB_OK);
	assert_int_equal(
		send_request(&f, (struct tomb_http_request){.method = "PUT", .body = TOMB_STR("body")}), TOMB_OK);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_request(f.server, 2)->connection, 1);
	assert_true(tomb_str_eq(canned_http_request(f.server, 2)->body, TOMB_STR("body")));
	end(&f);
}

static void a_redirect_is_an_answer_like_any_other(void **state)
{
	static const struct canned_reply script[] = {{.bytes = "HTTP/1.1 307 Temporary Redirect\r\nLocation: "
							       "http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_int_equal(f.answer.status, 307);
	end(&f);
}

static void headers_of_an_interim_answer_are_forgotten(void **state)
{
	static const struct canned_reply script[] = {{.bytes = "HTTP/1.1 100 Continue\r\nX-One: interim\r\n\r\n" OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_true(tomb_str_eq(tomb_http_header(&f.answer, "X-One"), TOMB_STR("a")));
	end(&f);
}

static void nobody_listening_means_nothing_was_sent(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	canned_http_stop(f.server);
	(void)snprintf(f.url, sizeof f.url, "http://127.0.0.1:1/");
	assert_int_equal(send_method(&f, "DELETE"), TOMB_NET);
	assert_non_null(strstr(f.err.text, "DELETE"));
	end(&f);
}

static void plain_http_is_refused_unless_allowed(void **state)
{
	struct fixture f;
	struct tomb_http_request r = {.method = "GET"};

	(void)state;
	begin(&f, NULL, 0);
	r.url = f.url;
	assert_int_equal(tomb_http_run(f.http, &r, &f.arena, &f.answer, &f.err), TOMB_INVAL);
	r.url = "file:///etc/hostname";
	r.allow_plain_http = true;
	assert_int_equal(tomb_http_run(f.http, &r, &f.arena, &f.answer, &f.err), TOMB_INVAL);
	end(&f);
}

static void a_proxy_of_the_environment_is_not_used(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_int_equal(unsetenv("http_proxy"), 0);
	end(&f);
}

/* After the request was read, nobody knows what the other side did. */
static void a_write_without_a_whole_answer_is_uncertain(void **state)
{
	static const struct canned_reply scripts[] = {
		{.manner = CANNED_CUT_READ},
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\nContent-Le"},
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<Delete"},
		{.manner = CANNED_ANSWER_AND_CUT,
			.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"},
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "SSH-2.0-OpenSSH_9.2\r\n"},
		{.manner = CANNED_SILENCE},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(scripts); i++) {
		struct fixture f;

		begin(&f, &scripts[i], 1);
		assert_int_equal(send_request(&f, (struct tomb_http_request){.method = "DELETE",
							  .timeout_ms = canned_http_patience_ms(&scripts[i], 1)}),
			TOMB_UNCERTAIN);
		assert_int_equal(f.answer.status, 0);
		canned_http_stop(f.server);
		assert_int_equal(canned_http_requests(f.server), 1);
		end(&f);
	}
}

static void a_read_without_a_whole_answer_is_a_network_error(void **state)
{
	static const struct canned_reply script[] = {
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_NET);
	end(&f);
}

static void a_dead_kept_connection_does_not_make_libcurl_write_twice(void **state)
{
	static const struct canned_reply script[] = {
		{.bytes = OK}, {.manner = CANNED_CUT_READ}, {.bytes = OK}, {.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_int_equal(send_method(&f, "DELETE"), TOMB_UNCERTAIN);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_requests(f.server), 2);
	end(&f);
}

static void a_dead_kept_connection_is_no_trouble_for_a_read(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}, {.manner = CANNED_CUT_READ}, {.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	assert_int_equal(send_method(&f, "GET"), TOMB_OK);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_requests(f.server), 3);
	end(&f);
}

static void a_hundred_megabytes_are_not_read_into_one(void **state)
{
	static const struct canned_reply script[] = {
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler_bytes = 100U << 20},
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler_bytes = 100U << 20}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(
		send_request(&f, (struct tomb_http_request){.method = "GET", .answer_max = 1 << 20}), TOMB_TOOBIG);
	assert_int_equal(send_request(&f, (struct tomb_http_request){.method = "DELETE", .answer_max = 1 << 20}),
		TOMB_UNCERTAIN);
	assert_true(f.arena.used < 1 << 20);
	end(&f);
}

static void a_flood_of_headers_is_refused(void **state)
{
	static const struct canned_reply script[] = {
		{.manner = CANNED_ANSWER_AND_CUT, .bytes = "HTTP/1.1 200 OK\r\nX-Long: ", .filler_bytes = 90000}};
	TOMB_BUF_AUTO many = tomb_buf_init(1 << 16);
	struct canned_reply flood = {.manner = CANNED_ANSWER_AND_CUT};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_not_equal(send_method(&f, "GET"), TOMB_OK);
	end(&f);

	tomb_buf_put(&many, TOMB_STR("HTTP/1.1 200 OK\r\n"));
	for (int i = 0; i < 101; i++)
		tomb_buf_putf(&many, "X-%d: y\r\n", i);
	tomb_buf_put(&many, TOMB_STR("Content-Length: 0\r\n\r\n"));
	flood.bytes = many.p;
	begin(&f, &flood, 1);
	assert_int_equal(send_method(&f, "GET"), TOMB_TOOBIG);
	end(&f);
}

static void headers_that_would_split_the_request_are_refused(void **state)
{
	static const struct tomb_http_header bad[] = {
		{{"X-A", 3}, {"a\r\nX-B: b", 9}},
		{{"X-A", 3}, {"a\0b", 3}},
		{{"X-A:", 4}, {"b", 1}},
		{{"X A", 3}, {"b", 1}},
		{{"", 0}, {"b", 1}},
		{{"X\n", 2}, {"b", 1}},
	};
	struct fixture f;

	(void)state;
	begin(&f, NULL, 0);
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		assert_int_equal(
			send_request(
				&f, (struct tomb_http_request){.method = "GET", .headers = &bad[i], .nheaders = 1}),
			TOMB_INVAL);
	assert_int_equal(send_method(&f, "GET /x HTTP/1.1\r\n"), TOMB_INVAL);
	assert_int_equal(send_method(&f, ""), TOMB_INVAL);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_requests(f.server), 0);
	end(&f);
}

static void an_empty_header_is_sent_empty(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}};
	static const struct tomb_http_header h[] = {{{"X-A", 3}, {"", 0}}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(
		send_request(&f, (struct tomb_http_request){.method = "GET", .headers = h, .nheaders = 1}), TOMB_OK);
	canned_http_stop(f.server);
	assert_non_null(strstr(canned_http_request(f.server, 0)->head.p, "\r\nX-A:"));
	end(&f);
}

/* A source of so many bytes 'y', which may fail. */
struct source {
	size_t left;
	bool fails;
};

static enum tomb_code read_source(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct source *s = arg;

	if (s->left == 0 && s->fails)
		return TOMB_FAIL(err, TOMB_IO, "the disk is gone");
	*n = s->left < cap ? s->left : cap;
	memset(buf, 'y', *n);
	s->left -= *n;
	return TOMB_OK;
}

static void a_body_is_streamed_from_its_source(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}, {.bytes = OK}};
	struct source s = {.left = 300000};
	struct source none = {.left = 0};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	assert_int_equal(send_request(&f,
				 (struct tomb_http_request){
					 .method = "PUT", .read = read_source, .read_arg = &s, .body_bytes = 300000}),
		TOMB_OK);
	assert_int_equal(
		send_request(&f, (struct tomb_http_request){.method = "PUT", .read = read_source, .read_arg = &none}),
		TOMB_OK);
	canned_http_stop(f.server);
	assert_int_equal(canned_http_request(f.server, 0)->body.n, 300000);
	assert_non_null(strstr(canned_http_request(f.server, 0)->head.p, "\r\nContent-Length: 300000"));
	assert_non_null(strstr(canned_http_request(f.server, 1)->head.p, "\r\nContent-Length: 0"));
	end(&f);
}

static void a_source_that_is_shorter_longer_or_broken_stores_nothing(void **state)
{
	static const struct {
		struct source source;
		int64_t promised;
		enum tomb_code code;
	} cases[] = {
		{{.left = 10}, 11, TOMB_CORRUPT},
		{{.left = 100000}, 100001, TOMB_CORRUPT},
		{{.left = 11}, 10, TOMB_CORRUPT},
		{{.left = 1}, 0, TOMB_CORRUPT},
		{{.left = 10, .fails = true}, 11, TOMB_IO},
		{{.left = 0, .fails = true}, 0, TOMB_IO},
		{{.left = 0}, -1, TOMB_INVAL},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		static const struct canned_reply script[] = {{.bytes = OK}};
		struct source s = cases[i].source;
		struct fixture f;

		begin(&f, script, TOMB_COUNTOF(script));
		assert_int_equal(send_request(&f, (struct tomb_http_request){.method = "PUT",
							  .read = read_source,
							  .read_arg = &s,
							  .body_bytes = cases[i].promised}),
			cases[i].code);
		canned_http_stop(f.server);
		assert_int_equal(canned_http_requests(f.server), 0); /* no whole request arrived */
		end(&f);
	}
}

static void an_arena_that_is_too_small_is_said_so(void **state)
{
	static const struct canned_reply script[] = {{.bytes = OK}, {.bytes = OK}};
	struct fixture f;

	(void)state;
	begin(&f, script, TOMB_COUNTOF(script));
	f.arena.max = 16;
	assert_int_equal(send_method(&f, "GET"), TOMB_NOMEM);
	assert_int_equal(send_method(&f, "DELETE"), TOMB_UNCERTAIN);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_status_headers_and_body),
		cmocka_unit_test(the_path_goes_out_as_it_was_given),
		cmocka_unit_test(one_connection_serves_many_requests),
		cmocka_unit_test(a_redirect_is_an_answer_like_any_other),
		cmocka_unit_test(headers_of_an_interim_answer_are_forgotten),
		cmocka_unit_test(nobody_listening_means_nothing_was_sent),
		cmocka_unit_test(plain_http_is_refused_unless_allowed),
		cmocka_unit_test(a_proxy_of_the_environment_is_not_used),
		cmocka_unit_test(a_write_without_a_whole_answer_is_uncertain),
		cmocka_unit_test(a_read_without_a_whole_answer_is_a_network_error),
		cmocka_unit_test(a_dead_kept_connection_does_not_make_libcurl_write_twice),
		cmocka_unit_test(a_dead_kept_connection_is_no_trouble_for_a_read),
		cmocka_unit_test(a_hundred_megabytes_are_not_read_into_one),
		cmocka_unit_test(a_flood_of_headers_is_refused),
		cmocka_unit_test(headers_that_would_split_the_request_are_refused),
		cmocka_unit_test(an_empty_header_is_sent_empty),
		cmocka_unit_test(a_body_is_streamed_from_its_source),
		cmocka_unit_test(a_source_that_is_shorter_longer_or_broken_stores_nothing),
		cmocka_unit_test(an_arena_that_is_too_small_is_said_so),
	};

	return cmocka_run_group_tests_name("http_client", tests, NULL, NULL);
}
