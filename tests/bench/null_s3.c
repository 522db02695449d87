/*
 * null_s3 [--port N] [--rtt-ms N] [--head present|absent|remembered] [--size N] [--etag HEX]: an S3 server that stores
 * nothing and says yes, cheaply enough that whoever talks to it is the limit.  One thread, epoll, plain HTTP on
 * loopback.
 *
 *   --port N      default 0: the kernel's choice.  "port N" is printed when it listens
 *   --rtt-ms N    every answer leaves N ms after its request has come in, the first of a connection after 2 N, since it
 *                 took one more round trip to connect.  Connections do not wait for one another
 *   --head        what HEAD of a key says: present (the default): 200, always; absent: 404, always; remembered: 200
 *                 until that key was deleted in that bucket, then 404, for ever (16 to 32 bytes of memory per key)
 *   --size, --etag   what HEAD tells of every key (default 1024 and 0123456789abcdef0123456789abcdef)
 *
 * DeleteObjects: one <Deleted> per key, none in quiet mode; no signature, digest or key is checked.  DELETE: 204.
 * PUT: 200 with the ETag.  GET ?versioning: never had versions; ?object-lock: none; ?location: us-east-1.  GET of a
 * bucket named "anything-N" lists N keys, k0000000000 and so on, in pages of 1,000 (ListObjects and ListObjectsV2),
 * whether or not they were deleted; other buckets are empty.  Any bucket exists.  Keys below tombstone-probe do not.
 *
 * GET /.counts answers at once with what it was asked so far, as JSON, and so does its stdout when SIGTERM ends it.
 */
#include "null_s3.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	REQUEST_MAX = 16 << 20, /* bytes: a thousand keys of 1,024 bytes, escaped */
	ANSWER_MAX = 16 << 20,
	READ_BYTES = 256 << 10,
	EVENTS = 256
};

struct line { /* one connection */
	int fd;
	bool is_waiting; /* its answer may not leave before due_ns */
	bool has_answered;
	int64_t due_ns;
	struct line *next; /* of those that wait, by due_ns */
	struct tomb_buf in;
	size_t taken; /* bytes of in that were answered */
	struct tomb_buf out;
	size_t sent;
};

struct server {
	struct null_world world;
	int epoll;
	int listener;
	int timer;
	int signals;
	int64_t rtt_ns;
	struct line *first; /* waiting; a connection's first answer waits longer, so it is put where it belongs */
};

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void watch(const struct server *s, int fd, void *who, int how)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET | (fd == s->listener ? 0U : EPOLLOUT), .data.ptr = who};

	if (fd == s->timer || fd == s->listener)
		event.events = EPOLLIN;
	if (epoll_ctl(s->epoll, how, fd, &event) != 0)
		err(1, "epoll_ctl");
}

static void set_timer(const struct server *s)
{
	struct itimerspec spec = {0};

	if (s->first) {
		spec.it_value.tv_sec = s->first->due_ns / 1000000000;
		spec.it_value.tv_nsec = s->first->due_ns % 1000000000;
	}
	if (timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &spec, NULL) != 0)
		err(1, "timerfd_settime");
}

static void hold_back(struct server *s, struct line *line)
{
	struct line **at = &s->first;

	line->due_ns = now_ns() + (line->has_answered ? 1 : 2) * s->rtt_ns;
	line->is_waiting = true;
	while (*at && (*at)->due_ns <= line->due_ns)
		at = &(*at)->next;
	line->next = *at;
	*at = line;
	if (s->first == line)
		set_timer(s);
}

static void drop(struct server *s, struct line *line)
{
	struct line **at = &s->first;

	while (line->is_waiting && *at && *at != line)
		at = &(*at)->next;
	if (line->is_waiting && *at)
		*at = line->next;
	(void)close(line->fd);
	tomb_buf_fini(&line->in);
	tomb_buf_fini(&line->out);
	free(line);
}

/* The value of a header field of the request whose header is this, "" if it has none. */
static struct tomb_str field(struct tomb_str header, const char *name)
{
	size_t n = strlen(name);
	const char *end = header.p + header.n;

