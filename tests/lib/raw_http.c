#include "raw_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { SILENCE_MS = 240 * 1000 };

void raw_answer_fini(struct raw_answer *a)
{
	free(a->body);
	*a = (struct raw_answer){0};
}

int raw_connect(uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
	return fd;
}

int raw_connect_unix(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof a.sun_path);
	memcpy(a.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

bool raw_send(int fd, struct tomb_str bytes)
{
	while (bytes.n) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes = (struct tomb_str){bytes.p + n, bytes.n - (size_t)n};
	}
	return true;
}

/* Up to n bytes; 0 at the end of the connection, also if it was reset. */
static size_t receive(int fd, char *p, size_t n)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	ssize_t got = 0;

	if (poll(&poller, 1, SILENCE_MS) != 1)
		fail_msg("the server is silent");
	got = recv(fd, p, n, 0);
	return got > 0 ? (size_t)got : 0;
}

void raw_read_head(int fd, struct raw_answer *out)
{
	size_t n = 0;

	*out = (struct raw_answer){0};
	while (n < 4 || memcmp(out->head + n - 4, "\r\n\r\n", 4) != 0) {
		assert_true(n + 1 < sizeof out->head);
		if (receive(fd, out->head + n, 1) == 0) {
			assert_int_equal(n, 0); /* half an answer */
			return;
		}
		n++;
	}
	assert_memory_equal(out->head, "HTTP/1.1 ", 9);
	out->status = (int)strtol(out->head + 9, NULL, 10);
}

void raw_read_body(int fd, struct raw_answer *out)
{
	if (out->status == 0 || out->status == 204 || out->status == 304 || out->status < 200)
		return;
	assert_string_not_equal(raw_header(out, "Content-Length"), "");
	out->nbody = strtoul(raw_header(out, "Content-Length"), NULL, 10);
	out->body = calloc(1, out->nbody + 1);
	assert_non_null(out->body);
	for (size_t n = 0; n < out->nbody;) {
		size_t got = receive(fd, out->body + n, out->nbody - n);

		assert_true(got > 0);
		n += got;
	}
}

void raw_read(int fd, struct raw_answer *out)
{
	raw_read_head(fd, out);
	raw_read_body(fd, out);
}

void raw_read_end(int fd)
{
	char dropped[4096];

	while (receive(fd, dropped, sizeof dropped) > 0)
		;
}

void raw_ask(uint16_t port, const char *request, struct raw_answer *out)
{
	int fd = raw_connect(port);

	assert_true(raw_send(fd, tomb_str_from(request)));
	raw_read(fd, out);
	assert_int_equal(close(fd), 0);
}

const char *raw_header(const struct raw_answer *a, const char *name)
{
	static _Thread_local char value[4096];
	size_t n = strlen(name);

	for (const char *line = strstr(a->head, "\r\n"); line && line[2] != '\r'; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
			const char *from = line + 2 + n + 2;

			(void)snprintf(value, sizeof value, "%.*s", (int)(strstr(from, "\r\n") - from), from);
			return value;
		}
	return "";
}

void raw_reset(int fd)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
	assert_int_equal(close(fd), 0);
}
