#include "authority.h"
#include "record_change.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* two rows */

/* Which kinds a tie joins. */
static const struct {
	struct tomb_str kind;
	enum tomb_record_kind from;
	enum tomb_record_kind to;
} ties[] = {
	{{"bound_with", 10}, TOMB_RECORD_ITEM, TOMB_RECORD_INSTANCE},
	{{"bound_with", 10}, TOMB_RECORD_ALMA_ITEM, TOMB_RECORD_ALMA_TITLE},
	{{"member_of", 9}, TOMB_RECORD_ALMA_TITLE, TOMB_RECORD_ALMA_COLLECTION},
};

struct tie {
	const struct tomb_actor *actor;
	struct tomb_uuid from;
	struct tomb_uuid to;
	struct tomb_str kind;
};

struct ends {
	const struct sql_record_write_ends_row *from;
	const struct sql_record_write_ends_row *to;
};

static enum tomb_code find_ends(
	struct tomb_pg *pg, const struct tie *t, struct tomb_arena *arena, struct ends *out, struct tomb_err *err)
{
	struct sql_record_write_ends_row *rows = NULL;
	struct ends e = {NULL, NULL};
	size_t n = 0;

	if (tomb_permission_of(t->actor, TOMB_MAY_RECORD_WRITE) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_RECORD_WRITE, err);
	TOMB_TRY(
		sql_record_write_ends(pg, &(struct sql_record_write_ends_args){t->from, t->to}, arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (!tomb_permission_covers(t->actor, TOMB_MAY_RECORD_WRITE, rows[i].institution_id))
			continue;
		if (tomb_uuid_eq(rows[i].id, t->from))
			e.from = &rows[i];
		if (tomb_uuid_eq(rows[i].id, t->to))
			e.to = &rows[i];
	}
	if (!e.from || !e.to)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "of the two records to tie, one is not there");
	*out = e;
	return tomb_authority_at(
		pg, t->actor, TOMB_MAY_RECORD_WRITE, e.from->institution_id, "create and change records", err);
}

static enum tomb_code check_kinds(const struct tie *t, const struct ends *e, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(ties); i++)
		if (tomb_str_eq(t->kind, ties[i].kind) &&
			tomb_str_eq(e->from->kind, tomb_record_kind_info(ties[i].from)->name) &&
			tomb_str_eq(e->to->kind, tomb_record_kind_info(ties[i].to)->name))
			return TOMB_OK;
	return TOMB_FAIL(err, TOMB_UNPROCESSABLE,
		"items are bound_with titles, and titles are member_of collections: there is no \"%.*s\" of %.*s and "
		"%.*s",
		(int)(t->kind.n > 64 ? 64 : t->kind.n), t->kind.p, TOMB_STR_ARG(e->from->kind),
		TOMB_STR_ARG(e->to->kind));
}

static enum tomb_code audit(
	struct tomb_pg *pg, const struct tie *t, const struct ends *e, const char *verb, struct tomb_err *err)
{
	char detail[128];

	(void)snprintf(detail, sizeof detail, "%.*s record %" PRId64, TOMB_STR_ARG(t->kind), e->to->number);
	return tomb_record_change_audit(
		pg, t->actor, verb, e->from->institution_id, e->from->number, tomb_str_from(detail), err);
}

/* A tomb_tx_fn. */
static enum tomb_code add(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	const struct tie *t = ctx;
	struct ends e = {NULL, NULL};
	size_t changed = 0;

	TOMB_TRY(find_ends(pg, t, &arena, &e, err));
	if (!e.from || !e.to)
		return TOMB_FAIL(err, TOMB_BUG, "a tie without two ends");
	TOMB_TRY(check_kinds(t, &e, err));
	if (e.from->institution_id != e.to->institution_id)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE, "records of two institutions are not tied together");
	if (e.from->is_deleted || e.to->is_deleted)
		return TOMB_FAIL(err, TOMB_CONFLICT, "record %" PRId64 " is deleted: nothing is tied to it",
			e.from->is_deleted ? e.from->number : e.to->number);
	TOMB_TRY(sql_record_write_link(
		pg, &(struct sql_record_write_link_args){t->from, t->to, t->kind}, &changed, err));
	return changed == 0 ? TOMB_OK : audit(pg, t, &e, "tie record", err);
}

/* A tomb_tx_fn. */
static enum tomb_code take_away(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	const struct tie *t = ctx;
	struct ends e = {NULL, NULL};
	size_t changed = 0;

	TOMB_TRY(find_ends(pg, t, &arena, &e, err));
	if (!e.from || !e.to)
		return TOMB_FAIL(err, TOMB_BUG, "a tie without two ends");
	TOMB_TRY(sql_record_write_unlink(
		pg, &(struct sql_record_write_unlink_args){t->from, t->to, t->kind}, &changed, err));
	if (changed == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "the two records are not tied so");
	return audit(pg, t, &e, "untie record", err);
}

enum tomb_code tomb_record_link_add(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid from,
	struct tomb_uuid to, struct tomb_str kind, struct tomb_err *err)
{
	struct tie t = {actor, from, to, kind};

	return tomb_tx_run(pg, TOMB_READ_COMMITTED, add, &t, err);
}

enum tomb_code tomb_record_link_remove(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid from,
	struct tomb_uuid to, struct tomb_str kind, struct tomb_err *err)
{
	struct tie t = {actor, from, to, kind};

	return tomb_tx_run(pg, TOMB_READ_COMMITTED, take_away, &t, err);
}
