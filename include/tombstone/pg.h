/*
 * PostgreSQL.
 *
 * The program calls the typed functions that lib/gen/sqlgen writes from .sql files; they call what is declared here.
 * Only lib/pg.c and lib/pg_stmt.c include libpq-fe.h.  A connection is used by one thread at a time.
 *
 * Errors on purpose, from every function that talks to the server:
 *	DB_DOWN         connection lost, server stopping or out of resources, statement timeout, read-only server
 *	DB_RETRY        serialization failure, deadlock, lock timeout: repeat the whole transaction
 *	CONFLICT        unique, foreign key or exclusion constraint; UNPROCESSABLE: check constraint
 *	INVAL           a value that PostgreSQL does not take (text with NUL or not UTF-8, number out of range)
 *	TOOBIG          arguments over TOMB_PG_ARGS_BYTES_MAX, or rows that do not fit the arena
 *	FORBIDDEN, NOTFOUND, CONFLICT, GONE, UNPROCESSABLE
 *	                raised by our own functions and triggers as SQLSTATE TB403, TB404, TB409, TB410, TB422; then the
 *	                error's text is exactly the server's message, which is written for people
 *	DB, BUG         anything else: a missing grant, a statement that does not fit, misuse of this interface
 */
#ifndef TOMB_PG_H
#define TOMB_PG_H

#include "tombstone/arena.h"
#include "tombstone/array.h"
#include "tombstone/uuid.h"

enum {
	/* Arguments or columns of one statement: their descriptions are kept on the stack while it runs. */
	TOMB_PG_FIELDS_MAX = 64,
	/* All arguments of one call, encoded: an array of 1,000,000 file identifiers fits, a runaway list does not. */
	TOMB_PG_ARGS_BYTES_MAX = 64 * 1024 * 1024,
	/* One row handed to a row callback: the longest row is one audit entry or event with its detail. */
	TOMB_PG_ROW_BYTES_MAX = 8 * 1024 * 1024,
	/* Text of one statement. */
	TOMB_PG_SQL_BYTES_MAX = 32 * 1024,
};

/* A timestamptz is in microseconds since 1970 UTC; these two are the SQL values infinity and -infinity. */
#define TOMB_PG_FOREVER INT64_MAX
#define TOMB_PG_NEVER INT64_MIN

enum tomb_pg_type {
#define TOMB_PG_SCALAR(id, sql, ctype, oid, size) TOMB_PG_##id,
#define TOMB_PG_ARRAY(id, element, ctype, oid) TOMB_PG_##id,
#include "tombstone/pg_types.def"
#undef TOMB_PG_SCALAR
#undef TOMB_PG_ARRAY
	TOMB_PG_TYPE_MAX
};

/* One argument or column: where it is in the struct that sqlgen wrote for it. */
struct tomb_pg_field {
	const char *name;
	enum tomb_pg_type type;
	bool is_nullable;          /* then a bool is at null_at: true for null */
	bool has_nullable_members; /* text?[], bytea?[] */
	size_t at;
	size_t null_at;
};

enum tomb_pg_shape { TOMB_PG_EXEC, TOMB_PG_ONE, TOMB_PG_OPT, TOMB_PG_MANY, TOMB_PG_EACH };

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

/* The statements of one .sql file. */
struct tomb_pg_set {
	const char *name;
	const struct tomb_pg_stmt *stmts;
	size_t nstmts;
};

struct tomb_pg;

enum { TOMB_PG_NO_LIMIT = -1 };

/* Zero means the default. */
struct tomb_pg_options {
	const char *application_name; /* "tombstone" */
	int connect_timeout_s;        /* 10 */
	int statement_timeout_ms;     /* 30,000 */
	int lock_timeout_ms;          /* 5,000 */
	int idle_tx_timeout_ms;       /* 60,000: how long a transaction may wait for us */
	bool plans_once;       /* one plan for each statement, whatever its parameters are; else as the server likes */
	bool plans_reads_once; /* the same, but within a transaction as the server likes */
};

