#include "tee.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1024 * 1024 }; /* large enough that handing over costs nothing beside writing */

/*
 * The lock protects every field, and those of the ends.  The bytes of the block are read without it by ends that have
 * not finished the block, and written without it when every end has.
 */
struct tee {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct tee_end *ends;
	size_t nends;
	uint64_t turn; /* number of the block */
	size_t n;      /* bytes in it */
	bool has_ended;
	enum tomb_code code; /* of the source */
	struct tomb_err err;
	char block[BLOCK_BYTES];
};

/* A lock that is used as intended cannot fail. */
static void lock(struct tee *tee)
{
	int error = pthread_mutex_lock(&tee->lock);

	assert(error == 0);
}

static void unlock(struct tee *tee)
{
	int error = pthread_mutex_unlock(&tee->lock);

	assert(error == 0);
}

static void wait_change(struct tee *tee)
{
	int error = pthread_cond_wait(&tee->changed, &tee->lock);

	assert(error == 0);
}

static void tell_change(struct tee *tee)
{
	int error = pthread_cond_broadcast(&tee->changed);

	assert(error == 0);
}

enum tomb_code tee_open(struct tee **out, struct tee_end *ends, size_t n, struct tomb_err *err)
{
	struct tee *tee = calloc(1, sizeof *tee);
	bool has_lock = tee && pthread_mutex_init(&tee->lock, NULL) == 0;

	if (!has_lock || pthread_cond_init(&tee->changed, NULL) != 0) {
		if (has_lock)
			(void)pthread_mutex_destroy(&tee->lock);
		free(tee);
		return TOMB_FAIL(err, TOMB_NOMEM, "sharing a file among %zu readers", n);
	}
	tee->ends = ends;
	tee->nends = n;
	for (size_t i = 0; i < n; i++)
		ends[i] = (struct tee_end){.tee = tee};
	*out = tee;
	return TOMB_OK;
}

void tee_close(struct tee *tee)
{
	if (!tee)
		return;
	(void)pthread_cond_destroy(&tee->changed);
	(void)pthread_mutex_destroy(&tee->lock);
	free(tee);
}

/* Waits until there are bytes for this end, or there will be none.  *n is how many; 0 is the end. */
static enum tomb_code await_bytes(struct tee_end *end, size_t *n, struct tomb_err *err)
{
	struct tee *tee = end->tee;

	while (tee->code == TOMB_OK) {
		if (end->finished < tee->turn && end->offset < tee->n) {
			*n = tee->n - end->offset;
			return TOMB_OK;
		}
		if (end->finished < tee->turn) {
			end->finished = tee->turn;
			end->offset = 0;
			tell_change(tee);
		} else if (tee->has_ended) {
			*n = 0;
			return TOMB_OK;
		} else {
			wait_change(tee);
		}
	}
	*err = tee->err;
	return tee->code;
}

enum tomb_code tee_read(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tee_end *end = arg;
	enum tomb_code code = TOMB_OK;
	size_t got = 0;

	lock(end->tee);
	code = await_bytes(end, &got, err);
	unlock(end->tee);
	if (code != TOMB_OK)
		return code;
	got = got < cap ? got : cap;
	memcpy(buf, end->tee->block + end->offset, got);
	end->offset += got;
	*n = got;
	return TOMB_OK;
}

void tee_leave(struct tee_end *end)
{
	lock(end->tee);
	end->has_left = true;
	tell_change(end->tee);
	unlock(end->tee);
}

/* Waits until nobody needs the block any more.  False if nobody is left. */
static bool await_readers(struct tee *tee)
{
	for (;;) {
		size_t here = 0;
		size_t busy = 0;

		for (size_t i = 0; i < tee->nends; i++) {
			here += !tee->ends[i].has_left;
			busy += !tee->ends[i].has_left && tee->ends[i].finished < tee->turn;
		}
		if (here == 0 || busy == 0)
			return here > 0;
		wait_change(tee);
	}
}

enum tomb_code tee_feed(struct tee *tee, tomb_read_fn *read, void *arg, struct tomb_err *err)
{
	for (;;) {
		enum tomb_code code = TOMB_OK;
		bool is_wanted = false;
		size_t n = 0;

		lock(tee);
		is_wanted = await_readers(tee);
		unlock(tee);
		if (!is_wanted)
			return TOMB_OK;
		code = read(arg, tee->block, sizeof tee->block, &n, err);
		lock(tee);
		if (code != TOMB_OK) {
			tee->code = code;
			tee->err = *err;
		} else if (n == 0) {
			tee->has_ended = true;
		} else {
			tee->n = n;
			tee->turn++;
		}
		tell_change(tee);
		unlock(tee);
		if (code != TOMB_OK || n == 0)
			return code;
	}
}
