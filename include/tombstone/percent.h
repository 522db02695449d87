/* Percent-encoding (RFC 3986, section 2.1), on bytes. */
#ifndef TOMB_PERCENT_H
#define TOMB_PERCENT_H

#include "tombstone/arena.h"

/* Appends text with every byte but the unreserved ones (A-Z a-z 0-9 - . _ ~) as %XX, upper case. */
void tomb_percent_encode(struct tomb_buf *out, struct tomb_str text);

/* The same, but "/" stays: for a path of several segments. */
void tomb_percent_encode_path(struct tomb_buf *out, struct tomb_str text);

/*
 * Decodes every %XX; other bytes stay as they are.  Split first, decode after.  The result may hold any byte, NUL
 * among them; it lives in the arena.  INVAL for a "%" that two hexadecimal digits do not follow.
 */
enum tomb_code tomb_percent_decode(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

/* The same for the fields of a form or a query string, where "+" is a space (WHATWG URL, section 5.1). */
enum tomb_code tomb_percent_decode_form(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
