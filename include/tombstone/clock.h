/* Where time comes from.  Logic is handed a clock, so that a test can be the one who decides what time it is. */
#ifndef TOMB_CLOCK_H
#define TOMB_CLOCK_H

#include "tombstone/base.h"

enum { TOMB_US_PER_MS = 1000, TOMB_US_PER_S = 1000 * 1000 };

/* A table of two functions, and the first member of any clock that needs more than that. */
struct tomb_clock {
	int64_t (*monotonic_us)(const struct tomb_clock *clock);
	int64_t (*wall_us)(const struct tomb_clock *clock);
};

/* For waits and durations: never goes back, means nothing outside this boot of this machine. */
static inline int64_t tomb_clock_monotonic_us(const struct tomb_clock *clock)
{
	return clock->monotonic_us(clock);
}

/* For records: microseconds since 1970-01-01T00:00:00Z.  May jump. */
static inline int64_t tomb_clock_wall_us(const struct tomb_clock *clock)
{
	return clock->wall_us(clock);
}

/* The machine's clocks.  Static; usable from every thread. */
const struct tomb_clock *tomb_clock_real(void);

/* A clock that moves only when it is told to.  Not for use from several threads at once. */
struct tomb_clock_manual {
	struct tomb_clock clock; /* pass &manual.clock on */
	int64_t monotonic_us;
	int64_t wall_us;
};

struct tomb_clock_manual tomb_clock_manual(int64_t wall_us);
void tomb_clock_manual_advance(struct tomb_clock_manual *manual, int64_t us); /* both times; us >= 0 */

#endif
