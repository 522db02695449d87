#include "put_pool.h"

#include "put_stream.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	QUEUE_MAX = 64,                      /* files in memory beyond those that threads are at work on */
	ARENA_BYTES_MAX = 64 * 1024,         /* of one put: an ETag, a version id, the store's own needs */
	RESULT_BYTES_MAX = 16 * 1024 * 1024, /* ETags and version ids between two collections */
};

/* A file with its bytes. */
struct job {
	struct job *next;
	size_t tag;
	struct tomb_put file; /* without read and arg */
	char bytes[];
};

struct pool_thread {
	struct put_pool *pool;
	pthread_t id;
	struct tomb_stores *stores;
	struct tomb_store *backends[PUT_POOL_BACKENDS_MAX];
};

/* The lock protects what follows it, and results' memory. */
struct put_pool {
	size_t nbackends;
	struct pool_thread threads[PUT_POOL_THREADS_MAX];
	size_t nthreads; /* whose stores are open */
	size_t nrunning; /* that were started */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job *first, **last;
	size_t queued;
	size_t busy; /* jobs that a thread is at work on */
	bool is_closing;
	struct tomb_arena memory;
	struct put_done *done;
	size_t ndone, done_cap;
	bool is_out_of_memory; /* a result was lost */
};

static void lock(struct put_pool *pool)
{
	int error = pthread_mutex_lock(&pool->lock);

	assert(error == 0);
}

static void unlock(struct put_pool *pool)
{
	int error = pthread_mutex_unlock(&pool->lock);

	assert(error == 0);
}

static void wait_change(struct put_pool *pool)
{
	int error = pthread_cond_wait(&pool->changed, &pool->lock);

	assert(error == 0);
}

static void tell_change(struct put_pool *pool)
{
	int error = pthread_cond_broadcast(&pool->changed);

	assert(error == 0);
}

/* A tomb_read_fn over a struct tomb_str, which it shortens. */
static enum tomb_code read_memory(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *left = arg;
	size_t part = left->n < cap ? left->n : cap;

	(void)err;
	if (part > 0)
		memcpy(buf, left->p, part);
	*left = (struct tomb_str){left->p + part, left->n - part};
	*n = part;
	return TOMB_OK;
}

/* One copy.  The strings of out are in the arena. */
static enum tomb_code put_one(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct put_copy *out, struct tomb_err *err)
{
	struct tomb_placed placed;

	TOMB_TRY(tomb_store_put(store, put, arena, &placed, err));
	*out = (struct put_copy){placed.etag, placed.version_id};
	return TOMB_OK;
}

/* Keeps a result until it is collected.  The pool is locked. */
static void keep(struct put_pool *pool, struct put_done *done)
{
	if (pool->ndone == pool->done_cap) {
		size_t cap = pool->done_cap ? 2 * pool->done_cap : QUEUE_MAX;
		struct put_done *more = realloc(pool->done, cap * sizeof *more);

		if (!more) {
			pool->is_out_of_memory = true;
			return;
		}
		pool->done = more;
		pool->done_cap = cap;
	}
	for (size_t i = 0; done->code == TOMB_OK && i < pool->nbackends; i++) {
		struct put_copy *copy = &done->copies[i];

		copy->etag = tomb_arena_str(&pool->memory, copy->etag);
		copy->version_id = tomb_arena_str(&pool->memory, copy->version_id);
		if (!copy->etag.p || !copy->version_id.p)
			pool->is_out_of_memory = true;
	}
	pool->done[pool->ndone++] = *done;
}

static void carry_out(struct pool_thread *thread, const struct job *job)
{
	struct put_pool *pool = thread->pool;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct put_done done = {.tag = job->tag};

	for (size_t i = 0; done.code == TOMB_OK && i < pool->nbackends; i++) {
		struct tomb_put put = job->file;
		struct tomb_str left = {job->bytes, (size_t)job->file.size_bytes};

		put.read = read_memory;
		put.arg = &left;
		done.code = put_one(thread->backends[i], &put, &arena, &done.copies[i], &done.err);
	}
	lock(pool);
	keep(pool, &done);
	pool->busy--;
	tell_change(pool);
	unlock(pool);
}

