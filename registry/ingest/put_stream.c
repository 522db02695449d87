#include "put_stream.h"

#include <stdlib.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* of one put: an ETag, a version id, the store's own needs */

static void *carry_out(void *arg)
{
	struct put_stream *s = arg;

	s->code = tomb_store_put(s->store, &s->put, &s->arena, &s->placed, &s->err);
	tee_leave(s->end);
	return NULL;
}

static void start(struct put_stream *s, const struct tomb_put *file, struct tee_end *end)
{
	s->arena = tomb_arena_init(ARENA_BYTES_MAX);
	s->end = end;
	s->put = *file;
	s->put.read = tee_read;
	s->put.arg = end;
	s->is_running = pthread_create(&s->id, NULL, carry_out, s) == 0;
	if (s->is_running)
		return;
	s->code = TOMB_FAIL(&s->err, TOMB_NOMEM, "starting a thread");
	tee_leave(end);
}

enum tomb_code put_stream_all(struct put_stream *streams, size_t n, const struct tomb_put *file, struct tomb_err *err)
{
	TEE_AUTO *tee = NULL;
	struct tee_end *ends = calloc(n, sizeof *ends);
	enum tomb_code code = TOMB_OK;

	if (!ends)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies of a file", n);
	code = tee_open(&tee, ends, n, err);
	for (size_t i = 0; code == TOMB_OK && i < n; i++)
		start(&streams[i], file, &ends[i]);
	if (code == TOMB_OK)
		code = tee_feed(tee, file->read, file->arg, err);
	for (size_t i = 0; i < n; i++)
		if (streams[i].is_running)
			(void)pthread_join(streams[i].id, NULL);
	free(ends);
	return code;
}
