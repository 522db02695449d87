/*
 * What exports and harvesters see of deleted FOLIO records: the same for every way of deleting (compat_folio =
 * consistent), or as FOLIO has it (seed).  Spec: records.md 1.2.1, 7.1; docs/records.md has the table.
 */
#ifndef TOMB_FOLIO_MATRIX_H
#define TOMB_FOLIO_MATRIX_H

#include "tombstone/record_deletion.h"

enum tomb_folio_cell {
	TOMB_FOLIO_DELETED,       /* as deleted */
	TOMB_FOLIO_ABSENT,        /* not at all */
	TOMB_FOLIO_SIMPLIFIED,    /* as deleted, in a record made for the occasion */
	TOMB_FOLIO_SUPPRESSED,    /* as if it were there, suppressed from discovery */
	TOMB_FOLIO_UNSAID,        /* FOLIO does not say: as deleted */
	TOMB_FOLIO_NOT_SHOWN,     /* never shown there, deleted or not */
	TOMB_FOLIO_UNHEARD,       /* as deleted, but no harvest of what changed hears of it */
	TOMB_FOLIO_INSTANCE_ONLY, /* not by itself; its instance counts as changed */
	TOMB_FOLIO_WITH_INSTANCE, /* its instance counts as changed; itself as deleted if holdings are exposed */
	TOMB_FOLIO_CELL_MAX
};

struct tomb_folio_row {
	struct tomb_str what; /* "instance MARC" */
	struct tomb_str path; /* "inventory API" */
	enum tomb_folio_cell seed_export;
	enum tomb_folio_cell seed_harvest;
	enum tomb_folio_cell export;
	enum tomb_folio_cell harvest;
};

enum { TOMB_FOLIO_ROWS = 15 };
const struct tomb_folio_row *tomb_folio_row(size_t i); /* i < TOMB_FOLIO_ROWS; static storage */
struct tomb_str tomb_folio_cell_words(enum tomb_folio_cell cell);

/* What is seen of a deleted record. */
struct tomb_folio_outward {
	bool is_exported;               /* as deleted; false: not at all */
	enum tomb_folio_cell harvested; /* what SQL deleted is as what the API did */
};

/* Kinds of other systems are exported and harvested as deleted, whichever way they were. */
struct tomb_folio_outward tomb_folio_matrix_outward(
	enum tomb_record_kind kind, struct tomb_str source, enum tomb_record_origin origin, bool is_seed);

#endif
