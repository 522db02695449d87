#include "record_plan.h"

#include "authority.h"
#include "deletion_request_internal.h"

#include <inttypes.h>

/* Rounds of locking, each after somebody added something meanwhile: then the transaction begins again. */
enum { CLOSURE_TRIES = 3 };

static enum tomb_code check_form(const struct tomb_record_deletion_ask *ask, struct tomb_err *err)
{
	if (ask->nids == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "name the records to delete");
	if (ask->nids > TOMB_RECORD_DELETION_NAMED_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "%zu records are named; at most %d at once", ask->nids,
			TOMB_RECORD_DELETION_NAMED_MAX);
	if ((unsigned)ask->mode >= TOMB_RECORD_MODE_MAX || (unsigned)ask->origin >= TOMB_RECORD_BY_SQL)
		return TOMB_FAIL(err, TOMB_BUG, "mode %d, origin %d", (int)ask->mode, (int)ask->origin);
	if (ask->nids > 1 && ask->mode != TOMB_RECORD_SELF && ask->mode != TOMB_RECORD_DEFAULT)
		return TOMB_FAIL(err, TOMB_INVAL, "several records at once are deleted by mode self only");
	return TOMB_OK;
}

/* Whose they are: what is another institution's is not there (I9). */
static enum tomb_code check_named(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, const struct sql_record_delete_named_row *rows, size_t n,
	struct tomb_err *err)
{
	enum tomb_permission_scope scope = tomb_permission_of(actor, TOMB_MAY_RECORD_DELETE);

	if (scope == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_RECORD_DELETE, err);
	for (size_t i = 0; i < n; i++)
		if (scope != TOMB_SCOPE_ALL && rows[i].institution_id != actor->institution_id)
			return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no such record");
	if (n != ask->nids)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "of %zu records named, %zu are there", ask->nids, n);
	for (size_t i = 1; i < n; i++)
		if (!tomb_str_eq(rows[i].kind, rows[0].kind) || rows[i].institution_id != rows[0].institution_id)
			return TOMB_FAIL(err, TOMB_INVAL,
				"records that are deleted together are of one kind and one institution");
	if (ask->version != 0 && ask->nids == 1 && rows[0].version != ask->version)
		return TOMB_FAIL(err, TOMB_PRECONDITION,
			"record %" PRId64 " has changed: it has version %" PRId32 ", not %" PRId32, rows[0].number,
			rows[0].version, ask->version);
	return actor->user_id == 0 ? TOMB_OK : tomb_actor_check(pg, actor, err);
}

static enum tomb_code choose_mode(const struct tomb_record_deletion_ask *ask,
	const struct sql_record_delete_named_row *row, enum tomb_record_mode *out, struct tomb_err *err)
{
	if (ask->nids > 1) {
		*out = TOMB_RECORD_SELF;
		return TOMB_OK;
	}
	if (ask->mode == TOMB_RECORD_DEFAULT)
		return tomb_record_mode_parse(row->modes.p[0], out, err);
	for (size_t i = 0; i < row->modes.n; i++)
		if (tomb_str_eq(row->modes.p[i], tomb_record_mode_name(ask->mode))) {
			*out = ask->mode;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "a record of kind %.*s is not deleted by mode %.*s", TOMB_STR_ARG(row->kind),
		TOMB_STR_ARG(tomb_record_mode_name(ask->mode)));
}

static bool all_deleted(const struct sql_record_delete_named_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!tomb_str_eq(rows[i].state, TOMB_STR("deleted")))
			return false;
	return true;
}

/* Who adds a record locks what it is put into: so nothing comes any more once all was locked and counted. */
static enum tomb_code lock_closure(struct tomb_pg *pg, struct tomb_uuids ids, enum tomb_record_mode mode,
	struct tomb_arena *arena, const struct sql_record_delete_closure_row **out, struct tomb_err *err)
{
	const struct sql_record_delete_closure_args args = {
		ids, tomb_record_mode_name(mode), TOMB_RECORD_DELETION_MAX + 1};
	const struct sql_record_delete_closure_size_args again = {args.ids, args.mode, args.at_most};
	struct sql_record_delete_closure_row *closure = NULL;
	struct sql_record_delete_closure_size_row *now = NULL;

