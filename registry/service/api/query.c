#include "query.h"

static const struct {
	tomb_handler_fn *handler;
	const struct tomb_form_table *table;
} queries[] = {
#define TOMB_QUERY(handler, table) {handler, &(table)},
#include "api/queries.def"
#undef TOMB_QUERY
};

struct tomb_form_table tomb_api_query_of(const struct tomb_route *route)
{
	for (size_t i = 0; i < TOMB_COUNTOF(queries); i++)
		if (queries[i].handler == route->handler)
			return *queries[i].table;
	return (struct tomb_form_table){NULL, 0};
}

enum tomb_code tomb_api_query_read(const struct tomb_request *req, void *out, struct tomb_err *err)
{
	struct tomb_form_table table = tomb_api_query_of(req->route);

	return tomb_form_read(req->query, table.p, table.n, TOMB_FORM_STRICT, req->arena, out, err);
}
