#include "pg_fixture.h"

#include "moment.h"
#include "pg_cluster.h"
#include "schema.embed.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/migrate.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONNINFO = 512, SQL = 512, NAME = 64, RECONNECT_MS = 240 * 1000 };

/* A text handed out by tomb_fixture_pg_value(). */
struct value {
	struct value *next;
	char text[];
};

static struct {
	bool is_private;
	bool has_copy;
	bool is_empty;
	pid_t owner; /* a forked child must not drop the database at its exit */
	const char *dir;
	PGconn *cluster;  /* to database postgres */
	PGconn *database; /* to ours */
	char template[NAME];
	char name[NAME];
	int made; /* databases so far */
	char admin[CONNINFO];
	char registry[CONNINFO];
	char worker[CONNINFO];
	struct value *values;
} fixture;

static void clear_result(PGresult **r)
{
	PQclear(*r);
}
#define RESULT_AUTO TOMB_CLEANUP(clear_result) PGresult

static PGresult *run(PGconn *conn, const char *sql)
{
	PGresult *r = PQexec(conn, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK) {
		PQclear(r);
		fail_msg("%s: %s", sql, PQerrorMessage(conn));
	}
	return r;
}

TOMB_PRINTF(2, 3) static void runf(PGconn *conn, const char *fmt, ...)
{
	char sql[SQL];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sql, sizeof sql, fmt, ap);
	va_end(ap);
	PQclear(run(conn, sql));
}

/* Both servers, of which libpq finds the one that takes writes. */
static void write_hosts(char out[static CONNINFO])
{
	if (fixture.has_copy)
		(void)snprintf(
			out, CONNINFO, "host=%s,%s/two target_session_attrs=read-write", fixture.dir, fixture.dir);
	else
		(void)snprintf(out, CONNINFO, "host=%s", fixture.dir);
}

static PGconn *connect_as_admin(const char *database)
{
	char hosts[CONNINFO];
	char conninfo[2 * CONNINFO];
	PGconn *conn = NULL;

	write_hosts(hosts);
	(void)snprintf(conninfo, sizeof conninfo, "%s user=postgres dbname=%s options='-c client_min_messages=warning'",
		hosts, database);
	conn = PQconnectdb(conninfo);
	if (PQstatus(conn) != CONNECTION_OK)
		fail_msg("%s: %s", conninfo, PQerrorMessage(conn));
	return conn;
}

static void migrate(const char *database)
{
	char conninfo[CONNINFO];
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;

	(void)snprintf(conninfo, sizeof conninfo, "host=%s user=postgres dbname=%s", fixture.dir, database);
	if (tomb_pg_open(&pg, conninfo, NULL, 0, &err) != TOMB_OK || tomb_migrate(pg, NULL, NULL, &err) != TOMB_OK)
		fail_msg("%s: %s", database, err.text);
}

/* The template is named after its schema, so that a cluster that lives longer than a build does not serve an old one.
 */
