#include "bare_s3.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4 << 20, READ_BYTES = 64 << 10, EVENTS = 64 };

struct line {
	int fd;
	const struct tomb_str *request; /* under way; NULL: none */
	size_t sent;
	struct tomb_buf answer;
};

struct lines {
	int epoll;
	struct sockaddr_in address;
	const struct tomb_str *next;
	const struct tomb_str *end;
	size_t nbusy;
	struct bare_found *found;
};

static void set_address(const char *host, struct sockaddr_in *out)
{
	const char *colon = strrchr(host, ':');
	char ip[INET_ADDRSTRLEN] = "";

	if (!colon || (size_t)(colon - host) >= sizeof ip)
		errx(2, "%s: not ADDRESS:PORT", host);
	memcpy(ip, host, (size_t)(colon - host));
	*out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10))};
	if (inet_pton(AF_INET, ip, &out->sin_addr) != 1)
		errx(2, "%s: not ADDRESS:PORT", host);
}

static void open_line(const struct lines *all, struct line *line)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = line};
	int one = 1;

	line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (line->fd < 0 || connect(line->fd, (const struct sockaddr *)&all->address, sizeof all->address) != 0)
		err(1, "connecting");
	(void)setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (epoll_ctl(all->epoll, EPOLL_CTL_ADD, line->fd, &event) != 0)
		err(1, "epoll_ctl");
}

static void put_out(struct line *line)
{
	while (line->request && line->sent < line->request->n) {
		ssize_t n = send(line->fd, line->request->p + line->sent, line->request->n - line->sent,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			err(1, "sending");
		line->sent += (size_t)n;
	}
}

static void start_next(struct lines *all, struct line *line)
{
	tomb_buf_reset(&line->answer);
	line->sent = 0;
	line->request = all->next < all->end ? all->next++ : NULL;
	all->nbusy += line->request != NULL;
	put_out(line);
}

/* Has the answer come as a whole?  HEAD's has no body. */
static bool is_whole(const struct line *line)
{
	const char *end = line->answer.n ? memmem(line->answer.p, line->answer.n, "\r\n\r\n", 4) : NULL;
	const char *length;
	size_t body;

	if (!end)
		return false;
	if (line->request->p[0] == 'H')
		return true;
	body = line->answer.n - (size_t)(end + 4 - line->answer.p);
	length = memmem(line->answer.p, (size_t)(end - line->answer.p), "\r\nContent-Length:", 17);
	if (length)
		return body >= strtoull(length + 17, NULL, 10);
	return body >= 5 && memcmp(line->answer.p + line->answer.n - 5, "0\r\n\r\n", 5) == 0;
}

static void count(const struct line *line, struct bare_found *found)
{
	unsigned long status = strtoul(line->answer.p + strlen("HTTP/1.1 "), NULL, 10);
	const char *end = line->answer.p + line->answer.n;

	found->ok += status / 100 == 2;
	found->absent += status == 404;
	found->other += status / 100 != 2 && status != 404;
	if (status / 100 != 2 && status != 404 && found->other == 1)
		warnx("%s", line->answer.p);
	for (const char *at = line->answer.p; (at = memmem(at, (size_t)(end - at), "<Deleted>", 9)); at += 9)
		found->deleted++;
}

static void take_in(struct lines *all, struct line *line)
{
	static char bytes[READ_BYTES];

	for (;;) {
		ssize_t n = recv(line->fd, bytes, sizeof bytes, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 && !line->request)
			return;
		if (n <= 0)
			errx(1, "the server hung up");
		tomb_buf_put(&line->answer, (struct tomb_str){bytes, (size_t)n});
		if (line->request && is_whole(line)) {
			count(line, all->found);
			all->nbusy--;
			start_next(all, line);
		}
	}
}

void bare_send(const char *host, const struct tomb_str *requests, size_t n, size_t in_flight, struct bare_found *found)
{
	struct lines all = {
		.epoll = epoll_create1(EPOLL_CLOEXEC), .next = requests, .end = requests + n, .found = found};
	struct line *lines = calloc(in_flight, sizeof *lines);
	struct epoll_event events[EVENTS];

	if (!lines || all.epoll < 0)
		err(1, "connections");
	set_address(host, &all.address);
	*found = (struct bare_found){0};
	for (size_t i = 0; i < in_flight && all.next < all.end; i++) {
		lines[i].answer = tomb_buf_init(ANSWER_MAX);
		open_line(&all, &lines[i]);
		start_next(&all, &lines[i]);
	}
	while (all.nbusy) {
		int ready = epoll_wait(all.epoll, events, EVENTS, -1);

		for (int i = 0; i < ready; i++) {
			put_out(events[i].data.ptr);
			take_in(&all, events[i].data.ptr);
		}
	}
	for (size_t i = 0; i < in_flight && lines[i].fd; i++) {
		(void)close(lines[i].fd);
		tomb_buf_fini(&lines[i].answer);
	}
	(void)close(all.epoll);
	free(lines);
}
