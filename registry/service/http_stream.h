/* Answers that go on (stream.h), on the side of the server library.  For http.c alone. */
#ifndef TOMB_SERVICE_HTTP_STREAM_H
#define TOMB_SERVICE_HTTP_STREAM_H

#include "stream.h"

#include <pthread.h>

/* One that is being sent: part of its request, which lives until tomb_http_stream_end(). */
struct tomb_http_stream {
	void *connection; /* the library's */
	struct tomb_stream *stream;
	struct tomb_http_stream *next;
	struct tomb_http_stream **at; /* what points to it; NULL: it was not begun */
};

/* All of a server.  lock guards all. */
struct tomb_http_streams {
	pthread_mutex_t lock;
	struct tomb_http_stream *first;
	bool is_closing;
};

enum tomb_code tomb_http_streams_init(struct tomb_http_streams *all, struct tomb_err *err) TOMB_MUST_USE;
void tomb_http_streams_fini(struct tomb_http_streams *all);

/* A response of the library's that sends stream over connection; NULL if there is no memory.  Borrows both. */
void *tomb_http_stream_begin(
	struct tomb_http_streams *all, struct tomb_http_stream *one, void *connection, struct tomb_stream *stream);
void tomb_http_stream_end(struct tomb_http_streams *all, struct tomb_http_stream *one); /* also if it was not begun */

/* Ends every stream, those to come too: the daemon cannot be stopped while a connection is suspended. */
void tomb_http_streams_close(struct tomb_http_streams *all);

#endif
