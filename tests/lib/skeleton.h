/*
 * Reads HTML as a browser's tokenizer would, to see what data did to it: a page that was rendered with hostile data
 * must have the skeleton of the same page with harmless data.
 */
#ifndef TESTS_SKELETON_H
#define TESTS_SKELETON_H

#include "tombstone/str.h"

/* Appends all tags and comments, without text and without the values of attributes.  Of addresses, the delimiters are
 * kept where with_urls is set. */
void skeleton_put(struct tomb_buf *out, struct tomb_str html, bool with_urls);

/* Is every href, src, action and formaction relative, or of the scheme http, https or mailto? */
bool skeleton_has_safe_urls(struct tomb_str html);

#endif
