/*
 * htmlgen OUT.h OUT.c IN.html...: compiles templates to C.
 *
 * A template starts with its data: {{struct NAME: TYPE FIELD, ..., each LIST: TYPE FIELD, ... end}}, TYPE being str,
 * int or bool.  Then HTML with {{FIELD}}, {{if BOOL}}...{{end}} and {{each LIST}}...{{end}}.  The place of a {{FIELD}}
 * decides its escaping: text, quoted attribute, or URL (href, src, action, formaction).  Anywhere else (a tag or
 * attribute name, an unquoted attribute, an on* or style attribute, a comment, script or style) it is an error here, at
 * build time.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELDS_MAX = 64, SRC_MAX = 256 * 1024 };
enum place { TEXT, TAG, ATTR_NAME, ATTR_EQ, ATTR_DQ, ATTR_SQ, ATTR_BARE, COMMENT, RAW };

struct field {
	char name[64];
	char type[8]; /* str int bool each */
	int in;       /* index of the each it belongs to, or -1 */
};

static char src[SRC_MAX];
static const char *path;
static const char *at;
static struct field fields[FIELDS_MAX];
static int nfields;
static char name[64];
static enum place place;
static char tag[32];
static char attr[32];

static _Noreturn void die(const char *fmt, ...)
{
	va_list ap;
	int line = 1;

	for (const char *p = src; p < at; p++)
		line += *p == '\n';
	fprintf(stderr, "%s:%d: ", path, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void push(char *to, size_t size, int c)
{
	size_t n = strlen(to);

	if (n + 1 < size) {
		to[n] = (char)tolower(c);
		to[n + 1] = '\0';
	}
}

/* Follows the HTML tokenizer through one literal character. */
static void step(const char *p)
{
	switch (place) {
	case TEXT:
		if (strncmp(p, "<!--", 4) == 0)
			place = COMMENT;
		else if (*p == '<')
			place = TAG, tag[0] = '\0';
		break;
	case TAG:
		if (*p == '>')
			place = strcmp(tag, "script") && strcmp(tag, "style") ? TEXT : RAW;
		else if (isspace((unsigned char)*p))
			place = ATTR_NAME, attr[0] = '\0';
		else
			push(tag, sizeof tag, *p);
		break;
	case ATTR_NAME:
		if (*p == '>')
			place = strcmp(tag, "script") && strcmp(tag, "style") ? TEXT : RAW;
		else if (*p == '=')
			place = ATTR_EQ;
		else if (isspace((unsigned char)*p))
			attr[0] = '\0';
		else
			push(attr, sizeof attr, *p);
		break;
	case ATTR_EQ:
		place = *p == '"' ? ATTR_DQ : *p == '\'' ? ATTR_SQ : ATTR_BARE;
		break;
	case ATTR_DQ:
	case ATTR_SQ:
		if (*p == (place == ATTR_DQ ? '"' : '\''))
			place = ATTR_NAME, attr[0] = '\0';
		break;
	case ATTR_BARE:
		if (isspace((unsigned char)*p))
			place = ATTR_NAME, attr[0] = '\0';
		else if (*p == '>')
			place = TEXT;
		break;
	case COMMENT:
		if (strncmp(p, "-->", 3) == 0)
			place = TEXT;
		break;
	case RAW:
		if (strncmp(p, "</", 2) == 0)
			place = TAG, tag[0] = '\0';
		break;
	}
}

static const char *writer(const char *type)
{
	bool url = !strcmp(attr, "href") || !strcmp(attr, "src") || !strcmp(attr, "action") ||
		   !strcmp(attr, "formaction");

	if (place == ATTR_DQ || place == ATTR_SQ) {
		if (!strncmp(attr, "on", 2) || !strcmp(attr, "style") || !strcmp(attr, "srcdoc"))
			die("no field may stand in %s=", attr);
		if (url && at[-1] != '"' && at[-1] != '\'')
			die("a field in %s= must be the whole value", attr);
	} else if (place != TEXT) {
		die("no field may stand here");
	}
	return !strcmp(type, "int") ? "tomb_html_int" : url && place != TEXT ? "tomb_html_url" : "tomb_html_text";
}

static int find(const char *want, int in)
{
	for (int i = 0; i < nfields; i++)
		if (!strcmp(fields[i].name, want) && fields[i].in == in)
			return i;
	die("no field %s", want);
}

/* {{struct NAME: ...}} */
static const char *header(const char *p)
{
	char word[3][64];
	int in = -1;
	int used = 0;

	if (sscanf(p, "{{struct %63[a-z0-9_]:%n", name, &used) != 1)
		die("expected {{struct NAME:");
	for (p += used; strncmp(p, "}}", 2) != 0; p += used) {
		struct field *f = &fields[nfields];

		if (*p == ',' || isspace((unsigned char)*p)) {
			used = 1;
		} else if (sscanf(p, "%63[a-z]%n", word[0], &used) == 1 && !strcmp(word[0], "end")) {
			in = -1;
		} else if (sscanf(p, "%7[a-z] %63[a-z0-9_]%n", f->type, f->name, &used) == 2) {
			f->in = in;
			if (!strcmp(f->type, "each"))
				in = nfields, used += p[used] == ':';
			if (++nfields == FIELDS_MAX)
				die("too many fields");
		} else {
			die("bad struct");
		}
	}
	p += 2;
	return *p == '\n' ? p + 1 : p;
}

static void put_member(FILE *h, const struct field *f)
{
	fprintf(h, "\t%s %s;\n",
		!strcmp(f->type, "str")   ? "struct tomb_str"
		: !strcmp(f->type, "int") ? "int64_t"
					  : "bool",
		f->name);
}

static void put_structs(FILE *h)
{
	for (int e = 0; e < nfields; e++) {
		if (strcmp(fields[e].type, "each"))
			continue;
		fprintf(h, "struct html_%s_%s {\n", name, fields[e].name);
		for (int i = 0; i < nfields; i++)
			if (fields[i].in == e)
				put_member(h, &fields[i]);
		fprintf(h, "};\n");
	}
	fprintf(h, "struct html_%s {\n", name);
	for (int i = 0; i < nfields; i++) {
		if (!strcmp(fields[i].type, "each"))
			fprintf(h, "\tconst struct html_%s_%s *%s;\n\tsize_t n%s;\n", name, fields[i].name,
				fields[i].name, fields[i].name);
		else if (fields[i].in < 0)
			put_member(h, &fields[i]);
	}
	fprintf(h, "};\nvoid html_%s(struct tomb_buf *out, const struct html_%s *v);\n\n", name, name);
}

static void put_literal(FILE *c, const char *p, size_t n)
{
	if (n == 0)
		return;
	fprintf(c, "\ttomb_buf_put(out, TOMB_STR(\"");
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n')
			fputs(i + 1 < n ? "\\n\"\n\t\t\"" : "\\n", c);
		else if (p[i] == '"' || p[i] == '\\')
			fprintf(c, "\\%c", p[i]);
		else
			fputc(p[i], c);
	}
	fputs("\"));\n", c);
}

static void compile(FILE *h, FILE *c)
{
	const char *from = header(src);
	int each = -1;
	int depth = 0;
	int each_depth = -1;

	put_structs(h);
	fprintf(c, "void html_%s(struct tomb_buf *out, const struct html_%s *v)\n{\n", name, name);
	place = TEXT;
	for (at = from; *at; at++) {
		char word[64];
		char arg[64];
		int used = 0;

		if (strncmp(at, "{{", 2) != 0) {
			step(at);
			continue;
		}
		put_literal(c, from, (size_t)(at - from));
		if (sscanf(at, "{{end}}%n", &used) == 0 && used) {
			if (depth-- == 0)
				die("{{end}} without a beginning");
			if (depth == each_depth)
				each = each_depth = -1;
			fprintf(c, "\t}\n");
		} else if (sscanf(at, "{{if %63[a-z0-9_]}}%n", arg, &used) == 1 && used) {
			fprintf(c, "\tif (%s%s) {\n", each < 0 ? "v->" : "e->", fields[find(arg, each)].name);
			depth++;
		} else if (sscanf(at, "{{each %63[a-z0-9_]}}%n", arg, &used) == 1 && used) {
			each = find(arg, -1);
			each_depth = depth++;
			fprintf(c, "\tfor (const struct html_%s_%s *e = v->%s; e < v->%s + v->n%s; e++) {\n", name, arg,
				arg, arg, arg);
		} else if (sscanf(at, "{{%63[a-z0-9_]}}%n", word, &used) == 1 && used) {
			fprintf(c, "\t%s(out, %s%s);\n", writer(fields[find(word, each)].type),
				each < 0 ? "v->" : "e->", word);
		} else {
			die("not understood");
		}
		from = at + used;
		at = from - 1;
	}
	if (depth)
		die("missing {{end}}");
	put_literal(c, from, (size_t)(at - from));
	fprintf(c, "}\n\n");
}

int main(int argc, char **argv)
{
	FILE *h = NULL;
	FILE *c = NULL;

	if (argc < 4)
		return fprintf(stderr, "usage: htmlgen out.h out.c in.html...\n"), 2;
	h = fopen(argv[1], "w");
	c = fopen(argv[2], "w");
	if (!h || !c)
		return perror("htmlgen"), 1;
	fprintf(h, "/* Written by lib/gen/htmlgen; do not edit. */\n#ifndef HTML_GEN_H\n#define HTML_GEN_H\n\n#include "
		   "\"tombstone/html.h\"\n\n");
	fprintf(c, "/* Written by lib/gen/htmlgen; do not edit. */\n#include \"html.gen.h\"\n\n");
	for (int i = 3; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");

		path = argv[i];
		nfields = 0;
		at = src;
		if (!f)
			return perror(path), 1;
		src[fread(src, 1, SRC_MAX - 1, f)] = '\0';
		fclose(f);
		compile(h, c);
	}
	fprintf(h, "#endif\n");
	return fclose(h) || fclose(c);
}
