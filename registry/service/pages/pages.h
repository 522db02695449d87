/* The handlers of the web pages; their addresses are in routes.def. */
#ifndef TOMB_PAGES_H
#define TOMB_PAGES_H

#include "ctx.h"

#define TOMB_ROUTE(method, pattern, handler, access, body_max, flags) tomb_handler_fn handler;
#include "pages/routes.def"
#undef TOMB_ROUTE

#endif
