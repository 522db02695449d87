/* Base 16 (RFC 4648, section 8). */
#ifndef TOMB_HEX_H
#define TOMB_HEX_H

#include "tombstone/str.h"

/* The value of one hexadecimal digit, in either case; -1 if c is none. */
int tomb_hex_digit(char c);

/* Writes 2 * n lower-case digits and a NUL: out has room for 2 * n + 1.  Returns out. */
char *tomb_hex_encode(const uint8_t *p, size_t n, char *out);

/* Decodes exactly n bytes.  INVAL unless text is 2 * n digits, in either case, and nothing else. */
enum tomb_code tomb_hex_decode(struct tomb_str text, uint8_t *out, size_t n, struct tomb_err *err) TOMB_MUST_USE;

#endif
