/* The head of a request as the server library holds it: for http.c alone. */
#ifndef TOMB_SERVICE_HTTP_HEAD_H
#define TOMB_SERVICE_HTTP_HEAD_H

#include "guard.h"

struct MHD_Connection;

/* The request line, as the library has cut it. */
struct tomb_http_line {
	const char *method;
	const char *version;
	uintptr_t target_at; /* in the library's memory */
	size_t target_n;
};

/* All but *out's target, which is the caller's copy.  What *out points to lives as long as the request. */
enum tomb_code tomb_http_head(struct MHD_Connection *connection, const struct tomb_http_line *line,
	struct tomb_arena *arena, struct tomb_guard_head *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
