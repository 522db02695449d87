/* UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef TOMB_UTF8_H
#define TOMB_UTF8_H

#include "tombstone/str.h"

/* The length of the character at the start of s, with its code point; 0 if s is empty or starts with none. */
size_t tomb_utf8_next(struct tomb_str s, uint32_t *code);

/* The same for writers that must go on: 0 only if s is empty.  A piece that is no character (the longest one that could
 * have become a character) is skipped whole and counts as U+FFFD. */
size_t tomb_utf8_step(struct tomb_str s, uint32_t *code);

bool tomb_utf8_valid(struct tomb_str s); /* NUL is a character like others */

/* Valid, and without control characters (C0, DEL, C1) and line or paragraph separators: fit for one line of text. */
bool tomb_utf8_is_line(struct tomb_str s);

/* Appends s with U+FFFD in the place of every NUL and of every longest piece that is not UTF-8 (Unicode 15, 3.9,
 * "substitution of maximal subparts"), so that databases and browsers take it. */
void tomb_utf8_clean(struct tomb_buf *out, struct tomb_str s);

#endif
