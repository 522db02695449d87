#include "servers.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORDS_MAX = 24, POLL_MS = 5, START_MS = 240 * 1000, SKIPPED = 77 };

static const char redis_program[] = "/usr/bin/redis-server";
static const char python[] = "/usr/bin/python3"; /* Debian's: the one that has Debian's aiosmtpd */
static const char smtp_script[] = TOMB_TESTS_DIR "/lib/smtp_server.py";

struct server {
	char dir[64];
	char socket[96]; /* of a server that has one; "" for one that makes the file "listening" */
	char certificate[96];
	char mails[96];
	char words[WORDS_MAX][256];
	char *argv[WORDS_MAX + 1];
	int nwords;
	int keeper; /* our end of a socket: 'k' and 's' are asked for and answered */
	pid_t keeper_pid;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "servers: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void add_word(struct server *server, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add_word(struct server *server, const char *fmt, ...)
{
	char *word = server->words[server->nwords];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(word, sizeof server->words[0], fmt, ap);
	va_end(ap);
	server->argv[server->nwords++] = word;
}

static struct server *new_server(const char *kind)
{
	struct server *server = calloc(1, sizeof *server);

	if (!server)
		die("calloc");
	(void)snprintf(server->dir, sizeof server->dir, "/tmp/tombstone-%s-XXXXXX", kind);
	if (!mkdtemp(server->dir))
		die(server->dir);
	return server;
}

/* ---- in the keeper ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_dir(const struct server *server)
{
	(void)nftw(server->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void pause_ms(int ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000L};

	(void)nanosleep(&t, NULL);
}

static bool listens(const struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	bool yes = false;
	int fd = -1;

	if (server->socket[0] == '\0')
		return access("listening", F_OK) == 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path, server->socket, sizeof server->socket);
	yes = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	(void)close(fd);
	return yes;
}

/* Starts it; 0 if it ended before it listened, with *status. */
static pid_t run(const struct server *server, int *status)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execv(server->argv[0], server->argv);
		_exit(SKIPPED);
	}
	for (int ms = 0; !listens(server); ms += POLL_MS) {
		if (waitpid(pid, status, WNOHANG) != 0)
			return 0;
		if (ms > START_MS)
			die("a server does not start");
		pause_ms(POLL_MS);
	}
	return pid;
}

static void answer(int status)
{
	char byte = (char)status;

	if (write(3, &byte, 1) != 1)
		pause_ms(0); /* the test program is gone: the next read says so */
}

