/*
 * What remains of a deleted record: as it was, who deleted it, when, why.  Spec: records.md 2.7; N-30.
 *
 * Everybody may know that something was deleted, its title, the day and the class of the reason; everything else is for
 * those who may TOMB_MAY_RECORD_DELETED_READ at its institution.
 */
#ifndef TOMB_RECORD_TOMBSTONE_H
#define TOMB_RECORD_TOMBSTONE_H

#include "tombstone/record_deletion.h"

/* What anybody may know. */
struct tomb_record_gone {
	enum tomb_record_kind kind;
	struct tomb_str institution_name;
	struct tomb_str title; /* "" if it was not shown to the public when it was deleted */
	int64_t deleted_at_us;
	struct tomb_str reason_code;
};

/* NOTFOUND unless the record is deleted now; no actor is asked for. */
enum tomb_code tomb_record_gone_find(struct tomb_pg *pg, struct tomb_uuid id, struct tomb_arena *arena,
	struct tomb_record_gone *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_record_tombstone {
	struct tomb_record was; /* as before the deletion, with payloads; is_deleted is false */
	struct tomb_record_deletion deletion;
	struct tomb_uuid event_id; /* PREMIS, "deaccession" */
	struct tomb_uuids ancestors;
	struct tomb_uuids children;
	int64_t restored_at_us; /* 0: is deleted by it still */
	int64_t restoration_id;
	struct tomb_str restored_by;
};

/* All of a record, the last first.  FORBIDDEN without TOMB_MAY_RECORD_DELETED_READ; NOTFOUND. */
enum tomb_code tomb_record_tombstones(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	struct tomb_arena *arena, struct tomb_record_tombstone **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif
