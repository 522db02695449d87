#include "output.h"

#include "tombstone/json_writer.h"
#include "tombstone/time.h"
#include "tombstone/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	LINE_BYTES_MAX = 64 * 1024,
	CELL_BYTES_MAX = 4096, /* what a person wants to see of one value */
	JSON_BYTES_MAX = 64 * 1024 * 1024
};

struct cli_cell {
	struct tomb_str s;
	int64_t n;
};

struct cli_table cli_table_init(struct cli *cli, const struct cli_column *columns, size_t ncolumns)
{
	assert(ncolumns <= CLI_COLUMNS_MAX);
	return (struct cli_table){.cli = cli, .columns = columns, .ncolumns = ncolumns};
}

static void put(struct cli_table *t, struct cli_cell cell)
{
	if (t->ncells == t->cap && !t->is_out_of_memory) {
		size_t cap = t->cap ? 2 * t->cap : 64 * t->ncolumns;
		struct cli_cell *more = TOMB_NEW(t->cli->arena, struct cli_cell, cap);

		t->is_out_of_memory = !more;
		if (more && t->ncells > 0)
			memcpy(more, t->cells, t->ncells * sizeof *more);
		if (more) {
			t->cells = more;
			t->cap = cap;
		}
	}
	if (!t->is_out_of_memory)
		t->cells[t->ncells++] = cell;
}

static enum cli_kind next_kind(const struct cli_table *t)
{
	return t->columns[t->ncells % t->ncolumns].kind;
}

void cli_put_str(struct cli_table *t, struct tomb_str s)
{
	assert(t->is_out_of_memory || next_kind(t) == CLI_TEXT);
	put(t, (struct cli_cell){.s = s});
}

void cli_put_int(struct cli_table *t, int64_t n)
{
	assert(t->is_out_of_memory || (next_kind(t) != CLI_TEXT && next_kind(t) != CLI_YES));
	put(t, (struct cli_cell){.n = n});
}

void cli_put_yes(struct cli_table *t, bool yes)
{
	assert(t->is_out_of_memory || next_kind(t) == CLI_YES);
	put(t, (struct cli_cell){.n = yes});
}

char *cli_count(int64_t n, char out[static CLI_COUNT_TEXT])
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
	char *to = out;

	if (n < 0)
		*to++ = '-';
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}

char *cli_bytes(int64_t n, char out[static CLI_COUNT_TEXT])
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)n;
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < TOMB_COUNTOF(units)) {
		value /= 1000;
		unit++;
	}
	(void)snprintf(out, CLI_COUNT_TEXT, unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s", value, units[unit]);
	return out;
}

/* A cell as a person reads it. */
static void put_cell(struct tomb_buf *out, enum cli_kind kind, const struct cli_cell *cell)
{
	char text[CLI_COUNT_TEXT];
	char time[TOMB_TIME_TEXT];
	struct tomb_str rest = cell->s;
	uint32_t c = 0;

	switch (kind) {
	case CLI_NUMBER:
		tomb_buf_putf(out, "%" PRId64, cell->n);
		return;
	case CLI_BYTES:
		tomb_buf_putf(out, "%s", cli_bytes(cell->n, text));
		return;
	case CLI_TIME:
		if (cell->n != 0)
			tomb_buf_putf(out, "%s", tomb_time_format(cell->n, TOMB_TIME_S, time));
		else
			tomb_buf_put(out, TOMB_STR("-"));
		return;
	case CLI_YES:
		tomb_buf_put(out, cell->n ? TOMB_STR("yes") : TOMB_STR("no"));
		return;
	case CLI_TEXT:
		break;
	}
	if (rest.n == 0)
		tomb_buf_put(out, TOMB_STR("-"));
	/* Nothing that a terminal would obey. */
	for (size_t n = tomb_utf8_step(rest, &c); n > 0; n = tomb_utf8_step(rest, &c)) {
		struct tomb_str one = {rest.p, n};

		tomb_buf_put(out, tomb_utf8_is_line(one) ? one : TOMB_STR("?"));
		rest = (struct tomb_str){rest.p + n, rest.n - n};
	}
}

/* How many columns of a terminal the text takes, nearly: one for each character. */
static int width_of(struct tomb_str s)
{
	int width = 0;
	uint32_t c = 0;

	for (size_t n = tomb_utf8_step(s, &c); n > 0; n = tomb_utf8_step(s, &c)) {
		width++;
		s = (struct tomb_str){s.p + n, s.n - n};
	}
	return width;
}

static int cell_width(const struct cli_table *t, size_t i)
{
	TOMB_BUF_AUTO text = tomb_buf_init(CELL_BYTES_MAX);

	put_cell(&text, t->columns[i % t->ncolumns].kind, &t->cells[i]);
	return width_of((struct tomb_str){text.p, text.n});
}

static void measure(const struct cli_table *t, int widths[static CLI_COLUMNS_MAX])
{
	for (size_t c = 0; c < t->ncolumns; c++)
		widths[c] = t->columns[c].title ? (int)strlen(t->columns[c].title) : 0;
	for (size_t i = 0; i < t->ncells; i++) {
		int width = cell_width(t, i);

		if (width > widths[i % t->ncolumns])
			widths[i % t->ncolumns] = width;
	}
}

