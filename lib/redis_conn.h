/* A connection to Redis and one command over it.  Shared by the files that wrap hiredis. */
#ifndef LIB_REDIS_CONN_H
#define LIB_REDIS_CONN_H

#include "tombstone/redis.h"

#include <hiredis/hiredis.h>

enum {
	REDIS_WORDS_MAX = 16,
	REDIS_NUMBERS_MAX = 8,
};

struct tomb_redis {
	redisContext *connection; /* NULL when there is none */
	int wait_ms;              /* what the connection's timeouts are set for */
	struct tomb_address at;   /* where it leads, or last led */
	struct tomb_redis_options options;
	struct tomb_secret password;
	struct tomb_address sentinels[TOMB_REDIS_SENTINELS_MAX];
	size_t nsentinels;
	struct tomb_secret sentinel_password;
};

/* A command as it is sent.  Borrows its words, except for numbers. */
struct redis_command {
	const char *words[REDIS_WORDS_MAX];
	size_t lengths[REDIS_WORDS_MAX];
	int n;
	char numbers[REDIS_NUMBERS_MAX][24];
	int nnumbers;
};

void redis_add(struct redis_command *c, const struct tomb_str *words, size_t n);
#define REDIS_ADD(c, ...)                                                                                              \
	redis_add((c), (const struct tomb_str[]){__VA_ARGS__},                                                         \
		sizeof((const struct tomb_str[]){__VA_ARGS__}) / sizeof(struct tomb_str))

/* A number as a word of c, which keeps its text. */
struct tomb_str redis_number(struct redis_command *c, int64_t n);

static inline void redis_free_reply(redisReply **reply)
{
	freeReplyObject(*reply);
}
#define REDIS_REPLY_AUTO TOMB_CLEANUP(redis_free_reply) redisReply

/* Connects to an address and signs in.  redis has no connection. */
enum tomb_code redis_dial(struct tomb_redis *redis, const struct tomb_address *address,
	const struct tomb_secret *password, struct tomb_err *err) TOMB_MUST_USE;

/* Ends the connection, if there is one. */
void redis_drop(struct tomb_redis *redis);

/* Reads the options' list of Sentinels.  INVAL as tomb_redis_open(). */
enum tomb_code redis_sentinel_read(struct tomb_redis *redis, struct tomb_err *err) TOMB_MUST_USE;

/* Connects to the master that the Sentinels name, once it says itself that it is one.  QUEUE_DOWN: there is none that
 * we can reach. */
enum tomb_code redis_sentinel_dial(struct tomb_redis *redis, struct tomb_err *err) TOMB_MUST_USE;

/* Makes sure of a connection whose answers may take wait_ms. */
enum tomb_code redis_connect(struct tomb_redis *redis, int wait_ms, struct tomb_err *err) TOMB_MUST_USE;

/* One command, one answer, which may be an error reply.  wait_ms: how long Redis may take by our own wish. */
enum tomb_code redis_ask(struct tomb_redis *redis, struct redis_command *c, int wait_ms, redisReply **out,
	struct tomb_err *err) TOMB_MUST_USE;

/* For commands of which only success matters. */
enum tomb_code redis_tell(struct tomb_redis *redis, struct redis_command *c, struct tomb_err *err) TOMB_MUST_USE;

/* An error reply leaves the connection usable, unless it leads to a server that takes no writes: then a new one may
 * find the one that does. */
enum tomb_code redis_check(
	struct tomb_redis *redis, const char *command, const redisReply *reply, struct tomb_err *err) TOMB_MUST_USE;

bool redis_is_error(const redisReply *reply, const char *code);

/* QUEUE_DOWN: the connection is no use any more; says why, and lets go of it. */
enum tomb_code redis_lost(struct tomb_redis *redis, struct tomb_err *err);

/* QUEUE_DOWN: whatever it is, we are not talking about the same thing. */
enum tomb_code redis_nonsense(struct tomb_redis *redis, const char *command, struct tomb_err *err);

#endif
