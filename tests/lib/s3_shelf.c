#include "s3_shelf_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	CONNECTIONS_MAX = 250,
	REQUEST_MAX = 4 << 20,
	ANSWER_MAX = 8 << 20,
	CHUNK = 1 << 16,
	PATIENCE_MS = 60 * 1000, /* of a server that has halted and is forgotten */
	NO_PLACE = -1
};

struct connection {
	int fd;
	char *in;
	size_t n;
};

struct server {
	struct s3_shelf *shelf;
	struct connection lines[CONNECTIONS_MAX];
	size_t n;
};

struct s3_shelf *s3_shelf_new(const char *journal)
{
	struct s3_shelf *shelf = calloc(1, sizeof *shelf);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;

	assert_non_null(shelf);
	shelf->journal = fopen(journal, "we");
	assert_non_null(shelf->journal);
	shelf->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(shelf->listener >= 0);
	assert_int_equal(bind(shelf->listener, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(shelf->listener, SOMAXCONN), 0);
	assert_int_equal(getsockname(shelf->listener, (struct sockaddr *)&at, &size), 0);
	(void)snprintf(shelf->endpoint, sizeof shelf->endpoint, "http://127.0.0.1:%d", ntohs(at.sin_port));
	shelf->trap = mmap(NULL, sizeof *shelf->trap, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shelf->trap, MAP_FAILED);
	atomic_store(&shelf->trap->place, NO_PLACE);
	assert_int_equal(sem_init(&shelf->trap->sprung, 1, 0), 0);
	assert_int_equal(sem_init(&shelf->trap->go_on, 1, 0), 0);
	return shelf;
}

const char *s3_shelf_endpoint(const struct s3_shelf *shelf)
{
	return shelf->endpoint;
}

/* ---- the server's process ---- */

static size_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");

