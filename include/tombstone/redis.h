/*
 * The queue: a Redis stream in which batches are announced.  And small facts that lanes share.
 *
 * Hints and nothing more (I6): the ledger knows every batch, and a sweep announces again what was lost.  So any
 * failure here is QUEUE_DOWN (or NOMEM for an arena that is too small), with a text that says why, and the caller goes
 * on without.  After one, the next call makes a new connection where that can help.
 *
 * One handle serves one thread of one process.  The program must ignore SIGPIPE.
 */
#ifndef TOMB_REDIS_H
#define TOMB_REDIS_H

#include "tombstone/address.h"
#include "tombstone/arena.h"
#include "tombstone/secret.h"

enum {
	TOMB_REDIS_CONNECT_MS = 2000, /* a queue that takes longer does not speed anything up */
	TOMB_REDIS_COMMAND_MS = 5000, /* the longest that a call waits for an answer, on top of what it asks for */
	TOMB_REDIS_READ_MAX = 1000,   /* entries that one call may ask for */
	TOMB_REDIS_SCRIPT_ARGS_MAX = 8,
	TOMB_REDIS_SENTINELS_MAX = 9, /* three or five are usual */
};

/* Where Redis is: at an address, or where one of the Sentinels says that the master of this name is.  They are asked at
 * each new connection, so that a failover is followed. */
struct tomb_redis_options {
	struct tomb_address address;                 /* unless there are Sentinels */
	struct tomb_str sentinels;                   /* "host:port,host:port"; "" or NULL for none */
	struct tomb_str master;                      /* the name by which they know it; outlives the handle */
	const struct tomb_secret *sentinel_password; /* that the Sentinels want; copied; NULL for none */
	const struct tomb_secret *password;          /* copied; NULL for none */
	int connect_ms;                              /* 0: TOMB_REDIS_CONNECT_MS */
	int command_ms;                              /* 0: TOMB_REDIS_COMMAND_MS */
};

/* Where batches are announced, and who reads.  Borrowed by each call. */
struct tomb_redis_queue {
	struct tomb_str stream;
	struct tomb_str group;
	struct tomb_str consumer; /* this reader's name within the group */
	int64_t length_max;       /* about so many entries are kept; what is trimmed, the sweep finds */
};

/* One announcement, in the caller's arena. */
struct tomb_redis_entry {
	struct tomb_str id; /* for tomb_redis_ack() */
	int64_t batch_id;   /* > 0; 0 if the entry is not one of ours: acknowledge it and forget it */
};

struct tomb_redis_entries {
	const struct tomb_redis_entry *v;
	size_t n;
};

struct tomb_redis;

/* Does not connect: that is the business of the first call, and of each one after a failure.  NOMEM; INVAL for
 * Sentinels that are no list of addresses or too many, or without a master's name, or a name without Sentinels. */
enum tomb_code tomb_redis_open(
	struct tomb_redis **out, const struct tomb_redis_options *options, struct tomb_err *err) TOMB_MUST_USE;
void tomb_redis_close(struct tomb_redis *redis); /* NULL is fine */
static inline void tomb_redis_closep(struct tomb_redis **redis)
{
	tomb_redis_close(*redis);
}
#define TOMB_REDIS_AUTO TOMB_CLEANUP(tomb_redis_closep) struct tomb_redis

/* OK if Redis answers, takes our password and takes writes. */
enum tomb_code tomb_redis_ping(struct tomb_redis *redis, struct tomb_err *err) TOMB_MUST_USE;

/* Announces n batches, in order, in as few round trips as is sensible.  On failure some may have been announced: doing
 * it again is harmless. */
enum tomb_code tomb_redis_announce(struct tomb_redis *redis, const struct tomb_redis_queue *queue,
	const int64_t *batch_ids, size_t n, struct tomb_err *err) TOMB_MUST_USE;

/* Makes the stream and the group if they are missing; whoever makes it, it begins with the oldest entry.  The readers
 * below do so by themselves. */
enum tomb_code tomb_redis_join(
	struct tomb_redis *redis, const struct tomb_redis_queue *queue, struct tomb_err *err) TOMB_MUST_USE;

/* Takes up to at_most entries that nobody took before, waiting up to wait_ms (0: not at all) for the first.  None is
 * OK.  Each is this consumer's until it is acknowledged, or reclaimed by another. */
enum tomb_code tomb_redis_read(struct tomb_redis *redis, const struct tomb_redis_queue *queue, int at_most, int wait_ms,
	struct tomb_arena *arena, struct tomb_redis_entries *out, struct tomb_err *err) TOMB_MUST_USE;

/* Takes over up to at_most entries that some consumer took and has not acknowledged for idle_ms. */
enum tomb_code tomb_redis_reclaim(struct tomb_redis *redis, const struct tomb_redis_queue *queue, int at_most,
	int idle_ms, struct tomb_arena *arena, struct tomb_redis_entries *out, struct tomb_err *err) TOMB_MUST_USE;

/* The entry is dealt with.  Acknowledging what is not there is OK. */
enum tomb_code tomb_redis_ack(struct tomb_redis *redis, const struct tomb_redis_queue *queue, struct tomb_str entry_id,
	struct tomb_err *err) TOMB_MUST_USE;

/* A Lua script over one key: whole numbers in, whole numbers out.  Borrowed by the call. */
struct tomb_redis_script {
	struct tomb_str text;
	struct tomb_str key; /* KEYS[1] */
	const int64_t *args; /* ARGV[1] and so on */
	size_t nargs;        /* at most TOMB_REDIS_SCRIPT_ARGS_MAX */
	size_t nresults;     /* that it returns, exactly */
};

/* Runs it, as one step for everybody else.  results has room for nresults. */
enum tomb_code tomb_redis_run(struct tomb_redis *redis, const struct tomb_redis_script *script, int64_t *results,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
