#include "record_export_internal.h"

#include "page_internal.h"
#include "sql.gen.h"
#include "tombstone/folio_matrix.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	PIECE_BYTES = 64 * 1024, /* what the sink is given at once, more or less */
	/* One record more: MARCXML says each byte of 1 MiB in six at most. */
	BUF_MAX = PIECE_BYTES + 8 * TOMB_MARC_BYTES_MAX,
	ROW_ARENA_MAX = 8 * TOMB_MARC_BYTES_MAX,
	AGENTS_ARENA_MAX = 4 * 1024 * 1024,
	INSTITUTIONS_ARENA_MAX = 4 * 1024 * 1024
};

/* An export in hand. */
struct export
{
	struct tomb_pg *pg;
	const struct tomb_record_export_ask *ask;
	const struct tomb_export_format *format;
	const struct tomb_record_export_sink *sink;
	struct tomb_export_out out;
	struct tomb_record_exported done;
	int64_t scope;
	bool is_seed;
	bool in_deleted; /* which part of the file */
	int64_t passed;  /* deleted ones that the ask skips, or has */
};

static enum tomb_code flush(struct export *e, size_t unless_below, struct tomb_err *err)
{
	struct tomb_str piece = TOMB_STR("");

	TOMB_TRY(tomb_buf_done(e->out.buf, &piece, err));
	if (piece.n < unless_below || piece.n == 0)
		return TOMB_OK;
	TOMB_TRY(e->sink->piece(e->sink->ctx, piece, err));
	e->done.bytes += (int64_t)piece.n;
	tomb_buf_reset(e->out.buf);
	return TOMB_OK;
}

static enum tomb_code put_problem(struct export *e, struct tomb_uuid id, const char *text, struct tomb_err *err)
{
	struct tomb_record_export_problem problem = {id, tomb_str_from(text)};

	if (e->out.round > 0)
		return TOMB_OK;
	e->done.failed++;
	return e->sink->problem(e->sink->ctx, &problem, err);
}

/* A failure that is about one record: the rest goes on (E-12). */
static bool is_problem(enum tomb_code code)
{
	return code == TOMB_TOOBIG || code == TOMB_UNPROCESSABLE || code == TOMB_CORRUPT || code == TOMB_INVAL;
}

/* Is it one that the ask leaves out, by what the database does not look at? */
static bool is_left_out(struct export *e, const struct tomb_export_row *row)
{
	bool is_really = row->origin.n > 0;

	if (!e->in_deleted)
		return false;
	if (is_really &&
		!tomb_folio_matrix_outward(row->kind, row->source, tomb_record_origin_of(row->origin), e->is_seed)
			 .is_exported)
		return true;
	e->passed++;
	return e->passed <= e->ask->skip || (e->ask->at_most > 0 && e->passed > e->ask->skip + e->ask->at_most);
}

/* E-5, in FOLIO's words.  NULL: nothing is wrong. */
static const char *profile_refuses(const struct export *e, const struct tomb_export_row *row, char *text, size_t size)
{
	char id[TOMB_UUID_TEXT];

	if (row->kind != TOMB_RECORD_AUTHORITY)
		return NULL;
	if (row->is_deleted && e->ask->profile == TOMB_RECORD_EXPORT_ORDINARY)
		(void)snprintf(text, size,
			"Authority record %s is set for deletion and cannot be exported using this profile",
			tomb_uuid_text(row->id, id));
	else if (!row->is_deleted && e->ask->profile == TOMB_RECORD_EXPORT_DELETED_AUTHORITIES)
		(void)snprintf(
			text, size, "This profile can only be used to export authority records set for deletion");
	else
		return NULL;
	return text;
}

static enum tomb_code put_row(struct export *e, const struct tomb_export_row *row, struct tomb_err *err)
{
	size_t before = e->out.buf->n;
	struct tomb_err why = {.text = ""};
	char refusal[256];
	enum tomb_code code = TOMB_OK;

