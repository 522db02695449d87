/*
 * "Is it deleted?", as pipelines ask it that used to mark things deleted themselves.  Spec: aptrust.md 4.5; I2.
 *
 * Changes nothing: what is Deleted became so when the last of its copies was known to be gone.
 */
#ifndef TOMB_DELETION_QUESTION_H
#define TOMB_DELETION_QUESTION_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

/*
 * Operators only.  OK if it is; CONFLICT while a deletion is asked for or under way, saying what is still to be done,
 * and for an object that has active files; UNPROCESSABLE if it is too young; FORBIDDEN if nobody has approved it;
 * NOTFOUND.
 */
enum tomb_code tomb_deletion_question_file(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t file_id, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_deletion_question_object(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t object_id, struct tomb_err *err) TOMB_MUST_USE;

#endif
