/*
 * Lists that are filtered and sorted by whatever their clients name, in bounded time.  Spec: aptrust.md 3.1, 3.2.
 *
 * What an index can narrow or order is left to the index.  The rest is sifted: at most TOMB_SIFT_MAX rows are looked
 * through for one page, so that a page may hold less than its limit, even nothing, while next is not empty; following
 * it misses nothing.  A list is put into an order that no index has only if it has at most TOMB_SIFT_MAX rows.
 *
 * Names of terms and orders are those of the member API.  A name that a list does not have fits no row.
 */
#ifndef TOMB_SIFT_H
#define TOMB_SIFT_H

#include "tombstone/page.h"

enum {
	TOMB_SIFT_MAX = TOMB_COUNT_MAX, /* rows: some 50 ms of the server's work */
	TOMB_SIFT_SORTS = 2,            /* orders of one list */
	TOMB_SIFT_TERMS = 256,          /* as many as a client may send: every status, every option, and room */
	TOMB_SIFT_CURSOR_MAX = 48       /* bytes of page.after: two numbers and a dot */
};

enum tomb_sift_op {
	TOMB_SIFT_IS,
	TOMB_SIFT_IN, /* one of the terms IN that have this name */
	TOMB_SIFT_FROM,
	TOMB_SIFT_TO,
	TOMB_SIFT_BEGINS,
	TOMB_SIFT_NULL,
	TOMB_SIFT_NOT_NULL
};

enum tomb_sift_kind {
	TOMB_SIFT_TEXT,
	TOMB_SIFT_NUMBER, /* also times: in microseconds since 1970 */
	TOMB_SIFT_BOOL
};

struct tomb_sift_term {
	struct tomb_str name;
	enum tomb_sift_op op;
	enum tomb_sift_kind kind;
	struct tomb_str text;
	int64_t number; /* of BOOL: 0 or 1 */
};

struct tomb_sift_sort {
	struct tomb_str name;
	bool down;
};

/* All terms hold.  The page's after is the next of the page before it. */
struct tomb_sift {
	const struct tomb_sift_term *terms;
	size_t nterms;
	struct tomb_sift_sort sorts[TOMB_SIFT_SORTS];
	size_t nsorts; /* 0: the list's default order */
};

#endif
