#include "tombstone/deletion_request.h"

#include "deletion_request_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/deletion_reason.h"
#include "tombstone/duty.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024 }; /* rows about one request; the list itself stays in the database */

/* Rule to code: what is a matter of state, and what of the repository's rules. */
static enum tomb_code obstacle_code(struct tomb_str rule)
{
	bool is_state = tomb_str_eq(rule, TOMB_STR("deleted")) || tomb_str_eq(rule, TOMB_STR("pending"));

	return is_state ? TOMB_CONFLICT : TOMB_UNPROCESSABLE;
}

struct tomb_obstacle tomb_obstacle_of(struct tomb_str rule, struct tomb_str identifier, struct tomb_str detail,
	int64_t eligible_at_us, struct tomb_str eligible_day)
{
	return (struct tomb_obstacle){obstacle_code(rule), rule, identifier, detail, eligible_at_us, eligible_day};
}

enum tomb_code tomb_deletion_obstacles(struct tomb_pg *pg, int64_t institution_id,
	const struct tomb_deletion_list *list, int64_t own_request, struct tomb_arena *arena,
	struct tomb_obstacle **out, size_t *n, struct tomb_err *err)
{
	struct sql_request_obstacles_args args = {institution_id, list->object_ids, list->file_ids, own_request};
	struct sql_request_obstacles_row *rows = NULL;
	struct tomb_obstacle *found = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_request_obstacles(pg, &args, arena, &rows, &nrows, err));
	found = TOMB_NEW(arena, struct tomb_obstacle, nrows);
	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu obstacles", nrows);
	for (size_t i = 0; i < nrows; i++)
		found[i] = tomb_obstacle_of(rows[i].rule, rows[i].identifier, rows[i].detail,
			rows[i].eligible_at_null ? 0 : rows[i].eligible_at, rows[i].eligible_day);
	*out = found;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_refuse_obstacles(struct tomb_pg *pg, int64_t institution_id,
	const struct tomb_deletion_list *list, int64_t own_request, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct tomb_obstacle *o = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_obstacles(pg, institution_id, list, own_request, &arena, &o, &n, err));
	if (n == 0)
		return TOMB_OK;
	if (o->eligible_at_us != 0)
		return TOMB_FAIL(err, o->code, "%.*s cannot be deleted yet: %.*s, it may be deleted from %.*s on",
			TOMB_STR_ARG(o->identifier), TOMB_STR_ARG(o->detail), TOMB_STR_ARG(o->eligible_day));
	return TOMB_FAIL(
		err, o->code, "%.*s cannot be deleted: %.*s", TOMB_STR_ARG(o->identifier), TOMB_STR_ARG(o->detail));
}

static enum tomb_code check_input(const struct tomb_actor *actor, const struct tomb_deletion_list *list,
	struct tomb_str reason, struct tomb_err *err)
{
	size_t items = list->object_ids.n + list->file_ids.n;

	if (actor->user_id == 0)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "a deletion is asked for by a person who has signed in");
	if (!tomb_permission_covers(actor, TOMB_MAY_DELETION_REQUEST, actor->institution_id))
		return tomb_permission_refuse(TOMB_MAY_DELETION_REQUEST, err);
	if (items == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the request names no file and no object");
	if (items > TOMB_REQUEST_ITEMS_MAX)
		return TOMB_FAIL(
			err, TOMB_TOOBIG, "the request names %zu things; at most %d", items, TOMB_REQUEST_ITEMS_MAX);
	if (reason.n > TOMB_REQUEST_REASON_MAX)
		return TOMB_FAIL(
			err, TOMB_INVAL, "the reason has %zu bytes; at most %d", reason.n, TOMB_REQUEST_REASON_MAX);
	return tomb_deletion_reason_check(list->reason_code, reason, err);
}

/* Everything named is there once, and the actor's own. */
static enum tomb_code check_found(struct tomb_pg *pg, int64_t institution_id, const struct tomb_deletion_list *list,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_request_found_args args = {institution_id, list->object_ids, list->file_ids};
	struct sql_request_found_row *found = NULL;

	TOMB_TRY(sql_request_found(pg, &args, arena, &found, err));
	if (found->repeated > 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the request names %" PRId64 " things twice", found->repeated);
	if (found->twice > 0)
		return TOMB_FAIL(err, TOMB_INVAL,
			"the request names %" PRId64 " files beside the objects that hold them", found->twice);
	if ((size_t)found->objects != list->object_ids.n)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "of %zu objects named, %" PRId64 " are there", list->object_ids.n,
			found->objects);
	if ((size_t)found->files != list->file_ids.n)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "of %zu files named, %" PRId64 " are there", list->file_ids.n,
			found->files);
	return TOMB_OK;
}

/* The actor as the ledger sees him now, not as he was when he signed in. */
enum tomb_code tomb_actor_check(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_actor_now_row *now = NULL;
	unsigned duties = 0;
	size_t n = 0;

	TOMB_TRY(sql_actor_now(pg, &(struct sql_actor_now_args){actor->user_id}, &arena, &now, &n, err));
	if (n == 0 || now->institution_id != actor->institution_id ||
		!tomb_str_eq(now->role, tomb_role_name(actor->role)))
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "%.*s is no longer active in this role", TOMB_STR_ARG(actor->email));
	TOMB_TRY(tomb_duty_parse_all(now->duties, &duties, err));
	if (actor->duties & ~duties)
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "%.*s no longer has the duties of before", TOMB_STR_ARG(actor->email));
	return TOMB_OK;
}

