/* Reads annotated .sql files; the form is described in lib/gen/sqlgen.c. */
#include "sqlgen.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES = 4096 };

static const struct type types[] = {
#define TOMB_PG_SCALAR(id, sql, ctype, oid, wire) {sql, false, #id, #ctype},
#define TOMB_PG_ARRAY(id, element, ctype, oid) {#element, true, #id, #ctype},
#include "tombstone/pg_types.def"
#undef TOMB_PG_SCALAR
#undef TOMB_PG_ARRAY
};

const char *const shape_names[] = {
	[TOMB_PG_EXEC] = "exec",
	[TOMB_PG_ONE] = "one",
	[TOMB_PG_OPT] = "opt",
	[TOMB_PG_MANY] = "many",
	[TOMB_PG_EACH] = "each",
};

/* Names that a struct member cannot have. */
static const char *const keywords[] = {"auto", "bool", "break", "case", "char", "const", "continue", "default", "do",
	"double", "else", "enum", "extern", "false", "float", "for", "goto", "if", "inline", "int", "long", "register",
	"restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "true", "typedef", "union",
	"unsigned", "void", "volatile", "while"};

/* Where we are. */
struct reader {
	struct input *in;
	const char *path;
	int line;
	struct stmt *open; /* begun and not ended */
};

static _Noreturn void die(const struct reader *r, const char *fmt, ...) TOMB_PRINTF(2, 3);
static _Noreturn void die(const struct reader *r, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", r->path, r->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void *zeroed(const struct reader *r, size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		die(r, "out of memory");
	return p;
}

bool sqlgen_is_name(const char *text)
{
	if (isdigit((unsigned char)text[0]) || text[0] == '\0')
		return false;
	for (const char *c = text; *c; c++)
		if (!islower((unsigned char)*c) && *c != '_' && !isdigit((unsigned char)*c))
			return false;
	return true;
}

static void check_name(const struct reader *r, const char *name)
{
	if (!sqlgen_is_name(name))
		die(r, "%s: a name is lower-case letters, digits and _, and does not begin with a digit", name);
}

/* Takes a suffix off the end of s, if it is there. */
static bool take_suffix(char *s, const char *suffix)
{
	size_t n = strlen(s);
	size_t m = strlen(suffix);

	if (n < m || strcmp(s + n - m, suffix) != 0)
		return false;
	s[n - m] = '\0';
	return true;
}

static void parse_type(const struct reader *r, struct field *f, const char *text)
{
	char base[NAME_BYTES];
	bool is_array = false;

	(void)snprintf(base, sizeof base, "%s", text);
	f->is_nullable = take_suffix(base, "?");
	is_array = take_suffix(base, "[]");
	f->has_nullable_members = is_array && take_suffix(base, "?");
	if (f->has_nullable_members && strcmp(base, "text") != 0 && strcmp(base, "bytea") != 0)
		die(r, "%s: only text?[] and bytea?[] may have nulls inside", text);
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (types[i].is_array == is_array && strcasecmp(types[i].sql, base) == 0) {
			f->type = &types[i];
			return;
		}
	die(r, "unknown type %s; the types are in tombstone/pg_types.def", text);
}

/* Whether a struct with these fields has a member of that name. */
static bool has_member(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(fields[i].name);

		if (strncmp(fields[i].name, name, len) != 0)
			continue;
		if (name[len] == '\0' || (fields[i].is_nullable && strcmp(name + len, "_null") == 0))
			return true;
	}
	return false;
}

static void add_field(const struct reader *r, struct field *fields, size_t *n, const char *spec)
{
	struct field *f = &fields[*n];
	char type[NAME_BYTES];
	char rest[3] = "";
	int got = 0;

	if (*n == TOMB_PG_FIELDS_MAX)
		die(r, "more than %d fields", TOMB_PG_FIELDS_MAX);
	got = sscanf(spec, "%55s %63s %2s", f->name, type, rest);
	if (got < 2 || (got == 3 && strcmp(rest, "--") != 0))
		die(r, "expected NAME TYPE");
	check_name(r, f->name);
	for (size_t i = 0; i < TOMB_COUNTOF(keywords); i++)
		if (strcmp(keywords[i], f->name) == 0)
			die(r, "%s is a word of C: choose another name (of a column: ... as another_name)", f->name);
	if (has_member(fields, *n, f->name))
		die(r, "%s is there already", f->name);
	parse_type(r, f, type);
	++*n;
}

static struct stmt *begin_stmt(const struct reader *r, const char *spec)
{
	const struct input *in = r->in;
	struct stmt *s = zeroed(r, sizeof *s);
	char shape[NAME_BYTES];
	char rest[2] = "";
	size_t i = 0;

