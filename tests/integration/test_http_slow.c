/* The HTTP server and clients that take their time, or come in numbers.  The clock is the tests' own. */
#include "raw_http.h"
#include "toy_service.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: a\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define POST_WITH(n) "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: " n "\r\n\r\n"

enum { TICK_MS = 2, HOUR_MS = 3600 * 1000 };

static struct toy toy;
static struct tomb_httpd *httpd;

static void start(const struct tomb_httpd_options *options)
{
	struct tomb_httpd_options o = *options;
	struct tomb_err err;

	toy_init(&toy);
	o.clock = &toy.clock.clock;
	o.tick_ms = TICK_MS;
	o.threads = o.threads ? o.threads : 1;
	if (tomb_httpd_start(&o, &toy.service, &httpd, &err) != TOMB_OK)
		fail_msg("%s", err.text);
}

static void stop(void)
{
	tomb_httpd_stop(httpd, 5000);
	toy_fini(&toy);
}

static void say(int fd, const char *text)
{
	assert_true(raw_send(fd, tomb_str_from(text)));
}

static void expect(int fd, int status)
{
	RAW_ANSWER_AUTO a = {0};

	raw_read(fd, &a);
	assert_int_equal(a.status, status);
}

/* The one thread that reads has then read all that was sent before. */
static void let_it_read(void)
{
	RAW_ANSWER_AUTO a = {0};

	raw_ask(tomb_httpd_port(httpd), GET("/hello"), &a);
	assert_int_equal(a.status, 200);
}

static void pass_ms(int64_t ms)
{
	let_it_read();
	atomic_fetch_add(&toy.clock.us, ms * 1000);
}

/* Nothing more comes, and nothing came. */
static void expect_end(int fd)
{
	expect(fd, 0);
	assert_int_equal(close(fd), 0);
}

/* The same as pass_ms(), longer than head_ms, and all deadlines have been looked at: that of who says nothing, too. */
static void pass_ms_and_look(int64_t ms)
{
	int witness = raw_connect(tomb_httpd_port(httpd));

	pass_ms(ms);
	expect_end(witness);
	let_it_read();
}

static int open_many_files(void **state)
{
	struct rlimit l;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	l.rlim_cur = l.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &l);
}

static void a_head_that_trickles_is_cut_when_its_time_is_over(void **state)
{
	int silent = -1;
	int late = -1;
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.head_ms = 1000});
	silent = raw_connect(tomb_httpd_port(httpd));
	late = raw_connect(tomb_httpd_port(httpd));
	fd = raw_connect(tomb_httpd_port(httpd));
	say(fd, "GET /hello HTTP/1.1\r\n");
	pass_ms(600);
	say(fd, "Host:");
	say(late, "GET /hello HTTP/1.1\r\n"); /* for which a first head gets no more time */
	pass_ms(600);
	expect_end(silent);
	expect_end(late);
	expect_end(fd);
	assert_int_equal(atomic_load(&toy.good), 2); /* of let_it_read() */
	stop();
}

static void a_head_in_pieces_may_use_its_time(void **state)
{
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.head_ms = 1000});
	fd = raw_connect(tomb_httpd_port(httpd));
	say(fd, "GET /hello HTTP/1.1\r\n");
	pass_ms(900);
	say(fd, HOST "\r\n");
	expect(fd, 200);
	pass_ms(900);
	say(fd, "GET /hello HTTP/1.1\r\n"); /* the next one has time of its own */
	pass_ms(900);
	say(fd, HOST "\r\n");
	expect(fd, 200);
	assert_int_equal(close(fd), 0);
	stop();
}

static void a_kept_connection_ends_also_while_a_request_line_trickles(void **state)
{
	int fds[2];

	(void)state;
	start(&(struct tomb_httpd_options){.idle_s = 30});
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		say(fds[i], GET("/hello"));
		expect(fds[i], 200);
	}
	pass_ms(20 * 1000);
	say(fds[1], "GET /he");
	pass_ms(11 * 1000);
	expect_end(fds[0]);
	expect_end(fds[1]);
	stop();
}

