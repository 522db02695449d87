/*
 * Which handler answers which address: one constant table, given by the caller.
 *
 * A pattern is "/" and segments: literal text, or one of
 *   {id}    a positive decimal number that fits int64_t
 *   {uuid}  a UUID in its 36-character form
 *   {text}  one segment, not empty, decoded; an encoded slash in it is data
 *   {rest}  last only: everything that is left, decoded, slashes included, for identifiers
 * The raw path is split first and each segment is decoded after (style: never route on a decoded path).  One slash at
 * the end of a path is ignored, except by {rest}.  Where several patterns fit, the first segment in which they differ
 * decides: literal before {id} and {uuid} before {text} before {rest}.  The order of the table means nothing.
 */
#ifndef TOMB_SERVICE_ROUTE_H
#define TOMB_SERVICE_ROUTE_H

#include "request.h"
#include "response.h"

/* What the service keeps per request thread: its own type, opaque here. */
struct tomb_ctx;

/* Answers one request by filling res; on failure the service's on_error answers instead. */
typedef enum tomb_code tomb_handler_fn(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err);

struct tomb_route {
	enum tomb_method method; /* a GET answers HEAD too */
	unsigned access;         /* who may: the service's own tag, read by its before hook */
	const char *pattern;
	tomb_handler_fn *handler;
	size_t body_max; /* bytes; a longer body is 413, so 0 means that none is taken */
	unsigned flags;  /* the service's own */
};

struct tomb_routes {
	const struct tomb_route *p;
	size_t n;
};

/* BUG if a pattern is malformed, a method is HEAD or OPTIONS, a handler is missing, or two routes cannot be told
 * apart.  To be asked once, at start. */
enum tomb_code tomb_route_check(struct tomb_routes routes, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Finds the route for req->method and req->path, which the guard has let through, and writes req->route, params,
 * nparams and allowed.  No route is not an error: route is NULL then, and allowed tells an unknown path (0) from an
 * unknown method.  NOMEM when the arena is full.
 */
enum tomb_code tomb_route_match(
	struct tomb_routes routes, struct tomb_request *req, struct tomb_err *err) TOMB_MUST_USE;

#endif
