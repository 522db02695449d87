/* The HTTP server under load, with slow and vanishing clients, and while it stops. */
#include "raw_http.h"
#include "toy_service.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST "Host: a\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

enum { CLIENTS = 512, THREADS = 4, QUEUE = 8, SILENCE_MS = 10 * 1000 };

static struct toy toy;
static struct tomb_httpd *httpd;

static void start(const struct tomb_httpd_options *options)
{
	struct tomb_httpd_options o = *options;
	struct tomb_err err;

	toy_init(&toy);
	o.clock = &toy.clock.clock;
	if (tomb_httpd_start(&o, &toy.service, &httpd, &err) != TOMB_OK)
		fail_msg("%s", err.text);
}

static void stop(void)
{
	tomb_httpd_stop(httpd, 5000);
	toy_fini(&toy);
}

static int open_many_files(void **state)
{
	struct rlimit l;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	l.rlim_cur = l.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &l);
}

/* Reads the answers of n clients as they come; those to come are in fds, -1 marks one that is there.  Returns how many
 * have the status 200, and opens the gate when all that can be refused are. */
static size_t gather(int *fds, size_t n)
{
	size_t answered = 0;
	size_t good = 0;

	while (answered < n) {
		struct pollfd polls[CLIENTS];

		for (size_t i = 0; i < n; i++)
			polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
		if (poll(polls, n, SILENCE_MS) <= 0)
			fail_msg("%zu of %zu clients are without an answer", n - answered, n);
		for (size_t i = 0; i < n; i++) {
			RAW_ANSWER_AUTO a = {0};

			if (fds[i] < 0 || !polls[i].revents)
				continue;
			raw_read(fds[i], &a);
			assert_true(a.status == 200 || a.status == 503);
			if (a.status == 503)
				assert_string_equal(raw_header(&a, "Retry-After"), "5");
			good += a.status == 200;
			answered++;
			assert_int_equal(close(fds[i]), 0);
			fds[i] = -1;
		}
		if (answered >= n - THREADS - QUEUE)
			toy_open_gate(&toy);
	}
	return good;
}

static void a_full_queue_is_503_at_once_and_no_answer_is_lost(void **state)
{
	int fds[CLIENTS];
	size_t good = 0;

	(void)state;
	start(&(struct tomb_httpd_options){.threads = THREADS, .queue = QUEUE});
	for (size_t i = 0; i < CLIENTS; i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		assert_true(raw_send(fds[i], TOMB_STR(GET("/gate"))));
	}
	good = gather(fds, CLIENTS);
	assert_in_range(good, QUEUE, QUEUE + THREADS);
	assert_int_equal(atomic_load(&toy.done), CLIENTS);
	stop();
}

static void clients_may_hang_up_while_their_request_waits(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	(void)state;
	start(&(struct tomb_httpd_options){.threads = THREADS, .queue = CLIENTS});
	for (size_t i = 0; i < CLIENTS; i++) {
		int fd = raw_connect(tomb_httpd_port(httpd));

		assert_true(raw_send(fd, TOMB_STR(GET("/gate"))));
		if (i < THREADS)
			toy_wait_at_gate(&toy, i + 1);
		if (i % 2)
			raw_reset(fd);
		else
			assert_int_equal(close(fd), 0);
	}
	toy_open_gate(&toy);
	raw_ask(tomb_httpd_port(httpd), GET("/hello"), &a);
	assert_int_equal(a.status, 200);
	stop();
}

static void a_body_that_takes_too_long_is_refused(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.threads = 1, .body_ms = 1000});
	fd = raw_connect(tomb_httpd_port(httpd));
	assert_true(raw_send(
		fd, TOMB_STR("POST /mark HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")));
	raw_read(fd, &a);
	assert_int_equal(a.status, 100);
	atomic_fetch_add(&toy.clock.us, INT64_C(1001000));
	assert_true(raw_send(fd, TOMB_STR("x")));
	raw_read(fd, &a);
	assert_int_equal(a.status, 408);
	(void)raw_send(fd, TOMB_STR("12345678"));
	raw_read_end(fd);
	assert_int_equal(close(fd), 0);
	assert_int_equal(atomic_load(&toy.marks), 0);
	stop();
}

static void bodies_that_stop_are_dropped_when_the_connection_is_idle(void **state)
{
	static const char *const requests[] = {
		("POST /mark HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nhello"),
		("POST /mark HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
		("POST /mark HTTP/1.1\r\n" HOST),
	};
	int fds[2 * TOMB_COUNTOF(requests)]; /* of each, one that falls silent and one that says so */

	(void)state;
	start(&(struct tomb_httpd_options){.threads = 1, .idle_s = 1});
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		assert_true(raw_send(fds[i], tomb_str_from(requests[i / 2])));
		if (i % 2)
			assert_int_equal(shutdown(fds[i], SHUT_WR), 0);
	}
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		RAW_ANSWER_AUTO a = {0};

		raw_read(fds[i], &a);
		assert_int_equal(a.status, 0);
		assert_int_equal(close(fds[i]), 0);
	}
	assert_int_equal(atomic_load(&toy.marks), 0);
	stop();
}

/* Sends n bytes of body on a connection of its own; returns the status. */
static int upload(const char *head, size_t n)
{
	static char bytes[64 * 1024];
	RAW_ANSWER_AUTO a = {0};
	int fd = raw_connect(tomb_httpd_port(httpd));

	assert_true(n <= sizeof bytes);
	memset(bytes, 'x', sizeof bytes);
	assert_true(raw_send(fd, tomb_str_from(head)));
	(void)raw_send(fd, (struct tomb_str){bytes, n}); /* the server may refuse in the middle */
	raw_read(fd, &a);
	assert_int_equal(close(fd), 0);
	return a.status;
}

