#include "modelsql.gen.h"
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 20 };

static void put_line(struct run *r, const char *text)
{
	tomb_buf_put(&r->trace, tomb_str_from(text));
	tomb_buf_put(&r->trace, TOMB_STR("\n"));
}

void run_note(struct run *r, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	put_line(r, line);
}

void run_fail(struct run *r, const char *fmt, ...)
{
	va_list ap;

	if (r->has_failed)
		return;
	r->has_failed = true;
	va_start(ap, fmt);
	(void)vsnprintf(r->why, sizeof r->why, fmt, ap);
	va_end(ap);
	put_line(r, r->why);
}

/* The line of text that begins at p. */
static struct tomb_str line_at(const char *p, const char *end)
{
	const char *stop = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

	return (struct tomb_str){p, stop ? (size_t)(stop - p) : (size_t)(end - p)};
}

/* Says the first lines that differ. */
static void compare(struct run *r, struct tomb_str ledger, struct tomb_str model)
{
	const char *a = ledger.p;
	const char *b = model.p;
	const char *a_end = a + ledger.n;
	const char *b_end = b + model.n;

	while (a < a_end || b < b_end) {
		struct tomb_str x = line_at(a, a_end);
		struct tomb_str y = line_at(b, b_end);

		if (!tomb_str_eq(x, y)) {
			run_fail(r, "the ledger says \"%.*s\", the model \"%.*s\"", TOMB_STR_ARG(x), TOMB_STR_ARG(y));
			return;
		}
		a += x.n + (a + x.n < a_end);
		b += y.n + (b + y.n < b_end);
	}
}

static void check_model(struct run *r, struct tomb_arena *arena)
{
	TOMB_BUF_AUTO text = tomb_buf_init(ARENA_BYTES);
	struct modelsql_model_text_row *row = NULL;
	struct tomb_str model;
	struct tomb_err err;

	model_text(&r->model, &text);
	ground_must(tomb_buf_done(&text, &model, &err), &err, "the model's text");
	ground_must(
		modelsql_model_text(r->admin, &(struct modelsql_model_text_args){r->institution}, arena, &row, &err),
		&err, "the ledger's text");
	compare(r, row->text, model);
}

static void check_invariants(struct run *r, struct tomb_arena *arena)
{
	struct modelsql_model_wrong_row *rows = NULL;
	struct tomb_err err;
	size_t n = 0;

	ground_must(modelsql_model_wrong(
			    r->admin, &(struct modelsql_model_wrong_args){r->institution}, arena, &rows, &n, &err),
		&err, "the invariants");
	if (n > 0)
		run_fail(r, "%.*s", TOMB_STR_ARG(rows[0].wrong));
}

/* Directory stores: a key is a name in a folder of two digits, and its URL says where. */
static bool is_there(struct run *r, int file, int generation, int backend, struct tomb_arena *arena)
{
	struct tomb_store *store = NULL;
	struct tomb_str url;
	struct tomb_err err;

	ground_must(tomb_stores_find(r->stores, backend_name(backend), &store, &err), &err, "a store");
	ground_must(tomb_store_url(store, tomb_str_from(r->key[file][generation]), arena, &url, &err), &err, "a URL");
	return access(tomb_arena_str(arena, url).p + strlen("file://"), F_OK) == 0;
}

/* The stores' true content, and what the ledger believes of it. */
static void check_copy(struct run *r, int f, int g, int b, struct tomb_arena *arena)
{
	const struct m_copy *c = &r->model.file[f].copy[g][b];

	if (c->status == M_NONE)
		return;
	if (is_there(r, f, g, b, arena) != c->bytes)
		run_fail(r, "I1: copy %d %d %d is %s, and should%s be", f, g, b, c->bytes ? "not there" : "there",
			c->bytes ? "" : " not");
	if (c->status == M_GONE && c->bytes)
		run_fail(r, "I2: copy %d %d %d is gone for the ledger, and its bytes are there", f, g, b);
	if ((c->status == M_STORED || c->status == M_SUPERSEDED) && !c->bytes && !c->taken_late)
		run_fail(r, "I2: copy %d %d %d is stored for the ledger, and its bytes are gone", f, g, b);
}

void check_now(struct run *r)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);

	if (r->has_failed)
		return;
	r->checks++;
	check_model(r, &arena);
	check_invariants(r, &arena);
	for (int f = 0; f < FILES; f++)
		for (int g = 1; g < GENERATIONS; g++)
			for (int b = 0; b < BACKENDS; b++)
				check_copy(r, f, g, b, &arena);
}

void check_end(struct run *r)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct modelsql_model_unfinished_row *rows = NULL;
	struct tomb_err err;
	size_t n = 0;

	check_now(r);
	ground_must(modelsql_model_unfinished(r->admin, &(struct modelsql_model_unfinished_args){r->institution},
			    &arena, &rows, &n, &err),
		&err, "what is unfinished");
	if (n > 0)
		run_fail(r, "everything is healed, and %.*s", TOMB_STR_ARG(rows[0].wrong));
}

void ground_sweep(struct run *r)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_store *store = NULL;
	struct tomb_str url;
	struct tomb_err err;

	for (int f = 0; f < FILES; f++)
		for (int g = 1; g < GENERATIONS; g++)
			for (int b = 0; b < BACKENDS && r->key[f][g][0]; b++) {
				ground_must(
					tomb_stores_find(r->stores, backend_name(b), &store, &err), &err, "a store");
				ground_must(tomb_store_url(store, tomb_str_from(r->key[f][g]), &arena, &url, &err),
					&err, "a URL");
				(void)unlink(tomb_arena_str(&arena, url).p + strlen("file://"));
			}
}
