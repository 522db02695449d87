#include "tombstone/redis.h"

#include "tombstone/parse.h"

#include <assert.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

enum {
	WORDS_MAX = 16,
	NUMBERS_MAX = 4,
	PIPELINE_MAX = 500, /* commands in flight: some 50 KiB, which both sides' buffers hold */
};

#define FIELD "batch" /* of an entry: the batch's id */

struct tomb_redis {
	redisContext *connection; /* NULL when there is none */
	int wait_ms;              /* what the connection's timeouts are set for */
	struct tomb_redis_options options;
	struct tomb_secret password;
};

/* A command as it is sent.  Borrows its words, except for numbers. */
struct command {
	const char *words[WORDS_MAX];
	size_t lengths[WORDS_MAX];
	int n;
	char numbers[NUMBERS_MAX][24];
	int nnumbers;
};

static void add_words(struct command *c, const struct tomb_str *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(c->n < WORDS_MAX);
		c->words[c->n] = words[i].p;
		c->lengths[c->n++] = words[i].n;
	}
}
#define ADD(c, ...)                                                                                                    \
	add_words((c), (const struct tomb_str[]){__VA_ARGS__},                                                         \
		sizeof((const struct tomb_str[]){__VA_ARGS__}) / sizeof(struct tomb_str))

/* A number as a word of c, which keeps its text. */
static struct tomb_str number(struct command *c, int64_t n)
{
	assert(c->nnumbers < NUMBERS_MAX);
	(void)snprintf(c->numbers[c->nnumbers], sizeof c->numbers[0], "%" PRId64, n);
	return tomb_str_from(c->numbers[c->nnumbers++]);
}

static void free_reply(redisReply **reply)
{
	freeReplyObject(*reply);
}
#define REPLY_AUTO TOMB_CLEANUP(free_reply) redisReply

static void drop(struct tomb_redis *redis)
{
	if (redis->connection)
		redisFree(redis->connection);
	redis->connection = NULL;
	redis->wait_ms = 0;
}

/* The connection is no use any more: says why, and lets go of it. */
static enum tomb_code lost(struct tomb_redis *redis, struct tomb_err *err)
{
	const redisContext *c = redis->connection;
	const char *why = c && c->err ? c->errstr : "out of memory";
	char where[TOMB_ADDRESS_TEXT];

	if (c && c->err == REDIS_ERR_IO && errno == EAGAIN)
		why = "no answer in time";
	(void)TOMB_FAIL(
		err, TOMB_QUEUE_DOWN, "Redis at %s: %s", tomb_address_text(&redis->options.address, where), why);
	drop(redis);
	return TOMB_QUEUE_DOWN;
}

static enum tomb_code nonsense(struct tomb_redis *redis, const char *command, struct tomb_err *err)
{
	drop(redis); /* whatever it is, we are not talking about the same thing */
	return TOMB_FAIL(
		err, TOMB_QUEUE_DOWN, "Redis answered %s with something else than it is documented to", command);
}

static struct timeval from_ms(int ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};
}

static bool is_error(const redisReply *reply, const char *code)
{
	size_t n = strlen(code);

	return reply->type == REDIS_REPLY_ERROR && reply->len >= n && memcmp(reply->str, code, n) == 0;
}

/* An error reply leaves the connection usable, unless it leads to a server that takes no writes: then a new one may
 * find the one that does. */
static enum tomb_code check(
	struct tomb_redis *redis, const char *command, const redisReply *reply, struct tomb_err *err)
{
	if (reply->type != REDIS_REPLY_ERROR)
		return TOMB_OK;
	if (is_error(reply, "READONLY") || is_error(reply, "MASTERDOWN"))
		drop(redis);
	return TOMB_FAIL(err, TOMB_QUEUE_DOWN, "Redis refused %s: %s", command, reply->str);
}

