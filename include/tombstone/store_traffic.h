/*
 * Manners towards a store: how long a call may wait, how fast a backend is asked, and when it is left alone.  What one
 * lane learns of a backend is told to others here.
 */
#ifndef TOMB_STORE_TRAFFIC_H
#define TOMB_STORE_TRAFFIC_H

#include "tombstone/store.h"

/*
 * How long a call may wait, and how.  A backend that asks for fewer requests gets fewer: a call then waits before it
 * sends.  What would take longer than longest_ms in one call is not waited for: it is STORE_THROTTLED, or THROTTLED
 * with retry_after_ms.  ctx and clock are borrowed for as long as the stores are open.
 */
struct tomb_waiting {
	const struct tomb_clock *clock;
	bool (*wait)(void *ctx, int64_t ms); /* false: this program is to end; nothing more is waited for or sent */
	void *ctx;
	int64_t longest_ms; /* 0: nothing is waited for, nor sent again */
};

/* Without it: the machine's clock, and 5 seconds. */
void tomb_stores_set_waiting(struct tomb_stores *stores, const struct tomb_waiting *waiting);

/* What a lane knows of the pace that a backend keeps up with, to be told to other lanes and machines. */
struct tomb_pace {
	int64_t epoch;      /* names the last "slow down" that everybody heard of; 0: none */
	bool was_throttled; /* told to slow down since the last exchange */
	int64_t milli_rate; /* requests in 1,000 seconds, of one lane; 0: no limit */
	int64_t keys;       /* of one DeleteObjects request */
	int64_t pause_ms;   /* the store asked for this long without requests; 0: it did not */
};

/*
 * Tells others our figures, and replaces *pace by what all of them together know, with the epoch of that.  Called
 * between requests, about once a second while a backend is used, and at once when it was throttled: it must not take
 * long, and it is a hint.  False if nobody could be asked: each lane then goes by what it learns by itself.
 */
typedef bool tomb_pace_exchange_fn(void *ctx, struct tomb_str backend, struct tomb_pace *pace);

/* From here on, exchange is called.  ctx is borrowed for as long as the stores are open. */
void tomb_stores_share_pace(struct tomb_stores *stores, tomb_pace_exchange_fn *exchange, void *ctx);

enum { TOMB_BREAKER_REASON_MAX = 400 }; /* bytes: one line, and what to do */

/*
 * Requests to a backend that refuses us as a whole (keys, account, bucket) are stopped: every call is STORE_DENIED, and
 * nothing is sent, until until_us.  Then one request is let through, and decides.
 */
struct tomb_breaker_state {
	bool open;
	bool is_adopted;                      /* somebody else found out */
	int64_t since_us;                     /* when it was opened or closed; Unix, 0: never */
	int64_t until_us;                     /* open: when the next request may be sent */
	char reason[TOMB_BREAKER_REASON_MAX]; /* open: what was answered and what to do; else "" */
};

void tomb_store_breaker(const struct tomb_store *store, struct tomb_breaker_state *out);

/* What another lane or machine found out, or an operator who closed it.  What is newer wins; of two that are open, the
 * longer time. */
void tomb_store_breaker_adopt(struct tomb_store *store, const struct tomb_breaker_state *state);

/* How long to leave it alone after STORE_THROTTLED or STORE_DENIED: until then nothing would be sent.  0: no matter. */
int64_t tomb_store_due_ms(struct tomb_store *store);

#endif
