/*
 * serve_load PORT SECONDS < PLAN: many visitors of a registry at once, each with a connection of its own that is kept.
 * A visitor asks, reads the answer to its end, thinks, and asks again, until the time is over.
 *
 * PLAN has one line for each kind, "think KIND MIN_MS MAX_MS" (0 0 without it), one for each visitor, "visitor KIND
 * HEADERS", and one for each target, "target KIND CLASS PATH".  KIND is P for people, who get pages, or A for programs.
 * A visitor asks for the targets of its kind, drawn at random, and thinks for a time drawn between the two limits of
 * its kind; all is made by the caller.  As long as answers take less than thinking, what is asked for each second
 * depends on the thinking alone, and hardly on the server.
 *
 * Prints one JSON object: by class, and of all, how many answers there were and their milliseconds, how many of each
 * status, how many a second, and what went wrong.
 */
#include "tombstone/arena.h"
#include "tombstone/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	VISITORS_MAX = 4096,
	TARGETS_MAX = 8192,
	CLASSES_MAX = 32,
	SAMPLES_MAX = 4 * 1024 * 1024, /* of all classes */
	LINE_MAX_BYTES = 4096,
	HEAD_MAX = 16 * 1024,
	SILENCE_MS = 30 * 1000, /* an answer that takes longer hangs */
	ARENA_MAX = 128 * 1024 * 1024,
	STATUS_MAX = 600,
};

struct target {
	char kind;
	size_t class;
	const char *path;
};

struct visitor {
	char kind;
	const char *header;
	int fd; /* -1: not connected */
	bool is_asking;
	int64_t at_us; /* asked, or will ask */
	const struct target *target;
	size_t nhead;
	char head[HEAD_MAX];
	uint64_t left; /* of the body; UINT64_MAX: the head is not whole */
	int status;
	bool must_close;
};

struct sample {
	size_t class;
	float ms;
};

struct pause {
	int64_t min_us, max_us;
};

struct load {
	struct sockaddr_in address;
	struct visitor *visitors;
	size_t nvisitors;
	struct target *targets;
	size_t ntargets;
	const char *classes[CLASSES_MAX];
	size_t nclasses;
	struct sample *samples;
	size_t nsamples;
	uint64_t statuses[STATUS_MAX];
	uint64_t cut;             /* answers that ended in the middle, or did not begin on a fresh connection */
	uint64_t hung;            /* after SILENCE_MS */
	struct pause pauses[128]; /* by kind */
	uint64_t dice;
};

static int64_t now_us(void)
{
	return tomb_clock_monotonic_us(tomb_clock_real());
}

/* xorshift64: the same run each time, as far as the server goes along. */
static uint64_t roll(struct load *l)
{
	l->dice ^= l->dice << 13;
	l->dice ^= l->dice >> 7;
	l->dice ^= l->dice << 17;
	return l->dice;
}

static void die(const char *what)
{
	(void)fprintf(stderr, "serve_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t class_of(struct load *l, struct tomb_arena *arena, const char *name)
{
	for (size_t i = 0; i < l->nclasses; i++)
		if (strcmp(l->classes[i], name) == 0)
			return i;
	if (l->nclasses == CLASSES_MAX)
		die("too many classes");
	l->classes[l->nclasses] = tomb_arena_str(arena, tomb_str_from(name)).p;
	return l->nclasses++;
}

/* A tab stands between two headers. */
static const char *headers_of(struct tomb_arena *arena, const char *text)
{
	TOMB_BUF_AUTO b = tomb_buf_init(2 * LINE_MAX_BYTES);

	for (; *text; text++)
		tomb_buf_put(&b, *text == '\t' ? TOMB_STR("\r\n") : (struct tomb_str){text, 1});
	return tomb_arena_str(arena, (struct tomb_str){b.p, b.n}).p;
}

static void read_plan(struct load *l, struct tomb_arena *arena)
{
	char line[LINE_MAX_BYTES];
	char class[64];
	char kind = 0;
	long long min_ms = 0;
	long long max_ms = 0;
	int at = 0;

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "visitor %c %n", &kind, &at) == 1 && l->nvisitors < VISITORS_MAX)
			l->visitors[l->nvisitors++] = (struct visitor){
				.kind = kind, .fd = -1, .header = headers_of(arena, line + at)};
		else if (sscanf(line, "target %c %63s %n", &kind, class, &at) == 2 && l->ntargets < TARGETS_MAX)
			l->targets[l->ntargets++] = (struct target){
				kind, class_of(l, arena, class), tomb_arena_str(arena, tomb_str_from(line + at)).p};
		else if (sscanf(line, "think %c %lld %lld", &kind, &min_ms, &max_ms) == 3 && kind > 0)
			l->pauses[(size_t)kind] = (struct pause){min_ms * TOMB_US_PER_MS, max_ms * TOMB_US_PER_MS};
		else
			die("a line of the plan makes no sense");
	}
}

static void leave(struct visitor *v)
{
	if (v->fd >= 0)
		(void)close(v->fd);
	v->fd = -1;
	v->is_asking = false;
}

static void think(struct load *l, struct visitor *v)
{
	const struct pause *pause = &l->pauses[(size_t)v->kind];
	int64_t span = pause->max_us - pause->min_us;

	v->is_asking = false;
	v->at_us = now_us() + pause->min_us + (span > 0 ? (int64_t)(roll(l) % (uint64_t)span) : 0);
}

static bool go(struct load *l, struct visitor *v)
{
	int on = 1;

	if (v->fd >= 0)
		return true;
	v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (v->fd < 0 || connect(v->fd, (struct sockaddr *)&l->address, sizeof l->address) != 0)
		return false;
	(void)setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fcntl(v->fd, F_SETFL, O_NONBLOCK) == 0;
}

static void ask(struct load *l, struct visitor *v)
{
	char text[2 * LINE_MAX_BYTES];
	int n = 0;

	do
		v->target = &l->targets[roll(l) % l->ntargets];
	while (v->target->kind != v->kind);
	n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: bench\r\nAccept: %s\r\n%s\r\n\r\n", v->target->path,
		v->kind == 'P' ? "text/html" : "application/json", v->header);
	v->at_us = now_us();
	v->nhead = 0;
	v->left = UINT64_MAX;
	v->is_asking = true;
	if (!go(l, v)) {
		l->cut++;
		leave(v);
		think(l, v);
	} else if (send(v->fd, text, (size_t)n, MSG_NOSIGNAL) != n) {
		leave(v); /* an idle connection may end at any time: the next turn has a fresh one */
		think(l, v);
	}
}

static void done(struct load *l, struct visitor *v)
{
	l->statuses[v->status < STATUS_MAX ? v->status : 0]++;
	if (v->status == 200 && l->nsamples < SAMPLES_MAX)
		l->samples[l->nsamples++] = (struct sample){
			v->target->class, (float)(now_us() - v->at_us) / (float)TOMB_US_PER_MS};
	if (v->must_close)
		leave(v);
	think(l, v);
}

/* The head is whole, or nothing happens. */
static void read_head(struct visitor *v)
{
	const char *end = NULL;
	const char *length = NULL;

	v->head[v->nhead] = '\0';
	end = strstr(v->head, "\r\n\r\n");
	length = strstr(v->head, "Content-Length: ");
	if (!end || !length)
		return;
	v->status = atoi(v->head + strlen("HTTP/1.1 "));
	v->must_close = strstr(v->head, "Connection: close") != NULL;
	v->left = strtoull(length + strlen("Content-Length: "), NULL, 10) - (v->nhead - (size_t)(end + 4 - v->head));
}

static void hear(struct load *l, struct visitor *v)
{
	static char dropped[256 * 1024];
	bool has_head = v->left != UINT64_MAX;
	ssize_t n = has_head ? recv(v->fd, dropped, sizeof dropped, 0)
			     : recv(v->fd, v->head + v->nhead, HEAD_MAX - 1 - v->nhead, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		l->cut += v->is_asking && v->nhead > 0;
		leave(v);
		think(l, v);
		return;
	}
	if (has_head) {
		v->left -= (uint64_t)n;
	} else {
		v->nhead += (size_t)n;
		read_head(v);
	}
	if (v->left == 0)
		done(l, v);
}

static void run(struct load *l, int64_t until_us)
{
	static struct pollfd polls[VISITORS_MAX];

	for (int64_t now = now_us(); now < until_us; now = now_us()) {
		for (size_t i = 0; i < l->nvisitors; i++) {
			struct visitor *v = &l->visitors[i];

			if (!v->is_asking && v->at_us <= now)
				ask(l, v);
			polls[i] = (struct pollfd){.fd = v->is_asking ? v->fd : -1, .events = POLLIN};
			if (v->is_asking && now - v->at_us > (int64_t)SILENCE_MS * TOMB_US_PER_MS) {
				l->hung++;
				leave(v);
				think(l, v);
			}
		}
		if (poll(polls, l->nvisitors, 1) <= 0)
			continue;
		for (size_t i = 0; i < l->nvisitors; i++)
			if (polls[i].revents && l->visitors[i].fd >= 0)
				hear(l, &l->visitors[i]);
	}
}

static int by_ms(const void *a, const void *b)
{
	float x = ((const struct sample *)a)->ms;
	float y = ((const struct sample *)b)->ms;

	return (x > y) - (x < y);
}

/* class l->nclasses: all of them. */
static void print_class(const struct load *l, size_t class, bool is_first)
{
	bool is_all = class == l->nclasses;
	size_t n = 0;
	size_t at = 0;
	double cuts[3] = {0};
	static const double parts[3] = {0.50, 0.95, 0.99};

	for (size_t i = 0; i < l->nsamples; i++)
		n += is_all || l->samples[i].class == class;
	for (size_t i = 0; i < l->nsamples; i++)
		if (is_all || l->samples[i].class == class) {
			for (size_t j = 0; j < TOMB_COUNTOF(parts); j++)
				if (at == (size_t)(parts[j] * (double)n))
					cuts[j] = (double)l->samples[i].ms;
			at++;
		}
	(void)printf("%s\"%s\": {\"n\": %zu, \"p50\": %.2f, \"p95\": %.2f, \"p99\": %.2f}", is_first ? "" : ", ",
		is_all ? "all" : l->classes[class], n, cuts[0], cuts[1], cuts[2]);
}

static void print_all(struct load *l, int64_t seconds)
{
	bool is_first = true;
	uint64_t answers = 0;

	qsort(l->samples, l->nsamples, sizeof *l->samples, by_ms);
	(void)printf("{\"classes\": {");
	for (size_t i = 0; i <= l->nclasses; i++)
		print_class(l, i, i == 0);
	(void)printf("}, \"statuses\": {");
	for (size_t i = 0; i < STATUS_MAX; i++)
		if (l->statuses[i]) {
			(void)printf("%s\"%zu\": %" PRIu64, is_first ? "" : ", ", i, l->statuses[i]);
			is_first = false;
			answers += l->statuses[i];
		}
	(void)printf("}, \"per_s\": %.1f, \"cut\": %" PRIu64 ", \"hung\": %" PRIu64 "}\n",
		(double)answers / (double)seconds, l->cut, l->hung);
}

int main(int argc, char **argv)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct load l = {.dice = UINT64_C(88172645463325252)};
	struct rlimit files;

	if (argc != 3 || atoll(argv[2]) <= 0) {
		(void)fprintf(stderr, "usage: serve_load PORT SECONDS < PLAN\n");
		return 2;
	}
	l.visitors = TOMB_NEW(&arena, struct visitor, VISITORS_MAX);
	l.targets = TOMB_NEW(&arena, struct target, TARGETS_MAX);
	l.samples = calloc(SAMPLES_MAX, sizeof *l.samples);
	if (!l.visitors || !l.targets || !l.samples || getrlimit(RLIMIT_NOFILE, &files) != 0)
		die("no memory");
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files); /* connecting will tell */
	l.address = (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(argv[1])),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	read_plan(&l, &arena);
	for (size_t i = 0; i < l.nvisitors; i++)
		think(&l, &l.visitors[i]); /* they do not all come at once */
	run(&l, now_us() + atoll(argv[2]) * TOMB_US_PER_S);
	for (size_t i = 0; i < l.nvisitors; i++)
		leave(&l.visitors[i]);
	print_all(&l, atoll(argv[2]));
	free(l.samples);
	return 0;
}
