/*
 * Records created and changed.  Spec: records.md 2.2 R1, R6; F-12, F-32, FC-2, FC-3.
 *
 * One door: a change that sets the status of a MARC record to deleted is a deletion (tombstone/record_deletion.h,
 * origin "leader", mode self), and one that takes it back is a restoration: in the same transaction as the rest of the
 * change. Each verb is one transaction of its own, with its audit entry.
 */
#ifndef TOMB_RECORD_WRITE_H
#define TOMB_RECORD_WRITE_H

#include "tombstone/record.h"
#include "tombstone/record_deletion.h"

enum {
	/* A record's MARC or MODS: ten times the longest that ISO 2709 can carry. */
	TOMB_RECORD_PAYLOAD_MAX = 1024 * 1024,
	TOMB_RECORD_TITLE_MAX = 4000
};

/* A member whose p is NULL is left as it is, or empty in a new record. */
struct tomb_record_given {
	int64_t institution_id;     /* new records: 0 means the actor's */
	enum tomb_record_kind kind; /* new records */
	bool has_id;
	struct tomb_uuid id; /* new records: the id to give; else one is made */
	bool has_parent;
	struct tomb_uuid parent_id; /* a change: all zero moves the record out of what it is in */
	struct tomb_str source;
	struct tomb_str title; /* NULL with marc or mods: taken from these */
	struct tomb_str local_id;
	struct tomb_str hrid;
	struct tomb_str barcode;
	struct tomb_str marc; /* one record as sent, ISO 2709 or MARCXML; it is normalised as tombstone/marc.h says */
	struct tomb_str mods;
	struct tomb_str content; /* JSON, an object: takes the place of the one before */
	struct tomb_str rights;
	const bool *discovery_suppress; /* NULL: as it is */
	const bool *staff_suppress;
	const bool *deleted; /* of the inventory's JSON: true is a deletion, false a restoration (FC-2) */
	const struct tomb_strs *capture_ids;
	struct tomb_str capture_status;
	struct tomb_str work_order;
	struct tomb_str image_id;
	int64_t asset_object_id; /* 0: as it is; -1: none any more */
	int64_t asset_file_id;
	enum tomb_record_origin origin; /* of a deletion that this change turns out to be: LEADER, IMPORT, API, ... */
};

/* What a change did. */
struct tomb_record_written {
	struct tomb_uuid id;
	int64_t number;
	int32_t version;
	bool is_new;
	int64_t deletion_id;    /* 0: it was no deletion */
	int64_t restoration_id; /* 0: it was no restoration */
};

/* FORBIDDEN unless actor may RECORD_WRITE at the institution; INVAL for what breaks a rule of form; NOTFOUND for a
 * parent that is not there; CONFLICT for an identifier that is taken; UNPROCESSABLE for a parent of the wrong kind. */
enum tomb_code tomb_record_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_given *given, struct tomb_record_written *out, struct tomb_err *err) TOMB_MUST_USE;

/* version: the one that the change was made from, 0 for whichever it is; PRECONDITION if it is another now (R6). Errors
 * besides as create and, if the change is one, as the deletion or the restoration.  A deleted record may be changed by
 * those who may RECORD_DELETED_READ and RECORD_WRITE, and stays deleted (H-9). */
enum tomb_code tomb_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	int32_t version, const struct tomb_record_given *given, struct tomb_record_written *out,
	struct tomb_err *err) TOMB_MUST_USE;

/*
 * By kind and local_id or hrid (else 001 of the MARC): updates the record that has it, restores and updates the one
 * that was deleted last under it, or creates it.  A record that comes with the status of deleted deletes the one that
 * is there, and is CONFLICT when none is.
 */
enum tomb_code tomb_record_import(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_given *given, struct tomb_record_written *out, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_record_link_add(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid from,
	struct tomb_uuid to, struct tomb_str kind, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_record_link_remove(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid from,
	struct tomb_uuid to, struct tomb_str kind, struct tomb_err *err) TOMB_MUST_USE;

#endif