static enum tomb_code set_wait(struct tomb_redis *redis, int wait_ms, struct tomb_err *err)
{
	if (redis->wait_ms == wait_ms)
		return TOMB_OK;
	redis->wait_ms = wait_ms;
	return redisSetTimeout(redis->connection, from_ms(wait_ms)) == REDIS_OK ? TOMB_OK : lost(redis, err);
}

static enum tomb_code sign_in(struct tomb_redis *redis, struct tomb_err *err)
{
	struct command auth = {.n = 0};
	REPLY_AUTO *reply = NULL;

	if (redis->password.n == 0)
		return TOMB_OK;
	ADD(&auth, TOMB_STR("AUTH"), (struct tomb_str){redis->password.text, redis->password.n});
	errno = 0;
	reply = redisCommandArgv(redis->connection, auth.n, auth.words, auth.lengths);
	if (!reply)
		return lost(redis, err);
	if (check(redis, "AUTH", reply, err) != TOMB_OK) {
		drop(redis);
		return TOMB_QUEUE_DOWN;
	}
	return TOMB_OK;
}

/* Makes sure of a connection whose answers may take wait_ms. */
static enum tomb_code connect_for(struct tomb_redis *redis, int wait_ms, struct tomb_err *err)
{
	const struct tomb_redis_options *o = &redis->options;

	if (redis->connection)
		return set_wait(redis, wait_ms, err);
	redis->connection = o->address.is_unix
				    ? redisConnectUnixWithTimeout(o->address.name, from_ms(o->connect_ms))
				    : redisConnectWithTimeout(o->address.name, o->address.port, from_ms(o->connect_ms));
	if (!redis->connection || redis->connection->err)
		return lost(redis, err);
	if (!o->address.is_unix && redisEnableKeepAlive(redis->connection) != REDIS_OK)
		return lost(redis, err);
	TOMB_TRY(set_wait(redis, wait_ms, err));
	return sign_in(redis, err);
}

/* One command, one answer, which may be an error reply.  wait_ms: how long Redis may take by our own wish. */
static enum tomb_code ask(
	struct tomb_redis *redis, struct command *c, int wait_ms, redisReply **out, struct tomb_err *err)
{
	TOMB_TRY(connect_for(redis, redis->options.command_ms + wait_ms, err));
	errno = 0;
	*out = redisCommandArgv(redis->connection, c->n, c->words, c->lengths);
	return *out ? TOMB_OK : lost(redis, err);
}

/* For commands of which only success matters. */
static enum tomb_code tell(struct tomb_redis *redis, struct command *c, struct tomb_err *err)
{
	REPLY_AUTO *reply = NULL;

	TOMB_TRY(ask(redis, c, 0, &reply, err));
	return check(redis, c->words[0], reply, err);
}

enum tomb_code tomb_redis_open(struct tomb_redis **out, const struct tomb_redis_options *options, struct tomb_err *err)
{
	struct tomb_redis *redis = calloc(1, sizeof *redis);

	if (!redis)
		return TOMB_FAIL(err, TOMB_NOMEM, "a handle for Redis");
	redis->options = *options;
	redis->options.password = NULL; /* from here on it is our copy */
	if (options->password)
		redis->password = *options->password;
	if (redis->options.connect_ms <= 0)
		redis->options.connect_ms = TOMB_REDIS_CONNECT_MS;
	if (redis->options.command_ms <= 0)
		redis->options.command_ms = TOMB_REDIS_COMMAND_MS;
	*out = redis;
	return TOMB_OK;
}

void tomb_redis_close(struct tomb_redis *redis)
{
	if (!redis)
		return;
	drop(redis);
	tomb_secret_fini(&redis->password);
	free(redis);
}

enum tomb_code tomb_redis_ping(struct tomb_redis *redis, struct tomb_err *err)
{
	struct command c = {.n = 0};

	ADD(&c, TOMB_STR("PING"));
	return tell(redis, &c, err);
}

enum tomb_code tomb_redis_join(struct tomb_redis *redis, const struct tomb_redis_queue *queue, struct tomb_err *err)
{
	struct command c = {.n = 0};
	REPLY_AUTO *reply = NULL;

