#include "program.h"

#include "moment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { END_MS = 240 * 1000, TEXT_MAX = 64 << 20, TAIL_BYTES = 4000, PATH_BYTES = 512 };

void program_init(struct program *p, const char *name, const char *folder, const char *settings)
{
	FILE *f = NULL;

	*p = (struct program){.name = name};
	(void)snprintf(p->conf, sizeof p->conf, "%s/%s.conf", folder, name);
	(void)snprintf(p->log, sizeof p->log, "%s/%s.log", folder, name);
	f = fopen(p->conf, "we");
	assert_non_null(f);
	assert_true(fputs(settings, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

void program_set(struct program *p, const char *settings)
{
	FILE *f = fopen(p->conf, "ae");

	assert_non_null(f);
	assert_true(fputs(settings, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void find_program(const char *name, char path[static PATH_BYTES])
{
	const char *bin = getenv("TOMBSTONE_BIN");

	if (!bin) {
		fail_msg("TOMBSTONE_BIN does not say where the programs are");
		return; /* fail_msg() does not come back, but is not declared so */
	}
	(void)snprintf(path, PATH_BYTES, "%s/%s", bin, name);
	if (access(path, X_OK) != 0)
		fail_msg("%s: %s", path, strerror(errno));
}

void program_start(struct program *p)
{
	char path[PATH_BYTES];
	pid_t parent = getpid();

	assert_int_equal(p->pid, 0);
	find_program(p->name, path);
	p->was_started = true;
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		int log = open(p->log, O_WRONLY | O_CREAT | O_APPEND, 0600);

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent && log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0)
			(void)execl(path, p->name, "--config", p->conf, (char *)NULL);
		_exit(127);
	}
}

void program_kill(struct program *p)
{
	assert_true(p->pid > 0);
	(void)kill(p->pid, SIGKILL);
	assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
	p->pid = 0;
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int program_end(struct program *p)
{
	int64_t until = moment_ms() + END_MS;
	int status = 0;
	pid_t pid = 0;

	assert_true(p->pid > 0);
	(void)kill(p->pid, SIGTERM);
	while ((pid = waitpid(p->pid, &status, WNOHANG)) == 0) {
		if (moment_ms() > until) {
			program_print_log(p);
			fail_msg("%s does not end", p->name);
		}
		moment_pass();
	}
	assert_int_equal(pid, p->pid);
	p->pid = 0;
	return exit_status(status);
}

void program_must_live(struct program *p)
{
	int status = 0;

	assert_true(p->pid > 0);
	if (waitpid(p->pid, &status, WNOHANG) == 0)
		return;
	p->pid = 0;
	program_print_log(p);
	fail_msg("%s has ended with %d", p->name, exit_status(status));
}

static char *read_all(int fd)
{
	char *text = malloc(TEXT_MAX);
	size_t n = 0;
	ssize_t got = 0;

	assert_non_null(text);
	while ((got = read(fd, text + n, TEXT_MAX - 1 - n)) > 0)
		n += (size_t)got;
	assert_int_equal(got, 0);
	assert_true(n < TEXT_MAX - 1);
	text[n] = '\0';
	return text;
}

char *program_log(const struct program *p)
{
	int fd = open(p->log, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	assert_true(fd >= 0);
	text = read_all(fd);
	assert_int_equal(close(fd), 0);
	return text;
}

static bool has_all(const char *line, const char *const *pieces)
{
	while (*pieces && strstr(line, *pieces))
		pieces++;
	return !*pieces;
}

size_t program_said(const struct program *p, const char *const *pieces)
{
	char *log = program_log(p);
	char *rest = log;
	size_t n = 0;

	for (char *line = NULL; (line = strsep(&rest, "\n"));)
		n += has_all(line, pieces);
	free(log);
	return n;
}

void program_print_log(const struct program *p)
{
	char *text = access(p->log, R_OK) == 0 ? program_log(p) : NULL;
	size_t n = text ? strlen(text) : 0;

	print_message("--- the end of %s\n%s---\n", p->log, n > TAIL_BYTES ? text + n - TAIL_BYTES : text ? text : "");
	free(text);
}

size_t program_children(const struct program *p, pid_t *out, size_t max)
{
	char path[64];
	FILE *f = NULL;
	long pid = 0;
	size_t n = 0;

	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)p->pid, (int)p->pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (n < max && fscanf(f, "%ld", &pid) == 1) /* NOLINT(cert-err34-c): the kernel wrote it */
		out[n++] = (pid_t)pid;
	assert_int_equal(fclose(f), 0);
	return n;
}

pid_t program_spawn(const char *const *words, int out)
{
	char path[PATH_BYTES];
	pid_t pid = 0;

	find_program(words[0], path);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0)
			(void)execv(path, (char *const *)(uintptr_t)words); /* which writes to none of them */
		_exit(127);
	}
	return pid;
}

int program_wait(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return exit_status(status);
}

int program_run(const char *const *words, char **out)
{
	int fds[2];
	pid_t pid = 0;
	char *text = NULL;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = program_spawn(words, fds[1]);
	assert_int_equal(close(fds[1]), 0);
	text = read_all(fds[0]);
	assert_int_equal(close(fds[0]), 0);
	if (out)
		*out = text;
	else
		free(text);
	return program_wait(pid);
}
