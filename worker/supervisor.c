#include "supervisor.h"

#include "stop_signal.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	LANES_MAX = 64,
	PAUSE_MS = 500,           /* before a dead lane is started again; doubled each time */
	PAUSE_MAX_MS = 30 * 1000, /* a lane that cannot start is tried twice a minute */
	HEALTHY_MS = 60 * 1000,   /* a lane that lived this long starts without a history */
	WORKED_MS = 2 * 1000,     /* one that somebody killed had started well if it lived this long */
};

struct slot {
	pid_t pid; /* 0: none */
	int64_t started_us;
	int64_t start_at_us; /* when it may be started again */
	int64_t pause_ms;
};

static int64_t now_us(const struct tomb_log *log)
{
	return tomb_clock_monotonic_us(log->clock);
}

static void start(struct slot *s, int lane, tomb_lane_main_fn *lane_main, const void *arg, const struct tomb_log *log)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		/* A lane whose parent is gone has nobody to end it: it ends as if it were told to. */
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		_exit(getppid() == parent ? lane_main(lane, arg) : 0);
	}
	s->started_us = now_us(log);
	if (pid > 0) {
		s->pid = pid;
		tomb_log(log, TOMB_EV_LANE_STARTED, TOMB_KV_I("lane", lane), TOMB_KV_I("pid", pid));
		return;
	}
	s->start_at_us = s->started_us + (int64_t)PAUSE_MAX_MS * TOMB_US_PER_MS;
}

/* Was it no fault of its own that it died?  A lane that cannot start ends by itself, or at once. */
static bool was_healthy(int status, int64_t lived_ms)
{
	return lived_ms >= (WIFSIGNALED(status) ? WORKED_MS : HEALTHY_MS);
}

static void note_death(struct slot *s, int lane, int status, const struct tomb_log *log)
{
	int64_t lived_ms = (now_us(log) - s->started_us) / TOMB_US_PER_MS;

	s->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && tomb_stop_signal_seen()) {
		tomb_log(log, TOMB_EV_LANE_STOPPED, TOMB_KV_I("lane", lane));
		return;
	}
	tomb_log(log, TOMB_EV_LANE_DIED, TOMB_KV_I("lane", lane),
		TOMB_KV_I("status", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
		TOMB_KV_I("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
	s->pause_ms = was_healthy(status, lived_ms) || s->pause_ms == 0 ? PAUSE_MS : s->pause_ms * 2;
	if (s->pause_ms > PAUSE_MAX_MS)
		s->pause_ms = PAUSE_MAX_MS;
	s->start_at_us = now_us(log) + s->pause_ms * TOMB_US_PER_MS;
}

static void collect(struct slot *slots, int count, const struct tomb_log *log)
{
	int status = 0;
	pid_t pid = 0;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < count; i++)
			if (slots[i].pid == pid)
				note_death(&slots[i], i, status, log);
}

static void start_due(
	struct slot *slots, int count, tomb_lane_main_fn *lane_main, const void *arg, const struct tomb_log *log)
{
	for (int i = 0; i < count; i++)
		if (slots[i].pid == 0 && slots[i].start_at_us <= now_us(log)) {
			if (slots[i].pause_ms > 0)
				tomb_log(log, TOMB_EV_LANE_RESTARTED, TOMB_KV_I("lane", i));
			start(&slots[i], i, lane_main, arg, log);
		}
}

static bool any_alive(const struct slot *slots, int count)
{
	for (int i = 0; i < count; i++)
		if (slots[i].pid > 0)
			return true;
	return false;
}

void tomb_supervise(int count, tomb_lane_main_fn *lane_main, const void *arg, const struct tomb_log *log)
{
	struct slot slots[LANES_MAX] = {{.pid = 0}};

	if (count > LANES_MAX)
		count = LANES_MAX;
	while (!tomb_stop_signal_seen()) {
		start_due(slots, count, lane_main, arg, log);
		(void)tomb_stop_signal_wait(PAUSE_MS);
		collect(slots, count, log);
	}
	tomb_log(log, TOMB_EV_STOPPING);
	for (int i = 0; i < count; i++)
		if (slots[i].pid > 0)
			(void)kill(slots[i].pid, SIGTERM);
	while (any_alive(slots, count)) {
		(void)tomb_stop_signal_wait(PAUSE_MS);
		collect(slots, count, log);
	}
}
