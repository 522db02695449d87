/* What a deletion of records would take along, and what is in its way: asked for a preview, and again for the deletion.
 * Within the caller's transaction; what is in the plan is locked until it ends. */
#ifndef TOMB_RECORD_PLAN_H
#define TOMB_RECORD_PLAN_H

#include "sql.gen.h"
#include "tombstone/record_deletion.h"

struct tomb_record_plan {
	const struct sql_record_delete_named_row *named; /* in order of their numbers */
	size_t nnamed;
	enum tomb_record_mode mode;                          /* never DEFAULT */
	const struct sql_record_delete_closure_row *closure; /* everything active that goes */
	bool was_deleted;                                    /* all that is named: nothing else is filled */
	int64_t deletion_id;                                 /* by it */
};

/* FORBIDDEN, INVAL, NOTFOUND, PRECONDITION, TOOBIG as tomb_record_delete(). */
enum tomb_code tomb_record_plan_make(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_arena *arena, struct tomb_record_plan *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* At most at_most of what stands in the way. */
enum tomb_code tomb_record_plan_blockers(struct tomb_pg *pg, const struct tomb_record_plan *plan, int32_t at_most,
	struct tomb_arena *arena, struct tomb_record_blocker **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* What the children of a reassigned container lose: NULL if they lose nothing. */
enum tomb_code tomb_record_plan_inherited(struct tomb_pg *pg, const struct tomb_record_plan *plan,
	struct tomb_arena *arena, struct tomb_record_inherited **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* The mode as the ledger's functions know it: "several" for more than one. */
struct tomb_str tomb_record_plan_mode(const struct tomb_record_plan *plan);

/* Reason and confirmations (records.md 2.6): the errors of tomb_record_delete() about them. */
enum tomb_code tomb_record_criteria_check(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan, struct tomb_arena *arena,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
