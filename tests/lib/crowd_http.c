#include "crowd_http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINES_MAX = 300, REQUEST_BYTES_MAX = 8 << 20, ANSWERS_MAX = 64 << 20 };

/* One connection. */
struct line {
	int fd; /* -1: closed */
	struct tomb_buf in;
	size_t head_n; /* of a whole request that waits for its answer; 0: none does */
	size_t body_n;
	size_t nth;
};

struct crowd_http {
	struct crowd_plan plan;
	int listener;
	int stop; /* eventfd */
	int port;
	pthread_t thread;
	bool stopped;
	struct line lines[LINES_MAX];
	size_t nlines;
	size_t arrived;
	size_t answered;
	size_t peak;
};

static size_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");

	return at ? (size_t)strtoul(at + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

static void hang_up(struct line *line)
{
	close(line->fd);
	line->fd = -1;
	line->head_n = 0;
	tomb_buf_fini(&line->in);
}

static void hear(struct crowd_http *server, struct line *line)
{
	char chunk[65536];
	ssize_t n = recv(line->fd, chunk, sizeof chunk, 0);
	const char *end = NULL;

	if (n <= 0) {
		hang_up(line);
		return;
	}
	tomb_buf_put(&line->in, (struct tomb_str){chunk, (size_t)n});
	assert(line->in.broken == TOMB_OK && line->head_n == 0);
	end = strstr(line->in.p, "\r\n\r\n");
	if (!end || line->in.n - (size_t)(end + 4 - line->in.p) < content_length(line->in.p))
		return;
	line->head_n = (size_t)(end - line->in.p);
	line->body_n = line->in.n - line->head_n - 4;
	line->nth = server->arrived++;
}

static void answer(struct crowd_http *server, struct line *line)
{
	struct tomb_arena arena = tomb_arena_init(ANSWERS_MAX);
	const struct crowd_request request = {
		.head = {line->in.p, line->head_n},
		.body = {line->in.p + line->head_n + 4, line->body_n},
		.nth = line->nth,
	};
	const char *bytes = server->plan.answer(server->plan.ctx, &request, &arena);
	size_t left = bytes ? strlen(bytes) : 0;

	while (left > 0) {
		ssize_t n = send(line->fd, bytes, left, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		bytes += n;
		left -= (size_t)n;
	}
	server->answered++;
	tomb_arena_fini(&arena);
	if (!bytes || left > 0) {
		hang_up(line);
		return;
	}
	line->head_n = 0;
	tomb_buf_reset(&line->in);
}

/* The one that is answered next; NULL if none waits. */
static struct line *next(struct crowd_http *server, bool newest)
{
	struct line *found = NULL;

	for (size_t i = 0; i < server->nlines; i++) {
		struct line *line = &server->lines[i];

		if (line->head_n && (!found || (newest ? line->nth > found->nth : line->nth < found->nth)))
			found = line;
	}
	return found;
}

/* How many have to wait before any is answered. */
static size_t enough(const struct crowd_http *server)
{
	const struct crowd_plan *plan = &server->plan;
	size_t end = plan->alone + plan->crowd;

	if (server->answered < plan->alone || server->answered >= end)
		return 1;
	return plan->gather < end - server->answered ? plan->gather : end - server->answered;
}

static void answer_all(struct crowd_http *server)
{
	size_t waiting = server->arrived - server->answered;
	struct line *line = NULL;

	if (waiting > server->peak)
		server->peak = waiting;
	if (waiting < enough(server))
		return;
	while ((line = next(server, server->plan.newest_first)))
		answer(server, line);
}

static void welcome(struct crowd_http *server)
{
	int fd = accept(server->listener, NULL, NULL);
	int one = 1;

	if (fd < 0)
		return;
	assert(server->nlines < LINES_MAX);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	server->lines[server->nlines++] = (struct line){.fd = fd, .in = tomb_buf_init(REQUEST_BYTES_MAX)};
}

static void *play(void *arg)
{
	struct crowd_http *server = arg;
	struct pollfd fds[LINES_MAX + 2];

	for (;;) {
		size_t n = server->nlines;

		fds[0] = (struct pollfd){.fd = server->stop, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = server->listener, .events = POLLIN};
		for (size_t i = 0; i < n; i++)
			fds[i + 2] = (struct pollfd){.fd = server->lines[i].fd, .events = POLLIN};
		if (poll(fds, n + 2, -1) < 0 || fds[0].revents)
			return NULL;
		for (size_t i = 0; i < n; i++)
			if (fds[i + 2].revents)
				hear(server, &server->lines[i]);
		if (fds[1].revents)
			welcome(server);
		answer_all(server);
	}
}

struct crowd_http *crowd_http_start(const struct crowd_plan *plan)
{
	struct crowd_http *server = calloc(1, sizeof *server);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	int rc = 0;

	assert(server);
	server->plan = *plan;
	server->stop = eventfd(0, EFD_CLOEXEC);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(server->stop >= 0 && server->listener >= 0);
	rc = bind(server->listener, (struct sockaddr *)&at, sizeof at);
	assert(rc == 0);
	rc = listen(server->listener, LINES_MAX);
	assert(rc == 0);
	rc = getsockname(server->listener, (struct sockaddr *)&at, &size);
	assert(rc == 0);
	server->port = ntohs(at.sin_port);
	rc = pthread_create(&server->thread, NULL, play, server);
	assert(rc == 0);
	return server;
}

int crowd_http_port(const struct crowd_http *server)
{
	return server->port;
}

void crowd_http_stop(struct crowd_http *server)
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

size_t crowd_http_requests(const struct crowd_http *server)
{
	assert(server->stopped);
	return server->arrived;
}

size_t crowd_http_connections(const struct crowd_http *server)
{
	assert(server->stopped);
	return server->nlines;
}

size_t crowd_http_peak(const struct crowd_http *server)
{
	assert(server->stopped);
	return server->peak;
}

void crowd_http_free(struct crowd_http *server)
{
	crowd_http_stop(server);
	for (size_t i = 0; i < server->nlines; i++)
		if (server->lines[i].fd >= 0)
			hang_up(&server->lines[i]);
	close(server->listener);
	close(server->stop);
	free(server);
}
