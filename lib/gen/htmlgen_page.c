/* Reads a page, its layout and all parts into one list of pieces. */
#include "htmlgen.h"

#include <ctype.h>
#include <string.h>

enum { PART_NAME_MAX = 100 };

/* Files that are being put into one another, and the blocks open in the innermost. */
struct frame {
	const struct source *in;
	const struct frame *outer;
	struct where open[DEPTH_MAX];
	bool is_if[DEPTH_MAX];
	bool has_else[DEPTH_MAX];
	int depth;
};

struct reader {
	struct page *page;
	struct records *records;
	struct source **sources;
	const struct source *top;
	const char *body;   /* of the page, behind its headers */
	const char *layout; /* name of the file, or NULL */
	size_t layout_n;
};

/* The {{...}} at w. */
static struct tag_text tag_at(struct where w)
{
	const char *close = strstr(w.at, "}}");
	struct tag_text t = {.p = w.at + 2};

	if (!close)
		die(w, "{{ without }}");
	t.end = close;
	t.after = close + 2;
	while (t.p < t.end && is_blank(*t.p))
		t.p++;
	while (t.p < t.end && is_blank(t.end[-1]))
		t.end--;
	return t;
}

/* If the tag begins with word, a blank and something more, the something; else NULL. */
static const char *after_word(const struct tag_text *t, const char *word)
{
	size_t n = strlen(word);
	const char *p = t->p + n;

	if ((size_t)(t->end - t->p) <= n || strncmp(t->p, word, n) != 0 || !is_blank(*p))
		return NULL;
	while (is_blank(*p))
		p++;
	return p;
}

static bool is_word(const struct tag_text *t, const char *word)
{
	return (size_t)(t->end - t->p) == strlen(word) && strncmp(t->p, word, strlen(word)) == 0;
}

