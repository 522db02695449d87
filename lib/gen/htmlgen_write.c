/* Pieces to C.  A field of the page is v->x, of an embedded struct v->page.x, of a row v->rows[i1].x. */
#include "htmlgen.h"

#include <string.h>

enum { CHUNK = 2000 /* bytes in one C literal: a compiler need not take more than 4095 */ };

struct scope {
	const struct record *record;
	char prefix[CNAME_SIZE]; /* of its fields in C, with the last -> or . */
};

/* An open {{if}} or {{each}}. */
struct block {
	bool is_loop;
	bool has_else;
	bool has_end; /* a branch has ended before */
	struct place start;
	struct place end; /* of the branches so far */
};

struct writer {
	FILE *c;
	struct place place;
	struct scope scopes[DEPTH_MAX + 1];
	int nscopes;
	struct block blocks[DEPTH_MAX * DEPTH_MAX];
	int depth;
	int loops;
	bool uses_view;
	size_t chunk; /* bytes in the literal that is open; 0 is none */
};

struct found {
	const struct field *field;
	char prefix[CNAME_SIZE];
};

static void set_prefix(char prefix[CNAME_SIZE], struct where w, const char *outer, const char *inner)
{
	int n = snprintf(prefix, CNAME_SIZE, "%s%s", outer, inner);

	if (n < 0 || n >= CNAME_SIZE)
		die(w, "names too long");
}

/* Finds NAME or EMBED.NAME: the innermost scope that has it wins. */
static struct found find(const struct writer *w, const struct piece *piece)
{
	char name[2 * NAME_SIZE];
	char inner[2 * NAME_SIZE + 1] = "";
	char *dot = NULL;
	struct found found = {.field = NULL};
	int i = w->nscopes;

	memcpy(name, piece->arg, sizeof name);
	dot = strchr(name, '.');
	if (dot)
		*dot++ = '\0';
	while (!found.field && i-- > 0)
		found.field = record_find(w->scopes[i].record, name);
	if (!found.field)
		die(piece->w, "there is no field %s in struct %s", name, w->scopes[w->nscopes - 1].record->cname);
	if (found.field->type == TYPE_EMBED && !dot)
		die(piece->w, "%s is a struct: name a field of it", name);
	if (found.field->type != TYPE_EMBED && dot)
		die(piece->w, "%s is not a struct", name);
	if (dot) {
		(void)snprintf(inner, sizeof inner, "%s.", name);
		found.field = record_find(found.field->record, dot);
		if (!found.field)
			die(piece->w, "there is no field %s in struct %s", dot, name);
	}
	set_prefix(found.prefix, piece->w, w->scopes[i].prefix, inner);
	return found;
}

static void end_literal(struct writer *w)
{
	if (w->chunk > 0)
		(void)fputs("\"));\n", w->c);
	w->chunk = 0;
}

/* The statements before which a literal must be complete. */
static void begin_statement(struct writer *w)
{
	end_literal(w);
	for (int i = 0; i <= w->depth; i++)
		(void)fputc('\t', w->c);
}

static void write_character(struct writer *w, char c, bool is_last)
{
	if (w->chunk >= CHUNK && ((unsigned char)c & 0xc0) != 0x80)
		end_literal(w);
	if (w->chunk == 0) {
		begin_statement(w);
		(void)fputs("tomb_buf_put(out, TOMB_STR(\"", w->c);
	}
	w->chunk++;
	if (c == '\n')
		(void)fputs(is_last ? "\\n" : "\\n\"\n\t\t\"", w->c);
	else if (c == '\t')
		(void)fputs("\\t", w->c);
	else if (c == '"' || c == '\\' || c == '?') /* "??/" would be a trigraph */
		(void)fprintf(w->c, "\\%c", c);
	else
		(void)fputc(c, w->c);
}

static void write_literal(struct writer *w, const struct piece *piece)
{
	struct where at = piece->w;

	for (size_t i = 0; i < piece->n; i++, at.at++) {
		place_step(&w->place, at);
		write_character(w, *at.at, i + 1 == piece->n);
	}
}

static void write_field(struct writer *w, const struct piece *piece)
{
	struct found found = find(w, piece);
	enum type type = found.field->type;
	const char *name = found.field->name;

	if (type == TYPE_BOOL)
		die(piece->w, "%s is a bool: use {{if %s}}", piece->arg, piece->arg);
	if (type == TYPE_EACH)
		die(piece->w, "%s is a list: use {{each %s}}", piece->arg, piece->arg);
	if (piece->kind == PIECE_EXACT && type != TYPE_SIZE && type != TYPE_INT)
		die(piece->w, "{{int %s}}: it is not a number", piece->arg);
	if (piece->kind == PIECE_EXACT)
		type = TYPE_INT;
	begin_statement(w);
	(void)fprintf(
		w->c, "%s(out, %s%s);\n", place_writer(&w->place, piece->w, found.field, type), found.prefix, name);
	w->uses_view = true;
}

