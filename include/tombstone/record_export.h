/*
 * Records, and what remains of deleted ones, as files for others.  Spec: records.md 4, F-03, F-44..F-48, E-1..E-14.
 *
 * One moment: an export shows the ledger as it was when it began (E-13).  Live records come first, deleted ones last.
 * Which deleted FOLIO records are among them, oai_policy.compat_folio says (tombstone/folio_matrix.h).
 */
#ifndef TOMB_RECORD_EXPORT_H
#define TOMB_RECORD_EXPORT_H

#include "tombstone/record.h"

enum tomb_record_export_format {
	TOMB_RECORD_EXPORT_MARC,       /* ISO 2709, one record behind the other */
	TOMB_RECORD_EXPORT_MARCXML,    /* a <collection> */
	TOMB_RECORD_EXPORT_MODS,       /* a <modsCollection> */
	TOMB_RECORD_EXPORT_IDS,        /* UUIDs, one a line (FOLIO) */
	TOMB_RECORD_EXPORT_CSV,        /* id, kind, hrid, deleted_at, deleted_by, op_id, reason */
	TOMB_RECORD_EXPORT_TOMBSTONES, /* JSON, one tombstone a line; deleted records only */
	TOMB_RECORD_EXPORT_PREMIS,     /* PREMIS 3: an event "deaccession" for each; deleted records only */
	TOMB_RECORD_EXPORT_FORMAT_MAX
};

struct tomb_record_export_format_info {
	struct tomb_str name;      /* "marcxml" */
	struct tomb_str media;     /* "application/marcxml+xml" */
	struct tomb_str extension; /* "xml" */
};
const struct tomb_record_export_format_info *tomb_record_export_format_info(
	enum tomb_record_export_format format); /* static storage */
enum tomb_code tomb_record_export_format_parse(
	struct tomb_str name, enum tomb_record_export_format *out, struct tomb_err *err) TOMB_MUST_USE; /* INVAL */

/* Of FOLIO's job profiles: which authorities they refuse (E-5). */
enum tomb_record_export_profile {
	TOMB_RECORD_EXPORT_ANY,
	TOMB_RECORD_EXPORT_ORDINARY,           /* deleted authorities are refused */
	TOMB_RECORD_EXPORT_DELETED_AUTHORITIES /* live ones are */
};

enum {
	TOMB_RECORD_EXPORT_NAMED_MAX = 100000 /* records named in one export: 1.6 MB of UUIDs */
};

struct tomb_record_export_ask {
	int64_t institution_id; /* 0: all that the actor may see */
	const enum tomb_record_kind *kinds;
	size_t nkinds;
	bool live;
	bool deleted;
	bool suppressed;             /* live ones that are suppressed from discovery too */
	int64_t deleted_from_us;     /* with one of these two: only what was deleted within; 0: no bound */
	int64_t deleted_until_us;    /* not included */
	const struct tomb_uuid *ids; /* only these, of these kinds; each counts once */
	size_t nids;                 /* 0: all */
	int64_t skip;                /* so many deleted ones are left out first (E-4) */
	int64_t at_most;             /* deleted ones; 0: all */
	enum tomb_record_export_profile profile;
	enum tomb_record_export_format format;
};

/* A record that is not in the file, and why. */
struct tomb_record_export_problem {
	struct tomb_uuid id;
	struct tomb_str text;
};

/* Neither may use the export's pg; what they get is valid during the call; a failure ends the export with its code. */
struct tomb_record_export_sink {
	enum tomb_code (*piece)(void *ctx, struct tomb_str piece, struct tomb_err *err);
	enum tomb_code (*problem)(void *ctx, const struct tomb_record_export_problem *problem, struct tomb_err *err);
	void *ctx;
};

struct tomb_record_exported {
	int64_t live;
	int64_t deleted;
	int64_t failed; /* problems */
	int64_t bytes;
};

/*
 * Writes the file piece by piece, in memory that does not depend on how much it is; pg must not be in a transaction.
 * A record that cannot be written is a problem, and the rest goes on (E-11, E-12).  FORBIDDEN unless actor may
 * RECORD_EXPORT and, for deleted ones, RECORD_DELETED_READ; INVAL for an ask that makes no sense.  What a failure
 * leaves with the sink is worthless.
 */
enum tomb_code tomb_record_export(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_export_ask *ask, const struct tomb_record_export_sink *sink,
	struct tomb_record_exported *out, struct tomb_err *err) TOMB_MUST_USE;

/*
 * The days of an export of what was deleted, "yyyy-mm-dd" each, both included, in UTC: E-1, E-2.  Both "": the day
 * before now_us.  INVAL in FOLIO's words.
 */
enum tomb_code tomb_record_export_days(struct tomb_str from, struct tomb_str to, int64_t now_us, int64_t *from_us,
	int64_t *until_us, struct tomb_err *err) TOMB_MUST_USE;

/* UUIDs, one a line, as FOLIO takes them: a byte order mark, quotes, CR and empty lines do not matter (E-14).  INVAL
 * names the line that is none; TOOBIG for more than TOMB_RECORD_EXPORT_NAMED_MAX. */
enum tomb_code tomb_record_export_read_ids(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_uuids *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
