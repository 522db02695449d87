/* Limits that registries share in Redis, and what holds while Redis is away. */
#include "../../registry/service/limit.h"
#include "servers.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 24, BURST = 30 /* of failures */, TRIES_MAX = 1000 };

/* One registry process, as far as limits go. */
struct process {
	struct tomb_arena arena;
	struct tomb_registry_config config;
	struct tomb_clock_manual clock;
	struct tomb_limit *limit;
	struct tomb_redis *redis;
};

static void start(struct process *p, const struct tomb_address *redis, const char *stream)
{
	struct tomb_err err;

	*p = (struct process){.arena = tomb_arena_init(ARENA_MAX),
		.config = {.redis_stream = tomb_str_from(stream), .request_rate = 1},
		.clock = tomb_clock_manual(1)};
	p->config.redis = *redis;
	assert_int_equal(tomb_limit_new(&p->config, &p->clock.clock, &p->arena, &p->limit, &err), TOMB_OK);
	assert_int_equal(tomb_limit_open(&p->config, &p->redis, &err), TOMB_OK);
}

static void end(struct process *p)
{
	tomb_redis_close(p->redis);
	tomb_limit_fini(p->limit);
	tomb_arena_fini(&p->arena);
}

static bool take(struct process *p, enum tomb_limit_kind kind, const char *key)
{
	uint32_t wait_s = 0;
	bool may = tomb_limit_take(p->limit, p->redis, kind, tomb_str_from(key), &wait_s);

	if (!may)
		assert_in_range(wait_s, 1, 60);
	return may;
}

/* How many attempts are let through at once, by one process after the other. */
static int burst_of(struct process *p, size_t n, enum tomb_limit_kind kind, const char *key)
{
	int taken = 0;

	while (taken < TRIES_MAX && take(&p[(size_t)taken % n], kind, key))
		taken++;
	return taken;
}

/* Names that no other test has. */
static const char *stream_of(const char *test)
{
	static char name[100];

	(void)snprintf(name, sizeof name, "test-limit-%s-%d", test, (int)getpid());
	return name;
}

static void registries_count_together(void **state)
{
	struct tomb_address redis = redis_address();
	struct process p[2];
	int taken = 0;

	(void)state;
	start(&p[0], &redis, stream_of("together"));
	start(&p[1], &redis, stream_of("together"));
	taken = burst_of(p, 2, TOMB_LIMIT_FAILURES, "alice@test.edu");
	assert_in_range(taken, BURST, BURST + 5); /* some more if the machine is so slow that it fills meanwhile */
	assert_true(take(&p[0], TOMB_LIMIT_FAILURES, "bob@test.edu"));
	assert_true(take(&p[1], TOMB_LIMIT_STRANGER, "alice@test.edu"));
	tomb_limit_forgive(p[1].limit, p[1].redis, TOMB_LIMIT_FAILURES, TOMB_STR("alice@test.edu"));
	assert_in_range(burst_of(&p[0], 1, TOMB_LIMIT_FAILURES, "alice@test.edu"), BURST, BURST + 5);
	end(&p[0]);
	end(&p[1]);
}

static void an_ipv6_customer_is_one_address(void **state)
{
	struct tomb_address none = {.name = ""};
	struct process p;

	(void)state;
	start(&p, &none, "s");
	assert_null(p.redis);
	for (int i = 0; i < BURST; i++) {
		char key[64];

		(void)snprintf(key, sizeof key, "2001:db8:1:2::%x", i + 1);
		assert_true(take(&p, TOMB_LIMIT_FAILURES, key));
	}
	assert_false(take(&p, TOMB_LIMIT_FAILURES, "2001:db8:1:2:ffff::1"));
	assert_true(take(&p, TOMB_LIMIT_FAILURES, "2001:db8:1:3::1"));
	end(&p);
}

static void the_rate_of_a_person_is_a_setting(void **state)
{
	struct tomb_address none = {.name = ""};
	struct process p;

	(void)state;
	start(&p, &none, "s");
	assert_int_equal(burst_of(&p, 1, TOMB_LIMIT_PERSON, "alice@test.edu"), 10); /* ten seconds of one a second */
	tomb_clock_manual_advance(&p.clock, 2 * (int64_t)TOMB_US_PER_S);
	assert_int_equal(burst_of(&p, 1, TOMB_LIMIT_PERSON, "alice@test.edu"), 2);
	end(&p);
}

static void an_address_that_is_nobodys_has_its_burst_of_requests(void **state)
{
	struct tomb_address none = {.name = ""};
	struct process p;

	(void)state;
	start(&p, &none, "s");
	assert_int_equal(burst_of(&p, 1, TOMB_LIMIT_STRANGER, "192.0.2.1"), 600);
	tomb_clock_manual_advance(&p.clock, TOMB_US_PER_S);
	assert_int_equal(burst_of(&p, 1, TOMB_LIMIT_STRANGER, "192.0.2.1"), 20);
	end(&p);
}

/* Where connections are accepted by the kernel, and nobody ever answers. */
static int listen_deaf(struct tomb_address *out)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*out = (struct tomb_address){.name = "127.0.0.1", .port = ntohs(a.sin_port)};
	return fd;
}

static int connections_made(int listener)
{
	int n = 0;

	for (int fd = accept(listener, NULL, NULL); fd >= 0; fd = accept(listener, NULL, NULL)) {
		assert_int_equal(close(fd), 0);
		n++;
	}
	assert_int_equal(errno, EAGAIN);
	return n;
}

static void while_redis_is_away_the_own_limits_hold_and_nobody_waits_for_it(void **state)
{
	struct tomb_address deaf;
	int listener = listen_deaf(&deaf);
	struct process p;

	(void)state;
	start(&p, &deaf, "s");
	assert_int_equal(burst_of(&p, 1, TOMB_LIMIT_FAILURES, "192.0.2.1"), BURST);
	tomb_limit_forgive(p.limit, p.redis, TOMB_LIMIT_FAILURES, TOMB_STR("192.0.2.1"));
	assert_int_equal(burst_of(&p, 1, TOMB_LIMIT_FAILURES, "192.0.2.1"), BURST);
	assert_int_equal(connections_made(listener), 1); /* the first attempt found out; nobody asked again */
	tomb_clock_manual_advance(&p.clock, TOMB_LIMIT_REST_MS * INT64_C(1000));
	(void)take(&p, TOMB_LIMIT_FAILURES, "192.0.2.1");
	(void)take(&p, TOMB_LIMIT_FAILURES, "192.0.2.1");
	assert_int_equal(connections_made(listener), 1);
	end(&p);
	assert_int_equal(close(listener), 0);
}

static void what_was_counted_with_redis_counts_without_it_too(void **state)
{
	struct server *server = redis_server_start();
	struct tomb_address redis = server_address(server);
	struct process p;

	(void)state;
	start(&p, &redis, "s");
	for (int i = 0; i < BURST; i++)
		assert_true(take(&p, TOMB_LIMIT_FAILURES, "alice@test.edu"));
	server_end(server);
	assert_false(take(&p, TOMB_LIMIT_FAILURES, "alice@test.edu"));
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registries_count_together),
		cmocka_unit_test(an_ipv6_customer_is_one_address),
		cmocka_unit_test(the_rate_of_a_person_is_a_setting),
		cmocka_unit_test(an_address_that_is_nobodys_has_its_burst_of_requests),
		cmocka_unit_test(while_redis_is_away_the_own_limits_hold_and_nobody_waits_for_it),
		cmocka_unit_test(what_was_counted_with_redis_counts_without_it_too),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
