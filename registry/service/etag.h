/* Entity tags, and what clients say about them (RFC 9110, section 13.1). */
#ifndef TOMB_SERVICE_ETAG_H
#define TOMB_SERVICE_ETAG_H

#include "request.h"

enum { TOMB_ETAG_TEXT = 35 }; /* 32 hexadecimal digits in quotes: 128 bits do not meet by accident; and a NUL */

/* A strong tag of these bytes. */
void tomb_etag_of(struct tomb_str bytes, char out[static TOMB_ETAG_TEXT]);

/* True if If-None-Match names etag, weakly or not, or is "*": then the client has it already. */
bool tomb_etag_is_known(const struct tomb_request *req, struct tomb_str etag);

/* False if If-Match is there and neither names etag, strongly, nor is "*": then the client means something else. */
bool tomb_etag_is_meant(const struct tomb_request *req, struct tomb_str etag);

#endif
