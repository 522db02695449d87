/* The programs that hold keys leave no core behind, wherever they die. */
#include "temp_folder.h"
#include "tombstone/base.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* In the folder, where a core may be as large as it likes. */
static pid_t start(
	const struct temp_folder *folder, const char *path, const char *first, const char *second, const char *third)
{
	const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(folder->path) == 0 && setrlimit(RLIMIT_CORE, &any) == 0)
			(void)execl(path, path, first, second, third, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static bool leaves_core(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	return WCOREDUMP(status);
}

/* Its settings are a pipe that nobody writes to: it stands still where it reads them. */
static void check(const struct temp_folder *folder, const char *name, const char *command)
{
	char path[512];
	char pipe[128];
	pid_t pid = 0;
	int fd = -1;

	(void)snprintf(path, sizeof path, "%s/%s", getenv("TOMBSTONE_BIN"), name);
	(void)snprintf(pipe, sizeof pipe, "%s/pipe", folder->path);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	pid = start(folder, path, "--config", pipe, command);
	fd = open(pipe, O_WRONLY | O_CLOEXEC); /* waits until it is being read */
	assert_true(fd >= 0);
	assert_int_equal(kill(pid, SIGABRT), 0);
	if (leaves_core(pid))
		fail_msg("%s leaves a core", name);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(pipe), 0);
}

static void programs_with_keys_leave_no_core(void **state)
{
	struct temp_folder folder;

	(void)state;
	assert_non_null(getenv("TOMBSTONE_BIN"));
	temp_folder_make(&folder);
	if (!leaves_core(start(&folder, "/bin/sh", "-c", "kill -ABRT $$", NULL))) {
		temp_folder_remove(&folder);
		skip(); /* nobody's core is kept on this machine */
	}
	check(&folder, "tombstone-worker", NULL);
	check(&folder, "tombstone", "status");
	temp_folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(programs_with_keys_leave_no_core)};

	return cmocka_run_group_tests_name("core_dump", tests, NULL, NULL);
}
