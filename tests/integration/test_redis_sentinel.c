/* Redis is where the Sentinels say that it is, also after they have changed their minds. */
#include "expect.h"
#include "moment.h"
#include "redis_trio.h"
#include "tombstone/redis.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WAIT_MS = 240 * 1000 };

static const struct tomb_redis_queue queue = {
	.stream = {"batches", 7}, .group = {"workers", 7}, .consumer = {"lane", 4}, .length_max = 1000};
static const struct tomb_secret password = {.text = REDIS_TRIO_PASSWORD, .n = sizeof REDIS_TRIO_PASSWORD - 1};
static const struct tomb_secret sentinel_password = {
	.text = REDIS_TRIO_SENTINEL_PASSWORD, .n = sizeof REDIS_TRIO_SENTINEL_PASSWORD - 1};

struct world {
	struct redis_trio trio;
	char sentinels[64];
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	redis_trio_start(&w->trio);
	(void)snprintf(w->sentinels, sizeof w->sentinels, "127.0.0.1:%d,127.0.0.1:%d", w->trio.dead_port,
		w->trio.sentinel_port);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	redis_trio_end(&w->trio);
	free(w);
	return 0;
}

static struct tomb_redis *open_handle(const struct world *w, const char *master)
{
	struct tomb_redis *redis = NULL;
	struct tomb_err err;

	assert_int_equal(tomb_redis_open(&redis,
				 &(struct tomb_redis_options){.sentinels = tomb_str_from(w->sentinels),
					 .master = tomb_str_from(master),
					 .sentinel_password = &sentinel_password,
					 .password = &password},
				 &err),
		TOMB_OK);
	return redis;
}

static enum tomb_code announce(struct tomb_redis *redis, struct tomb_err *err)
{
	return tomb_redis_announce(redis, &queue, (const int64_t[]){7}, 1, err);
}

/* How long the stream is on one of the servers. */
static void assert_length(const struct world *w, int which, const char *length)
{
	char answer[REDIS_TRIO_ANSWER];

	redis_trio_tell(w->trio.servers[which], REDIS_TRIO_PASSWORD, "XLEN batches", answer);
	assert_string_equal(answer, length);
}

/* Until it can be done, as our callers do; true if it could not at first. */
static bool announce_until_done(struct tomb_redis *redis)
{
	int64_t until = moment_ms() + WAIT_MS;
	bool was_down = false;
	struct tomb_err err;

	while (announce(redis, &err) != TOMB_OK) {
		assert_int_equal(err.code, TOMB_QUEUE_DOWN);
		was_down = true;
		if (moment_ms() > until)
			fail_msg("%s", err.text);
		moment_pass();
	}
	return was_down;
}

static void the_master_is_found_though_one_sentinel_is_dead(void **state)
{
	TOMB_REDIS_AUTO *redis = open_handle(*state, REDIS_TRIO_MASTER);

	TOMB_EXPECT(TOMB_OK, "", announce(redis, &err));
	assert_length(*state, 0, ":1\r\n");
}

