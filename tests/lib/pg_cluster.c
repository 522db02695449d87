#include "pg_cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 10, START_MS = 60 * 1000 };

static char dir[64];       /* holds data/, log and the socket */
static char bin[256];      /* where initdb and postgres are */
static int keeper_fd = -1; /* a byte asks for a restart, see enum how; the end of file asks for the end */
static bool durable;

enum how { AS_A_CRASH = 'c', KILLED = 'k' };

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "pg_cluster: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* In the keeper, which nobody listens to: its folder stays, for a look at the log. */
static _Noreturn void keeper_dies(const char *what)
{
	perror(what);
	_exit(1);
}

/* The newest installed version: Debian keeps each in a folder of its own. */
static void find_programs(void)
{
	glob_t found;

	if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) != 0) {
		fprintf(stderr, "pg_cluster: PostgreSQL is not installed (package postgresql)\n");
		exit(77);
	}
	(void)snprintf(bin, sizeof bin, "%.*s", (int)(strlen(found.gl_pathv[found.gl_pathc - 1]) - strlen("/postgres")),
		found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
}

static void make_dir(void)
{
	const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;

	(void)snprintf(dir, sizeof dir, "/tmp/tombstone-pg-XXXXXX");
	if (!mkdtemp(dir))
		die(dir);
	if (geteuid() != 0)
		return;
	if (!user || chown(dir, user->pw_uid, user->pw_gid) != 0)
		die("user postgres");
}

/* PostgreSQL refuses to run as root. */
static void drop_root(void)
{
	const struct passwd *user = NULL;

	if (geteuid() != 0)
		return;
	user = getpwnam("postgres");
	if (!user || initgroups(user->pw_name, user->pw_gid) != 0 ||
		setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
		setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		keeper_dies("user postgres");
}

/* Runs a program of PostgreSQL, which dies, at once, with this process.  Room for its path is in args[0]. */
static pid_t spawn(const char *name, const char **args)
{
	char path[300];
	pid_t pid = fork();

	if (pid < 0)
		keeper_dies("fork");
	if (pid > 0)
		return pid;
	(void)snprintf(path, sizeof path, "%s/%s", bin, name);
	args[0] = path; /* where it looks for its companions */
	(void)prctl(PR_SET_PDEATHSIG, SIGQUIT);
	(void)execv(path, (char *const *)(uintptr_t)args); /* which writes to none of them */
	keeper_dies(path);
}

static void pause_ms(int ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000L};

	(void)nanosleep(&t, NULL);
}

/* 0 if it ended before anybody could connect. */
static pid_t try_to_start(void)
{
	char data[128];
	char conninfo[128];
	pid_t pid = 0;

	(void)snprintf(data, sizeof data, "%s/data", dir);
	(void)snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=postgres", dir);
	/* Commits survive a crash of the server; of the machine, too, if durable. */
	pid = spawn("postgres", (const char *[]){NULL, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c",
					durable ? "fsync=on" : "fsync=off", "-c",
					durable ? "full_page_writes=on" : "full_page_writes=off", "-c",
					"shared_buffers=32MB", "-c", "max_wal_size=256MB", NULL});
	for (int ms = 0; PQping(conninfo) != PQPING_OK; ms += POLL_MS) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return 0;
		if (ms > START_MS)
			keeper_dies("postgres did not start");
		pause_ms(POLL_MS);
	}
	return pid;
}

static pid_t start_postgres(void)
{
	pid_t pid = try_to_start();

	/* It refuses to start while processes of a postmaster that was killed have not noticed. */
	for (int ms = 0; pid == 0; ms += POLL_MS) {
		if (ms > START_MS)
			keeper_dies("postgres did not start");
		pause_ms(POLL_MS);
		pid = try_to_start();
	}
	return pid;
}

static void stop_postgres(pid_t pid, enum how how)
{
	(void)kill(pid, how == KILLED ? SIGKILL : SIGQUIT);
	(void)waitpid(pid, NULL, 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void init_data(void)
{
	char data[128];
	int status = 0;
	pid_t pid = 0;

	(void)snprintf(data, sizeof data, "%s/data", dir);
	pid = spawn("initdb", (const char *[]){NULL, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
				      "--locale=C.UTF-8", "--no-sync", "--no-instructions", NULL});
	if (waitpid(pid, &status, 0) != pid || status != 0)
		keeper_dies("initdb");
}

/* Keeps nothing of the test program but the socket to it. */
static void detach(int fd)
{
	char log[128];
	int out = -1;

	drop_root();
	(void)snprintf(log, sizeof log, "%s/log", dir);
	out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || dup2(fd, 3) < 0 || close_range(4, ~0U, 0) != 0 ||
		!freopen("/dev/null", "r", stdin))
		keeper_dies("detach");
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	if (clearenv() != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0 || chdir(dir) != 0)
		keeper_dies("detach");
}

static void say_ready(void)
{
	if (write(3, "", 1) != 1)
		perror("the test program does not listen"); /* the next read finds that it is gone */
}

static _Noreturn void keep(int fd)
{
	pid_t postgres = 0;
	char ask = 0;

	detach(fd);
	init_data();
	postgres = start_postgres();
	say_ready();
	while (read(3, &ask, 1) == 1) {
		stop_postgres(postgres, (enum how)ask);
		postgres = start_postgres();
		say_ready();
	}
	stop_postgres(postgres, AS_A_CRASH);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	_exit(0);
}

static void wait_until_ready(void)
{
	char ready = 0;

	if (read(keeper_fd, &ready, 1) != 1) {
		fprintf(stderr, "pg_cluster: PostgreSQL did not start, see %s/log\n", dir);
		exit(1);
	}
}

const char *tomb_cluster_start(void)
{
	int fds[2];
	pid_t pid = 0;

	if (keeper_fd >= 0)
		return dir;
	find_programs();
	make_dir();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		die("socketpair");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		/* A session of its own, and no parent: what ends the test program by its group or children misses it.
		 */
		(void)setsid();
		if (fork() != 0)
			_exit(0);
		keep(fds[1]);
	}
	(void)waitpid(pid, NULL, 0);
	(void)close(fds[1]);
	keeper_fd = fds[0];
	wait_until_ready();
	return dir;
}

static void restart(enum how how)
{
	char ask = (char)how;

	if (keeper_fd < 0 || write(keeper_fd, &ask, 1) != 1)
		die("restart of a cluster that is not ours");
	wait_until_ready();
}

void tomb_cluster_durable(void)
{
	durable = true;
}

void tomb_cluster_restart(void)
{
	restart(AS_A_CRASH);
}

void tomb_cluster_kill(void)
{
	restart(KILLED);
}
