#include "retry.h"

/* Anything between nothing and the whole: those that failed together do not come back together. */
static int64_t jittered_ms(int repeated, uint32_t chance)
{
	int64_t ms = RETRY_BASE_MS;

	for (int i = 0; i < repeated && ms < RETRY_PAUSE_MAX_MS; i++)
		ms *= 2;
	if (ms > RETRY_PAUSE_MAX_MS)
		ms = RETRY_PAUSE_MAX_MS;
	return (int64_t)(((uint64_t)ms * chance) >> 32);
}

bool retry_again(struct retry_quota *quota, struct retry_run *run, bool was_answered, int64_t asked_ms, uint32_t chance,
	int64_t *pause_ms)
{
	int cost = was_answered ? RETRY_COST : RETRY_COST_TIMEOUT;
	int64_t ms = jittered_ms(run->repeated, chance);

	if (run->repeated + 1 >= RETRY_ATTEMPTS_MAX || quota->tokens < cost)
		return false;
	quota->tokens -= cost;
	run->paid = cost;
	run->repeated++;
	*pause_ms = ms > asked_ms ? ms : asked_ms;
	return true;
}

void retry_succeeded(struct retry_quota *quota, const struct retry_run *run)
{
	quota->tokens += run->repeated > 0 ? run->paid : RETRY_GAIN;
	if (quota->tokens > RETRY_QUOTA)
		quota->tokens = RETRY_QUOTA;
}
