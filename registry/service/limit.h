/*
 * How often somebody may try: token buckets in Redis, so that several registries count together, and the process's own
 * while Redis is away.  Never open: each attempt is counted in the process too, and those counts hold as soon as Redis
 * does not answer.  Never in the way: Redis has TOMB_LIMIT_WAIT_MS to answer, and after one failure nobody asks it for
 * TOMB_LIMIT_REST_MS.
 *
 * Keys are hashed before they leave the process.  IPv6 addresses count by their /64, which is one customer's.
 */
#ifndef TOMB_SERVICE_LIMIT_H
#define TOMB_SERVICE_LIMIT_H

#include "registry_config.h"
#include "tombstone/arena.h"
#include "tombstone/clock.h"
#include "tombstone/redis.h"

enum {
	TOMB_LIMIT_WAIT_MS = 100,  /* for a connection, and for an answer: far above a slow Redis' milliseconds */
	TOMB_LIMIT_REST_MS = 5000, /* one request in so long finds out whether Redis is back */
};

enum tomb_limit_kind {
	TOMB_LIMIT_FAILURES, /* wrong passwords, keys, codes and tokens: of one address, one account */
	TOMB_LIMIT_PERSON,   /* requests of one person, by whatever session or key */
	TOMB_LIMIT_STRANGER, /* requests of one address that are nobody's */
	TOMB_LIMIT_MAX
};

struct tomb_limit;

/* Lives in the arena; tomb_limit_fini() before the arena goes.  Borrows config, whose request_rate it takes. */
enum tomb_code tomb_limit_new(const struct tomb_registry_config *config, const struct tomb_clock *clock,
	struct tomb_arena *arena, struct tomb_limit **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_limit_fini(struct tomb_limit *limit);

/* A handle for one thread; *out is NULL if the settings name no Redis.  Connects later. */
enum tomb_code tomb_limit_open(
	const struct tomb_registry_config *config, struct tomb_redis **out, struct tomb_err *err) TOMB_MUST_USE;

/* True, and one attempt less, if key has one left.  Else false, with *retry_after_s (1 or more) written.  redis is the
 * thread's, or NULL.  Safe from every thread. */
bool tomb_limit_take(struct tomb_limit *limit, struct tomb_redis *redis, enum tomb_limit_kind kind, struct tomb_str key,
	uint32_t *retry_after_s) TOMB_MUST_USE;

/* Gives key all its attempts back, everywhere: after a success. */
void tomb_limit_forgive(
	struct tomb_limit *limit, struct tomb_redis *redis, enum tomb_limit_kind kind, struct tomb_str key);

#endif