	if (is_left_out(e, row))
		return TOMB_OK;
	if (profile_refuses(e, row, refusal, sizeof refusal))
		return put_problem(e, row->id, refusal, err);
	tomb_arena_reset(e->out.arena);
	tomb_buf_reset(e->out.scratch);
	code = e->format->put(&e->out, row, &why);
	if (is_problem(code)) {
		e->out.buf->n = before;
		return put_problem(e, row->id, why.text, err);
	}
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	if (e->out.round == 0)
		*(e->in_deleted ? &e->done.deleted : &e->done.live) += 1;
	return flush(e, PIECE_BYTES, err);
}

/* The three statements of records have the same columns. */
#define TAKE_ROW(e, row, err)                                                                                          \
	do {                                                                                                           \
		struct tomb_export_row seen = {                                                                        \
			.id = (row)->id,                                                                               \
			.source = (row)->source,                                                                       \
			.is_deleted = (e)->in_deleted,                                                                 \
			.hrid = (row)->hrid,                                                                           \
			.local_id = (row)->local_id,                                                                   \
			.title = (row)->title,                                                                         \
			.at_us = (row)->deleted_at_null ? (row)->updated_at : (row)->deleted_at,                       \
			.has_marc = (row)->has_marc,                                                                   \
			.marc = {(row)->marc_null ? TOMB_STR("") : (row)->marc, TOMB_MARC_ISO2709, (row)->leader_at,   \
				(row)->at_005},                                                                        \
			.mods = (row)->mods_null ? TOMB_STR("") : (row)->mods,                                         \
			.parent_hrid = (row)->parent_hrid,                                                             \
			.deletion_id = (row)->deletion_id,                                                             \
			.origin = (row)->origin,                                                                       \
			.actor = (row)->actor,                                                                         \
			.mode = (row)->mode,                                                                           \
			.reason = (row)->reason,                                                                       \
			.tombstone = (row)->tombstone_null ? TOMB_STR("") : (row)->tombstone,                          \
		};                                                                                                     \
		if (!(row)->event_id_null)                                                                             \
			seen.event_id = (row)->event_id;                                                               \
		if ((row)->has_marc && !tomb_marc_form_parse((row)->marc_form, &seen.marc.form))                       \
			return TOMB_FAIL(                                                                              \
				(err), TOMB_BUG, "unknown form of MARC \"%.*s\"", TOMB_STR_ARG((row)->marc_form));     \
		TOMB_TRY(tomb_record_kind_parse((row)->kind, &seen.kind, (err)));                                      \
		return put_row((e), &seen, (err));                                                                     \
	} while (0)

static enum tomb_code take_row(void *ctx, const struct sql_record_export_rows_row *row, struct tomb_err *err)
{
	TAKE_ROW((struct export *)ctx, row, err);
}

static enum tomb_code take_dated(void *ctx, const struct sql_record_export_dated_row *row, struct tomb_err *err)
{
	TAKE_ROW((struct export *)ctx, row, err);
}

static enum tomb_code take_named(void *ctx, const struct sql_record_export_named_row *row, struct tomb_err *err)
{
	TAKE_ROW((struct export *)ctx, row, err);
}

static enum tomb_code take_missing(void *ctx, const struct sql_record_export_missing_row *row, struct tomb_err *err)
{
	return put_problem(ctx, row->id, "there is no such record", err);
}

/* Which live instances a pass has: with compat_folio = seed those that are suppressed twice count as deleted (F-47). */
enum hidden { WHICHEVER, ONLY_HIDDEN, NO_HIDDEN };
static const struct tomb_str hidden_words[] = {{"", 0}, {"yes", 3}, {"no", 2}};

static struct tomb_str state_of(bool is_deleted)
{
	return is_deleted ? TOMB_STR("deleted") : TOMB_STR("active");
}

