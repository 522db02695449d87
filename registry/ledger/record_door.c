#include "record_door.h"

#include "record_plan.h"
#include "tombstone/audit.h"
#include "tombstone/json_writer.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* TOMB_RECORD_DELETION_MAX ids, as often as they are locked, with a page of blockers. */
	ARENA_BYTES_MAX = 32 * 1024 * 1024,
	CONFIRMED_BYTES_MAX = 8192 /* the link, with all its quotes escaped */
};

static enum tomb_code check_count(
	const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan, struct tomb_err *err)
{
	if (ask->expect_count < 0 || (uint64_t)ask->expect_count == plan->closure->ids.n)
		return TOMB_OK;
	return TOMB_FAIL(err, TOMB_CONFLICT,
		"%" PRId64 " records were shown, and %zu would be deleted now: look again, what is in it has changed",
		ask->expect_count, plan->closure->ids.n);
}

static enum tomb_code refuse_blocked(
	struct tomb_pg *pg, const struct tomb_record_plan *plan, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_record_blocker *b = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_record_plan_blockers(pg, plan, TOMB_RECORD_BLOCKERS_MAX, arena, &b, &n, err));
	if (n == 0)
		return TOMB_OK;
	if (n == 1)
		return TOMB_FAIL(err, TOMB_CONFLICT, "record %" PRId64 " \"%.*s\" cannot be deleted: %.*s", b->number,
			TOMB_STR_ARG(b->title), TOMB_STR_ARG(b->detail));
	return TOMB_FAIL(err, TOMB_CONFLICT,
		"record %" PRId64 " \"%.*s\" cannot be deleted: %.*s (and %zu more in the way; the preview names them)",
		b->number, TOMB_STR_ARG(b->title), TOMB_STR_ARG(b->detail), n - 1);
}

static enum tomb_code refuse_lost_rights(struct tomb_pg *pg, const struct tomb_record_deletion_ask *ask,
	const struct tomb_record_plan *plan, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_record_inherited *i = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_record_plan_inherited(pg, plan, arena, &i, &n, err));
	if (n == 0 || !i->is_required || ask->confirmed.rights_not_needed || ask->confirmed.rights_replicated)
		return TOMB_OK;
	return TOMB_FAIL(err, TOMB_CONFLICT,
		"the children would lose their rights profile \"%.*s\", and gain none: give them one first",
		TOMB_STR_ARG(i->lost));
}

static enum tomb_code confirmed_json(
	const struct tomb_record_confirmations *c, struct tomb_buf *buf, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(buf);

	tomb_json_begin_object(&w, NULL);
	tomb_json_bool(&w, "not_needed_for_reference", c->not_needed_for_reference);
	tomb_json_bool(&w, "metadata_replicated", c->metadata_replicated);
	tomb_json_bool(&w, "rights_replicated", c->rights_replicated);
	tomb_json_bool(&w, "rights_not_needed", c->rights_not_needed);
	tomb_json_bool(&w, "contents_verified", c->contents_verified);
	tomb_json_end_object(&w);
	return tomb_json_done(&w, out, err);
}

static enum tomb_code begin(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan, struct tomb_arena *arena,
	int64_t *id, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(CONFIRMED_BYTES_MAX);
	struct tomb_str confirmed = {.p = NULL};
	struct sql_record_delete_begin_row *made = NULL;
	struct tomb_str kind = actor->user_id != 0 ? TOMB_STR("user") : TOMB_STR("system");

	TOMB_TRY(confirmed_json(&ask->confirmed, &buf, &confirmed, err));
	const struct sql_record_delete_begin_args args = {
		.institution_id = plan->named[0].institution_id,
		.origin = tomb_record_origin_name(ask->origin),
		.actor_kind = ask->job.n > 0 ? TOMB_STR("job") : kind,
		.actor = actor->email,
		.actor_label = ask->actor_label,
		.user_id = actor->user_id,
		.user_id_null = actor->user_id == 0,
		.job = ask->job,
		.root_id = plan->named[0].id,
		.mode = tomb_record_plan_mode(plan),
		.reason_code = ask->reason_code,
		.reason = ask->reason,
		.is_override = ask->is_override,
		.legacy_uri = ask->confirmed.legacy_uri,
		.confirmations = confirmed,
		.rights_by = ask->confirmed.rights_by,
		.rights_by_null = ask->confirmed.rights_by == 0,
		.records = (int64_t)plan->closure->ids.n,
	};
	TOMB_TRY(sql_record_delete_begin(pg, &args, arena, &made, err));
	*id = made->id;
	return TOMB_OK;
}

static enum tomb_code audit_deletion(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan, int64_t deletion_id,
	struct tomb_err *err)
{
	char subject[64];
	char detail[256];

	(void)snprintf(subject, sizeof subject, "deletion %" PRId64, deletion_id);
	(void)snprintf(detail, sizeof detail, "%zu records, %.*s, from record %" PRId64 ", %.*s%s%.*s",
		plan->closure->ids.n, TOMB_STR_ARG(tomb_record_plan_mode(plan)), plan->named[0].number,
		TOMB_STR_ARG(tomb_record_origin_name(ask->origin)), ask->is_override ? ", for another reason: " : "",
		ask->is_override && ask->reason.n < sizeof detail / 2 ? (int)ask->reason.n : 0, ask->reason.p);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){"delete records", plan->named[0].institution_id, tomb_str_from(subject),
			tomb_str_from(detail), TOMB_STR("")},
		err);
}

static enum tomb_code carry_out(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan, struct tomb_arena *arena,
	struct tomb_record_deleted *out, struct tomb_err *err)
{
	struct sql_record_delete_mark_row *marked = NULL;
	size_t changed = 0;
	int64_t id = 0;

	TOMB_TRY(begin(pg, actor, ask, plan, arena, &id, err));
	TOMB_TRY(sql_record_delete_mark(
		pg, &(struct sql_record_delete_mark_args){id, plan->closure->ids}, arena, &marked, err));
	if ((uint64_t)marked->records != plan->closure->ids.n)
		return TOMB_FAIL(err, TOMB_BUG, "%" PRId64 " records deleted of %zu locked", marked->records,
			plan->closure->ids.n);
	if (plan->mode == TOMB_RECORD_REASSIGN_CHILDREN)
		TOMB_TRY(sql_record_delete_reassign(
			pg, &(struct sql_record_delete_reassign_args){plan->named[0].id}, &changed, err));
	TOMB_TRY(audit_deletion(pg, actor, ask, plan, id, err));
	*out = (struct tomb_record_deleted){id, marked->records, false};
	return TOMB_OK;
}

enum tomb_code tomb_record_door_delete(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_record_deleted *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct tomb_record_plan plan;

	TOMB_TRY(tomb_record_plan_make(pg, actor, ask, &arena, &plan, err));
	if (plan.was_deleted) {
		*out = (struct tomb_record_deleted){plan.deletion_id, 0, true};
		return TOMB_OK;
	}
	TOMB_TRY(tomb_record_criteria_check(pg, actor, ask, &plan, &arena, err));
	TOMB_TRY(check_count(ask, &plan, err));
	TOMB_TRY(refuse_blocked(pg, &plan, &arena, err));
	TOMB_TRY(refuse_lost_rights(pg, ask, &plan, &arena, err));
	return carry_out(pg, actor, ask, &plan, &arena, out, err);
}
