/*
 * MARC records as others send them, one at a time: ISO 2709, as many as there are, white space between them; or
 * MARCXML, one <record> or a <collection>.  What it is shows in the first byte that is not white space.  Memory is
 * bounded by the largest record, never by the file.
 */
#ifndef TOMB_MARC_READER_H
#define TOMB_MARC_READER_H

#include "tombstone/marc_builder.h"
#include "tombstone/read.h"

struct tomb_marc_reader;

enum tomb_marc_found {
	TOMB_MARC_FOUND,
	TOMB_MARC_BAD, /* this one cannot be read; the next one may */
	TOMB_MARC_END
};

struct tomb_marc_item {
	enum tomb_marc_found found;
	int64_t number;                 /* from 1; bad ones count */
	int64_t offset;                 /* ISO 2709: of its first byte, from 0 */
	int64_t line;                   /* MARCXML: where its start tag ends, from 1; else 0 */
	struct tomb_marc_stored record; /* FOUND: until the next call */
	unsigned repairs;               /* enum tomb_marc_repair */
	struct tomb_err problem;        /* BAD, for people: which record and where, which rule, what to do */
};

/* Borrows arg until the reader is closed.  now_us is the time of records that tell none. */
enum tomb_code tomb_marc_reader_open(tomb_read_fn *read, void *arg, int64_t now_us, struct tomb_marc_reader **out,
	struct tomb_err *err) TOMB_MUST_USE;
void tomb_marc_reader_close(struct tomb_marc_reader **r); /* NULL and a pointer to NULL are fine */

#define TOMB_MARC_READER_AUTO TOMB_CLEANUP(tomb_marc_reader_close) struct tomb_marc_reader

/* The next record.  A code other than OK ends the reading: INVAL for what is neither of the two, or XML that is not
 * well-formed or has a document type; UNSUPPORTED for another XML; TOOBIG; NOMEM; and what read() returned. */
enum tomb_code tomb_marc_reader_next(
	struct tomb_marc_reader *r, struct tomb_marc_item *out, struct tomb_err *err) TOMB_MUST_USE;

/* The one record that text holds, in the arena.  INVAL if that is none, or more than one. */
enum tomb_code tomb_marc_read_one(struct tomb_str text, int64_t now_us, struct tomb_arena *arena,
	struct tomb_marc_stored *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
