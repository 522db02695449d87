/* Commits whose answer is lost, and statements that are changed on their way to the server. */
#include "mutation.h"
#include "run.h"

#include <libpq-fe.h>
#include <string.h>
#include <sys/socket.h>

static _Thread_local struct {
	enum cut cut;
	bool happened;
} here;

void commit_arm(enum cut cut)
{
	here.cut = cut;
	here.happened = false;
}

bool commit_happened(void)
{
	return here.happened;
}

enum cut commit_draw(struct run *r)
{
	if (r->is_healed || !dice_in_100(&r->dice, r->mood.cut))
		return CUT_NOT;
	return dice_roll(&r->dice, 2) ? CUT_BEFORE : CUT_AFTER;
}

PGresult *__real_PQexec(PGconn *c, const char *sql);
PGresult *__wrap_PQexec(PGconn *c, const char *sql);
int __real_PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types);
int __wrap_PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types);

PGresult *__wrap_PQexec(PGconn *c, const char *sql)
{
	enum cut cut = here.cut;
	PGresult *r = NULL;

	if (strcmp(sql, "commit") != 0)
		return __real_PQexec(c, sql);
	here.cut = CUT_NOT;
	if (cut == CUT_BEFORE)
		(void)shutdown(PQsocket(c), SHUT_RDWR);
	r = __real_PQexec(c, sql);
	here.happened = PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0;
	if (cut != CUT_AFTER)
		return r;
	PQclear(r);
	(void)shutdown(PQsocket(c), SHUT_RDWR);
	return __real_PQexec(c, "select"); /* what libpq says of a connection that is gone */
}

int __wrap_PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types)
{
	TOMB_BUF_AUTO changed = tomb_buf_init(TOMB_PG_SQL_BYTES_MAX);

	return __real_PQsendPrepare(c, name, mutation_of_sql(sql, &changed), n, types);
}
