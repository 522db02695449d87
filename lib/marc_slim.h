/*
 * MARCXML in the one way in which we write it: no white space between elements, attributes in the order of the schema.
 * Inside lib only.
 */
#ifndef TOMB_MARC_SLIM_H
#define TOMB_MARC_SLIM_H

#include "tombstone/marc.h"

void marc_slim_begin(struct tomb_buf *out, bool has_schema_location, struct tomb_str leader);
void marc_slim_control(struct tomb_buf *out, struct tomb_str tag, struct tomb_str value);
void marc_slim_field_begin(struct tomb_buf *out, struct tomb_str tag, struct tomb_str indicators);
void marc_slim_subfield(struct tomb_buf *out, char code, struct tomb_str value);
void marc_slim_field_end(struct tomb_buf *out);
void marc_slim_end(struct tomb_buf *out);

/* A field of a record that was read. */
void marc_slim_field(struct tomb_buf *out, const struct tomb_marc_field *field);

/* Where the leader of a record begins that has no schema location. */
size_t marc_slim_leader_at(void);

/* Reads such a record: appends its fields to out, each as tag, data and field terminator.  *leader borrows from text.
 * CORRUPT, naming the byte, for anything that was not written so. */
enum tomb_code marc_slim_read(
	struct tomb_str text, struct tomb_str *leader, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
