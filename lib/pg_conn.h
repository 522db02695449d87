/* Inside of a connection: shared by lib/pg.c, lib/pg_stmt.c (the two that call libpq) and lib/tx.c. */
#ifndef TOMB_PG_CONN_H
#define TOMB_PG_CONN_H

#include "tombstone/pg.h"

enum { SETS_MAX = 64 }; /* one for each .sql file: a program has a few dozen */

struct pg_conn; /* PGconn, as libpq-fe.h declares it */
struct pg_result;

struct tomb_pg {
	struct pg_conn *conn;
	const struct tomb_pg_set *sets[SETS_MAX]; /* prepared, and prepared again after a reset */
	size_t nsets;
	bool is_lost;        /* no verdict came from the server, or a reset did not finish */
	bool is_in_tx;       /* a struct tomb_tx is open */
	bool is_free_in_tx;  /* there, statements are planned as the server likes */
	bool is_streaming;   /* a row callback is running */
	uint32_t jitter;     /* state of tomb_pg_conn_jitter() */
	char constraint[64]; /* of the last failure; PostgreSQL's names are shorter (NAMEDATALEN) */
};

/* What every call on a connection begins with.  BUG from within a row callback; DB_DOWN if the connection is lost. */
enum tomb_code tomb_pg_conn_ready(struct tomb_pg *pg, const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* Turns a result that is not the expected one, or NULL for none, into an error about what. */
enum tomb_code tomb_pg_conn_fail(
	struct tomb_pg *pg, const struct pg_result *r, const char *what, struct tomb_err *err) TOMB_MUST_USE;

/* As tomb_pg_each() when fn fails: asks the server to stop the running statement.  Its answers are still to be read. */
void tomb_pg_conn_cancel(struct tomb_pg *pg);

/* Prepares and checks one set, in few round trips. */
enum tomb_code tomb_pg_stmt_prepare(
	struct tomb_pg *pg, const struct tomb_pg_set *set, struct tomb_err *err) TOMB_MUST_USE;

/* Sends the given begin statement.  BUG if a transaction is open on pg. */
enum tomb_code tomb_pg_conn_begin(struct tomb_pg *pg, const char *begin, struct tomb_err *err) TOMB_MUST_USE;

/* As tomb_tx_commit(). */
enum tomb_code tomb_pg_conn_commit(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;

/* Cannot fail: a connection on which it does is broken, and the server rolls back what that had open. */
void tomb_pg_conn_rollback(struct tomb_pg *pg);

/* A number that differs between connections and from call to call, for waits; not random enough for anything else. */
uint32_t tomb_pg_conn_jitter(struct tomb_pg *pg);

#endif
