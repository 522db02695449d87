#include "stop_signal.h"

#include "tombstone/clock.h"

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

bool tomb_stop_signal_pause(void *ctx, int64_t ms)
{
	const struct tomb_clock *clock = tomb_clock_real();
	int64_t end_us = tomb_clock_monotonic_us(clock) + ms * TOMB_US_PER_MS;
	int64_t left_us = ms * TOMB_US_PER_MS;

	(void)ctx;
	while (!tomb_stop_signal_seen() && left_us > 0) {
		(void)tomb_stop_signal_wait((left_us + TOMB_US_PER_MS - 1) / TOMB_US_PER_MS);
		left_us = end_us - tomb_clock_monotonic_us(clock);
	}
	return !tomb_stop_signal_seen();
}
