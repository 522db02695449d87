#include "ticker.h"

#include "tombstone/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S 1000000000L
#define NS_PER_MS 1000000L

struct tomb_ticker {
	pthread_t thread;
	pthread_mutex_t lock; /* guards is_stopping */
	pthread_cond_t wake;
	bool is_stopping;
	tomb_tick_fn *fn;
	void *ctx;
	int64_t pause_ms;
};

/* Pauses, unless told to stop; true if told. */
static bool pause_or_stop(struct tomb_ticker *t, int64_t pause_ms)
{
	struct timespec until;
	bool stop = false;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += pause_ms / 1000;
	until.tv_nsec += pause_ms % 1000 * NS_PER_MS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_sec++;
		until.tv_nsec -= NS_PER_S;
	}
	(void)pthread_mutex_lock(&t->lock);
	while (!t->is_stopping && pause_ms > 0)
		if (pthread_cond_timedwait(&t->wake, &t->lock, &until) == ETIMEDOUT)
			break;
	stop = t->is_stopping;
	(void)pthread_mutex_unlock(&t->lock);
	return stop;
}

static void *run(void *arg)
{
	struct tomb_ticker *t = arg;
	bool more = false;

	do
		more = t->fn(t->ctx);
	while (!pause_or_stop(t, more ? 0 : t->pause_ms));
	return NULL;
}

enum tomb_code tomb_ticker_start(
	struct tomb_ticker **out, tomb_tick_fn *fn, void *ctx, int64_t pause_ms, struct tomb_err *err)
{
	struct tomb_ticker *t = calloc(1, sizeof *t);
	pthread_condattr_t attr;

	if (!t)
		return TOMB_FAIL(err, TOMB_NOMEM, "a thread's state");
	t->fn = fn;
	t->ctx = ctx;
	t->pause_ms = pause_ms;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_cond_init(&t->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (pthread_create(&t->thread, NULL, run, t) != 0) {
		free(t);
		return TOMB_FAIL(err, TOMB_BUSY, "no thread can be started");
	}
	*out = t;
	return TOMB_OK;
}

void tomb_ticker_stop(struct tomb_ticker *t)
{
	if (!t)
		return;
	(void)pthread_mutex_lock(&t->lock);
	t->is_stopping = true;
	(void)pthread_cond_signal(&t->wake);
	(void)pthread_mutex_unlock(&t->lock);
	(void)pthread_join(t->thread, NULL);
	(void)pthread_cond_destroy(&t->wake);
	(void)pthread_mutex_destroy(&t->lock);
	free(t);
}