static struct job *take(struct put_pool *pool)
{
	struct job *job = NULL;

	lock(pool);
	while (!pool->first && !pool->is_closing)
		wait_change(pool);
	job = pool->first;
	if (job) {
		pool->first = job->next;
		if (!pool->first)
			pool->last = &pool->first;
		pool->queued--;
		pool->busy++;
		tell_change(pool);
	}
	unlock(pool);
	return job;
}

static void *work(void *arg)
{
	struct pool_thread *thread = arg;

	for (;;) {
		struct job *job = take(thread->pool);

		if (!job)
			return NULL;
		carry_out(thread, job);
		free(job);
	}
}

static enum tomb_code open_thread(
	struct put_pool *pool, const struct put_pool_options *options, struct pool_thread *thread, struct tomb_err *err)
{
	thread->pool = pool;
	TOMB_TRY(tomb_stores_open(options->backends_file, &thread->stores, err));
	pool->nthreads++;
	for (size_t i = 0; i < options->nbackends; i++)
		TOMB_TRY(tomb_stores_find(thread->stores, options->backends[i], &thread->backends[i], err));
	return TOMB_OK;
}

static enum tomb_code start(struct put_pool *pool, const struct put_pool_options *options, struct tomb_err *err)
{
	/* A large file needs the stores of as many threads as it has copies. */
	size_t threads = (size_t)options->threads > options->nbackends ? (size_t)options->threads : options->nbackends;

	for (size_t i = 0; i < threads; i++)
		TOMB_TRY(open_thread(pool, options, &pool->threads[i], err));
	for (size_t i = 0; i < options->nbackends; i++)
		TOMB_TRY(tomb_store_probe(pool->threads[0].backends[i], &(struct tomb_probe){false}, err));
	for (size_t i = 0; i < (size_t)options->threads; i++) {
		if (pthread_create(&pool->threads[i].id, NULL, work, &pool->threads[i]) != 0)
			return TOMB_FAIL(err, TOMB_NOMEM, "starting thread %zu of %d", i + 1, options->threads);
		pool->nrunning++;
	}
	return TOMB_OK;
}

enum tomb_code put_pool_open(struct put_pool **out, const struct put_pool_options *options, struct tomb_err *err)
{
	struct put_pool *made = calloc(1, sizeof *made);
	bool has_lock = made && pthread_mutex_init(&made->lock, NULL) == 0;

	assert(options->threads >= 1 && options->threads <= PUT_POOL_THREADS_MAX);
	assert(options->nbackends >= 1 && options->nbackends <= PUT_POOL_BACKENDS_MAX);
	if (!has_lock || pthread_cond_init(&made->changed, NULL) != 0) {
		if (has_lock)
			(void)pthread_mutex_destroy(&made->lock);
		free(made);
		return TOMB_FAIL(err, TOMB_NOMEM, "starting threads");
	}
	PUT_POOL_AUTO *pool = made;
	pool->nbackends = options->nbackends;
	pool->last = &pool->first;
	pool->memory = tomb_arena_init(RESULT_BYTES_MAX);
	TOMB_TRY(start(pool, options, err));
	*out = TOMB_TAKE(pool);
	return TOMB_OK;
}

void put_pool_close(struct put_pool *pool)
{
	if (!pool)
		return;
	lock(pool);
	pool->is_closing = true;
	tell_change(pool);
	unlock(pool);
	for (size_t i = 0; i < pool->nrunning; i++)
		(void)pthread_join(pool->threads[i].id, NULL);
	for (size_t i = 0; i < pool->nthreads; i++)
		tomb_stores_close(pool->threads[i].stores);
	tomb_arena_fini(&pool->memory);
	free(pool->done);
	(void)pthread_cond_destroy(&pool->changed);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}

enum tomb_code put_pool_url(struct put_pool *pool, size_t i, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_str *url, struct tomb_err *err)
{
	/* A name is made without touching the store, so the first thread's may be asked while it works. */
	return tomb_store_url(pool->threads[0].backends[i], key, arena, url, err);
}

