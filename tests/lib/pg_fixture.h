/*
 * A database for one test program.
 *
 * The first call of any function here makes it, with the ledger's schema, in the cluster whose socket's folder the
 * environment variable TOMBSTONE_TEST_PG_DIR names (superuser "postgres"), or else in a private one.  It is dropped
 * when the program ends.  A failure fails the running test.
 */
#ifndef TOMB_TEST_PG_FIXTURE_H
#define TOMB_TEST_PG_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

/* To be called, if at all, before the others. */
void tomb_fixture_pg_private(void); /* use a private cluster in any case: tomb_fixture_pg_restart() wants one */
void tomb_fixture_pg_empty(void);   /* make the database without the schema; the roles exist */

/* Connection strings for the three roles; static storage, valid until tomb_fixture_pg_fresh(). */
const char *tomb_fixture_pg_admin(void); /* superuser */
const char *tomb_fixture_pg_registry(void);
const char *tomb_fixture_pg_worker(void);

/* Drops the database, whoever is connected to it, and makes another, under another name.  Takes about 50 ms. */
void tomb_fixture_pg_fresh(void);

/* Runs statements as superuser. */
void tomb_fixture_pg_exec(const char *sql);

/* The only value of the only row, as text; NULL for null.  Valid until the program ends. */
const char *tomb_fixture_pg_value(const char *sql);

/* The same for a whole number. */
int64_t tomb_fixture_pg_number(const char *sql);

/* These need tomb_fixture_pg_private().  The first stops the server as a crash would, and starts it again.  The second
 * is for those who have given orders to the cluster (pg_cluster.h), once it takes writes again.  The third gives the
 * server a streaming copy; connection strings name both from the next tomb_fixture_pg_fresh() on. */
void tomb_fixture_pg_restart(void);
void tomb_fixture_pg_reconnect(void);
void tomb_fixture_pg_copy(void);

/* The same by kill -9 of the postmaster. */
void tomb_fixture_pg_kill(void);

/* After something that may make the server end all connections: waits until it has, and connects again once it is back.
 * False if it has not ended them by then. */
bool tomb_fixture_pg_again(int patience_ms);

#endif