static void write_condition(struct writer *w, const struct piece *piece)
{
	static const struct {
		const char *before;
		const char *after;
	} test[] = {
		[TYPE_STR] = {"", ".n > 0"},
		[TYPE_INT] = {"", " != 0"},
		[TYPE_BOOL] = {"", ""},
		[TYPE_SIZE] = {"", " != 0"},
		[TYPE_TIME] = {"", " != 0"},
		[TYPE_EACH] = {"n", " > 0"},
	};
	struct found found = find(w, piece);
	enum type type = found.field->type;

	(void)fprintf(w->c, "if (%s%s%s%s) {\n", found.prefix, test[type].before, found.field->name, test[type].after);
	w->uses_view = true;
}

static struct block *push_block(struct writer *w, const struct piece *piece)
{
	struct block *b = &w->blocks[w->depth];

	if ((size_t)w->depth + 1 == sizeof w->blocks / sizeof w->blocks[0])
		die(piece->w, "too many blocks in blocks");
	place_settle(&w->place, piece->w);
	*b = (struct block){.start = w->place};
	return b;
}

static void write_if(struct writer *w, const struct piece *piece)
{
	(void)push_block(w, piece);
	begin_statement(w);
	write_condition(w, piece);
	w->depth++;
}

static void write_each(struct writer *w, const struct piece *piece)
{
	struct found found = find(w, piece);
	const char *name = found.field->name;
	char row[CNAME_SIZE];
	struct scope *s = &w->scopes[w->nscopes];

	if (found.field->type != TYPE_EACH)
		die(piece->w, "%s is not a list", piece->arg);
	if (w->nscopes == DEPTH_MAX)
		die(piece->w, "more than %d loops in loops", DEPTH_MAX);
	push_block(w, piece)->is_loop = true;
	begin_statement(w);
	w->loops++;
	(void)fprintf(
		w->c, "for (size_t i%d = 0; i%d < %sn%s; i%d++) {\n", w->loops, w->loops, found.prefix, name, w->loops);
	(void)snprintf(row, sizeof row, "%s[i%d].", name, w->loops);
	set_prefix(s->prefix, piece->w, found.prefix, row);
	s->record = found.field->record;
	w->nscopes++;
	w->depth++;
	w->uses_view = true;
}

/* The branch that ends here joins those before it. */
static void end_branch(struct writer *w, struct block *b, const struct piece *piece)
{
	place_settle(&w->place, piece->w);
	b->end = b->has_end ? place_join(piece->w, &b->end, &w->place) : w->place;
	b->has_end = true;
	w->place = b->start;
}

static void write_else(struct writer *w, const struct piece *piece)
{
	struct block *b = &w->blocks[w->depth - 1];

	end_branch(w, b, piece);
	end_literal(w);
	w->depth--;
	begin_statement(w);
	w->depth++;
	(void)fputs("} else ", w->c);
	if (piece->kind == PIECE_ELSE_IF) {
		write_condition(w, piece);
		return;
	}
	b->has_else = true;
	(void)fputs("{\n", w->c);
}

static void write_end(struct writer *w, const struct piece *piece)
{
	struct block *b = &w->blocks[w->depth - 1];

	if (b->is_loop) {
		place_settle(&w->place, piece->w);
		place_loop(piece->w, &b->start, &w->place);
		w->nscopes--;
	} else {
		end_branch(w, b, piece);
		w->place = b->has_else ? b->end : place_join(piece->w, &b->end, &b->start);
	}
	end_literal(w);
	w->depth--;
	begin_statement(w);
	(void)fputs("}\n", w->c);
}

void page_write(FILE *h, FILE *c, const struct page *page)
{
	static void (*const write[])(struct writer *, const struct piece *) = {
		[PIECE_LITERAL] = write_literal,
		[PIECE_FIELD] = write_field,
		[PIECE_EXACT] = write_field,
		[PIECE_IF] = write_if,
		[PIECE_ELSE] = write_else,
		[PIECE_ELSE_IF] = write_else,
		[PIECE_EACH] = write_each,
		[PIECE_END] = write_end,
	};
	struct writer w = {.c = c, .place = {.spot = SPOT_TEXT}, .nscopes = 1};
	const char *name = page->root->cname;

	w.scopes[0] = (struct scope){.record = page->root, .prefix = "v->"};
	record_write(h, page->root);
	(void)fprintf(h, "void html_%s(struct tomb_buf *out, const struct html_%s *v);\n\n", name, name);
	(void)fprintf(c, "\nvoid html_%s(struct tomb_buf *out, const struct html_%s *v)\n{\n", name, name);
	for (int i = 0; i < page->n; i++)
		write[page->pieces[i].kind](&w, &page->pieces[i]);
	end_literal(&w);
	if (!w.uses_view)
		(void)fputs("\t(void)v;\n", c);
	(void)fputs("}\n", c);
	if (w.place.spot != SPOT_TEXT && page->n > 0) {
		struct where end = page->pieces[page->n - 1].w;

		end.at += page->pieces[page->n - 1].n;
		die(end, "the page ends inside a tag, a comment or a title");
	}
}
