/* The handlers of the JSON interfaces; their addresses are in routes.def. */
#ifndef TOMB_API_H
#define TOMB_API_H

#include "ctx.h"

#define TOMB_ROUTE(method, pattern, handler, access, body_max, flags) tomb_handler_fn handler;
#include "api/routes.def"
#undef TOMB_ROUTE

#endif
