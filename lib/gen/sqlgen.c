/*
 * sqlgen OUT.h OUT.c IN.sql...: writes a C function for each statement in the given files.
 *
 * A statement is introduced by comment lines and ends at a line ending in ';':
 *	-- :name NAME :exec|:one|:opt|:many
 *	-- :arg NAME TYPE	for $1, $2, ... in order; TYPE? admits null
 *	-- :col NAME TYPE	for each result column in order
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 32, NAME_MAX_ = 64, SQL_MAX = 16 * 1024 };

static const struct {
	const char *name;
	const char *ctype;
} types[] = {
	{"bool", "bool"},
	{"bytea", "struct tomb_str"},
	{"int8", "int64_t"},
	{"int4", "int32_t"},
	{"text", "struct tomb_str"},
	{"timestamptz", "int64_t"},
	{"uuid", "struct tomb_uuid"},
};

struct field {
	char name[NAME_MAX_];
	char type[NAME_MAX_];
	bool nullable;
};

struct stmt {
	char name[NAME_MAX_];
	char shape[NAME_MAX_];
	int line;
	struct field args[FIELDS_MAX];
	size_t nargs;
	struct field cols[FIELDS_MAX];
	size_t ncols;
	char sql[SQL_MAX];
};

static const char *path;
static int line;

static _Noreturn void die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", path, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static const char *ctype(const char *type)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].name, type) == 0)
			return types[i].ctype;
	die("unknown type %s", type);
}

static void add(struct field *fields, size_t *n, const char *spec)
{
	struct field *f = &fields[*n];
	size_t len = 0;

	if (*n == FIELDS_MAX)
		die("too many fields");
	if (sscanf(spec, "%63s %63s", f->name, f->type) != 2)
		die("expected NAME TYPE");
	len = strlen(f->type);
	f->nullable = f->type[len - 1] == '?';
	if (f->nullable)
		f->type[len - 1] = '\0';
	(void)ctype(f->type);
	++*n;
}

static void put_struct(FILE *h, const char *name, const char *what, const struct field *f, size_t n)
{
	if (n == 0)
		return;
	fprintf(h, "struct sql_%s_%s {\n", name, what);
	for (size_t i = 0; i < n; i++) {
		fprintf(h, "\t%s %s;\n", ctype(f[i].type), f[i].name);
		if (f[i].nullable)
			fprintf(h, "\tbool %s_null;\n", f[i].name);
	}
	fprintf(h, "};\n");
}

static void put_fields(FILE *c, const char *name, const char *what, const struct field *f, size_t n)
{
	if (n == 0)
		return;
	fprintf(c, "static const struct tomb_pg_field %s_%s[] = {\n", name, what);
	for (size_t i = 0; i < n; i++) {
		fprintf(c, "\t{\"%s\", TOMB_PG_%s, %s, offsetof(struct sql_%s_%s, %s), ", f[i].name, f[i].type,
			f[i].nullable ? "true" : "false", name, what, f[i].name);
		if (f[i].nullable)
			fprintf(c, "offsetof(struct sql_%s_%s, %s_null)},\n", name, what, f[i].name);
		else
			fprintf(c, "0},\n");
	}
	fprintf(c, "};\n");
}

static void put_literal(FILE *c, const char *s)
{
	fputs("\t\"", c);
	for (; *s; s++) {
		if (*s == '\n')
			fputs(s[1] ? "\\n\"\n\t\"" : "", c);
		else if (*s == '"' || *s == '\\')
			fprintf(c, "\\%c", *s);
		else
			fputc(*s, c);
	}
	fputs("\"", c);
}

static void put_signature(FILE *f, const struct stmt *s)
{
	bool many = strcmp(s->shape, "many") == 0 || strcmp(s->shape, "opt") == 0;

	fprintf(f, "enum tomb_code sql_%s(struct tomb_pg *pg", s->name);
	if (s->nargs)
		fprintf(f, ", const struct sql_%s_args *args", s->name);
	if (s->ncols)
		fprintf(f, ", struct tomb_arena *arena, struct sql_%s_row **%s", s->name, many ? "rows" : "row");
	if (many || !s->ncols)
		fprintf(f, ", size_t *%s", s->ncols ? "nrows" : "changed");
	fprintf(f, ", struct tomb_err *err)");
}

static void put(FILE *h, FILE *c, const struct stmt *s, size_t index)
{
	bool many = strcmp(s->shape, "many") == 0 || strcmp(s->shape, "opt") == 0;

	put_struct(h, s->name, "args", s->args, s->nargs);
	put_struct(h, s->name, "row", s->cols, s->ncols);
	put_signature(h, s);
	fprintf(h, " TOMB_MUST_USE;\n\n");
	put_fields(c, s->name, "args", s->args, s->nargs);
	put_fields(c, s->name, "row", s->cols, s->ncols);
	put_signature(c, s);
	fprintf(c, "\n{\n");
	if (s->ncols)
		fprintf(c, "\tvoid *found = NULL;\n");
	if (s->ncols && !many)
		fprintf(c, "\tsize_t n = 0;\n");
	fprintf(c, "\tTOMB_TRY(tomb_pg_run(pg, &sql_stmts[%zu], %s, %s, %s, %s, err));\n", index,
		s->nargs ? "args" : "NULL", s->ncols ? "arena" : "NULL", s->ncols ? "&found" : "NULL",
		!s->ncols ? "changed"
		: many    ? "nrows"
			  : "&n");
	if (s->ncols)
		fprintf(c, "\t*%s = found;\n", many ? "rows" : "row");
	fprintf(c, "\treturn TOMB_OK;\n}\n\n");
}

static void put_entry(FILE *c, const struct stmt *s, const char *file)
{
	char shape[NAME_MAX_];

	for (size_t i = 0; i <= strlen(s->shape); i++)
		shape[i] = (char)(s->shape[i] >= 'a' ? s->shape[i] - 32 : s->shape[i]);
	fprintf(c, "{\"%s\",\n", s->name);
	put_literal(c, s->sql);
	fprintf(c, ",\n\t\"%s:%d\", TOMB_PG_%s, ", file, s->line, shape);
	fprintf(c, s->nargs ? "%s_args, %zu, " : "NULL, 0, ", s->name, s->nargs);
	if (s->ncols)
		fprintf(c, "%s_row, %zu, sizeof(struct sql_%s_row)},\n", s->name, s->ncols, s->name);
	else
		fprintf(c, "NULL, 0, 0},\n");
}

static struct stmt all[256];
static const char *files[256];
static size_t nall;

static void read_file(const char *p)
{
	char buf[1024];
	struct stmt *s = NULL;
	FILE *f = fopen(p, "r");
	const char *base = strrchr(p, '/');

	path = p;
	line = 0;
	if (!f)
		die("cannot open");
	while (fgets(buf, sizeof buf, f)) {
		line++;
		if (strncmp(buf, "-- :name ", 9) == 0) {
			if (nall == 256)
				die("too many statements");
			s = &all[nall];
			files[nall] = base ? base + 1 : p;
			s->line = line;
			if (sscanf(buf + 9, "%63s :%63s", s->name, s->shape) != 2 ||
				!strstr("exec one opt many", s->shape))
				die("expected :name NAME :exec|:one|:opt|:many");
		} else if (s && strncmp(buf, "-- :arg ", 8) == 0) {
			add(s->args, &s->nargs, buf + 8);
		} else if (s && strncmp(buf, "-- :col ", 8) == 0) {
			add(s->cols, &s->ncols, buf + 8);
		} else if (s && strncmp(buf, "--", 2) != 0 && buf[0] != '\n') {
			if (strlen(s->sql) + strlen(buf) >= SQL_MAX)
				die("statement too long");
			strcat(s->sql, buf);
			if (strlen(buf) > 1 && buf[strlen(buf) - 2] == ';') {
				nall++;
				s = NULL;
			}
		}
	}
	if (s)
		die("%s does not end in ;", s->name);
	fclose(f);
}

int main(int argc, char **argv)
{
	FILE *h = NULL;
	FILE *c = NULL;

	if (argc < 4)
		return fprintf(stderr, "usage: sqlgen out.h out.c in.sql...\n"), 2;
	for (int i = 3; i < argc; i++)
		read_file(argv[i]);
	h = fopen(argv[1], "w");
	c = fopen(argv[2], "w");
	if (!h || !c)
		return perror("sqlgen"), 1;
	fprintf(h, "/* Written by lib/gen/sqlgen; do not edit. */\n#ifndef SQL_GEN_H\n#define SQL_GEN_H\n\n#include "
		   "\"tombstone/pg.h\"\n\n");
	fprintf(h, "extern const struct tomb_pg_stmt sql_stmts[];\nextern const size_t sql_nstmts;\n\n");
	fprintf(c, "/* Written by lib/gen/sqlgen; do not edit. */\n#include \"sql.gen.h\"\n\n");
	for (size_t i = 0; i < nall; i++)
		put(h, c, &all[i], i);
	fprintf(c, "const struct tomb_pg_stmt sql_stmts[] = {\n");
	for (size_t i = 0; i < nall; i++)
		put_entry(c, &all[i], files[i]);
	fprintf(c, "};\nconst size_t sql_nstmts = %zu;\n", nall);
	fprintf(h, "#endif\n");
	return fclose(h) || fclose(c);
}
