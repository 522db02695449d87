#include "canned_http.h"

#include "tombstone/arena.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	REQUESTS_MAX = 512,
	REQUEST_BYTES_MAX = 8 << 20,
	TRICKLE_MS = 100, /* no head is whole after IN_VAIN_MS */
	PATIENT_MS = 60 * 1000,
	IN_VAIN_MS = 2000 /* what comes before the silence must be in time */
};

/* One connection. */
struct line {
	int fd;
	SSL *tls; /* or NULL */
};

struct canned_http {
	const struct canned_reply *script;
	size_t script_n;
	size_t played;
	int listener;
	int stop; /* eventfd */
	int port;
	SSL_CTX *tls;
	unsigned connections;
	pthread_t thread;
	bool stopped;
	struct canned_request requests[REQUESTS_MAX]; /* the thread's until it is joined */
	size_t nrequests;
	struct tomb_arena arena;
};

/* False when it is time to end, or the other side hung up. */
static bool wait_readable(struct canned_http *server, int fd)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = server->stop, .events = POLLIN}};

	return poll(fds, TOMB_COUNTOF(fds), -1) > 0 && !fds[1].revents;
}

static struct tomb_str keep(struct canned_http *server, const char *p, size_t n)
{
	struct tomb_str copy = tomb_arena_str(&server->arena, (struct tomb_str){p, n});

	assert(copy.p);
	return copy;
}

