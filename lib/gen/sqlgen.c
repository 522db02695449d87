/*
 * sqlgen OUT.h OUT.c [IN.sql...]: writes a C function for each statement in the given files.
 *
 * A statement is introduced by comment lines and ends at a line ending in ';':
 *	-- :name NAME :exec|:one|:opt|:many|:each
 *	-- :arg NAME TYPE	for $1, $2, ... in order
 *	-- :col NAME TYPE	for each result column in order
 * TYPE is one of tombstone/pg_types.def; TYPE[] is an array of it; TYPE? and TYPE[]? admit null; text?[] and bytea?[]
 * admit nulls inside.  Other comment lines are left out.
 *
 * OUT.h declares, with PREFIX the part of its name before the first dot: PREFIX_NAME() and its structs for each
 * statement, struct tomb_pg_set PREFIX_set_FILE for each file, and pointers to these in PREFIX_all[0..PREFIX_nall).
 */
#include "sqlgen.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const shape_ids[] = {
	[TOMB_PG_EXEC] = "TOMB_PG_EXEC",
	[TOMB_PG_ONE] = "TOMB_PG_ONE",
	[TOMB_PG_OPT] = "TOMB_PG_OPT",
	[TOMB_PG_MANY] = "TOMB_PG_MANY",
	[TOMB_PG_EACH] = "TOMB_PG_EACH",
};

/* Where we write. */
struct output {
	FILE *h;
	FILE *c;
	const char *header; /* base name of h */
	char prefix[NAME_BYTES];
};

static void put_struct(const struct output *o, const struct stmt *s, const char *what, const struct field *f, size_t n)
{
	bool is_row = strcmp(what, "row") == 0;

	if (n == 0)
		return;
	/* Arguments are written down in the order of their statement, each with its own flag. */
	fprintf(o->h, "struct %s_%s_%s {%s\n", o->prefix, s->name, what,
		is_row ? "" : " /* NOLINT(clang-analyzer-optin.performance.Padding): few, and in order */");
	for (size_t i = 0; i < n; i++) {
		fprintf(o->h, "\t%s %s;%s\n", f[i].type->ctype, f[i].name,
			f[i].has_nullable_members ? " /* where p is NULL: null */" : "");
		if (f[i].is_nullable && !is_row)
			fprintf(o->h, "\tbool %s_null;\n", f[i].name);
	}
	for (size_t i = 0; i < n; i++) /* together: each alone would be padded, and rows come by the thousand */
		if (f[i].is_nullable && is_row)
			fprintf(o->h, "\tbool %s_null;\n", f[i].name);
	fprintf(o->h, "};\n");
}

static void put_fields(const struct output *o, const struct stmt *s, const char *what, const struct field *f, size_t n)
{
	if (n == 0)
		return;
	fprintf(o->c, "static const struct tomb_pg_field %s_%s[] = {\n", s->name, what);
	for (size_t i = 0; i < n; i++) {
		fprintf(o->c, "\t{\"%s\", TOMB_PG_%s, %s, %s, offsetof(struct %s_%s_%s, %s), ", f[i].name,
			f[i].type->id, f[i].is_nullable ? "true" : "false",
			f[i].has_nullable_members ? "true" : "false", o->prefix, s->name, what, f[i].name);
		if (f[i].is_nullable)
			fprintf(o->c, "offsetof(struct %s_%s_%s, %s_null)},\n", o->prefix, s->name, what, f[i].name);
		else
			fprintf(o->c, "0},\n");
	}
	fprintf(o->c, "};\n");
}

static void put_literal(FILE *c, const char *s)
{
	fputs("\t\t\"", c);
	for (; *s; s++) {
		if (*s == '\n')
			fputs(s[1] ? "\\n\"\n\t\t\"" : "", c);
		else if (*s == '"' || *s == '\\' || *s == '?') /* two question marks could begin a trigraph */
			fprintf(c, "\\%c", *s);
		else if (iscntrl((unsigned char)*s))
			fprintf(c, "\\%03o", (unsigned char)*s);
		else
			fputc(*s, c);
	}
	fputs("\"", c);
}

