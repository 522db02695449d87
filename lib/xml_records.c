#include "xml_records.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdlib.h>

enum {
	PIECE = 16384,       /* bytes parsed at once: what is complete in them is in memory at once */
	DEPTH_MAX = 64,      /* MODS within an extension within MODS needs 20 */
	SPACE_MAX = 1024,    /* bytes of the name of a namespace, which canonical XML may repeat in each element */
	ELEMENTS_MAX = 65536 /* of a record: elements cost memory even if they are empty; a record of 1 MB has 30,000 */
};

struct xml_records {
	const struct xml_records_rule *rule;
	tomb_read_fn *read;
	void *arg;
	xmlParserCtxt *parser;
	int depth;
	int record_depth; /* 1 or 2 */
	int elements;     /* of the record that is open */
	size_t bytes;     /* pushed since it began, or a little more */
	size_t complete;  /* records that wait in the tree, in their order */
	xmlNode *given;   /* to the caller */
	bool is_done;
	bool in_record;
	enum tomb_code code; /* of the end */
	struct tomb_err err;
};

bool xml_is(const xmlNode *node, const char *space, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 && node->ns &&
	       strcmp((const char *)node->ns->href, space) == 0;
}

struct tomb_str xml_attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (!a->ns && strcmp((const char *)a->name, name) == 0)
			return a->children ? tomb_str_from((const char *)a->children->content) : TOMB_STR("");
	return (struct tomb_str){NULL, 0};
}

/* The node after this one in the order of the document, inside of top. */
static const xmlNode *after(const xmlNode *node, const xmlNode *top)
{
	if (node->type == XML_ELEMENT_NODE && node->children)
		return node->children;
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

void xml_put_text(const xmlNode *node, struct tomb_buf *out)
{
	for (const xmlNode *n = node; n; n = after(n, node))
		if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE)
			tomb_buf_put(out, tomb_str_from((const char *)n->content));
}

/* Ends the parsing, from within. */
#define STOP(x, why, ...)                                                                                              \
	do {                                                                                                           \
		if ((x)->code == TOMB_OK)                                                                              \
			(x)->code = TOMB_FAIL(&(x)->err, (why), __VA_ARGS__);                                          \
		xmlStopParser((x)->parser);                                                                            \
	} while (0)

static int line_of(const struct xml_records *x)
{
	return x->parser->input ? x->parser->input->line : 0;
}

static void meet_doctype(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct xml_records *x = ((xmlParserCtxt *)ctx)->_private;

	(void)name;
	(void)external;
	(void)system;
	STOP(x, TOMB_INVAL, "line %d: the document has a document type (<!DOCTYPE ...>): take it out, %s needs none",
		line_of(x), x->rule->format);
}

static bool is_named(const xmlChar *name, const xmlChar *uri, const char *space, const char *want)
{
	return strcmp((const char *)name, want) == 0 && uri && strcmp((const char *)uri, space) == 0;
}

/* May this element stand where it does?  Sets where records are. */
static bool check_place(struct xml_records *x, const xmlChar *name, const xmlChar *uri)
{
	const struct xml_records_rule *rule = x->rule;
	bool is_record = is_named(name, uri, rule->space, rule->record);

	if (x->depth == 1) {
		x->record_depth = is_record ? 1 : 2;
		if (is_record || is_named(name, uri, rule->space, rule->collection))
			return true;
		STOP(x, TOMB_UNSUPPORTED, "line %d: the document is a <%.64s> in %s%.128s, not a <%s> or <%s> in %s",
			line_of(x), (const char *)name, uri ? "" : "no namespace", uri ? (const char *)uri : "",
			rule->record, rule->collection, rule->space);
		return false;
	}
	if (x->depth == x->record_depth && !is_record) {
		STOP(x, TOMB_INVAL, "line %d: <%.64s> stands where only <%s> may: take it out", line_of(x),
			(const char *)name, rule->record);
		return false;
	}
	return true;
}

/* Pairs of a prefix and the name of its namespace. */
static bool check_spaces(struct xml_records *x, int n, const xmlChar **spaces)
{
	for (int i = 0; i < n; i++)
		if (spaces[2 * i + 1] && strlen((const char *)spaces[2 * i + 1]) > SPACE_MAX) {
			STOP(x, TOMB_TOOBIG, "line %d: the name of a namespace has more than %d bytes", line_of(x),
				SPACE_MAX);
			return false;
		}
	return true;
}

/* NOLINTNEXTLINE(readability-function-size): libxml2's signature */
static void begin_element(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nspaces,
	const xmlChar **spaces, int nattrs, int ndefaulted, const xmlChar **attrs)
{
	struct xml_records *x = ((xmlParserCtxt *)ctx)->_private;

	x->depth++;
	if (x->code != TOMB_OK || !check_place(x, name, uri) || !check_spaces(x, nspaces, spaces))
		return;
	if (x->depth > DEPTH_MAX) {
		STOP(x, TOMB_TOOBIG, "line %d: elements lie more than %d deep in each other", line_of(x), DEPTH_MAX);
		return;
	}
	if (x->depth == x->record_depth) {
		x->in_record = true;
		x->elements = 0;
		x->bytes = 0;
	}
	if (++x->elements > ELEMENTS_MAX) {
		STOP(x, TOMB_TOOBIG, "line %d: a record has more than %d elements", line_of(x), ELEMENTS_MAX);
		return;
	}
	xmlSAX2StartElementNs(ctx, name, prefix, uri, nspaces, spaces, nattrs, ndefaulted, attrs);
}

