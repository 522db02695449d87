/* The OpenAPI document, for tests that read it.  What is not as OpenAPI wants it fails the test. */
#ifndef TOMB_TEST_OPENAPI_BOX_H
#define TOMB_TEST_OPENAPI_BOX_H

#include "../../registry/service/registry.h"

struct json_t; /* jansson's json_t; everything here belongs to the box */

/* As the registry makes it from its parts and its routes: cmocka's group setup and teardown. */
int openapi_make(void **state);
int openapi_drop(void **state);

/* As it was served.  Borrows text for the time of the call. */
void openapi_read(struct tomb_str text);

struct json_t *openapi_root(void);

/* What value is, or the thing that its $ref names. */
struct json_t *openapi_resolve(struct json_t *value);

/* The member key of object; "" if there is none. */
const char *openapi_text(struct json_t *object, const char *key);

/* #/components/KIND */
struct json_t *openapi_components(const char *kind);

/* method is in lower case, as in the document; item is the path's. */
typedef void openapi_visit_fn(const char *path, struct json_t *item, const char *method, struct json_t *operation);
void openapi_each(openapi_visit_fn *visit);

/* The operation that a route is, NULL if it has none; its path goes to path. */
struct json_t *openapi_operation(const struct tomb_route *route, char path[static TOMB_OPENAPI_PATH]);

/* Any route of the operation, NULL if it has none. */
const struct tomb_route *openapi_route(const char *path, const char *method);

/* The i-th parameter of the path item or, behind those, of the operation; NULL behind the last. */
struct json_t *openapi_parameter(struct json_t *item, struct json_t *operation, size_t i);
struct json_t *openapi_parameter_named(struct json_t *item, struct json_t *operation, const char *in, const char *name);

#endif
