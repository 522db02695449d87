/* Does a JSON value fit a schema of the OpenAPI document?  The part of JSON Schema 2020-12 that our document uses. */
#ifndef TOMB_TEST_SCHEMA_CHECK_H
#define TOMB_TEST_SCHEMA_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct json_t; /* jansson's json_t */

enum { SCHEMA_PLACE = 256, SCHEMA_RULE = 256 };

/* Why it does not fit. */
struct schema_misfit {
	char place[SCHEMA_PLACE]; /* "results[0].id" */
	char rule[SCHEMA_RULE];   /* "type: \"integer\"" */
};

/* $ref leads into the document of openapi_box.h.  A keyword that is not known here fails the test: no rule is passed
 * over. */
bool schema_fits(struct json_t *schema, struct json_t *value, struct schema_misfit *out);

#endif
