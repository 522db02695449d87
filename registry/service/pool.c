#include "pool.h"

#include <assert.h>
#include <pthread.h>

struct worker {
	struct tomb_pool *pool;
	struct tomb_ctx *ctx;
	pthread_t thread;
};

/* lock guards what is below it; changed is signalled when any of that changes. */
struct tomb_pool {
	tomb_pool_run_fn *run;
	struct worker *workers;
	size_t nworkers; /* that run */
	size_t places;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct tomb_pool_item *first;
	struct tomb_pool_item **last;
	size_t taken; /* places reserved or filled */
	bool is_closing;
};

/* The next item, or NULL when the pool is closing and no place is taken any more. */
static struct tomb_pool_item *take(struct tomb_pool *pool, bool *is_closing)
{
	struct tomb_pool_item *item = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	while (!pool->first && !(pool->is_closing && pool->taken == 0))
		(void)pthread_cond_wait(&pool->changed, &pool->lock);
	item = pool->first;
	if (item) {
		pool->first = item->next;
		if (!pool->first)
			pool->last = &pool->first;
		pool->taken--;
		if (pool->is_closing && pool->taken == 0)
			(void)pthread_cond_broadcast(&pool->changed);
	}
	*is_closing = pool->is_closing;
	(void)pthread_mutex_unlock(&pool->lock);
	return item;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct tomb_pool_item *item = NULL;
	bool is_closing = false;

	while ((item = take(w->pool, &is_closing)))
		w->pool->run(w->ctx, item, is_closing);
	return NULL;
}

enum tomb_code tomb_pool_start(struct tomb_ctx *const *ctxs, size_t nthreads, size_t places, tomb_pool_run_fn *run,
	struct tomb_arena *arena, struct tomb_pool **out, struct tomb_err *err)
{
	struct tomb_pool *pool = TOMB_NEW(arena, struct tomb_pool, 1);

	if (!pool || !(pool->workers = TOMB_NEW(arena, struct worker, nthreads)))
		return TOMB_FAIL(err, TOMB_NOMEM, "a pool of %zu threads", nthreads);
	if (pthread_mutex_init(&pool->lock, NULL) != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "the lock of the request threads");
	if (pthread_cond_init(&pool->changed, NULL) != 0) {
		(void)pthread_mutex_destroy(&pool->lock); /* never used */
		return TOMB_FAIL(err, TOMB_NOMEM, "the signal of the request threads");
	}
	pool->run = run;
	pool->places = places;
	pool->last = &pool->first;
	for (; pool->nworkers < nthreads; pool->nworkers++) {
		struct worker *w = &pool->workers[pool->nworkers];

		*w = (struct worker){.pool = pool, .ctx = ctxs[pool->nworkers]};
		if (pthread_create(&w->thread, NULL, work, w) != 0) {
			tomb_pool_stop(pool);
			tomb_pool_fini(pool);
			return TOMB_FAIL(err, TOMB_NOMEM, "request thread %zu of %zu", pool->nworkers + 1, nthreads);
		}
	}
	*out = pool;
	return TOMB_OK;
}

bool tomb_pool_is_stopped(struct tomb_pool *pool)
{
	bool is_closing = false;

	(void)pthread_mutex_lock(&pool->lock);
	is_closing = pool->is_closing;
	(void)pthread_mutex_unlock(&pool->lock);
	return is_closing;
}

bool tomb_pool_reserve(struct tomb_pool *pool)
{
	bool has_place = false;

	(void)pthread_mutex_lock(&pool->lock);
	has_place = !pool->is_closing && pool->taken < pool->places;
	pool->taken += has_place;
	(void)pthread_mutex_unlock(&pool->lock);
	return has_place;
}

void tomb_pool_push(struct tomb_pool *pool, struct tomb_pool_item *item)
{
	item->next = NULL;
	(void)pthread_mutex_lock(&pool->lock);
	assert(pool->taken > 0); /* reserved */
	*pool->last = item;
	pool->last = &item->next;
	(void)pthread_cond_signal(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
}

void tomb_pool_stop(struct tomb_pool *pool)
{
	if (!pool)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->is_closing = true;
	(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->nworkers; i++)
		(void)pthread_join(pool->workers[i].thread, NULL); /* fails only for what is no thread */
	pool->nworkers = 0;
}

void tomb_pool_fini(struct tomb_pool *pool)
{
	if (!pool)
		return;
	(void)pthread_cond_destroy(&pool->changed);
	(void)pthread_mutex_destroy(&pool->lock);
}
