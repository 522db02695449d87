/* Records created and changed as part of a verb: within the caller's transaction, with the audit entry of the change.
 * Promises and errors: tombstone/record_write.h. */
#ifndef TOMB_RECORD_CHANGE_H
#define TOMB_RECORD_CHANGE_H

#include "record_draft.h"

enum {
	/* A record as sent and as it is kept, MARC and MODS, twice over. */
	TOMB_RECORD_CHANGE_ARENA_MAX = 32 * 1024 * 1024
};

/* The institution of a new record: INVAL for a program that names none, FORBIDDEN unless actor may write there. */
enum tomb_code tomb_record_change_home(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_given *given, int64_t *out, struct tomb_err *err) TOMB_MUST_USE;

/* A parent that may hold a record of that institution, kept until the transaction ends; *title is its own. */
enum tomb_code tomb_record_change_place(struct tomb_pg *pg, int64_t institution_id, struct tomb_uuid parent_id,
	struct tomb_arena *arena, struct tomb_str *title, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_record_change_assets(struct tomb_pg *pg, int64_t institution_id,
	const struct tomb_record_given *given, struct tomb_arena *arena, struct tomb_err *err) TOMB_MUST_USE;

/* What a violated constraint means, with the value that violates it. */
enum tomb_code tomb_record_change_explain(
	struct tomb_pg *pg, enum tomb_code code, const struct tomb_record_draft *d, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_record_change_audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	int64_t institution_id, int64_t number, struct tomb_str detail, struct tomb_err *err) TOMB_MUST_USE;

/* A deletion by the one door; *deletion_id is 0 if it was deleted already. */
enum tomb_code tomb_record_change_delete(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	enum tomb_record_origin origin, int64_t *deletion_id, struct tomb_err *err) TOMB_MUST_USE;

/* A record of home; whoever calls has asked tomb_record_change_home(). */
enum tomb_code tomb_record_change_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_draft *draft, int64_t home, struct tomb_arena *arena, struct tomb_record_written *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* comes_back: a deleted record is restored even if what is given says nothing of its state. */
enum tomb_code tomb_record_change_update(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	int32_t version, const struct tomb_record_given *given, bool comes_back, struct tomb_arena *arena,
	struct tomb_record_written *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
