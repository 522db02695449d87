/*
 * A small HTTP server on loopback that plays a script: for each request, in order, one canned behaviour.  It is the
 * third party of fault tests: it can say anything, and hang up anywhere.
 */
#ifndef CANNED_HTTP_H
#define CANNED_HTTP_H

#include "tombstone/str.h"

enum canned_manner {
	CANNED_ANSWER,         /* read the whole request, send the reply, keep the connection */
	CANNED_ANSWER_AND_CUT, /* the same, then close: a reply that is shorter than it says ends there */
	CANNED_CUT_UNREAD,     /* close the connection before reading anything */
	CANNED_CUT_READ,       /* read the whole request, then close without a word */
	CANNED_TRICKLE,        /* read the whole request, then send the reply byte by byte, without an end */
	CANNED_SILENCE         /* read the whole request, then say nothing until canned_http_stop() */
};

struct canned_reply {
	enum canned_manner manner;
	const char *bytes;   /* status line, headers, body; NUL-terminated, or: */
	size_t size;         /* so many bytes */
	size_t filler_bytes; /* so many 'x' follow */
};

struct canned_request {
	struct tomb_str head; /* request line and headers, without the empty line */
	struct tomb_str body;
	unsigned connection; /* counted from 1 */
};

struct canned_http;

/* Borrows the script.  A request past its end is cut unread. */
struct canned_http *canned_http_start(const struct canned_reply *script, size_t n);

/* The same with TLS: a certificate and its key, both PEM. */
struct canned_http *canned_http_start_tls(
	const struct canned_reply *script, size_t n, const char *certificate, const char *key);

/* How long a client should wait for an answer, in milliseconds: a minute, so that a busy machine changes nothing; two
 * seconds if the script has an answer that never comes. */
int canned_http_patience_ms(const struct canned_reply *script, size_t n);

int canned_http_port(const struct canned_http *server);

/* Ends the server; afterwards its requests may be looked at. */
void canned_http_stop(struct canned_http *server);
size_t canned_http_requests(const struct canned_http *server);
const struct canned_request *canned_http_request(const struct canned_http *server, size_t i);
void canned_http_free(struct canned_http *server);

#endif
