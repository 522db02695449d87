/* Which connections make place for others, and whose they are. */
#include "../../registry/service/connections.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX = 3, HOUR_MS = 3600 * 1000, ARENA_MAX = 1024 * 1024 };

struct fixture {
	struct tomb_arena arena;
	struct tomb_connections *all;
	int fds[2 * MAX][2];
};

static struct fixture f;

static void start(uint32_t per_address)
{
	const struct tomb_connections_options options = {
		.max = MAX,
		.per_address = per_address,
		.head_ms = 1000,
		.idle_ms = 1000,
		.slow_ms = 1000,
		.body_rate = 1,
		.answer_rate = 1,
		.tick_ms = HOUR_MS, /* nobody looks around */
		.clock = tomb_clock_real(),
	};
	struct tomb_err err;

	f.arena = tomb_arena_init(ARENA_MAX);
	assert_int_equal(tomb_connections_start(&options, &f.arena, &f.all, &err), TOMB_OK);
	for (size_t i = 0; i < TOMB_COUNTOF(f.fds); i++)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f.fds[i]), 0);
}

static void stop(void)
{
	for (size_t i = 0; i < TOMB_COUNTOF(f.fds); i++) {
		assert_int_equal(close(f.fds[i][0]), 0);
		assert_int_equal(close(f.fds[i][1]), 0);
	}
	tomb_connections_stop(f.all);
	tomb_arena_fini(&f.arena);
}

static struct tomb_connection *add(size_t i, const char *address)
{
	struct sockaddr_storage peer = {.ss_family = AF_UNIX};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&peer;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&peer;
	struct tomb_connection *c = NULL;

	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1)
		peer.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1)
		peer.ss_family = AF_INET6;
	c = tomb_connections_add(f.all, f.fds[i][0], (const struct sockaddr *)&peer);
	assert_non_null(c);
	return c;
}

static bool is_cut(size_t i)
{
	char byte = 0;

	return recv(f.fds[i][1], &byte, 1, MSG_DONTWAIT) == 0;
}

static enum tomb_code check(const struct tomb_connection *c)
{
	struct tomb_err err;

	return tomb_connection_check(c, &err);
}

static void what_is_kept_for_later_goes_before_what_has_begun(void **state)
{
	struct tomb_connection *held[MAX + 1];

	(void)state;
	start(0);
	for (size_t i = 0; i < MAX; i++)
		held[i] = add(i, "unix");
	assert_true(tomb_connection_enter(f.all, held[1], TOMB_CONNECTION_SERVING, 0));
	assert_true(tomb_connection_enter(f.all, held[2], TOMB_CONNECTION_IDLE, 0));
	held[MAX] = add(MAX, "unix");
	assert_int_equal(check(held[MAX]), TOMB_OK);
	assert_false(is_cut(0));
	assert_false(is_cut(1));
	assert_true(is_cut(2));
	stop();
}

static void a_connection_that_was_cut_gets_nothing_done(void **state)
{
	struct tomb_connection *held[MAX + 1];

	(void)state;
	start(0);
	for (size_t i = 0; i <= MAX; i++)
		held[i] = add(i, "unix");
	assert_true(is_cut(0));
	assert_false(tomb_connection_enter(f.all, held[0], TOMB_CONNECTION_SERVING, 0));
	assert_true(tomb_connection_enter(f.all, held[1], TOMB_CONNECTION_SERVING, 0));
	stop();
}

static void nobody_is_cut_for_a_newcomer_while_all_are_served(void **state)
{
	static const enum tomb_connection_state busy[MAX] = {
		TOMB_CONNECTION_SERVING, TOMB_CONNECTION_SENDING, TOMB_CONNECTION_BODY};
	struct tomb_connection *held[MAX + 1];

	(void)state;
	start(0);
	for (size_t i = 0; i < MAX; i++) {
		held[i] = add(i, "unix");
		assert_true(tomb_connection_enter(f.all, held[i], busy[i], 0));
	}
	held[MAX] = add(MAX, "unix");
	assert_int_equal(check(held[MAX]), TOMB_BUSY);
	for (size_t i = 0; i < MAX; i++)
		assert_false(is_cut(i));
	tomb_connections_remove(f.all, held[MAX]);
	tomb_connections_remove(f.all, held[0]);
	assert_int_equal(check(add(MAX + 1, "unix")), TOMB_OK);
	stop();
}

static void a_network_of_ipv6_counts_as_one_address(void **state)
{
	(void)state;
	start(1);
	assert_int_equal(check(add(0, "2001:db8:0:1::1")), TOMB_OK);
	assert_int_equal(check(add(1, "2001:db8:0:1:ffff::2")), TOMB_RATE_LIMITED);
	assert_int_equal(check(add(2, "2001:db8:0:2::1")), TOMB_OK);
	stop();
}

static void ipv4_is_the_same_inside_ipv6(void **state)
{
	struct tomb_connection *first = NULL;

	(void)state;
	start(1);
	first = add(0, "192.0.2.1");
	assert_int_equal(check(first), TOMB_OK);
	assert_int_equal(check(add(1, "::ffff:192.0.2.1")), TOMB_RATE_LIMITED);
	assert_int_equal(check(add(2, "::ffff:192.0.2.2")), TOMB_OK);
	tomb_connections_remove(f.all, first);
	stop();
}

static void unix_sockets_have_no_address_to_count(void **state)
{
	(void)state;
	start(1);
	assert_int_equal(check(add(0, "unix")), TOMB_OK);
	assert_int_equal(check(add(1, "unix")), TOMB_OK);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_for_later_goes_before_what_has_begun),
		cmocka_unit_test(a_connection_that_was_cut_gets_nothing_done),
		cmocka_unit_test(nobody_is_cut_for_a_newcomer_while_all_are_served),
		cmocka_unit_test(a_network_of_ipv6_counts_as_one_address),
		cmocka_unit_test(ipv4_is_the_same_inside_ipv6),
		cmocka_unit_test(unix_sockets_have_no_address_to_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