static void end_element(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml_records *x = ((xmlParserCtxt *)ctx)->_private;

	if (x->code != TOMB_OK)
		return;
	xmlSAX2EndElementNs(ctx, name, prefix, uri);
	if (x->in_record && x->depth == x->record_depth) {
		x->in_record = false;
		x->complete++;
	}
	x->depth--;
}

/* Between records is nothing that anybody asks for. */
static void meet_text(void *ctx, const xmlChar *text, int n)
{
	struct xml_records *x = ((xmlParserCtxt *)ctx)->_private;

	if (x->in_record && x->code == TOMB_OK)
		xmlSAX2Characters(ctx, text, n);
}

static void set_handlers(xmlSAXHandler *sax)
{
	(void)xmlSAXVersion(sax, 2);
	sax->internalSubset = meet_doctype;
	sax->externalSubset = NULL;
	sax->startElementNs = begin_element;
	sax->endElementNs = end_element;
	sax->characters = meet_text;
	sax->ignorableWhitespace = meet_text;
	sax->cdataBlock = meet_text;
	sax->comment = NULL;
	sax->processingInstruction = NULL;
}

enum tomb_code xml_records_open(const struct xml_records_rule *rule, tomb_read_fn *read, void *arg,
	struct xml_records **out, struct tomb_err *err)
{
	XML_RECORDS_AUTO *x = calloc(1, sizeof *x);
	xmlSAXHandler sax = {.initialized = 0};

	if (!x)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", rule->format);
	x->rule = rule;
	x->read = read;
	x->arg = arg;
	set_handlers(&sax);
	x->parser = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
	if (!x->parser || xmlCtxtUseOptions(x->parser,
				  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES))
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", rule->format);
	x->parser->_private = x;
	*out = TOMB_TAKE(x);
	return TOMB_OK;
}

void xml_records_close(struct xml_records **x)
{
	if (!x || !*x)
		return;
	if ((*x)->parser) {
		xmlFreeDoc((*x)->parser->myDoc);
		xmlFreeParserCtxt((*x)->parser);
	}
	free(*x);
	*x = NULL;
}

/* What libxml2 says, in one line. */
static void explain(struct xml_records *x)
{
	const xmlError *e = xmlCtxtGetLastError(x->parser);
	struct tomb_str why = tomb_str_from(e && e->message ? e->message : "");

	while (why.n && (why.p[why.n - 1] == '\n' || why.p[why.n - 1] == ' '))
		why.n--;
	if (e && e->code == XML_ERR_NO_MEMORY)
		x->code = TOMB_FAIL(&x->err, TOMB_NOMEM, "reading %s", x->rule->format);
	else
		x->code = TOMB_FAIL(&x->err, TOMB_INVAL, "line %d: this is not well-formed XML: %.*s", e ? e->line : 0,
			(int)(why.n > 200 ? 200 : why.n), why.p);
}

/* Parses the next piece.  What goes wrong is kept until the records before it are given. */
static void parse_more(struct xml_records *x)
{
	char piece[PIECE];
	size_t n = 0;
	int failed = 0;

	x->code = x->read(x->arg, piece, sizeof piece, &n, &x->err);
	if (x->code != TOMB_OK)
		return;
	x->is_done = n == 0;
	x->bytes += n;
	failed = xmlParseChunk(x->parser, piece, (int)n, n == 0);
	if (x->code != TOMB_OK)
		return;
	if (failed || !x->parser->nsWellFormed)
		explain(x);
	else if (x->in_record && x->bytes > x->rule->bytes_max)
		x->code = TOMB_FAIL(&x->err, TOMB_TOOBIG, "line %d: a record has more than %zu bytes", line_of(x),
			x->rule->bytes_max);
}

static void drop_given(struct xml_records *x)
{
	if (!x->given)
		return;
	xmlUnlinkNode(x->given);
	xmlFreeNode(x->given);
	x->given = NULL;
}

enum tomb_code xml_records_next(struct xml_records *x, xmlNode **out, struct tomb_err *err)
{
	drop_given(x);
	while (x->complete == 0 && !x->is_done && x->code == TOMB_OK)
		parse_more(x);
	if (x->complete == 0) {
		if (x->code != TOMB_OK) {
			*err = x->err;
			return x->code;
		}
		*out = NULL;
		return TOMB_OK;
	}
	x->complete--;
	x->given = xmlDocGetRootElement(x->parser->myDoc);
	if (x->record_depth == 2)
		x->given = x->given->children;
	*out = x->given;
	return TOMB_OK;
}
