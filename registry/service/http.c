/*
 * The only file that knows libmicrohttpd.
 *
 * A request's life: on_target() makes a job; on_request() is called with the head, then per piece of body, then with
 * nothing more to come, which suspends the connection and queues the job; a request thread answers and resumes the
 * connection; on_request() is called once more and sends; on_completed() frees the job.
 *
 * An answer that goes on is suspended again whenever it has nothing to send (http_stream.c).
 *
 * A suspended connection is not polled, so its job lives until it is resumed, and MHD_resume_connection() is the
 * request thread's last touch of the job.
 */
#include "http.h"

#include "connections.h"
#include "exchange.h"
#include "http_head.h"
#include "http_stream.h"
#include "response_raw.h"
#include "socket.h"
#include "tally.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum {
	ARENA_MAX = 8 * 1024 * 1024,   /* bytes one request may use beside its bodies */
	SERVER_MAX = 32 * 1024 * 1024, /* bytes that the server itself may use: most for its table of connections */
	MEMORY_MAX = 128 * 1024,       /* bytes per connection in the library: the largest head, and an index of it */
	LAST_WORDS_MS = 1000,          /* for answers that are on their way when draining has timed out */
};

struct tomb_httpd {
	struct tomb_arena arena; /* holds this struct too */
	struct tomb_exchange_home home;
	struct MHD_Daemon *daemon;
	struct tomb_pool *pool;
	struct tomb_connections *connections;
	struct tomb_ctx **ctxs;
	size_t nctxs; /* that are open */
	int listener;
	uint16_t port;
	atomic_bool is_draining;
	struct tomb_tally jobs; /* that live */
	struct tomb_http_streams streams;
};

struct job {
	struct tomb_exchange exchange; /* first: the pool hands it back.  Its arena holds this job too. */
	struct tomb_httpd *httpd;
	struct MHD_Connection *connection;
	struct tomb_connection *held;
	uintptr_t target_at; /* in the library's memory */
	size_t target_n;
	enum { JOB_NEW, JOB_READING, JOB_QUEUED } state;
	struct tomb_http_stream stream; /* if the answer goes on */
};

/* ---- answers ---- */

static struct MHD_Response *make_response(struct job *job)
{
	struct tomb_response *res = &job->exchange.res;
	struct tomb_str bytes = res->fixed.p ? res->fixed : (struct tomb_str){res->body.p, res->body.n};
	struct MHD_Response *made = NULL;
	union {
		const char *in;
		void *out;
	} memory = {bytes.p}; /* persistent memory is only read, but the library's type does not say so */

	if (res->stream)
		return tomb_http_stream_begin(&job->httpd->streams, &job->stream, job->connection, res->stream);
	if (res->fd < 0)
		return MHD_create_response_from_buffer(bytes.n, memory.out, MHD_RESPMEM_PERSISTENT);
	made = MHD_create_response_from_fd64(res->fd_size, res->fd);
	if (made)
		res->fd = -1; /* the library closes it */
	return made;
}

/* Sends the response, whose memory lives until on_completed(). */
static enum MHD_Result answer(struct job *job)
{
	struct tomb_response *res = &job->exchange.res;
	uint64_t size = res->fd >= 0 ? res->fd_size : res->fixed.p ? res->fixed.n : res->body.n;
	enum tomb_connection_state state = res->stream ? TOMB_CONNECTION_SERVING : TOMB_CONNECTION_SENDING;
	struct MHD_Response *made = make_response(job);
	enum MHD_Result ok = made ? MHD_YES : MHD_NO;

	for (size_t i = 0; ok == MHD_YES && i < res->nheaders; i++)
		ok = MHD_add_response_header(made, res->headers[i].name.p, res->headers[i].value.p);
	if (ok == MHD_YES && res->content_type)
		ok = MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, res->content_type);
	if (ok == MHD_YES && (res->must_close || atomic_load(&job->httpd->is_draining)))
		ok = MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close");
	if (ok == MHD_YES && !tomb_connection_enter(job->httpd->connections, job->held, state, size))
		ok = MHD_NO;
	if (ok == MHD_YES)
		ok = MHD_queue_response(job->connection, res->status, made);
	if (made)
		MHD_destroy_response(made);
	return ok;
}

/*
 * The library takes no answer in the middle of a body, so this one goes past it; what follows of the body is read and
 * dropped for a while, because a connection closed with bytes unread is reset, and the client may lose the answer (RFC
 * 9112, section 9.6).
 */
static enum MHD_Result cut_off(struct job *job)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		job->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct tomb_err err;

	if (!info || tomb_response_send_raw(&job->exchange.res, info->connect_fd, &err) != TOMB_OK)
		return MHD_NO; /* that client reads nothing */
	return MHD_YES;
}

static enum MHD_Result act(struct job *job, enum tomb_act what)
{
	switch (what) {
	case TOMB_ACT_GO_ON:
		return MHD_YES;
	case TOMB_ACT_ANSWER:
		return answer(job);
	case TOMB_ACT_CUT_OFF:
		return cut_off(job);
	case TOMB_ACT_QUEUE:
		job->state = JOB_QUEUED;
		MHD_suspend_connection(job->connection);
		tomb_pool_push(job->httpd->pool, &job->exchange.item);
		return MHD_YES;
	case TOMB_ACT_HANG_UP:
		break;
	}
	return MHD_NO;
}

