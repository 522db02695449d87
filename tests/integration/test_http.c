/* The HTTP server and honest clients. */
#include "raw_http.h"
#include "toy_service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: a\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define UUID "0189f7e2-3c4d-7abc-8def-0123456789ab"

static struct toy toy;
static struct tomb_httpd *httpd;

static void start_with(const struct tomb_httpd_options *options)
{
	struct tomb_err err;

	toy_init(&toy);
	if (tomb_httpd_start(options, &toy.service, &httpd, &err) != TOMB_OK)
		fail_msg("%s", err.text);
}

static int start(void **state)
{
	(void)state;
	start_with(&(struct tomb_httpd_options){.threads = 2});
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tomb_httpd_stop(httpd, 5000);
	toy_fini(&toy);
	return 0;
}

static void expect(const char *request, int status, const char *body)
{
	RAW_ANSWER_AUTO a = {0};

	raw_ask(tomb_httpd_port(httpd), request, &a);
	if (a.status != status || strcmp(a.body, body) != 0)
		fail_msg("%s: %d %s", request, a.status, a.body);
}

static void requests_reach_the_handler_of_their_route(void **state)
{
	(void)state;
	expect(GET("/hello"), 200, "hello");
	expect(GET("/hello/"), 200, "hello");
	expect(GET("/hello?a=b"), 200, "hello");
	expect(GET("/id/42"), 200, "42=42");
	expect(GET("/id/9223372036854775807"), 200, "9223372036854775807=9223372036854775807");
	expect(GET("/uuid/" UUID), 200, UUID);
	expect(GET("/text/a%2Fb%20c+%C3%A9/end"), 200, "a/b c+\xc3\xa9");
	expect(GET("/rest/test.edu%2Fbag/data//x%3Fy"), 200, "test.edu/bag/data//x?y");
	expect(GET("/query?q=a+b&x=1&q=%26&&q"), 200, "a b\n&\n\n");
	expect(GET("/remote"), 200, "127.0.0.1");
}

static void paths_that_no_route_has_are_not_found(void **state)
{
	(void)state;
	expect(GET("/"), 404, "<not-found>");
	expect(GET("/hell"), 404, "<not-found>");
	expect(GET("/hello/x"), 404, "<not-found>");
	expect(GET("//hello"), 404, "<not-found>");
	expect(GET("/%68ello"), 404, "<not-found>");
	expect(GET("/id/0"), 404, "<not-found>");
	expect(GET("/id/-1"), 404, "<not-found>");
	expect(GET("/id/9223372036854775808"), 404, "<not-found>");
	expect(GET("/uuid/0189f7e2"), 404, "<not-found>");
	expect(GET("/text//end"), 404, "<not-found>");
	expect(GET("/rest/"), 404, "<not-found>");
}

static void another_method_is_405_and_told_which_are_allowed(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	RAW_ANSWER_AUTO b = {0};

	(void)state;
	raw_ask(tomb_httpd_port(httpd), "DELETE /hello HTTP/1.1\r\n" HOST "\r\n", &a);
	assert_int_equal(a.status, 405);
	assert_string_equal(raw_header(&a, "Allow"), "GET, HEAD");
	raw_ask(tomb_httpd_port(httpd), "OPTIONS /echo HTTP/1.1\r\n" HOST "\r\n", &b);
	assert_int_equal(b.status, 405);
	assert_string_equal(raw_header(&b, "Allow"), "POST");
}

static void head_is_get_without_the_body(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	(void)state;
	assert_true(raw_send(fd, TOMB_STR("HEAD /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n")));
	raw_read_head(fd, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_header(&a, "Content-Length"), "5");
	raw_read(fd, &a);
	assert_int_equal(a.status, 0);
	assert_int_equal(close(fd), 0);
}

static void every_answer_carries_the_security_headers(void **state)
{
	static const char *const requests[] = {GET("/hello"), GET("/nowhere"), GET("/down"), GET("/away")};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(requests); i++) {
		RAW_ANSWER_AUTO a = {0};

		raw_ask(tomb_httpd_port(httpd), requests[i], &a);
		assert_non_null(strstr(raw_header(&a, "Content-Security-Policy"), "default-src 'none'"));
		assert_non_null(strstr(raw_header(&a, "Content-Security-Policy"), "frame-ancestors 'none'"));
		assert_string_equal(raw_header(&a, "X-Content-Type-Options"), "nosniff");
		assert_string_equal(raw_header(&a, "Referrer-Policy"), "no-referrer");
		assert_string_equal(raw_header(&a, "Cache-Control"), "no-store");
		assert_int_equal(strlen(raw_header(&a, "X-Request-Id")), 16);
		assert_string_equal(raw_header(&a, "Strict-Transport-Security"), "");
	}
}

