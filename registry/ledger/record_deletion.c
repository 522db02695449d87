#include "tombstone/record_deletion.h"

#include "page_internal.h"
#include "record_door.h"
#include "record_plan.h"
#include "tombstone/tx.h"

#include <inttypes.h>

struct deletion {
	const struct tomb_actor *actor;
	const struct tomb_record_deletion_ask *ask;
	struct tomb_record_deleted *out;
};

/* A tomb_tx_fn. */
static enum tomb_code delete_records(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	struct deletion *d = ctx;

	return tomb_record_door_delete(pg, d->actor, d->ask, d->out, err);
}

enum tomb_code tomb_record_delete(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_record_deleted *out, struct tomb_err *err)
{
	struct tomb_record_deleted done = {0};
	struct deletion d = {actor, ask, &done};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, delete_records, &d, err));
	*out = done;
	return TOMB_OK;
}

static enum tomb_code count_kinds(
	const struct sql_record_delete_closure_row *closure, struct tomb_record_contents *out, struct tomb_err *err)
{
	for (size_t i = 0; i < closure->kinds.n; i++) {
		enum tomb_record_kind kind = TOMB_RECORD_MMS_COLLECTION;

		TOMB_TRY(tomb_record_kind_parse(closure->kinds.p[i], &kind, err));
		out->n[kind] = closure->counts.p[i];
	}
	return TOMB_OK;
}

static enum tomb_code offer_modes(
	const struct sql_record_delete_named_row *row, struct tomb_record_preview *out, struct tomb_err *err)
{
	for (size_t i = 0; i < row->modes.n && i < TOMB_COUNTOF(out->modes); i++) {
		TOMB_TRY(tomb_record_mode_parse(row->modes.p[i], &out->modes[i], err));
		out->nmodes = i + 1;
	}
	return TOMB_OK;
}

static enum tomb_code look_inside(struct tomb_pg *pg, const struct tomb_record_plan *plan, struct tomb_arena *arena,
	struct tomb_record_preview *out, struct tomb_err *err)
{
	struct sql_record_delete_inside_row *inside = NULL;

	TOMB_TRY(sql_record_delete_inside(
		pg, &(struct sql_record_delete_inside_args){plan->named[0].id}, arena, &inside, err));
	out->children = inside->children;
	out->captures = inside->captures;
	TOMB_TRY(tomb_record_plan_inherited(pg, plan, arena, &out->inherited, &out->ninherited, err));
	out->has_new_parent = plan->mode == TOMB_RECORD_REASSIGN_CHILDREN && !plan->named[0].parent_id_null;
	out->new_parent = plan->named[0].parent_id;
	return TOMB_OK;
}

enum tomb_code tomb_record_deletion_preview(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_arena *arena, struct tomb_record_preview *out,
	struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg); /* rolled back: it only lets go of what it locked */
	struct tomb_record_preview preview = {.records = 0};
	struct tomb_record_plan plan;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_record_plan_make(pg, actor, ask, arena, &plan, err));
	if (plan.was_deleted)
		return TOMB_FAIL(err, TOMB_CONFLICT, "record %" PRId64 " is deleted already, by deletion %" PRId64,
			plan.named[0].number, plan.deletion_id);
	preview.records = (int64_t)plan.closure->ids.n;
	preview.mode = plan.mode;
	preview.has_rights = plan.closure->has_rights;
	preview.is_restorable = plan.named[0].is_restorable;
	TOMB_TRY(count_kinds(plan.closure, &preview.by_kind, err));
	TOMB_TRY(offer_modes(&plan.named[0], &preview, err));
	TOMB_TRY(tomb_record_plan_blockers(
		pg, &plan, TOMB_RECORD_BLOCKERS_MAX, arena, &preview.blockers, &preview.nblockers, err));
	TOMB_TRY(look_inside(pg, &plan, arena, &preview, err));
	*out = preview;
	return TOMB_OK;
}

enum tomb_code tomb_record_deletion_show(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t deletion_id,
	struct tomb_arena *arena, struct tomb_record_deletion *out, struct tomb_err *err)
{
	struct sql_record_delete_show_row *row = NULL;
	int64_t scope = 0;
	size_t n = 0;

	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_DELETED_READ, 0, &scope, err));
	TOMB_TRY(sql_record_delete_show(
		pg, &(struct sql_record_delete_show_args){scope, deletion_id}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no deletion %" PRId64 " of records", deletion_id);
	*out = (struct tomb_record_deletion){
		.id = row->id,
		.institution_id = row->institution_id,
		.at_us = row->at,
		.origin = tomb_record_origin_of(row->origin),
		.actor_kind = row->actor_kind,
		.actor = row->actor,
		.actor_label = row->actor_label,
		.job = row->job,
		.root_id = row->root_id,
		.mode = row->mode,
		.reason_code = row->reason_code,
		.reason = row->reason,
		.is_override = row->is_override,
		.legacy_uri = row->legacy_uri,
		.records = row->records,
	};
	return TOMB_OK;
}
