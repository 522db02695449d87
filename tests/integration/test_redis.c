/*
 * The queue against a real Redis that is stopped, emptied and short of memory.
 *
 * link: hiredis
 */
#include "servers.h"
#include "tombstone/redis.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
	struct server *server;
	struct tomb_redis *redis;
	struct tomb_redis_queue queue;
	struct tomb_arena arena;
	struct tomb_err err;
};

static struct server *server;

static int start(void **state)
{
	(void)state;
	server = redis_server_start();
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_end(server);
	return 0;
}

/* A handle of a test's own, on a stream of its own. */
static int setup(void **state)
{
	static struct fixture f;
	static char stream[32];
	static int serial;
	const struct tomb_redis_options options = {.address = server_address(server)};

	(void)snprintf(stream, sizeof stream, "stream-%d", ++serial);
	f = (struct fixture){
		.server = server,
		.queue = {.stream = tomb_str_from(stream),
			.group = TOMB_STR("workers"),
			.consumer = TOMB_STR("lane 1"),
			.length_max = 100000},
		.arena = tomb_arena_init(1 << 20),
	};
	*state = &f;
	return tomb_redis_open(&f.redis, &options, &f.err) == TOMB_OK ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tomb_redis_close(f->redis);
	tomb_arena_fini(&f->arena);
	return 0;
}

#define OK(f, expr)                                                                                                    \
	do {                                                                                                           \
		if ((expr) != TOMB_OK)                                                                                 \
			fail_msg("%s: %s", #expr, (f)->err.text);                                                      \
	} while (0)

#define DOWN(f, expr, piece)                                                                                           \
	do {                                                                                                           \
		assert_int_equal((expr), TOMB_QUEUE_DOWN);                                                             \
		if (!strstr((f)->err.text, (piece)))                                                                   \
			fail_msg("\"%s\" does not say \"%s\"", (f)->err.text, (piece));                                \
	} while (0)

/* What an operator could type into redis-cli; the reply is thrown away. */
static void type(const char *command)
{
	const struct tomb_address address = server_address(server);
	redisContext *c = redisConnectUnix(address.name);
	redisReply *reply = NULL;

	assert_non_null(c);
	reply = redisCommand(c, command);
	assert_non_null(reply);
	if (reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s: %s", command, reply->str);
	freeReplyObject(reply);
	redisFree(c);
}

static struct tomb_redis_entries take(struct fixture *f, int at_most)
{
	struct tomb_redis_entries entries = {NULL, 99};

	OK(f, tomb_redis_read(f->redis, &f->queue, at_most, 0, &f->arena, &entries, &f->err));
	return entries;
}

static void announce(struct fixture *f, int64_t first, size_t n)
{
	int64_t *ids = TOMB_NEW(&f->arena, int64_t, n);

	assert_non_null(ids);
	for (size_t i = 0; i < n; i++)
		ids[i] = first + (int64_t)i;
	OK(f, tomb_redis_announce(f->redis, &f->queue, ids, n, &f->err));
}

static void a_running_redis_answers(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_redis_ping(f->redis, &f->err));
}

static void what_is_announced_is_read_in_order_and_once(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 7, 3);
	announce(f, INT64_MAX, 1);
	entries = take(f, 3);
	assert_int_equal(entries.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(entries.v[i].batch_id, 7 + (int64_t)i);
	f->queue.consumer = TOMB_STR("lane 2");
	entries = take(f, 10);
	assert_int_equal(entries.n, 1);
	assert_true(entries.v[0].batch_id == INT64_MAX);
	assert_int_equal(take(f, 10).n, 0);
}

static void joining_twice_is_fine(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
}

static void a_group_made_late_begins_with_the_oldest_entry(void **state)
{
	struct fixture *f = *state;

	announce(f, 1, 2);
	assert_int_equal(take(f, 10).n, 0); /* makes the group */
	assert_int_equal(take(f, 10).n, 2);
}

static void thousands_are_announced_at_once(void **state)
{
	struct fixture *f = *state;
	int64_t next = 1;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 1, 12345);
	while (next <= 12345) {
		struct tomb_redis_entries entries;

		tomb_arena_reset(&f->arena);
		entries = take(f, TOMB_REDIS_READ_MAX);
		assert_true(entries.n > 0);
		for (size_t i = 0; i < entries.n; i++)
			assert_int_equal(entries.v[i].batch_id, next++);
	}
	announce(f, 1, 0);
	assert_int_equal(take(f, 1).n, 0);
}

static void the_stream_does_not_grow_for_ever(void **state)
{
	struct fixture *f = *state;

	f->queue.length_max = 200;
	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 1, 5000);
	/* "About" 200: Redis trims whole nodes, of 100 entries by default. */
	assert_in_range(take(f, TOMB_REDIS_READ_MAX).n, 200, 400);
}

