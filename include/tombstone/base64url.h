/* Base 64 for URLs: another alphabet, and no padding (RFC 4648, section 5). */
#ifndef TOMB_BASE64URL_H
#define TOMB_BASE64URL_H

#include "tombstone/str.h"

/* Characters for n bytes, without the NUL; a constant expression if n is one. */
#define TOMB_BASE64URL_SIZE(n) (((n)*4 + 2) / 3)

/* Writes TOMB_BASE64URL_SIZE(n) characters and a NUL; out has room for TOMB_BASE64_SIZE(n) and a NUL.  Returns out. */
char *tomb_base64url_encode(const uint8_t *p, size_t n, char *out);

/* Decodes text into out, which has room for text.n bytes, and sets *n.  As strict as tomb_base64_decode(), and TOOBIG
 * past TOMB_BASE64URL_MAX characters.  out and *n are written only on TOMB_OK. */
enum { TOMB_BASE64URL_MAX = 4096 };
enum tomb_code tomb_base64url_decode(struct tomb_str text, uint8_t *out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif
