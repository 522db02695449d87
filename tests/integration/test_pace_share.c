/*
 * Lanes in several processes that share what a store asks of one of them, through a real Redis; and a Redis that is
 * away, silent, full or holds nonsense.
 *
 * link: hiredis
 */
#include "pace_share.h"
#include "servers.h"
#include "slow_store.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct server *server;

static int start(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	server = redis_server_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	server_end(server);
	return 0;
}

static void redis(const char *command, ...) TOMB_PRINTF(1, 2);

static void redis(const char *command, ...)
{
	redisContext *c = redisConnectUnix(server_address(server).name);
	va_list ap;

	assert_non_null(c);
	va_start(ap, command);
	redisReply *reply = redisvCommand(c, command, ap);
	va_end(ap);
	assert_non_null(reply);
	assert_int_not_equal(reply->type, REDIS_REPLY_ERROR);
	freeReplyObject(reply);
	redisFree(c);
}

static int setup(void **state)
{
	(void)state;
	redis("FLUSHALL");
	return 0;
}

static struct tomb_pace_share *open_share(const struct tomb_clock *clock)
{
	const struct tomb_redis_options options = {.address = server_address(server)};
	struct tomb_pace_share *share = NULL;
	struct tomb_err err;

	assert_int_equal(tomb_pace_share_open(&share, &options, TOMB_STR("test"), clock, &err), TOMB_OK);
	return share;
}

/* A lane: a store, and what shares its pace. */
struct lane {
	struct slow_store s;
	struct tomb_pace_share *share;
};

static void lane_begin(struct lane *l, int64_t longest_ms)
{
	slow_store_begin(&l->s, longest_ms);
	l->share = open_share(&l->s.clock.clock);
	tomb_stores_share_pace(l->s.stores, tomb_pace_share_exchange, l->share);
}

static void lane_end(struct lane *l)
{
	tomb_pace_share_close(l->share);
	slow_store_end(&l->s);
}

