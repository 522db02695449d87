/* One HTTP answer in the making. */
#ifndef TOMB_SERVICE_RESPONSE_H
#define TOMB_SERVICE_RESPONSE_H

#include "request.h"
#include "stream.h"

enum {
	TOMB_RESPONSE_MAX = 16 * 1024 * 1024, /* bytes of body in memory; longer ones come from a file */
	TOMB_RESPONSE_HEADERS = 24,           /* headers at most */
	TOMB_RESPONSE_VALUE_MAX = 4096,       /* bytes of one header value */
};

/* The body is one of four: the stream if there is one, fixed if fixed.p is set, the file if fd is not -1, else what is
 * in body. */
struct tomb_response {
	unsigned status;            /* 0 until somebody decides; sent as 200 */
	const char *content_type;   /* static storage, or the request's arena; NULL sends none */
	struct tomb_buf body;       /* at most TOMB_RESPONSE_MAX; handlers append */
	struct tomb_str fixed;      /* borrowed bytes that outlive the answer, such as an embedded file */
	int fd;                     /* owned: set by tomb_response_file() */
	uint64_t fd_size;           /* bytes */
	struct tomb_stream *stream; /* a reference: set by tomb_response_stream() */
	bool is_cacheable;          /* the handler has set Cache-Control itself */
	bool must_close;            /* no further request on this connection; outlives tomb_response_reset() */
	uint32_t retry_after_s;     /* Retry-After; outlives tomb_response_reset() too, for handlers that fail */
	struct tomb_arena *arena;   /* of the request */
	size_t nheaders;
	struct tomb_field headers[TOMB_RESPONSE_HEADERS];
};

struct tomb_response tomb_response_init(struct tomb_arena *arena);
void tomb_response_fini(struct tomb_response *res);
void tomb_response_reset(struct tomb_response *res); /* as new, but keeps the memory of body */

/*
 * Adds a header.  name is static storage; value is copied.  INVAL, with nothing added, if value holds CR, LF or
 * another control character; TOOBIG past the limits above.  Content-Type, Content-Length and Connection are not set
 * this way.
 */
enum tomb_code tomb_response_header(
	struct tomb_response *res, const char *name, struct tomb_str value, struct tomb_err *err) TOMB_MUST_USE;

/* 303 See Other.  INVAL unless path is absolute on this very host: "/..." but not "//...", no backslash, no control
 * characters.  Encode before. */
enum tomb_code tomb_response_redirect(
	struct tomb_response *res, struct tomb_str path, struct tomb_err *err) TOMB_MUST_USE;

/* Answers with size bytes of fd from its start.  Takes fd, also on failure. */
void tomb_response_file(struct tomb_response *res, int fd, uint64_t size);

/* Answers with what the stream will say, for as long as it goes on; the connection is closed behind it.  Takes the
 * reference. */
void tomb_response_stream(struct tomb_response *res, struct tomb_stream *stream);

/*
 * An error as application/problem+json (RFC 9457), in the place of all that res held but its headers.  type is the
 * slug, title the text of the code, instance the request id; detail is what->text, except for statuses of 500 and
 * above, whose details are for the log.  status 0 is the code's own.
 */
enum tomb_code tomb_response_problem(struct tomb_response *res, const struct tomb_request *req, unsigned status,
	const struct tomb_err *what, struct tomb_err *err) TOMB_MUST_USE;

/* The same for people: the plainest page there is.  For refusals that no handler can render. */
enum tomb_code tomb_response_notice(struct tomb_response *res, const struct tomb_request *req, unsigned status,
	const struct tomb_err *what, struct tomb_err *err) TOMB_MUST_USE;

/* One of these two, as the client wants it. */
enum tomb_code tomb_response_refusal(struct tomb_response *res, const struct tomb_request *req, unsigned status,
	const struct tomb_err *what, struct tomb_err *err) TOMB_MUST_USE;

/*
 * The headers that every answer carries, from one place: Content-Security-Policy and its relatives, the request id,
 * Cache-Control: no-store unless is_cacheable, Strict-Transport-Security behind TLS, Retry-After with 429 and 503,
 * Allow with 405.
 */
enum tomb_code tomb_response_finish(
	struct tomb_response *res, const struct tomb_request *req, struct tomb_err *err) TOMB_MUST_USE;

#endif
