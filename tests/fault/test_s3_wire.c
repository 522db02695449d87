/* Bytes that no S3 server should send: nothing that cannot be read to its end is believed, and nothing of any size is
 * kept. */
#include "s3_stub.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define RESULT "<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult>"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

enum { G = TOMB_OUTCOME_GONE, U = TOMB_OUTCOME_UNCERTAIN };

static const struct tomb_target targets[] = {{.key = {"a", 1}}, {.key = {"b", 1}}};

/* A whole reply, as it goes over the wire. */
struct raw {
	const char *what;
	const char *bytes;
	size_t size; /* 0: it is text */
	int outcome;
};

static void play(const struct raw *raw, bool many)
{
	static const struct s3_said placeholder = {.status = "200 OK", .manner = CANNED_ANSWER_AND_CUT};
	struct tomb_result results[2];
	struct s3_stub stub;

	s3_stub_begin(&stub, &placeholder, 1, NULL);
	stub.script[stub.n - 1].bytes = raw->bytes;
	stub.script[stub.n - 1].size = raw->size;
	if (many)
		assert_int_equal(
			tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
	else
		results[0] = results[1] = s3_stub_delete(&stub, targets[0]);
	if ((int)results[0].outcome != raw->outcome || results[0].outcome != results[1].outcome)
		fail_msg("%s: %s, %s", raw->what, tomb_outcome_slug(results[0].outcome), results[0].text.p);
	s3_stub_end(&stub);
}

static void a_batch_is_believed_only_if_its_answer_is_whole(void **state)
{
	/* gzip of RESULT, as a server might send it to whom did not ask */
	static const char gzip[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
				   "\037\213\010\000\000\000\000\000\002\003\263\161\111\315\111\055\111\015"
				   "\112\055\056\315\051\261\263\201\360\122\354\154\274\123\053\355\022\155"
				   "\364\101\224\215\076\134\024\105\072\011\103\132\037\305\060\000\303\214"
				   "\136\236\133\000\000\000";
	static const struct raw cases[] = {
		{"to the end of the connection", "HTTP/1.1 200 OK\r\n\r\n" RESULT, 0, G},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n" RESULT, 0, G},
		{"interim answers first",
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n"
			"HTTP/1.1 200 OK\r\nContent-Length: 91\r\n\r\n" RESULT,
			0, G},
		{"chunks that cut a key in two",
			"HTTP/1.1 200 OK\r\n" CHUNKED "\r\n1C\r\n<DeleteResult><Deleted><Key>\r\n"
			"3f;name=value\r\na</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult\r\n"
			"1\r\n>\r\n0\r\nTrailer: x\r\n\r\n",
			0, G},
		{"chunks and a length",
			"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" CHUNKED "\r\n5b\r\n" RESULT "\r\n0\r\n\r\n", 0, G},
		{"chunks without an end", "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n5b\r\n" RESULT "\r\n", 0, U},
		{"a chunk that is too short", "HTTP/1.1 200 OK\r\n" CHUNKED "\r\nfff\r\n" RESULT "\r\n", 0, U},
		{"a chunk of no size", "HTTP/1.1 200 OK\r\n" CHUNKED "\r\nxyz\r\n" RESULT "\r\n0\r\n\r\n", 0, U},
		{"a chunk of more than there is",
			"HTTP/1.1 200 OK\r\n" CHUNKED "\r\nffffffffffffffffff\r\n" RESULT "\r\n0\r\n\r\n", 0, U},
		{"a chunk of less than nothing", "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n-5b\r\n" RESULT "\r\n0\r\n\r\n", 0,
			U},
		{"bytes behind the last chunk are no part",
			"HTTP/1.1 200 OK\r\n" CHUNKED "\r\nf\r\n<DeleteResult/>\r\n0\r\n\r\n" RESULT, 0, U},
		{"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 91\r\nContent-Length: 91\r\n\r\n" RESULT,
			0, G},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 91\r\nContent-Length: 92\r\n\r\n" RESULT " ", 0, U},
		{"two lengths, the other way round",
			"HTTP/1.1 200 OK\r\nContent-Length: 92\r\ncontent-length: 91\r\n\r\n" RESULT " ", 0, U},
		{"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 91, 91\r\n\r\n" RESULT, 0, U},
		{"a length below zero", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" RESULT, 0, U},
		{"a length of letters", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" RESULT, 0, U},
		{"a length that is past its end", "HTTP/1.1 200 OK\r\nContent-Length: 92\r\n\r\n" RESULT, 0, U},
		{"a length that is before its end", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" RESULT, 0, U},
		{"gzip that nobody asked for", gzip, sizeof gzip - 1, U},
		{"no head", RESULT, 0, U},
		{"half a head", "HTTP/1.1 200 OK\r\nContent-Le", 0, U},
		{"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", 0, U},
		{"a status of letters", "HTTP/1.1 2OO OK\r\n\r\n" RESULT, 0, U},
		{"UTF-16", "HTTP/1.1 200 OK\r\n\r\n\xff\xfe<\0D\0", sizeof "HTTP/1.1 200 OK\r\n\r\n\xff\xfe<\0D\0" - 1,
			U},
		{"another root", "HTTP/1.1 200 OK\r\n\r\n<ListBucketResult/>", 0, U},
		{"an error with success around it", "HTTP/1.1 200 OK\r\n\r\n<Error><Code>InternalError</Code></Error>",
			0, U},
		{"nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, U},
		{"a quiet answer names nothing", "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<DeleteResult/>", 0, U},
		{"keys in an encoding that nobody asked for",
			"HTTP/1.1 200 "
			"OK\r\n\r\n<DeleteResult><EncodingType>url</EncodingType><Deleted><Key>%61</Key></Deleted>"
			"<Deleted><Key>%62</Key></Deleted></DeleteResult>",
			0, U},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		play(&cases[i], true);
}

static void one_delete_is_believed_only_if_its_answer_is_whole(void **state)
{
	static const struct raw cases[] = {
		{"204", "HTTP/1.1 204 No Content\r\n\r\n", 0, G},
		{"204 of HTTP/1.0", "HTTP/1.0 204\r\n\r\n", 0, G},
		{"half a head", "HTTP/1.1 204 No Content\r\nx-amz-re", 0, U},
		{"a head without its end", "HTTP/1.1 204 No Content\r\n", 0, U},
		{"only an interim answer", "HTTP/1.1 100 Continue\r\n\r\n", 0, U},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello", 0, U},
		{"a redirect in a success", "HTTP/1.1 200 OK\r\nLocation: http://127.0.0.1:1/\r\n\r\n<html/>", 0, U},
		{"206", "HTTP/1.1 206 Partial Content\r\nContent-Length: 0\r\n\r\n", 0, U},
		{"202", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 0, U},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		play(&cases[i], false);
}

static void a_lost_reply_is_looked_into_and_asked_again(void **state)
{
	static const struct s3_said said[] = {
		{.manner = CANNED_CUT_READ}, {.status = "404 Not Found"}, {.status = "204 No Content"}};
	struct tomb_stat st;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 3, NULL);
	assert_int_equal(s3_stub_delete(&stub, targets[0]).outcome, U);
	assert_int_equal(tomb_store_stat(stub.store, targets[0].key, &stub.arena, &st, &stub.err), TOMB_OK);
	assert_false(st.present);
	assert_int_equal(s3_stub_delete(&stub, targets[0]).outcome, G);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 3);
	s3_stub_end(&stub);
}

/* A delete whose kept-alive connection dies may have arrived: it is not sent again by anybody below us. */
static void a_connection_that_dies_while_it_is_reused_leaves_a_delete_open(void **state)
{
	static const struct s3_said said[] = {
		{.status = "204 No Content"}, {.manner = CANNED_CUT_UNREAD}, {.status = "204 No Content"}};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 3, NULL);
	assert_int_equal(s3_stub_delete(&stub, targets[0]).outcome, G);
	assert_int_equal(s3_stub_delete(&stub, targets[1]).outcome, U);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 1);
	s3_stub_end(&stub);
}

static void a_connection_that_ended_between_two_requests_is_replaced(void **state)
{
	static const struct s3_said said[] = {{.status = "204 No Content", .manner = CANNED_ANSWER_AND_CUT},
		{.status = "204 No Content", .manner = CANNED_ANSWER_AND_CUT}};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 2, NULL);
	assert_int_equal(s3_stub_delete(&stub, targets[0]).outcome, G);
	assert_int_equal(s3_stub_delete(&stub, targets[1]).outcome, G);
	s3_stub_stop(&stub);
	assert_true(s3_stub_request(&stub, 0)->connection != s3_stub_request(&stub, 1)->connection);
	s3_stub_end(&stub);
}

static void no_host_of_a_reply_is_ever_asked(void **state)
{
	static const char *const statuses[] = {"301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect",
		"308 Permanent Redirect", "200 OK", "201 Created", "503 Slow"};
	static const struct canned_reply trap[] = {{.bytes = "HTTP/1.1 204 No Content\r\n\r\n"}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(statuses); i++) {
		struct canned_http *other = canned_http_start(trap, 1);
		char headers[256];
		char body[512];
		struct s3_said said[] = {{.status = statuses[i], .headers = headers, .body = body},
			{.status = statuses[i], .headers = headers, .no_length = true}};
		struct tomb_stat st;
		struct s3_stub stub;

		(void)snprintf(headers, sizeof headers,
			"Location: http://127.0.0.1:%d/bucket/a\r\nRefresh: 0; url=http://127.0.0.1:%d/\r\n"
			"Alt-Svc: h2=\"127.0.0.1:%d\"\r\nx-amz-bucket-region: 127.0.0.1:%d\r\n",
			canned_http_port(other), canned_http_port(other), canned_http_port(other),
			canned_http_port(other));
		(void)snprintf(body, sizeof body,
			"<Error><Code>PermanentRedirect</Code><Endpoint>127.0.0.1:%d</Endpoint></Error>",
			canned_http_port(other));
		s3_stub_begin(&stub, said, 2, NULL);
		assert_int_not_equal(s3_stub_delete(&stub, targets[0]).outcome, G);
		assert_int_not_equal(tomb_store_stat(stub.store, targets[0].key, &stub.arena, &st, &stub.err), TOMB_OK);
		s3_stub_end(&stub);
		canned_http_stop(other);
		assert_int_equal(canned_http_requests(other), 0);
		canned_http_free(other);
	}
}

static void xml_that_goes_deep_or_wide_is_refused_without_harm(void **state)
{
	enum { DEPTH = 20000 };
	TOMB_BUF_AUTO deep = tomb_buf_init(1 << 20);
	TOMB_BUF_AUTO wide = tomb_buf_init(1 << 20);
	struct raw cases[2];

	(void)state;
	tomb_buf_putf(&deep, "HTTP/1.1 200 OK\r\n\r\n<DeleteResult>");
	tomb_buf_putf(&wide, "HTTP/1.1 200 OK\r\n\r\n<DeleteResult");
	for (int i = 0; i < DEPTH; i++)
		tomb_buf_putf(&deep, "<a>");
	for (int i = 0; i < DEPTH / 10; i++)
		tomb_buf_putf(&wide, " a%d='x'", i);
	for (int i = 0; i < DEPTH; i++)
		tomb_buf_putf(&deep, "</a>");
	tomb_buf_putf(&deep, "</DeleteResult>");
	tomb_buf_putf(&wide, ">");
	cases[0] = (struct raw){"deep", deep.p, deep.n, U};
	cases[1] = (struct raw){"wide", wide.p, wide.n, U};
	play(&cases[0], true);
	play(&cases[1], true);
}

/* Highest resident set since the last call, in KiB. */
static long peak_kib(void)
{
	char text[8192] = "";
	const char *at = NULL;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof text - 1);
	long kib = 0;

	assert_true(n > 0);
	close(fd);
	at = strstr(text, "VmHWM:");
	assert_non_null(at);
	kib = strtol(at + strlen("VmHWM:"), NULL, 10);
	fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	n = write(fd, "5", 1);
	assert_int_equal(n, 1);
	close(fd);
	return kib;
}

/* A call by its number, with its answer of 100 MB. */
static void call(struct s3_stub *stub, int which)
{
	struct tomb_result results[2];
	struct tomb_verdict verdict;
	struct tomb_stat st;
	struct tomb_probe probe;
	struct tomb_version *list = NULL;
	size_t n = 0;

	switch (which) {
	case 0:
		assert_int_equal(s3_stub_delete(stub, targets[0]).outcome, U);
		break;
	case 1:
		assert_int_equal(
			tomb_store_delete_many(stub->store, targets, 2, &stub->arena, results, &stub->err), TOMB_OK);
		assert_int_equal(results[0].outcome, U);
		break;
	case 2:
		assert_int_not_equal(tomb_store_probe(stub->store, &probe, &stub->err), TOMB_OK);
		break;
	case 3:
		assert_int_not_equal(
			tomb_store_versions(stub->store, targets[0].key, &stub->arena, &list, &n, &stub->err), TOMB_OK);
		break;
	case 4:
		assert_int_equal(tomb_store_stat(stub->store, targets[0].key, &stub->arena, &st, &stub->err), TOMB_NET);
		break;
	default:
		assert_int_equal(
			tomb_store_verify_absent(stub->store, targets[0].key, &stub->arena, &verdict, &stub->err),
			TOMB_OK);
		assert_int_equal(verdict.absence, TOMB_ABSENCE_UNKNOWN);
		break;
	}
}

static void an_answer_of_100_megabytes_is_refused_in_little_memory(void **state)
{
	enum { CALLS = 6, HEAD_CALL = 4, PEAK_MAX_KIB = 16 << 10 };
	static const struct s3_said bodies[] = {
		{.body = "<DeleteResult>", .manner = CANNED_ANSWER_AND_CUT, .filler_bytes = 100 << 20}};
	/* HEAD has no body: its head is as long */
	static const struct s3_said heads[] = {{.headers = "x-amz-filler: ",
		.no_length = true,
		.manner = CANNED_ANSWER_AND_CUT,
		.filler_bytes = 100 << 20}};

	(void)state;
	for (int i = 0; i < CALLS; i++) {
		const struct s3_said *said = i < HEAD_CALL ? bodies : heads;
		struct s3_stub stub;
		long before = 0;
		long peak = 0;

		s3_stub_begin(&stub, said, 1, NULL);
		if (i >= HEAD_CALL) /* no empty line: the filler goes on in the header */
			stub.script[stub.n - 1].size -= 4;
		(void)peak_kib();
		before = peak_kib();
		call(&stub, i);
		peak = peak_kib() - before;
		print_message("call %d: %ld KiB\n", i, peak);
		assert_in_range(peak, 0, PEAK_MAX_KIB);
		s3_stub_end(&stub);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: memory that was used once is no longer seen to be used */
		cmocka_unit_test(an_answer_of_100_megabytes_is_refused_in_little_memory),
		cmocka_unit_test(a_batch_is_believed_only_if_its_answer_is_whole),
		cmocka_unit_test(one_delete_is_believed_only_if_its_answer_is_whole),
		cmocka_unit_test(a_lost_reply_is_looked_into_and_asked_again),
		cmocka_unit_test(a_connection_that_dies_while_it_is_reused_leaves_a_delete_open),
		cmocka_unit_test(a_connection_that_ended_between_two_requests_is_replaced),
		cmocka_unit_test(no_host_of_a_reply_is_ever_asked),
		cmocka_unit_test(xml_that_goes_deep_or_wide_is_refused_without_harm),
	};

	return cmocka_run_group_tests_name("s3 wire", tests, NULL, NULL);
}