	for (const char *at = header.p; (at = memchr(at, '\n', (size_t)(end - at)));) {
		at++;
		if ((size_t)(end - at) > n && strncasecmp(at, name, n) == 0 && at[n] == ':') {
			const char *from = at + n + 1;
			const char *to = memchr(from, '\r', (size_t)(end - from));

			while (from < end && *from == ' ')
				from++;
			return (struct tomb_str){from, to ? (size_t)(to - from) : 0};
		}
	}
	return TOMB_STR("");
}

static bool parse(struct tomb_str header, struct null_request *request)
{
	const char *end = memchr(header.p, '\r', header.n);
	const char *path = end ? memchr(header.p, ' ', (size_t)(end - header.p)) : NULL;
	const char *version = path ? memchr(path + 1, ' ', (size_t)(end - path - 1)) : NULL;
	const char *query = version ? memchr(path, '?', (size_t)(version - path)) : NULL;

	if (!version)
		return false;
	request->method = (struct tomb_str){header.p, (size_t)(path - header.p)};
	request->path = (struct tomb_str){path + 1, (size_t)((query ? query : version) - path - 1)};
	request->query = query ? (struct tomb_str){query + 1, (size_t)(version - query - 1)} : TOMB_STR("");
	return true;
}

/* Answers the next request that is there as a whole.  False: the connection is of no use any more. */
static bool serve(struct server *s, struct line *line)
{
	struct tomb_str rest = {line->in.p + line->taken, line->in.n - line->taken};
	const char *end = rest.n ? memmem(rest.p, rest.n, "\r\n\r\n", 4) : NULL;
	struct null_request request;
	struct tomb_str header;
	size_t length;

	if (!end)
		return true;
	header = (struct tomb_str){rest.p, (size_t)(end - rest.p) + 2};
	length = strtoull(field(header, "content-length").p, NULL, 10);
	if (rest.n < header.n + 2 + length) {
		if (rest.n == header.n + 2 && field(header, "expect").n)
			(void)!write(line->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
		return length <= REQUEST_MAX;
	}
	if (!parse(header, &request) || field(header, "transfer-encoding").n)
		return false;
	request.body = (struct tomb_str){rest.p + header.n + 2, length};
	line->taken += header.n + 2 + length;
	if (tomb_str_eq(request.path, TOMB_STR("/.counts"))) {
		tomb_buf_put(&line->out, TOMB_STR("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
		null_counts_json(&s->world, &line->out);
		return true;
	}
	s->world.counts.connections += !line->has_answered;
	null_answer(&s->world, &request, &line->out);
	if (s->rtt_ns)
		hold_back(s, line);
	line->has_answered = true;
	return true;
}

/* What may leave leaves.  False: the other side is gone. */
static bool flush(struct line *line)
{
	while (!line->is_waiting && line->sent < line->out.n) {
		ssize_t n = send(line->fd, line->out.p + line->sent, line->out.n - line->sent, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		line->sent += (size_t)n;
	}
	if (!line->is_waiting && line->out.n) {
		bool is_last = memmem(line->out.p, line->out.n < 64 ? line->out.n : 64, "Connection: close", 17) !=
			       NULL;

		line->sent = 0;
		tomb_buf_reset(&line->out);
		return !is_last;
	}
	return true;
}

static bool fill(struct server *s, struct line *line, char *bytes)
{
	for (;;) {
		ssize_t n = recv(line->fd, bytes, READ_BYTES, 0);

		if (n == 0)
			return false;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		tomb_buf_put(&line->in, (struct tomb_str){bytes, (size_t)n});
		s->world.counts.bytes_in += (uint64_t)n;
		if ((size_t)n < READ_BYTES)
			return true;
	}
}

static void turn(struct server *s, struct line *line, char *bytes)
{
	bool goes_on = fill(s, line, bytes);

	for (;;) {
		size_t taken = line->taken;

		goes_on = goes_on && flush(line);
		if (!goes_on || line->is_waiting || line->out.n)
			break;
		goes_on = serve(s, line);
		if (line->taken == line->in.n) {
			line->taken = 0;
			tomb_buf_reset(&line->in);
		}
		if (line->taken == taken && line->out.n == 0)
			break;
	}
	if (!goes_on)
		drop(s, line);
}

static void accept_all(const struct server *s)
{
	for (;;) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct line *line;
		int one = 1;

		if (fd < 0)
			return;
		line = calloc(1, sizeof *line);
		if (!line)
			err(1, "accept");
		line->fd = fd;
		line->in = tomb_buf_init(REQUEST_MAX + (1 << 20));
		line->out = tomb_buf_init(ANSWER_MAX);
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		watch(s, fd, line, EPOLL_CTL_ADD);
	}
}

static void release_due(struct server *s, char *bytes)
{
	uint64_t ticks;
	int64_t now = now_ns();

	(void)!read(s->timer, &ticks, sizeof ticks);
	while (s->first && s->first->due_ns <= now) {
		struct line *line = s->first;

		s->first = line->next;
		line->is_waiting = false;
		turn(s, line, bytes);
	}
	set_timer(s);
}

static void listen_at(struct server *s, uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof address;
	int one = 1;

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(s->listener, (const struct sockaddr *)&address, n) != 0 || listen(s->listener, 1024) != 0 ||
		getsockname(s->listener, (struct sockaddr *)&address, &n) != 0)
		err(1, "listening");
	(void)printf("port %d\n", ntohs(address.sin_port));
	(void)fflush(stdout);
}

static void run(struct server *s)
{
	static char bytes[READ_BYTES];
	struct epoll_event events[EVENTS];

	for (;;) {
		int n = epoll_wait(s->epoll, events, EVENTS, -1);
		bool is_time = false;

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &s->signals)
				return;
			if (events[i].data.ptr == &s->listener)
				accept_all(s);
			else if (events[i].data.ptr == &s->timer)
				is_time = true;
			else
				turn(s, events[i].data.ptr, bytes);
		}
		if (is_time) /* last: it may end connections that have events */
			release_due(s, bytes);
	}
}