/* A tag that is alone on its line takes the line with it. */
static bool is_alone(struct where w, const char *after, const char **line)
{
	const char *p = w.at;

	while (p > w.in->text && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	*line = p;
	return (p == w.in->text || p[-1] == '\n') && (*after == '\n' || *after == '\0');
}

static struct piece *add_piece(struct reader *r, enum kind kind, struct where w)
{
	struct piece *p = &r->page->pieces[r->page->n];

	if (r->page->n++ == PIECES_MAX)
		die(w, "more than %d pieces", PIECES_MAX);
	*p = (struct piece){.kind = kind, .w = w};
	return p;
}

static void add_literal(struct reader *r, struct where w, const char *end)
{
	if (end > w.at)
		add_piece(r, PIECE_LITERAL, w)->n = (size_t)(end - w.at);
}

/* How much of a mistake an error shows: not more than a line of it. */
static int shown(const char *p, const char *end)
{
	int n = 0;

	while (p + n < end && n < NAME_SIZE && p[n] != '\n')
		n++;
	return n;
}

/* NAME or NAME.NAME */
static void set_arg(struct piece *piece, const char *p, const char *end)
{
	size_t n = (size_t)(end - p);
	size_t dots = 0;
	bool is_name = n > 0 && n < sizeof piece->arg && p[0] != '.' && end[-1] != '.';

	for (size_t i = 0; is_name && i < n; i++) {
		dots += p[i] == '.';
		is_name = islower((unsigned char)p[i]) || isdigit((unsigned char)p[i]) || p[i] == '_' || p[i] == '.';
	}
	if (!is_name || dots > 1)
		die(piece->w, "not understood: {{%.*s}}", shown(p, end), p);
	memcpy(piece->arg, p, n);
	piece->arg[n] = '\0';
}

static void open_block(struct frame *f, struct where w, bool is_if)
{
	if (f->depth == DEPTH_MAX)
		die(w, "more than %d blocks in blocks", DEPTH_MAX);
	f->open[f->depth] = w;
	f->is_if[f->depth] = is_if;
	f->has_else[f->depth++] = false;
}

static void turn_block(struct frame *f, struct where w, bool is_last)
{
	if (f->depth == 0 || !f->is_if[f->depth - 1])
		die(w, "{{else}} without {{if}}");
	if (f->has_else[f->depth - 1])
		die(w, "{{else}} after {{else}}");
	f->has_else[f->depth - 1] = is_last;
}

/* Any tag that becomes one piece. */
static void add_tag(struct reader *r, struct frame *f, struct where w, const struct tag_text *t)
{
	const char *arg = NULL;

	if ((arg = after_word(t, "if"))) {
		open_block(f, w, true);
		set_arg(add_piece(r, PIECE_IF, w), arg, t->end);
	} else if ((arg = after_word(t, "each"))) {
		open_block(f, w, false);
		set_arg(add_piece(r, PIECE_EACH, w), arg, t->end);
	} else if ((arg = after_word(t, "else if"))) {
		turn_block(f, w, false);
		set_arg(add_piece(r, PIECE_ELSE_IF, w), arg, t->end);
	} else if (is_word(t, "else")) {
		turn_block(f, w, true);
		add_piece(r, PIECE_ELSE, w);
	} else if (is_word(t, "end")) {
		if (f->depth-- == 0)
			die(w, "{{end}} without a beginning");
		add_piece(r, PIECE_END, w);
	} else if ((arg = after_word(t, "int"))) {
		set_arg(add_piece(r, PIECE_EXACT, w), arg, t->end);
	} else {
		set_arg(add_piece(r, PIECE_FIELD, w), t->p, t->end);
	}
}

static void expand(struct reader *r, const struct source *in, const char *from, const struct frame *outer, int *bodies);

static bool is_part_name(const char *p, const char *end)
{
	if (p == end || *p == '/' || (size_t)(end - p) > PART_NAME_MAX)
		return false;
	for (; p < end; p++)
		if ((!isalnum((unsigned char)*p) && !strchr("_-/.", *p)) || (p[0] == '.' && p[1] == '.'))
			return false;
	return true;
}

/* "part/x" or "part/x.html", in the folder of the page. */
static const struct source *open_beside(struct reader *r, struct where w, const char *name, const char *end)
{
	const char *slash = strrchr(r->top->path, '/');
	int folder = slash ? (int)(slash + 1 - r->top->path) : 0;
	int n = (int)(end - name);
	bool has_suffix = n > 5 && strncmp(end - 5, ".html", 5) == 0;
	char path[PATH_SIZE];

	if (!is_part_name(name, end))
		die(w, "not the name of a part: %.*s", shown(name, end), name);
	(void)snprintf(path, sizeof path, "%.*s%.*s%s", folder, r->top->path, n, name, has_suffix ? "" : ".html");
	return source_open(r->sources, path);
}

/* {{fields NAME: ...}} at the top of a layout or part.  Returns what is behind it. */
static const char *read_fields(struct reader *r, const struct source *in)
{
	const char *p = in->text;
	const char *arg = NULL;
	struct where w;
	struct tag_text t;
	struct record *record = NULL;

	while (is_blank(*p))
		p++;
	if (strncmp(p, "{{", 2) != 0)
		return in->text;
	w = (struct where){in, p};
	t = tag_at(w);
	arg = after_word(&t, "fields");
	if (!arg)
		return in->text;
	for (int i = 0; i < r->records->n; i++)
		if (r->records->all[i].in == in)
			record = record ? record : &r->records->all[i];
	if (!record)
		record = record_parse(r->records, w, arg, t.end);
	if (record->n == 0)
		die(w, "{{fields}} without a field");
	record_embed(r->page->root, w, record);
	return *t.after == '\n' ? t.after + 1 : t.after;
}

static void include(struct reader *r, struct frame *f, struct where w, const char *name, const char *end)
{
	const struct source *in = open_beside(r, w, name, end);
	int depth = 0;

	for (const struct frame *o = f; o; o = o->outer) {
		if (o->in == in)
			die(w, "%s includes itself", in->path);
		if (depth++ == DEPTH_MAX)
			die(w, "more than %d files in files", DEPTH_MAX);
	}
	expand(r, in, read_fields(r, in), f, NULL);
}

/* Handles the tags that are about files; false for others. */
static bool file_tag(struct reader *r, struct frame *f, struct where w, const struct tag_text *t, int *bodies)
{
	if (t->p < t->end && *t->p == '>') {
		const char *name = t->p + 1;

		while (is_blank(*name))
			name++;
		include(r, f, w, name, t->end);
		return true;
	}
	if (is_word(t, "body")) {
		if (!bodies)
			die(w, "{{body}} belongs in a layout");
		if (f->depth > 0)
			die(w, "{{body}} cannot stand in a block");
		if ((*bodies)++ > 0)
			die(w, "a layout has one {{body}}");
		expand(r, r->top, r->body, f, NULL);
		return true;
	}
	if (after_word(t, "struct") || after_word(t, "layout"))
		die(w, "{{%.6s}} belongs at the top of a page", t->p);
	if (after_word(t, "fields"))
		die(w, "{{fields}} belongs at the top of a layout or part");
	return false;
}

/* bodies is where to count {{body}} in a layout, else NULL. */
static void expand(struct reader *r, const struct source *in, const char *from, const struct frame *outer, int *bodies)
{
	struct frame f = {.in = in, .outer = outer};
	const char *next = NULL;

	for (const char *p = from; (next = strstr(p, "{{")); p = from) {
		struct where w = {in, next};
		struct tag_text t = tag_at(w);
		bool is_comment = t.p < t.end && *t.p == '#';
		const char *line = NULL;
		bool is_block = after_word(&t, "if") || after_word(&t, "each") || after_word(&t, "else if") ||
				is_word(&t, "else") || is_word(&t, "end") || is_comment;
		bool alone = is_block && is_alone(w, t.after, &line);

		add_literal(r, (struct where){in, from}, alone && line > from ? line : alone ? from : next);
		from = alone && *t.after == '\n' ? t.after + 1 : t.after;
		if (!is_comment && !file_tag(r, &f, w, &t, bodies))
			add_tag(r, &f, w, &t);
	}
	add_literal(r, (struct where){in, from}, in->text + in->n);
	if (f.depth > 0)
		die(f.open[f.depth - 1], "the block has no {{end}}");
}

/* {{layout}}, {{struct}} and comments at the top of a page. */
static void read_headers(struct reader *r)
{
	const char *p = r->top->text;

	while (!r->page->root) {
		struct where w = {r->top, p};
		struct tag_text t;
		const char *arg = NULL;

		while (is_blank(*w.at))
			w.at++;
		if (strncmp(w.at, "{{", 2) != 0)
			die(w, "expected {{struct NAME: ...}} at the top");
		t = tag_at(w);
		if ((arg = after_word(&t, "struct"))) {
			r->page->root = record_parse(r->records, w, arg, t.end);
		} else if ((arg = after_word(&t, "layout"))) {
			r->layout = arg;
			r->layout_n = (size_t)(t.end - arg);
		} else if (t.p == t.end || *t.p != '#') {
			die(w, "expected {{struct NAME: ...}} at the top");
		}
		p = t.after;
	}
	r->body = *p == '\n' ? p + 1 : p;
}

static void check_page(const struct page *page, struct where top)
{
	if (page->root->n == 0)
		die(top, "struct %s has no field", page->root->cname);
	if (page->n == 0)
		die(top, "the page is empty");
}

void page_read(struct page *page, struct records *records, struct source **sources, const char *path)
{
	struct reader r = {.page = page, .records = records, .sources = sources};
	struct where top;

	page->root = NULL;
	page->n = 0;
	r.top = source_open(sources, path);
	top = (struct where){r.top, r.top->text};
	read_headers(&r);
	if (r.layout) {
		const struct source *layout = open_beside(&r, top, r.layout, r.layout + r.layout_n);
		int bodies = 0;

		expand(&r, layout, read_fields(&r, layout), NULL, &bodies);
		if (bodies == 0)
			die((struct where){layout, layout->text}, "a layout has one {{body}}");
	} else {
		expand(&r, r.top, r.body, NULL, NULL);
	}
	check_page(page, top);
}
