/* The query parameters of the JSON interface: one table for each handler, in reach of the OpenAPI document's test. */
#ifndef TOMB_API_QUERY_H
#define TOMB_API_QUERY_H

#include "api.h"
#include "form.h"

#define TOMB_QUERY(handler, table) extern const struct tomb_form_table table;
#include "api/queries.def"
#undef TOMB_QUERY

/* What the route's handler takes: an empty table if it takes none. */
struct tomb_form_table tomb_api_query_of(const struct tomb_route *route);

/* Reads the request's query by the table of its route; INVAL for what is not in it. */
enum tomb_code tomb_api_query_read(const struct tomb_request *req, void *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
