/* What a handler works with: the service as a whole, and what is this request thread's own. */
#ifndef TOMB_CTX_H
#define TOMB_CTX_H

#include "export.h"
#include "limit.h"
#include "link.h"
#include "openapi.h"
#include "registry_config.h"
#include "serve.h"
#include "subscription.h"
#include "tombstone/permission.h"
#include "tombstone/session.h"
#include "tombstone/user_totp.h"

/* Who may: the access of a route. */
enum tomb_access {
	TOMB_ACCESS_ANYONE, /* no sign-in: the sign-in itself, static files, health */
	TOMB_ACCESS_PERSON, /* whoever has signed in, or holds an API key, with what is their own */
/* Whoever has this permission, be it for themselves only; the verbs ask again, with the thing in hand. */
#define TOMB_PERMISSION(name, words, inst_user, inst_admin, sysadmin) TOMB_ACCESS_##name,
#include "tombstone/permission.def"
};

/* The permission that an access of more than PERSON names. */
static inline enum tomb_permission tomb_access_permission(unsigned access)
{
	return (enum tomb_permission)(access - TOMB_ACCESS_PERSON - 1);
}

/* The whole service; constant while it serves, but for what its members guard themselves. */
struct tomb_registry {
	struct tomb_service service; /* first: the server hands it back */
	const struct tomb_registry_config *config;
	const struct tomb_log *log;
	struct tomb_str public_url; /* without a slash at its end */
	struct tomb_openapi openapi;
	struct tomb_envelope_key secrets; /* of second factors, if has_secrets */
	bool has_secrets;
	struct tomb_limit *limit;
	struct tomb_subscriptions *subscriptions;
	struct tomb_exports exports; /* long tables that are being written */
};

/* One per request thread; gate.c makes it this request's own. */
struct tomb_ctx {
	struct tomb_registry *registry;
	struct tomb_link link;
	struct tomb_redis *redis; /* for limits; NULL where the settings name none */
	bool is_signed_in;
	bool is_by_key;            /* by API key: no cookie, so no CSRF */
	struct tomb_actor actor;   /* if is_signed_in; in the request's arena */
	struct tomb_str session;   /* the session's token, if not is_by_key; in the request's arena */
	char csrf[TOMB_CSRF_TEXT]; /* "" without a session */
};

#endif
