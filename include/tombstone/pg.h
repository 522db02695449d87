/*
 * PostgreSQL, as generated statements see it.  Only lib/pg.c includes libpq-fe.h: the rest of
 * the program calls the functions that lib/gen/sqlgen writes from registry/ledger/query/.
 */
#ifndef TOMB_PG_H
#define TOMB_PG_H

#include "tombstone/arena.h"
#include "tombstone/uuid.h"

/* The SQL types the project uses: name in .sql files, C type, pg_type.oid. */
#define TOMB_PG_TYPES(X)                                                                                               \
	X(bool, bool, 16)                                                                                              \
	X(bytea, struct tomb_str, 17)                                                                                  \
	X(int8, int64_t, 20)                                                                                           \
	X(int4, int32_t, 23)                                                                                           \
	X(text, struct tomb_str, 25)                                                                                   \
	X(timestamptz, int64_t, 1184) /* us, Unix */                                                                   \
	X(uuid, struct tomb_uuid, 2950)

enum tomb_pg_type {
#define X(name, ctype, oid) TOMB_PG_##name,
	TOMB_PG_TYPES(X)
#undef X
		TOMB_PG_TYPE_MAX
};

struct tomb_pg_field {
	const char *name;
	enum tomb_pg_type type;
	bool nullable; /* then a bool follows at null_at */
	size_t at;
	size_t null_at;
};

enum tomb_pg_shape { TOMB_PG_EXEC, TOMB_PG_ONE, TOMB_PG_OPT, TOMB_PG_MANY };

struct tomb_pg_stmt {
	const char *name;
	const char *sql;
	const char *from; /* "job.sql:12", for errors */
	enum tomb_pg_shape shape;
	const struct tomb_pg_field *args;
	size_t nargs;
	const struct tomb_pg_field *cols;
	size_t ncols;
	size_t row_size;
};

struct tomb_pg;

/* Connects and prepares every statement, refusing any whose parameters or columns differ from what the C code was
 * generated for.  A binary that starts is a binary whose SQL fits its schema. */
enum tomb_code tomb_pg_open(struct tomb_pg **out, const char *conninfo, const struct tomb_pg_stmt *stmts, size_t nstmts,
	struct tomb_err *err) TOMB_MUST_USE;
void tomb_pg_close(struct tomb_pg *pg); /* NULL is fine */
static inline void tomb_pg_closep(struct tomb_pg **pg)
{
	tomb_pg_close(*pg);
}
#define TOMB_PG_AUTO TOMB_CLEANUP(tomb_pg_closep) struct tomb_pg

/* args points to a struct laid out as stmt->args says; *rows, in the arena, is an array laid out as stmt->cols says. */
enum tomb_code tomb_pg_run(struct tomb_pg *pg, const struct tomb_pg_stmt *stmt, const void *args,
	struct tomb_arena *arena, void **rows, size_t *nrows, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_pg_begin(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_pg_commit(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;
void tomb_pg_rollback(struct tomb_pg *pg);

#endif