static void a_body_that_trickles_is_cut(void **state)
{
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.slow_ms = 1000, .body_rate = 1000});
	fd = raw_connect(tomb_httpd_port(httpd));
	say(fd, POST_WITH("2000"));
	expect(fd, 100);
	for (int i = 0; i < 9; i++) { /* a byte each 150 ms, and each of them earns one more */
		if (!raw_send(fd, TOMB_STR("x")))
			break;
		pass_ms(150);
	}
	expect_end(fd);
	stop();
}

static void a_body_that_comes_fast_enough_may_take_long(void **state)
{
	static char half[1000];
	int fd = -1;

	(void)state;
	memset(half, 'h', sizeof half);
	start(&(struct tomb_httpd_options){.head_ms = 1000, .slow_ms = 1000, .body_rate = 1000});
	fd = raw_connect(tomb_httpd_port(httpd));
	say(fd, POST_WITH("2000"));
	expect(fd, 100);
	assert_true(raw_send(fd, (struct tomb_str){half, sizeof half}));
	pass_ms_and_look(1900);
	assert_true(raw_send(fd, (struct tomb_str){half, sizeof half}));
	expect(fd, 200);
	assert_int_equal(close(fd), 0);
	stop();
}

/* A client that has next to no buffer, so that what it does not read stays with the server. */
static int connect_narrow(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
		.sin_port = htons(tomb_httpd_port(httpd)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int bytes = 4096;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static size_t read_to_the_end(int fd)
{
	static char block[64 * 1024];
	size_t n = 0;
	ssize_t got = 0;

	while ((got = recv(fd, block, sizeof block, 0)) > 0)
		n += (size_t)got;
	return n;
}

static void an_answer_that_nobody_reads_is_cut(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.slow_ms = 1000, .answer_rate = 1024 * 1024});
	fd = connect_narrow();
	say(fd, GET("/file"));
	raw_read_head(fd, &a);
	assert_int_equal(a.status, 200);
	pass_ms(3900); /* three of them for three megabytes */
	let_it_read();
	assert_int_equal(recv(fd, a.head, 1, 0), 1);
	pass_ms(200);
	while (atomic_load(&toy.done) < 4)
		let_it_read();
	assert_true(read_to_the_end(fd) < TOY_FILE_BYTES - 1);
	assert_int_equal(close(fd), 0);
	stop();
}

static void an_answer_that_is_read_fast_enough_comes_whole(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.head_ms = 1000, .idle_s = 1, .slow_ms = 1000, .answer_rate = 1024 * 1024});
	fd = connect_narrow();
	say(fd, GET("/file"));
	raw_read_head(fd, &a);
	pass_ms_and_look(3900);
	raw_read_body(fd, &a);
	assert_int_equal(a.nbody, TOY_FILE_BYTES);
	assert_int_equal(close(fd), 0);
	stop();
}

static void a_request_that_is_being_answered_is_left_alone(void **state)
{
	int fds[2];

	(void)state;
	start(&(struct tomb_httpd_options){.threads = 3, .request_ms = 2 * HOUR_MS});
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		say(fds[i], GET("/gate"));
		toy_wait_at_gate(&toy, i + 1);
	}
	pass_ms_and_look(HOUR_MS);
	toy_open_gate(&toy);
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		expect(fds[i], 200);
		assert_int_equal(close(fds[i]), 0);
	}
	stop();
}

static void the_oldest_idle_connection_makes_place(void **state)
{
	enum { MAX = 4 };
	int fds[MAX];
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.connections = MAX});
	for (size_t i = 0; i < MAX; i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		say(fds[i], GET("/hello"));
		expect(fds[i], 200);
	}
	fd = raw_connect(tomb_httpd_port(httpd));
	say(fd, GET("/hello"));
	expect(fd, 200);
	expect_end(fds[0]);
	for (size_t i = 1; i < MAX; i++) {
		say(fds[i], GET("/hello"));
		expect(fds[i], 200);
		assert_int_equal(close(fds[i]), 0);
	}
	assert_int_equal(close(fd), 0);
	stop();
}

