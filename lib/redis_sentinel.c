/* Redis' Sentinels: which of several servers is the master now. */
#include "redis_conn.h"
#include "tombstone/parse.h"

#include <errno.h>
#include <stdio.h>

enum { PORT_MAX = 65535 };

enum tomb_code redis_sentinel_read(struct tomb_redis *redis, struct tomb_err *err)
{
	struct tomb_str left = redis->options.sentinels;

	if ((left.n > 0) != (redis->options.master.n > 0))
		return TOMB_FAIL(err, TOMB_INVAL, "Redis: Sentinels and the name of their master go together");
	while (left.n > 0) {
		const char *comma = memchr(left.p, ',', left.n);
		size_t n = comma ? (size_t)(comma - left.p) : left.n;

		if (redis->nsentinels == TOMB_REDIS_SENTINELS_MAX)
			return TOMB_FAIL(err, TOMB_INVAL, "more than %d Sentinels", TOMB_REDIS_SENTINELS_MAX);
		if (tomb_address_parse((struct tomb_str){left.p, n}, &redis->sentinels[redis->nsentinels++], err) !=
			TOMB_OK)
			return tomb_err_in(err, "the list of Sentinels");
		n += comma != NULL;
		left = (struct tomb_str){left.p + n, left.n - n};
		if (comma && left.n == 0)
			return TOMB_FAIL(err, TOMB_INVAL, "the list of Sentinels ends in a comma");
	}
	return TOMB_OK;
}

static bool is_text(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING;
}

/* [host, port] */
static enum tomb_code read_address(
	struct tomb_redis *redis, const redisReply *reply, struct tomb_address *out, struct tomb_err *err)
{
	char where[TOMB_ADDRESS_TEXT];
	int64_t port = 0;

	if (reply->type == REDIS_REPLY_NIL)
		return TOMB_FAIL(err, TOMB_QUEUE_DOWN, "%s knows no master called %.*s",
			tomb_address_text(&redis->at, where), TOMB_STR_ARG(redis->options.master));
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || !is_text(reply->element[0]) ||
		!is_text(reply->element[1]) || reply->element[0]->len == 0 ||
		reply->element[0]->len > TOMB_ADDRESS_NAME_MAX ||
		!tomb_parse_i64((struct tomb_str){reply->element[1]->str, reply->element[1]->len}, 1, PORT_MAX, &port))
		return redis_nonsense(redis, "SENTINEL", err);
	*out = (struct tomb_address){.port = (uint16_t)port};
	memcpy(out->name, reply->element[0]->str, reply->element[0]->len);
	return TOMB_OK;
}

/* One command on a connection that was just made. */
static enum tomb_code ask(struct tomb_redis *redis, struct redis_command *c, redisReply **out, struct tomb_err *err)
{
	errno = 0;
	*out = redisCommandArgv(redis->connection, c->n, c->words, c->lengths);
	return *out ? redis_check(redis, c->words[0], *out, err) : redis_lost(redis, err);
}

static enum tomb_code ask_sentinel(
	struct tomb_redis *redis, const struct tomb_address *sentinel, struct tomb_address *out, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;

	REDIS_ADD(&c, TOMB_STR("SENTINEL"), TOMB_STR("get-master-addr-by-name"), redis->options.master);
	TOMB_TRY(redis_dial(redis, sentinel, &redis->sentinel_password, err));
	TOMB_TRY(ask(redis, &c, &reply, err));
	return read_address(redis, reply, out, err);
}

/* A Sentinel that was cut off names the master of yesterday, and so do all of them for the first moments of a
 * failover: the server itself is asked what it is. */
static enum tomb_code check_role(struct tomb_redis *redis, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;
	const redisReply *role = NULL;
	char where[TOMB_ADDRESS_TEXT];

	REDIS_ADD(&c, TOMB_STR("ROLE"));
	TOMB_TRY(ask(redis, &c, &reply, err));
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 || !is_text(reply->element[0]))
		return redis_nonsense(redis, "ROLE", err);
	role = reply->element[0];
	if (!tomb_str_eq((struct tomb_str){role->str, role->len}, TOMB_STR("master")))
		return TOMB_FAIL(err, TOMB_QUEUE_DOWN, "Redis at %s is a %s, not the master",
			tomb_address_text(&redis->at, where), role->str);
	return TOMB_OK;
}

static enum tomb_code dial_master_of(
	struct tomb_redis *redis, const struct tomb_address *sentinel, struct tomb_err *err)
{
	struct tomb_address master = {.port = 0};
	enum tomb_code code = ask_sentinel(redis, sentinel, &master, err);

	redis_drop(redis);
	if (code != TOMB_OK)
		return tomb_err_in(err, "Sentinel");
	TOMB_TRY(redis_dial(redis, &master, &redis->password, err));
	code = check_role(redis, err);
	if (code != TOMB_OK)
		redis_drop(redis);
	return code;
}

/* The one that answered is asked first the next time, so that a dead one costs its timeout once. */
static void put_first(struct tomb_redis *redis, size_t i)
{
	const struct tomb_address good = redis->sentinels[i];

	memmove(&redis->sentinels[1], &redis->sentinels[0], i * sizeof redis->sentinels[0]);
	redis->sentinels[0] = good;
}

/* Each says something else: one is dead, the next knows no master. */
static void add_reason(struct tomb_err *err, const struct tomb_err *why)
{
	size_t used = strlen(err->text);

	(void)snprintf(err->text + used, sizeof err->text - used, "; %s", why->text);
}

enum tomb_code redis_sentinel_dial(struct tomb_redis *redis, struct tomb_err *err)
{
	struct tomb_err why;
	enum tomb_code code = TOMB_FAIL(err, TOMB_QUEUE_DOWN, "no Sentinel is named");

	for (size_t i = 0; i < redis->nsentinels; i++) {
		if (dial_master_of(redis, &redis->sentinels[i], &why) == TOMB_OK) {
			put_first(redis, i);
			return TOMB_OK;
		}
		if (i == 0)
			code = TOMB_FAIL(err, TOMB_QUEUE_DOWN, "%s", why.text);
		else
			add_reason(err, &why);
	}
	return code;
}