static size_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");

	return at ? (size_t)strtoul(at + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

static ssize_t line_recv(const struct line *line, char *p, size_t n)
{
	return line->tls ? SSL_read(line->tls, p, (int)n) : recv(line->fd, p, n, 0);
}

static ssize_t line_send(const struct line *line, const char *p, size_t n)
{
	return line->tls ? SSL_write(line->tls, p, (int)n) : send(line->fd, p, n, MSG_NOSIGNAL);
}

static bool read_request(struct canned_http *server, const struct line *line)
{
	TOMB_BUF_AUTO in = tomb_buf_init(REQUEST_BYTES_MAX);
	char chunk[4096];
	const char *end = NULL;

	for (;;) {
		ssize_t n = 0;

		if (!(line->tls && SSL_pending(line->tls)) && !wait_readable(server, line->fd))
			return false;
		n = line_recv(line, chunk, sizeof chunk);
		if (n <= 0)
			return false;
		tomb_buf_put(&in, (struct tomb_str){chunk, (size_t)n});
		end = strstr(in.p, "\r\n\r\n");
		if (end && in.n - (size_t)(end + 4 - in.p) >= content_length(in.p))
			break;
	}
	assert(server->nrequests < REQUESTS_MAX);
	server->requests[server->nrequests++] = (struct canned_request){
		keep(server, in.p, (size_t)(end - in.p)),
		keep(server, end + 4, in.n - (size_t)(end + 4 - in.p)),
		server->connections,
	};
	return true;
}

static bool send_all(const struct line *line, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = line_send(line, p, n);

		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

static size_t size_of(const struct canned_reply *reply)
{
	return reply->size ? reply->size : strlen(reply->bytes);
}

static bool send_reply(const struct line *line, const struct canned_reply *reply)
{
	char filler[4096];
	size_t left = reply->filler_bytes;

	memset(filler, 'x', sizeof filler);
	if (!send_all(line, reply->bytes, size_of(reply)))
		return false;
	while (left) {
		size_t n = left < sizeof filler ? left : sizeof filler;

		if (!send_all(line, filler, n))
			return false;
		left -= n;
	}
	return true;
}

/* Until the end of the server, or of the other side's patience. */
static void trickle(struct canned_http *server, const struct line *line, const struct canned_reply *reply)
{
	size_t size = size_of(reply);

	for (size_t i = 0;; i++) {
		struct pollfd stop = {.fd = server->stop, .events = POLLIN};

		if (!send_all(line, i < size ? reply->bytes + i : "x", 1) || poll(&stop, 1, TRICKLE_MS) != 0)
			return;
	}
}

/* Plays on one connection until somebody ends it. */
static void serve(struct canned_http *server, const struct line *line)
{
	for (;;) {
		const struct canned_reply *reply = NULL;

		if (!wait_readable(server, line->fd) || server->played == server->script_n)
			return;
		reply = &server->script[server->played];
		if (reply->manner == CANNED_CUT_UNREAD) {
			server->played++;
			return;
		}
		if (!read_request(server, line))
			return;
		server->played++;
		if (reply->manner == CANNED_CUT_READ)
			return;
		if (reply->manner == CANNED_TRICKLE) {
			trickle(server, line, reply);
			return;
		}
		if (reply->manner == CANNED_SILENCE) {
			struct pollfd stop = {.fd = server->stop, .events = POLLIN};

			(void)poll(&stop, 1, -1);
			return;
		}
		if (!send_reply(line, reply) || reply->manner == CANNED_ANSWER_AND_CUT)
			return;
	}
}

/* False if the other side does not agree: wrong certificate. */
static bool agree(struct canned_http *server, struct line *line)
{
	if (!server->tls)
		return true;
	line->tls = SSL_new(server->tls);
	assert(line->tls);
	return SSL_set_fd(line->tls, line->fd) == 1 && SSL_accept(line->tls) == 1;
}

static void *play(void *arg)
{
	struct canned_http *server = arg;

	while (wait_readable(server, server->listener)) {
		struct line line = {.fd = accept(server->listener, NULL, NULL)};

		if (line.fd < 0)
			continue;
		server->connections++;
		if (agree(server, &line))
			serve(server, &line);
		SSL_free(line.tls);
		close(line.fd);
	}
	return NULL;
}

static struct canned_http *start(const struct canned_reply *script, size_t n, SSL_CTX *tls)
{
	struct canned_http *server = calloc(1, sizeof *server);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int rc = 0;

	assert(server);
	server->arena = tomb_arena_init((size_t)REQUESTS_MAX * REQUEST_BYTES_MAX);
	server->script = script;
	server->script_n = n;
	server->tls = tls;
	server->stop = eventfd(0, EFD_CLOEXEC);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(server->stop >= 0 && server->listener >= 0);
	rc = bind(server->listener, (struct sockaddr *)&at, sizeof at);
	assert(rc == 0);
	rc = listen(server->listener, 16);
	assert(rc == 0);
	rc = getsockname(server->listener, (struct sockaddr *)&at, &size);
	assert(rc == 0);
	server->port = ntohs(at.sin_port);
	rc = pthread_create(&server->thread, NULL, play, server);
	assert(rc == 0);
	return server;
}

struct canned_http *canned_http_start(const struct canned_reply *script, size_t n)
{
	return start(script, n, NULL);
}

struct canned_http *canned_http_start_tls(
	const struct canned_reply *script, size_t n, const char *certificate, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	int rc = 0;

	assert(tls);
	(void)signal(SIGPIPE, SIG_IGN); /* libssl writes without MSG_NOSIGNAL */
	rc = SSL_CTX_use_certificate_file(tls, certificate, SSL_FILETYPE_PEM);
	assert(rc == 1);
	rc = SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM);
	assert(rc == 1);
	return start(script, n, tls);
}

int canned_http_patience_ms(const struct canned_reply *script, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (script[i].manner == CANNED_SILENCE || script[i].manner == CANNED_TRICKLE)
			return IN_VAIN_MS;
	return PATIENT_MS;
}

int canned_http_port(const struct canned_http *server)
{
	return server->port;
}

void canned_http_stop(struct canned_http *server)
{
	uint64_t one = 1;
	ssize_t n = 0;

	if (server->stopped)
		return;
	n = write(server->stop, &one, sizeof one);
	assert(n == sizeof one);
	(void)pthread_join(server->thread, NULL);
	server->stopped = true;
}

size_t canned_http_requests(const struct canned_http *server)
{
	assert(server->stopped);
	return server->nrequests;
}

const struct canned_request *canned_http_request(const struct canned_http *server, size_t i)
{
	assert(server->stopped && i < server->nrequests);
	return &server->requests[i];
}

void canned_http_free(struct canned_http *server)
{
	canned_http_stop(server);
	tomb_arena_fini(&server->arena);
	SSL_CTX_free(server->tls);
	close(server->listener);
	close(server->stop);
	free(server);
}