	if (in->nstmts == STMTS_MAX)
		die(r, "more than %d statements", STMTS_MAX);
	if (sscanf(spec, "%55s :%63s %1s", s->name, shape, rest) != 2)
		die(r, "expected :name NAME :exec|:one|:opt|:many|:each");
	check_name(r, s->name);
	for (i = 0; i < in->nstmts; i++)
		if (strcmp(in->stmts[i]->name, s->name) == 0)
			die(r, "%s is there already: %s:%d", s->name, in->files[in->stmts[i]->file].base,
				in->stmts[i]->line);
	for (i = 0; i < TOMB_COUNTOF(shape_names) && strcmp(shape_names[i], shape) != 0; i++)
		;
	if (i == TOMB_COUNTOF(shape_names))
		die(r, "unknown shape :%s; the shapes are :exec, :one, :opt, :many, :each", shape);
	s->shape = (enum tomb_pg_shape)i;
	s->line = r->line;
	s->file = in->nfiles;
	s->sql = zeroed(r, TOMB_PG_SQL_BYTES_MAX);
	return s;
}

static void end_stmt(struct reader *r)
{
	struct stmt *s = r->open;

	if (s->shape == TOMB_PG_EXEC && s->ncols)
		die(r, "%s is :exec and has columns", s->name);
	if (s->shape != TOMB_PG_EXEC && !s->ncols)
		die(r, "%s is :%s and has no :col", s->name, shape_names[s->shape]);
	r->in->stmts[r->in->nstmts++] = s;
	r->in->files[s->file].nstmts++;
	r->open = NULL;
}

static void check_ended(const struct reader *r)
{
	if (r->open)
		die(r, "%s (line %d) does not end in ;", r->open->name, r->open->line);
}

static void read_annotation(struct reader *r, const char *text)
{
	struct stmt *s = r->open;
	bool is_arg = strncmp(text, "-- :arg ", 8) == 0;

	if (strncmp(text, "-- :name ", 9) == 0) {
		check_ended(r);
		r->open = begin_stmt(r, text + 9);
		return;
	}
	if (!is_arg && strncmp(text, "-- :col ", 8) != 0)
		die(r, "expected -- :name, -- :arg or -- :col");
	if (!s || s->sql[0])
		die(r, "not between -- :name and its statement");
	add_field(r, is_arg ? s->args : s->cols, is_arg ? &s->nargs : &s->ncols, text + 8);
}

static void read_sql(struct reader *r, const char *text)
{
	struct stmt *s = r->open;
	size_t used = s ? strlen(s->sql) : 0;

	if (!s)
		die(r, "SQL without -- :name before it");
	if (used + strlen(text) + 2 > TOMB_PG_SQL_BYTES_MAX)
		die(r, "%s is longer than %d bytes", s->name, TOMB_PG_SQL_BYTES_MAX);
	(void)snprintf(s->sql + used, TOMB_PG_SQL_BYTES_MAX - used, "%s\n", text);
	if (text[strlen(text) - 1] == ';')
		end_stmt(r);
}

static void name_file(struct reader *r)
{
	struct input *in = r->in;
	const char *slash = strrchr(r->path, '/');

	if (in->nfiles == FILES_MAX)
		die(r, "more than %d files", FILES_MAX);
	in->files[in->nfiles].base = slash ? slash + 1 : r->path;
	if (strlen(in->files[in->nfiles].base) >= NAME_BYTES)
		die(r, "the file's name is too long");
	(void)snprintf(in->files[in->nfiles].set, NAME_BYTES, "%s", in->files[in->nfiles].base);
	(void)take_suffix(in->files[in->nfiles].set, ".sql");
	check_name(r, in->files[in->nfiles].set);
}

void sqlgen_read(struct input *in, const char *path)
{
	struct reader r = {.in = in, .path = path};
	FILE *f = fopen(path, "r");
	char buf[LINE_BYTES];

	if (!f)
		die(&r, "cannot open");
	name_file(&r);
	while (fgets(buf, sizeof buf, f)) {
		size_t n = strlen(buf);

		r.line++;
		if ((n == 0 || buf[n - 1] != '\n') && !feof(f))
			die(&r, "a line is longer than %d bytes or contains a NUL", LINE_BYTES - 2);
		while (n > 0 && isspace((unsigned char)buf[n - 1]))
			buf[--n] = '\0';
		if (strncmp(buf, "-- :", 4) == 0)
			read_annotation(&r, buf);
		else if (n > 0 && strncmp(buf + strspn(buf, " \t"), "--", 2) != 0)
			read_sql(&r, buf);
	}
	if (ferror(f))
		die(&r, "cannot read");
	check_ended(&r);
	if (in->files[in->nfiles].nstmts == 0)
		die(&r, "no statement in this file");
	in->nfiles++;
	(void)fclose(f);
}
