/* Generated statements: prepared and compared with the schema, run, streamed. */
#include "pg_codec.h"
#include "pg_conn.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 32 }; /* statements sent before their answers are read: 200 take 7 round trips, and no buffer fills */

static void clear_result(PGresult **r)
{
	PQclear(*r);
}
#define RESULT_AUTO TOMB_CLEANUP(clear_result) PGresult

/* Compares what the server says of a prepared statement with what its C code was generated for. */
static enum tomb_code compare(const PGresult *seen, const struct tomb_pg_stmt *s, struct tomb_err *err)
{
	if ((size_t)PQnparams(seen) != s->nargs || (size_t)PQnfields(seen) != s->ncols)
		return TOMB_FAIL(err, TOMB_BUG, "%s: %s has %d parameters and %d columns, declared %zu and %zu",
			s->from, s->name, PQnparams(seen), PQnfields(seen), s->nargs, s->ncols);
	for (int i = 0; i < PQnparams(seen); i++) {
		const uint32_t declared = tomb_pg_codec_oid(s->args[i].type);

		if (PQparamtype(seen, i) != declared)
			return TOMB_FAIL(err, TOMB_BUG, "%s: %s: $%d (%s) is %s (%u), declared %s", s->from, s->name,
				i + 1, s->args[i].name, tomb_pg_codec_name(PQparamtype(seen, i)), PQparamtype(seen, i),
				tomb_pg_codec_name(declared));
	}
	for (int i = 0; i < PQnfields(seen); i++) {
		const struct tomb_pg_field *f = &s->cols[i];
		const uint32_t declared = tomb_pg_codec_oid(f->type);

		if (strcmp(PQfname(seen, i), f->name) != 0)
			return TOMB_FAIL(err, TOMB_BUG, "%s: %s: column %d is %s, declared %s", s->from, s->name, i + 1,
				PQfname(seen, i), f->name);
		if (PQftype(seen, i) != declared)
			return TOMB_FAIL(err, TOMB_BUG, "%s: %s: column %s is %s (%u), declared %s", s->from, s->name,
				f->name, tomb_pg_codec_name(PQftype(seen, i)), PQftype(seen, i),
				tomb_pg_codec_name(declared));
	}
	return TOMB_OK;
}

/* Each statement has a sync point of its own, so that one that is refused does not hide the next. */
static enum tomb_code send_prepare(struct tomb_pg *pg, const struct tomb_pg_stmt *s, struct tomb_err *err)
{
	if (!PQsendPrepare(pg->conn, s->name, s->sql, 0, NULL) || !PQsendDescribePrepared(pg->conn, s->name) ||
		!PQpipelineSync(pg->conn))
		return tomb_pg_conn_fail(pg, NULL, s->from, err);
	return TOMB_OK;
}

/* One result, and the NULL that ends it; none follows a sync point. */
static PGresult *next_result(struct tomb_pg *pg)
{
	PGresult *r = PQgetResult(pg->conn);

	if (r && PQresultStatus(r) != PGRES_PIPELINE_SYNC)
		PQclear(PQgetResult(pg->conn));
	return r;
}

/* Reads the three answers to send_prepare(). */
static enum tomb_code check_prepared(struct tomb_pg *pg, const struct tomb_pg_stmt *s, struct tomb_err *err)
{
	RESULT_AUTO *made = next_result(pg);
	RESULT_AUTO *seen = next_result(pg);
	RESULT_AUTO *sync = next_result(pg);

	pg->is_lost |= PQresultStatus(sync) != PGRES_PIPELINE_SYNC;
	if (PQresultStatus(made) != PGRES_COMMAND_OK)
		return tomb_pg_conn_fail(pg, made, s->from, err);
	if (PQresultStatus(seen) != PGRES_COMMAND_OK)
		return tomb_pg_conn_fail(pg, seen, s->from, err);
	if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
		return tomb_pg_conn_fail(pg, NULL, s->from, err);
	return compare(seen, s, err);
}

/* Adds a refusal to those before it, as long as there is room for its whole text. */
static void add_refusal(struct tomb_err *all, size_t n, const struct tomb_err *one)
{
	size_t used = strlen(all->text);

	if (n == 0)
		*all = *one;
	else if (used + strlen(one->text) + 2 < sizeof all->text)
		(void)snprintf(all->text + used, sizeof all->text - used, "; %s", one->text);
}

