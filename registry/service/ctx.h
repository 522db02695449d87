/* What a handler works with: the service as a whole, and what is this request thread's own. */
#ifndef TOMB_CTX_H
#define TOMB_CTX_H

#include "link.h"
#include "openapi.h"
#include "rate_limit.h"
#include "registry_config.h"
#include "serve.h"
#include "tombstone/session.h"

/* Who may: the access of a route. */
enum tomb_access {
	TOMB_ACCESS_ANYONE,   /* no sign-in: the sign-in itself, static files, health */
	TOMB_ACCESS_PERSON,   /* somebody who has signed in, or holds an API key; the verbs ask for more */
	TOMB_ACCESS_OPERATOR, /* a sysadmin */
};

/* The whole service; constant while it serves, but for what its members guard themselves. */
struct tomb_registry {
	struct tomb_service service; /* first: the server hands it back */
	const struct tomb_registry_config *config;
	const struct tomb_log *log;
	struct tomb_str public_url; /* without a slash at its end */
	struct tomb_openapi openapi;
	struct tomb_rate_limit *failures; /* of sign-ins, API keys and tokens, by address and account */
};

/* One per request thread; gate.c makes it this request's own. */
struct tomb_ctx {
	struct tomb_registry *registry;
	struct tomb_link link;
	bool is_signed_in;
	bool is_by_key;            /* by API key: no cookie, so no CSRF */
	struct tomb_actor actor;   /* if is_signed_in; in the request's arena */
	struct tomb_str session;   /* the session's token, if not is_by_key; in the request's arena */
	char csrf[TOMB_CSRF_TEXT]; /* "" without a session */
};

#endif