static bool is_right(enum cli_kind kind)
{
	return kind == CLI_NUMBER || kind == CLI_BYTES;
}

static bool is_last_shown(const struct cli_table *t, size_t column)
{
	while (++column < t->ncolumns)
		if (t->columns[column].title)
			return false;
	return true;
}

/* Pads to the column's width; the last column of text ends where it ends. */
static void print_padded(const struct cli_table *t, size_t column, struct tomb_str text, int width)
{
	bool is_last = is_last_shown(t, column);
	int pad = width - width_of(text);

	if (is_right(t->columns[column].kind))
		(void)printf("%*s%.*s", pad, "", TOMB_STR_ARG(text));
	else
		(void)printf("%.*s%*s", TOMB_STR_ARG(text), is_last ? 0 : pad, "");
	(void)fputs(is_last ? "\n" : "  ", stdout);
}

static void print_table(const struct cli_table *t)
{
	int widths[CLI_COLUMNS_MAX];

	measure(t, widths);
	for (size_t c = 0; c < t->ncolumns; c++)
		if (t->columns[c].title)
			print_padded(t, c, tomb_str_from(t->columns[c].title), widths[c]);
	for (size_t i = 0; i < t->ncells; i++) {
		TOMB_BUF_AUTO text = tomb_buf_init(CELL_BYTES_MAX);
		size_t c = i % t->ncolumns;

		if (!t->columns[c].title)
			continue;
		put_cell(&text, t->columns[c].kind, &t->cells[i]);
		print_padded(t, c, (struct tomb_str){text.p, text.n}, widths[c]);
	}
}

static void put_json_row(const struct cli_table *t, size_t row, struct tomb_json *w)
{
	tomb_json_begin_object(w, NULL);
	for (size_t c = 0; c < t->ncolumns; c++) {
		const struct cli_cell *cell = &t->cells[row * t->ncolumns + c];
		const char *key = t->columns[c].key;

		switch (t->columns[c].kind) {
		case CLI_TEXT:
			tomb_json_str(w, key, cell->s);
			break;
		case CLI_NUMBER:
		case CLI_BYTES:
			tomb_json_int(w, key, cell->n);
			break;
		case CLI_YES:
			tomb_json_bool(w, key, cell->n != 0);
			break;
		case CLI_TIME:
			if (cell->n != 0)
				tomb_json_time(w, key, cell->n);
			else
				tomb_json_null(w, key);
			break;
		}
	}
	tomb_json_end_object(w);
}

static enum tomb_code print_json(const struct cli_table *t, bool is_list, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(JSON_BYTES_MAX);
	struct tomb_json w = tomb_json_init(&text);
	struct tomb_str json;

	if (is_list)
		tomb_json_begin_array(&w, NULL);
	for (size_t row = 0; row < t->ncells / t->ncolumns; row++)
		put_json_row(t, row, &w);
	if (is_list)
		tomb_json_end_array(&w);
	TOMB_TRY(tomb_json_done(&w, &json, err));
	(void)fwrite(json.p, 1, json.n, stdout);
	(void)fputc('\n', stdout);
	return TOMB_OK;
}

static enum tomb_code check(const struct cli_table *t, struct tomb_err *err)
{
	assert(t->is_out_of_memory || t->ncells % t->ncolumns == 0);
	return t->is_out_of_memory ? TOMB_FAIL(err, TOMB_NOMEM, "a list of %zu values", t->ncells) : TOMB_OK;
}

enum tomb_code cli_print_rows(const struct cli_table *t, struct tomb_err *err)
{
	TOMB_TRY(check(t, err));
	if (t->cli->config.json)
		return print_json(t, true, err);
	print_table(t);
	return TOMB_OK;
}

enum tomb_code cli_print_one(const struct cli_table *t, struct tomb_err *err)
{
	TOMB_TRY(check(t, err));
	if (t->cli->config.json)
		return print_json(t, false, err);
	for (size_t c = 0; c < t->ncolumns; c++) {
		TOMB_BUF_AUTO text = tomb_buf_init(LINE_BYTES_MAX);

		if (!t->columns[c].title)
			continue;
		put_cell(&text, t->columns[c].kind, &t->cells[c]);
		(void)printf("%-16s %.*s\n", t->columns[c].title, TOMB_STR_ARG(((struct tomb_str){text.p, text.n})));
	}
	return TOMB_OK;
}

enum tomb_code cli_print_done(const struct cli_table *t, struct tomb_err *err, const char *fmt, ...)
{
	va_list ap;

	TOMB_TRY(check(t, err));
	if (t->cli->config.json)
		return print_json(t, false, err);
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)fputc('\n', stdout);
	return TOMB_OK;
}

enum tomb_code cli_join(struct cli *cli, struct tomb_strs names, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(LINE_BYTES_MAX);
	struct tomb_str joined;

	for (size_t i = 0; i < names.n; i++)
		tomb_buf_putf(&text, "%s%.*s", i > 0 ? ", " : "", TOMB_STR_ARG(names.p[i]));
	TOMB_TRY(tomb_buf_done(&text, &joined, err));
	*out = tomb_arena_str(cli->arena, joined);
	return out->p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "a list of %zu names", names.n);
}
