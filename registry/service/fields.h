/* Lists of names and values: headers, query parameters, fields of a form. */
#ifndef TOMB_SERVICE_FIELDS_H
#define TOMB_SERVICE_FIELDS_H

#include "tombstone/arena.h"

/* One query or form carries at most this many fields: enough for every box of a page of 1,000 rows to be ticked. */
enum { TOMB_FIELDS_MAX = 4096 };

struct tomb_field {
	struct tomb_str name;
	struct tomb_str value;
};

/* Borrowed.  Order is as sent; names may repeat. */
struct tomb_fields {
	const struct tomb_field *p;
	size_t n;
};

/* The first field called name behind after, or of all if after is NULL; NULL if there is none.  To visit all:
 * for (f = tomb_fields_next(l, name, NULL); f; f = tomb_fields_next(l, name, f)) */
const struct tomb_field *tomb_fields_next(
	struct tomb_fields fields, struct tomb_str name, const struct tomb_field *after);

/* The same for names of headers, where A equals a. */
const struct tomb_field *tomb_fields_next_header(
	struct tomb_fields fields, struct tomb_str name, const struct tomb_field *after);

/*
 * Reads application/x-www-form-urlencoded text (WHATWG URL, section 5.1), which a query string is too.  The result
 * lives in the arena.  INVAL for a bad percent-encoding, a NUL, or what is not UTF-8; TOOBIG past TOMB_FIELDS_MAX.
 */
enum tomb_code tomb_fields_parse(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_fields *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
