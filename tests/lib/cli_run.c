#include "cli_run.h"

#include "../../registry/cli/cli.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGS_MAX = 64, CAUGHT_MAX = 1 << 20, LINE_MAX_BYTES = 4096 };

static char caught[2][CAUGHT_MAX + 1];

static int memory_file(const char *content)
{
	int fd = memfd_create("cli", MFD_CLOEXEC);

	assert_true(fd >= 0);
	if (content) {
		assert_int_equal(write(fd, content, strlen(content)), strlen(content));
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	}
	return fd;
}

static void read_back(int fd, char *to)
{
	ssize_t n = pread(fd, to, CAUGHT_MAX, 0);

	assert_true(n >= 0);
	to[n] = '\0';
	assert_int_equal(close(fd), 0);
}

static void become(const char *const *argv, const char *const *env, int in, int out, int err)
{
	char program[] = "tombstone";
	char *args[ARGS_MAX + 2] = {program};
	int argc = 1;

	for (; *argv && argc <= ARGS_MAX; argv++)
		args[argc++] = strdup(*argv);
	for (; env && *env; env++)
		(void)putenv(strdup(*env));
	if (dup2(in, 0) != 0 || dup2(out, 1) != 1 || dup2(err, 2) != 2)
		_exit(99);
	_exit(cli_main(argc, args, environ));
}

struct cli_run cli_run(const char *const *argv, const char *const *env, const char *input)
{
	int in = memory_file(input);
	int out = memory_file(NULL);
	int err = memory_file(NULL);
	int status = 0;
	pid_t child = 0;

	(void)fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		become(argv, env, in, out, err);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(close(in), 0);
	read_back(out, caught[0]);
	read_back(err, caught[1]);
	return (struct cli_run){WIFEXITED(status) ? WEXITSTATUS(status) : -1, caught[0], caught[1]};
}

struct cli_run cli_run_words(const char *const *env, const char *words)
{
	char line[LINE_MAX_BYTES];
	const char *argv[ARGS_MAX + 1] = {NULL};
	size_t n = 0;
	char *rest = NULL;

	assert_true(snprintf(line, sizeof line, "%s", words) < (int)sizeof line);
	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(n < ARGS_MAX);
		argv[n++] = word;
	}
	return cli_run(argv, env, NULL);
}
