/* What goes around the handlers of /api/v1: If-Match and Idempotency-Key. */
#ifndef TOMB_API_CALL_H
#define TOMB_API_CALL_H

#include "api.h"

struct tomb_api_change {
	tomb_handler_fn *shown; /* NULL: nothing that If-Match could be about */
	bool is_kept;           /* under an Idempotency-Key */
};

/* False if the route changes nothing. */
bool tomb_api_change_of(const struct tomb_route *route, struct tomb_api_change *out);

/*
 * The service's handle hook: calls the route's handler.  Of /api/v1, a handler that reads no query is asked without one
 * (INVAL); If-Match that means another state is PRECONDITION, with nothing done; a request that is repeated under its
 * Idempotency-Key is answered as before, with nothing done again.
 */
tomb_handler_fn tomb_api_call;

#endif
