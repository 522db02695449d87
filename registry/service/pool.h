/*
 * Request threads and the bounded queue in front of them.
 *
 * One thread (the I/O thread) reserves a place and pushes; N threads take.  A place is reserved before the request is
 * parked and filled after, so that a full queue is known while the request can still be answered at once.
 */
#ifndef TOMB_SERVICE_POOL_H
#define TOMB_SERVICE_POOL_H

#include "tombstone/arena.h"

struct tomb_ctx;
struct tomb_pool;

/* First member of what is queued. */
struct tomb_pool_item {
	struct tomb_pool_item *next;
};

/* Runs in a request thread.  The item is the callee's from here on.  is_closing: answer that we are shutting down
 * instead of doing the work. */
typedef void tomb_pool_run_fn(struct tomb_ctx *ctx, struct tomb_pool_item *item, bool is_closing);

/* Starts nthreads threads; thread i runs items with ctxs[i].  The pool lives in the arena and borrows ctxs. */
enum tomb_code tomb_pool_start(struct tomb_ctx *const *ctxs, size_t nthreads, size_t places, tomb_pool_run_fn *run,
	struct tomb_arena *arena, struct tomb_pool **out, struct tomb_err *err) TOMB_MUST_USE;

/* True if there was a place; tomb_pool_push() must follow. */
bool tomb_pool_reserve(struct tomb_pool *pool) TOMB_MUST_USE;
void tomb_pool_push(struct tomb_pool *pool, struct tomb_pool_item *item);

/* Is that why there was no place? */
bool tomb_pool_is_stopped(struct tomb_pool *pool) TOMB_MUST_USE;

/* Takes no more: there is no place from here on.  What is queued is run with is_closing.  Returns when the last thread
 * has ended; once more does nothing.  NULL is accepted. */
void tomb_pool_stop(struct tomb_pool *pool);

/* After tomb_pool_stop(), and when nobody can ask for a place any more.  NULL is accepted. */
void tomb_pool_fini(struct tomb_pool *pool);

#endif
