/*
 * Puts the files of a bag into several stores, with several threads: what a store is waited for (fsync, the network)
 * is most of the time that an ingest takes.  A file that fits into memory is handed to the next free thread; a larger
 * one is streamed to all its stores at once, while the others wait.
 */
#ifndef TOMB_PUT_POOL_H
#define TOMB_PUT_POOL_H

#include "tombstone/store.h"

enum {
	PUT_POOL_THREADS_MAX = 64,
	PUT_POOL_BACKENDS_MAX = 16, /* copies of one file: more than anybody keeps */
	/* Bytes of a file that is held in memory, so that a full queue takes a hundred megabytes. */
	PUT_POOL_SMALL_MAX = 1024 * 1024
};

/* What became of one copy. */
struct put_copy {
	struct tomb_str etag, version_id; /* in the pool's memory */
};

/* What became of one file.  code and err are of the first store that failed. */
struct put_done {
	size_t tag; /* as given */
	enum tomb_code code;
	struct tomb_err err;
	struct put_copy copies[PUT_POOL_BACKENDS_MAX];
};

struct put_pool_options {
	const char *backends_file;
	const struct tomb_str *backends; /* names; borrowed while the pool is open */
	size_t nbackends;                /* at most PUT_POOL_BACKENDS_MAX */
	int threads;                     /* 1 to PUT_POOL_THREADS_MAX */
};

struct put_pool;

/* Opens the stores once for each thread, and looks whether each backend answers.  Errors as tomb_stores_open(),
 * tomb_stores_find() and tomb_store_probe(). */
enum tomb_code put_pool_open(
	struct put_pool **out, const struct put_pool_options *options, struct tomb_err *err) TOMB_MUST_USE;
void put_pool_close(struct put_pool *pool); /* NULL is fine; waits for what is under way */
static inline void put_pool_closep(struct put_pool **pool)
{
	put_pool_close(*pool);
}
#define PUT_POOL_AUTO TOMB_CLEANUP(put_pool_closep) struct put_pool

/* The public name of a copy in the i-th backend.  Not between a put and its collection. */
enum tomb_code put_pool_url(struct put_pool *pool, size_t i, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_str *url, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Puts the file under key into every backend, now or soon: what became of it is collected later.  Reads file.read
 * before it returns; file.key must live until the file is collected.  An error is of the source, or NOMEM.
 */
enum tomb_code put_pool_put(
	struct put_pool *pool, size_t tag, const struct tomb_put *file, struct tomb_err *err) TOMB_MUST_USE;

/* Waits until everything is done, and says what became of it since the last put_pool_forget(). */
enum tomb_code put_pool_collect(
	struct put_pool *pool, const struct put_done **done, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* Forgets what was collected, and frees its memory. */
void put_pool_forget(struct put_pool *pool);

#endif