static enum tomb_code kind_names(const struct export *e, struct tomb_strs *out, struct tomb_err *err)
{
	struct tomb_str *names = NULL;

	tomb_arena_reset(e->out.arena);
	names = TOMB_NEW(e->out.arena, struct tomb_str, e->ask->nkinds);
	if (!names)
		return TOMB_FAIL(err, TOMB_NOMEM, "kinds of records");
	for (size_t i = 0; i < e->ask->nkinds; i++)
		names[i] = tomb_record_kind_info(e->ask->kinds[i])->name;
	*out = (struct tomb_strs){names, e->ask->nkinds};
	return TOMB_OK;
}

static enum tomb_code pass_named(struct export *e, bool is_deleted, enum hidden hidden, struct tomb_err *err)
{
	const struct tomb_export_format *f = e->format;
	struct tomb_strs kinds;

	TOMB_TRY(kind_names(e, &kinds, err));
	return sql_record_export_named(e->pg,
		&(struct sql_record_export_named_args){e->scope, kinds, {e->ask->ids, e->ask->nids},
			state_of(is_deleted), e->in_deleted || e->ask->suppressed, hidden_words[hidden], f->wants_marc,
			f->wants_mods, f->wants_tombstone},
		take_named, e, err);
}

static enum tomb_code pass_dated(struct export *e, int64_t institution, struct tomb_err *err)
{
	const struct tomb_export_format *f = e->format;
	int64_t until = e->ask->deleted_until_us == 0 ? TOMB_PG_FOREVER : e->ask->deleted_until_us;
	struct tomb_strs kinds;

	TOMB_TRY(kind_names(e, &kinds, err));
	return sql_record_export_dated(e->pg,
		&(struct sql_record_export_dated_args){institution, kinds, e->ask->deleted_from_us, until,
			f->wants_marc, f->wants_mods, f->wants_tombstone},
		take_dated, e, err);
}

static enum tomb_code pass_kinds(
	struct export *e, int64_t institution, bool is_deleted, enum hidden hidden, struct tomb_err *err)
{
	const struct tomb_export_format *f = e->format;

	for (size_t i = 0; i < e->ask->nkinds; i++)
		TOMB_TRY(sql_record_export_rows(e->pg,
			&(struct sql_record_export_rows_args){institution,
				tomb_record_kind_info(e->ask->kinds[i])->name, state_of(is_deleted),
				e->in_deleted || e->ask->suppressed, hidden_words[hidden], f->wants_marc, f->wants_mods,
				f->wants_tombstone},
			take_row, e, err));
	return TOMB_OK;
}

/* Everything that is in this state, of every institution. */
static enum tomb_code pass(
	struct export *e, struct tomb_int8s institutions, bool is_deleted, enum hidden hidden, struct tomb_err *err)
{
	bool is_dated = is_deleted && (e->ask->deleted_from_us != 0 || e->ask->deleted_until_us != 0);

	if (e->ask->nids > 0)
		return pass_named(e, is_deleted, hidden, err);
	for (size_t i = 0; i < institutions.n; i++)
		TOMB_TRY(is_dated ? pass_dated(e, institutions.p[i], err)
				  : pass_kinds(e, institutions.p[i], is_deleted, hidden, err));
	return TOMB_OK;
}

static enum tomb_code one_round(struct export *e, struct tomb_int8s institutions, struct tomb_err *err)
{
	bool is_dated = e->ask->deleted_from_us != 0 || e->ask->deleted_until_us != 0;

	e->passed = 0;
	e->in_deleted = false;
	if (e->ask->live)
		TOMB_TRY(pass(e, institutions, false, e->is_seed ? NO_HIDDEN : WHICHEVER, err));
	if (!e->ask->deleted)
		return TOMB_OK;
	e->in_deleted = true;
	TOMB_TRY(pass(e, institutions, true, WHICHEVER, err));
	return e->is_seed && !is_dated ? pass(e, institutions, false, ONLY_HIDDEN, err) : TOMB_OK;
}

