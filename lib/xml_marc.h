/* MARCXML of others.  Inside lib only. */
#ifndef TOMB_XML_MARC_H
#define TOMB_XML_MARC_H

#include "tombstone/marc_builder.h"
#include "tombstone/read.h"

struct xml_marc;

enum tomb_code xml_marc_open(tomb_read_fn *read, void *arg, struct xml_marc **out, struct tomb_err *err) TOMB_MUST_USE;
void xml_marc_close(struct xml_marc **x);

/* The next record, into b.  *line is where it begins, 0 after the last one.  Errors end the reading, except those that
 * stick to b, and *is_bad with *problem: a record with something in it that is not MARCXML. */
enum tomb_code xml_marc_next(struct xml_marc *x, struct tomb_marc_builder *b, int64_t *line, bool *is_bad,
	struct tomb_err *problem, struct tomb_err *err) TOMB_MUST_USE;

#endif
