#include "pg_fault.h"

#include "pg_fixture.h"

#include <libpq-fe.h>

static struct {
	enum pg_fault fault;
	long left; /* calls before the one that fails; -1 is none */
	bool has_happened;
} armed = {.left = -1};

void pg_fault_arm(enum pg_fault fault, long n)
{
	armed.fault = fault;
	armed.left = n;
	armed.has_happened = false;
}

bool pg_fault_disarm(void)
{
	armed.left = -1;
	return armed.has_happened;
}

/* Each wrapper asks this first; true if its answer is to be lost. */
static bool loses_answer(void)
{
	if (armed.left < 0 || armed.left-- > 0)
		return false;
	armed.has_happened = true;
	if (armed.fault == PG_FAULT_NO_ANSWER)
		return true;
	tomb_fixture_pg_exec("select pg_terminate_backend(pid) from pg_stat_activity"
			     " where application_name = 'fault' and datname = current_database()");
	return false;
}

#define PARAMS                                                                                                         \
	PGconn *c, const char *name, int n, const char *const *values, const int *lengths, const int *formats,         \
		int format

PQconninfoOption *__real_PQconninfoParse(const char *conninfo, char **why);
PQconninfoOption *__wrap_PQconninfoParse(const char *conninfo, char **why);
PGconn *__real_PQconnectdbParams(const char *const *keys, const char *const *values, int expand);
PGconn *__wrap_PQconnectdbParams(const char *const *keys, const char *const *values, int expand);
PGresult *__real_PQexec(PGconn *c, const char *sql);
PGresult *__wrap_PQexec(PGconn *c, const char *sql);
PGresult *__real_PQexecPrepared(PARAMS);
PGresult *__wrap_PQexecPrepared(PARAMS);
int __real_PQsendQueryPrepared(PARAMS);
int __wrap_PQsendQueryPrepared(PARAMS);
int __real_PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types);
int __wrap_PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types);
int __real_PQsendDescribePrepared(PGconn *c, const char *name);
int __wrap_PQsendDescribePrepared(PGconn *c, const char *name);
int __real_PQpipelineSync(PGconn *c);
int __wrap_PQpipelineSync(PGconn *c);
int __real_PQenterPipelineMode(PGconn *c);
int __wrap_PQenterPipelineMode(PGconn *c);
int __real_PQexitPipelineMode(PGconn *c);
int __wrap_PQexitPipelineMode(PGconn *c);
int __real_PQsetSingleRowMode(PGconn *c);
int __wrap_PQsetSingleRowMode(PGconn *c);
PGresult *__real_PQgetResult(PGconn *c);
PGresult *__wrap_PQgetResult(PGconn *c);
PGcancel *__real_PQgetCancel(PGconn *c);
PGcancel *__wrap_PQgetCancel(PGconn *c);

static PGresult *lost(PGresult *r)
{
	PQclear(r);
	return NULL;
}

PQconninfoOption *__wrap_PQconninfoParse(const char *conninfo, char **why)
{
	return loses_answer() ? NULL : __real_PQconninfoParse(conninfo, why);
}

PGconn *__wrap_PQconnectdbParams(const char *const *keys, const char *const *values, int expand)
{
	return loses_answer() ? NULL : __real_PQconnectdbParams(keys, values, expand);
}

PGresult *__wrap_PQexec(PGconn *c, const char *sql)
{
	return loses_answer() ? lost(__real_PQexec(c, sql)) : __real_PQexec(c, sql);
}

PGresult *__wrap_PQexecPrepared(PARAMS)
{
	bool is_lost = loses_answer();
	PGresult *r = __real_PQexecPrepared(c, name, n, values, lengths, formats, format);

	return is_lost ? lost(r) : r;
}

int __wrap_PQsendQueryPrepared(PARAMS)
{
	return !loses_answer() && __real_PQsendQueryPrepared(c, name, n, values, lengths, formats, format);
}

int __wrap_PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types)
{
	return !loses_answer() && __real_PQsendPrepare(c, name, sql, n, types);
}

int __wrap_PQsendDescribePrepared(PGconn *c, const char *name)
{
	return !loses_answer() && __real_PQsendDescribePrepared(c, name);
}

int __wrap_PQpipelineSync(PGconn *c)
{
	return !loses_answer() && __real_PQpipelineSync(c);
}

int __wrap_PQenterPipelineMode(PGconn *c)
{
	return !loses_answer() && __real_PQenterPipelineMode(c);
}

int __wrap_PQexitPipelineMode(PGconn *c)
{
	return !loses_answer() && __real_PQexitPipelineMode(c);
}

int __wrap_PQsetSingleRowMode(PGconn *c)
{
	return !loses_answer() && __real_PQsetSingleRowMode(c);
}

PGresult *__wrap_PQgetResult(PGconn *c)
{
	return loses_answer() ? lost(__real_PQgetResult(c)) : __real_PQgetResult(c);
}

PGcancel *__wrap_PQgetCancel(PGconn *c)
{
	return loses_answer() ? NULL : __real_PQgetCancel(c);
}
