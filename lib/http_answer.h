/* An HTTP answer while it comes in: bounded, and knows whether its head was whole.  For lib/http_client.c. */
#ifndef TOMB_LIB_HTTP_ANSWER_H
#define TOMB_LIB_HTTP_ANSWER_H

#include "tombstone/http_client.h"

enum { TOMB_ANSWER_HEADERS_MAX = 100 }; /* S3 sends about 15 */

struct http_answer {
	bool head_ended;
	bool is_secret;
	bool two_lengths; /* or one that is no number: nobody knows where the answer ends */
	struct tomb_buf body;
	struct tomb_buf head; /* names and values, one after the other */
	struct {
		size_t name, name_len, value, value_len; /* into head */
	} header[TOMB_ANSWER_HEADERS_MAX];
	size_t nheaders;
};

/* is_secret: the body is never moved, and wiped at the end.  False when there is no memory for that. */
bool http_answer_init(struct http_answer *a, size_t body_max, bool is_secret);
void http_answer_fini(struct http_answer *a);

/* Takes one line of the head, line end included; a new status line starts over.  False when it is past a limit, or
 * its Content-Length is not one number (RFC 9112, section 6.3). */
bool http_answer_line(struct http_answer *a, struct tomb_str line);

/* False when the body is past its limit. */
bool http_answer_body(struct http_answer *a, struct tomb_str bytes);

/* False when the arena is full. */
bool http_answer_copy(const struct http_answer *a, int status, struct tomb_arena *arena, struct tomb_http_answer *out);

#endif
