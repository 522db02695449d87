#include "tombstone/storage_option.h"

#include "authority.h"
#include "constraint.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 1024 * 1024 }; /* an option with its backends */

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	struct tomb_str subject, struct tomb_str detail, struct tomb_err *err)
{
	return tomb_audit_write(
		pg, actor, &(struct tomb_audit_entry){.verb = verb, .subject = subject, .detail = detail}, err);
}

enum tomb_code tomb_storage_backend_create(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	enum tomb_code code = TOMB_OK;
	size_t made = 0;

	TOMB_TRY(tomb_constraint_line(name, "the name of a backend", err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_BACKEND_WRITE, "create a storage backend", err));
	code = sql_storage_backend_insert(pg, &(struct sql_storage_backend_insert_args){name}, &made, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, name, err));
	if (made > 0)
		TOMB_TRY(audit(pg, actor, "create storage backend", name, TOMB_STR(""), err));
	return tomb_tx_commit(&tx, err);
}

static bool contains(struct tomb_strs list, struct tomb_str name)
{
	for (size_t i = 0; i < list.n; i++)
		if (tomb_str_eq(list.p[i], name))
			return true;
	return false;
}

static enum tomb_code check_backends(struct tomb_str option, struct tomb_strs backends, struct tomb_err *err)
{
	if (backends.n == 0)
		return TOMB_FAIL(
			err, TOMB_INVAL, "storage option \"%.*s\" needs at least one backend", TOMB_STR_ARG(option));
	for (size_t i = 1; i < backends.n; i++)
		if (contains((struct tomb_strs){backends.p, i}, backends.p[i]))
			return TOMB_FAIL(err, TOMB_INVAL, "storage option \"%.*s\" names backend \"%.*s\" twice",
				TOMB_STR_ARG(option), TOMB_STR_ARG(backends.p[i]));
	return TOMB_OK;
}

/* The option exists: is it the one that is wanted? */
static enum tomb_code compare(struct tomb_pg *pg, struct tomb_str name, int32_t min_days, struct tomb_strs backends,
	struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_storage_option_find_row *row = NULL;
	size_t n = 0;
	bool same = true;

	TOMB_TRY(sql_storage_option_find(pg, &(struct sql_storage_option_find_args){name}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_DB_RETRY, "storage option \"%.*s\" came and went", TOMB_STR_ARG(name));
	same = row->min_days == min_days && row->backends.n == backends.n;
	for (size_t i = 0; same && i < backends.n; i++)
		same = contains(row->backends, backends.p[i]);
	if (!same)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"storage option \"%.*s\" exists with other days (%" PRId32
			") or backends (%zu): copies were stored on its word, so it stays as it is",
			TOMB_STR_ARG(name), row->min_days, row->backends.n);
	return TOMB_OK;
}

static enum tomb_code create(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name, int32_t min_days,
	struct tomb_strs backends, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_storage_backends_known_row *known = NULL;
	struct sql_storage_option_insert_row *made = NULL;
	enum tomb_code code = TOMB_OK;
	size_t n = 0;
	char detail[64];

	TOMB_TRY(sql_storage_backends_known(
		pg, &(struct sql_storage_backends_known_args){backends}, arena, &known, err));
	if ((size_t)known->known != backends.n)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "storage option \"%.*s\" names a backend that is unknown",
			TOMB_STR_ARG(name));
	code = sql_storage_option_insert(
		pg, &(struct sql_storage_option_insert_args){name, min_days}, arena, &made, &n, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, name, err));
	if (n == 0)
		return compare(pg, name, min_days, backends, arena, err);
	TOMB_TRY(sql_storage_option_insert_backends(
		pg, &(struct sql_storage_option_insert_backends_args){made->id, backends}, NULL, err));
	(void)snprintf(detail, sizeof detail, "%" PRId32 " days, %zu backends", min_days, backends.n);
	return audit(pg, actor, "create storage option", name, tomb_str_from(detail), err);
}

enum tomb_code tomb_storage_option_create(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	int32_t min_days, struct tomb_strs backends, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);

	TOMB_TRY(tomb_constraint_line(name, "the name of a storage option", err));
	TOMB_TRY(check_backends(name, backends, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_STORAGE_OPTION_WRITE, "create a storage option", err));
	TOMB_TRY(create(pg, actor, name, min_days, backends, &arena, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_storage_option_list(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_storage_option **out, size_t *n, struct tomb_err *err)
{
	struct sql_storage_option_list_row *rows = NULL;
	struct tomb_storage_option *list = NULL;
	size_t nrows = 0;

	TOMB_TRY(sql_storage_option_list(pg, arena, &rows, &nrows, err));
	list = TOMB_NEW(arena, struct tomb_storage_option, nrows);
	if (!list)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu storage options", nrows);
	for (size_t i = 0; i < nrows; i++)
		list[i] = (struct tomb_storage_option){
			rows[i].id, rows[i].name, rows[i].min_days, rows[i].backends, rows[i].created_at};
	*out = list;
	*n = nrows;
	return TOMB_OK;
}

enum tomb_code tomb_storage_backend_list(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_strs *out, struct tomb_err *err)
{
	struct sql_storage_backend_list_row *rows = NULL;
	struct tomb_str *names = NULL;
	size_t n = 0;

	TOMB_TRY(sql_storage_backend_list(pg, arena, &rows, &n, err));
	names = TOMB_NEW(arena, struct tomb_str, n);
	if (!names)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu storage backends", n);
	for (size_t i = 0; i < n; i++)
		names[i] = rows[i].name;
	*out = (struct tomb_strs){names, n};
	return TOMB_OK;
}
