#include "pg_cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 10, START_MS = 240 * 1000 };

static char dir[64];  /* holds data/, log and the socket; of a copy two/, with its data and its socket */
static char bin[256]; /* where initdb and postgres are */
static int small_mb;  /* 0: as large as the disk */
static bool durable;
static int keeper_fd = -1; /* a byte is an order; the end of file asks for the end */

/* In the keeper: the server and its copy. */
struct node {
	const char *place; /* below dir, for its socket */
	const char *data;
	pid_t pid; /* 0: does not run */
};
static struct node nodes[2] = {{"", "data", 0}, {"/two", "two/data", 0}};

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

/* pid 0 if it ended before anybody could connect. */
static void try_to_start(struct node *node)
{
	char data[128];
	char place[128];
	char conninfo[256];

	(void)snprintf(data, sizeof data, "%s/%s", dir, node->data);
	(void)snprintf(place, sizeof place, "%s%s", dir, node->place);
	(void)snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=postgres", place);
	/* Commits survive a crash of the server; of the machine, too, if durable. */
	node->pid = spawn("postgres",
		(const char *[]){NULL, "-D", data, "-k", place, "-c", "listen_addresses=", "-c",
			durable ? "fsync=on" : "fsync=off", "-c",
			durable ? "full_page_writes=on" : "full_page_writes=off", "-c", "shared_buffers=32MB", "-c",
			small_mb > 0 ? "max_wal_size=32MB" : "max_wal_size=256MB", NULL});
	for (int ms = 0; PQping(conninfo) != PQPING_OK; ms += POLL_MS) {
		if (waitpid(node->pid, NULL, WNOHANG) != 0) {
			node->pid = 0;
			return;
		}
		if (ms > START_MS)
			keeper_dies("postgres did not start");
		pause_ms(POLL_MS);
	}
}

static void start_postgres(struct node *node)
{
	try_to_start(node);
	/* It refuses to start while processes of a postmaster that was killed have not noticed. */
	for (int ms = 0; node->pid == 0; ms += POLL_MS) {
		if (ms > START_MS)
			keeper_dies("postgres did not start");
		pause_ms(POLL_MS);
		try_to_start(node);
	}
}

static void stop_postgres(struct node *node, int how)
{
	if (node->pid == 0)
		return;
	(void)kill(node->pid, how);
	(void)waitpid(node->pid, NULL, 0);
	node->pid = 0;
}

/* Runs a program of PostgreSQL to its end. */
static void run(const char *name, const char **args)
{
	pid_t pid = spawn(name, args);
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || status != 0)
		keeper_dies(name);
}

static void start_copy(void)
{
	char from[256];
	char data[128];

	(void)snprintf(from, sizeof from, "host=%s user=postgres application_name=two", dir);
	(void)snprintf(data, sizeof data, "%s/%s", dir, nodes[1].data);
	if (mkdir("two", 0700) != 0)
		keeper_dies("two");
	run("pg_basebackup",
		(const char *[]){NULL, "-D", data, "-d", from, "-R", "-X", "stream", "-c", "fast", "--no-sync", NULL});
	start_postgres(&nodes[1]);
}

static void promote_copy(void)
{
	char data[128];

	(void)snprintf(data, sizeof data, "%s/%s", dir, nodes[1].data);
	run("pg_ctl", (const char *[]){NULL, "promote", "-D", data, "-s", "-w", NULL});
}

/* Until nothing more fits. */
static void fill_disk(void)
{
	static const char zeros[64 * 1024];
	int fd = open("data/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	size_t n = sizeof zeros;

	while (fd >= 0 && n > 0)
		if (write(fd, zeros, n) <= 0)
			n = n > 1 ? n / 2 : 0;
	(void)close(fd);
}

/* A server that ran out of room for its log has ended by itself. */
static void free_disk(void)
{
	(void)unlink("data/ballast");
	if (nodes[0].pid > 0 && waitpid(nodes[0].pid, NULL, WNOHANG) != 0)
		start_postgres(&nodes[0]);
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

	(void)snprintf(data, sizeof data, "%s/data", dir);
	run("initdb", (const char *[]){NULL, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
			      "--locale=C.UTF-8", "--no-sync", "--no-instructions", NULL});
}

/* A disk of its own for the data, which nobody but this process and its children see. */
static void mount_small(void)
{
	const struct passwd *user = getpwnam("postgres");
	char data[128];
	char options[128];

	if (small_mb == 0)
		return;
	(void)snprintf(data, sizeof data, "%s/data", dir);
	(void)snprintf(options, sizeof options, "size=%dm,mode=0700,uid=%u,gid=%u", small_mb, user ? user->pw_uid : 0,
		user ? user->pw_gid : 0);
	if (mkdir(data, 0700) != 0 || unshare(CLONE_NEWNS) != 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("none", data, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0)
		keeper_dies("a small disk");
}

/* Keeps nothing of the test program but the socket to it. */
static void detach(int fd)
{
	char log[128];
	int out = -1;

	mount_small();
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

static void obey(char order)
{
	switch ((enum tomb_cluster_order)order) {
	case TOMB_CLUSTER_STOP_FAST:
		stop_postgres(&nodes[0], SIGINT);
		break;
	case TOMB_CLUSTER_STOP_AT_ONCE:
		stop_postgres(&nodes[0], SIGQUIT);
		break;
	case TOMB_CLUSTER_KILL:
		stop_postgres(&nodes[0], SIGKILL);
		break;
	case TOMB_CLUSTER_START:
		start_postgres(&nodes[0]);
		break;
	case TOMB_CLUSTER_COPY:
		start_copy();
		break;
	case TOMB_CLUSTER_PROMOTE:
		promote_copy();
		break;
	case TOMB_CLUSTER_FILL:
		fill_disk();
		break;
	case TOMB_CLUSTER_FREE:
		free_disk();
		break;
	}
}

static _Noreturn void keep(int fd)
{
	char order = 0;

	detach(fd);
	init_data();
	start_postgres(&nodes[0]);
	say_ready();
	while (read(3, &order, 1) == 1) {
		obey(order);
		say_ready();
	}
	stop_postgres(&nodes[0], SIGQUIT);
	stop_postgres(&nodes[1], SIGQUIT);
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

void tomb_cluster_order(enum tomb_cluster_order order)
{
	const char byte = (char)order;

	if (keeper_fd < 0 || write(keeper_fd, &byte, 1) != 1)
		die("an order to a cluster that is not ours");
	wait_until_ready();
}

void tomb_cluster_restart(void)
{
	tomb_cluster_order(TOMB_CLUSTER_STOP_AT_ONCE);
	tomb_cluster_order(TOMB_CLUSTER_START);
}

void tomb_cluster_kill(void)
{
	tomb_cluster_order(TOMB_CLUSTER_KILL);
	tomb_cluster_order(TOMB_CLUSTER_START);
}

void tomb_cluster_durable(void)
{
	durable = true;
}

bool tomb_cluster_be_small(int megabytes)
{
	pid_t pid = fork();
	int status = 0;

	if (pid < 0)
		die("fork");
	if (pid == 0)
		_exit(geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
					mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0
				? 1
				: 0);
	(void)waitpid(pid, &status, 0);
	small_mb = megabytes;
	return status == 0;
}