static enum tomb_code put_missing(struct export *e, struct tomb_err *err)
{
	struct tomb_strs kinds;

	if (e->ask->nids == 0)
		return TOMB_OK;
	TOMB_TRY(kind_names(e, &kinds, err));
	return sql_record_export_missing(e->pg,
		&(struct sql_record_export_missing_args){e->scope, kinds, {e->ask->ids, e->ask->nids}}, take_missing, e,
		err);
}

static enum tomb_code put_file(struct export *e, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_record_export_begin_row *begin = NULL;
	struct sql_record_export_institutions_row *found = NULL;
	int64_t *ids = NULL;
	size_t n = 0;

	TOMB_TRY(sql_record_export_begin(e->pg, arena, &begin, err));
	e->is_seed = begin->is_seed;
	TOMB_TRY(sql_record_export_institutions(
		e->pg, &(struct sql_record_export_institutions_args){e->scope}, arena, &found, &n, err));
	ids = TOMB_NEW(arena, int64_t, n + 1);
	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu institutions", n);
	for (size_t i = 0; i < n; i++)
		ids[i] = found[i].id;
	e->format->begin(&e->out);
	for (e->out.round = 0; e->out.round < e->format->rounds; e->out.round++)
		TOMB_TRY(one_round(e, (struct tomb_int8s){ids, n}, err));
	e->out.round = 0;
	TOMB_TRY(put_missing(e, err));
	e->format->end(&e->out);
	return flush(e, 0, err);
}

static enum tomb_code check(const struct tomb_record_export_ask *ask, struct tomb_err *err)
{
	if (ask->nkinds == 0 || (!ask->live && !ask->deleted))
		return TOMB_FAIL(err, TOMB_INVAL, "an export is of kinds of records, live or deleted ones or both");
	if (ask->live && tomb_export_format(ask->format)->wants_tombstone)
		return TOMB_FAIL(err, TOMB_INVAL, "%.*s is a format for deleted records only",
			TOMB_STR_ARG(tomb_record_export_format_info(ask->format)->name));
	if (ask->live && (ask->deleted_from_us != 0 || ask->deleted_until_us != 0))
		return TOMB_FAIL(err, TOMB_INVAL, "live records have no day on which they were deleted");
	if (ask->nids > TOMB_RECORD_EXPORT_NAMED_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "more than %d records are named", TOMB_RECORD_EXPORT_NAMED_MAX);
	if (ask->skip < 0 || ask->at_most < 0)
		return TOMB_FAIL(err, TOMB_INVAL, "fewer than no records");
	return TOMB_OK;
}

enum tomb_code tomb_record_export(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_export_ask *ask, const struct tomb_record_export_sink *sink,
	struct tomb_record_exported *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(INSTITUTIONS_ARENA_MAX);
	TOMB_ARENA_AUTO row = tomb_arena_init(ROW_ARENA_MAX);
	TOMB_BUF_AUTO buf = tomb_buf_init(BUF_MAX);
	TOMB_BUF_AUTO scratch = tomb_buf_init(BUF_MAX);
	struct tomb_export_agents agents = {.arena = tomb_arena_init(AGENTS_ARENA_MAX)};
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct export e = {.pg = pg, .ask = ask, .sink = sink};
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(check(ask, err));
	TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_EXPORT, ask->institution_id, &e.scope, err));
	if (ask->deleted)
		TOMB_TRY(tomb_scope(actor, TOMB_MAY_RECORD_DELETED_READ, ask->institution_id, &e.scope, err));
	e.format = tomb_export_format(ask->format);
	e.out = (struct tomb_export_out){.buf = &buf, .scratch = &scratch, .arena = &row, .agents = &agents};
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, err));
	code = put_file(&e, &arena, err);
	tomb_arena_fini(&agents.arena);
	TOMB_TRY(code);
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*out = e.done;
	return TOMB_OK;
}