enum tomb_code tomb_deletion_list_check(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_TRY(check_input(actor, list, TOMB_STR(""), err));
	TOMB_TRY(tomb_actor_check(pg, actor, err));
	return check_found(pg, actor->institution_id, list, arena, err);
}

static enum tomb_code insert_lists(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, const struct sql_request_insert_row *made, struct tomb_err *err)
{
	struct sql_request_insert_items_args items = {
		made->id, actor->institution_id, list->object_ids, list->file_ids};
	struct sql_request_insert_files_args files = {made->id, actor->institution_id};
	enum tomb_code code = TOMB_OK;
	size_t changed = 0;

	code = sql_request_insert_items(pg, &items, &changed, err);
	if (code == TOMB_CONFLICT)
		return TOMB_FAIL(err, TOMB_CONFLICT, "another deletion request is open for one of these things");
	TOMB_TRY(code);
	TOMB_TRY(sql_request_insert_files(pg, &files, &changed, err));
	if ((int64_t)changed != made->file_count)
		return TOMB_FAIL(err, TOMB_BUG, "request %" PRId64 " lists %zu files of %" PRId64, made->id, changed,
			made->file_count);
	return TOMB_OK;
}

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_actor *asker,
	const struct sql_request_insert_row *made, struct tomb_err *err)
{
	char subject[64];
	char detail[512];
	int n = 0;

	(void)snprintf(subject, sizeof subject, "request %" PRId64, made->id);
	n = snprintf(detail, sizeof detail, "%" PRId64 " object%s, %" PRId64 " file%s, %" PRId64 " byte%s",
		made->object_count, plural(made->object_count), made->file_count, plural(made->file_count),
		made->byte_count, plural(made->byte_count));
	if (actor != asker)
		(void)snprintf(
			detail + n, sizeof detail - (size_t)n, ", in the name of %.*s", TOMB_STR_ARG(asker->email));
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){"request deletion", asker->institution_id, tomb_str_from(subject),
			tomb_str_from(detail), made->list_digest},
		err);
}

enum tomb_code tomb_deletion_request_insert(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_actor *asker, const struct tomb_deletion_list *list, struct tomb_str reason,
	struct tomb_arena *arena, struct tomb_deletion_request *out, struct tomb_err *err)
{
	struct sql_request_lock_args lock = {asker->institution_id, list->object_ids, list->file_ids};
	struct sql_request_insert_args insert = {
		.institution_id = asker->institution_id,
		.requested_by = asker->user_id,
		.via = tomb_via_name(actor->via),
		.reason = reason,
		.reason_code = list->reason_code.p ? list->reason_code : TOMB_STR(""),
		.days = TOMB_REQUEST_DAYS,
		.object_ids = list->object_ids,
		.file_ids = list->file_ids,
	};
	struct sql_request_lock_row *locked = NULL;
	struct sql_request_insert_row *made = NULL;
	size_t n = 0;
	size_t changed = 0;

	TOMB_TRY(sql_request_lock(pg, &lock, arena, &locked, &n, err));
	TOMB_TRY(check_found(pg, asker->institution_id, list, arena, err));
	TOMB_TRY(tomb_deletion_refuse_obstacles(pg, asker->institution_id, list, 0, err));
	TOMB_TRY(sql_request_insert(pg, &insert, arena, &made, err));
	TOMB_TRY(insert_lists(pg, asker, list, made, err));
	TOMB_TRY(sql_request_insert_alerts(pg, &(struct sql_request_insert_alerts_args){made->id}, &changed, err));
	TOMB_TRY(audit(pg, actor, asker, made, err));
	*out = (struct tomb_deletion_request){made->id, made->object_count, made->file_count, made->byte_count};
	return TOMB_OK;
}

enum tomb_code tomb_deletion_request_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_str reason, struct tomb_deletion_request *out,
	struct tomb_err *err)
{
	/* Locked object ids come back: eight bytes each. */
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX + 64 * (list->object_ids.n + list->file_ids.n));
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_deletion_request made;

	TOMB_TRY(check_input(actor, list, reason, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_actor_check(pg, actor, err));
	TOMB_TRY(tomb_deletion_request_insert(pg, actor, actor, list, reason, &arena, &made, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*out = made;
	return TOMB_OK;
}

static enum tomb_code expire_one(struct tomb_pg *pg, int64_t id, struct tomb_err *err)
{
	static const struct tomb_actor dispatcher = {.email = {"dispatcher", 10}, .via = TOMB_VIA_DISPATCHER};
	struct sql_request_close_args args = {id, TOMB_STR("expired"), TOMB_STR("nobody decided in time")};
	size_t changed = 0;
	char subject[64];

	TOMB_TRY(sql_request_close(pg, &args, &changed, err));
	(void)snprintf(subject, sizeof subject, "request %" PRId64, id);
	return tomb_audit_write(pg, &dispatcher,
		&(struct tomb_audit_entry){.verb = "expire request", .subject = tomb_str_from(subject)}, err);
}

enum tomb_code tomb_deletion_request_expire(struct tomb_pg *pg, int at_most, size_t *ended, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_request_expire_due_row *due = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_request_expire_due(pg, &(struct sql_request_expire_due_args){at_most}, &arena, &due, &n, err));
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(expire_one(pg, due[i].id, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*ended = n;
	return TOMB_OK;
}
