/* What the server does with requests that are not requests.  Behind each of them comes a second one on the same
 * connection that must not be executed, because nobody knows where the first one ends. */
#include "raw_http.h"
#include "toy_service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: a\r\n"
#define JSON "Accept: application/json\r\n"
#define SECOND "POST /mark HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"

static struct toy toy;
static struct tomb_httpd *httpd;

static int start(void **state)
{
	const struct tomb_httpd_options options = {.threads = 2};
	struct tomb_err err;

	(void)state;
	toy_init(&toy);
	if (tomb_httpd_start(&options, &toy.service, &httpd, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	tomb_httpd_stop(httpd, 5000);
	toy_fini(&toy);
	return 0;
}

struct row {
	const char *what;
	struct tomb_str request;
	int status; /* 0: closed without an answer */
};

#define ROW(what, status, request)                                                                                     \
	{                                                                                                              \
		(what), {(request), sizeof(request) - 1}, (status)                                                     \
	}

static const struct row rows[] = {
	ROW("no Host", 400, "GET /hello HTTP/1.1\r\n\r\n"),
	ROW("no Host in HTTP/1.0", 400, "GET /hello HTTP/1.0\r\n\r\n"),
	ROW("two Hosts", 400, "GET /hello HTTP/1.1\r\n" HOST HOST "\r\n"),
	ROW("an empty Host", 400, "GET /hello HTTP/1.1\r\nHost:\r\n\r\n"),
	ROW("a Host with a path", 400, "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n"),
	ROW("both Transfer-Encoding and Content-Length", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW("the same the other way round", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
	ROW("two different Content-Lengths", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 1\r\n\r\nhello"),
	ROW("two equal Content-Lengths", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nh"),
	ROW("a Content-Length with a tail", 400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5abc\r\n\r\nhello"),
	ROW("a Content-Length with a sign", 400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\nhello"),
	ROW("a negative Content-Length", 400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"),
	ROW("an empty Content-Length", 400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"),
	ROW("a list of Content-Lengths", 400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\nh"),
	ROW("a Content-Length past all numbers", 413,
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n"),
	ROW("a coding that is not chunked", 400, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n"),
	ROW("chunked and something", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
	ROW("chunked twice", 400,
		"POST /echo HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW("chunked before HTTP/1.1", 400,
		"POST /echo HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	ROW("a chunk size that is none", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
	ROW("a space before the colon", 400, "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n"),
	ROW("a space before another colon", 400, "GET /hello HTTP/1.1\r\n" HOST "X-A : b\r\n\r\n"),
	ROW("a header without a colon", 400, "GET /hello HTTP/1.1\r\n" HOST "nonsense\r\n\r\n"),
	ROW("a header without a name", 400, "GET /hello HTTP/1.1\r\n" HOST ": b\r\n\r\n"),
	ROW("a folded header", 400, "GET /hello HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n"),
	ROW("a folded first header", 400, "GET /hello HTTP/1.1\r\n " HOST "\r\n"),
	ROW("a NUL in a header", 400, "GET /hello HTTP/1.1\r\n" HOST "X-A: b\0c\r\n\r\n"),
	ROW("a NUL at the end of a header", 400, "GET /hello HTTP/1.1\r\n" HOST "X-A: b\0\r\n\r\n"),
	ROW("a NUL in the last header but one", 400, "GET /hello HTTP/1.1\r\nX-A: b\0c\r\n" HOST "\r\n"),
	ROW("a NUL in a name", 400, "GET /hello HTTP/1.1\r\n" HOST "X\0A: b\r\n\r\n"),
	ROW("a NUL that hides a Content-Length", 400,
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\0 6\r\n\r\nhello"),
	ROW("a control character in a header", 400, "GET /hello HTTP/1.1\r\n" HOST "X-A: b\x01\r\n\r\n"),
	ROW("a carriage return in a header", 400, "GET /hello HTTP/1.1\r\n" HOST "X-A: b\rc\r\n\r\n"),
	ROW("line feeds alone", 400, "GET /hello HTTP/1.1\nHost: a\n\n"),
	ROW("one line feed alone", 400, "GET /hello HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n"),
	ROW("a line feed alone at the end", 400, "GET /hello HTTP/1.1\r\n" HOST "\n"),
	ROW("an unknown method", 400, "BREW /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a method in small letters", 400, "get /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("TRACE", 400, "TRACE /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("CONNECT", 400, "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a NUL in the target", 400, "GET /hello\0/x HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a NUL encoded in the path", 400, "GET /hello%00x/../a%2Fb HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a broken percent-encoding", 400, "GET /rest/%zz HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a cut percent-encoding", 400, "GET /rest/a%2 HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a path that is not UTF-8", 400, "GET /rest/%ff HTTP/1.1\r\n" HOST "\r\n"),
	ROW("raw bytes that are not UTF-8", 400, "GET /rest/\xff HTTP/1.1\r\n" HOST "\r\n"),
	ROW("an overlong slash", 400, "GET /rest/%c0%af HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a step up", 400, "GET /rest/../hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("an encoded step up", 400, "GET /rest/%2e%2E/hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a step up between encoded slashes", 400, "GET /rest/a%2f..%2fb HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a control character in the target", 400, "GET /rest/a\tb HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a fragment", 400, "GET /hello#x HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a target that is a URL", 400, "GET http://a/hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("the target *", 400, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
	ROW("two spaces before the target", 400, "GET  /hello HTTP/1.1\r\n" HOST "\r\n"),
	ROW("two spaces after the target", 0, "GET /hello  HTTP/1.1\r\n" HOST "\r\n"),
	ROW("a space in the target", 0, "GET /hel lo HTTP/1.1\r\n" HOST "\r\n"),
	ROW("no version", 400, "GET /hello\r\n" HOST "\r\n"),
	ROW("HTTP/2", 505, "GET /hello HTTP/2.0\r\n" HOST "\r\n"),
	ROW("HTTP/1.9", 505, "GET /hello HTTP/1.9\r\n" HOST "\r\n"),
	ROW("no HTTP at all", 0, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n"),
};

static void requests_that_are_none_are_refused_and_nothing_after_them_is_executed(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		RAW_ANSWER_AUTO a = {0};
		int fd = raw_connect(tomb_httpd_port(httpd));

		assert_true(raw_send(fd, rows[i].request));
		(void)raw_send(fd, TOMB_STR(SECOND)); /* the server may have closed already */
		raw_read(fd, &a);
		if (a.status != rows[i].status)
			fail_msg("%s: answered %d, not %d: %s", rows[i].what, a.status, rows[i].status, a.body);
		raw_read_end(fd);
		assert_int_equal(close(fd), 0);
	}
	assert_int_equal(atomic_load(&toy.marks), 0);
}

static void refusals_say_why_and_carry_the_security_headers(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	raw_ask(tomb_httpd_port(httpd), "BREW /hello HTTP/1.1\r\n" HOST "\r\n", &a);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
	assert_string_equal(raw_header(&a, "Connection"), "close");
	assert_string_equal(raw_header(&a, "X-Content-Type-Options"), "nosniff");
	assert_non_null(strstr(a.body, "\"detail\":\"the method is not known\""));
}

static void a_query_that_cannot_be_decoded_is_refused(void **state)
{
	static const char *const queries[] = {"q=%00", "q=%g0", "q=%ff", "%f0%80=1", "q=%"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(queries); i++) {
		RAW_ANSWER_AUTO a = {0};
		char request[128];

		(void)snprintf(request, sizeof request, "GET /query?%s HTTP/1.1\r\n" HOST "\r\n", queries[i]);
		raw_ask(tomb_httpd_port(httpd), request, &a);
		assert_int_equal(a.status, 400);
	}
}

/* Sends begin, then filler until bytes of it are out or the server has had enough. */
static void send_much(int fd, const char *begin, const char *filler, size_t bytes)
{
	if (!raw_send(fd, tomb_str_from(begin)))
		return;
	for (size_t n = 0; n < bytes; n += strlen(filler))
		if (!raw_send(fd, tomb_str_from(filler)))
			return;
}

static void expect_refusal(const char *begin, const char *filler, size_t bytes, const char *end, int status)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	send_much(fd, begin, filler, bytes);
	(void)raw_send(fd, tomb_str_from(end));
	raw_read(fd, &a);
	assert_int_equal(a.status, status);
	raw_read_end(fd);
	assert_int_equal(close(fd), 0);
}

static void heads_that_are_too_long_are_refused(void **state)
{
	static char line[1024];

	(void)state;
	memset(line, 'x', sizeof line - 1);
	expect_refusal("GET /hello HTTP/1.1\r\n" HOST "X-A: ", line, 1048576, "\r\n\r\n", 431);
	expect_refusal("GET /hello HTTP/1.1\r\n" HOST, "X-A: b\r\n", 1048576, "\r\n", 431);
	expect_refusal("GET /hello HTTP/1.1\r\n" HOST "X-A: ", line, 71680, "\r\n\r\n", 431);
	expect_refusal("GET /hello HTTP/1.1\r\n" HOST, "X-A: b\r\n", (size_t)8 * 100, "\r\n", 431);
	expect_refusal("GET /", line, 1048576, " HTTP/1.1\r\n" HOST "\r\n", 414);
	expect_refusal("GET /", line, (size_t)9 * 1023, " HTTP/1.1\r\n" HOST "\r\n", 414);
}

static void a_long_head_in_small_pieces_is_taken(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));
	char line[1024];

	(void)state;
	assert_true(raw_send(fd, TOMB_STR("GET /hello HTTP/1.1\r\n" HOST)));
	for (int i = 0; i < 99; i++) {
		(void)snprintf(line, sizeof line, "X-Field-%d:%s %0600d \r\n", i, i % 2 ? "" : "  ", i);
		assert_true(raw_send(fd, tomb_str_from(line)));
	}
	assert_true(raw_send(fd, TOMB_STR("\r\n")));
	raw_read(fd, &a);
	assert_int_equal(a.status, 200);
	assert_int_equal(close(fd), 0);
}

/* Sends up to bytes of body until the server stops taking them; returns how many it took. */
static size_t send_body(int fd, const char *head, bool chunked, size_t bytes)
{
	static char block[64 * 1024];
	size_t n = 0;

	memset(block, 'x', sizeof block);
	if (!raw_send(fd, tomb_str_from(head)))
		return 0;
	while (n < bytes) {
		if (chunked && !raw_send(fd, TOMB_STR("10000\r\n")))
			break;
		if (!raw_send(fd, (struct tomb_str){block, sizeof block}))
			break;
		if (chunked && !raw_send(fd, TOMB_STR("\r\n")))
			break;
		n += sizeof block;
	}
	return n;
}

static void a_body_past_the_limit_is_refused_without_reading_it_all(void **state)
{
	static const size_t much = (size_t)100 * 1024 * 1024;
	static const struct {
		const char *head;
		bool chunked;
	} cases[] = {
		{"POST /echo HTTP/1.1\r\n" HOST JSON "Content-Length: 104857600\r\n\r\n", false},
		{"POST /echo HTTP/1.1\r\n" HOST JSON "Transfer-Encoding: chunked\r\n\r\n", true},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		RAW_ANSWER_AUTO a = {0};
		int fd = raw_connect(tomb_httpd_port(httpd));

		assert_true(send_body(fd, cases[i].head, cases[i].chunked, much) < much / 2);
		raw_read(fd, &a);
		assert_int_equal(a.status, 413);
		assert_string_equal(raw_header(&a, "Connection"), "close");
		assert_string_equal(raw_header(&a, "X-Content-Type-Options"), "nosniff");
		assert_non_null(strstr(a.body, "too-large"));
		raw_read_end(fd);
		assert_int_equal(close(fd), 0);
	}
}

static void what_follows_a_body_that_is_too_long_is_not_executed(void **state)
{
	static const char *const requests[] = {
		"POST /mark HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n",
		"POST /mark HTTP/1.1\r\n" HOST "Content-Length: 20\r\n\r\n01234567890123456789",
		"POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 20\r\n\r\n01234567890123456789",
		"PUT /mark HTTP/1.1\r\n" HOST "Content-Length: 20\r\n\r\n01234567890123456789",
	};
	static const int statuses[] = {413, 413, 404, 405};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(requests); i++) {
		RAW_ANSWER_AUTO a = {0};
		int fd = raw_connect(tomb_httpd_port(httpd));

		assert_true(raw_send(fd, tomb_str_from(requests[i])));
		(void)raw_send(fd, TOMB_STR(SECOND));
		raw_read(fd, &a);
		assert_int_equal(a.status, statuses[i]);
		raw_read_end(fd);
		assert_int_equal(close(fd), 0);
	}
	assert_int_equal(atomic_load(&toy.marks), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_that_are_none_are_refused_and_nothing_after_them_is_executed),
		cmocka_unit_test(refusals_say_why_and_carry_the_security_headers),
		cmocka_unit_test(a_query_that_cannot_be_decoded_is_refused),
		cmocka_unit_test(heads_that_are_too_long_are_refused),
		cmocka_unit_test(a_long_head_in_small_pieces_is_taken),
		cmocka_unit_test(a_body_past_the_limit_is_refused_without_reading_it_all),
		cmocka_unit_test(what_follows_a_body_that_is_too_long_is_not_executed),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
