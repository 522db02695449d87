/* Which part of a long list is asked for, and the links to the parts beside it. */
#ifndef TOMB_SERVICE_PAGE_QUERY_H
#define TOMB_SERVICE_PAGE_QUERY_H

#include "fields.h"

enum {
	TOMB_PAGE_MAX = 1000,       /* rows of one page; more are cut to it, as clients of other registries expect */
	TOMB_PAGE_CURSOR_MAX = 512, /* bytes */
};

/* "?per_page=50&page=3" by number, where an API must be compatible, or "?per_page=50&after=..." by key. */
struct tomb_page_query {
	int64_t per_page;       /* 1 to TOMB_PAGE_MAX */
	int64_t page;           /* 1 and up; 1 if it was not given */
	struct tomb_str cursor; /* what "after" held; empty for the beginning */
};

/* per_page is the number of rows if the query does not say.  INVAL, naming the parameter, for what is no number of that
 * range, for a cursor that is too long, and for a parameter that was sent twice. */
enum tomb_code tomb_page_query_read(struct tomb_fields query, int64_t per_page, struct tomb_arena *arena,
	struct tomb_page_query *out, struct tomb_err *err) TOMB_MUST_USE;

/* The last row of a page, in lists that are sorted by a number (often a time) and then by id. */
struct tomb_page_key {
	int64_t key;
	int64_t id;
};

/* As a cursor: "1709251199000000.42". */
void tomb_page_key_put(struct tomb_buf *out, struct tomb_page_key key);

/* Reads a cursor.  INVAL for anything that tomb_page_key_put() did not write. */
enum tomb_code tomb_page_key_read(
	struct tomb_str cursor, struct tomb_page_key *out, struct tomb_err *err) TOMB_MUST_USE;

/* Appends path and query, encoded, with the parameter name set to value and all others as they were.  path is appended
 * as it is. */
void tomb_page_link(struct tomb_buf *out, struct tomb_str path, struct tomb_fields query, struct tomb_str name,
	struct tomb_str value);

#endif