/* Another process, whose one request gets this answer; it is over when this returns. */
static void throttle_another(const char *answer)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct lane l;
		bool throttled = false;

		slow_store_setup(&l.s);
		slow_store_answer(&l.s, 1, answer);
		lane_begin(&l, 0);
		throttled = slow_store_delete(&l.s).outcome == TOMB_OUTCOME_THROTTLED;
		lane_end(&l);
		_exit(throttled ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void pass(struct lane *l, int64_t ms)
{
	tomb_clock_manual_advance(&l->s.clock, ms * TOMB_US_PER_MS);
}

static void a_lane_slows_down_when_another_process_is_throttled(void **state)
{
	struct lane l;

	(void)state;
	slow_store_setup(&l.s);
	slow_store_answer(&l.s, 20, S3_NO_CONTENT);
	lane_begin(&l, 60000);
	for (int i = 0; i < 10; i++)
		assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(l.s.waited_ms, 0);
	throttle_another(S3_SLOW_DOWN);
	pass(&l, 1000);
	for (int i = 0; i < 10; i++)
		assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	assert_in_range(l.s.waited_ms, 1500, 1800); /* five a second, and growing */
	assert_int_equal(slow_store_sent(&l.s), 20);
	lane_end(&l);
}

static void what_a_store_asked_one_for_holds_for_all(void **state)
{
	struct lane l;
	struct tomb_result result;

	(void)state;
	slow_store_setup(&l.s);
	slow_store_answer(&l.s, 1, S3_NO_CONTENT);
	lane_begin(&l, 5000);
	throttle_another(S3_REFUSAL("503 Slow Down", "Retry-After: 300\r\n", "SlowDown"));
	pass(&l, 1000);
	result = slow_store_delete(&l.s);
	assert_int_equal(result.outcome, TOMB_OUTCOME_THROTTLED);
	assert_in_range(result.retry_after_ms, 290000, 300000);
	pass(&l, 298000);
	assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(slow_store_sent(&l.s), 1);
	lane_end(&l);
}

static struct tomb_pace figures(int64_t epoch, bool was_throttled, int64_t rate, int64_t keys)
{
	return (struct tomb_pace){
		.epoch = epoch, .was_throttled = was_throttled, .milli_rate = rate, .keys = keys, .pause_ms = 0};
}

static struct tomb_pace exchange(struct tomb_pace_share *share, struct tomb_pace pace)
{
	assert_true(tomb_pace_share_exchange(share, TOMB_STR("b"), &pace));
	return pace;
}

static void lanes_that_are_throttled_together_halve_once(void **state)
{
	TOMB_PACE_SHARE_AUTO *one = open_share(tomb_clock_real());
	TOMB_PACE_SHARE_AUTO *two = open_share(tomb_clock_real());
	struct tomb_pace a = exchange(one, figures(0, true, 5000, 500));
	struct tomb_pace b = exchange(two, figures(0, true, 6000, 250));

	(void)state;
	assert_int_equal(a.milli_rate, 5000);
	assert_int_equal(b.milli_rate, 5000);
	assert_int_equal(b.keys, 250);
	assert_true(b.epoch > a.epoch);
	assert_int_equal(exchange(one, figures(a.epoch, false, 5500, 550)).epoch, b.epoch);
	assert_int_equal(exchange(one, figures(b.epoch, true, 2500, 125)).milli_rate, 2500);
}

static void growth_is_told_to_those_that_come_new(void **state)
{
	TOMB_PACE_SHARE_AUTO *one = open_share(tomb_clock_real());
	TOMB_PACE_SHARE_AUTO *two = open_share(tomb_clock_real());
	struct tomb_pace a = exchange(one, figures(0, true, 1000, 10));
	struct tomb_pace b;

	(void)state;
	(void)exchange(one, figures(a.epoch, false, 7000, 400));
	b = exchange(two, figures(0, false, 0, 1000));
	assert_int_equal(b.milli_rate, 7000);
	assert_int_equal(b.keys, 400);
	assert_int_equal(b.epoch, a.epoch);
}

static void nothing_is_kept_where_nobody_was_throttled(void **state)
{
	TOMB_PACE_SHARE_AUTO *share = open_share(tomb_clock_real());
	redisContext *c = redisConnectUnix(server_address(server).name);
	redisReply *reply = NULL;

	(void)state;
	assert_int_equal(exchange(share, figures(0, false, 9000, 100)).epoch, 0);
	reply = redisCommand(c, "DBSIZE");
	assert_int_equal(reply->integer, 0);
	freeReplyObject(reply);
	(void)exchange(share, figures(0, true, 9000, 100));
	reply = redisCommand(c, "PTTL test:pace:b"); /* and it ends by itself */
	assert_in_range(reply->integer, 1, TOMB_PACE_SHARE_MEMORY_S * 1000);
	freeReplyObject(reply);
	redisFree(c);
}

static void backends_do_not_disturb_each_other(void **state)
{
	TOMB_PACE_SHARE_AUTO *share = open_share(tomb_clock_real());
	struct tomb_pace other = figures(0, false, 0, 1000);

	(void)state;
	(void)exchange(share, figures(0, true, 1000, 10));
	assert_true(tomb_pace_share_exchange(share, TOMB_STR("c"), &other));
	assert_int_equal(other.epoch, 0);
}

static int64_t real_ms(void)
{
	return tomb_clock_monotonic_us(tomb_clock_real()) / 1000;
}

static void a_redis_that_dies_on_the_way_slows_nobody(void **state)
{
	struct lane l;
	int64_t before_ms = 0;

	(void)state;
	slow_store_setup(&l.s);
	slow_store_answer(&l.s, 10, S3_NO_CONTENT);
	slow_store_answer(&l.s, 1, S3_SLOW_DOWN);
	slow_store_answer(&l.s, 30, S3_NO_CONTENT);
	lane_begin(&l, 60000);
	for (int i = 0; i < 10; i++)
		assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	server_kill(server);
	before_ms = real_ms();
	for (int i = 0; i < 20; i++) {
		pass(&l, 1000);
		assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	}
	assert_true(real_ms() - before_ms < 1000);
	server_start_again(server);
	pass(&l, TOMB_PACE_SHARE_REST_S * 1000);
	throttle_another(S3_REFUSAL("503 Slow Down", "Retry-After: 20\r\n", "SlowDown"));
	l.s.waited_ms = 0;
	assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	assert_in_range(l.s.waited_ms, 19000, 20000); /* they hear of each other again */
	lane_end(&l);
}

/* Something that takes connections, and never says a word. */
static int listen_silently(char path[static 108])
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(path, 108, "/tmp/tombstone-silent-%d", (int)getpid());
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void a_silent_redis_costs_a_moment_in_half_a_minute(void **state)
{
	struct tomb_redis_options options = {.address = server_address(server)};
	TOMB_PACE_SHARE_AUTO *share = NULL;
	struct tomb_clock_manual clock = tomb_clock_manual(0);
	struct tomb_pace pace = figures(0, true, 5000, 500);
	struct tomb_err err;
	char path[108];
	int fd = listen_silently(path);
	int64_t before_ms = real_ms();

	(void)state;
	(void)snprintf(options.address.name, sizeof options.address.name, "%s", path);
	tomb_clock_manual_advance(&clock, TOMB_US_PER_S);
	assert_int_equal(tomb_pace_share_open(&share, &options, TOMB_STR("test"), &clock.clock, &err), TOMB_OK);
	assert_false(tomb_pace_share_exchange(share, TOMB_STR("b"), &pace));
	assert_int_equal(pace.milli_rate, 5000);
	assert_in_range(real_ms() - before_ms, TOMB_PACE_SHARE_WAIT_MS / 2, 5 * TOMB_PACE_SHARE_WAIT_MS);
	before_ms = real_ms();
	for (int i = 0; i < 100; i++)
		assert_false(tomb_pace_share_exchange(share, TOMB_STR("b"), &pace));
	assert_true(real_ms() - before_ms < TOMB_PACE_SHARE_WAIT_MS);
	(void)close(fd);
	(void)unlink(path);
}

static void a_full_redis_is_left_alone(void **state)
{
	TOMB_PACE_SHARE_AUTO *share = open_share(tomb_clock_real());
	struct tomb_pace pace = figures(0, true, 5000, 500);

	(void)state;
	redis("CONFIG SET maxmemory 1");
	assert_false(tomb_pace_share_exchange(share, TOMB_STR("b"), &pace));
	redis("CONFIG SET maxmemory 0");
	assert_false(tomb_pace_share_exchange(share, TOMB_STR("b"), &pace)); /* it rests */
	assert_int_equal(pace.milli_rate, 5000);
}

static void nonsense_in_redis_is_not_believed(void **state)
{
	TOMB_PACE_SHARE_AUTO *share = open_share(tomb_clock_real());
	struct lane l;
	struct tomb_pace pace = figures(0, false, 0, 1000);

	(void)state;
	redis("SET test:pace:b text");
	assert_false(tomb_pace_share_exchange(share, TOMB_STR("b"), &pace));
	redis("HSET test:pace:s epoch 5 rate 1 keys -3 closed 99999999999999999");
	slow_store_setup(&l.s);
	slow_store_answer(&l.s, 1, S3_NO_CONTENT);
	lane_begin(&l, 1000000);
	pass(&l, 1000);
	assert_int_equal(slow_store_delete(&l.s).outcome, TOMB_OUTCOME_GONE);
	assert_in_range(l.s.waited_ms, 1, 900000); /* the longest that any store is given */
	lane_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_lane_slows_down_when_another_process_is_throttled, setup),
		cmocka_unit_test_setup(what_a_store_asked_one_for_holds_for_all, setup),
		cmocka_unit_test_setup(lanes_that_are_throttled_together_halve_once, setup),
		cmocka_unit_test_setup(growth_is_told_to_those_that_come_new, setup),
		cmocka_unit_test_setup(nothing_is_kept_where_nobody_was_throttled, setup),
		cmocka_unit_test_setup(backends_do_not_disturb_each_other, setup),
		cmocka_unit_test_setup(a_redis_that_dies_on_the_way_slows_nobody, setup),
		cmocka_unit_test_setup(a_silent_redis_costs_a_moment_in_half_a_minute, setup),
		cmocka_unit_test_setup(a_full_redis_is_left_alone, setup),
		cmocka_unit_test_setup(nonsense_in_redis_is_not_believed, setup),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
