/*
 * Pages of lists.
 *
 * Every list is in one order, and a page begins behind the row that the page before it ended with.  Rows that are added
 * or change their state meanwhile neither repeat a row nor hide one.
 */
#ifndef TOMB_PAGE_H
#define TOMB_PAGE_H

#include "tombstone/str.h"

enum {
	TOMB_PAGE_DEFAULT = 50, /* rows, where nobody says how many: what a screen and a half holds */
	TOMB_PAGE_MAX = 1000, /* rows: a page of a thousand is read and written within its time (architecture.md §6) */
	/* How far a list is counted, and may be skipped into: what is further off is reached page by page. */
	TOMB_COUNT_MAX = 10000
};

/* Which page.  All zero: the first one. */
struct tomb_page {
	struct tomb_str after; /* the next of the page before it; "" for the first */
	int32_t limit;         /* rows, 1 .. TOMB_PAGE_MAX; 0: TOMB_PAGE_DEFAULT */
	int32_t skip;          /* rows to leave out, at most TOMB_COUNT_MAX: for interfaces that number their pages */
};

#endif