static void put_signature(const struct output *o, FILE *f, const struct stmt *s)
{
	fprintf(f, "enum tomb_code %s_%s(struct tomb_pg *pg", o->prefix, s->name);
	if (s->nargs)
		fprintf(f, ", const struct %s_%s_args *args", o->prefix, s->name);
	if (s->shape == TOMB_PG_EXEC)
		fprintf(f, ", size_t *changed");
	else if (s->shape == TOMB_PG_EACH)
		fprintf(f, ", %s_%s_fn *fn, void *ctx", o->prefix, s->name);
	else if (s->shape == TOMB_PG_ONE)
		fprintf(f, ", struct tomb_arena *arena, struct %s_%s_row **row", o->prefix, s->name);
	else
		fprintf(f, ", struct tomb_arena *arena, struct %s_%s_row **rows, size_t *nrows", o->prefix, s->name);
	fprintf(f, ", struct tomb_err *err)");
}

static void put_declaration(const struct output *o, const struct input *in, const struct stmt *s)
{
	fprintf(o->h, "/* %s:%d :%s */\n", in->files[s->file].base, s->line, shape_names[s->shape]);
	put_struct(o, s, "args", s->args, s->nargs);
	put_struct(o, s, "row", s->cols, s->ncols);
	if (s->shape == TOMB_PG_EACH)
		fprintf(o->h,
			"typedef enum tomb_code %s_%s_fn(void *ctx, const struct %s_%s_row *row, struct tomb_err "
			"*err);\n",
			o->prefix, s->name, o->prefix, s->name);
	put_signature(o, o->h, s);
	fprintf(o->h, " TOMB_MUST_USE;\n\n");
}

static void put_entry(const struct output *o, const struct input *in, const struct stmt *s)
{
	fprintf(o->c, "\t{\"%s\",\n", s->name);
	put_literal(o->c, s->sql);
	fprintf(o->c, ",\n\t\t\"%s:%d\", %s, ", in->files[s->file].base, s->line, shape_ids[s->shape]);
	if (s->nargs)
		fprintf(o->c, "%s_args, %zu, ", s->name, s->nargs);
	else
		fprintf(o->c, "NULL, 0, ");
	if (s->ncols)
		fprintf(o->c, "%s_row, %zu, sizeof(struct %s_%s_row)},\n", s->name, s->ncols, o->prefix, s->name);
	else
		fprintf(o->c, "NULL, 0, 0},\n");
}

/* A callback has the type of its row; one of a common type, which passes the row on, stands before it. */
static void put_each(const struct output *o, const struct stmt *s, const char *set, size_t index)
{
	fprintf(o->c, "struct %s_each {\n\t%s_%s_fn *fn;\n\tvoid *ctx;\n};\n\n", s->name, o->prefix, s->name);
	fprintf(o->c,
		"static enum tomb_code %s_pass(void *ctx, const void *row, struct tomb_err *err)\n{\n"
		"\tconst struct %s_each *each = ctx;\n\n\treturn each->fn(each->ctx, row, err);\n}\n\n",
		s->name, s->name);
	put_signature(o, o->c, s);
	fprintf(o->c,
		"\n{\n\tstruct %s_each each = {fn, ctx};\n\n"
		"\treturn tomb_pg_each(pg, &%s_stmts[%zu], %s, %s_pass, &each, err);\n}\n\n",
		s->name, set, index, s->nargs ? "args" : "NULL", s->name);
}

static void put_function(const struct output *o, const struct stmt *s, const char *set, size_t index)
{
	const char *args = s->nargs ? "args" : "NULL";

	if (s->shape == TOMB_PG_EACH) {
		put_each(o, s, set, index);
		return;
	}
	put_signature(o, o->c, s);
	if (s->shape == TOMB_PG_EXEC) {
		fprintf(o->c, "\n{\n\treturn tomb_pg_run(pg, &%s_stmts[%zu], %s, NULL, NULL, changed, err);\n}\n\n",
			set, index, args);
		return;
	}
	fprintf(o->c,
		"\n{\n\tvoid *found = NULL;\n\n"
		"\tTOMB_TRY(tomb_pg_run(pg, &%s_stmts[%zu], %s, arena, &found, %s, err));\n"
		"\t*%s = found;\n\treturn TOMB_OK;\n}\n\n",
		set, index, args, s->shape == TOMB_PG_ONE ? "NULL" : "nrows", s->shape == TOMB_PG_ONE ? "row" : "rows");
}

