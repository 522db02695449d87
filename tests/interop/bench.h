/*
 * What every row of the scenario table stands on: a server that we did not write, buckets of this run's own in it, our
 * storage library before it, and a verdict.
 */
#ifndef BENCH_H
#define BENCH_H

#include "s3_raw.h"
#include "temp_folder.h"
#include "tombstone/store_traffic.h"

#include <setjmp.h>

/* From best to worst. */
enum bench_status {
	BENCH_SAME,    /* we report what is to be reported of a store like Amazon's */
	BENCH_LACKS,   /* the server has no such thing */
	BENCH_DIFFERS, /* it does something else: to be named in known-differences */
	BENCH_UNTRUE,  /* we reported what is not so: no excuse */
	BENCH_STATUS_MAX
};

enum { BENCH_STORES_MAX = 32, BENCH_TEXT_MAX = 256, BENCH_ARENA_MAX = 256 << 20 };

struct bench {
	struct tomb_arena arena; /* of one row */
	struct temp_folder temp;
	struct s3_raw raw;                   /* as the owner of the buckets */
	char bucket[48];                     /* of this run; others are this and a suffix */
	char lacks_versions[BENCH_TEXT_MAX]; /* why; "" if there are versions */
	char lacks_locks[BENCH_TEXT_MAX];
	struct {
		const char *name;
		struct tomb_stores *stores;
	} opened[BENCH_STORES_MAX];
	size_t nopened;
	size_t serial; /* of keys */
	bool in_safety_row;
	enum bench_status status;
	char text[BENCH_TEXT_MAX]; /* one short line, the same in every run */
	jmp_buf stop;
};

/* Reads TOMBSTONE_INTEROP_ENDPOINT, _KEY and _SECRET, makes the buckets.  Ends the program if that fails. */
void bench_begin(struct bench *b);
void bench_end(struct bench *b);

/* A backend of bench_store.c's table, opened at its first use.  The row ends if we refuse such a backend. */
struct tomb_store *bench_store(struct bench *b, const char *name);
/* How that backend waits from here on: borrowed for the row. */
void bench_waits(struct bench *b, const char *name, const struct tomb_waiting *waiting);
const char *bench_suffix(const char *name); /* of its bucket */

/* A signed request of the buckets' owner about a key ("" is the bucket).  Returns the status. */
int bench_raw(struct bench *b, const char *name, const char *method, struct tomb_str key, const char *query,
	const char *headers, const char *body);

/* A key that no other row has, or ever had, ending in that. */
struct tomb_str bench_key(struct bench *b, const char *end);

/* Each ends the row unless it holds; the first also in a row about safety, where nothing is excused. */
void bench_must(struct bench *b, bool holds, const char *fmt, ...) TOMB_PRINTF(3, 4);
void bench_want(struct bench *b, bool holds, const char *fmt, ...) TOMB_PRINTF(3, 4);
_Noreturn void bench_lacks(struct bench *b, const char *fmt, ...) TOMB_PRINTF(2, 3);

/* What cannot be right whatever the server does: the harness itself. */
_Noreturn void bench_broken(const char *fmt, ...) TOMB_PRINTF(1, 2);

/* Shifts the clock by which our requests are signed, not that of the owner's. */
void bench_skew(int64_t us);

#endif