static void a_failover_is_followed(void **state)
{
	struct world *w = *state;
	TOMB_REDIS_AUTO *redis = open_handle(w, REDIS_TRIO_MASTER);

	TOMB_EXPECT(TOMB_OK, "", announce(redis, &err));
	server_kill(w->trio.servers[0]);
	TOMB_EXPECT(TOMB_QUEUE_DOWN, "", announce(redis, &err));
	redis_trio_wait_for_master(&w->trio, 1);
	(void)announce_until_done(redis);
	server_start_again(w->trio.servers[0]); /* the old master believes for a moment that it still is one */
	TOMB_EXPECT(TOMB_OK, "", announce(redis, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_redis_ping(redis, &err));
}

static void a_master_that_became_a_copy_is_left(void **state)
{
	struct world *w = *state;
	TOMB_REDIS_AUTO *redis = open_handle(w, REDIS_TRIO_MASTER);
	char command[96];
	char answer[REDIS_TRIO_ANSWER];

	TOMB_EXPECT(TOMB_OK, "", announce(redis, &err));
	redis_trio_wait_for(&w->trio, 1, "XLEN batches", ":1\r");
	/* By hand: our connection stays, and now leads to a server that takes no writes. */
	redis_trio_tell(w->trio.sentinel, REDIS_TRIO_SENTINEL_PASSWORD, "SENTINEL REMOVE " REDIS_TRIO_MASTER, answer);
	redis_trio_tell(w->trio.servers[1], REDIS_TRIO_PASSWORD, "REPLICAOF NO ONE", answer);
	(void)snprintf(command, sizeof command, "REPLICAOF 127.0.0.1 %d", w->trio.ports[1]);
	redis_trio_tell(w->trio.servers[0], REDIS_TRIO_PASSWORD, command, answer);
	assert_string_equal(answer, "+OK\r\n");
	TOMB_EXPECT(TOMB_QUEUE_DOWN, "READONLY", announce(redis, &err));
	TOMB_EXPECT(TOMB_QUEUE_DOWN, "knows no master called " REDIS_TRIO_MASTER, announce(redis, &err));
	(void)snprintf(
		command, sizeof command, "SENTINEL MONITOR " REDIS_TRIO_MASTER " 127.0.0.1 %d 1", w->trio.ports[1]);
	redis_trio_tell(w->trio.sentinel, REDIS_TRIO_SENTINEL_PASSWORD, command, answer);
	assert_string_equal(answer, "+OK\r\n");
	TOMB_EXPECT(TOMB_OK, "", announce(redis, &err));
	assert_length(w, 1, ":2\r\n");
}

static void what_a_sentinel_calls_master_must_say_so_itself(void **state)
{
	struct world *w = *state;
	TOMB_REDIS_AUTO *redis = open_handle(w, "yesterday");
	char command[96];
	char answer[REDIS_TRIO_ANSWER];

	(void)snprintf(command, sizeof command, "SENTINEL MONITOR yesterday 127.0.0.1 %d 1", w->trio.ports[1]);
	redis_trio_tell(w->trio.sentinel, REDIS_TRIO_SENTINEL_PASSWORD, command, answer);
	assert_string_equal(answer, "+OK\r\n");
	TOMB_EXPECT(TOMB_QUEUE_DOWN, "is a slave, not the master", announce(redis, &err));
}

static void a_wrong_password_is_said_to_be_the_sentinels(void **state)
{
	const struct world *w = *state;
	TOMB_REDIS_AUTO *redis = NULL;
	const struct tomb_redis_options options = {.sentinels = tomb_str_from(w->sentinels),
		.master = TOMB_STR(REDIS_TRIO_MASTER),
		.sentinel_password = &password,
		.password = &password};

	TOMB_EXPECT(TOMB_OK, "", tomb_redis_open(&redis, &options, &err));
	TOMB_EXPECT(TOMB_QUEUE_DOWN, "Sentinel: Redis refused AUTH", announce(redis, &err));
}

static void sentinels_that_make_no_sense_are_refused_at_the_start(void **state)
{
	static const struct {
		const char *sentinels;
		const char *master;
		const char *why;
	} bad[] = {{"127.0.0.1:1", "", "go together"}, {"", "name", "go together"},
		{"127.0.0.1", "name", "the list of Sentinels"}, {"127.0.0.1:1,", "name", "comma"},
		{",127.0.0.1:1", "name", ""}, {"a:1,,b:1", "name", ""},
		{"a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1", "name", "more than 9"}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		struct tomb_redis *redis = NULL;
		const struct tomb_redis_options options = {
			.sentinels = tomb_str_from(bad[i].sentinels), .master = tomb_str_from(bad[i].master)};

		TOMB_EXPECT(TOMB_INVAL, bad[i].why, tomb_redis_open(&redis, &options, &err));
		assert_null(redis);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_master_is_found_though_one_sentinel_is_dead, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failover_is_followed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_master_that_became_a_copy_is_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_sentinel_calls_master_must_say_so_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_wrong_password_is_said_to_be_the_sentinels, set_up, tear_down),
		cmocka_unit_test(sentinels_that_make_no_sense_are_refused_at_the_start),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("Redis and its Sentinels", tests, NULL, NULL);
}
