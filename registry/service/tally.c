#include "tally.h"

#include <string.h>
#include <time.h>

enum { NS_PER_MS = 1000 * 1000, NS_PER_S = 1000 * 1000 * 1000, MS_PER_S = 1000 };

enum tomb_code tomb_tally_init(struct tomb_tally *tally, struct tomb_err *err)
{
	pthread_condattr_t attr;
	int failed = pthread_condattr_init(&attr);

	failed = failed ? failed : pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	failed = failed ? failed : pthread_cond_init(&tally->none, &attr);
	failed = failed ? failed : pthread_mutex_init(&tally->lock, NULL);
	(void)pthread_condattr_destroy(&attr); /* it holds nothing */
	if (failed)
		return TOMB_FAIL(err, TOMB_NOMEM, "a lock: %s", strerror(failed));
	tally->n = 0;
	return TOMB_OK;
}

void tomb_tally_fini(struct tomb_tally *tally)
{
	(void)pthread_cond_destroy(&tally->none);
	(void)pthread_mutex_destroy(&tally->lock);
}

void tomb_tally_add(struct tomb_tally *tally)
{
	(void)pthread_mutex_lock(&tally->lock);
	tally->n++;
	(void)pthread_mutex_unlock(&tally->lock);
}

void tomb_tally_remove(struct tomb_tally *tally)
{
	(void)pthread_mutex_lock(&tally->lock);
	if (--tally->n == 0)
		(void)pthread_cond_broadcast(&tally->none);
	(void)pthread_mutex_unlock(&tally->lock);
}

static struct timespec from_now(uint32_t ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
	t.tv_sec += ms / MS_PER_S;
	t.tv_nsec += (long)(ms % MS_PER_S) * NS_PER_MS;
	if (t.tv_nsec >= NS_PER_S) {
		t.tv_nsec -= NS_PER_S;
		t.tv_sec++;
	}
	return t;
}

bool tomb_tally_wait(struct tomb_tally *tally, uint32_t ms)
{
	struct timespec until = from_now(ms);
	bool is_none = false;
	int timed_out = 0;

	(void)pthread_mutex_lock(&tally->lock);
	while (tally->n && !timed_out)
		timed_out = pthread_cond_timedwait(&tally->none, &tally->lock, &until);
	is_none = tally->n == 0;
	(void)pthread_mutex_unlock(&tally->lock);
	return is_none;
}
