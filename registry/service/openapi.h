/*
 * What the JSON interfaces are, as one OpenAPI 3.1 document for programs.
 *
 * It is put together at start from the parts in openapi/NAME.json and one part more, which is written from the routes:
 * who may ask, the answers that all operations of a kind share, and the parameters of the member and the admin API's
 * lists.  A part may therefore not repeat those: for each operation it has what is this operation's own
 * (openapi_routes.c and openapi_query.c say which is which).
 */
#ifndef TOMB_OPENAPI_H
#define TOMB_OPENAPI_H

#include "etag.h"
#include "route.h"
#include "tombstone/json_writer.h"

struct tomb_openapi {
	struct tomb_str text; /* in the arena */
	char etag[TOMB_ETAG_TEXT];
};

/* INVAL if two parts contradict each other, which is a mistake of the build. */
enum tomb_code tomb_openapi_init(struct tomb_openapi *out, struct tomb_routes routes, struct tomb_arena *arena,
	struct tomb_err *err) TOMB_MUST_USE;

/* True for a route whose answers are for programs: one that the document has. */
bool tomb_openapi_has(const struct tomb_route *route);

enum { TOMB_OPENAPI_PATH = 128 }; /* bytes of a documented path, with the NUL */

/*
 * The path that stands for a route's pattern: "/api/v1/objects/{id}" for {id}, {uuid} and {rest} alike, since paths
 * that differ only in that are one path to OpenAPI; {id2} for the second.  Asserts that it fits.
 */
void tomb_openapi_path(const char *pattern, char out[static TOMB_OPENAPI_PATH]);

/* Appends the part that is written from the routes. */
enum tomb_code tomb_openapi_put_routes(
	struct tomb_buf *out, struct tomb_routes routes, struct tomb_err *err) TOMB_MUST_USE;

/* "parameters", if the route is such a list. */
void tomb_openapi_put_query(struct tomb_json *w, const struct tomb_route *route);

#endif