	ADD(&c, TOMB_STR("XGROUP"), TOMB_STR("CREATE"), queue->stream, queue->group, TOMB_STR("0"),
		TOMB_STR("MKSTREAM"));
	TOMB_TRY(ask(redis, &c, 0, &reply, err));
	return is_error(reply, "BUSYGROUP") ? TOMB_OK : check(redis, "XGROUP", reply, err); /* it exists */
}

/* Reads the answers to n commands in flight, all of them, so that the next answer is the next command's. */
static enum tomb_code take_answers(struct tomb_redis *redis, const char *command, size_t n, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	for (size_t i = 0; i < n && redis->connection; i++) {
		void *raw = NULL;

		errno = 0;
		if (redisGetReply(redis->connection, &raw) != REDIS_OK)
			return lost(redis, err);
		REPLY_AUTO *reply = raw;
		if (code == TOMB_OK)
			code = check(redis, command, reply, err);
	}
	return code;
}

enum tomb_code tomb_redis_announce(struct tomb_redis *redis, const struct tomb_redis_queue *queue,
	const int64_t *batch_ids, size_t n, struct tomb_err *err)
{
	assert(queue->length_max > 0);
	while (n > 0) {
		size_t some = n < PIPELINE_MAX ? n : PIPELINE_MAX;

		TOMB_TRY(connect_for(redis, redis->options.command_ms, err));
		for (size_t i = 0; i < some; i++) {
			struct command c = {.n = 0};

			ADD(&c, TOMB_STR("XADD"), queue->stream, TOMB_STR("MAXLEN"), TOMB_STR("~"),
				number(&c, queue->length_max), TOMB_STR("*"), TOMB_STR(FIELD),
				number(&c, batch_ids[i]));
			if (redisAppendCommandArgv(redis->connection, c.n, c.words, c.lengths) != REDIS_OK)
				return lost(redis, err);
		}
		TOMB_TRY(take_answers(redis, "XADD", some, err));
		batch_ids += some;
		n -= some;
	}
	return TOMB_OK;
}

static struct tomb_str text_of(const redisReply *reply)
{
	return (struct tomb_str){reply->str, reply->len};
}

/* The value of our field among [name, value, name, value, ...]; 0 if there is none that is a batch's id. */
static int64_t batch_id_of(const redisReply *fields)
{
	int64_t id = 0;

	for (size_t i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2) {
		const redisReply *name = fields->element[i];
		const redisReply *value = fields->element[i + 1];

		if (name->type == REDIS_REPLY_STRING && value->type == REDIS_REPLY_STRING &&
			tomb_str_eq(text_of(name), TOMB_STR(FIELD)) &&
			tomb_parse_i64(text_of(value), 1, INT64_MAX, &id))
			return id;
	}
	return 0;
}

static bool is_entry(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
	       reply->element[0]->type == REDIS_REPLY_STRING;
}

/* From [[id, [name, value, ...]], ...].  Redis 6.2 has nil in the place of an entry that was trimmed: it is left out.
 */
static enum tomb_code read_entries(struct tomb_redis *redis, const char *command, const redisReply *list,
	struct tomb_arena *arena, struct tomb_redis_entries *out, struct tomb_err *err)
{
	struct tomb_redis_entry *entries = NULL;
	size_t n = 0;

	if (!list || list->type != REDIS_REPLY_ARRAY)
		return nonsense(redis, command, err);
	entries = TOMB_NEW(arena, struct tomb_redis_entry, list->elements + 1);
	for (size_t i = 0; entries && i < list->elements; i++) {
		const redisReply *entry = list->element[i];

		if (entry->type == REDIS_REPLY_NIL)
			continue;
		if (!is_entry(entry))
			return nonsense(redis, command, err);
		entries[n].batch_id = batch_id_of(entry->element[1]);
		entries[n].id = tomb_arena_str(arena, text_of(entry->element[0]));
		if (!entries[n++].id.p)
			entries = NULL;
	}
	if (!entries)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu entries of the queue", list->elements);
	*out = (struct tomb_redis_entries){entries, n};
	return TOMB_OK;
}

