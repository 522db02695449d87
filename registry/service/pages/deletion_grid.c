#include "deletion_grid.h"

#include "copy_stage.h"

#include <inttypes.h>

enum { COLUMNS_MAX = 16 /* backends of one page; further ones do not fit any screen, and are in the CSV */ };

struct grid {
	const struct tomb_deletion_copy *copies; /* in order of files */
	size_t n;
	struct html_deletion_columns *columns;
	size_t ncolumns;
};

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

static int compare(struct tomb_str a, struct tomb_str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

/* One column per backend, in order of names. */
static void add_column(struct grid *g, struct tomb_str backend)
{
	size_t at = 0;

	while (at < g->ncolumns && compare(g->columns[at].name, backend) < 0)
		at++;
	if ((at < g->ncolumns && tomb_str_eq(g->columns[at].name, backend)) || g->ncolumns == COLUMNS_MAX)
		return;
	memmove(&g->columns[at + 1], &g->columns[at], (g->ncolumns - at) * sizeof *g->columns);
	g->columns[at].name = backend;
	g->ncolumns++;
}

static struct html_deletion_rows_cells_copies copy_of(
	struct tomb_view *v, const struct tomb_deletion_copy *c, const struct tomb_deletion_file *f)
{
	struct tomb_copy_stage stage = tomb_copy_stage_of(c, f->outcome);

	return (struct html_deletion_rows_cells_copies){
		.stage = stage.word,
		.tone = stage.tone,
		.version = c->generation == f->generation ? 0 : c->generation,
		.note = is(c->status, "gone") || is(f->outcome, "pending") ? TOMB_STR("")
									   : tomb_view_word(v, c->outcome),
	};
}

/* The copies from *first on that are the file's, by column; *first goes on behind them. */
static enum tomb_code fill_cells(struct tomb_view *v, const struct grid *g, const struct tomb_deletion_file *f,
	size_t *first, struct html_deletion_rows *row, struct tomb_err *err)
{
	struct html_deletion_rows_cells *cells = TOMB_NEW(v->arena, struct html_deletion_rows_cells, g->ncolumns);
	struct html_deletion_rows_cells_copies *places = NULL;
	size_t end = *first;

	while (end < g->n && g->copies[end].file_id == f->file_id)
		end++;
	places = TOMB_NEW(v->arena, struct html_deletion_rows_cells_copies, end - *first);
	if (!cells || !places)
		return TOMB_FAIL(err, TOMB_NOMEM, "the copies of a file");
	for (size_t k = 0; k < g->ncolumns; k++) {
		cells[k] = (struct html_deletion_rows_cells){.backend = g->columns[k].name, .copies = places};
		for (size_t i = *first; i < end; i++)
			if (tomb_str_eq(g->copies[i].backend, cells[k].backend))
				places[cells[k].ncopies++] = copy_of(v, &g->copies[i], f);
		places += cells[k].ncopies;
	}
	row->cells = cells;
	row->ncells = g->ncolumns;
	*first = end;
	return TOMB_OK;
}

static enum tomb_code read_grid(
	struct tomb_view *v, const struct tomb_deletion_files *files, struct grid *g, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(v->arena, int64_t, files->n);
	struct tomb_deletion_copy *copies = NULL;

	g->columns = TOMB_NEW(v->arena, struct html_deletion_columns, COLUMNS_MAX + 1);
	if (!ids || !g->columns)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", files->n);
	for (size_t i = 0; i < files->n; i++)
		ids[i] = files->p[i].file_id;
	TOMB_TRY(tomb_deletion_view_file_copies(
		v->pg, v->actor, v->id, (struct tomb_int8s){ids, files->n}, v->arena, &copies, &g->n, err));
	g->copies = copies;
	for (size_t i = 0; i < g->n; i++)
		add_column(g, copies[i].backend);
	return TOMB_OK;
}

enum tomb_code tomb_deletion_grid(
	struct tomb_view *v, const struct tomb_deletion_files *files, struct html_deletion *page, struct tomb_err *err)
{
	struct html_deletion_rows *rows = TOMB_NEW(v->arena, struct html_deletion_rows, files->n);
	struct grid g = {.n = 0};
	size_t at = 0;

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files", files->n);
	TOMB_TRY(read_grid(v, files, &g, err));
	for (size_t i = 0; i < files->n; i++) {
		const struct tomb_deletion_file *f = &files->p[i];

		rows[i] = (struct html_deletion_rows){
			.file_id = f->file_id,
			.identifier = f->identifier,
			.bytes = f->size_bytes,
			.outcome = tomb_view_word(v, f->outcome),
			.tone = tomb_view_tone(f->outcome),
			.reason = f->reason,
			.settled_at = f->settled_at_us,
		};
		TOMB_TRY(fill_cells(v, &g, f, &at, &rows[i], err));
	}
	page->columns = g.columns;
	page->ncolumns = g.ncolumns;
	page->rows = rows;
	page->nrows = files->n;
	return TOMB_OK;
}
