#include "tombstone/deletion_batch.h"

#include "authority.h"
#include "deletion_request_internal.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024 }; /* rows about one request; the list itself stays in the database */

struct filing {
	const struct tomb_actor *actor;
	const struct tomb_deletion_batch *batch;
	struct tomb_deletion_request made;
};

static enum tomb_code find_requestor(struct tomb_pg *pg, const struct filing *f, struct tomb_arena *arena,
	struct tomb_actor *out, struct tomb_err *err)
{
	struct sql_deletion_batch_requestor_args args = {f->batch->requestor_id, f->batch->institution_id};
	struct sql_deletion_batch_requestor_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_deletion_batch_requestor(pg, &args, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "invalid requestor id");
	*out = (struct tomb_actor){
		.user_id = f->batch->requestor_id,
		.institution_id = f->batch->institution_id,
		.email = row->email,
		.name = row->name,
		.role = TOMB_ROLE_INST_ADMIN,
		.via = f->actor->via,
	};
	return TOMB_OK;
}

/* Whoever is named twice is counted once, so that repetitions are refused, too. */
static enum tomb_code check_active(
	struct tomb_pg *pg, const struct tomb_deletion_batch *b, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_deletion_batch_active_args args = {b->institution_id, b->list.object_ids, b->list.file_ids};
	struct sql_deletion_batch_active_row *found = NULL;

	TOMB_TRY(sql_deletion_batch_active(pg, &args, arena, &found, err));
	if ((size_t)found->objects != b->list.object_ids.n || b->list.object_ids.n + b->list.file_ids.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "one or more object ids is invalid");
	if ((size_t)found->files != b->list.file_ids.n)
		return TOMB_FAIL(err, TOMB_INVAL, "one or more file ids is invalid");
	return TOMB_OK;
}

static enum tomb_code check_pending(
	struct tomb_pg *pg, const struct tomb_deletion_batch *b, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_obstacle *obstacles = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_deletion_obstacles(pg, b->institution_id, &b->list, 0, arena, &obstacles, &n, err));
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(obstacles[i].rule, TOMB_STR("pending")))
			return TOMB_FAIL(err, TOMB_CONFLICT,
				"task cannot be completed because this object has pending work items");
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code file(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	struct filing *f = ctx;
	const struct tomb_deletion_batch *b = f->batch;
	/* Locked object ids come back: eight bytes each. */
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX + 64 * (b->list.object_ids.n + b->list.file_ids.n));
	struct tomb_deletion_request made;
	struct tomb_actor requestor;
	size_t told = 0;

	TOMB_TRY(
		tomb_authority_all(pg, f->actor, TOMB_MAY_DELETION_BATCH, "request deletions in an admin's name", err));
	TOMB_TRY(find_requestor(pg, f, &arena, &requestor, err));
	TOMB_TRY(check_active(pg, b, &arena, err));
	TOMB_TRY(check_pending(pg, b, &arena, err));
	TOMB_TRY(tomb_deletion_request_insert(pg, f->actor, &requestor, &b->list, b->reason, &arena, &made, err));
	TOMB_TRY(sql_deletion_batch_tell_requestor(
		pg, &(struct sql_deletion_batch_tell_requestor_args){made.id}, &told, err));
	f->made = made;
	return TOMB_OK;
}

enum tomb_code tomb_deletion_batch_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_batch *batch, struct tomb_deletion_request *out, struct tomb_err *err)
{
	struct filing f = {.actor = actor, .batch = batch};

	if (batch->list.object_ids.n + batch->list.file_ids.n > TOMB_REQUEST_ITEMS_MAX)
		return TOMB_FAIL(
			err, TOMB_TOOBIG, "at most %d things are named in one request", TOMB_REQUEST_ITEMS_MAX);
	if (batch->reason.n > TOMB_REQUEST_REASON_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "the reason has at most %d bytes", TOMB_REQUEST_REASON_MAX);
	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, file, &f, err));
	*out = f.made;
	return TOMB_OK;
}
