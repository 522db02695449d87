#include "xml_mods.h"

#include <inttypes.h>
#include <libxml/c14n.h>
#include <stdlib.h>

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* White space and comments make a record larger than it is here. */
const struct xml_records_rule xml_mods_rule = {
	.format = "MODS",
	.space = TOMB_MODS_NAMESPACE,
	.record = "mods",
	.collection = "modsCollection",
	.bytes_max = (size_t)4 * TOMB_MODS_BYTES_MAX,
};

struct tomb_mods_reader {
	struct xml_records *records;
	int64_t number;
	struct tomb_buf text;
};

enum tomb_code tomb_mods_reader_open(tomb_read_fn *read, void *arg, struct tomb_mods_reader **out, struct tomb_err *err)
{
	TOMB_MODS_READER_AUTO *r = calloc(1, sizeof *r);

	if (!r)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MODS");
	r->text = tomb_buf_init(TOMB_MODS_BYTES_MAX);
	TOMB_TRY(xml_records_open(&xml_mods_rule, read, arg, &r->records, err));
	*out = TOMB_TAKE(r);
	return TOMB_OK;
}

void tomb_mods_reader_close(struct tomb_mods_reader **r)
{
	if (!r || !*r)
		return;
	xml_records_close(&(*r)->records);
	tomb_buf_fini(&(*r)->text);
	free(*r);
	*r = NULL;
}

/* For canonical XML: what lies in the record, and not around it. */
static int is_inside(void *record, xmlNode *node, xmlNode *parent)
{
	/* A namespace is no node: it has the parent that is told. */
	const xmlNode *at = node->type == XML_NAMESPACE_DECL ? parent : node;

	while (at && at != record)
		at = at->parent;
	return at != NULL;
}

static int keep(void *ctx, const char *bytes, int n)
{
	struct tomb_buf *out = ctx;

	tomb_buf_put(out, (struct tomb_str){bytes, (size_t)n});
	return out->broken == TOMB_OK ? n : -1;
}

/* What schema it once was written for is not part of a record, and is told anew to everybody who gets it. */
static void drop_schema(xmlNode *record)
{
	xmlAttr *next = NULL;

	for (xmlAttr *a = record->properties; a; a = next) {
		next = a->next;
		if (a->ns && strcmp((const char *)a->ns->href, XSI) == 0)
			(void)xmlRemoveProp(a); /* fails for what is no attribute only */
	}
}

/* What it would print is told by what it returns. */
static void be_silent(void *ctx, xmlError *error)
{
	(void)ctx;
	(void)error;
}

static enum tomb_code canonize(xmlNode *record, struct tomb_buf *out, struct tomb_err *err)
{
	xmlStructuredErrorFunc before = xmlStructuredError; /* both of this thread */
	void *before_arg = xmlStructuredErrorContext;
	xmlOutputBuffer *sink = NULL;
	int n = 0;

	tomb_buf_reset(out);
	drop_schema(record);
	sink = xmlOutputBufferCreateIO(keep, NULL, out, NULL);
	if (!sink)
		return TOMB_FAIL(err, TOMB_NOMEM, "writing MODS");
	xmlSetStructuredErrorFunc(NULL, be_silent);
	n = xmlC14NExecute(record->doc, is_inside, record, XML_C14N_EXCLUSIVE_1_0, NULL, 0, sink);
	if (xmlOutputBufferClose(sink) < 0)
		n = -1;
	xmlSetStructuredErrorFunc(before_arg, before);
	if (out->broken == TOMB_NOMEM)
		return TOMB_FAIL(err, TOMB_NOMEM, "writing MODS");
	if (out->broken == TOMB_TOOBIG)
		return TOMB_FAIL(err, TOMB_TOOBIG, "it has more than %d bytes", TOMB_MODS_BYTES_MAX);
	if (n < 0)
		return TOMB_FAIL(
			err, TOMB_INVAL, "it has no canonical form: a namespace that it uses is a relative address");
	return TOMB_OK;
}

enum tomb_code tomb_mods_reader_next(struct tomb_mods_reader *r, struct tomb_mods_item *out, struct tomb_err *err)
{
	struct tomb_mods_item item = {.found = TOMB_MODS_END};
	xmlNode *record = NULL;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(xml_records_next(r->records, &record, err));
	if (record) {
		item.number = ++r->number;
		item.line = xmlGetLineNo(record);
		code = canonize(record, &r->text, &why);
		if (code == TOMB_NOMEM) {
			*err = why;
			return code;
		}
		item.found = code == TOMB_OK ? TOMB_MODS_FOUND : TOMB_MODS_BAD;
		item.text = (struct tomb_str){r->text.p, code == TOMB_OK ? r->text.n : 0};
		if (code != TOMB_OK)
			(void)TOMB_FAIL(&item.problem, code, "record %" PRId64 ", line %" PRId64 ": %s", item.number,
				item.line, why.text);
	}
	*out = item;
	return TOMB_OK;
}

enum tomb_code xml_mods_supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *rest = arg;

	(void)err;
	*n = rest->n < cap ? rest->n : cap;
	memcpy(buf, rest->p, *n);
	*rest = (struct tomb_str){rest->p + *n, rest->n - *n};
	return TOMB_OK;
}

enum tomb_code tomb_mods_read_one(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_MODS_READER_AUTO *r = NULL;
	struct tomb_mods_item item;
	struct tomb_str found = {NULL, 0};

	TOMB_TRY(tomb_mods_reader_open(xml_mods_supply, &text, &r, err));
	TOMB_TRY(tomb_mods_reader_next(r, &item, err));
	if (item.found == TOMB_MODS_END)
		return TOMB_FAIL(err, TOMB_INVAL, "there is no <mods>");
	if (item.found == TOMB_MODS_BAD)
		return TOMB_FAIL(err, item.problem.code, "%s", item.problem.text);
	found = tomb_arena_str(arena, item.text);
	if (!found.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a MODS record of %zu bytes", item.text.n);
	TOMB_TRY(tomb_mods_reader_next(r, &item, err));
	if (item.found != TOMB_MODS_END)
		return TOMB_FAIL(err, TOMB_INVAL, "there is more than one <mods>: send them one by one");
	*out = found;
	return TOMB_OK;
}

/* Canonical XML begins with the name of the root, and then a blank or the end of the tag. */
void tomb_mods_put(struct tomb_str kept, bool has_schema_location, struct tomb_buf *out)
{
	const char *end = memchr(kept.p, '>', kept.n);
	size_t tag = end ? (size_t)(end - kept.p) : 0;
	const char *blank = memchr(kept.p, ' ', tag);
	size_t name = blank ? (size_t)(blank - kept.p) : tag;

	/* Somebody's own prefix of that name cannot be declared twice. */
	if (!has_schema_location || memmem(kept.p, tag, "xmlns:xsi=", strlen("xmlns:xsi="))) {
		tomb_buf_put(out, kept);
		return;
	}
	tomb_buf_put(out, (struct tomb_str){kept.p, name});
	tomb_buf_put(out,
		TOMB_STR(" xmlns:xsi=\"" XSI "\" xsi:schemaLocation=\"" TOMB_MODS_NAMESPACE " " TOMB_MODS_SCHEMA "\""));
	tomb_buf_put(out, (struct tomb_str){kept.p + name, kept.n - name});
}
