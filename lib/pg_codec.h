/* PostgreSQL's binary format of one value (its functions *_send and *_recv), to and from our C types. */
#ifndef TOMB_PG_CODEC_H
#define TOMB_PG_CODEC_H

#include "tombstone/pg.h"

uint32_t tomb_pg_codec_oid(enum tomb_pg_type type);

/* The name of a type, "int8" or "INT8[]", for errors; of a number that is none of ours, "another type". */
const char *tomb_pg_codec_name(uint32_t oid);

/*
 * Appends the value of field f of the struct at args, which is not null.  Borrows.  What does not fit shows in b;
 * INVAL for a timestamp out of range.
 */
enum tomb_code tomb_pg_codec_put(
	const struct tomb_pg_field *f, const void *args, struct tomb_buf *b, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Decodes wire, which is not null, into field f of the struct at row; strings and arrays are copied to the arena.
 * TOOBIG if the arena is full; BUG if wire is not a value of the field's type, or a null or a second dimension is in an
 * array that may have none.
 */
enum tomb_code tomb_pg_codec_get(const struct tomb_pg_field *f, struct tomb_str wire, struct tomb_arena *arena,
	void *row, struct tomb_err *err) TOMB_MUST_USE;

#endif