static void where_all_have_work_a_newcomer_is_told_to_come_back(void **state)
{
	enum { MAX = 2 };
	RAW_ANSWER_AUTO a = {0};
	int fds[MAX];
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.connections = MAX, .threads = MAX});
	for (size_t i = 0; i < MAX; i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		say(fds[i], GET("/gate"));
		toy_wait_at_gate(&toy, i + 1);
	}
	fd = raw_connect(tomb_httpd_port(httpd));
	say(fd, "POST /mark HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	raw_read(fd, &a);
	assert_int_equal(a.status, 503);
	assert_string_equal(raw_header(&a, "Retry-After"), "5");
	assert_string_equal(raw_header(&a, "Connection"), "close");
	raw_read_end(fd);
	assert_int_equal(close(fd), 0);
	assert_int_equal(atomic_load(&toy.marks), 0);
	toy_open_gate(&toy);
	for (size_t i = 0; i < MAX; i++) {
		expect(fds[i], 200);
		assert_int_equal(close(fds[i]), 0);
	}
	stop();
}

static void one_address_has_only_so_many(void **state)
{
	enum { MAX = 3 };
	RAW_ANSWER_AUTO a = {0};
	int fds[MAX];
	int status = 0;

	(void)state;
	start(&(struct tomb_httpd_options){.per_address = MAX});
	for (size_t i = 0; i < MAX; i++)
		fds[i] = raw_connect(tomb_httpd_port(httpd));
	raw_ask(tomb_httpd_port(httpd), GET("/hello"), &a);
	assert_int_equal(a.status, 429);
	assert_string_not_equal(raw_header(&a, "Retry-After"), "");
	say(fds[0], GET("/hello"));
	expect(fds[0], 200);
	assert_int_equal(close(fds[0]), 0);
	while (status != 200) { /* when the server has seen the end */
		RAW_ANSWER_AUTO again = {0};

		raw_ask(tomb_httpd_port(httpd), GET("/hello"), &again);
		status = again.status;
		assert_true(status == 200 || status == 429);
	}
	assert_int_equal(close(fds[1]), 0);
	assert_int_equal(close(fds[2]), 0);
	stop();
}

static void hundreds_of_tricklers_do_not_keep_others_out(void **state)
{
	enum { TRICKLERS = 600, MAX = 256, VISITS = 200 };
	static const char *const starts[] = {
		"", "G", "GET /hello HTTP/1.1\r\n", "GET /hello HTTP/1.1\r\n" HOST "X-A: "};
	int fds[TRICKLERS];

	(void)state;
	start(&(struct tomb_httpd_options){.connections = MAX, .threads = 2});
	for (size_t i = 0; i < TRICKLERS; i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		(void)raw_send(fds[i], tomb_str_from(starts[i % TOMB_COUNTOF(starts)])); /* it may be out already */
	}
	for (size_t i = 0; i < VISITS; i++) {
		(void)raw_send(fds[i % TRICKLERS], TOMB_STR("x"));
		let_it_read();
	}
	pass_ms(11 * 1000);
	for (size_t i = 0; i < TRICKLERS; i++)
		expect_end(fds[i]);
	assert_int_equal(atomic_load(&toy.good), VISITS + 1);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_that_trickles_is_cut_when_its_time_is_over),
		cmocka_unit_test(a_head_in_pieces_may_use_its_time),
		cmocka_unit_test(a_kept_connection_ends_also_while_a_request_line_trickles),
		cmocka_unit_test(a_body_that_trickles_is_cut),
		cmocka_unit_test(a_body_that_comes_fast_enough_may_take_long),
		cmocka_unit_test(an_answer_that_nobody_reads_is_cut),
		cmocka_unit_test(an_answer_that_is_read_fast_enough_comes_whole),
		cmocka_unit_test(a_request_that_is_being_answered_is_left_alone),
		cmocka_unit_test(the_oldest_idle_connection_makes_place),
		cmocka_unit_test(where_all_have_work_a_newcomer_is_told_to_come_back),
		cmocka_unit_test(one_address_has_only_so_many),
		cmocka_unit_test(hundreds_of_tricklers_do_not_keep_others_out),
	};

	return cmocka_run_group_tests(tests, open_many_files, NULL);
}
