#include "stream.h"

#include <pthread.h>
#include <stdlib.h>

/* lock guards everything. */
struct tomb_stream {
	pthread_mutex_t lock;
	unsigned refs;
	char waiting[TOMB_STREAM_MAX];
	size_t at; /* taken of it */
	size_t n;
	bool is_ended;
	bool is_left;
	bool is_parked;
	const struct tomb_stream_server *server; /* NULL while none is attached */
	void *ctx;
};

enum tomb_code tomb_stream_new(struct tomb_stream **out, struct tomb_err *err)
{
	struct tomb_stream *s = calloc(1, sizeof *s);

	if (!s || pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return TOMB_FAIL(err, TOMB_NOMEM, "a stream");
	}
	s->refs = 1;
	*out = s;
	return TOMB_OK;
}

struct tomb_stream *tomb_stream_ref(struct tomb_stream *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->refs++;
	(void)pthread_mutex_unlock(&s->lock);
	return s;
}

void tomb_stream_unref(struct tomb_stream *s)
{
	bool is_last = false;

	if (!s)
		return;
	(void)pthread_mutex_lock(&s->lock);
	is_last = --s->refs == 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (!is_last)
		return;
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Under the lock. */
static void wake(struct tomb_stream *s)
{
	if (!s->is_parked || !s->server)
		return;
	s->is_parked = false;
	s->server->wake(s->ctx);
}

bool tomb_stream_put(struct tomb_stream *s, struct tomb_str piece)
{
	bool has_room = false;

	(void)pthread_mutex_lock(&s->lock);
	has_room = s->at == s->n && piece.n <= TOMB_STREAM_MAX && !s->is_ended;
	if (has_room) {
		memcpy(s->waiting, piece.p, piece.n);
		s->at = 0;
		s->n = piece.n;
		wake(s);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return has_room;
}

void tomb_stream_end(struct tomb_stream *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->is_ended = true;
	wake(s);
	(void)pthread_mutex_unlock(&s->lock);
}

bool tomb_stream_is_left(struct tomb_stream *s)
{
	bool is_left = false;

	(void)pthread_mutex_lock(&s->lock);
	if (s->is_parked && s->server && s->server->is_gone(s->ctx)) {
		s->is_left = true;
		s->is_ended = true;
		wake(s); /* the server finds out, and lets go */
	}
	is_left = s->is_left;
	(void)pthread_mutex_unlock(&s->lock);
	return is_left;
}

void tomb_stream_attach(struct tomb_stream *s, const struct tomb_stream_server *server, void *ctx)
{
	(void)pthread_mutex_lock(&s->lock);
	s->server = server;
	s->ctx = ctx;
	(void)pthread_mutex_unlock(&s->lock);
}

size_t tomb_stream_take(struct tomb_stream *s, char *to, size_t max, bool *is_over)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&s->lock);
	n = s->n - s->at < max ? s->n - s->at : max;
	memcpy(to, s->waiting + s->at, n);
	s->at += n;
	*is_over = n == 0 && s->is_ended;
	if (n == 0 && !s->is_ended && s->server) {
		s->is_parked = true;
		s->server->park(s->ctx);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}

void tomb_stream_leave(struct tomb_stream *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->is_left = true;
	s->is_parked = false;
	s->server = NULL;
	(void)pthread_mutex_unlock(&s->lock);
}
