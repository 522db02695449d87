/*
 * A stored MARC record (marc.h) made field by field.
 *
 *	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
 *
 *	tomb_marc_builder_begin(&b, TOMB_STR("00000dam a22000003u 4500"));
 *	tomb_marc_builder_control(&b, TOMB_STR("001"), hrid);
 *	tomb_marc_builder_field(&b, TOMB_STR("245"), TOMB_STR("00"));
 *	tomb_marc_builder_subfield(&b, 'a', title);
 *	TOMB_TRY(tomb_marc_builder_done(&b, now_us, &out, &stored, err));
 *
 * The first thing that does not fit into a MARC record sticks, and tomb_marc_builder_done() reports it, naming the
 * field.  Fields stay in the order in which they come.
 */
#ifndef TOMB_MARC_BUILDER_H
#define TOMB_MARC_BUILDER_H

#include "tombstone/marc.h"

/* What was put right: each can be told to whom the record belongs. */
enum tomb_marc_repair {
	TOMB_MARC_REPAIR_LEADER = 1,    /* characters that no leader has */
	TOMB_MARC_REPAIR_INDICATOR = 2, /* such as '|': a blank */
	TOMB_MARC_REPAIR_TIME = 4,      /* no field 005, or none that tells a time, or several */
	TOMB_MARC_REPAIR_MARC8 = 8      /* was not UTF-8 */
};

struct tomb_marc_builder {
	char leader[TOMB_MARC_LEADER];
	struct tomb_buf fields; /* tag, data, terminator; tag, ... */
	char time[TOMB_MARC_TIME];
	char tag[4];      /* of the last field */
	bool in_field;    /* subfields may still be added */
	unsigned repairs; /* enum tomb_marc_repair */
	enum tomb_code code;
	struct tomb_err err; /* if code is not OK */
};

#define TOMB_MARC_BUILDER_AUTO TOMB_CLEANUP(tomb_marc_builder_fini) struct tomb_marc_builder

struct tomb_marc_builder tomb_marc_builder_init(void);
void tomb_marc_builder_fini(struct tomb_marc_builder *b);

/* A new record: forgets what was written before.  Of the leader's 24 characters, lengths and what MARC 21 fixes are
 * overwritten; what no leader has becomes a blank, except for 06, which must be a letter. */
void tomb_marc_builder_begin(struct tomb_marc_builder *b, struct tomb_str leader);

/* Values are UTF-8 without control characters but tab and line ends. */
void tomb_marc_builder_control(struct tomb_marc_builder *b, struct tomb_str tag, struct tomb_str value);
void tomb_marc_builder_field(struct tomb_marc_builder *b, struct tomb_str tag, struct tomb_str indicators);
void tomb_marc_builder_subfield(struct tomb_marc_builder *b, char code, struct tomb_str value);

/* All fields of a record. */
void tomb_marc_builder_copy(struct tomb_marc_builder *b, const struct tomb_marc *from);

/* Appends the record to out; *stored borrows from it.  Without a field 005 that tells a time, the record gets one with
 * now_us.  INVAL for what does not fit into a record, TOOBIG past TOMB_MARC_BYTES_MAX or out's limit. */
enum tomb_code tomb_marc_builder_done(struct tomb_marc_builder *b, int64_t now_us, struct tomb_buf *out,
	struct tomb_marc_stored *stored, struct tomb_err *err) TOMB_MUST_USE;

#endif