static uint64_t number(const char *text, uint64_t max)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (*end || n > max)
		errx(2, "%s: not a number up to %llu", text, (unsigned long long)max);
	return n;
}

static enum null_head head_of(const char *text)
{
	static const char *const names[] = {"present", "absent", "remembered"};

	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		if (strcmp(text, names[i]) == 0)
			return (enum null_head)i;
	errx(2, "%s: not present, absent or remembered", text);
}

static uint16_t read_options(struct server *s, int argc, char **argv)
{
	static const struct option options[] = {{"port", required_argument, NULL, 'p'},
		{"rtt-ms", required_argument, NULL, 'r'}, {"head", required_argument, NULL, 'h'},
		{"size", required_argument, NULL, 's'}, {"etag", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};
	uint16_t port = 0;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (o == 'p')
			port = (uint16_t)number(optarg, UINT16_MAX);
		else if (o == 'r')
			s->rtt_ns = (int64_t)number(optarg, 60000) * 1000000;
		else if (o == 'h')
			s->world.head = head_of(optarg);
		else if (o == 's')
			s->world.size = number(optarg, UINT32_MAX);
		else if (o == 'e')
			s->world.etag = optarg;
		else
			exit(2);
	return port;
}

int main(int argc, char **argv)
{
	struct server s = {.world = {.size = 1024, .etag = "0123456789abcdef0123456789abcdef"}};
	struct tomb_buf counts = tomb_buf_init(4096);
	uint16_t port = read_options(&s, argc, argv);
	sigset_t set;

	null_world_open(&s.world);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s.signals = signalfd(-1, &set, SFD_CLOEXEC);
	s.epoll = epoll_create1(EPOLL_CLOEXEC);
	s.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (s.signals < 0 || s.epoll < 0 || s.timer < 0)
		err(1, "starting");
	listen_at(&s, port);
	watch(&s, s.listener, &s.listener, EPOLL_CTL_ADD);
	watch(&s, s.timer, &s.timer, EPOLL_CTL_ADD);
	watch(&s, s.signals, &s.signals, EPOLL_CTL_ADD);
	run(&s);
	null_counts_json(&s.world, &counts);
	(void)fwrite(counts.p, 1, counts.n, stdout);
	(void)fflush(stdout);
	tomb_buf_fini(&counts);
	_exit(0); /* connections and what is remembered end with the program */
}