/* Reads exactly size bytes. */
static enum tomb_code read_whole(const struct tomb_put *file, char *to, struct tomb_err *err)
{
	size_t size = (size_t)file->size_bytes;
	size_t got = 0;

	for (;;) {
		char extra = 0;
		size_t n = 0;

		if (got < size)
			TOMB_TRY(file->read(file->arg, to + got, size - got, &n, err));
		else
			TOMB_TRY(file->read(file->arg, &extra, 1, &n, err));
		if (n == 0)
			break;
		got += n;
		if (got > size)
			break;
	}
	if (got != size)
		return TOMB_FAIL(err, TOMB_CORRUPT, "the file does not have the %zu bytes that were promised", size);
	return TOMB_OK;
}

static void wait_idle(struct put_pool *pool)
{
	lock(pool);
	while (pool->queued > 0 || pool->busy > 0)
		wait_change(pool);
	unlock(pool);
}

static enum tomb_code put_small(struct put_pool *pool, size_t tag, const struct tomb_put *file, struct tomb_err *err)
{
	struct job *job = malloc(sizeof *job + (size_t)file->size_bytes);
	enum tomb_code code = TOMB_OK;

	if (!job)
		return TOMB_FAIL(err, TOMB_NOMEM, "a file of %lld bytes", (long long)file->size_bytes);
	job->next = NULL;
	job->tag = tag;
	job->file = *file;
	code = read_whole(file, job->bytes, err);
	if (code != TOMB_OK) {
		free(job);
		return code;
	}
	lock(pool);
	while (pool->queued == QUEUE_MAX)
		wait_change(pool);
	*pool->last = job;
	pool->last = &job->next;
	pool->queued++;
	tell_change(pool);
	unlock(pool);
	return TOMB_OK;
}

static enum tomb_code put_large(struct put_pool *pool, size_t tag, const struct tomb_put *file, struct tomb_err *err)
{
	struct put_stream *streams = calloc(pool->nbackends, sizeof *streams);
	struct put_done done = {.tag = tag};
	enum tomb_code code = TOMB_OK;

	if (!streams)
		return TOMB_FAIL(err, TOMB_NOMEM, "a file of %lld bytes", (long long)file->size_bytes);
	/* The threads have nothing to do then, and their stores are free. */
	wait_idle(pool);
	for (size_t i = 0; i < pool->nbackends; i++)
		streams[i].store = pool->threads[i].backends[i];
	code = put_stream_all(streams, pool->nbackends, file, err);
	for (size_t i = 0; i < pool->nbackends; i++) {
		done.copies[i] = (struct put_copy){streams[i].placed.etag, streams[i].placed.version_id};
		if (done.code == TOMB_OK && streams[i].code != TOMB_OK) {
			done.code = streams[i].code;
			done.err = streams[i].err;
		}
	}
	lock(pool);
	keep(pool, &done);
	unlock(pool);
	for (size_t i = 0; i < pool->nbackends; i++)
		tomb_arena_fini(&streams[i].arena);
	free(streams);
	return code;
}

enum tomb_code put_pool_put(struct put_pool *pool, size_t tag, const struct tomb_put *file, struct tomb_err *err)
{
	return file->size_bytes <= PUT_POOL_SMALL_MAX ? put_small(pool, tag, file, err)
						      : put_large(pool, tag, file, err);
}

enum tomb_code put_pool_collect(struct put_pool *pool, const struct put_done **done, size_t *n, struct tomb_err *err)
{
	wait_idle(pool);
	if (pool->is_out_of_memory)
		return TOMB_FAIL(err, TOMB_NOMEM, "keeping what became of %zu files", pool->ndone);
	*done = pool->done;
	*n = pool->ndone;
	return TOMB_OK;
}

void put_pool_forget(struct put_pool *pool)
{
	wait_idle(pool);
	pool->ndone = 0;
	tomb_arena_reset(&pool->memory);
}