/* ---- the head ---- */

static struct tomb_str remote_of(struct job *job)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		job->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char *text = TOMB_NEW(&job->exchange.arena, char, TOMB_SOCKET_PEER);

	return info && text ? tomb_socket_peer(info->client_addr, text) : TOMB_STR("unknown");
}

static enum tomb_act begin(struct job *job, const char *method, const char *version)
{
	const struct tomb_http_line line = {method, version, job->target_at, job->target_n};
	struct tomb_guard_head head = {0};
	struct tomb_err err;

	job->state = JOB_READING;
	if (tomb_connection_check(job->held, &err) != TOMB_OK ||
		tomb_http_head(job->connection, &line, &job->exchange.arena, &head, &err) != TOMB_OK)
		return tomb_exchange_refuse(&job->exchange, &err);
	head.target = job->exchange.req.target;
	(void)tomb_connection_enter(
		job->httpd->connections, job->held, TOMB_CONNECTION_BODY, 0); /* asked again later */
	return tomb_exchange_begin(&job->exchange, &head, remote_of(job));
}

/* ---- callbacks: all but run() are called in the I/O thread ---- */

static void run(struct tomb_ctx *ctx, struct tomb_pool_item *item, bool is_closing)
{
	struct job *job = (struct job *)item;

	tomb_exchange_serve(&job->exchange, ctx, is_closing);
	MHD_resume_connection(job->connection);
}

static struct tomb_connection *held_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void on_connection(
	void *cls, struct MHD_Connection *connection, void **held, enum MHD_ConnectionNotificationCode what)
{
	struct tomb_httpd *httpd = cls;
	const union MHD_ConnectionInfo *fd = NULL;
	const union MHD_ConnectionInfo *peer = NULL;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		tomb_connections_remove(httpd->connections, *held);
		*held = NULL;
		return;
	}
	peer = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (fd)
		*held = tomb_connections_add(httpd->connections, fd->connect_fd, peer ? peer->client_addr : NULL);
}

/* The request line has come: target is as sent, up to a NUL if it holds one. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct tomb_httpd *httpd = cls;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct job *job = TOMB_NEW(&arena, struct job, 1);
	struct tomb_connection *held = held_of(connection);
	struct tomb_str text = tomb_str_from(target);
	struct tomb_err err;

	if (!held || !tomb_connection_enter(httpd->connections, held, TOMB_CONNECTION_HEAD, 0))
		return NULL;
	if (!job || tomb_exchange_init(&job->exchange, &httpd->home, &arena, text, &err) != TOMB_OK)
		return NULL;
	job->httpd = httpd;
	job->connection = connection;
	job->held = held;
	job->target_at = (uintptr_t)target;
	job->target_n = text.n;
	tomb_tally_add(&httpd->jobs);
	return job;
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path, const char *method,
	const char *version, const char *data, size_t *n, void **job_at)
{
	struct tomb_httpd *httpd = cls;
	struct job *job = *job_at;
	struct tomb_str piece = {data, *n};

	(void)connection;
	(void)path; /* decoded by the library: not to be used */
	if (!job)
		return MHD_NO; /* no memory for it */
	if (job->state == JOB_NEW)
		return act(job, begin(job, method, version));
	if (job->state == JOB_QUEUED)
		return answer(job);
	*n = 0; /* all of it is taken */
	tomb_connection_came(httpd->connections, job->held, piece.n);
	if (piece.n)
		return act(job, tomb_exchange_collect(&job->exchange, piece));
	if (!tomb_connection_enter(httpd->connections, job->held, TOMB_CONNECTION_SERVING, 0))
		return MHD_NO;
	return act(job, tomb_exchange_end(&job->exchange, httpd->pool));
}

static void on_completed(
	void *cls, struct MHD_Connection *connection, void **job_at, enum MHD_RequestTerminationCode reason)
{
	struct tomb_httpd *httpd = cls;
	struct job *job = *job_at;

	(void)connection;
	(void)reason;
	*job_at = NULL;
	if (!job)
		return;
	(void)tomb_connection_enter(httpd->connections, job->held, TOMB_CONNECTION_IDLE, 0); /* or its end is near */
	tomb_http_stream_end(&httpd->streams, &job->stream);
	tomb_exchange_fini(&job->exchange);
	tomb_tally_remove(&httpd->jobs);
}

static TOMB_PRINTF(2, 0) void on_message(void *cls, const char *format, va_list args)
{
	struct tomb_service *service = ((struct tomb_httpd *)cls)->home.service;
	char text[512];
	int n = 0;

	if (!service->on_note)
		return;
	n = vsnprintf(text, sizeof text, format, args);
	if (n > 0 && (size_t)n < sizeof text && text[n - 1] == '\n')
		text[n - 1] = '\0';
	service->on_note(service, text);
}