static void end(pid_t *pid)
{
	if (*pid > 0) {
		(void)kill(*pid, SIGKILL);
		(void)waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

/* Keeps nothing of the test program but the socket to it. */
static void detach(const struct server *server, int fd)
{
	char log[96];
	int out = -1;

	(void)setsid();
	(void)snprintf(log, sizeof log, "%s/log", server->dir);
	out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || dup2(fd, 3) < 0 || close_range(4, ~0U, 0) != 0 ||
		fcntl(3, F_SETFD, FD_CLOEXEC) != 0 || !freopen("/dev/null", "r", stdin) || chdir(server->dir) != 0)
		die("detach");
	if (clearenv() != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0)
		die("environment");
	(void)signal(SIGPIPE, SIG_IGN);
}

static _Noreturn void keep(const struct server *server, int fd)
{
	pid_t pid = 0;
	char ask = 0;

	detach(server, fd);
	while (read(3, &ask, 1) == 1) {
		int status = 0;

		end(&pid);
		(void)unlink("listening");
		if (ask == 's')
			pid = run(server, &status);
		answer(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	end(&pid);
	remove_dir(server);
	_exit(0);
}

/* ---- in the test program ---- */

static void tell(struct server *server, char what)
{
	char status = 1;

	if (write(server->keeper, &what, 1) != 1 || read(server->keeper, &status, 1) != 1)
		die("a server's keeper is gone");
	if (status == SKIPPED) {
		fprintf(stderr, "servers: %s is not installed\n", server->argv[server->nwords > 2 ? 0 : 1]);
		server_end(server);
		exit(SKIPPED);
	}
	if (status != 0)
		die("a server ended at once; its folder has a log");
}

static void start(struct server *server)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		die("socketpair");
	server->keeper_pid = fork();
	if (server->keeper_pid < 0)
		die("fork");
	if (server->keeper_pid == 0)
		keep(server, fds[1]);
	(void)close(fds[1]);
	server->keeper = fds[0];
	tell(server, 's');
}

void server_kill(struct server *server)
{
	tell(server, 'k');
}

void server_start_again(struct server *server)
{
	tell(server, 's');
}

void server_end(struct server *server)
{
	if (!server)
		return;
	(void)close(server->keeper);
	(void)waitpid(server->keeper_pid, NULL, 0);
	free(server);
}

struct tomb_address server_address(const struct server *server)
{
	struct tomb_address address = {.is_unix = true};

	memcpy(address.name, server->socket, sizeof server->socket);
	return address;
}

struct server *redis_server_start_with(const char *const *options, const char *config)
{
	struct server *server = new_server("redis");
	char path[96];
	FILE *f = NULL;

	(void)snprintf(server->socket, sizeof server->socket, "%s/redis.sock", server->dir);
	(void)snprintf(path, sizeof path, "%s/redis.conf", server->dir);
	f = fopen(path, "we");
	if (!f || fputs(config, f) < 0 || fclose(f) != 0)
		die(path);
	add_word(server, "%s", redis_program);
	add_word(server, "%s", path);
	add_word(server, "--unixsocket");
	add_word(server, "%s", server->socket);
	for (; *options; options++)
		add_word(server, "%s", *options);
	start(server);
	return server;
}

struct server *redis_server_start(void)
{
	return redis_server_start_with((const char *[]){"--port", "0", "--save", "", "--appendonly", "no", NULL}, "");
}

static struct server *shared_redis;

static void end_shared_redis(void)
{
	server_end(shared_redis);
}

struct tomb_address redis_address(void)
{
	const char *given = getenv("TOMBSTONE_TEST_REDIS");
	struct tomb_address address = {.is_unix = true};

	if (given) {
		(void)snprintf(address.name, sizeof address.name, "%s", given);
		return address;
	}
	if (!shared_redis) {
		shared_redis = redis_server_start();
		(void)atexit(end_shared_redis);
	}
	return server_address(shared_redis);
}

struct server *smtp_server_start(const char *const *options)
{
	struct server *server = new_server("smtp");

	(void)snprintf(server->certificate, sizeof server->certificate, "%s/cert.pem", server->dir);
	(void)snprintf(server->mails, sizeof server->mails, "%s/mail/new", server->dir);
	add_word(server, "%s", python);
	add_word(server, "%s", smtp_script);
	add_word(server, "%s", server->dir);
	for (; options && *options; options++)
		add_word(server, "%s", *options);
	start(server);
	return server;
}

int smtp_server_port(const struct server *server)
{
	char path[96];
	FILE *file = NULL;
	char text[16] = "";

	(void)snprintf(path, sizeof path, "%s/port", server->dir);
	file = fopen(path, "r");
	if (!file || !fgets(text, sizeof text, file))
		die(path);
	(void)fclose(file); /* read only */
	return (int)strtol(text, NULL, 10);
}

const char *smtp_server_mails(const struct server *server)
{
	return server->mails;
}

const char *smtp_server_certificate(const struct server *server)
{
	return server->certificate;
}

static char *read_to_end(int fd)
{
	enum { ROOM = 4 << 20 };
	char *text = malloc(ROOM);
	size_t n = 0;
	ssize_t got = 1;

	if (!text)
		die("malloc");
	while (got > 0 && n < ROOM - 1) {
		got = read(fd, text + n, ROOM - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
	return text;
}

static char *ask_script(const struct server *server, const char *what, const char *address)
{
	int fds[2];
	char *text = NULL;
	int status = 0;
	pid_t pid = 0;

	if (pipe2(fds, O_CLOEXEC) != 0)
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (dup2(fds[1], 1) >= 0)
			(void)execl(python, python, smtp_script, server->dir, what, address, (char *)NULL);
		_exit(1);
	}
	(void)close(fds[1]);
	text = read_to_end(fds[0]);
	(void)close(fds[0]);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		die("the mail cannot be read");
	return text;
}

char *smtp_server_newest(const struct server *server, const char *address)
{
	return ask_script(server, "newest", address);
}

char *smtp_server_newest_raw(const struct server *server, const char *address)
{
	return ask_script(server, "newest-raw", address);
}
