/* An export at work: record_export.c reads, the others write. */
#ifndef TOMB_RECORD_EXPORT_INTERNAL_H
#define TOMB_RECORD_EXPORT_INTERNAL_H

#include "tombstone/marc.h"
#include "tombstone/record_deletion.h"
#include "tombstone/record_export.h"
#include "tombstone/xml_writer.h"

/* A record as exports see it; borrowed during the call. */
struct tomb_export_row {
	struct tomb_uuid id;
	enum tomb_record_kind kind;
	struct tomb_str source;
	bool is_deleted; /* to the receiver */
	struct tomb_str hrid;
	struct tomb_str local_id;
	struct tomb_str title;
	int64_t at_us; /* deleted, or else changed */
	bool has_marc;
	struct tomb_marc_stored marc;
	struct tomb_str mods;        /* "": none */
	struct tomb_str parent_hrid; /* of holdings that have no MARC */
	int64_t deletion_id;
	struct tomb_str origin;
	struct tomb_str actor;
	struct tomb_str mode;
	struct tomb_str reason;
	struct tomb_uuid event_id;
	struct tomb_str tombstone; /* JSON; "": none */
};

/* What a file is made of. */
struct tomb_export_out {
	struct tomb_buf *buf;     /* the file, from the last piece on */
	struct tomb_buf *scratch; /* of one record */
	struct tomb_arena *arena; /* the same */
	struct tomb_xml xml;      /* of the whole file */
	int round;                /* of the format's rounds, from 0 */
	struct tomb_export_agents *agents;
};

struct tomb_export_format {
	struct tomb_record_export_format_info info;
	int rounds; /* over all records */
	bool wants_marc, wants_mods, wants_tombstone;
	void (*begin)(struct tomb_export_out *out);
	/* TOOBIG, UNPROCESSABLE, CORRUPT and INVAL are about this record only: what was written of it is taken back. */
	enum tomb_code (*put)(struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err);
	void (*end)(struct tomb_export_out *out);
};
const struct tomb_export_format *tomb_export_format(enum tomb_record_export_format format);

/* The record as MARC, with the status that the receiver shall see: its own, or one that is made of what is known.
 * UNPROCESSABLE if it should have one of its own and has none. */
enum tomb_code tomb_export_marc(struct tomb_export_out *out, const struct tomb_export_row *row,
	struct tomb_marc_stored *marc, struct tomb_err *err) TOMB_MUST_USE;

/* PREMIS: objects in the first round, events in the second, agents at the end. */
void tomb_export_premis_begin(struct tomb_export_out *out);
enum tomb_code tomb_export_premis_put(
	struct tomb_export_out *out, const struct tomb_export_row *row, struct tomb_err *err) TOMB_MUST_USE;
void tomb_export_premis_end(struct tomb_export_out *out);

/* People and programs in one document, each once. */
enum { TOMB_EXPORT_AGENTS_MAX = 10000 /* more than an archive ever employs */ };
struct tomb_export_agents {
	struct tomb_arena arena;
	struct tomb_str *names;
	size_t n;
};

#endif
