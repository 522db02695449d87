/*
 * People who watch deletions while they run: one thread asks the ledger once a second for all of them together, and
 * tells each what has changed, as server-sent events (HTML, section 9.2).
 *
 *   progress  numbers, whenever they change
 *   away      the ledger cannot be reached; said once, the stream goes on
 *   end       the deletion has ended, with its numbers; nothing follows
 *   over      the person has signed out or may not look any more; nothing follows
 */
#ifndef TOMB_SERVICE_SUBSCRIPTION_H
#define TOMB_SERVICE_SUBSCRIPTION_H

#include "stream.h"
#include "tombstone/log.h"

enum {
	TOMB_SUBSCRIPTIONS_MAX = 256, /* streams at once: a quarter of the connections that are served by default */
	TOMB_SUBSCRIPTIONS_PER_PERSON = 16, /* tabs that somebody may have open */
};

struct tomb_subscriptions;

/* Zero means the default in parentheses. */
struct tomb_subscriptions_options {
	const char *database; /* the ledger, as the registry logs in */
	const struct tomb_log *log;
	size_t places;      /* (TOMB_SUBSCRIPTIONS_MAX), which is the most */
	int64_t tick_ms;    /* between two looks (1,000) */
	int64_t beat_ticks; /* without news a comment is sent after so many ticks, for proxies (15) */
};

/* Connects and begins to tick.  Borrows what options points to. */
enum tomb_code tomb_subscriptions_start(const struct tomb_subscriptions_options *options,
	struct tomb_subscriptions **out, struct tomb_err *err) TOMB_MUST_USE;

/* Ends every stream and frees all.  NULL is accepted. */
void tomb_subscriptions_stop(struct tomb_subscriptions *all);

/* Who wants to watch what; they may (ask before). */
struct tomb_subscription_wish {
	int64_t request_id;
	int64_t user_id;
	struct tomb_str session; /* its token */
};

/* *out is the caller's reference, to be given to the server.  BUSY if all places are taken, or those of this person;
 * INVAL for what is no token. */
enum tomb_code tomb_subscription_open(struct tomb_subscriptions *all, const struct tomb_subscription_wish *wish,
	struct tomb_stream **out, struct tomb_err *err) TOMB_MUST_USE;

size_t tomb_subscriptions_count(struct tomb_subscriptions *all); /* places that are taken */

#endif