static void put_file(const struct output *o, const struct input *in, size_t file, size_t first)
{
	const char *set = in->files[file].set;
	size_t n = in->files[file].nstmts;

	for (size_t i = 0; i < n; i++) {
		const struct stmt *s = in->stmts[first + i];

		put_declaration(o, in, s);
		put_fields(o, s, "args", s->args, s->nargs);
		put_fields(o, s, "row", s->cols, s->ncols);
	}
	fprintf(o->c, "static const struct tomb_pg_stmt %s_stmts[] = {\n", set);
	for (size_t i = 0; i < n; i++)
		put_entry(o, in, in->stmts[first + i]);
	fprintf(o->c, "};\n\n");
	for (size_t i = 0; i < n; i++)
		put_function(o, in->stmts[first + i], set, i);
	fprintf(o->h, "extern const struct tomb_pg_set %s_set_%s; /* %zu statements */\n\n", o->prefix, set, n);
	fprintf(o->c, "const struct tomb_pg_set %s_set_%s = {\"%s\", %s_stmts, %zu};\n\n", o->prefix, set,
		in->files[file].base, set, n);
}

static void put_all(const struct output *o, const struct input *in)
{
	char guard[NAME_BYTES] = "";
	size_t first = 0;

	for (size_t i = 0; i < sizeof guard; i++)
		guard[i] = (char)toupper((unsigned char)o->prefix[i]);
	fprintf(o->h,
		"/* Written by lib/gen/sqlgen; do not edit. */\n#ifndef %s_GEN_H\n#define %s_GEN_H\n\n"
		"#include \"tombstone/pg.h\"\n\n",
		guard, guard);
	/* ISO C promises literals of 4,095 bytes only; gcc and clang have no limit. */
	fprintf(o->c,
		"/* Written by lib/gen/sqlgen; do not edit. */\n#include \"%s\"\n\n"
		"#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n",
		o->header);
	for (size_t i = 0; i < in->nfiles; first += in->files[i].nstmts, i++)
		put_file(o, in, i, first);
	fprintf(o->h, "extern const struct tomb_pg_set *const %s_all[];\nextern const size_t %s_nall;\n\n#endif\n",
		o->prefix, o->prefix);
	fprintf(o->c, "const struct tomb_pg_set *const %s_all[] = {\n", o->prefix);
	for (size_t i = 0; i < in->nfiles; i++)
		fprintf(o->c, "\t&%s_set_%s,\n", o->prefix, in->files[i].set);
	fprintf(o->c, "\tNULL,\n};\nconst size_t %s_nall = %zu;\n", o->prefix, in->nfiles);
}

int main(int argc, char **argv)
{
	static struct input in;
	struct output o = {0};

	if (argc < 3)
		return fprintf(stderr, "usage: sqlgen OUT.h OUT.c [IN.sql...]\n"), 2;
	o.header = strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1];
	(void)snprintf(o.prefix, sizeof o.prefix, "%.*s", (int)strcspn(o.header, "."), o.header);
	if (!sqlgen_is_name(o.prefix))
		return fprintf(stderr, "%s: the name of OUT.h must begin with an identifier\n", argv[1]), 2;
	for (int i = 3; i < argc; i++)
		sqlgen_read(&in, argv[i]);
	o.h = fopen(argv[1], "w");
	o.c = fopen(argv[2], "w");
	if (!o.h || !o.c)
		return perror("sqlgen: cannot write"), 1;
	put_all(&o, &in);
	if (fclose(o.h) != 0 || fclose(o.c) != 0)
		return perror("sqlgen: cannot write"), 1;
	return 0;
}