static void a_redirect_is_303(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	raw_ask(tomb_httpd_port(httpd), GET("/away"), &a);
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/hello");
}

static void errors_are_problems_for_programs_and_pages_for_people(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	expect("GET /down HTTP/1.1\r\n" HOST "Accept: text/html\r\n\r\n", 503, "<database-down>");
	raw_ask(tomb_httpd_port(httpd), "GET /down HTTP/1.1\r\n" HOST "Accept: application/json\r\n\r\n", &a);
	assert_int_equal(a.status, 503);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
	assert_string_equal(raw_header(&a, "Retry-After"), "5");
	assert_non_null(strstr(a.body, "\"type\":\"database-down\""));
	assert_non_null(strstr(a.body, raw_header(&a, "X-Request-Id")));
	assert_null(strstr(a.body, "secret"));
}

static void the_hook_before_the_handler_can_refuse(void **state)
{
	(void)state;
	expect("POST /mark HTTP/1.1\r\n" HOST "X-Stranger: 1\r\nContent-Length: 0\r\n\r\n", 401, "<not-signed-in>");
	assert_int_equal(atomic_load(&toy.marks), 0);
}

static void a_response_that_grows_too_long_is_an_error(void **state)
{
	(void)state;
	expect(GET("/endless"), 413, "<too-large>");
}

static void a_file_is_sent_whole(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	raw_ask(tomb_httpd_port(httpd), GET("/file"), &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.nbody, TOY_FILE_BYTES);
	for (size_t i = 0; i < a.nbody; i++)
		if (a.body[i] != 'y')
			fail_msg("byte %zu", i);
}

