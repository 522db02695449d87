/*
 * MODS 3 records.
 *
 * The text that we keep is exclusive canonical XML (W3C, 2002, without comments): UTF-8, without an XML declaration,
 * with all the namespaces that it uses, so that it fits into any other XML.  Its root has no attributes of XML Schema,
 * which whoever writes it adds.
 */
#ifndef TOMB_MODS_H
#define TOMB_MODS_H

#include "tombstone/arena.h"
#include "tombstone/read.h"

enum { TOMB_MODS_BYTES_MAX = 1 << 20 }; /* of the text that we keep: the same as of a MARC record */

#define TOMB_MODS_NAMESPACE "http://www.loc.gov/mods/v3"
#define TOMB_MODS_SCHEMA "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd"

struct tomb_mods_reader;

enum tomb_mods_found {
	TOMB_MODS_FOUND,
	TOMB_MODS_BAD, /* this one cannot be kept; the next one may */
	TOMB_MODS_END
};

struct tomb_mods_item {
	enum tomb_mods_found found;
	int64_t number;          /* from 1; bad ones count */
	int64_t line;            /* where its start tag ends, from 1 */
	struct tomb_str text;    /* FOUND: until the next call */
	struct tomb_err problem; /* BAD, for people: which record and where, which rule, what to do */
};

/* One <mods>, or a <modsCollection> of any length: memory is bounded by the largest record.  Borrows arg until the
 * reader is closed. */
enum tomb_code tomb_mods_reader_open(
	tomb_read_fn *read, void *arg, struct tomb_mods_reader **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_mods_reader_close(struct tomb_mods_reader **r); /* NULL and a pointer to NULL are fine */

#define TOMB_MODS_READER_AUTO TOMB_CLEANUP(tomb_mods_reader_close) struct tomb_mods_reader

/* The next record.  A code other than OK ends the reading: INVAL for XML that is not well-formed or has a document
 * type; UNSUPPORTED for another XML; TOOBIG; NOMEM; and what read() returned. */
enum tomb_code tomb_mods_reader_next(
	struct tomb_mods_reader *r, struct tomb_mods_item *out, struct tomb_err *err) TOMB_MUST_USE;

/* The one record that text holds, as we keep it, in the arena.  INVAL if that is none, or more than one. */
enum tomb_code tomb_mods_read_one(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

/* Appends a text that we keep, with xsi:schemaLocation if that is wanted. */
void tomb_mods_put(struct tomb_str kept, bool has_schema_location, struct tomb_buf *out);

struct tomb_mods_value {
	struct tomb_str type; /* the attribute; of names, their role; may be empty */
	struct tomb_str text; /* white space made one blank */
};

struct tomb_mods_values {
	const struct tomb_mods_value *p;
	size_t n;
};

/* In the arena.  Empty is left out. */
struct tomb_mods_facts {
	struct tomb_str title; /* the first that is not another kind of title; may be empty */
	struct tomb_mods_values identifiers;
	struct tomb_mods_values names;
	struct tomb_mods_values access_conditions;
};

enum tomb_code tomb_mods_facts(struct tomb_str kept, struct tomb_arena *arena, struct tomb_mods_facts *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
