#include "record_change.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

struct import {
	const struct tomb_actor *actor;
	const struct tomb_record_given *given;
	struct tomb_record_written out;
};

/* What a record is called, by which the ledger may have it: the first of them that is not "". */
struct names {
	struct tomb_str local_id;
	struct tomb_str hrid;
};

static struct tomb_str or_none(struct tomb_str s)
{
	return s.p ? s : TOMB_STR("");
}

static struct names names_of(const struct tomb_record_draft *d)
{
	struct names n = {or_none(d->given->local_id), or_none(d->given->hrid)};

	if (n.local_id.n == 0 && n.hrid.n == 0)
		n.hrid = d->control;
	return n;
}

/* NOLINTNEXTLINE(readability-function-size): one statement, with what it needs */
static enum tomb_code look(struct tomb_pg *pg, int64_t home, const struct tomb_record_draft *d,
	struct tomb_str local_id, struct tomb_str hrid, struct tomb_arena *arena,
	struct sql_record_write_called_row **row, size_t *n, struct tomb_err *err)
{
	return sql_record_write_called(pg,
		&(struct sql_record_write_called_args){home, tomb_record_kind_info(d->kind)->name, local_id, hrid},
		arena, row, n, err);
}

/* *out is NULL if the ledger has none. */
static enum tomb_code find(struct tomb_pg *pg, int64_t home, const struct tomb_record_draft *d,
	struct tomb_arena *arena, const struct sql_record_write_called_row **out, struct tomb_err *err)
{
	const struct names names = names_of(d);
	struct tomb_str name = names.local_id.n > 0 ? names.local_id : names.hrid;
	struct sql_record_write_turn_row *turn = NULL;
	struct sql_record_write_called_row *row = NULL;
	size_t n = 0;

	if (name.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL,
			"an imported record is known by its id in its system, its HRID or field 001: it has none");
	TOMB_TRY(sql_record_write_turn(pg,
		&(struct sql_record_write_turn_args){home, tomb_record_kind_info(d->kind)->name, name}, arena, &turn,
		err));
	TOMB_TRY(look(pg, home, d, names.local_id, names.hrid, arena, &row, &n, err));
	if (n == 0 && names.local_id.n == 0 && d->control.n > 0) /* Alma's MMS ID */
		TOMB_TRY(look(pg, home, d, d->control, TOMB_STR(""), arena, &row, &n, err));
	*out = n > 0 ? row : NULL;
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code import(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TOMB_RECORD_CHANGE_ARENA_MAX);
	struct import *i = ctx;
	const struct sql_record_write_called_row *there = NULL;
	struct sql_record_write_lock_row *row = NULL;
	struct tomb_record_draft d;
	int64_t home = 0;
	size_t n = 0;
	bool says_deleted = false;

	TOMB_TRY(tomb_record_change_home(pg, i->actor, i->given, &home, err));
	TOMB_TRY(tomb_record_draft_make(i->given, i->given->kind, &arena, &d, err));
	TOMB_TRY(find(pg, home, &d, &arena, &there, err));
	says_deleted = d.verdict == TOMB_RECORD_SAYS_DELETED;
	if (!there && says_deleted)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"the record is deleted where it comes from, and there is none here to delete");
	if (!there || (there->is_deleted && !there->is_restorable && !says_deleted))
		return tomb_record_change_create(pg, i->actor, &d, home, &arena, &i->out, err);
	if (!there->is_deleted || !says_deleted)
		return tomb_record_change_update(pg, i->actor, there->id, 0, i->given, true, &arena, &i->out, err);
	TOMB_TRY(sql_record_write_lock(pg, &(struct sql_record_write_lock_args){there->id}, &arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_BUG, "a record that was there is not");
	i->out = (struct tomb_record_written){.id = there->id, .number = row->number, .version = row->version};
	return TOMB_OK;
}

enum tomb_code tomb_record_import(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_given *given, struct tomb_record_written *out, struct tomb_err *err)
{
	struct import i = {.actor = actor, .given = given};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, import, &i, err));
	*out = i.out;
	return TOMB_OK;
}
