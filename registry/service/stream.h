/*
 * An answer that goes on: somebody writes short pieces of it now and then, the server sends them as the client takes
 * them.  No request thread waits meanwhile.
 *
 * Shared by the writer and the server, each with a reference; every function but _new may be called in any thread.
 */
#ifndef TOMB_SERVICE_STREAM_H
#define TOMB_SERVICE_STREAM_H

#include "tombstone/str.h"

enum { TOMB_STREAM_MAX = 4096 }; /* bytes that may wait to be sent: a piece is a few hundred */

struct tomb_stream;

/* What the server does for a stream that it sends.  Called under the stream's lock: they do not call back. */
struct tomb_stream_server {
	void (*park)(void *ctx);    /* nothing to send: leave the connection alone */
	void (*wake)(void *ctx);    /* there is something, or the end; only after park() */
	bool (*is_gone)(void *ctx); /* has the client closed a connection that is parked? */
};

/* One reference, the caller's. */
enum tomb_code tomb_stream_new(struct tomb_stream **out, struct tomb_err *err) TOMB_MUST_USE;
struct tomb_stream *tomb_stream_ref(struct tomb_stream *s);
void tomb_stream_unref(struct tomb_stream *s); /* NULL is accepted */

/* The writer's side.  put copies piece; false, with nothing kept, if the client has not taken what was put before: say
 * it again later, or something newer instead. */
bool tomb_stream_put(struct tomb_stream *s, struct tomb_str piece);
void tomb_stream_end(struct tomb_stream *s);     /* after what waits nothing comes */
bool tomb_stream_is_left(struct tomb_stream *s); /* nobody reads any more: the client or the server has let go */

/* The server's side: from attach on it is asked to park and wake, until leave.  take copies what waits, at most max
 * bytes; 0 and *is_over: that was all; 0 otherwise: it was parked. */
void tomb_stream_attach(struct tomb_stream *s, const struct tomb_stream_server *server, void *ctx);
size_t tomb_stream_take(struct tomb_stream *s, char *to, size_t max, bool *is_over);
void tomb_stream_leave(struct tomb_stream *s);

#endif