/* Somebody has emptied Redis, perhaps while we waited. */
static bool group_is_gone(const redisReply *reply)
{
	return is_error(reply, "NOGROUP") || is_error(reply, "UNBLOCKED");
}

/* The group is made again, and what is in it is for the next call. */
static enum tomb_code start_over(struct tomb_redis *redis, const struct tomb_redis_queue *queue,
	struct tomb_redis_entries *out, struct tomb_err *err)
{
	TOMB_TRY(tomb_redis_join(redis, queue, err));
	*out = (struct tomb_redis_entries){NULL, 0};
	return TOMB_OK;
}

/* [[stream, entries]] */
static const redisReply *entries_of_stream(const redisReply *reply)
{
	const redisReply *stream = reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 ? reply->element[0] : NULL;

	return stream && stream->type == REDIS_REPLY_ARRAY && stream->elements == 2 ? stream->element[1] : NULL;
}

enum tomb_code tomb_redis_read(struct tomb_redis *redis, const struct tomb_redis_queue *queue, int at_most, int wait_ms,
	struct tomb_arena *arena, struct tomb_redis_entries *out, struct tomb_err *err)
{
	struct command c = {.n = 0};
	REPLY_AUTO *reply = NULL;

	assert(at_most > 0 && at_most <= TOMB_REDIS_READ_MAX && wait_ms >= 0);
	ADD(&c, TOMB_STR("XREADGROUP"), TOMB_STR("GROUP"), queue->group, queue->consumer, TOMB_STR("COUNT"),
		number(&c, at_most));
	if (wait_ms > 0) /* BLOCK 0 would be for ever */
		ADD(&c, TOMB_STR("BLOCK"), number(&c, wait_ms));
	ADD(&c, TOMB_STR("STREAMS"), queue->stream, TOMB_STR(">"));
	TOMB_TRY(ask(redis, &c, wait_ms, &reply, err));
	if (group_is_gone(reply))
		return start_over(redis, queue, out, err);
	TOMB_TRY(check(redis, "XREADGROUP", reply, err));
	if (reply->type == REDIS_REPLY_NIL) {
		*out = (struct tomb_redis_entries){NULL, 0};
		return TOMB_OK;
	}
	return read_entries(redis, "XREADGROUP", entries_of_stream(reply), arena, out, err);
}

enum tomb_code tomb_redis_reclaim(struct tomb_redis *redis, const struct tomb_redis_queue *queue, int at_most,
	int idle_ms, struct tomb_arena *arena, struct tomb_redis_entries *out, struct tomb_err *err)
{
	struct command c = {.n = 0};
	REPLY_AUTO *reply = NULL;

	assert(at_most > 0 && at_most <= TOMB_REDIS_READ_MAX && idle_ms >= 0);
	/* Always from the start, "0": what was taken over is idle no more. */
	ADD(&c, TOMB_STR("XAUTOCLAIM"), queue->stream, queue->group, queue->consumer, number(&c, idle_ms),
		TOMB_STR("0"), TOMB_STR("COUNT"), number(&c, at_most));
	TOMB_TRY(ask(redis, &c, 0, &reply, err));
	if (group_is_gone(reply))
		return start_over(redis, queue, out, err);
	TOMB_TRY(check(redis, "XAUTOCLAIM", reply, err));
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 || reply->element[0]->type != REDIS_REPLY_STRING)
		return nonsense(redis, "XAUTOCLAIM", err);
	return read_entries(redis, "XAUTOCLAIM", reply->element[1], arena, out, err);
}

enum tomb_code tomb_redis_ack(
	struct tomb_redis *redis, const struct tomb_redis_queue *queue, struct tomb_str entry_id, struct tomb_err *err)
{
	struct command c = {.n = 0};

	ADD(&c, TOMB_STR("XACK"), queue->stream, queue->group, entry_id);
	return tell(redis, &c, err);
}
