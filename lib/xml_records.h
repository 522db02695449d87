/*
 * The records of an XML document, one at a time: a root that is a record, or a collection of them.  No document type,
 * no entities but those of XML itself, no network; memory is bounded by the largest record.  Inside lib only.
 */
#ifndef TOMB_XML_RECORDS_H
#define TOMB_XML_RECORDS_H

#include "tombstone/read.h"
#include "tombstone/str.h"

#include <libxml/tree.h>

struct xml_records_rule {
	const char *format; /* for people: "MARCXML" */
	const char *space;  /* the namespace of all of them */
	const char *record;
	const char *collection;
	size_t bytes_max; /* of one record, as it came */
};

struct xml_records;

#define XML_RECORDS_AUTO TOMB_CLEANUP(xml_records_close) struct xml_records

/* Borrows rule and arg until it is closed. */
enum tomb_code xml_records_open(const struct xml_records_rule *rule, tomb_read_fn *read, void *arg,
	struct xml_records **out, struct tomb_err *err) TOMB_MUST_USE;
void xml_records_close(struct xml_records **x);

/* The next record, until the next call; NULL after the last one.  Any error is the end, and comes after the records
 * before it: INVAL, naming the line, if the document is not well-formed or has a document type; UNSUPPORTED if it is
 * another one; TOOBIG. */
enum tomb_code xml_records_next(struct xml_records *x, xmlNode **out, struct tomb_err *err) TOMB_MUST_USE;

bool xml_is(const xmlNode *node, const char *space, const char *name);

/* The value of an attribute in no namespace; p is NULL without one.  Borrows from the node. */
struct tomb_str xml_attribute(const xmlNode *node, const char *name);

/* Appends the text of an element, and of all that is in it. */
void xml_put_text(const xmlNode *node, struct tomb_buf *out);

#endif
