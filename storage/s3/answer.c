#include "s3/answer.h"

#include "tombstone/parse.h"
#include "tombstone/time.h"

#include <libxml/parser.h>
#include <limits.h>

enum { FLAG_ARENA_MAX = 4096 }; /* bytes: "true" and the like */

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
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT;
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

/* The text of an element, in the arena. */
static enum tomb_code read_text(
	const xmlNode *node, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	const xmlNode *only = node->children && !node->children->next ? node->children : NULL;
	struct tomb_str copy = {NULL, 0};
	xmlChar *text = NULL;

	if (only && only->type == XML_TEXT_NODE) {
		copy = tomb_arena_str(arena, tomb_str_from((const char *)only->content));
	} else {
		text = xmlNodeGetContent(node);
		if (text)
			copy = tomb_arena_str(arena, tomb_str_from((const char *)text));
		xmlFree(text);
	}
	if (!copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading an answer");
	*out = copy;
	return TOMB_OK;
}

/* The text of the first child of that name, in the arena. */
static enum tomb_code text_of(
	const xmlNode *parent, const char *name, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	const xmlNode *child = parent->children;

	while (child && !is_named(child, name))
		child = child->next;
	if (child)
		return read_text(child, arena, out, err);
	*out = TOMB_STR("");
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
	TOMB_TRY(text_of(top, "Region", arena, &found.region, err));
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

enum tomb_code s3_answer_versioning(struct tomb_str body, enum tomb_versioning *out, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	TOMB_ARENA_AUTO arena = tomb_arena_init(body.n + 64);
	struct tomb_str status = {NULL, 0};

	TOMB_TRY(parse(body, "VersioningConfiguration", &doc, err));
	TOMB_TRY(text_of(xmlDocGetRootElement(doc), "Status", &arena, &status, err));
	/* A bucket that never had versions has no status at all; a word that nobody knows is not that. */
	*out = status.n == 0                                ? TOMB_VERSIONING_NEVER
	       : tomb_str_eq(status, TOMB_STR("Suspended")) ? TOMB_VERSIONING_SUSPENDED
							    : TOMB_VERSIONING_ENABLED;
	return TOMB_OK;
}

enum tomb_code s3_answer_lock_rule(struct tomb_str body, struct s3_lock_rule *out, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	TOMB_ARENA_AUTO arena = tomb_arena_init(body.n + 64);
	struct tomb_str enabled = {NULL, 0};
	struct s3_lock_rule found = {.enabled = false};
	const xmlNode *top = NULL;

	TOMB_TRY(parse(body, "ObjectLockConfiguration", &doc, err));
	top = xmlDocGetRootElement(doc);
	TOMB_TRY(text_of(top, "ObjectLockEnabled", &arena, &enabled, err));
	found.enabled = tomb_str_eq(enabled, TOMB_STR("Enabled"));
	for (const xmlNode *node = top->children; node; node = node->next)
		found.locks_all |= is_named(node, "Rule");
	*out = found;
	return TOMB_OK;
}

static enum tomb_code is_true(const xmlNode *parent, const char *name, bool *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(FLAG_ARENA_MAX);
	struct tomb_str text = {NULL, 0};

	TOMB_TRY(text_of(parent, name, &arena, &text, err));
	*out = tomb_str_eq(text, TOMB_STR("true")) || tomb_str_eq(text, TOMB_STR("enabled"));
	return TOMB_OK;
}

enum tomb_code s3_answer_compliance(
	struct tomb_str body, const char *root, struct s3_compliance *out, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	TOMB_ARENA_AUTO arena = tomb_arena_init(body.n + 64);
	const xmlNode *top = NULL;
	struct tomb_str until = {NULL, 0};
	struct s3_compliance found = {.until_us = 0};
	bool legal = false;

	TOMB_TRY(parse(body, root, &doc, err));
	top = xmlDocGetRootElement(doc);
	TOMB_TRY(is_true(top, "Status", &found.enabled, err));
	TOMB_TRY(is_true(top, "ConditionalHold", &found.held, err));
	TOMB_TRY(is_true(top, "LegalHold", &legal, err));
	TOMB_TRY(text_of(top, "RetentionTime", &arena, &until, err));
	if (until.n && tomb_time_parse(until, &found.until_us, err) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_CORRUPT, "a retention time that is none");
	found.held |= legal;
	*out = found;
	return TOMB_OK;
}

static bool is_listed(const xmlNode *node)
{
	return is_named(node, "Version") || is_named(node, "DeleteMarker");
}

/* What only a data version has. */
static enum tomb_code read_data(
	const xmlNode *node, struct tomb_arena *arena, struct tomb_version *out, struct tomb_err *err)
{
	struct tomb_str size = {NULL, 0};

	TOMB_TRY(text_of(node, "ETag", arena, &out->etag, err));
	TOMB_TRY(text_of(node, "StorageClass", arena, &out->storage_class, err));
	TOMB_TRY(text_of(node, "Size", arena, &size, err));
	if (!tomb_parse_i64(size, 0, INT64_MAX, &out->size_bytes))
		return TOMB_FAIL(err, TOMB_CORRUPT, "a version without a size");
	return TOMB_OK;
}

static enum tomb_code read_listed(
	const xmlNode *node, struct tomb_arena *arena, struct s3_listed *out, struct tomb_err *err)
{
	struct tomb_version *v = &out->version;
	struct tomb_str latest = {NULL, 0};
	struct tomb_str modified = {NULL, 0};

	v->is_marker = is_named(node, "DeleteMarker");
	v->etag = v->storage_class = TOMB_STR("");
	TOMB_TRY(text_of(node, "Key", arena, &out->key, err));
	TOMB_TRY(text_of(node, "VersionId", arena, &v->version_id, err));
	TOMB_TRY(text_of(node, "IsLatest", arena, &latest, err));
	TOMB_TRY(text_of(node, "LastModified", arena, &modified, err));
	v->is_latest = tomb_str_eq(latest, TOMB_STR("true"));
	if (!out->key.n || !v->version_id.n)
		return TOMB_FAIL(err, TOMB_CORRUPT, "a version without a key or an id");
	if (tomb_time_parse(modified, &v->modified_us, err) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_CORRUPT, "a version without a date");
	return v->is_marker ? TOMB_OK : read_data(node, arena, v, err);
}

enum tomb_code s3_answer_versions(
	struct tomb_str body, struct tomb_arena *arena, struct s3_version_page *out, struct tomb_err *err)
{
	DOC_AUTO *doc = NULL;
	const xmlNode *top = NULL;
	struct s3_version_page page = {.n = 0};
	struct tomb_str truncated = {NULL, 0};
	struct tomb_str encoding = {NULL, 0};
	size_t i = 0;

	TOMB_TRY(parse(body, "ListVersionsResult", &doc, err));
	top = xmlDocGetRootElement(doc);
	TOMB_TRY(text_of(top, "IsTruncated", arena, &truncated, err));
	TOMB_TRY(text_of(top, "EncodingType", arena, &encoding, err));
	TOMB_TRY(text_of(top, "NextKeyMarker", arena, &page.next_key, err));
	TOMB_TRY(text_of(top, "NextVersionIdMarker", arena, &page.next_version, err));
	page.is_truncated = tomb_str_eq(truncated, TOMB_STR("true"));
	page.is_encoded = encoding.n > 0;
	for (const xmlNode *node = top->children; node; node = node->next)
		page.n += is_listed(node);
	page.entries = TOMB_NEW(arena, struct s3_listed, page.n + 1);
	if (!page.entries)
		return TOMB_FAIL(err, TOMB_NOMEM, "a list of %zu versions", page.n);
	for (const xmlNode *node = top->children; node; node = node->next)
		if (is_listed(node))
			TOMB_TRY(read_listed(node, arena, &page.entries[i++], err));
	*out = page;
	return TOMB_OK;
}
