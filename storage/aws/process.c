#include "aws/process.h"

#include "fd.h"
#include "tombstone/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

/* A child until it is waited for: killed with its group if nobody did. */
struct child {
	pid_t pid; /* 0: none */
};

static void child_fini(struct child *child)
{
	if (child->pid <= 0)
		return;
	(void)kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int set_actions(posix_spawn_file_actions_t *actions, int output)
{
	int rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (rc == 0) /* libraries may have files open that exec() would keep */
		rc = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return rc;
}

/* A group of its own, and no signal blocked or ignored as ours are. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none;
	sigset_t all;
	int rc = 0;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attributes, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attributes, &all);
	if (rc == 0)
		rc = posix_spawnattr_setpgroup(attributes, 0);
	if (rc == 0)
		rc = posix_spawnattr_setflags(
			attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	return rc;
}

static enum tomb_code start(char *const *words, int output, struct child *child, struct tomb_err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "starting a program");
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		rc = set_actions(&actions, output);
		if (rc == 0)
			rc = set_attributes(&attributes);
		if (rc == 0)
			rc = posix_spawnp(&child->pid, words[0], &actions, &attributes, words, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	if (rc != 0) {
		child->pid = 0;
		return TOMB_FAIL(err, rc == ENOMEM ? TOMB_NOMEM : TOMB_IO, "%s: %s", words[0], strerror(rc));
	}
	return TOMB_OK;
}

/* Waits until fd can be read, or has ended. */
static enum tomb_code wait_for(int fd, int64_t deadline_us, struct tomb_err *err)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	for (;;) {
		int64_t left_us = deadline_us - tomb_clock_monotonic_us(tomb_clock_real());
		int ready = left_us > 0 ? poll(&p, 1, (int)(left_us / TOMB_US_PER_MS) + 1) : 0;

		if (ready > 0)
			return TOMB_OK;
		if (left_us <= 0)
			return TOMB_FAIL(err, TOMB_NET, "the program took too long and was ended");
		if (ready < 0 && errno != EINTR)
			return TOMB_FAIL(err, TOMB_IO, "waiting for a program: %s", strerror(errno));
	}
}

static enum tomb_code read_all(
	int fd, int64_t deadline_us, const struct tomb_secret_pages *out, size_t *n, struct tomb_err *err)
{
	size_t at = 0;

	for (;;) {
		char surplus = 0;
		bool full = at == out->n;
		ssize_t got = 0;

		TOMB_TRY(wait_for(fd, deadline_us, err));
		got = full ? read(fd, &surplus, 1) : read(fd, (char *)out->p + at, out->n - at);
		if (got < 0 && errno != EINTR)
			return TOMB_FAIL(err, TOMB_IO, "reading from a program: %s", strerror(errno));
		if (got == 0)
			break;
		if (full && got > 0)
			return TOMB_FAIL(err, TOMB_STORE_DENIED, "the program wrote more than %zu bytes", out->n);
		at += got > 0 ? (size_t)got : 0;
	}
	*n = at;
	return TOMB_OK;
}

/* It has closed its output; now it has to end. */
static enum tomb_code finish(struct child *child, int64_t deadline_us, struct tomb_err *err)
{
	FD_AUTO fd = pidfd_open(child->pid, 0);
	int status = 0;
	pid_t pid = 0;

	if (fd < 0)
		return TOMB_FAIL(err, TOMB_IO, "waiting for a program: %s", strerror(errno));
	TOMB_TRY(wait_for(fd, deadline_us, err));
	do
		pid = waitpid(child->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return TOMB_FAIL(err, TOMB_IO, "waiting for a program: %s", strerror(errno));
	child->pid = 0;
	if (WIFSIGNALED(status))
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "the program was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "the program ended with status %d; run it by hand to see why",
			WEXITSTATUS(status));
	return TOMB_OK;
}

enum tomb_code process_run(
	char *const *words, int64_t timeout_ms, struct tomb_secret_pages *out, size_t *n, struct tomb_err *err)
{
	int64_t deadline_us = tomb_clock_monotonic_us(tomb_clock_real()) + timeout_ms * TOMB_US_PER_MS;
	TOMB_CLEANUP(child_fini) struct child child = {0};
	FD_AUTO from = -1;
	int ends[2] = {-1, -1};
	size_t total = 0;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return TOMB_FAIL(err, TOMB_IO, "a pipe: %s", strerror(errno));
	from = ends[0];
	{
		FD_AUTO to = ends[1]; /* ours must close, or the end of its output would never be seen */

		TOMB_TRY(start(words, to, &child, err));
	}
	TOMB_TRY(read_all(from, deadline_us, out, &total, err));
	TOMB_TRY(finish(&child, deadline_us, err));
	*n = total;
	return TOMB_OK;
}