/*
 * Connects, and prepares every statement of sets[0..nsets), refusing those whose parameters or columns differ from what
 * the C code was generated for: a program that starts is a program whose SQL fits its schema.  The refusal names each
 * statement's file and line.  The sets must outlive the connection; conninfo and the array need not.  *out is owned.
 * Sets client_encoding UTF8 and timezone UTC; conninfo may override the rest (keepalives, target_session_attrs).
 * INVAL if conninfo cannot be parsed; DB_DOWN if no server answers or lets us in; BUG or DB if a statement does not
 * fit.
 */
enum tomb_code tomb_pg_open(struct tomb_pg **out, const char *conninfo, const struct tomb_pg_set *const *sets,
	size_t nsets, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_pg_open_with(struct tomb_pg **out, const char *conninfo, const struct tomb_pg_options *options,
	const struct tomb_pg_set *const *sets, size_t nsets, struct tomb_err *err) TOMB_MUST_USE;
void tomb_pg_close(struct tomb_pg *pg); /* NULL is fine */
static inline void tomb_pg_closep(struct tomb_pg **pg)
{
	tomb_pg_close(*pg);
}
#define TOMB_PG_AUTO TOMB_CLEANUP(tomb_pg_closep) struct tomb_pg

/* As tomb_pg_open() does, on an open connection outside a transaction; a set that it has already is skipped. */
enum tomb_code tomb_pg_prepare(
	struct tomb_pg *pg, const struct tomb_pg_set *const *sets, size_t nsets, struct tomb_err *err) TOMB_MUST_USE;

/* True once the connection is lost: every call fails with DB_DOWN until tomb_pg_reset(). */
bool tomb_pg_is_broken(const struct tomb_pg *pg);

/* False if it is lost, or if the server has hung up since the last call, as it does when it restarts: then it is lost
 * from now on.  For the beginning of a piece of work; asks the server nothing. */
bool tomb_pg_is_alive(struct tomb_pg *pg);

/* Connects anew and prepares the same sets.  BUG inside a transaction; on failure the connection stays broken. */
enum tomb_code tomb_pg_reset(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;

/* The constraint that the last statement on pg violated, or "".  Valid until the next call on pg. */
const char *tomb_pg_constraint(const struct tomb_pg *pg);

/*
 * For generated code.  args points to a struct laid out as stmt->args says.  *rows, in the arena, is an array laid out
 * as stmt->cols says; of a TOMB_PG_EXEC statement *nrows is the number of rows changed, and arena and rows are NULL.
 * nrows may be NULL.  NOTFOUND if a TOMB_PG_ONE finds no row; BUG if it, or a TOMB_PG_OPT, finds more than one.
 */
enum tomb_code tomb_pg_run(struct tomb_pg *pg, const struct tomb_pg_stmt *stmt, const void *args,
	struct tomb_arena *arena, void **rows, size_t *nrows, struct tomb_err *err) TOMB_MUST_USE;

/*
 * For generated code.  Calls fn for each row as it arrives, in constant memory: row is valid during the call only.  fn
 * must not use pg.  When fn fails, the statement is cancelled and its code returned; a transaction around it can then
 * only be rolled back.  When the statement fails, fn may have seen some of its rows.
 */
typedef enum tomb_code tomb_pg_row_fn(void *ctx, const void *row, struct tomb_err *err);
enum tomb_code tomb_pg_each(struct tomb_pg *pg, const struct tomb_pg_stmt *stmt, const void *args, tomb_pg_row_fn *fn,
	void *ctx, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Runs a text of many statements, for migrations only.  The error names the line in the text.  INVAL if it contains a
 * NUL; BUG if it ended the transaction around it.
 */
enum tomb_code tomb_pg_script(struct tomb_pg *pg, struct tomb_str sql, struct tomb_err *err) TOMB_MUST_USE;

#endif
