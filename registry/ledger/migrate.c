#include "tombstone/migrate.h"

#include "schema.embed.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_BYTES_MAX = 1024 * 1024 }; /* thousands of rows of schema_version */

/*
 * Everybody who migrates takes this lock first; the number is ours alone in the database ("TOMB").  Whoever waits for
 * it waits for a migration, which may take long.
 */
#define LOCK "set local lock_timeout = 0; set local statement_timeout = 0; select pg_advisory_xact_lock(1414483266);"

static const char lock[] = LOCK;

/* A change of a table waits for its readers, and makes later readers wait: not for long. */
static const char migration_limits[] = "set local lock_timeout = '30s';";

static const char bootstrap[] = LOCK "create table if not exists public.schema_version ("
				     "version int4 primary key check (version > 0), "
				     "name text not null unique, "
				     "sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'), "
				     "applied_at timestamptz not null default now()); "
				     "grant select on public.schema_version to public;";

/* Identifiers are compared byte by byte, and are text in UTF-8: in another encoding, some could not be stored at all.
 */
static const char require_utf8[] =
	"do $$ begin if current_setting('server_encoding') <> 'UTF8' then raise exception "
	"'this database is encoded in %, and the ledger needs UTF8: make another one, such as by createdb "
	"--template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME', current_setting('server_encoding') "
	"using errcode = 'TB409'; end if; end $$";

static const char require_table[] =
	"do $$ begin if to_regclass('public.schema_version') is null then raise exception "
	"'this database has no schema yet: run tombstone migrate as its owner' using errcode = 'TB404'; "
	"end if; end $$";

struct applied {
	struct sql_schema_version_list_row *rows;
	size_t n;
};

static enum tomb_code run_text(struct tomb_pg *pg, const char *sql, struct tomb_err *err)
{
	return tomb_pg_script(pg, tomb_str_from(sql), err);
}

static enum tomb_code prepare(struct tomb_pg *pg, struct tomb_err *err)
{
	const struct tomb_pg_set *const sets[] = {&sql_set_schema_version};

	return tomb_pg_prepare(pg, sets, TOMB_COUNTOF(sets), err);
}

/* The files' numbers are their places in the list: a hole there is a mistake of the build. */
static enum tomb_code check_numbers(const struct tomb_embedded *files, size_t nfiles, struct tomb_err *err)
{
	for (size_t i = 0; i < nfiles; i++) {
		char number[32];

		(void)snprintf(number, sizeof number, "%04zu_", i + 1);
		if (strncmp(files[i].name, number, strlen(number)) != 0)
			return TOMB_FAIL(
				err, TOMB_BUG, "migration %s: its name must begin with %s", files[i].name, number);
	}
	return TOMB_OK;
}

static enum tomb_code compare_one(
	const struct sql_schema_version_list_row *row, const struct tomb_embedded *file, struct tomb_err *err)
{
	if (!tomb_str_eq(row->name, tomb_str_from(file->name)))
		return TOMB_FAIL(err, TOMB_CORRUPT, "migration %d is %s in this program, but %.*s was applied",
			(int)row->version, file->name, TOMB_STR_ARG(row->name));
	if (!tomb_str_eq(row->sha256, tomb_str_from(file->sha256)))
		return TOMB_FAIL(err, TOMB_CORRUPT,
			"migration %s was changed after it was applied (sha256 %.*s then, %s now): "
			"restore it, and put the change into a new migration",
			file->name, TOMB_STR_ARG(row->sha256), file->sha256);
	return TOMB_OK;
}

/* Reads what was applied, and compares it with the files that the program has for it. */
static enum tomb_code read_applied(struct tomb_pg *pg, const struct tomb_embedded *files, size_t nfiles,
	struct tomb_arena *arena, struct applied *out, struct tomb_err *err)
{
	struct applied a = {NULL, 0};

	TOMB_TRY(sql_schema_version_list(pg, arena, &a.rows, &a.n, err));
	for (size_t i = 0; i < a.n; i++) {
		if (a.rows[i].version != (int32_t)i + 1)
			return TOMB_FAIL(err, TOMB_CORRUPT, "schema_version lacks migration %zu but has %d", i + 1,
				(int)a.rows[i].version);
		if (i < nfiles)
			TOMB_TRY(compare_one(&a.rows[i], &files[i], err));
	}
	if (a.n > nfiles)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"the database is at version %zu, newer than this program's %zu: update the program", a.n,
			nfiles);
	*out = a;
	return TOMB_OK;
}

/* Applies the next migration, if there is one; *version is its number, or 0. */
static enum tomb_code apply_next(
	struct tomb_pg *pg, const struct tomb_embedded *files, size_t nfiles, int *version, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(LIST_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	const struct tomb_embedded *next = NULL;
	struct sql_schema_version_add_args add = {0};
	struct applied applied = {NULL, 0};

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(run_text(pg, lock, err));
	TOMB_TRY(read_applied(pg, files, nfiles, &arena, &applied, err));
	*version = 0;
	if (applied.n == nfiles)
		return TOMB_OK;
	next = &files[applied.n];
	TOMB_TRY(run_text(pg, migration_limits, err));
	if (tomb_pg_script(pg, next->data, err) != TOMB_OK)
		return tomb_err_in(err, next->name);
	add.version = (int32_t)applied.n + 1;
	add.name = tomb_str_from(next->name);
	add.sha256 = tomb_str_from(next->sha256);
	TOMB_TRY(sql_schema_version_add(pg, &add, NULL, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*version = add.version;
	return TOMB_OK;
}

enum tomb_code tomb_migrate_files(struct tomb_pg *pg, const struct tomb_embedded *files, size_t nfiles,
	tomb_migrate_fn *fn, void *ctx, struct tomb_err *err)
{
	int version = 0;

	TOMB_TRY(check_numbers(files, nfiles, err));
	TOMB_TRY(run_text(pg, require_utf8, err));
	TOMB_TRY(run_text(pg, bootstrap, err));
	TOMB_TRY(prepare(pg, err));
	do {
		TOMB_TRY(apply_next(pg, files, nfiles, &version, err));
		if (version && fn)
			fn(ctx, version, files[version - 1].name);
	} while (version);
	return TOMB_OK;
}

enum tomb_code tomb_migrate_check_files(
	struct tomb_pg *pg, const struct tomb_embedded *files, size_t nfiles, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(LIST_BYTES_MAX);
	struct applied applied = {NULL, 0};

	TOMB_TRY(check_numbers(files, nfiles, err));
	TOMB_TRY(run_text(pg, require_table, err));
	TOMB_TRY(prepare(pg, err));
	TOMB_TRY(read_applied(pg, files, nfiles, &arena, &applied, err));
	if (applied.n < nfiles)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"the database is at version %zu, this program needs %zu: run tombstone migrate as its owner",
			applied.n, nfiles);
	return TOMB_OK;
}

enum tomb_code tomb_migrate(struct tomb_pg *pg, tomb_migrate_fn *fn, void *ctx, struct tomb_err *err)
{
	return tomb_migrate_files(pg, ledger_schema, ledger_schema_count, fn, ctx, err);
}

enum tomb_code tomb_migrate_check(struct tomb_pg *pg, struct tomb_err *err)
{
	return tomb_migrate_check_files(pg, ledger_schema, ledger_schema_count, err);
}
