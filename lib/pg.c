#include "tombstone/pg.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdlib.h>

enum { ARGS_MAX = 24 };
#define PG_EPOCH_US INT64_C(946684800000000) /* 2000-01-01 in Unix microseconds */

struct tomb_pg {
	PGconn *conn;
};

static const Oid oids[] = {
#define X(name, ctype, oid) [TOMB_PG_##name] = (oid),
	TOMB_PG_TYPES(X)
#undef X
};

static void clear_result(PGresult **r)
{
	PQclear(*r);
}
#define RESULT_AUTO TOMB_CLEANUP(clear_result) PGresult

/* SQLSTATE to our codes.  First match wins; a two-character entry matches its whole class. */
static const struct {
	const char *state;
	enum tomb_code code;
} states[] = {
	{"23505", TOMB_CONFLICT}, /* unique_violation */
	{"40001", TOMB_DB_RETRY}, /* serialization_failure */
	{"40P01", TOMB_DB_RETRY}, /* deadlock_detected */
	{"57P", TOMB_DB_DOWN},    /* operator intervention */
	{"08", TOMB_DB_DOWN},
	{"53", TOMB_DB_DOWN},
	{"22", TOMB_INVAL},
};

static enum tomb_code fail(const struct tomb_pg *pg, const PGresult *r, const char *what, struct tomb_err *err)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (!state)
		return TOMB_FAIL(err, TOMB_DB_DOWN, "%s: %s", what, PQerrorMessage(pg->conn));
	for (size_t i = 0; i < TOMB_COUNTOF(states); i++)
		if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
			return TOMB_FAIL(err, states[i].code, "%s: %s (%s)", what, text ? text : "", state);
	return TOMB_FAIL(err, TOMB_DB, "%s: %s (%s)", what, text ? text : "", state);
}

/* Compares what the server says of a prepared statement with what its C code was generated for. */
static enum tomb_code check(struct tomb_pg *pg, const struct tomb_pg_stmt *s, struct tomb_err *err)
{
	RESULT_AUTO *made = PQprepare(pg->conn, s->name, s->sql, 0, NULL);
	RESULT_AUTO *seen = NULL;

	if (PQresultStatus(made) != PGRES_COMMAND_OK)
		return fail(pg, made, s->from, err);
	seen = PQdescribePrepared(pg->conn, s->name);
	if (PQresultStatus(seen) != PGRES_COMMAND_OK)
		return fail(pg, seen, s->from, err);
	if ((size_t)PQnparams(seen) != s->nargs || (size_t)PQnfields(seen) != s->ncols)
		return TOMB_FAIL(err, TOMB_BUG, "%s: %d parameters and %d columns, declared %zu and %zu", s->from,
			PQnparams(seen), PQnfields(seen), s->nargs, s->ncols);
	for (int i = 0; i < PQnparams(seen); i++)
		if (PQparamtype(seen, i) != oids[s->args[i].type])
			return TOMB_FAIL(err, TOMB_BUG, "%s: $%d (%s) has type %u, declared %u", s->from, i + 1,
				s->args[i].name, PQparamtype(seen, i), oids[s->args[i].type]);
	for (int i = 0; i < PQnfields(seen); i++) {
		const struct tomb_pg_field *f = &s->cols[i];

		if (strcmp(PQfname(seen, i), f->name) != 0)
			return TOMB_FAIL(err, TOMB_BUG, "%s: column %d is %s, declared %s", s->from, i + 1,
				PQfname(seen, i), f->name);
		if (PQftype(seen, i) != oids[f->type])
			return TOMB_FAIL(err, TOMB_BUG, "%s: column %s has type %u, declared %u", s->from, f->name,
				PQftype(seen, i), oids[f->type]);
	}
	return TOMB_OK;
}

enum tomb_code tomb_pg_open(struct tomb_pg **out, const char *conninfo, const struct tomb_pg_stmt *stmts, size_t nstmts,
	struct tomb_err *err)
{
	TOMB_PG_AUTO *pg = calloc(1, sizeof *pg);

	if (!pg)
		return TOMB_FAIL(err, TOMB_NOMEM, "connection");
	pg->conn = PQconnectdb(conninfo);
	if (PQstatus(pg->conn) != CONNECTION_OK)
		return fail(pg, NULL, "connect", err);
	for (size_t i = 0; i < nstmts; i++)
		TOMB_TRY(check(pg, &stmts[i], err));
	*out = TOMB_TAKE(pg);
	return TOMB_OK;
}

void tomb_pg_close(struct tomb_pg *pg)
{
	if (!pg)
		return;
	PQfinish(pg->conn);
	free(pg);
}

/* Points value/len at the binary form of one argument; scratch holds it where it must be converted. */
static void encode(enum tomb_pg_type type, const void *p, uint64_t *scratch, const char **value, int *len)
{
	const struct tomb_str *s = p;
	int64_t i64 = 0;
	uint32_t i32 = 0;

	*value = (const char *)scratch;
	switch (type) {
	case TOMB_PG_bytea:
	case TOMB_PG_text:
		*value = s->p ? s->p : "";
		*len = (int)s->n;
		return;
	case TOMB_PG_uuid:
		*value = p;
		*len = 16;
		return;
	case TOMB_PG_bool:
		*scratch = 0;
		memcpy(scratch, p, 1);
		*len = 1;
		return;
	case TOMB_PG_int4:
		memcpy(&i32, p, 4);
		i32 = htobe32(i32);
		memcpy(scratch, &i32, 4);
		*len = 4;
		return;
	case TOMB_PG_timestamptz:
	case TOMB_PG_int8:
		memcpy(&i64, p, 8);
		*scratch = htobe64((uint64_t)(type == TOMB_PG_int8 ? i64 : i64 - PG_EPOCH_US));
		*len = 8;
		return;
	case TOMB_PG_TYPE_MAX:
		break;
	}
	__builtin_unreachable();
}

static bool decode(enum tomb_pg_type type, struct tomb_str v, struct tomb_arena *arena, void *to)
{
	struct tomb_str copy = {NULL, 0};
	uint64_t u64 = 0;
	uint32_t u32 = 0;
	int64_t i64 = 0;
	bool yes = false;

	switch (type) {
	case TOMB_PG_bytea:
	case TOMB_PG_text:
		copy = tomb_arena_str(arena, v);
		memcpy(to, &copy, sizeof copy);
		return copy.p != NULL;
	case TOMB_PG_uuid:
		memcpy(to, v.p, 16);
		return true;
	case TOMB_PG_bool:
		yes = v.p[0] != 0;
		memcpy(to, &yes, sizeof yes);
		return true;
	case TOMB_PG_int4:
		memcpy(&u32, v.p, 4);
		u32 = be32toh(u32);
		memcpy(to, &u32, 4);
		return true;
	case TOMB_PG_timestamptz:
	case TOMB_PG_int8:
		memcpy(&u64, v.p, 8);
		i64 = (int64_t)be64toh(u64) + (type == TOMB_PG_timestamptz ? PG_EPOCH_US : 0);
		memcpy(to, &i64, 8);
		return true;
	case TOMB_PG_TYPE_MAX:
		break;
	}
	__builtin_unreachable();
}

static enum tomb_code decode_rows(const PGresult *r, const struct tomb_pg_stmt *s, struct tomb_arena *arena,
	void **rows, size_t *nrows, struct tomb_err *err)
{
	size_t n = (size_t)PQntuples(r);
	unsigned char *base = tomb_arena_get(arena, n, s->row_size);

	if (!base)
		return TOMB_FAIL(err, TOMB_TOOBIG, "%s: %zu rows", s->name, n);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < s->ncols; j++) {
			const struct tomb_pg_field *f = &s->cols[j];
			unsigned char *row = base + i * s->row_size;
			struct tomb_str v = {PQgetvalue(r, (int)i, (int)j), (size_t)PQgetlength(r, (int)i, (int)j)};
			bool null = PQgetisnull(r, (int)i, (int)j) != 0;

			if (null && !f->nullable)
				return TOMB_FAIL(err, TOMB_BUG, "%s: %s is null", s->name, f->name);
			if (f->nullable)
				memcpy(row + f->null_at, &null, sizeof null);
			if (!null && !decode(f->type, v, arena, row + f->at))
				return TOMB_FAIL(err, TOMB_TOOBIG, "%s: %zu rows", s->name, n);
		}
	}
	*rows = base;
	*nrows = n;
	return TOMB_OK;
}

enum tomb_code tomb_pg_run(struct tomb_pg *pg, const struct tomb_pg_stmt *s, const void *args, struct tomb_arena *arena,
	void **rows, size_t *nrows, struct tomb_err *err)
{
	const char *values[ARGS_MAX] = {NULL};
	int lengths[ARGS_MAX] = {0};
	int formats[ARGS_MAX] = {0};
	uint64_t scratch[ARGS_MAX] = {0};
	RESULT_AUTO *r = NULL;

	for (size_t i = 0; i < s->nargs; i++) {
		const unsigned char *p = args;
		bool null = false;

		formats[i] = 1;
		if (s->args[i].nullable)
			memcpy(&null, p + s->args[i].null_at, sizeof null);
		if (!null)
			encode(s->args[i].type, p + s->args[i].at, &scratch[i], &values[i], &lengths[i]);
	}
	r = PQexecPrepared(pg->conn, s->name, (int)s->nargs, values, lengths, formats, 1);
	if (PQresultStatus(r) != (s->ncols ? PGRES_TUPLES_OK : PGRES_COMMAND_OK))
		return fail(pg, r, s->name, err);
	if (s->ncols == 0) {
		*nrows = (size_t)strtoull(PQcmdTuples(r), NULL, 10);
		return TOMB_OK;
	}
	if (s->shape == TOMB_PG_ONE && PQntuples(r) != 1)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "%s: %d rows", s->name, PQntuples(r));
	return decode_rows(r, s, arena, rows, nrows, err);
}

static enum tomb_code command(struct tomb_pg *pg, const char *sql, struct tomb_err *err)
{
	RESULT_AUTO *r = PQexec(pg->conn, sql);

	return PQresultStatus(r) == PGRES_COMMAND_OK ? TOMB_OK : fail(pg, r, sql, err);
}

enum tomb_code tomb_pg_begin(struct tomb_pg *pg, struct tomb_err *err)
{
	return command(pg, "begin isolation level repeatable read", err);
}

enum tomb_code tomb_pg_commit(struct tomb_pg *pg, struct tomb_err *err)
{
	enum tomb_code code = command(pg, "commit", err);

	/* A broken connection here leaves no way to tell whether the server committed. */
	if (code == TOMB_DB_DOWN)
		return TOMB_FAIL(err, TOMB_UNCERTAIN, "commit");
	return code;
}

void tomb_pg_rollback(struct tomb_pg *pg)
{
	struct tomb_err ignored;

	(void)command(pg, "rollback", &ignored);
}
