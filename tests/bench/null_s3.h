/* The stand-in's two halves: null_s3.c moves bytes, null_answer.c decides what is answered. */
#ifndef NULL_S3_H
#define NULL_S3_H

#include "tombstone/str.h"

#include <stdint.h>

enum null_head {
	NULL_HEAD_PRESENT,   /* every key is there, always */
	NULL_HEAD_ABSENT,    /* none is */
	NULL_HEAD_REMEMBERED /* every key is there until it is deleted */
};

struct null_counts {
	uint64_t delete_many;
	uint64_t keys; /* named in DeleteObjects */
	uint64_t delete_one;
	uint64_t head;
	uint64_t head_404;
	uint64_t put;
	uint64_t list;
	uint64_t get;
	uint64_t other;
	uint64_t connections;
	uint64_t bytes_in;
};

struct null_seen; /* hashes of keys that were deleted */

struct null_world {
	enum null_head head;
	uint64_t size;
	const char *etag;
	struct null_seen *seen; /* of NULL_HEAD_REMEMBERED */
	uint64_t serial;
	struct null_counts counts;
};

struct null_request {
	struct tomb_str method;
	struct tomb_str path;  /* as it was sent */
	struct tomb_str query; /* without the question mark; "" if there is none */
	struct tomb_str body;
};

void null_world_open(struct null_world *world);

/* Appends the whole answer, header included. */
void null_answer(struct null_world *world, const struct null_request *request, struct tomb_buf *out);

/* As one JSON object. */
void null_counts_json(const struct null_world *world, struct tomb_buf *out);

#endif
