/* One HTTP request under way: what libcurl is told of it, what comes back, what may be believed.  For
 * lib/http_client.c. */
#ifndef TOMB_LIB_HTTP_CLIENT_CALL_H
#define TOMB_LIB_HTTP_CLIENT_CALL_H

#include "http_answer.h"

#include <curl/curl.h>

struct http_call {
	struct http_call *next; /* in whatever list of the handle it is */
	CURL *curl;             /* kept when the request is over, for the next one */

	struct tomb_http_request request;
	struct tomb_arena *arena;
	void *tag;

	struct curl_slist *headers;
	bool safe; /* executing it twice, or not knowing, does no harm */
	bool set_failed;
	int attempts; /* how often libcurl was about to send it */

	int64_t body_read;
	bool sink_began; /* it got bytes: the request cannot be repeated */

	struct http_answer answer;
	enum tomb_code failed; /* in a callback, with its text in err; TOMB_OK if none */
	struct tomb_err err;
	char curl_text[CURL_ERROR_SIZE];

	enum tomb_code code; /* when it has landed */
	struct tomb_http_answer landed;
};

/* NULL when out of memory. */
struct http_call *http_call_new(void);
void http_call_free(struct http_call *call); /* NULL is fine; not while libcurl has it */

/* Makes call->curl ready for a request.  call keeps a copy of *request.  INVAL, NOMEM, or an error of read. */
enum tomb_code http_call_set(struct http_call *call, const struct tomb_http_request *request, struct tomb_arena *arena,
	void *tag, struct tomb_err *err) TOMB_MUST_USE;

/* libcurl has ended it: sets code, landed and err, and lets go of everything that was borrowed, and of every secret. */
void http_call_land(struct http_call *call, CURLcode code);

/* The same without a word: it was never begun, or nobody listens any more. */
void http_call_drop(struct http_call *call);

#endif
