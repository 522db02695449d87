#include "tombstone/pg.h"

#include "pg_conn.h"
#include "pg_state.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	CONNECT_TIMEOUT_S = 10,
	STATEMENT_TIMEOUT_MS = 30 * 1000, /* the longest of ours takes seconds; a minute would hold up a whole lane */
	LOCK_TIMEOUT_MS = 5 * 1000,
	IDLE_TX_TIMEOUT_MS = 60 * 1000,
	SETTINGS_BYTES_MAX = 4096, /* of "-c name=value" text */
	LAST_WORDS_MAX = 16,       /* pieces of what a server says unasked: a reason or two */
	BEGIN_BYTES_MAX = 128,     /* the longest has half of it */
};

static void clear_result(PGresult **r)
{
	PQclear(*r);
}
#define RESULT_AUTO TOMB_CLEANUP(clear_result) PGresult

static void free_conninfo(PQconninfoOption **o)
{
	PQconninfoFree(*o);
}
#define CONNINFO_AUTO TOMB_CLEANUP(free_conninfo) PQconninfoOption

/* The length of libpq's message without the newline that ends it. */
static int trimmed(const char *message)
{
	size_t n = strlen(message);

	while (n > 0 && message[n - 1] == '\n')
		n--;
	return (int)n;
}

enum tomb_code tomb_pg_conn_fail(struct tomb_pg *pg, const PGresult *r, const char *what, struct tomb_err *err)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);

	if (!state || !text) {
		const char *message = PQerrorMessage(pg->conn);

		pg->is_lost = true;
		return TOMB_FAIL(err, TOMB_DB_DOWN, "%s: %.*s", what, trimmed(message), message);
	}
	if (constraint)
		(void)snprintf(pg->constraint, sizeof pg->constraint, "%s", constraint);
	if (tomb_pg_state_is_ours(state))
		return TOMB_FAIL(err, tomb_pg_state_code(state), "%s", text);
	return TOMB_FAIL(err, tomb_pg_state_code(state), "%s: %s (%s%s%s)", what, text, state, constraint ? ", " : "",
		constraint ? constraint : "");
}

enum tomb_code tomb_pg_conn_ready(struct tomb_pg *pg, const char *what, struct tomb_err *err)
{
	pg->constraint[0] = '\0';
	if (pg->is_streaming)
		return TOMB_FAIL(err, TOMB_BUG, "%s: called from a row callback on the same connection", what);
	if (tomb_pg_is_broken(pg))
		return TOMB_FAIL(err, TOMB_DB_DOWN, "%s: the connection to the database is lost", what);
	return TOMB_OK;
}

void tomb_pg_conn_cancel(struct tomb_pg *pg)
{
	char why[256];
	PGcancel *cancel = PQgetCancel(pg->conn);

	/* If the server does not hear it, the statement runs to its end, and its rows are thrown away. */
	(void)PQcancel(cancel, why, sizeof why);
	PQfreeCancel(cancel);
}

static int or_default(int given, int by_default)
{
	if (given == TOMB_PG_NO_LIMIT)
		return 0;
	return given ? given : by_default;
}

/* The text of libpq's "options": our limits, then what conninfo says, then what the program depends on. */
static enum tomb_code put_settings(
	const char *conninfo, const struct tomb_pg_options *o, struct tomb_buf *b, struct tomb_err *err)
{
	char *why = NULL;
	CONNINFO_AUTO *given = PQconninfoParse(conninfo, &why);
	struct tomb_str ignored;

	if (!given && !why)
		return TOMB_FAIL(err, TOMB_NOMEM, "conninfo");
	if (!given) {
		(void)TOMB_FAIL(err, TOMB_INVAL, "conninfo: %.*s", trimmed(why), why);
		PQfreemem(why);
		return TOMB_INVAL;
	}
	tomb_buf_putf(b,
		"-c jit=off -c statement_timeout=%d -c lock_timeout=%d -c "
		"idle_in_transaction_session_timeout=%d",
		or_default(o->statement_timeout_ms, STATEMENT_TIMEOUT_MS),
		or_default(o->lock_timeout_ms, LOCK_TIMEOUT_MS), or_default(o->idle_tx_timeout_ms, IDLE_TX_TIMEOUT_MS));
	if (o->plans_once || o->plans_reads_once)
		tomb_buf_putf(b, " -c plan_cache_mode=force_generic_plan");
	for (const PQconninfoOption *i = given; i->keyword; i++)
		if (strcmp(i->keyword, "options") == 0 && i->val)
			tomb_buf_putf(b, " %s", i->val);
	tomb_buf_putf(b, " -c timezone=UTC");
	return tomb_buf_done(b, &ignored, err);
}

static void ignore_notice(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;
}

static enum tomb_code connect_to(
	struct tomb_pg *pg, const char *conninfo, const struct tomb_pg_options *o, struct tomb_err *err)
{
	TOMB_BUF_AUTO settings = tomb_buf_init(SETTINGS_BYTES_MAX);
	char timeout[16];

	TOMB_TRY(put_settings(conninfo, o, &settings, err));
	(void)snprintf(timeout, sizeof timeout, "%d", or_default(o->connect_timeout_s, CONNECT_TIMEOUT_S));
	/* Later entries win over earlier ones: conninfo stands in the middle. */
	const char *const keys[] = {"fallback_application_name", "connect_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "tcp_user_timeout", "target_session_attrs", "dbname",
		"options", "client_encoding", NULL};
	const char *const values[] = {o->application_name ? o->application_name : "tombstone", timeout, "30", "10", "3",
		"60000", "read-write", conninfo, settings.p, "UTF8", NULL};
	_Static_assert(sizeof keys == sizeof values, "pairs");

	pg->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return tomb_pg_conn_fail(pg, NULL, "connecting to the database", err);
	pg->jitter = (uint32_t)PQbackendPID(pg->conn);
	pg->is_free_in_tx = o->plans_reads_once;
	PQsetNoticeReceiver(pg->conn, ignore_notice, NULL);
	return TOMB_OK;
}

enum tomb_code tomb_pg_open_with(struct tomb_pg **out, const char *conninfo, const struct tomb_pg_options *options,
	const struct tomb_pg_set *const *sets, size_t nsets, struct tomb_err *err)
{
	TOMB_PG_AUTO *pg = calloc(1, sizeof *pg);

	if (!pg)
		return TOMB_FAIL(err, TOMB_NOMEM, "connecting to the database");
	TOMB_TRY(connect_to(pg, conninfo, options, err));
	TOMB_TRY(tomb_pg_prepare(pg, sets, nsets, err));
	*out = TOMB_TAKE(pg);
	return TOMB_OK;
}

enum tomb_code tomb_pg_open(struct tomb_pg **out, const char *conninfo, const struct tomb_pg_set *const *sets,
	size_t nsets, struct tomb_err *err)
{
	return tomb_pg_open_with(out, conninfo, &(struct tomb_pg_options){0}, sets, nsets, err);
}

void tomb_pg_close(struct tomb_pg *pg)
{
	if (!pg)
		return;
	PQfinish(pg->conn);
	free(pg);
}

static bool has_set(const struct tomb_pg *pg, const struct tomb_pg_set *set)
{
	for (size_t i = 0; i < pg->nsets; i++)
		if (pg->sets[i] == set)
			return true;
	return false;
}

enum tomb_code tomb_pg_prepare(
	struct tomb_pg *pg, const struct tomb_pg_set *const *sets, size_t nsets, struct tomb_err *err)
{
	TOMB_TRY(tomb_pg_conn_ready(pg, "preparing statements", err));
	if (pg->is_in_tx)
		return TOMB_FAIL(err, TOMB_BUG, "preparing statements inside a transaction");
	for (size_t i = 0; i < nsets; i++) {
		if (has_set(pg, sets[i]))
			continue;
		if (pg->nsets == TOMB_COUNTOF(pg->sets))
			return TOMB_FAIL(err, TOMB_TOOBIG, "more than %zu sets of statements", pg->nsets);
		TOMB_TRY(tomb_pg_stmt_prepare(pg, sets[i], err));
		pg->sets[pg->nsets++] = sets[i];
	}
	return TOMB_OK;
}

bool tomb_pg_is_broken(const struct tomb_pg *pg)
{
	return pg->is_lost || PQstatus(pg->conn) != CONNECTION_OK;
}

bool tomb_pg_is_alive(struct tomb_pg *pg)
{
	struct pollfd socket = {.fd = PQsocket(pg->conn), .events = POLLIN};

	/* Between statements nothing is expected: what can be read is the end, or what was said before it. */
	for (int i = 0; i < LAST_WORDS_MAX && !tomb_pg_is_broken(pg) && poll(&socket, 1, 0) == 1; i++)
		if (PQconsumeInput(pg->conn) == 0)
			pg->is_lost = true;
	return !tomb_pg_is_broken(pg);
}

enum tomb_code tomb_pg_reset(struct tomb_pg *pg, struct tomb_err *err)
{
	pg->constraint[0] = '\0';
	if (pg->is_in_tx || pg->is_streaming)
		return TOMB_FAIL(err, TOMB_BUG, "reset of a connection that is in use");
	pg->is_lost = true;
	PQreset(pg->conn);
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return tomb_pg_conn_fail(pg, NULL, "connecting to the database", err);
	for (size_t i = 0; i < pg->nsets; i++)
		TOMB_TRY(tomb_pg_stmt_prepare(pg, pg->sets[i], err));
	pg->is_lost = false;
	return TOMB_OK;
}

const char *tomb_pg_constraint(const struct tomb_pg *pg)
{
	return pg->constraint;
}

enum tomb_code tomb_pg_conn_begin(struct tomb_pg *pg, const char *begin, struct tomb_err *err)
{
	RESULT_AUTO *r = NULL;
	char both[BEGIN_BYTES_MAX]; /* in one round trip */

	TOMB_TRY(tomb_pg_conn_ready(pg, "begin", err));
	if (pg->is_in_tx)
		return TOMB_FAIL(err, TOMB_BUG, "begin inside a transaction");
	if (snprintf(both, sizeof both, "%s%s", begin, pg->is_free_in_tx ? "; set local plan_cache_mode = auto" : "") >=
		(int)sizeof both)
		return TOMB_FAIL(err, TOMB_BUG, "begin: too long");
	r = PQexec(pg->conn, both);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		return tomb_pg_conn_fail(pg, r, "begin", err);
	pg->is_in_tx = true;
	return TOMB_OK;
}

enum tomb_code tomb_pg_conn_commit(struct tomb_pg *pg, struct tomb_err *err)
{
	RESULT_AUTO *r = NULL;
	enum tomb_code code = tomb_pg_conn_ready(pg, "commit", err);

	pg->is_in_tx = false;
	if (code != TOMB_OK)
		return code; /* not sent: nothing was committed */
	r = PQexec(pg->conn, "commit");
	if (PQresultStatus(r) == PGRES_COMMAND_OK) {
		if (strcmp(PQcmdStatus(r), "COMMIT") == 0)
			return TOMB_OK;
		return TOMB_FAIL(err, TOMB_BUG, "commit after a statement had failed: rolled back");
	}
	code = tomb_pg_conn_fail(pg, r, "commit", err);
	/* A connection that breaks here leaves no way to tell whether the server committed. */
	if (tomb_pg_is_broken(pg))
		return TOMB_FAIL(err, TOMB_UNCERTAIN, "the connection to the database broke during commit");
	return code;
}

void tomb_pg_conn_rollback(struct tomb_pg *pg)
{
	RESULT_AUTO *r = NULL;

	pg->is_in_tx = false;
	if (tomb_pg_is_broken(pg))
		return;
	r = PQexec(pg->conn, "rollback");
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		pg->is_lost = true;
}

uint32_t tomb_pg_conn_jitter(struct tomb_pg *pg)
{
	/* Marsaglia's xorshift, started from the server process's number, which no other live connection has. */
	pg->jitter ^= pg->jitter << 13;
	pg->jitter ^= pg->jitter >> 17;
	pg->jitter ^= pg->jitter << 5;
	return pg->jitter;
}

/* The line on which the character at the server's 1-based position stands. */
static size_t line_at(struct tomb_str sql, const char *position)
{
	unsigned long at = strtoul(position, NULL, 10);
	size_t line = 1;

	for (size_t i = 0; i < sql.n && at > 1; i++) {
		if (((unsigned char)sql.p[i] & 0xc0) != 0x80) /* not the inside of a UTF-8 character */
			at--;
		line += sql.p[i] == '\n';
	}
	return line;
}

static enum tomb_code script_failed(struct tomb_pg *pg, const PGresult *r, struct tomb_str sql, struct tomb_err *err)
{
	const char *position = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
	const char *detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
	const char *context = PQresultErrorField(r, PG_DIAG_CONTEXT);
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const bool is_ours = state && tomb_pg_state_is_ours(state); /* then the text is for people */
	char where[32] = "script";
	enum tomb_code code = TOMB_OK;
	size_t used = 0;

	if (position)
		(void)snprintf(where, sizeof where, "line %zu", line_at(sql, position));
	code = tomb_pg_conn_fail(pg, r, where, err);
	used = strlen(err->text);
	if ((detail || context) && !is_ours)
		(void)snprintf(err->text + used, sizeof err->text - used, "; %s", detail ? detail : context);
	return code;
}

enum tomb_code tomb_pg_script(struct tomb_pg *pg, struct tomb_str sql, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(sql.n);
	RESULT_AUTO *r = NULL;
	ExecStatusType status = PGRES_FATAL_ERROR;
	struct tomb_str copy;

	TOMB_TRY(tomb_pg_conn_ready(pg, "script", err));
	if (sql.n && memchr(sql.p, '\0', sql.n))
		return TOMB_FAIL(err, TOMB_INVAL, "script: contains a NUL");
	tomb_buf_put(&text, sql);
	TOMB_TRY(tomb_buf_done(&text, &copy, err));
	r = PQexec(pg->conn, copy.p);
	status = PQresultStatus(r);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		return script_failed(pg, r, copy, err);
	if (pg->is_in_tx && PQtransactionStatus(pg->conn) != PQTRANS_INTRANS)
		return TOMB_FAIL(err, TOMB_BUG, "script: it ended the transaction that it ran in");
	return TOMB_OK;
}