static void waiting_ends_when_the_time_is_over(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries = {NULL, 99};

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	OK(f, tomb_redis_read(f->redis, &f->queue, 1, 30, &f->arena, &entries, &f->err));
	assert_int_equal(entries.n, 0);
	OK(f, tomb_redis_ping(f->redis, &f->err));
}

/* Does something over a connection of its own while this program waits. */
static pid_t meanwhile(const char *command)
{
	const struct tomb_address address = server_address(server);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		redisContext *c = redisConnectUnix(address.name);
		redisReply *reply = NULL;
		int waiting = 0;

		/* Until somebody is blocked, which is what we are to disturb. */
		while (c && !c->err && !waiting) {
			reply = redisCommand(c, "INFO clients");
			waiting = reply && reply->str && strstr(reply->str, "blocked_clients:1");
			freeReplyObject(reply);
		}
		reply = c ? redisCommand(c, command) : NULL;
		_exit(reply && reply->type != REDIS_REPLY_ERROR ? 0 : 1);
	}
	return pid;
}

static void assert_done(pid_t pid)
{
	int status = 1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void waiting_ends_with_an_announcement(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries = {NULL, 99};
	char command[64];
	pid_t other = 0;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	(void)snprintf(command, sizeof command, "XADD %s * batch 42", f->queue.stream.p);
	other = meanwhile(command);
	OK(f, tomb_redis_read(f->redis, &f->queue, 1, 30000, &f->arena, &entries, &f->err));
	assert_int_equal(entries.n, 1);
	assert_int_equal(entries.v[0].batch_id, 42);
	assert_done(other);
}

static void emptying_redis_while_somebody_waits_is_survived(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries = {NULL, 99};
	pid_t other = 0;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	other = meanwhile("FLUSHALL");
	OK(f, tomb_redis_read(f->redis, &f->queue, 1, 30000, &f->arena, &entries, &f->err));
	assert_int_equal(entries.n, 0);
	assert_done(other);
	announce(f, 5, 1);
	assert_int_equal(take(f, 1).n, 1);
}

static void an_acknowledged_entry_is_not_reclaimed(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries mine;
	struct tomb_redis_entries theirs = {NULL, 99};

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 1, 3);
	mine = take(f, 3);
	OK(f, tomb_redis_ack(f->redis, &f->queue, mine.v[1].id, &f->err));
	OK(f, tomb_redis_ack(f->redis, &f->queue, mine.v[1].id, &f->err));
	f->queue.consumer = TOMB_STR("lane 2");
	OK(f, tomb_redis_reclaim(f->redis, &f->queue, 10, 0, &f->arena, &theirs, &f->err));
	assert_int_equal(theirs.n, 2);
	assert_int_equal(theirs.v[0].batch_id, 1);
	assert_int_equal(theirs.v[1].batch_id, 3);
	assert_true(tomb_str_eq(theirs.v[0].id, mine.v[0].id));
	OK(f, tomb_redis_reclaim(f->redis, &f->queue, 10, 3600 * 1000, &f->arena, &theirs, &f->err));
	assert_int_equal(theirs.n, 0);
}

static void entries_that_were_trimmed_are_not_reclaimed(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries theirs = {NULL, 99};
	char command[64];

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 1, 3);
	assert_int_equal(take(f, 3).n, 3);
	(void)snprintf(command, sizeof command, "XTRIM %s MAXLEN 1", f->queue.stream.p);
	type(command);
	OK(f, tomb_redis_reclaim(f->redis, &f->queue, 10, 0, &f->arena, &theirs, &f->err));
	assert_int_equal(theirs.n, 1);
	assert_int_equal(theirs.v[0].batch_id, 3);
}

static void what_others_wrote_into_the_stream_is_no_batch(void **state)
{
	static const char *const foreign[] = {
		"batch x", "batch 0", "batch -1", "batch 9223372036854775808", "Batch 1", "a b c d"};
	struct fixture *f = *state;
	struct tomb_redis_entries entries;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	for (size_t i = 0; i < TOMB_COUNTOF(foreign); i++) {
		char command[96];

		(void)snprintf(command, sizeof command, "XADD %s * %s", f->queue.stream.p, foreign[i]);
		type(command);
	}
	announce(f, 3, 1);
	entries = take(f, 10);
	assert_int_equal(entries.n, TOMB_COUNTOF(foreign) + 1);
	for (size_t i = 0; i < TOMB_COUNTOF(foreign); i++) {
		assert_int_equal(entries.v[i].batch_id, 0);
		OK(f, tomb_redis_ack(f->redis, &f->queue, entries.v[i].id, &f->err));
	}
	assert_int_equal(entries.v[TOMB_COUNTOF(foreign)].batch_id, 3);
}

