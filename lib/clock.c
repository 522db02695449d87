#include "tombstone/clock.h"

#include <assert.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now = {0};
	int failed = clock_gettime(id, &now);

	assert(failed == 0); /* both clocks exist on every Linux */
	return (int64_t)now.tv_sec * TOMB_US_PER_S + now.tv_nsec / 1000;
}

static int64_t real_monotonic(const struct tomb_clock *clock)
{
	(void)clock;
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t real_wall(const struct tomb_clock *clock)
{
	(void)clock;
	return read_clock(CLOCK_REALTIME);
}

const struct tomb_clock *tomb_clock_real(void)
{
	static const struct tomb_clock real = {real_monotonic, real_wall};

	return &real;
}

/* The clock is the first member, so its address is the manual clock's. */
static const struct tomb_clock_manual *manual_of(const struct tomb_clock *clock)
{
	return (const struct tomb_clock_manual *)clock;
}

static int64_t manual_monotonic(const struct tomb_clock *clock)
{
	return manual_of(clock)->monotonic_us;
}

static int64_t manual_wall(const struct tomb_clock *clock)
{
	return manual_of(clock)->wall_us;
}

struct tomb_clock_manual tomb_clock_manual(int64_t wall_us)
{
	return (struct tomb_clock_manual){.clock = {manual_monotonic, manual_wall}, .wall_us = wall_us};
}

void tomb_clock_manual_advance(struct tomb_clock_manual *manual, int64_t us)
{
	assert(us >= 0);
	manual->monotonic_us += us;
	manual->wall_us += us;
}
