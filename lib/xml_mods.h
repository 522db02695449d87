/* The tree of a MODS record.  Inside lib only. */
#ifndef TOMB_XML_MODS_H
#define TOMB_XML_MODS_H

#include "xml_records.h"

#include "tombstone/arena.h"
#include "tombstone/mods.h"

extern const struct xml_records_rule xml_mods_rule;

/* A tomb_read_fn over a struct tomb_str, which it uses up. */
enum tomb_code xml_mods_supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err);

/* Is this an element of MODS with that name? */
bool xml_mods_is(const xmlNode *node, const char *name);

/* The first child with that name, or the next one after it; NULL if there is none. */
const xmlNode *xml_mods_child(const xmlNode *node, const char *name);
const xmlNode *xml_mods_next(const xmlNode *node, const char *name);

/* Replaces what is in out by the text of an element, white space made one blank, none at either end.  An element that
 * is NULL has none. */
struct tomb_str xml_mods_text(const xmlNode *node, struct tomb_buf *out);

/* nonSort title: subTitle. partNumber. partName */
void xml_mods_put_title(const xmlNode *title_info, struct tomb_buf *part, struct tomb_buf *out);

/* family, given, date, or the parts without a type. */
void xml_mods_put_name(const xmlNode *name, struct tomb_buf *part, struct tomb_buf *out);

/* Its first role; a code if that is all; NULL if there is none. */
const xmlNode *xml_mods_role(const xmlNode *name);

#endif
