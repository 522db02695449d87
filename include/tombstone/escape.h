/* Text in a notation that gives some characters another meaning: HTML, XML, JSON. */
#ifndef TOMB_ESCAPE_H
#define TOMB_ESCAPE_H

#include "tombstone/str.h"

/* Is this a character that the notation cannot hold? */
typedef bool tomb_escape_refuse_fn(uint32_t code);

struct tomb_escape {
	struct tomb_str ascii[128]; /* what is written for a character; .p is NULL where it is the character itself */
	tomb_escape_refuse_fn *refuse; /* asked about the others: control characters, DEL and all past ASCII */
};

/* Appends s as valid UTF-8.  What is refused, or is not UTF-8, becomes U+FFFD. */
void tomb_escape_put(struct tomb_buf *out, const struct tomb_escape *how, struct tomb_str s);

#endif
