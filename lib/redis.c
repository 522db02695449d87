#include "redis_conn.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

void redis_add(struct redis_command *c, const struct tomb_str *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(c->n < REDIS_WORDS_MAX);
		c->words[c->n] = words[i].p;
		c->lengths[c->n++] = words[i].n;
	}
}

struct tomb_str redis_number(struct redis_command *c, int64_t n)
{
	assert(c->nnumbers < REDIS_NUMBERS_MAX);
	(void)snprintf(c->numbers[c->nnumbers], sizeof c->numbers[0], "%" PRId64, n);
	return tomb_str_from(c->numbers[c->nnumbers++]);
}

void redis_drop(struct tomb_redis *redis)
{
	if (redis->connection)
		redisFree(redis->connection);
	redis->connection = NULL;
	redis->wait_ms = 0;
}

enum tomb_code redis_lost(struct tomb_redis *redis, struct tomb_err *err)
{
	const redisContext *c = redis->connection;
	const char *why = c && c->err ? c->errstr : "out of memory";
	char where[TOMB_ADDRESS_TEXT];

	if (c && c->err == REDIS_ERR_IO && errno == EAGAIN)
		why = "no answer in time";
	(void)TOMB_FAIL(err, TOMB_QUEUE_DOWN, "Redis at %s: %s", tomb_address_text(&redis->at, where), why);
	redis_drop(redis);
	return TOMB_QUEUE_DOWN;
}

enum tomb_code redis_nonsense(struct tomb_redis *redis, const char *command, struct tomb_err *err)
{
	redis_drop(redis);
	return TOMB_FAIL(
		err, TOMB_QUEUE_DOWN, "Redis answered %s with something else than it is documented to", command);
}

static struct timeval from_ms(int ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};
}

bool redis_is_error(const redisReply *reply, const char *code)
{
	size_t n = strlen(code);

	return reply->type == REDIS_REPLY_ERROR && reply->len >= n && memcmp(reply->str, code, n) == 0;
}

enum tomb_code redis_check(struct tomb_redis *redis, const char *command, const redisReply *reply, struct tomb_err *err)
{
	if (reply->type != REDIS_REPLY_ERROR)
		return TOMB_OK;
	if (redis_is_error(reply, "READONLY") || redis_is_error(reply, "MASTERDOWN"))
		redis_drop(redis);
	return TOMB_FAIL(err, TOMB_QUEUE_DOWN, "Redis refused %s: %s", command, reply->str);
}

static enum tomb_code set_wait(struct tomb_redis *redis, int wait_ms, struct tomb_err *err)
{
	if (redis->wait_ms == wait_ms)
		return TOMB_OK;
	redis->wait_ms = wait_ms;
	return redisSetTimeout(redis->connection, from_ms(wait_ms)) == REDIS_OK ? TOMB_OK : redis_lost(redis, err);
}

static enum tomb_code sign_in(struct tomb_redis *redis, const struct tomb_secret *password, struct tomb_err *err)
{
	struct redis_command auth = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;

	if (password->n == 0)
		return TOMB_OK;
	REDIS_ADD(&auth, TOMB_STR("AUTH"), (struct tomb_str){password->text, password->n});
	errno = 0;
	reply = redisCommandArgv(redis->connection, auth.n, auth.words, auth.lengths);
	if (!reply)
		return redis_lost(redis, err);
	if (redis_check(redis, "AUTH", reply, err) != TOMB_OK) {
		redis_drop(redis);
		return TOMB_QUEUE_DOWN;
	}
	return TOMB_OK;
}

enum tomb_code redis_dial(struct tomb_redis *redis, const struct tomb_address *address,
	const struct tomb_secret *password, struct tomb_err *err)
{
	const struct timeval limit = from_ms(redis->options.connect_ms);

	redis->at = *address;
	redis->connection = address->is_unix ? redisConnectUnixWithTimeout(address->name, limit)
					     : redisConnectWithTimeout(address->name, address->port, limit);
	if (!redis->connection || redis->connection->err)
		return redis_lost(redis, err);
	if (!address->is_unix && redisEnableKeepAlive(redis->connection) != REDIS_OK)
		return redis_lost(redis, err);
	TOMB_TRY(set_wait(redis, redis->options.command_ms, err));
	return sign_in(redis, password, err);
}

enum tomb_code redis_connect(struct tomb_redis *redis, int wait_ms, struct tomb_err *err)
{
	if (!redis->connection && redis->nsentinels > 0)
		TOMB_TRY(redis_sentinel_dial(redis, err));
	else if (!redis->connection)
		TOMB_TRY(redis_dial(redis, &redis->options.address, &redis->password, err));
	return set_wait(redis, wait_ms, err);
}

enum tomb_code redis_ask(
	struct tomb_redis *redis, struct redis_command *c, int wait_ms, redisReply **out, struct tomb_err *err)
{
	TOMB_TRY(redis_connect(redis, redis->options.command_ms + wait_ms, err));
	errno = 0;
	*out = redisCommandArgv(redis->connection, c->n, c->words, c->lengths);
	return *out ? TOMB_OK : redis_lost(redis, err);
}

enum tomb_code redis_tell(struct tomb_redis *redis, struct redis_command *c, struct tomb_err *err)
{
	REDIS_REPLY_AUTO *reply = NULL;

	TOMB_TRY(redis_ask(redis, c, 0, &reply, err));
	return redis_check(redis, c->words[0], reply, err);
}

enum tomb_code tomb_redis_open(struct tomb_redis **out, const struct tomb_redis_options *options, struct tomb_err *err)
{
	TOMB_REDIS_AUTO *redis = calloc(1, sizeof *redis);

	if (!redis)
		return TOMB_FAIL(err, TOMB_NOMEM, "a handle for Redis");
	redis->options = *options;
	redis->options.password = NULL; /* from here on it is our copy */
	redis->options.sentinel_password = NULL;
	if (options->password)
		redis->password = *options->password;
	if (options->sentinel_password)
		redis->sentinel_password = *options->sentinel_password;
	if (redis->options.connect_ms <= 0)
		redis->options.connect_ms = TOMB_REDIS_CONNECT_MS;
	if (redis->options.command_ms <= 0)
		redis->options.command_ms = TOMB_REDIS_COMMAND_MS;
	TOMB_TRY(redis_sentinel_read(redis, err));
	*out = TOMB_TAKE(redis);
	return TOMB_OK;
}

void tomb_redis_close(struct tomb_redis *redis)
{
	if (!redis)
		return;
	redis_drop(redis);
	tomb_secret_fini(&redis->password);
	tomb_secret_fini(&redis->sentinel_password);
	free(redis);
}

enum tomb_code tomb_redis_ping(struct tomb_redis *redis, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};

	/* Writes nothing, and yet is refused where a write would be: by a copy, and when memory is full. */
	REDIS_ADD(&c, TOMB_STR("SETRANGE"), TOMB_STR("tombstone:ping"), TOMB_STR("0"), TOMB_STR(""));
	return redis_tell(redis, &c, err);
}
