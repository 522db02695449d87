/*
 * Borrowed arrays: arguments and columns of SQL statements, lists in JSON.  p may be NULL if n is 0.
 */
#ifndef TOMB_ARRAY_H
#define TOMB_ARRAY_H

#include "tombstone/str.h"
#include "tombstone/uuid.h"

struct tomb_bools {
	const bool *p;
	size_t n;
};
struct tomb_int4s {
	const int32_t *p;
	size_t n;
};
struct tomb_int8s {
	const int64_t *p;
	size_t n;
};
/* As text?[] or bytea?[] of SQL, an element whose p is NULL is null; else it is the empty string. */
struct tomb_strs {
	const struct tomb_str *p;
	size_t n;
};
struct tomb_uuids {
	const struct tomb_uuid *p;
	size_t n;
};

#endif