static void bodies_come_with_a_length_or_in_chunks(void **state)
{
	(void)state;
	expect("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 200, "hello");
	expect("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 200, "");
	expect("POST /echo HTTP/1.1\r\n" HOST "\r\n", 200, "");
	expect("POST /echo HTTP/1.1\r\n" HOST
	       "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: x\r\n\r\n",
		200, "hello!");
}

static void a_body_in_single_bytes_is_put_together(void **state)
{
	static const char body[] = "one byte at a time";
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	(void)state;
	assert_true(raw_send(fd, TOMB_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 18\r\n\r\n")));
	for (const char *p = body; *p; p++)
		assert_true(raw_send(fd, (struct tomb_str){p, 1}));
	raw_read(fd, &a);
	assert_string_equal(a.body, body);
	assert_int_equal(close(fd), 0);
}

static void a_body_may_be_exactly_as_long_as_allowed(void **state)
{
	static char body[TOY_BODY_MAX + 1];
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	(void)state;
	memset(body, 'b', TOY_BODY_MAX);
	assert_true(raw_send(fd, TOMB_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 65536\r\n\r\n")));
	assert_true(raw_send(fd, tomb_str_from(body)));
	raw_read(fd, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body, body);
	assert_int_equal(close(fd), 0);
}

static void a_route_without_a_body_takes_none(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	expect("GET /hello HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 200, "hello");
	raw_ask(tomb_httpd_port(httpd), "GET /hello HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx", &a);
	assert_int_equal(a.status, 413);
	assert_string_equal(raw_header(&a, "Content-Type"), "text/html; charset=utf-8");
}

static void a_long_body_goes_through_a_file(void **state)
{
	static char block[64 * 1024];
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	(void)state;
	memset(block, 'x', sizeof block);
	assert_true(raw_send(fd,
		TOMB_STR("POST /upload HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 8388608\r\n\r\n")));
	raw_read(fd, &a);
	assert_int_equal(a.status, 100);
	for (size_t n = 0; n < TOY_UPLOAD_MAX; n += sizeof block)
		assert_true(raw_send(fd, (struct tomb_str){block, sizeof block}));
	raw_read(fd, &a);
	assert_string_equal(a.body, "8388608");
	assert_int_equal(close(fd), 0);
}

static void one_connection_serves_many_requests_in_order(void **state)
{
	int fd = raw_connect(tomb_httpd_port(httpd));

	(void)state;
	assert_true(raw_send(fd, TOMB_STR(GET("/id/1") GET("/nowhere") "POST /echo HTTP/1.1\r\n" HOST
								       "Content-Length: 2\r\n\r\nhi" GET("/id/2"))));
	for (int i = 0; i < 4; i++) {
		static const char *const bodies[] = {"1=1", "<not-found>", "hi", "2=2"};
		RAW_ANSWER_AUTO a = {0};

		raw_read(fd, &a);
		assert_string_equal(a.body, bodies[i]);
	}
	assert_int_equal(close(fd), 0);
}

static void http_1_0_closes_after_the_answer(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	(void)state;
	assert_true(raw_send(fd, TOMB_STR("GET /hello HTTP/1.0\r\n" HOST "\r\n")));
	raw_read(fd, &a);
	assert_string_equal(a.body, "hello");
	raw_read_end(fd);
	assert_int_equal(close(fd), 0);
}

static void behind_a_proxy_the_client_is_who_the_proxy_says(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	start_with(&(struct tomb_httpd_options){
		.threads = 1, .trusted_proxies = TOMB_STR("192.0.2.254,127.0.0.1"), .behind_tls = true});
	expect("GET /remote HTTP/1.1\r\n" HOST "X-Forwarded-For: 10.0.0.1, 192.0.2.7\r\n\r\n", 200, "192.0.2.7");
	raw_ask(tomb_httpd_port(httpd), GET("/remote"), &a);
	assert_string_equal(a.body, "127.0.0.1");
	assert_string_equal(raw_header(&a, "Strict-Transport-Security"), "max-age=31536000");
	stop(NULL);
}

static void a_unix_socket_serves_and_is_taken_over_when_dead(void **state)
{
	char dir[] = "/tmp/tomb-http-XXXXXX";
	struct tomb_address address = {.is_unix = true};
	const struct tomb_httpd_options options = {.threads = 1, .address = &address};
	struct tomb_httpd *second = NULL;
	struct tomb_err err;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(address.name, sizeof address.name, "%s/s", dir);
	for (int i = 0; i < 2; i++) {
		RAW_ANSWER_AUTO a = {0};
		int fd = -1;

		start_with(&options);
		assert_int_equal(tomb_httpd_port(httpd), 0);
		fd = raw_connect_unix(address.name);
		assert_true(raw_send(fd, TOMB_STR(GET("/remote"))));
		raw_read(fd, &a);
		assert_string_equal(a.body, "unix");
		assert_int_equal(close(fd), 0);
		assert_int_equal(tomb_httpd_start(&options, &toy.service, &second, &err), TOMB_CONFLICT);
		assert_null(second);
		stop(NULL);
		assert_int_not_equal(stat(address.name, &st), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

static void starting_fails_without_leaving_anything_behind(void **state)
{
	const struct tomb_httpd_options options = {.threads = 4};
	struct tomb_httpd *none = NULL;
	struct tomb_address taken = {.name = "127.0.0.1"};
	struct tomb_err err;

	(void)state;
	toy_init(&toy);
	atomic_store(&toy.fail_open_at, 3);
	assert_int_equal(tomb_httpd_start(&options, &toy.service, &none, &err), TOMB_DB_DOWN);
	assert_null(none);
	atomic_store(&toy.fail_open_at, 0);
	assert_int_equal(tomb_httpd_start(&options, &toy.service, &httpd, &err), TOMB_OK);
	taken.port = tomb_httpd_port(httpd);
	assert_int_equal(
		tomb_httpd_start(&(struct tomb_httpd_options){.address = &taken}, &toy.service, &none, &err), TOMB_NET);
	assert_null(none);
	stop(NULL);
}

int main(void)
{
	const struct CMUnitTest ordinary[] = {
		cmocka_unit_test(requests_reach_the_handler_of_their_route),
		cmocka_unit_test(paths_that_no_route_has_are_not_found),
		cmocka_unit_test(another_method_is_405_and_told_which_are_allowed),
		cmocka_unit_test(head_is_get_without_the_body),
		cmocka_unit_test(every_answer_carries_the_security_headers),
		cmocka_unit_test(a_redirect_is_303),
		cmocka_unit_test(errors_are_problems_for_programs_and_pages_for_people),
		cmocka_unit_test(the_hook_before_the_handler_can_refuse),
		cmocka_unit_test(a_response_that_grows_too_long_is_an_error),
		cmocka_unit_test(a_file_is_sent_whole),
		cmocka_unit_test(bodies_come_with_a_length_or_in_chunks),
		cmocka_unit_test(a_body_in_single_bytes_is_put_together),
		cmocka_unit_test(a_body_may_be_exactly_as_long_as_allowed),
		cmocka_unit_test(a_route_without_a_body_takes_none),
		cmocka_unit_test(a_long_body_goes_through_a_file),
		cmocka_unit_test(one_connection_serves_many_requests_in_order),
		cmocka_unit_test(http_1_0_closes_after_the_answer),
	};
	const struct CMUnitTest special[] = {
		cmocka_unit_test(behind_a_proxy_the_client_is_who_the_proxy_says),
		cmocka_unit_test(a_unix_socket_serves_and_is_taken_over_when_dead),
		cmocka_unit_test(starting_fails_without_leaving_anything_behind),
	};

	return cmocka_run_group_tests(ordinary, start, stop) | cmocka_run_group_tests(special, NULL, NULL);
}