/* ---- start and stop ---- */

/* Ends and frees whatever there is of httpd. */
static void destroy(struct tomb_httpd *httpd)
{
	struct tomb_arena arena = httpd->arena;

	tomb_pool_stop(httpd->pool);
	if (httpd->daemon)
		MHD_stop_daemon(httpd->daemon);
	tomb_connections_stop(httpd->connections);
	tomb_pool_fini(httpd->pool);
	if (httpd->listener >= 0)
		(void)close(httpd->listener); /* a socket without data */
	for (size_t i = 0; i < httpd->nctxs; i++)
		httpd->home.service->thread_close(httpd->ctxs[i]);
	tomb_tally_fini(&httpd->jobs);
	tomb_http_streams_fini(&httpd->streams);
	tomb_arena_fini(&arena);
}

static enum tomb_code start_daemon(struct tomb_httpd *httpd, struct tomb_err *err)
{
	const struct tomb_httpd_options *o = &httpd->home.options;

	httpd->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
		0, NULL, NULL, on_request, httpd, MHD_OPTION_EXTERNAL_LOGGER, on_message, httpd,
		MHD_OPTION_LISTEN_SOCKET, httpd->listener, MHD_OPTION_URI_LOG_CALLBACK, on_target, httpd,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, httpd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, httpd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)tomb_connections_capacity(httpd->connections),
		MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	return httpd->daemon ? TOMB_OK
			     : TOMB_FAIL(err, TOMB_NET, "the HTTP server does not start: %s", strerror(errno));
}

static enum tomb_code start_connections(struct tomb_httpd *httpd, struct tomb_err *err)
{
	const struct tomb_httpd_options *o = &httpd->home.options;
	const struct tomb_connections_options options = {
		.max = o->connections,
		.per_address = o->per_address,
		.head_ms = o->head_ms,
		.idle_ms = o->idle_s * 1000,
		.slow_ms = o->slow_ms,
		.body_rate = o->body_rate,
		.answer_rate = o->answer_rate,
		.tick_ms = o->tick_ms,
		.clock = o->clock,
	};

	return tomb_connections_start(&options, &httpd->arena, &httpd->connections, err);
}

static enum tomb_code start_all(struct tomb_httpd *httpd, struct tomb_err *err)
{
	const struct tomb_httpd_options *o = &httpd->home.options;
	struct tomb_service *service = httpd->home.service;

	httpd->ctxs = TOMB_NEW(&httpd->arena, struct tomb_ctx *, o->threads);
	if (!httpd->ctxs)
		return TOMB_FAIL(err, TOMB_NOMEM, "%u request threads", o->threads);
	for (; httpd->nctxs < o->threads; httpd->nctxs++)
		TOMB_TRY(service->thread_open(service, &httpd->ctxs[httpd->nctxs], err));
	TOMB_TRY(start_connections(httpd, err));
	TOMB_TRY(tomb_socket_listen(o->address, &httpd->listener, &httpd->port, err));
	TOMB_TRY(tomb_pool_start(httpd->ctxs, o->threads, o->queue, run, &httpd->arena, &httpd->pool, err));
	return start_daemon(httpd, err);
}

enum tomb_code tomb_httpd_start(const struct tomb_httpd_options *options, struct tomb_service *service,
	struct tomb_httpd **out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(SERVER_MAX);
	struct tomb_httpd *httpd = TOMB_NEW(&arena, struct tomb_httpd, 1);
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_route_check(service->routes, err));
	if (!httpd)
		return TOMB_FAIL(err, TOMB_NOMEM, "the server");
	TOMB_TRY(tomb_tally_init(&httpd->jobs, err));
	TOMB_TRY(tomb_http_streams_init(&httpd->streams, err));
	httpd->home = (struct tomb_exchange_home){.options = tomb_httpd_options_complete(options), .service = service};
	httpd->listener = -1;
	httpd->arena = arena;
	arena = tomb_arena_init(0);
	code = start_all(httpd, err);
	if (code != TOMB_OK) {
		destroy(httpd);
		return code;
	}
	*out = httpd;
	return TOMB_OK;
}

uint16_t tomb_httpd_port(const struct tomb_httpd *httpd)
{
	return httpd->port;
}

void tomb_httpd_stop(struct tomb_httpd *httpd, uint32_t drain_ms)
{
	if (!httpd)
		return;
	atomic_store(&httpd->is_draining, true);
	if (MHD_quiesce_daemon(httpd->daemon) == MHD_INVALID_SOCKET)
		httpd->listener = -1; /* the daemon kept it */
	else
		(void)shutdown(httpd->listener, SHUT_RDWR); /* new connections are refused from here on */
	tomb_http_streams_close(&httpd->streams);
	(void)tomb_tally_wait(&httpd->jobs, drain_ms);
	tomb_pool_stop(httpd->pool);
	(void)tomb_tally_wait(&httpd->jobs, LAST_WORDS_MS); /* what is left is cut */
	if (httpd->home.options.address->is_unix)
		(void)unlink(httpd->home.options.address->name); /* a socket that stays is replaced at the next start */
	destroy(httpd);
}
