/*
 * Stops the requests to a backend that refuses us as a whole: a person has to do something, and until then every
 * request is in vain, fills the store's logs with denials, and may lock the account (spec/peers.md 2.7, 2.8).
 *
 * Closed: requests pass.  Open: none passes until its time is over.  Then it is half open: a request passes, and what
 * becomes of it decides: denied again, it is open for twice as long; let in, it is closed.
 *
 * Pure: time is passed in, by the wall clock, since machines tell each other of it.
 */
#ifndef STORAGE_BREAKER_H
#define STORAGE_BREAKER_H

#include "tombstone/clock.h"
#include "tombstone/store_traffic.h"

enum {
	BREAKER_HOLD_S = 60,      /* a person needs longer, and one request a minute locks no account */
	BREAKER_HOLD_MAX_S = 900, /* the longest that work waits after a person has helped */
	BREAKER_DOUBTS_MAX = 5    /* one key may be denied by a rule of its own; five in a row are the backend */
};

/* All zero is closed. */
struct breaker {
	struct tomb_breaker_state state;
	int64_t hold_us; /* how long it was open, or is */
	int doubts;      /* denials in a row that each spoke of one key */
};

/* May a request be sent? */
bool breaker_lets(const struct breaker *b, int64_t now_us);

/* The backend as a whole has refused us, and why: for people.  It stays open for at_least_us or longer. */
void breaker_trip(struct breaker *b, int64_t now_us, int64_t at_least_us, const char *reason);

/* One key was denied.  Trips if too many were, with nothing else between them. */
void breaker_doubt(struct breaker *b, int64_t now_us, const char *reason);

/* The backend has let us in. */
void breaker_mend(struct breaker *b, int64_t now_us);

/* See tomb_store_breaker_adopt(). */
void breaker_adopt(struct breaker *b, const struct tomb_breaker_state *theirs);

#endif
