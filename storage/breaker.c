#include "breaker.h"

#include <stdio.h>

#define SECONDS(n) ((int64_t)(n)*TOMB_US_PER_S)

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

bool breaker_lets(const struct breaker *b, int64_t now_us)
{
	/* A clock that was set back must not keep it open for years. */
	return !b->state.open || now_us >= b->state.until_us ||
	       b->state.until_us - now_us > SECONDS(BREAKER_HOLD_MAX_S);
}

/* Twice as long if it has not helped: still open, or open again before it was closed for as long as it was open. */
static int64_t next_hold(const struct breaker *b, int64_t now_us)
{
	bool again = b->hold_us > 0 && (b->state.open || now_us - b->state.since_us < b->hold_us);

	return again ? least(2 * b->hold_us, SECONDS(BREAKER_HOLD_MAX_S)) : SECONDS(BREAKER_HOLD_S);
}

void breaker_trip(struct breaker *b, int64_t now_us, int64_t at_least_us, const char *reason)
{
	b->hold_us = least(most(next_hold(b, now_us), at_least_us), SECONDS(BREAKER_HOLD_MAX_S));
	if (!b->state.open)
		b->state.since_us = now_us;
	b->state.open = true;
	b->state.is_adopted = false;
	b->state.until_us = now_us + b->hold_us;
	b->doubts = 0;
	(void)snprintf(b->state.reason, sizeof b->state.reason, "%s", reason);
}

void breaker_doubt(struct breaker *b, int64_t now_us, const char *reason)
{
	if (++b->doubts >= BREAKER_DOUBTS_MAX)
		breaker_trip(b, now_us, 0, reason);
}

void breaker_mend(struct breaker *b, int64_t now_us)
{
	b->doubts = 0;
	if (!b->state.open)
		return;
	b->state = (struct tomb_breaker_state){.since_us = now_us};
}

void breaker_adopt(struct breaker *b, const struct tomb_breaker_state *theirs)
{
	struct tomb_breaker_state *ours = &b->state;

	if (ours->open && theirs->open) {
		ours->since_us = least(ours->since_us, theirs->since_us);
		ours->until_us = most(ours->until_us, theirs->until_us);
		return;
	}
	if (theirs->since_us <= ours->since_us) /* we know of something newer */
		return;
	*ours = *theirs;
	ours->is_adopted = true;
	b->doubts = 0;
	if (ours->open)
		b->hold_us = most(
			SECONDS(BREAKER_HOLD_S), least(ours->until_us - ours->since_us, SECONDS(BREAKER_HOLD_MAX_S)));
}
