#include "tombstone/plan.h"

#include "authority.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	ARENA_BYTES_MAX = 4 * 1024 * 1024,
	DELETIONS_MAX = 256 /* of one institution, the oldest, that share its turn: 2 ms to step through */
};

static const struct tomb_actor dispatcher = {.email = {"dispatcher", 10}, .via = TOMB_VIA_DISPATCHER};

static enum tomb_code audit_number(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	int64_t institution, const char *noun, int64_t id, struct tomb_str detail, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "%s %" PRId64, noun, id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){verb, institution, tomb_str_from(subject), detail, TOMB_STR("")}, err);
}

static enum tomb_code plan(struct tomb_pg *pg, const struct sql_plan_next_row *d, struct tomb_err *err)
{
	size_t batches = 0;
	size_t changed = 0;
	char detail[64];

	TOMB_TRY(sql_plan_batches(pg, &(struct sql_plan_batches_args){d->id, TOMB_BATCH_FILES}, &batches, err));
	TOMB_TRY(sql_plan_empty_batch(pg, &(struct sql_plan_empty_batch_args){d->id}, &changed, err));
	(void)snprintf(detail, sizeof detail, "%zu batches", batches + changed);
	TOMB_TRY(sql_plan_done(pg, &(struct sql_plan_done_args){d->id}, &changed, err));
	return audit_number(
		pg, &dispatcher, "plan deletion", d->institution_id, "deletion", d->id, tomb_str_from(detail), err);
}

enum tomb_code tomb_plan_next(struct tomb_pg *pg, bool *planned, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_plan_next_row *d = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_plan_next(pg, &arena, &d, &n, err));
	if (n > 0)
		TOMB_TRY(plan(pg, d, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*planned = n > 0;
	return TOMB_OK;
}

enum tomb_code tomb_plan_due_in_turn(struct tomb_pg *pg, const struct tomb_plan_turn *turn, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	const struct sql_plan_due_batches_args args = {.again_after_s = turn->again_after_s,
		.at_most = turn->at_most,
		.per_institution = turn->per_institution,
		.deletions_max = DELETIONS_MAX,
		.turn = (int64_t)(turn->turn % INT32_MAX)};
	struct sql_plan_due_batches_row *rows = NULL;
	int64_t *copy = NULL;
	size_t n = 0;

	TOMB_TRY(sql_plan_due_batches(pg, &args, arena, &rows, &n, err));
	copy = TOMB_NEW(arena, int64_t, n);
	if (!copy)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu due batches", n);
	for (size_t i = 0; i < n; i++)
		copy[i] = rows[i].id;
	*ids = (struct tomb_int8s){copy, n};
	return TOMB_OK;
}

enum tomb_code tomb_plan_due(struct tomb_pg *pg, int again_after_s, int at_most, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_err *err)
{
	const struct tomb_plan_turn turn = {
		.again_after_s = again_after_s, .at_most = at_most, .per_institution = at_most};

	return tomb_plan_due_in_turn(pg, &turn, arena, ids, err);
}

enum tomb_code tomb_plan_announced(struct tomb_pg *pg, struct tomb_int8s ids, struct tomb_err *err)
{
	size_t changed = 0;

	return sql_plan_announced(pg, &(struct sql_plan_announced_args){ids}, &changed, err);
}

static enum tomb_code requeue(struct tomb_pg *pg, int64_t work_item_id, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_requeue_lock_row *w = NULL;
	enum tomb_code code = TOMB_OK;
	size_t n = 0;
	size_t changed = 0;

	TOMB_TRY(sql_requeue_lock(pg, &(struct sql_requeue_lock_args){work_item_id}, arena, &w, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no deletion work item %" PRId64, work_item_id);
	if (!tomb_str_eq(w->status, TOMB_STR("Failed")) || w->files_failed == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"work item %" PRId64 " is %.*s and has %" PRId64
			" failed files: only failed files can be requeued",
			work_item_id, TOMB_STR_ARG(w->status), w->files_failed);
	TOMB_TRY(sql_requeue_files(pg, &(struct sql_requeue_files_args){w->item_id}, &changed, err));
	TOMB_TRY(sql_requeue_batches(
		pg, &(struct sql_requeue_batches_args){work_item_id, TOMB_BATCH_FILES}, &changed, err));
	code = sql_requeue_item(pg, &(struct sql_requeue_item_args){work_item_id}, &changed, err);
	if (code == TOMB_CONFLICT)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"what work item %" PRId64 " is about is on a newer deletion request", work_item_id);
	return code;
}

enum tomb_code tomb_work_item_requeue(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t work_item_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_WORK_ITEM_REQUEUE, "requeue a work item", err));
	TOMB_TRY(requeue(pg, work_item_id, &arena, err));
	TOMB_TRY(audit_number(pg, actor, "requeue work item", 0, "work item", work_item_id, TOMB_STR(""), err));
	return tomb_tx_commit(&tx, err);
}
