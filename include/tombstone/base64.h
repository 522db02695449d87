/* Base 64 with the standard alphabet and padding (RFC 4648, section 4). */
#ifndef TOMB_BASE64_H
#define TOMB_BASE64_H

#include "tombstone/str.h"

/* Characters for n bytes, without the NUL; a constant expression if n is one. */
#define TOMB_BASE64_SIZE(n) (((n) + 2) / 3 * 4)

/* Writes TOMB_BASE64_SIZE(n) characters and a NUL.  Returns out. */
char *tomb_base64_encode(const uint8_t *p, size_t n, char *out);

/*
 * Decodes text into out and sets *n; out has room for text.n / 4 * 3 bytes.  Strict, so that one value has one text:
 * INVAL for white space, missing or surplus padding, other alphabets, and unused bits that are not zero (section 3.5).
 * out is written only on TOMB_OK.
 */
enum tomb_code tomb_base64_decode(struct tomb_str text, uint8_t *out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif
