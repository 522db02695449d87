/*
 * MARC 21 records as we keep them.
 *
 * A stored record is UTF-8, says so in its leader (position 09 is 'a'), has right lengths, and one field 005 of 16
 * bytes.  It is ISO 2709; one that is too long for that, or has a field that is, is MARCXML in the one way in which we
 * write it.  Either way its status (leader/05) and its time (005) lie at known offsets, and can be changed in place.
 *
 * marc_reader.h makes stored records from what others send, marc_builder.h from single fields.
 *
 *	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
 *	struct tomb_marc_field field;
 *	size_t at = 0;
 *
 *	TOMB_TRY(tomb_marc_open(&stored, &scratch, &marc, err));
 *	while (tomb_marc_field(&marc, &at, &field))
 *		...
 */
#ifndef TOMB_MARC_H
#define TOMB_MARC_H

#include "tombstone/arena.h"

enum {
	TOMB_MARC_ISO2709_MAX = 99999, /* bytes: leader/00-04 has five digits */
	TOMB_MARC_FIELD_MAX = 9999,    /* bytes with its terminator: the directory has four digits */
	TOMB_MARC_BYTES_MAX =
		1 << 20, /* of a stored record: ten times ISO 2709; union catalogues have some of 300 kB */
	TOMB_MARC_SCRATCH_MAX = TOMB_MARC_BYTES_MAX,
	TOMB_MARC_LEADER = 24,
	TOMB_MARC_TIME = 17 /* "20240229235959.0" and a NUL */
};

#define TOMB_MARC_NAMESPACE "http://www.loc.gov/MARC21/slim"
#define TOMB_MARC_SCHEMA "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"

enum tomb_marc_form { TOMB_MARC_ISO2709, TOMB_MARC_MARCXML, TOMB_MARC_FORM_MAX };

struct tomb_marc_stored {
	struct tomb_str bytes;
	enum tomb_marc_form form;
	int32_t leader_at; /* from 0: the leader, in bytes */
	int32_t at_005;    /* the 16 bytes of the first field 005 */
};

/* "iso2709", "marcxml": as the ledger writes it. */
const char *tomb_marc_form_name(enum tomb_marc_form form);
bool tomb_marc_form_parse(struct tomb_str name, enum tomb_marc_form *out) TOMB_MUST_USE;

/* us since 1970 as field 005 has it: "20240229235959.0", in UTC, whole seconds.  Returns out. */
char *tomb_marc_time(int64_t us, char out[static TOMB_MARC_TIME]);

/* The copy of a record, in the arena, with another status and time; nothing else differs.  CORRUPT if the offsets are
 * outside of the record, INVAL unless status is a lower-case letter. */
enum tomb_code tomb_marc_patch(const struct tomb_marc_stored *stored, char status, int64_t at_us,
	struct tomb_arena *arena, struct tomb_marc_stored *out, struct tomb_err *err) TOMB_MUST_USE;

/* A record that can be walked.  Borrows from the stored bytes, or from the scratch if those are MARCXML. */
struct tomb_marc {
	struct tomb_str leader;    /* 24 bytes */
	struct tomb_str directory; /* of ISO 2709; p is NULL if the fields follow each other, each after its tag */
	struct tomb_str fields;
};

struct tomb_marc_field {
	struct tomb_str tag;        /* three characters */
	struct tomb_str indicators; /* two characters; none: a control field (00X) */
	struct tomb_str data;       /* of a control field: its value; else the subfields */
};

struct tomb_marc_subfield {
	char code;
	struct tomb_str value;
};

/* Allocates in scratch only, and there only for MARCXML.  CORRUPT if the bytes are no record, with what is wrong with
 * them: after it, walking stays inside of them. */
enum tomb_code tomb_marc_open(const struct tomb_marc_stored *stored, struct tomb_buf *scratch, struct tomb_marc *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* The next field, and the next subfield of a field; *at begins with 0.  False after the last one. */
bool tomb_marc_field(const struct tomb_marc *marc, size_t *at, struct tomb_marc_field *out);
bool tomb_marc_subfield(const struct tomb_marc_field *field, size_t *at, struct tomb_marc_subfield *out);

/* The first value of that field: of a control field (code 0) the whole, else of the first subfield with that code.
 * indicators are two characters, or NULL for any.  p is NULL if there is none. */
struct tomb_str tomb_marc_value(const struct tomb_marc *marc, const char *tag, const char *indicators, char code);

/* What a record is about, by leader/06. */
enum tomb_marc_kind { TOMB_MARC_BIB, TOMB_MARC_HOLDINGS, TOMB_MARC_AUTHORITY, TOMB_MARC_OTHER };

struct tomb_marc_number {
	struct tomb_str tag; /* 010 LCCN, 020 ISBN, 022 ISSN, 024 other, 035 of another system */
	struct tomb_str value;
};

struct tomb_marc_facts {
	char status; /* leader/05 */
	char type;   /* leader/06 */
	enum tomb_marc_kind kind;
	struct tomb_str id;     /* 001; p is NULL without one */
	struct tomb_str agency; /* 003; the same */
	struct tomb_str time;   /* 005 */
	struct tomb_str title;  /* of a bib 245, of an authority its heading (1XX); in the arena; may be empty */
	const struct tomb_marc_number *numbers; /* in the arena; values borrow as the record does */
	size_t nnumbers;
};

enum tomb_code tomb_marc_facts(const struct tomb_marc *marc, struct tomb_arena *arena, struct tomb_marc_facts *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Fields that the receiver gets besides those of the record. */
enum tomb_marc_addition_kind {
	TOMB_MARC_ADD_FIELD,  /* one more field, at the end */
	TOMB_MARC_ADD_TO_ONE, /* its subfields at the end of the first such field; a field at the end if there is none
			       */
	TOMB_MARC_ADD_TO_ALL  /* its subfields at the end of each such field */
};

struct tomb_marc_addition {
	enum tomb_marc_addition_kind kind;
	const char *tag;
	const char *indicators; /* two characters; NULL, for TO_ALL only: any */
	const struct tomb_marc_subfield *subfields;
	size_t n;
};

struct tomb_marc_additions {
	const struct tomb_marc_addition *p;
	size_t n;
};

/* Appends one <record> in MARCXML: without an XML declaration, in a default namespace, so that it fits into any other
 * XML; with xsi:schemaLocation if that is wanted.  Valid against MARC21slim.xsd.  What a receiver cannot read becomes
 * U+FFFD (in additions; a stored record has none such).  Running out of room sticks to out. */
enum tomb_code tomb_marc_put_xml(const struct tomb_marc_stored *stored, bool has_schema_location,
	struct tomb_marc_additions also, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

/* Appends the record in ISO 2709.  TOOBIG, with nothing written, if it is too long for that. */
enum tomb_code tomb_marc_put_iso2709(
	const struct tomb_marc_stored *stored, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
