/* Asking a service for keys: one short request, whose answer is a secret. */
#ifndef STORAGE_AWS_KEY_REQUEST_H
#define STORAGE_AWS_KEY_REQUEST_H

#include "tombstone/http_client.h"

struct key_request {
	const char *method;
	struct tomb_str endpoint; /* scheme://host[:port], or a whole URL; the operator's word, never an answer's */
	struct tomb_str path;
	const struct tomb_http_header *headers;
	size_t nheaders;
	struct tomb_str body;
	const char *ca_file; /* NULL: the system's */
	int timeout_ms;
};

enum { KEY_REQUEST_ARENA_MAX = 1 << 19 }; /* bytes: an answer of 64 KiB and its head */

/*
 * Any status is TOMB_OK.  arena should be one that is wiped.  NET: no whole answer, whatever the method: asking for
 * keys changes nothing that matters.  STORE_DENIED: an answer larger than 64 KiB, or a request that cannot be sent.
 * Plain http is allowed here: the caller has decided about the host.
 */
enum tomb_code key_request_send(const struct key_request *request, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err) TOMB_MUST_USE;

/* An answer that is not 200: NET for 429 and 5xx, which pass, STORE_DENIED for the rest.  Names the status, and nothing
 * that the answer says. */
enum tomb_code key_request_refused(const struct tomb_http_answer *answer, const char *what, struct tomb_err *err);

#endif
