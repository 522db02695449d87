/*
 * Every call of hiredis in turn fails, and every verb is given answers that no Redis would give.
 *
 * wrap: redisCommandArgv redisAppendCommandArgv redisGetReply redisConnectUnixWithTimeout redisSetTimeout
 * link: hiredis
 */
#include "servers.h"
#include "tombstone/redis.h"

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void *__real_redisCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lengths);
int __real_redisAppendCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lengths);
int __real_redisGetReply(redisContext *c, void **reply);
redisContext *__real_redisConnectUnixWithTimeout(const char *path, const struct timeval tv);
int __real_redisSetTimeout(redisContext *c, const struct timeval tv);
void *__wrap_redisCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lengths);
int __wrap_redisAppendCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lengths);
int __wrap_redisGetReply(redisContext *c, void **reply);
redisContext *__wrap_redisConnectUnixWithTimeout(const char *path, const struct timeval tv);
int __wrap_redisSetTimeout(redisContext *c, const struct timeval tv);

static long budget = -1;   /* calls that succeed before one fails; -1: all */
static const char *canned; /* what redisCommandArgv answers, in RESP; NULL: what Redis says */

/* One call fails, the ones after it work again. */
static bool fails(void)
{
	if (budget < 0)
		return false;
	return budget-- == 0;
}

static void *read_canned(void)
{
	redisReader *reader = redisReaderCreate();
	void *reply = NULL;

	assert_non_null(reader);
	assert_int_equal(redisReaderFeed(reader, canned, strlen(canned)), REDIS_OK);
	assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
	assert_non_null(reply);
	redisReaderFree(reader);
	return reply;
}

void *__wrap_redisCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lengths)
{
	if (fails())
		return NULL;
	return canned ? read_canned() : __real_redisCommandArgv(c, argc, argv, lengths);
}

int __wrap_redisAppendCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lengths)
{
	return fails() ? REDIS_ERR : __real_redisAppendCommandArgv(c, argc, argv, lengths);
}

int __wrap_redisGetReply(redisContext *c, void **reply)
{
	return fails() ? REDIS_ERR : __real_redisGetReply(c, reply);
}

redisContext *__wrap_redisConnectUnixWithTimeout(const char *path, const struct timeval tv)
{
	return fails() ? NULL : __real_redisConnectUnixWithTimeout(path, tv);
}

int __wrap_redisSetTimeout(redisContext *c, const struct timeval tv)
{
	return fails() ? REDIS_ERR : __real_redisSetTimeout(c, tv);
}

static const struct tomb_redis_queue queue = {
	.stream = {"faults", 6}, .group = {"workers", 7}, .consumer = {"lane", 4}, .length_max = 1000};

static struct server *server;

/* With a password, so that signing in is a call that can fail. */
static int start(void **state)
{
	redisContext *c = NULL;

	(void)state;
	server = redis_server_start();
	c = redisConnectUnix(server_address(server).name);
	freeReplyObject(redisCommand(c, "CONFIG SET requirepass swordfish"));
	redisFree(c);
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_end(server);
	return 0;
}

static enum tomb_code open_handle(struct tomb_redis **out, struct tomb_err *err)
{
	const struct tomb_secret password = {.text = "swordfish", .n = 9};
	const struct tomb_redis_options options = {.address = server_address(server), .password = &password};

	return tomb_redis_open(out, &options, err);
}

static enum tomb_code announce_three(struct tomb_redis *redis, struct tomb_err *err)
{
	return tomb_redis_announce(redis, &queue, (const int64_t[]){1, 2, 3}, 3, err);
}

static enum tomb_code take_two(struct tomb_redis *redis, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_redis_entries entries;

	return tomb_redis_read(redis, &queue, 2, 10, &arena, &entries, err);
}

static enum tomb_code finish_one(struct tomb_redis *redis, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_redis_entries entries;

	TOMB_TRY(tomb_redis_reclaim(redis, &queue, 1, 0, &arena, &entries, err));
	return entries.n ? tomb_redis_ack(redis, &queue, entries.v[0].id, err) : TOMB_OK;
}

