/*
 * When lanes that died are started again.  Processes and time are played: fork() starts a life that the script tells.
 *
 * wrap: fork waitpid kill tomb_stop_signal_seen tomb_stop_signal_wait
 */
#include "../../worker/supervisor.h"

#include "../../worker/stop_signal.h"
#include "tombstone/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIVES_MAX = 16, FIRST_PID = 1 << 30, BY_EXIT = 1 << 8, ROUNDING_MS = 500 };

/* One lane's lives, one after the other; the last one is told to end as soon as it has begun. */
static struct {
	struct tomb_clock_manual time;
	int64_t lives_ms[LIVES_MAX];
	int status; /* as waitpid() says it, at the end of each life */
	size_t nlives;
	int64_t started_ms[LIVES_MAX + 1];
	size_t nstarted;
	bool is_alive;
} play;

static int64_t now_ms(void)
{
	return play.time.monotonic_us / TOMB_US_PER_MS;
}

pid_t __wrap_fork(void);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
int __wrap_kill(pid_t pid, int sig);
bool __wrap_tomb_stop_signal_seen(void);
int __wrap_tomb_stop_signal_wait(int64_t timeout_ms);

pid_t __wrap_fork(void)
{
	assert_false(play.is_alive);
	assert_true(play.nstarted <= play.nlives);
	play.is_alive = true;
	play.started_ms[play.nstarted++] = now_ms();
	return (pid_t)(FIRST_PID + play.nstarted);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	size_t life = play.nstarted - 1;
	bool is_over = play.nstarted > play.nlives || now_ms() - play.started_ms[life] >= play.lives_ms[life];

	assert_int_equal(pid, -1);
	assert_int_equal(options, WNOHANG);
	if (!play.is_alive || !is_over)
		return 0;
	play.is_alive = false;
	*status = play.nstarted > play.nlives ? 0 : play.status;
	return (pid_t)(FIRST_PID + play.nstarted);
}

int __wrap_kill(pid_t pid, int sig)
{
	assert_int_equal(pid, FIRST_PID + play.nstarted);
	assert_int_equal(sig, SIGTERM);
	return 0;
}

bool __wrap_tomb_stop_signal_seen(void)
{
	return play.nstarted > play.nlives;
}

/* SIGCHLD ends the wait. */
int __wrap_tomb_stop_signal_wait(int64_t timeout_ms)
{
	int64_t ms = timeout_ms;

	if (play.is_alive && play.nstarted <= play.nlives) {
		int64_t left = play.started_ms[play.nstarted - 1] + play.lives_ms[play.nstarted - 1] - now_ms();

		ms = left < ms ? left : ms;
	}
	tomb_clock_manual_advance(&play.time, (ms > 0 ? ms : 0) * TOMB_US_PER_MS);
	return 0;
}

static int no_lane(int lane, const void *arg)
{
	(void)lane;
	(void)arg;
	return 0;
}

/* Lives of these lengths, each of which ends with that status; the pauses between them, in full half seconds. */
static void pauses_after(const int64_t *lives_ms, size_t n, int status, int64_t *pauses_ms)
{
	struct tomb_log log = {.level = TOMB_LOG_ERROR, .clock = &play.time.clock};

	assert_true(n <= LIVES_MAX);
	play.time = tomb_clock_manual(0);
	play.nlives = n;
	play.nstarted = 0;
	play.is_alive = false;
	play.status = status;
	memcpy(play.lives_ms, lives_ms, n * sizeof *lives_ms);
	log.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(log.fd >= 0);
	tomb_supervise(1, no_lane, NULL, &log);
	assert_int_equal(close(log.fd), 0);
	assert_int_equal(play.nstarted, n + 1);
	for (size_t i = 0; i < n; i++) {
		int64_t pause = play.started_ms[i + 1] - play.started_ms[i] - lives_ms[i];

		pauses_ms[i] = pause / ROUNDING_MS * ROUNDING_MS;
	}
}

static void a_lane_that_dies_at_once_is_started_at_longer_and_longer_pauses(void **state)
{
	static const int64_t lives[] = {10, 10, 10, 10, 10, 10, 10, 10, 10};
	static const int64_t expected[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
	static const int statuses[] = {BY_EXIT, SIGKILL, SIGSEGV};
	int64_t pauses[TOMB_COUNTOF(lives)];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(statuses); i++) {
		pauses_after(lives, TOMB_COUNTOF(lives), statuses[i], pauses);
		assert_memory_equal(pauses, expected, sizeof pauses);
	}
}

static void a_lane_that_is_killed_at_work_is_started_soon_each_time(void **state)
{
	static const int64_t lives[] = {10, 10, 10, 2000, 5000, 10, 3000, 2000};
	static const int64_t expected[] = {500, 1000, 2000, 500, 500, 1000, 500, 500};
	int64_t pauses[TOMB_COUNTOF(lives)];

	(void)state;
	pauses_after(lives, TOMB_COUNTOF(lives), SIGKILL, pauses);
	assert_memory_equal(pauses, expected, sizeof pauses);
}

static void a_lane_that_ends_by_itself_must_have_lived_longer(void **state)
{
	static const int64_t lives[] = {10, 10000, 10000, 60000, 10000};
	static const int64_t expected[] = {500, 1000, 2000, 500, 1000};
	int64_t pauses[TOMB_COUNTOF(lives)];

	(void)state;
	pauses_after(lives, TOMB_COUNTOF(lives), BY_EXIT, pauses);
	assert_memory_equal(pauses, expected, sizeof pauses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lane_that_dies_at_once_is_started_at_longer_and_longer_pauses),
		cmocka_unit_test(a_lane_that_is_killed_at_work_is_started_soon_each_time),
		cmocka_unit_test(a_lane_that_ends_by_itself_must_have_lived_longer),
	};

	return cmocka_run_group_tests_name("supervisor", tests, NULL, NULL);
}
