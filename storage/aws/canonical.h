/* The parts of a canonical request (Signature Version 4), one function each. */
#ifndef STORAGE_AWS_CANONICAL_H
#define STORAGE_AWS_CANONICAL_H

#include "aws/sigv4.h"

void canonical_path(struct tomb_str path, enum sigv4_path rule, struct tomb_buf *out);

/* Encoded, sorted by encoded name, then value.  At most SIGV4_FIELDS_MAX. */
void canonical_query(const struct sigv4_field *query, size_t n, struct tomb_buf *out);

/* "name:value\n" for every header that is signed: lower case, values trimmed, their spaces single, same names joined
 * by commas in the order in which they came.  At most SIGV4_FIELDS_MAX. */
void canonical_headers(const struct sigv4_field *headers, size_t n, struct tomb_buf *out);

/* "a;b;c" */
void canonical_signed_names(const struct sigv4_field *headers, size_t n, struct tomb_buf *out);

#endif