	for (int i = 0; i < CLOSURE_TRIES; i++) {
		TOMB_TRY(sql_record_delete_closure(pg, &args, arena, &closure, err));
		if (closure->ids.n > TOMB_RECORD_DELETION_MAX)
			return TOMB_FAIL(err, TOMB_TOOBIG,
				"more than %d records would be deleted at once: delete what is in it first, part by "
				"part",
				TOMB_RECORD_DELETION_MAX);
		TOMB_TRY(sql_record_delete_closure_size(pg, &again, arena, &now, err));
		if ((uint64_t)now->records == closure->ids.n) {
			*out = closure;
			return TOMB_OK;
		}
	}
	return TOMB_FAIL(err, TOMB_DB_RETRY, "records are being added to what is to be deleted");
}

enum tomb_code tomb_record_plan_make(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, struct tomb_arena *arena, struct tomb_record_plan *out,
	struct tomb_err *err)
{
	struct tomb_record_plan plan = {.mode = TOMB_RECORD_SELF};
	struct sql_record_delete_lock_row *locked = NULL;
	struct sql_record_delete_named_row *named = NULL;
	size_t n = 0;

	TOMB_TRY(check_form(ask, err));
	const struct tomb_uuids ids = {ask->ids, ask->nids};
	TOMB_TRY(sql_record_delete_lock(pg, &(struct sql_record_delete_lock_args){ids}, arena, &locked, &n, err));
	TOMB_TRY(sql_record_delete_named(
		pg, &(struct sql_record_delete_named_args){ids}, arena, &named, &plan.nnamed, err));
	TOMB_TRY(check_named(pg, actor, ask, named, plan.nnamed, err));
	plan.named = named;
	plan.was_deleted = all_deleted(named, plan.nnamed);
	plan.deletion_id = plan.was_deleted ? named[0].deletion_id : 0;
	if (!plan.was_deleted) {
		TOMB_TRY(choose_mode(ask, named, &plan.mode, err));
		TOMB_TRY(lock_closure(pg, ids, plan.mode, arena, &plan.closure, err));
	}
	*out = plan;
	return TOMB_OK;
}

struct tomb_str tomb_record_plan_mode(const struct tomb_record_plan *plan)
{
	return plan->nnamed > 1 ? TOMB_STR("several") : tomb_record_mode_name(plan->mode);
}

enum tomb_code tomb_record_plan_blockers(struct tomb_pg *pg, const struct tomb_record_plan *plan, int32_t at_most,
	struct tomb_arena *arena, struct tomb_record_blocker **out, size_t *n, struct tomb_err *err)
{
	const struct sql_record_delete_blockers_args args = {plan->closure->ids, tomb_record_plan_mode(plan), at_most};
	struct sql_record_delete_blockers_row *rows = NULL;
	struct tomb_record_blocker *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_record_delete_blockers(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_record_blocker, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu blockers", nrows);
	for (size_t i = 0; i < nrows; i++) {
		found[i] = (struct tomb_record_blocker){.id = rows[i].id,
			.number = rows[i].number,
			.title = rows[i].title,
			.rule = rows[i].rule,
			.detail = rows[i].detail};
		TOMB_TRY(tomb_record_kind_parse(rows[i].kind, &found[i].kind, err));
	}
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_record_plan_inherited(struct tomb_pg *pg, const struct tomb_record_plan *plan,
	struct tomb_arena *arena, struct tomb_record_inherited **out, size_t *n, struct tomb_err *err)
{
	struct sql_record_delete_inherited_row *row = NULL;
	struct tomb_record_inherited *found = NULL;

	*n = 0;
	*out = NULL;
	if (plan->mode != TOMB_RECORD_REASSIGN_CHILDREN)
		return TOMB_OK;
	TOMB_TRY(sql_record_delete_inherited(
		pg, &(struct sql_record_delete_inherited_args){plan->named[0].id}, arena, &row, err));
	if (row->lost.n == 0 || row->heirs == 0)
		return TOMB_OK;
	found = TOMB_NEW(arena, struct tomb_record_inherited, 1);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "what is inherited");
	*found = (struct tomb_record_inherited){TOMB_STR("rights profile"), row->lost, row->gained, row->gained.n == 0};
	*out = found;
	*n = 1;
	return TOMB_OK;
}
