#include "tombstone/record_restoration.h"

#include "deletion_request_internal.h"
#include "record_door.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024 }; /* two lists of TOMB_RECORD_RESTORATION_MAX */

struct named {
	int64_t institution_id;
	int64_t number; /* of the first */
	size_t active;
};

static enum tomb_code find_named(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_restore_ask *ask, struct tomb_arena *arena, struct named *out, struct tomb_err *err)
{
	struct sql_record_delete_lock_row *locked = NULL;
	struct sql_record_delete_named_row *rows = NULL;
	struct named found = {.active = 0};
	size_t n = 0;
	bool is_all = tomb_permission_of(actor, TOMB_MAY_RECORD_RESTORE) == TOMB_SCOPE_ALL;

	if (tomb_permission_of(actor, TOMB_MAY_RECORD_RESTORE) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_RECORD_RESTORE, err);
	if (ask->nids == 0 || ask->nids > TOMB_RECORD_RESTORATION_MAX)
		return TOMB_FAIL(err, ask->nids == 0 ? TOMB_INVAL : TOMB_TOOBIG, "name 1 to %d records to restore",
			TOMB_RECORD_RESTORATION_MAX);
	TOMB_TRY(sql_record_delete_lock(
		pg, &(struct sql_record_delete_lock_args){{ask->ids, ask->nids}}, arena, &locked, &n, err));
	TOMB_TRY(sql_record_delete_named(
		pg, &(struct sql_record_delete_named_args){{ask->ids, ask->nids}}, arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (!is_all && rows[i].institution_id != actor->institution_id)
			return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no such record");
		if (rows[i].institution_id != rows[0].institution_id)
			return TOMB_FAIL(err, TOMB_INVAL, "records that are restored together are of one institution");
		found.active += tomb_str_eq(rows[i].state, TOMB_STR("active"));
	}
	if (n != ask->nids)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "of %zu records named, %zu are there", ask->nids, n);
	found.institution_id = rows[0].institution_id;
	found.number = rows[0].number;
	*out = found;
	return actor->user_id == 0 ? TOMB_OK : tomb_actor_check(pg, actor, err);
}

static enum tomb_code check_kinds(
	struct tomb_pg *pg, struct tomb_uuids ids, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_record_restore_refused_row *refused = NULL;
	struct sql_record_restore_clash_row *clash = NULL;
	size_t n = 0;

	TOMB_TRY(sql_record_restore_refused(
		pg, &(struct sql_record_restore_refused_args){ids}, arena, &refused, &n, err));
	if (n > 0)
		return TOMB_FAIL(err, TOMB_FORBIDDEN,
			"record %" PRId64 ": Deleted records cannot be restored within MMS", refused->number);
	TOMB_TRY(sql_record_restore_clash(pg, &(struct sql_record_restore_clash_args){ids}, arena, &clash, &n, err));
	if (n > 0)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"record %" PRId64 " cannot be restored: its %.*s \"%.*s\" was given to record %" PRId64
			" meanwhile",
			clash->number, TOMB_STR_ARG(clash->what), TOMB_STR_ARG(clash->value), clash->other_number);
	return TOMB_OK;
}

static enum tomb_code carry_out(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_restore_ask *ask, const struct named *named, struct tomb_uuids ids,
	struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	struct sql_record_restore_begin_row *made = NULL;
	struct sql_record_restore_mark_row *marked = NULL;
	char subject[64];
	char detail[96];
	const struct sql_record_restore_begin_args args = {
		.institution_id = named->institution_id,
		.restored_by = actor->email,
		.user_id = actor->user_id,
		.user_id_null = actor->user_id == 0,
		.via = tomb_via_name(actor->via),
		.criteria = TOMB_STR("{}"),
		.records = (int64_t)ids.n,
	};

	TOMB_TRY(sql_record_restore_begin(pg, &args, arena, &made, err));
	TOMB_TRY(sql_record_restore_mark(
		pg, &(struct sql_record_restore_mark_args){made->id, ids, ask->keep_suppressed}, arena, &marked, err));
	if ((uint64_t)marked->records != ids.n)
		return TOMB_FAIL(err, TOMB_BUG, "%" PRId64 " records restored of %zu locked", marked->records, ids.n);
	*id = made->id;
	(void)snprintf(subject, sizeof subject, "restoration %" PRId64, made->id);
	(void)snprintf(detail, sizeof detail, "%zu records, from record %" PRId64, ids.n, named->number);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){"restore records", named->institution_id, tomb_str_from(subject),
			tomb_str_from(detail), TOMB_STR("")},
		err);
}

enum tomb_code tomb_record_door_restore(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_restore_ask *ask, struct tomb_record_restored *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_record_restore_closure_row *closure = NULL;
	struct named named = {.active = 0};
	int64_t id = 0;

	TOMB_TRY(find_named(pg, actor, ask, &arena, &named, err));
	const struct sql_record_restore_closure_args args = {
		{ask->ids, ask->nids}, ask->alone, TOMB_RECORD_RESTORATION_MAX + 1};
	TOMB_TRY(sql_record_restore_closure(pg, &args, &arena, &closure, err));
	if (closure->ids.n > TOMB_RECORD_RESTORATION_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG,
			"more than %d records would be restored: contact support, or restore part by part",
			TOMB_RECORD_RESTORATION_MAX);
	if (closure->ids.n > 0) {
		TOMB_TRY(check_kinds(pg, closure->ids, &arena, err));
		TOMB_TRY(carry_out(pg, actor, ask, &named, closure->ids, &arena, &id, err));
	}
	*out = (struct tomb_record_restored){id, (int64_t)closure->ids.n, (int64_t)named.active};
	return TOMB_OK;
}

struct restoration {
	const struct tomb_actor *actor;
	const struct tomb_record_restore_ask *ask;
	struct tomb_record_restored *out;
};

/* A tomb_tx_fn. */
static enum tomb_code restore(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	struct restoration *r = ctx;

	return tomb_record_door_restore(pg, r->actor, r->ask, r->out, err);
}

enum tomb_code tomb_record_restore(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_restore_ask *ask, struct tomb_record_restored *out, struct tomb_err *err)
{
	struct tomb_record_restored done = {0};
	struct restoration r = {actor, ask, &done};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, restore, &r, err));
	*out = done;
	return TOMB_OK;
}
