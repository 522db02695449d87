/* One file into several stores at the same time, read once, whatever its size. */
#ifndef TOMB_PUT_STREAM_H
#define TOMB_PUT_STREAM_H

#include "tee.h"
#include "tombstone/store.h"

#include <pthread.h>

/* One copy, made by a thread of its own. */
struct put_stream {
	struct tomb_store *store; /* in: nobody else uses it meanwhile */
	enum tomb_code code;      /* out: what became of the copy */
	struct tomb_err err;
	struct tomb_placed placed; /* in the arena */
	struct tomb_arena arena;   /* for the caller to free */
	struct tomb_put put;
	struct tee_end *end;
	pthread_t id;
	bool is_running;
};

/* Puts the file into every stream's store.  Returns NOMEM, or what file->read said; then no copy was stored. */
enum tomb_code put_stream_all(
	struct put_stream *streams, size_t n, const struct tomb_put *file, struct tomb_err *err) TOMB_MUST_USE;

#endif
