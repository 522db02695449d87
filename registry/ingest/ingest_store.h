/* The part of an ingest that stores bytes: chunk by chunk, promised before it is sent, noted afterwards. */
#ifndef TOMB_INGEST_STORE_H
#define TOMB_INGEST_STORE_H

#include "put_pool.h"
#include "tombstone/bag.h"
#include "tombstone/ingest.h"
#include "tombstone/ingest_record.h"

struct ingest_store {
	struct tomb_pg *pg;
	const struct tomb_ingest_record *rec;
	struct tomb_bag *bag;
	struct put_pool *pool;
	tomb_ingest_fn *fn; /* may be NULL */
	void *ctx;
	int64_t files; /* of the bag that are kept */
	int64_t bytes;
	struct tomb_err last_failure; /* .code is TOMB_OK if no put has failed */
};

/* Is the entry kept as a file of the object? */
bool ingest_is_kept(const struct tomb_bag_entry *entry);

/*
 * Stores every file that is wanted now, in one pass over the bag.  A put that failed for a reason that may pass (the
 * network, a throttled store, an answer that got lost) leaves its file wanted, to be stored by another pass under
 * another key; any other reason, or many of these, ends the pass with an error.
 */
enum tomb_code ingest_store_wanted(struct ingest_store *store, struct tomb_err *err) TOMB_MUST_USE;

#endif
