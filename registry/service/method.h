/* The request methods that this service knows (RFC 9110, section 9.3; RFC 5789). */
#ifndef TOMB_SERVICE_METHOD_H
#define TOMB_SERVICE_METHOD_H

#include "tombstone/str.h"

enum tomb_method { TOMB_GET, TOMB_HEAD, TOMB_POST, TOMB_PUT, TOMB_PATCH, TOMB_DELETE, TOMB_OPTIONS, TOMB_METHOD_MAX };

#define TOMB_METHOD_BIT(method) (1U << (method))

const char *tomb_method_name(enum tomb_method method);

/* True, with *out written, if text is one of them; methods are case-sensitive. */
bool tomb_method_parse(struct tomb_str text, enum tomb_method *out) TOMB_MUST_USE;

/* Appends the names of a set of TOMB_METHOD_BIT()s as Allow wants them: "GET, HEAD". */
void tomb_method_list(struct tomb_buf *out, unsigned methods);

#endif