	return at ? (size_t)strtoul(at + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

static bool send_all(int fd, struct tomb_str bytes)
{
	while (bytes.n) {
		ssize_t sent = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes.p += sent;
		bytes.n -= (size_t)sent;
	}
	return true;
}

/* Answers the first request of what came in, if it is whole. */
static bool answer_one(struct s3_shelf *shelf, struct connection *line, bool *is_open)
{
	TOMB_BUF_AUTO out = tomb_buf_init(ANSWER_MAX);
	struct shelf_request request = {.head = {line->in, 0}};
	const char *end = NULL;
	size_t all = 0;

	line->in[line->n] = '\0';
	end = strstr(line->in, "\r\n\r\n");
	if (!end)
		return false;
	request.head.n = (size_t)(end - line->in);
	request.body = (struct tomb_str){end + 4, content_length(line->in)};
	all = request.head.n + 4 + request.body.n;
	if (line->n < all)
		return false;
	if (s3_shelf_strikes(shelf, S3_SHELF_AWAY))
		return *is_open = false;
	if (s3_shelf_strikes(shelf, S3_SHELF_THROTTLES))
		s3_shelf_refuse(&out, line->in[0] == 'H', "503 Slow Down", "SlowDown");
	else if (s3_shelf_strikes(shelf, S3_SHELF_DENIES))
		s3_shelf_refuse(&out, line->in[0] == 'H', "403 Forbidden", "InvalidAccessKeyId");
	else
		s3_shelf_answer(shelf, &request, &out);
	if (s3_shelf_strikes(shelf, S3_SHELF_STALLS))
		(void)poll(NULL, 0, S3_SHELF_STALL_MS);
	if (s3_shelf_strikes(shelf, S3_SHELF_CUTS))
		return *is_open = false;
	*is_open = send_all(line->fd, (struct tomb_str){out.p, out.n});
	if (line->in[0] == 'P' || line->in[0] == 'D')
		s3_shelf_at(shelf, S3_SHELF_ANSWERED);
	line->n -= all;
	memmove(line->in, line->in + all, line->n);
	return *is_open;
}

/* False when the other side has gone. */
static bool read_some(struct s3_shelf *shelf, struct connection *line)
{
	bool is_open = true;
	ssize_t got = 0;

	assert_true(line->n + CHUNK < REQUEST_MAX);
	got = recv(line->fd, line->in + line->n, CHUNK, 0);
	if (got <= 0)
		return false;
	line->n += (size_t)got;
	while (answer_one(shelf, line, &is_open))
		continue;
	return is_open;
}

static void take_connection(struct server *server)
{
	struct connection line = {.fd = accept4(server->shelf->listener, NULL, NULL, SOCK_CLOEXEC)};

	if (line.fd < 0)
		return; /* it has gone again */
	line.in = malloc(REQUEST_MAX);
	assert_non_null(line.in);
	server->lines[server->n++] = line;
}

static _Noreturn void serve(struct s3_shelf *shelf)
{
	static struct server server;
	struct pollfd polled[CONNECTIONS_MAX + 1];

	server.shelf = shelf;
	for (;;) {
		size_t n = server.n;

		for (size_t i = 0; i < n; i++)
			polled[i] = (struct pollfd){.fd = server.lines[i].fd, .events = POLLIN};
		polled[n] = (struct pollfd){.fd = n < CONNECTIONS_MAX ? shelf->listener : -1, .events = POLLIN};
		if (poll(polled, n + 1, -1) < 0 && errno != EINTR)
			_exit(1);
		for (size_t i = n; i-- > 0;) {
			if (!polled[i].revents || read_some(shelf, &server.lines[i]))
				continue;
			(void)close(server.lines[i].fd);
			free(server.lines[i].in);
			server.lines[i] = server.lines[--server.n];
		}
		if (polled[n].revents)
			take_connection(&server);
	}
}

void s3_shelf_start(struct s3_shelf *shelf)
{
	pid_t parent = getpid();

	assert_int_equal(fflush(shelf->journal), 0);
	shelf->pid = fork();
	assert_true(shelf->pid >= 0);
	if (shelf->pid > 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		serve(shelf);
	_exit(1);
}

void s3_shelf_end(struct s3_shelf *shelf)
{
	if (!shelf)
		return;
	if (shelf->pid > 0) {
		(void)kill(shelf->pid, SIGKILL);
		(void)waitpid(shelf->pid, NULL, 0);
	}
	for (size_t i = 0; i < shelf->room; i++)
		free(shelf->things[i].path);
	free(shelf->things);
	(void)munmap(shelf->trap, sizeof *shelf->trap);
	(void)fclose(shelf->journal);
	(void)close(shelf->listener);
	free(shelf);
}

/* ---- the trap ---- */

/* False after so long. */
static bool wait_for(sem_t *sem, int ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (sem_timedwait(sem, &until) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

void s3_shelf_at(struct s3_shelf *shelf, enum s3_shelf_place place)
{
	struct shelf_trap *trap = shelf->trap;
	int expected = (int)place;

	if (atomic_load(&trap->place) != expected || atomic_fetch_sub(&trap->left, 1) > 1)
		return;
	if (!atomic_compare_exchange_strong(&trap->place, &expected, NO_PLACE))
		return;
	(void)sem_post(&trap->sprung);
	(void)wait_for(&trap->go_on, PATIENCE_MS);
}

void s3_shelf_set_trap(struct s3_shelf *shelf, enum s3_shelf_place place, int n)
{
	atomic_store(&shelf->trap->left, n);
	atomic_store(&shelf->trap->place, (int)place);
}

bool s3_shelf_is_sprung(struct s3_shelf *shelf, int wait_ms)
{
	int was = NO_PLACE;

	if (wait_for(&shelf->trap->sprung, wait_ms))
		return true;
	was = atomic_exchange(&shelf->trap->place, NO_PLACE);
	/* It halted just now. */
	return was == NO_PLACE && wait_for(&shelf->trap->sprung, PATIENCE_MS);
}

void s3_shelf_go_on(struct s3_shelf *shelf)
{
	(void)sem_post(&shelf->trap->go_on);
}

/* ---- faults ---- */

void s3_shelf_set_fault(struct s3_shelf *shelf, enum s3_shelf_fault fault, int percent)
{
	atomic_store(&shelf->trap->percent[fault], percent);
}

int s3_shelf_suffered(const struct s3_shelf *shelf, enum s3_shelf_fault fault)
{
	return atomic_load(&shelf->trap->suffered[fault]);
}

bool s3_shelf_strikes(struct s3_shelf *shelf, enum s3_shelf_fault fault)
{
	static unsigned seed = 1;
	int percent = atomic_load(&shelf->trap->percent[fault]);

	if (percent == 0 || (int)(rand_r(&seed) % 100) >= percent)
		return false;
	atomic_fetch_add(&shelf->trap->suffered[fault], 1);
	return true;
}
