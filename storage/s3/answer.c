#include "s3/answer.h"

#include <libxml/parser.h>
#include <limits.h>

static void free_doc(xmlDoc **doc)
{
	xmlFreeDoc(*doc);
}

#define DOC_AUTO TOMB_CLEANUP(free_doc) xmlDoc

static bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

/* The document, if its root has that name.  A document type is refused before libxml2 sees it: no answer has one, and
 * everything that can go wrong with entities begins there. */
static enum tomb_code parse(struct tomb_str body, const char *root, xmlDoc **out, struct tomb_err *err)
{
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;
	DOC_AUTO *doc = NULL;
	const xmlNode *top = NULL;

	if (body.n == 0 || body.n > INT_MAX)
		return TOMB_FAIL(err, TOMB_CORRUPT, "an answer of %zu bytes", body.n);
	if (memmem(body.p, body.n, "<!DOCTYPE", 9) || memchr(body.p, '\0', body.n))
		return TOMB_FAIL(err, TOMB_CORRUPT, "the answer has a document type or is not UTF-8");
	doc = xmlReadMemory(body.p, (int)body.n, NULL, "UTF-8", options);
	if (!doc || doc->intSubset)
		return TOMB_FAIL(err, TOMB_CORRUPT, "the answer is not well-formed XML");
	top = xmlDocGetRootElement(doc);
	if (!top || !is_named(top, root))
		return TOMB_FAIL(err, TOMB_CORRUPT, "the answer is a <%s>, not a <%s>",
			top ? (const char *)top->name : "", root);
	*out = TOMB_TAKE(doc);
	return TOMB_OK;
}

/* The text of the first child of that name, in the arena. */
static enum tomb_code text_of(
	const xmlNode *parent, const char *name, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	const xmlNode *child = parent->children;
	xmlChar *text = NULL;
	struct tomb_str copy = {NULL, 0};

	while (child && !is_named(child, name))
		child = child->next;
	if (!child) {
		*out = TOMB_STR("");
		return TOMB_OK;
	}
	text = xmlNodeGetContent(child);
	if (text)
		copy = tomb_arena_str(arena, tomb_str_from((const char *)text));
	xmlFree(text);
	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading an answer");
	*out = copy;
	return TOMB_OK;
}

enum tomb_code s3_answer_error(
	struct tomb_str body, struct tomb_arena *arena, struct s3_error *out, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	const xmlNode *top = NULL;
	struct s3_error found;

	TOMB_TRY(parse(body, "Error", &doc, err));
	top = xmlDocGetRootElement(doc);
	TOMB_TRY(text_of(top, "Code", arena, &found.code, err));
	TOMB_TRY(text_of(top, "Message", arena, &found.message, err));
	TOMB_TRY(text_of(top, "RequestId", arena, &found.request_id, err));
	*out = found;
	return TOMB_OK;
}

static enum tomb_code read_entry(
	const xmlNode *node, struct tomb_arena *arena, struct s3_entry *out, struct tomb_err *err)
{
	struct tomb_str marker = {NULL, 0};

	out->is_error = is_named(node, "Error");
	TOMB_TRY(text_of(node, "Key", arena, &out->key, err));
	TOMB_TRY(text_of(node, "VersionId", arena, &out->version_id, err));
	TOMB_TRY(text_of(node, "Code", arena, &out->code, err));
	TOMB_TRY(text_of(node, "Message", arena, &out->message, err));
	TOMB_TRY(text_of(node, "DeleteMarker", arena, &marker, err));
	out->marker = tomb_str_eq(marker, TOMB_STR("true"));
	return TOMB_OK;
}

static bool is_entry(const xmlNode *node)
{
	return is_named(node, "Deleted") || is_named(node, "Error");
}

enum tomb_code s3_answer_delete(
	struct tomb_str body, struct tomb_arena *arena, struct s3_entry **out, size_t *n, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	const xmlNode *top = NULL;
	struct s3_entry *entries = NULL;
	size_t count = 0;
	size_t i = 0;

	TOMB_TRY(parse(body, "DeleteResult", &doc, err));
	top = xmlDocGetRootElement(doc);
	for (const xmlNode *node = top->children; node; node = node->next)
		count += is_entry(node);
	entries = TOMB_NEW(arena, struct s3_entry, count + 1);
	if (!entries)
		return TOMB_FAIL(err, TOMB_NOMEM, "an answer about %zu keys", count);
	for (const xmlNode *node = top->children; node; node = node->next)
		if (is_entry(node))
			TOMB_TRY(read_entry(node, arena, &entries[i++], err));
	*out = entries;
	*n = count;
	return TOMB_OK;
}

enum tomb_code s3_answer_versioning(struct tomb_str body, bool *versioned, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	TOMB_ARENA_AUTO arena = tomb_arena_init(body.n + 64);
	struct tomb_str status = {NULL, 0};

	TOMB_TRY(parse(body, "VersioningConfiguration", &doc, err));
	TOMB_TRY(text_of(xmlDocGetRootElement(doc), "Status", &arena, &status, err));
	/* "Enabled" or "Suspended"; a bucket that never had versions has no status at all. */
	*versioned = status.n > 0;
	return TOMB_OK;
}