/* Counts refused statements in *refused, and collects their errors in err; fails only when the connection does. */
static enum tomb_code prepare_batch(
	struct tomb_pg *pg, const struct tomb_pg_stmt *stmts, size_t n, size_t *refused, struct tomb_err *err)
{
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(send_prepare(pg, &stmts[i], err));
	for (size_t i = 0; i < n; i++) {
		struct tomb_err one;
		enum tomb_code code = check_prepared(pg, &stmts[i], &one);

		if (code == TOMB_OK)
			continue;
		add_refusal(err, tomb_pg_is_broken(pg) ? 0 : (*refused)++, &one);
		if (tomb_pg_is_broken(pg))
			return code;
	}
	return TOMB_OK;
}

enum tomb_code tomb_pg_stmt_prepare(struct tomb_pg *pg, const struct tomb_pg_set *set, struct tomb_err *err)
{
	struct tomb_err found;
	size_t refused = 0;
	enum tomb_code code = TOMB_OK;

	if (!PQenterPipelineMode(pg->conn))
		return tomb_pg_conn_fail(pg, NULL, set->name, err);
	for (size_t i = 0; i < set->nstmts && code == TOMB_OK; i += BATCH)
		code = prepare_batch(
			pg, set->stmts + i, set->nstmts - i < BATCH ? set->nstmts - i : BATCH, &refused, &found);
	if (code == TOMB_OK && !PQexitPipelineMode(pg->conn))
		return tomb_pg_conn_fail(pg, NULL, set->name, err);
	if (code == TOMB_OK && refused == 0)
		return TOMB_OK;
	*err = found;
	return err->code;
}

/* Arguments as libpq wants them; the bytes are in a buffer, which moves while it grows. */
struct params {
	size_t at[TOMB_PG_FIELDS_MAX]; /* in the buffer */
	bool is_null[TOMB_PG_FIELDS_MAX];
	const char *values[TOMB_PG_FIELDS_MAX];
	int lengths[TOMB_PG_FIELDS_MAX];
	int formats[TOMB_PG_FIELDS_MAX];
};

static enum tomb_code encode(
	const struct tomb_pg_stmt *s, const void *args, struct tomb_buf *b, struct params *p, struct tomb_err *err)
{
	struct tomb_str bytes;

	assert(s->nargs <= TOMB_PG_FIELDS_MAX);
	for (size_t i = 0; i < s->nargs; i++) {
		const struct tomb_pg_field *f = &s->args[i];

		p->at[i] = b->n;
		p->is_null[i] = false;
		if (f->is_nullable)
			memcpy(&p->is_null[i], (const char *)args + f->null_at, sizeof p->is_null[i]);
		if (!p->is_null[i])
			TOMB_TRY(tomb_pg_codec_put(f, args, b, err));
		p->lengths[i] = (int)(b->n - p->at[i]); /* no buffer of ours reaches INT_MAX */
		p->formats[i] = 1;
	}
	if (tomb_buf_done(b, &bytes, err) != TOMB_OK)
		return tomb_err_in(err, s->name);
	for (size_t i = 0; i < s->nargs; i++)
		p->values[i] = p->is_null[i] ? NULL : bytes.p + p->at[i];
	return TOMB_OK;
}

static enum tomb_code decode(const PGresult *r, int index, const struct tomb_pg_stmt *s, struct tomb_arena *arena,
	void *row, struct tomb_err *err)
{
	for (int i = 0; i < (int)s->ncols; i++) {
		const struct tomb_pg_field *f = &s->cols[i];
		const struct tomb_str wire = {PQgetvalue(r, index, i), (size_t)PQgetlength(r, index, i)};
		const bool is_null = PQgetisnull(r, index, i) != 0;

		if (f->is_nullable)
			memcpy((char *)row + f->null_at, &is_null, sizeof is_null);
		else if (is_null)
			return TOMB_FAIL(err, TOMB_BUG, "%s: %s: %s is null", s->from, s->name, f->name);
		if (!is_null && tomb_pg_codec_get(f, wire, arena, row, err) != TOMB_OK)
			return tomb_err_in(err, s->name);
	}
	return TOMB_OK;
}

