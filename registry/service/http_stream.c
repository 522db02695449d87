#include "http_stream.h"

#include <errno.h>
#include <microhttpd.h>
#include <sys/socket.h>

enum { PIECE_MAX = 1024 }; /* bytes that are taken at once */

static void park(void *ctx)
{
	MHD_suspend_connection(((struct tomb_http_stream *)ctx)->connection);
}

static void wake(void *ctx)
{
	MHD_resume_connection(((struct tomb_http_stream *)ctx)->connection);
}

/* A connection that is suspended is not polled: somebody has to look whether its client has hung up. */
static bool is_gone(void *ctx)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		((struct tomb_http_stream *)ctx)->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char byte = 0;
	ssize_t n = info ? recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : 0;

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static const struct tomb_stream_server server = {park, wake, is_gone};

static ssize_t take(void *cls, uint64_t at, char *to, size_t max)
{
	struct tomb_http_stream *one = cls;
	bool is_over = false;
	size_t n = tomb_stream_take(one->stream, to, max, &is_over);

	(void)at;
	return is_over ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

enum tomb_code tomb_http_streams_init(struct tomb_http_streams *all, struct tomb_err *err)
{
	*all = (struct tomb_http_streams){.first = NULL};
	if (pthread_mutex_init(&all->lock, NULL) != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "the lock of the streams");
	return TOMB_OK;
}

void tomb_http_streams_fini(struct tomb_http_streams *all)
{
	(void)pthread_mutex_destroy(&all->lock);
}

void *tomb_http_stream_begin(
	struct tomb_http_streams *all, struct tomb_http_stream *one, void *connection, struct tomb_stream *stream)
{
	struct MHD_Response *made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_MAX, take, one, NULL);

	if (!made)
		return NULL;
	(void)pthread_mutex_lock(&all->lock);
	*one = (struct tomb_http_stream){connection, stream, all->first, &all->first};
	if (one->next)
		one->next->at = &one->next;
	all->first = one;
	tomb_stream_attach(stream, &server, one);
	if (all->is_closing)
		tomb_stream_end(stream);
	(void)pthread_mutex_unlock(&all->lock);
	return made;
}

void tomb_http_stream_end(struct tomb_http_streams *all, struct tomb_http_stream *one)
{
	(void)pthread_mutex_lock(&all->lock);
	if (one->at) {
		tomb_stream_leave(one->stream);
		*one->at = one->next;
		if (one->next)
			one->next->at = one->at;
	}
	one->at = NULL;
	(void)pthread_mutex_unlock(&all->lock);
}

void tomb_http_streams_close(struct tomb_http_streams *all)
{
	(void)pthread_mutex_lock(&all->lock);
	all->is_closing = true;
	for (struct tomb_http_stream *one = all->first; one; one = one->next)
		tomb_stream_end(one->stream);
	(void)pthread_mutex_unlock(&all->lock);
}