static void a_key_of_another_type_is_an_error_with_its_reason(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries = {NULL, 99};
	char command[64];

	(void)snprintf(command, sizeof command, "SET %s text", f->queue.stream.p);
	type(command);
	DOWN(f, tomb_redis_announce(f->redis, &f->queue, (const int64_t[]){1, 2, 3}, 3, &f->err), "WRONGTYPE");
	DOWN(f, tomb_redis_join(f->redis, &f->queue, &f->err), "WRONGTYPE");
	DOWN(f, tomb_redis_read(f->redis, &f->queue, 1, 0, &f->arena, &entries, &f->err), "WRONGTYPE");
	DOWN(f, tomb_redis_reclaim(f->redis, &f->queue, 1, 0, &f->arena, &entries, &f->err), "WRONGTYPE");
	DOWN(f, tomb_redis_ack(f->redis, &f->queue, TOMB_STR("1-1"), &f->err), "WRONGTYPE");
	assert_int_equal(entries.n, 99);
	OK(f, tomb_redis_ping(f->redis, &f->err));
}

static void an_id_that_is_none_is_refused_with_its_reason(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	DOWN(f, tomb_redis_ack(f->redis, &f->queue, TOMB_STR("x\r\nFLUSHALL\r\n"), &f->err), "XACK");
	OK(f, tomb_redis_ping(f->redis, &f->err));
}

static void an_emptied_redis_is_joined_again(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries = {NULL, 99};

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 1, 3);
	entries = take(f, 1);
	type("FLUSHALL");
	OK(f, tomb_redis_ack(f->redis, &f->queue, entries.v[0].id, &f->err));
	OK(f, tomb_redis_reclaim(f->redis, &f->queue, 10, 0, &f->arena, &entries, &f->err));
	assert_int_equal(entries.n, 0);
	announce(f, 4, 1);
	assert_int_equal(take(f, 10).n, 1);
	type("FLUSHALL");
	assert_int_equal(take(f, 10).n, 0);
	announce(f, 5, 1);
	assert_int_equal(take(f, 10).n, 1);
}

static void a_redis_that_died_is_down_and_then_found_again(void **state)
{
	struct fixture *f = *state;
	struct tomb_redis_entries entries = {NULL, 99};

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	server_kill(server);
	DOWN(f, tomb_redis_read(f->redis, &f->queue, 1, 10, &f->arena, &entries, &f->err),
		"unix:/tmp/tombstone-redis-");
	DOWN(f, tomb_redis_ping(f->redis, &f->err), "Connection refused");
	DOWN(f, tomb_redis_announce(f->redis, &f->queue, (const int64_t[]){1}, 1, &f->err), "Connection refused");
	assert_int_equal(entries.n, 99);
	server_start_again(server);
	announce(f, 8, 1);
	assert_int_equal(take(f, 1).n, 0); /* the group went with the old one */
	assert_int_equal(take(f, 1).n, 1);
}

static void a_redis_that_was_restarted_between_calls_costs_one_call(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_redis_ping(f->redis, &f->err));
	server_kill(server);
	server_start_again(server);
	DOWN(f, tomb_redis_announce(f->redis, &f->queue, (const int64_t[]){1, 2}, 2, &f->err), "Redis at unix:");
	OK(f, tomb_redis_announce(f->redis, &f->queue, (const int64_t[]){1, 2}, 2, &f->err));
}

static void a_redis_that_does_not_answer_is_down_in_time(void **state)
{
	struct fixture *f = *state;
	const struct tomb_redis_options options = {
		.address = server_address(server), .connect_ms = 1000, .command_ms = 50};
	TOMB_REDIS_AUTO *impatient = NULL;

	OK(f, tomb_redis_open(&impatient, &options, &f->err));
	OK(f, tomb_redis_ping(impatient, &f->err));
	type("CLIENT PAUSE 100000 ALL");
	DOWN(f, tomb_redis_ping(impatient, &f->err), "no answer in time");
	server_kill(server);
	server_start_again(server);
	OK(f, tomb_redis_ping(impatient, &f->err));
}

static void a_redis_without_memory_refuses_with_its_reason(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	type("CONFIG SET maxmemory 1");
	DOWN(f, tomb_redis_announce(f->redis, &f->queue, (const int64_t[]){1, 2, 3}, 3, &f->err), "OOM");
	DOWN(f, tomb_redis_ping(f->redis, &f->err), "OOM");
	type("CONFIG SET maxmemory 0");
	announce(f, 1, 1);
	assert_int_equal(take(f, 10).n, 1);
}

static void a_replica_refuses_writes_with_its_reason(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_redis_ping(f->redis, &f->err));
	type("REPLICAOF 127.0.0.1 1");
	DOWN(f, tomb_redis_announce(f->redis, &f->queue, (const int64_t[]){1, 2, 3}, 3, &f->err), "READONLY");
	DOWN(f, tomb_redis_ping(f->redis, &f->err), "READONLY");
	type("REPLICAOF NO ONE");
	announce(f, 1, 1);
}