static void all_bodies_together_have_a_limit(void **state)
{
	static const char small[] = "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 32768\r\n\r\n";
	static const char large[] = "POST /upload HTTP/1.1\r\n" HOST "Content-Length: 32769\r\n\r\n";

	(void)state;
	start(&(struct tomb_httpd_options){.threads = 1, .bodies_max = 32768});
	assert_int_equal(upload(small, 32768), 200);
	assert_int_equal(upload(large, 32769), 503);
	while (upload(small, 32768) != 200)
		; /* what the refused one held comes back when its connection is closed */
	stop();
}

/* ---- stopping ---- */

static void *stop_draining(void *arg)
{
	tomb_httpd_stop(httpd, *(uint32_t *)arg);
	return NULL;
}

static bool can_connect(uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool can = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;

	assert_int_equal(close(fd), 0);
	return can;
}

static void stopping_lets_running_requests_end(void **state)
{
	uint32_t drain_ms = SILENCE_MS;
	pthread_t stopper;
	RAW_ANSWER_AUTO a = {0};
	uint16_t port = 0;
	int fd = -1;

	(void)state;
	start(&(struct tomb_httpd_options){.threads = 1});
	port = tomb_httpd_port(httpd);
	fd = raw_connect(port);
	assert_true(raw_send(fd, TOMB_STR(GET("/gate"))));
	toy_wait_at_gate(&toy, 1);
	assert_int_equal(pthread_create(&stopper, NULL, stop_draining, &drain_ms), 0);
	while (can_connect(port))
		;
	toy_open_gate(&toy);
	raw_read(fd, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body, "hello");
	assert_string_equal(raw_header(&a, "Connection"), "close");
	raw_read_end(fd);
	assert_int_equal(close(fd), 0);
	assert_int_equal(pthread_join(stopper, NULL), 0);
	toy_fini(&toy);
}

static void stopping_without_patience_still_answers_everybody(void **state)
{
	enum { WAITING = 3, REFUSED = 5 };
	uint32_t drain_ms = 0;
	pthread_t stopper;
	int fds[1 + WAITING + REFUSED];
	size_t good = 0;

	(void)state;
	start(&(struct tomb_httpd_options){.threads = 1, .queue = WAITING});
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		fds[i] = raw_connect(tomb_httpd_port(httpd));
		assert_true(raw_send(fds[i], TOMB_STR(GET("/gate"))));
		if (i == 0)
			toy_wait_at_gate(&toy, 1);
	}
	while (atomic_load(&toy.done) < REFUSED)
		(void)sched_yield(); /* then the queue is full */
	assert_int_equal(pthread_create(&stopper, NULL, stop_draining, &drain_ms), 0);
	toy_open_gate(&toy);
	for (size_t i = 0; i < TOMB_COUNTOF(fds); i++) {
		RAW_ANSWER_AUTO a = {0};

		raw_read(fds[i], &a);
		assert_true(a.status == 200 || a.status == 503);
		good += a.status == 200;
		assert_int_equal(close(fds[i]), 0);
	}
	assert_in_range(good, 1, 1 + WAITING); /* those that wait are served if the gate was faster */
	assert_int_equal(pthread_join(stopper, NULL), 0);
	toy_fini(&toy);
}

/* One client that asks again and again until the server goes away; the result is how often it was served. */
static void *keep_asking(void *arg)
{
	uint16_t port = *(uint16_t *)arg;
	size_t *answers = calloc(1, sizeof *answers);
	int fd = raw_connect(port);

	for (;;) {
		RAW_ANSWER_AUTO a = {0};

		if (!raw_send(fd, TOMB_STR(GET("/hello"))))
			break;
		raw_read(fd, &a); /* whole, or not begun */
		if (a.status == 0)
			break;
		assert_true(a.status == 200 || a.status == 503);
		*answers += a.status == 200;
		if (strcmp(raw_header(&a, "Connection"), "close") == 0)
			break;
	}
	assert_int_equal(close(fd), 0);
	return answers;
}

static void stopping_under_load_ends_in_good_order(void **state)
{
	enum { ASKERS = 16, ENOUGH = 2000 };
	pthread_t threads[ASKERS];
	uint16_t port = 0;
	size_t answers = 0;

	(void)state;
	start(&(struct tomb_httpd_options){.threads = THREADS, .queue = QUEUE});
	port = tomb_httpd_port(httpd);
	for (size_t i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_asking, &port), 0);
	while (atomic_load(&toy.done) < ENOUGH)
		(void)sched_yield();
	tomb_httpd_stop(httpd, SILENCE_MS);
	for (size_t i = 0; i < ASKERS; i++) {
		void *n = NULL;

		assert_int_equal(pthread_join(threads[i], &n), 0);
		answers += *(size_t *)n;
		free(n);
	}
	/* A connection between two requests may be closed at any time, so a refusal may be lost; but not what was done.
	 */
	assert_int_equal(answers, atomic_load(&toy.good));
	toy_fini(&toy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_queue_is_503_at_once_and_no_answer_is_lost),
		cmocka_unit_test(clients_may_hang_up_while_their_request_waits),
		cmocka_unit_test(a_body_that_takes_too_long_is_refused),
		cmocka_unit_test(bodies_that_stop_are_dropped_when_the_connection_is_idle),
		cmocka_unit_test(all_bodies_together_have_a_limit),
		cmocka_unit_test(stopping_lets_running_requests_end),
		cmocka_unit_test(stopping_without_patience_still_answers_everybody),
		cmocka_unit_test(stopping_under_load_ends_in_good_order),
	};

	return cmocka_run_group_tests(tests, open_many_files, NULL);
}
