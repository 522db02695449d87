/*
 * The door: which requests are refused before anything looks at what they ask for.
 *
 * The server library is lenient where leniency lets two parsers disagree on where a request ends (request smuggling)
 * or on what it names.  These rules hold with or without a proxy in front.  Sources: RFC 9112, sections 2.2, 3.2, 5.1,
 * 6.1, 6.3; RFC 9110, sections 5.5, 7.2; RFC 6585, section 5.
 */
#ifndef TOMB_SERVICE_GUARD_H
#define TOMB_SERVICE_GUARD_H

#include "fields.h"
#include "method.h"

enum {
	TOMB_GUARD_TARGET_MAX = 8 * 1024, /* bytes; RFC 9112, section 3, asks for 8,000 at least */
	TOMB_GUARD_HEAD_MAX = 64 * 1024,  /* bytes of request line and headers */
	TOMB_GUARD_HEADERS_MAX = 100,     /* browsers send about 15 */
};

/* The head of a request as it came in. */
struct tomb_guard_head {
	struct tomb_str method;
	struct tomb_str target;
	struct tomb_str version;
	struct tomb_fields headers;
	size_t size;  /* bytes, from the method to the empty line */
	bool is_torn; /* the parser did not account for every byte: NUL, bare line feed, folded or doubled spaces */
};

/* What the checks found on the way. */
struct tomb_guard_facts {
	enum tomb_method method;
	struct tomb_str path;         /* not decoded; is known to decode to UTF-8 without NUL or ".." segments */
	struct tomb_str query_string; /* not decoded */
	bool is_chunked;
	uint64_t content_length; /* 0 if chunked or absent */
};

/*
 * 0 if the request may go on, with *out written; else the HTTP status to refuse it with (400, 414, 431, 505, or 503
 * when out of memory), with err filled, and the connection must be closed after the answer, because nobody knows where
 * the next request begins.
 */
unsigned tomb_guard_check(const struct tomb_guard_head *head, struct tomb_arena *arena, struct tomb_guard_facts *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
