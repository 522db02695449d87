#include "redis_conn.h"
#include "tombstone/parse.h"

#include <assert.h>
#include <errno.h>

enum { PIPELINE_MAX = 500 }; /* commands in flight: some 50 KiB, which both sides' buffers hold */

#define FIELD "batch" /* of an entry: the batch's id */

enum tomb_code tomb_redis_join(struct tomb_redis *redis, const struct tomb_redis_queue *queue, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;

	REDIS_ADD(&c, TOMB_STR("XGROUP"), TOMB_STR("CREATE"), queue->stream, queue->group, TOMB_STR("0"),
		TOMB_STR("MKSTREAM"));
	TOMB_TRY(redis_ask(redis, &c, 0, &reply, err));
	return redis_is_error(reply, "BUSYGROUP") ? TOMB_OK : redis_check(redis, "XGROUP", reply, err); /* it exists */
}

/* Reads the answers to n commands in flight, all of them, so that the next answer is the next command's. */
static enum tomb_code take_answers(struct tomb_redis *redis, const char *command, size_t n, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	for (size_t i = 0; i < n && redis->connection; i++) {
		void *raw = NULL;

		errno = 0;
		if (redisGetReply(redis->connection, &raw) != REDIS_OK)
			return redis_lost(redis, err);
		REDIS_REPLY_AUTO *reply = raw;
		if (code == TOMB_OK)
			code = redis_check(redis, command, reply, err);
	}
	return code;
}

enum tomb_code tomb_redis_announce(struct tomb_redis *redis, const struct tomb_redis_queue *queue,
	const int64_t *batch_ids, size_t n, struct tomb_err *err)
{
	assert(queue->length_max > 0);
	while (n > 0) {
		size_t some = n < PIPELINE_MAX ? n : PIPELINE_MAX;

		TOMB_TRY(redis_connect(redis, redis->options.command_ms, err));
		for (size_t i = 0; i < some; i++) {
			struct redis_command c = {.n = 0};

			REDIS_ADD(&c, TOMB_STR("XADD"), queue->stream, TOMB_STR("MAXLEN"), TOMB_STR("~"),
				redis_number(&c, queue->length_max), TOMB_STR("*"), TOMB_STR(FIELD),
				redis_number(&c, batch_ids[i]));
			if (redisAppendCommandArgv(redis->connection, c.n, c.words, c.lengths) != REDIS_OK)
				return redis_lost(redis, err);
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
		return redis_nonsense(redis, command, err);
	entries = TOMB_NEW(arena, struct tomb_redis_entry, list->elements + 1);
	for (size_t i = 0; entries && i < list->elements; i++) {
		const redisReply *entry = list->element[i];

		if (entry->type == REDIS_REPLY_NIL)
			continue;
		if (!is_entry(entry))
			return redis_nonsense(redis, command, err);
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
	return redis_is_error(reply, "NOGROUP") || redis_is_error(reply, "UNBLOCKED");
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
	struct redis_command c = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;

	assert(at_most > 0 && at_most <= TOMB_REDIS_READ_MAX && wait_ms >= 0);
	REDIS_ADD(&c, TOMB_STR("XREADGROUP"), TOMB_STR("GROUP"), queue->group, queue->consumer, TOMB_STR("COUNT"),
		redis_number(&c, at_most));
	if (wait_ms > 0) /* BLOCK 0 would be for ever */
		REDIS_ADD(&c, TOMB_STR("BLOCK"), redis_number(&c, wait_ms));
	REDIS_ADD(&c, TOMB_STR("STREAMS"), queue->stream, TOMB_STR(">"));
	TOMB_TRY(redis_ask(redis, &c, wait_ms, &reply, err));
	if (group_is_gone(reply))
		return start_over(redis, queue, out, err);
	TOMB_TRY(redis_check(redis, "XREADGROUP", reply, err));
	if (reply->type == REDIS_REPLY_NIL) {
		*out = (struct tomb_redis_entries){NULL, 0};
		return TOMB_OK;
	}
	return read_entries(redis, "XREADGROUP", entries_of_stream(reply), arena, out, err);
}

enum tomb_code tomb_redis_reclaim(struct tomb_redis *redis, const struct tomb_redis_queue *queue, int at_most,
	int idle_ms, struct tomb_arena *arena, struct tomb_redis_entries *out, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};
	REDIS_REPLY_AUTO *reply = NULL;

	assert(at_most > 0 && at_most <= TOMB_REDIS_READ_MAX && idle_ms >= 0);
	/* Always from the start, "0": what was taken over is idle no more. */
	REDIS_ADD(&c, TOMB_STR("XAUTOCLAIM"), queue->stream, queue->group, queue->consumer, redis_number(&c, idle_ms),
		TOMB_STR("0"), TOMB_STR("COUNT"), redis_number(&c, at_most));
	TOMB_TRY(redis_ask(redis, &c, 0, &reply, err));
	if (group_is_gone(reply))
		return start_over(redis, queue, out, err);
	TOMB_TRY(redis_check(redis, "XAUTOCLAIM", reply, err));
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 || reply->element[0]->type != REDIS_REPLY_STRING)
		return redis_nonsense(redis, "XAUTOCLAIM", err);
	return read_entries(redis, "XAUTOCLAIM", reply->element[1], arena, out, err);
}

enum tomb_code tomb_redis_ack(
	struct tomb_redis *redis, const struct tomb_redis_queue *queue, struct tomb_str entry_id, struct tomb_err *err)
{
	struct redis_command c = {.n = 0};

	REDIS_ADD(&c, TOMB_STR("XACK"), queue->stream, queue->group, entry_id);
	return redis_tell(redis, &c, err);
}