static enum tomb_code join(struct tomb_redis *redis, struct tomb_err *err)
{
	return tomb_redis_join(redis, &queue, err);
}

static enum tomb_code count(struct tomb_redis *redis, struct tomb_err *err)
{
	const int64_t one = 1;
	const struct tomb_redis_script script = {
		.text = TOMB_STR("return {redis.call('INCRBY', KEYS[1], ARGV[1]), 7}"),
		.key = TOMB_STR("counter"),
		.args = &one,
		.nargs = 1,
		.nresults = 2,
	};
	int64_t results[2] = {-1, -1};
	enum tomb_code code = tomb_redis_run(redis, &script, results, err);

	if (code == TOMB_OK)
		assert_true(results[0] > 0 && results[1] == 7);
	else
		assert_true(results[0] == -1 && results[1] == -1);
	return code;
}

/* The working day of a queue, from step *next on; *next is where it stopped. */
static enum tomb_code day(struct tomb_redis *redis, size_t *next, struct tomb_err *err)
{
	static enum tomb_code (*const steps[])(struct tomb_redis *, struct tomb_err *) = {
		join, announce_three, take_two, finish_one, count, tomb_redis_ping};

	for (; *next < TOMB_COUNTOF(steps); ++*next)
		TOMB_TRY(steps[*next](redis, err));
	return TOMB_OK;
}

static void every_call_may_fail_and_the_next_one_works(void **state)
{
	bool failed = true;
	long calls = 0;

	(void)state;
	for (; failed; calls++) {
		TOMB_REDIS_AUTO *redis = NULL;
		struct tomb_err err = {.code = TOMB_OK};
		size_t next = 0;
		enum tomb_code code = TOMB_OK;

		assert_int_equal(open_handle(&redis, &err), TOMB_OK);
		budget = calls;
		code = day(redis, &next, &err);
		failed = budget < 0 && code != TOMB_OK;
		budget = -1;
		if (!failed)
			assert_int_equal(code, TOMB_OK);
		else
			assert_true(code == TOMB_QUEUE_DOWN && err.code == TOMB_QUEUE_DOWN && err.text[0]);
		assert_int_equal(day(redis, &next, &err), TOMB_OK);
	}
	assert_true(calls > 13);
}

static const char *const strange[] = {":1\r\n", "+OK\r\n", "$-1\r\n", "$0\r\n\r\n", "$2\r\nhi\r\n", "*0\r\n", "*-1\r\n",
	"*1\r\n:1\r\n", "*1\r\n$-1\r\n", "*1\r\n*0\r\n", "*2\r\n$1\r\na\r\n:1\r\n", "*2\r\n$3\r\n0-0\r\n$-1\r\n",
	"*2\r\n$3\r\n0-0\r\n*1\r\n:1\r\n", "*2\r\n$3\r\n0-0\r\n*1\r\n*1\r\n$1\r\na\r\n",
	"*2\r\n$3\r\n0-0\r\n*1\r\n*2\r\n:1\r\n*0\r\n", "*1\r\n*2\r\n$1\r\ns\r\n:1\r\n",
	"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*3\r\n$3\r\n1-1\r\n*0\r\n*0\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n$1\r\nx\r\n",
	"*2\r\n*1\r\n*2\r\n$1\r\ns\r\n*0\r\n*0\r\n", "-\r\n", "-ERR\r\n", "-NOAUTH x\r\n"};

static void strange_answers_to_a_reader_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(strange); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		TOMB_REDIS_AUTO *redis = NULL;
		struct tomb_redis_entries entries = {NULL, 99};
		struct tomb_err err = {.code = TOMB_OK};
		bool is_nil = strcmp(strange[i], "$-1\r\n") == 0 || strcmp(strange[i], "*-1\r\n") == 0;

		assert_int_equal(open_handle(&redis, &err), TOMB_OK);
		canned = strange[i];
		assert_int_equal(tomb_redis_read(redis, &queue, 1, 0, &arena, &entries, &err),
			is_nil ? TOMB_OK : TOMB_QUEUE_DOWN);
		assert_int_equal(entries.n, is_nil ? 0 : 99);
		entries.n = 99;
		assert_int_equal(tomb_redis_reclaim(redis, &queue, 1, 0, &arena, &entries, &err), TOMB_QUEUE_DOWN);
		assert_int_equal(entries.n, 99);
		assert_int_equal(count(redis, &err), TOMB_QUEUE_DOWN);
		canned = NULL;
		assert_int_equal(tomb_redis_ping(redis, &err), TOMB_OK);
	}
}

