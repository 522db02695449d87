/*
 * Objects that a pipeline outside records.  Spec: aptrust.md 2.6, 3.3, 3.6, 5; deletion.md P-19; I2, I8.
 *
 * Nothing here deletes: an object is Deleted when its deletion has ended, and comes back only with state "A".
 */
#ifndef TOMB_OBJECT_RECORD_H
#define TOMB_OBJECT_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/* A string whose p is NULL is not given: it stays as it is, or has its default. */
struct tomb_object_given {
	int64_t institution_id; /* 0: not given */
	struct tomb_str identifier;
	struct tomb_str state; /* "A", "D" */
	struct tomb_str storage_option;
	struct tomb_str bag_name;
	struct tomb_str title;
	struct tomb_str description;
	struct tomb_str alt_identifier;
	struct tomb_str access;
	struct tomb_str bag_group_identifier;
	struct tomb_str bagit_profile_identifier;
	struct tomb_str source_organization;
	struct tomb_str internal_sender_identifier;
	struct tomb_str internal_sender_description;
	struct tomb_str etag;
};

/*
 * Operators only.  An active object of institution_id, without files.  *id is its.  INVAL for what is missing (title,
 * identifier, storage option) or breaks a rule: the identifier begins with the institution's and a slash; NOTFOUND for
 * the institution; CONFLICT for an identifier in use.
 */
enum tomb_code tomb_object_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	const struct tomb_object_given *given, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Operators only.  Institution and identifier cannot change, and the storage option only while the object is deleted:
 * INVAL.  A deleted object changes only by coming back, with state "A", in a new cycle; an active one does not take
 * state "D": CONFLICT.  NOTFOUND.
 */
enum tomb_code tomb_object_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_object_given *given, struct tomb_err *err) TOMB_MUST_USE;

#endif
