#include "patient.h"

#include "moment.h"
#include "pg_fixture.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SQL_MAX = 2048, WAIT_MS = 300 * 1000 };

/* What has happened is told by the result. */
static void ignore(void *arg, const char *notice)
{
	(void)arg;
	(void)notice;
}

/* False if the server has gone, or says that it will. */
static bool ask(PGconn *conn, const char *sql, int64_t *out)
{
	PGresult *r = PQexec(conn, sql);
	bool is_there = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);

	if (is_there)
		*out = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	else if (state && strncmp(state, "42", 2) == 0)
		fail_msg("%s: %s", sql, PQresultErrorMessage(r));
	PQclear(r);
	return is_there;
}

int64_t patient_number(const char *fmt, ...)
{
	static PGconn *conn; /* of this process, which opens no other */
	int64_t until = moment_ms() + WAIT_MS;
	int64_t number = 0;
	char sql[SQL_MAX];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(sql, sizeof sql, fmt, ap), 1, sizeof sql - 1);
	va_end(ap);
	if (!conn) {
		conn = PQconnectdb(tomb_fixture_pg_admin());
		(void)PQsetNoticeProcessor(conn, ignore, NULL);
	}
	while (PQstatus(conn) != CONNECTION_OK || !ask(conn, sql, &number)) {
		if (moment_ms() > until)
			fail_msg("%s: %s", sql, PQerrorMessage(conn));
		moment_pass();
		PQreset(conn);
	}
	return number;
}