static void name_template(void)
{
	TOMB_BUF_AUTO all = tomb_buf_init(1 << 20);
	uint8_t digest[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	for (size_t i = 0; i < ledger_schema_count; i++)
		tomb_buf_putf(&all, "%s\n", ledger_schema[i].sha256);
	tomb_sha256((struct tomb_str){all.p, all.n}, digest);
	(void)snprintf(fixture.template, sizeof fixture.template, "tombstone_template_%.16s",
		tomb_hex_encode(digest, sizeof digest, hex));
}

/* Migrated once per cluster; a half-made one has another name. */
static void make_template(void)
{
	char sql[SQL];

	name_template();
	PQclear(run(fixture.cluster, "select pg_advisory_lock(1414483267)"));
	(void)snprintf(sql, sizeof sql, "select from pg_database where datname = '%s'", fixture.template);
	RESULT_AUTO *found = run(fixture.cluster, sql);

	if (PQntuples(found) == 0) {
		PQclear(run(fixture.cluster, "drop database if exists tombstone_template_new with (force)"));
		PQclear(run(fixture.cluster, "create database tombstone_template_new"));
		migrate("tombstone_template_new");
		runf(fixture.cluster, "alter database tombstone_template_new rename to %s", fixture.template);
	}
	PQclear(run(fixture.cluster, "select pg_advisory_unlock(1414483267)"));
}

static void drop_database(void)
{
	PQfinish(fixture.database);
	fixture.database = NULL;
	runf(fixture.cluster, "drop database if exists %s with (force)", fixture.name);
}

static void write_conninfo(char out[static CONNINFO], const char *user)
{
	char hosts[CONNINFO];

	write_hosts(hosts);
	assert_in_range(snprintf(out, CONNINFO, "%s user=%s dbname=%s", hosts, user, fixture.name), 1, CONNINFO - 1);
}

static void make_database(void)
{
	(void)snprintf(fixture.name, sizeof fixture.name, "test_%ld_%d", (long)getpid(), ++fixture.made);
	runf(fixture.cluster, "drop database if exists %s with (force)", fixture.name); /* of a killed namesake */
	runf(fixture.cluster, "create database %s template %s", fixture.name,
		fixture.is_empty ? "template1" : fixture.template);
	fixture.database = connect_as_admin(fixture.name);
	write_conninfo(fixture.admin, "postgres");
	write_conninfo(fixture.registry, "tombstone_registry");
	write_conninfo(fixture.worker, "tombstone_worker");
}

static void tear_down(void)
{
	if (getpid() != fixture.owner)
		return;
	if (PQstatus(fixture.cluster) != CONNECTION_OK)
		PQreset(fixture.cluster);
	drop_database();
	PQfinish(fixture.cluster);
	while (fixture.values) {
		struct value *next = fixture.values->next;

		free(fixture.values);
		fixture.values = next;
	}
}

static void set_up(void)
{
	const char *shared = getenv("TOMBSTONE_TEST_PG_DIR");

	if (fixture.owner)
		return;
	fixture.owner = getpid();
	fixture.dir = shared && !fixture.is_private ? shared : tomb_cluster_start();
	fixture.cluster = connect_as_admin("postgres");
	make_template();
	make_database();
	(void)atexit(tear_down);
}

void tomb_fixture_pg_private(void)
{
	assert_int_equal(fixture.owner, 0);
	fixture.is_private = true;
}

void tomb_fixture_pg_empty(void)
{
	assert_int_equal(fixture.owner, 0);
	fixture.is_empty = true;
}

const char *tomb_fixture_pg_admin(void)
{
	set_up();
	return fixture.admin;
}

const char *tomb_fixture_pg_registry(void)
{
	set_up();
	return fixture.registry;
}

const char *tomb_fixture_pg_worker(void)
{
	set_up();
	return fixture.worker;
}

void tomb_fixture_pg_fresh(void)
{
	set_up();
	drop_database();
	make_database();
}

void tomb_fixture_pg_exec(const char *sql)
{
	set_up();
	PQclear(run(fixture.database, sql));
}

const char *tomb_fixture_pg_value(const char *sql)
{
	struct value *v = NULL;

	set_up();
	RESULT_AUTO *r = run(fixture.database, sql);

	if (PQntuples(r) != 1 || PQnfields(r) != 1)
		fail_msg("%s: %d rows of %d values", sql, PQntuples(r), PQnfields(r));
	if (PQgetisnull(r, 0, 0))
		return NULL;
	v = malloc(sizeof *v + (size_t)PQgetlength(r, 0, 0) + 1);
	assert_non_null(v);
	memcpy(v->text, PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0) + 1);
	v->next = fixture.values;
	fixture.values = v;
	return v->text;
}

int64_t tomb_fixture_pg_number(const char *sql)
{
	const char *text = tomb_fixture_pg_value(sql);
	char *end = NULL;
	int64_t n = text ? strtoll(text, &end, 10) : 0;

	if (!text || end == text || *end)
		fail_msg("%s: %s is not a number", sql, text ? text : "null");
	return n;
}

static void reconnect(PGconn *conn)
{
	int64_t until = moment_ms() + RECONNECT_MS;

	PQreset(conn);
	while (PQstatus(conn) != CONNECTION_OK) {
		if (moment_ms() > until)
			fail_msg("the database does not come back: %s", PQerrorMessage(conn));
		moment_pass();
		PQreset(conn);
	}
}

/* A server that is about to end all connections takes new ones until it does. */
static bool wait_for_end(PGconn *conn, int patience_ms)
{
	int64_t until = moment_ms() + patience_ms;

	while (PQstatus(conn) == CONNECTION_OK) {
		PQclear(PQexec(conn, "select 1"));
		if (moment_ms() > until)
			return false;
		moment_pass();
	}
	return true;
}

static void ignore(void *arg, const char *notice)
{
	(void)arg;
	(void)notice;
}

bool tomb_fixture_pg_again(int patience_ms)
{
	(void)PQsetNoticeProcessor(fixture.cluster, ignore, NULL); /* of the end, which was expected */
	(void)PQsetNoticeProcessor(fixture.database, ignore, NULL);
	if (!wait_for_end(fixture.database, patience_ms))
		return false;
	(void)wait_for_end(fixture.cluster, patience_ms);
	reconnect(fixture.cluster);
	reconnect(fixture.database);
	return true;
}

void tomb_fixture_pg_reconnect(void)
{
	reconnect(fixture.cluster);
	reconnect(fixture.database);
}

void tomb_fixture_pg_restart(void)
{
	set_up();
	tomb_cluster_restart();
	(void)tomb_fixture_pg_again(RECONNECT_MS);
}

void tomb_fixture_pg_kill(void)
{
	set_up();
	tomb_cluster_kill();
	(void)tomb_fixture_pg_again(RECONNECT_MS);
}

void tomb_fixture_pg_copy(void)
{
	set_up();
	tomb_cluster_order(TOMB_CLUSTER_COPY);
	fixture.has_copy = true;
	PQfinish(fixture.cluster);
	fixture.cluster = connect_as_admin("postgres");
}
