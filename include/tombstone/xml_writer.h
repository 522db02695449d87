/*
 * XML 1.0 (fifth edition), well-formed by construction.
 *
 *	struct tomb_xml w = tomb_xml_init(&buf, true);
 *
 *	tomb_xml_start(&w, "premis:event");
 *	tomb_xml_attr(&w, "version", TOMB_STR("3.0"));
 *	tomb_xml_element(&w, "premis:eventType", type);
 *	tomb_xml_end(&w, "premis:event");
 *	TOMB_TRY(tomb_xml_done(&w, &xml, err));
 *
 * Names are literals of the program, which live as long as the element is open; a name that is none, a second attribute
 * of the same name, an end that does not fit, or a second root is a mistake, and an assertion says so.  In values,
 * characters that XML cannot hold become U+FFFD.  Running out of room sticks to the buffer, and tomb_xml_done() reports
 * it.
 */
#ifndef TOMB_XML_WRITER_H
#define TOMB_XML_WRITER_H

#include "tombstone/str.h"

enum {
	TOMB_XML_DEPTH_MAX = 32, /* METS and OAI-PMH with a record inside need 12 */
	TOMB_XML_ATTRS_MAX = 16  /* of one element */
};

struct tomb_xml {
	struct tomb_buf *out; /* borrowed */
	bool is_indented;
	bool has_root;
	bool in_tag; /* attributes may still be added */
	int depth;
	const char *names[TOMB_XML_DEPTH_MAX + 1]; /* of open elements, from 1 */
	bool has_child[TOMB_XML_DEPTH_MAX + 1];
	bool has_text[TOMB_XML_DEPTH_MAX + 1]; /* it, or what it is in: white space would change it */
	const char *attrs[TOMB_XML_ATTRS_MAX];
	int nattrs;
};

/* Writes the XML declaration.  If is_indented, elements begin on lines of their own, except in those that hold text. */
struct tomb_xml tomb_xml_init(struct tomb_buf *out, bool is_indented);

void tomb_xml_start(struct tomb_xml *w, const char *name);
void tomb_xml_attr(struct tomb_xml *w, const char *name, struct tomb_str value); /* of the element just started */
void tomb_xml_text(struct tomb_xml *w, struct tomb_str text);
void tomb_xml_int(struct tomb_xml *w, int64_t n);
void tomb_xml_end(struct tomb_xml *w, const char *name);

/* An element that holds text only. */
void tomb_xml_element(struct tomb_xml *w, const char *name, struct tomb_str text);

/* For what is XML already, such as a record with its own namespaces: begins the content of the open element, and
 * returns the buffer.  Whole elements without an XML declaration may be put there. */
struct tomb_buf *tomb_xml_inside(struct tomb_xml *w);

/* Appends text as it stands between tags, or in an attribute in double quotes: for writers of whole elements. */
void tomb_xml_escape(struct tomb_buf *out, struct tomb_str text);

/* One whole element was written; *xml borrows from the buffer.  TOOBIG or NOMEM if it did not fit. */
enum tomb_code tomb_xml_done(const struct tomb_xml *w, struct tomb_str *xml, struct tomb_err *err) TOMB_MUST_USE;

#endif