static void entries_without_our_field_are_no_batches(void **state)
{
	static const char *const foreign[] = {"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n",
		"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*0\r\n",
		"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*1\r\n$5\r\nbatch\r\n",
		"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$5\r\nbatch\r\n:1\r\n",
		"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n*0\r\n$1\r\n1\r\n",
		"*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n$1\r\n1\r\n"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(foreign); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		TOMB_REDIS_AUTO *redis = NULL;
		struct tomb_redis_entries entries = {NULL, 99};
		struct tomb_err err;

		assert_int_equal(open_handle(&redis, &err), TOMB_OK);
		canned = foreign[i];
		assert_int_equal(tomb_redis_read(redis, &queue, 1, 0, &arena, &entries, &err), TOMB_OK);
		canned = NULL;
		assert_int_equal(entries.n, 1);
		assert_int_equal(entries.v[0].batch_id, 0);
		assert_true(tomb_str_eq(entries.v[0].id, TOMB_STR("1-1")));
	}
}

/* Redis 6.2 answers so for an entry that was trimmed after somebody took it. */
static void an_entry_that_is_nil_is_left_out(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	TOMB_REDIS_AUTO *redis = NULL;
	struct tomb_redis_entries entries = {NULL, 99};
	struct tomb_err err;

	(void)state;
	assert_int_equal(open_handle(&redis, &err), TOMB_OK);
	canned = "*2\r\n$3\r\n0-0\r\n*2\r\n$-1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$5\r\nbatch\r\n$2\r\n17\r\n";
	assert_int_equal(tomb_redis_reclaim(redis, &queue, 2, 0, &arena, &entries, &err), TOMB_OK);
	canned = NULL;
	assert_int_equal(entries.n, 1);
	assert_int_equal(entries.v[0].batch_id, 17);
}

static void strange_answers_of_a_sentinel_are_refused(void **state)
{
	static const char *const more[] = {"*2\r\n$0\r\n\r\n$4\r\n6379\r\n", "*2\r\n$1\r\na\r\n$1\r\n0\r\n",
		"*2\r\n$1\r\na\r\n$5\r\n65536\r\n", "*2\r\n$1\r\na\r\n:6379\r\n",
		"*3\r\n$1\r\na\r\n$4\r\n6379\r\n$1\r\na\r\n"};
	const struct tomb_address address = server_address(server);
	char sentinels[TOMB_ADDRESS_TEXT];
	const struct tomb_redis_options options = {
		.sentinels = tomb_str_from(tomb_address_text(&address, sentinels)), .master = TOMB_STR("m")};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(strange) + TOMB_COUNTOF(more); i++) {
		TOMB_REDIS_AUTO *redis = NULL;
		struct tomb_err err = {.code = TOMB_OK};

		assert_int_equal(tomb_redis_open(&redis, &options, &err), TOMB_OK);
		canned = i < TOMB_COUNTOF(strange) ? strange[i] : more[i - TOMB_COUNTOF(strange)];
		assert_int_equal(tomb_redis_ping(redis, &err), TOMB_QUEUE_DOWN);
		canned = NULL;
		assert_non_null(strstr(err.text, "Sentinel"));
		budget = 2; /* to connect and to set the wait; the question fails */
		assert_int_equal(tomb_redis_ping(redis, &err), TOMB_QUEUE_DOWN);
		budget = -1;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_may_fail_and_the_next_one_works),
		cmocka_unit_test(strange_answers_to_a_reader_are_refused),
		cmocka_unit_test(entries_without_our_field_are_no_batches),
		cmocka_unit_test(an_entry_that_is_nil_is_left_out),
		cmocka_unit_test(strange_answers_of_a_sentinel_are_refused),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, start, end);
}
