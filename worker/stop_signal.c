#include "stop_signal.h"

#include <signal.h>
#include <time.h>

static bool seen; /* what the kernel would forget once the signal was taken; one thread only */

static void watched(sigset_t *set)
{
	(void)sigemptyset(set);
	(void)sigaddset(set, SIGTERM);
	(void)sigaddset(set, SIGINT);
	(void)sigaddset(set, SIGCHLD);
}

void tomb_stop_signal_block(void)
{
	sigset_t set;

	watched(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

int tomb_stop_signal_wait(int64_t timeout_ms)
{
	struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000 * 1000};
	sigset_t set;
	int got = 0;

	watched(&set);
	got = sigtimedwait(&set, NULL, &timeout);
	if (got == SIGTERM || got == SIGINT)
		seen = true;
	return got > 0 ? got : 0;
}

bool tomb_stop_signal_seen(void)
{
	while (!seen && tomb_stop_signal_wait(0) != 0)
		;
	return seen;
}