static void a_password_is_asked_for_and_given(void **state)
{
	struct fixture *f = *state;
	const struct tomb_secret right = {.text = "sword fish", .n = 10};
	const struct tomb_secret wrong = {.text = "swordfish", .n = 9};
	struct tomb_redis_options options = {.address = server_address(server), .password = &right};
	TOMB_REDIS_AUTO *with = NULL;
	TOMB_REDIS_AUTO *without = NULL;
	redisContext *typist = NULL;

	typist = redisConnectUnix(options.address.name);
	assert_non_null(typist);
	freeReplyObject(redisCommand(typist, "CONFIG SET requirepass %s", right.text));
	OK(f, tomb_redis_open(&with, &options, &f->err));
	OK(f, tomb_redis_ping(with, &f->err));
	DOWN(f, tomb_redis_ping(f->redis, &f->err), "NOAUTH");
	options.password = &wrong;
	OK(f, tomb_redis_open(&without, &options, &f->err));
	DOWN(f, tomb_redis_ping(without, &f->err), "WRONGPASS");
	assert_null(strstr(f->err.text, "swordfish"));
	freeReplyObject(redisCommand(typist, "CONFIG SET requirepass %s", ""));
	redisFree(typist);
	OK(f, tomb_redis_ping(f->redis, &f->err));
}

/* Lets Redis listen on TCP too, at a port that was free a moment ago. */
static struct tomb_address open_tcp(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct tomb_address address = {.name = "127.0.0.1"};
	socklen_t n = sizeof any;
	char command[64];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof any), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &n), 0);
	assert_int_equal(close(fd), 0);
	address.port = ntohs(any.sin_port);
	(void)snprintf(command, sizeof command, "CONFIG SET port %u", (unsigned)address.port);
	type(command);
	return address;
}

static void tcp_works_as_well(void **state)
{
	struct fixture *f = *state;
	const struct tomb_redis_options options = {.address = open_tcp(), .connect_ms = 1000};
	TOMB_REDIS_AUTO *redis = NULL;

	OK(f, tomb_redis_open(&redis, &options, &f->err));
	OK(f, tomb_redis_announce(redis, &f->queue, (const int64_t[]){1, 2}, 2, &f->err));
	type("CONFIG SET port 0");
	server_kill(server);
	DOWN(f, tomb_redis_ping(redis, &f->err), "Redis at 127.0.0.1:");
	DOWN(f, tomb_redis_ping(redis, &f->err), "Connection refused");
	server_start_again(server);
}

static void too_small_an_arena_loses_no_entry(void **state)
{
	struct fixture *f = *state;
	TOMB_ARENA_AUTO small = tomb_arena_init(100);
	struct tomb_redis_entries entries = {NULL, 99};

	OK(f, tomb_redis_join(f->redis, &f->queue, &f->err));
	announce(f, 1, 10);
	assert_int_equal(tomb_redis_read(f->redis, &f->queue, 10, 0, &small, &entries, &f->err), TOMB_NOMEM);
	assert_int_equal(entries.n, 99);
	OK(f, tomb_redis_reclaim(f->redis, &f->queue, 10, 0, &f->arena, &entries, &f->err));
	assert_int_equal(entries.n, 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(a_running_redis_answers),
		TEST(what_is_announced_is_read_in_order_and_once),
		TEST(joining_twice_is_fine),
		TEST(a_group_made_late_begins_with_the_oldest_entry),
		TEST(thousands_are_announced_at_once),
		TEST(the_stream_does_not_grow_for_ever),
		TEST(waiting_ends_when_the_time_is_over),
		TEST(waiting_ends_with_an_announcement),
		TEST(emptying_redis_while_somebody_waits_is_survived),
		TEST(an_acknowledged_entry_is_not_reclaimed),
		TEST(entries_that_were_trimmed_are_not_reclaimed),
		TEST(what_others_wrote_into_the_stream_is_no_batch),
		TEST(a_key_of_another_type_is_an_error_with_its_reason),
		TEST(an_id_that_is_none_is_refused_with_its_reason),
		TEST(an_emptied_redis_is_joined_again),
		TEST(a_redis_that_died_is_down_and_then_found_again),
		TEST(a_redis_that_was_restarted_between_calls_costs_one_call),
		TEST(a_redis_that_does_not_answer_is_down_in_time),
		TEST(a_redis_without_memory_refuses_with_its_reason),
		TEST(a_replica_refuses_writes_with_its_reason),
		TEST(a_password_is_asked_for_and_given),
		TEST(tcp_works_as_well),
		TEST(too_small_an_arena_loses_no_entry),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, start, end);
}
