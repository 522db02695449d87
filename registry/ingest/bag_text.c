#include "bag_text.h"

#include "bag_lines.h"
#include "tombstone/utf8.h"

#include <assert.h>
#include <strings.h>

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && tomb_bag_is_wsp(s.p[0]))
		s = (struct tomb_str){s.p + 1, s.n - 1};
	while (s.n && tomb_bag_is_wsp(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* ---- bagit.txt ---- */

struct declaration {
	uint64_t lines;
	bool is_1_0;
};

/* Splits at ": " exactly: the declaration is written by programs only (RFC 8493, 2.1.1). */
static enum tomb_code declared(
	struct tomb_str line, struct tomb_str label, struct tomb_str *value, struct tomb_err *err)
{
	if (line.n < label.n + 2 || strncasecmp(line.p, label.p, label.n) != 0 || line.p[label.n] != ':' ||
		!tomb_bag_is_wsp(line.p[label.n + 1]))
		return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s: \" is missing", TOMB_STR_ARG(label));
	*value = (struct tomb_str){line.p + label.n + 2, line.n - label.n - 2};
	return TOMB_OK;
}

static enum tomb_code declaration_line(void *arg, struct tomb_str line, uint64_t number, struct tomb_err *err)
{
	struct declaration *d = arg;
	struct tomb_str value = {NULL, 0};

	if (++d->lines != number || number > 2)
		return TOMB_FAIL(err, TOMB_INVAL, "there must be two lines and no other");
	if (number == 1) {
		TOMB_TRY(declared(line, TOMB_STR("BagIt-Version"), &value, err));
		d->is_1_0 = tomb_str_eq(value, TOMB_STR("1.0"));
		if (!d->is_1_0 && !tomb_str_eq(value, TOMB_STR("0.97")))
			return TOMB_FAIL(err, TOMB_UNSUPPORTED, "BagIt version \"%.*s\" is neither 1.0 nor 0.97",
				TOMB_STR_ARG(value));
		return TOMB_OK;
	}
	TOMB_TRY(declared(line, TOMB_STR("Tag-File-Character-Encoding"), &value, err));
	if (value.n != 5 || strncasecmp(value.p, "UTF-8", 5) != 0)
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "tag file encoding \"%.*s\" is not UTF-8", TOMB_STR_ARG(value));
	return TOMB_OK;
}

enum tomb_code tomb_bag_text_declaration(struct tomb_str text, bool *is_1_0, struct tomb_err *err)
{
	struct declaration d = {.lines = 0};
	struct tomb_bag_lines lines = {.file = TOMB_STR("bagit.txt"), .line = declaration_line, .arg = &d};

	TOMB_TRY(tomb_bag_lines_feed(&lines, text, err));
	TOMB_TRY(tomb_bag_lines_end(&lines, err));
	if (d.lines != 2)
		return TOMB_FAIL(err, TOMB_INVAL, "bagit.txt: there must be two lines and no other");
	*is_1_0 = d.is_1_0;
	return TOMB_OK;
}

/* ---- labels and values ---- */

struct labels {
	struct tomb_arena *arena;
	struct tomb_bag_label *label; /* room for as many as the text has lines */
	size_t n;
	struct tomb_buf value; /* of the last label, while it may go on */
	bool is_1_0;
};

static void labels_fini(struct labels *l)
{
	tomb_buf_fini(&l->value);
}

static enum tomb_code keep(struct labels *l, struct tomb_err *err)
{
	struct tomb_str value = {NULL, 0};

	if (l->n == 0)
		return TOMB_OK;
	TOMB_TRY(tomb_buf_done(&l->value, &value, err));
	l->label[l->n - 1].value = tomb_arena_str(l->arena, value);
	if (!l->label[l->n - 1].value.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading labels");
	tomb_buf_reset(&l->value);
	return TOMB_OK;
}

static enum tomb_code check_label(const struct labels *l, struct tomb_str label, struct tomb_err *err)
{
	if (trim(label).n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "a label is empty");
	if (l->is_1_0 && trim(label).n != label.n)
		return TOMB_FAIL(
			err, TOMB_INVAL, "a label must not begin or end with white space: %.*s", TOMB_STR_ARG(label));
	return TOMB_OK;
}

static enum tomb_code label_line(void *arg, struct tomb_str line, uint64_t number, struct tomb_err *err)
{
	struct labels *l = arg;
	const char *colon = memchr(line.p, ':', line.n);
	struct tomb_str label = {line.p, colon ? (size_t)(colon - line.p) : 0};

	(void)number;
	if (memchr(line.p, '\0', line.n) || !tomb_utf8_valid(line))
		return TOMB_FAIL(err, TOMB_INVAL, "the text is not UTF-8");
	if (tomb_bag_is_wsp(line.p[0])) {
		if (l->n == 0)
			return TOMB_FAIL(err, TOMB_INVAL, "a value is continued that was never begun");
		tomb_buf_put(&l->value, l->value.n ? TOMB_STR(" ") : TOMB_STR(""));
		tomb_buf_put(&l->value, trim(line));
		return TOMB_OK;
	}
	if (!colon)
		return TOMB_FAIL(err, TOMB_INVAL, "a label and a colon are missing: %.*s", TOMB_STR_ARG(line));
	TOMB_TRY(check_label(l, label, err));
	TOMB_TRY(keep(l, err));
	tomb_buf_put(&l->value, trim((struct tomb_str){colon + 1, line.n - label.n - 1}));
	l->label[l->n].label = tomb_arena_str(l->arena, trim(label));
	if (!l->label[l->n++].label.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading labels");
	return TOMB_OK;
}

static size_t count_lines(struct tomb_str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\r' || text.p[i] == '\n';
	return n;
}

enum tomb_code tomb_bag_text_labels(struct tomb_str file, struct tomb_str text, bool is_1_0, struct tomb_arena *arena,
	struct tomb_bag_label **out, size_t *n, struct tomb_err *err)
{
	TOMB_CLEANUP(labels_fini)
	struct labels l = {.arena = arena, .value = tomb_buf_init(TOMB_BAG_INFO_MAX), .is_1_0 = is_1_0};
	struct tomb_bag_lines lines = {.file = file, .line = label_line, .arg = &l};

	l.label = TOMB_NEW(arena, struct tomb_bag_label, count_lines(text));
	if (!l.label)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading labels");
	TOMB_TRY(tomb_bag_lines_feed(&lines, text, err));
	TOMB_TRY(tomb_bag_lines_end(&lines, err));
	TOMB_TRY(keep(&l, err));
	*out = l.label;
	*n = l.n;
	return TOMB_OK;
}
