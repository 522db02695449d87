#include "aws/answer_sts.h"

#include "tombstone/secret.h"
#include "tombstone/time.h"

#include <ctype.h>
#include <libxml/parser.h>
#include <limits.h>

enum { DEPTH_MAX = 8 }; /* an answer has 4 */

/* Text of the tree is wiped before it is freed: it was keys. */
static void free_doc(xmlDoc **doc)
{
	xmlNode *node = *doc ? xmlDocGetRootElement(*doc) : NULL;
	xmlNode *top = node;

	while (node) {
		if (node->type == XML_TEXT_NODE && node->content)
			tomb_wipe(node->content, strlen((char *)node->content));
		if (node->type == XML_ELEMENT_NODE && node->children) {
			node = node->children;
			continue;
		}
		while (node != top && !node->next)
			node = node->parent;
		node = node == top ? NULL : node->next;
	}
	xmlFreeDoc(*doc);
}

#define DOC_AUTO TOMB_CLEANUP(free_doc) xmlDoc

static bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

/* A document type is refused before libxml2 sees it: everything that can go wrong with entities begins there. */
static xmlDoc *parse(struct tomb_str body)
{
	int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;

	if (body.n == 0 || body.n > INT_MAX || memmem(body.p, body.n, "<!DOCTYPE", 9) || memchr(body.p, '\0', body.n))
		return NULL;
	return xmlReadMemory(body.p, (int)body.n, NULL, "UTF-8", options);
}

/* Down from the root by names, of which the first is the root's; NULL when one is missing. */
static const xmlNode *find(const xmlDoc *doc, const char *const *names)
{
	const xmlNode *node = doc ? xmlDocGetRootElement(doc) : NULL;

	for (int depth = 0; depth < DEPTH_MAX && node; depth++, node = node->children) {
		while (node && !is_named(node, names[depth]))
			node = node->next;
		if (!node || !names[depth + 1])
			return node;
	}
	return NULL;
}

/* The text of a leaf: one node, so nothing is copied. */
static struct tomb_str text_of(const xmlDoc *doc, const char *const *names)
{
	const xmlNode *leaf = find(doc, names);
	const xmlNode *text = leaf ? leaf->children : NULL;

	if (!text || text->next || text->type != XML_TEXT_NODE || !text->content)
		return TOMB_STR("");
	return tomb_str_from((const char *)text->content);
}

static struct tomb_str credential_of(const xmlDoc *doc, const char *name)
{
	const char *const names[] = {
		"AssumeRoleWithWebIdentityResponse", "AssumeRoleWithWebIdentityResult", "Credentials", name, NULL};

	return text_of(doc, names);
}

static enum tomb_code take(const xmlDoc *doc, const char *name, struct credential *out, struct tomb_err *err)
{
	if (credential_set(credential_of(doc, name), name, out, err) == TOMB_OK)
		return TOMB_OK;
	err->code = TOMB_STORE_DENIED;
	return err->code;
}

enum tomb_code answer_sts_keys(struct tomb_str body, struct aws_keys *out, struct tomb_err *err)
{
	DOC_AUTO *doc = parse(body);
	struct tomb_err ignored;

	if (!doc)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "the answer is not XML");
	TOMB_TRY(take(doc, "AccessKeyId", &out->access_key, err));
	TOMB_TRY(take(doc, "SecretAccessKey", &out->secret_key, err));
	TOMB_TRY(take(doc, "SessionToken", &out->session_token, err));
	if (tomb_time_parse(credential_of(doc, "Expiration"), &out->expires_us, &ignored) != TOMB_OK ||
		out->expires_us <= 0)
		return TOMB_FAIL(err, TOMB_STORE_DENIED, "Expiration is not a date of RFC 3339");
	return TOMB_OK;
}

void answer_sts_code(struct tomb_str body, char out[static ANSWER_STS_CODE_MAX])
{
	static const char *const names[] = {"ErrorResponse", "Error", "Code", NULL};
	DOC_AUTO *doc = parse(body);
	struct tomb_str code = text_of(doc, names);

	out[0] = '\0';
	if (code.n >= ANSWER_STS_CODE_MAX)
		return;
	for (size_t i = 0; i < code.n; i++)
		if (!isalpha((unsigned char)code.p[i]))
			return;
	memcpy(out, code.p, code.n);
	out[code.n] = '\0';
}