static enum tomb_code decode_all(const PGresult *r, const struct tomb_pg_stmt *s, struct tomb_arena *arena, void **rows,
	size_t *nrows, struct tomb_err *err)
{
	size_t n = (size_t)PQntuples(r);
	char *base = NULL;

	if (s->shape == TOMB_PG_ONE && n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "%s: no such row", s->name);
	if (s->shape != TOMB_PG_MANY && n > 1)
		return TOMB_FAIL(err, TOMB_BUG, "%s: %s found %zu rows, at most one expected", s->from, s->name, n);
	base = tomb_arena_get(arena, n, s->row_size);
	if (!base)
		return TOMB_FAIL(err, TOMB_TOOBIG, "%s: %zu rows do not fit into %zu bytes", s->name, n, arena->max);
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(decode(r, (int)i, s, arena, base + i * s->row_size, err));
	*rows = base;
	if (nrows)
		*nrows = n;
	return TOMB_OK;
}

enum tomb_code tomb_pg_run(struct tomb_pg *pg, const struct tomb_pg_stmt *s, const void *args, struct tomb_arena *arena,
	void **rows, size_t *nrows, struct tomb_err *err)
{
	TOMB_BUF_AUTO bytes = tomb_buf_init(TOMB_PG_ARGS_BYTES_MAX);
	RESULT_AUTO *r = NULL;
	struct params p = {.at = {0}};

	TOMB_TRY(tomb_pg_conn_ready(pg, s->name, err));
	TOMB_TRY(encode(s, args, &bytes, &p, err));
	r = PQexecPrepared(pg->conn, s->name, (int)s->nargs, p.values, p.lengths, p.formats, 1);
	if (PQresultStatus(r) != (s->ncols ? PGRES_TUPLES_OK : PGRES_COMMAND_OK))
		return tomb_pg_conn_fail(pg, r, s->name, err);
	if (s->ncols)
		return decode_all(r, s, arena, rows, nrows, err);
	if (nrows)
		*nrows = (size_t)strtoull(PQcmdTuples(r), NULL, 10);
	return TOMB_OK;
}

/* Decodes the one row of r into an arena of its own and hands it to fn. */
static enum tomb_code hand_over(
	const PGresult *r, const struct tomb_pg_stmt *s, tomb_pg_row_fn *fn, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TOMB_PG_ROW_BYTES_MAX);
	void *row = tomb_arena_get(&arena, 1, s->row_size);

	if (!row)
		return TOMB_FAIL(err, TOMB_NOMEM, "%s: one row", s->name);
	TOMB_TRY(decode(r, 0, s, &arena, row, err));
	return fn(ctx, row, err);
}

/* Until the statement ends, well or with the server's error, or is cancelled because a row could not be handed over. */
static enum tomb_code stream(
	struct tomb_pg *pg, const struct tomb_pg_stmt *s, tomb_pg_row_fn *fn, void *ctx, struct tomb_err *err)
{
	for (;;) {
		RESULT_AUTO *r = PQgetResult(pg->conn);
		enum tomb_code code = TOMB_OK;

		if (PQresultStatus(r) == PGRES_TUPLES_OK)
			return TOMB_OK;
		if (PQresultStatus(r) != PGRES_SINGLE_TUPLE)
			return tomb_pg_conn_fail(pg, r, s->name, err);
		code = hand_over(r, s, fn, ctx, err);
		if (code != TOMB_OK) {
			tomb_pg_conn_cancel(pg);
			return code;
		}
	}
}

enum tomb_code tomb_pg_each(struct tomb_pg *pg, const struct tomb_pg_stmt *s, const void *args, tomb_pg_row_fn *fn,
	void *ctx, struct tomb_err *err)
{
	TOMB_BUF_AUTO bytes = tomb_buf_init(TOMB_PG_ARGS_BYTES_MAX);
	struct params p = {.at = {0}};
	enum tomb_code code = TOMB_OK;
	PGresult *r = NULL;

	TOMB_TRY(tomb_pg_conn_ready(pg, s->name, err));
	TOMB_TRY(encode(s, args, &bytes, &p, err));
	if (!PQsendQueryPrepared(pg->conn, s->name, (int)s->nargs, p.values, p.lengths, p.formats, 1) ||
		!PQsetSingleRowMode(pg->conn))
		return tomb_pg_conn_fail(pg, NULL, s->name, err);
	tomb_buf_fini(&bytes); /* sent; a long stream need not keep it */
	pg->is_streaming = true;
	code = stream(pg, s, fn, ctx, err);
	pg->is_streaming = false;
	while ((r = PQgetResult(pg->conn)) != NULL)
		PQclear(r);
	return code;
}
