/*
 * Lets the requests to one backend through: asks its breaker, waits for its pace, and says whether one that failed may
 * go out again.  The rules are in breaker.c, pace.c and retry.c; here they meet time and chance.
 */
#ifndef STORAGE_TRAFFIC_H
#define STORAGE_TRAFFIC_H

#include "breaker.h"
#include "pace.h"
#include "retry.h"

/* What all backends of a tomb_stores have in common. */
struct traffic_rules {
	struct tomb_waiting waiting;
	tomb_pace_exchange_fn *exchange; /* NULL: nobody to exchange with */
	void *exchange_ctx;
};

/* tomb_stores_set_waiting() without it. */
struct traffic_rules traffic_rules_default(void);

struct traffic {
	const struct traffic_rules *rules;
	struct tomb_str backend; /* its name */
	struct breaker breaker;
	struct pace pace;
	struct retry_quota quota;
	int64_t exchanged_us;
};

/* rules and backend are borrowed for as long as it is used. */
struct traffic traffic_init(const struct traffic_rules *rules, struct tomb_str backend);

/* One request with its repetitions, or several that share one call's time.  All zero at first. */
struct traffic_run {
	struct retry_run retry;
	int64_t start_us; /* 0: not begun */
	int64_t not_before_us;
};

/* The call begins; traffic_ask() does that for a single request. */
void traffic_start(const struct traffic *t, struct traffic_run *run);

/* Before each time that the request goes out: how long does it have to wait?  0: it may go now.  STORE_DENIED when the
 * breaker is open, STORE_THROTTLED when it would take too long. */
enum tomb_code traffic_ask(
	struct traffic *t, struct traffic_run *run, int64_t *wait_ms, struct tomb_err *err) TOMB_MUST_USE;

/* Waits so long.  STORE_THROTTLED when the program is to end. */
enum tomb_code traffic_wait(const struct traffic *t, int64_t ms, struct tomb_err *err) TOMB_MUST_USE;

/* The breaker is half open: while one request decides, no other goes out. */
bool traffic_is_on_trial(const struct traffic *t);

/* The request goes out.  Returns when, in the backend's history: for traffic_throttled(). */
unsigned traffic_sent(struct traffic *t);

/* May it go out again, and is there time for it?  Then traffic_ask() says how long to wait. */
bool traffic_again(struct traffic *t, struct traffic_run *run, bool was_answered, int64_t asked_ms);

/* What became of it.  Of many that were under way when the store first said "slow down", only that first one counts:
 * they have all gone out at the rate that was too fast. */
void traffic_taken(struct traffic *t, const struct traffic_run *run);
void traffic_throttled(struct traffic *t, unsigned sent, int64_t asked_ms);

/* The backend as a whole refused us; one key was refused; it let us in. */
void traffic_refused(struct traffic *t, int64_t at_least_ms, const char *reason);
void traffic_doubted(struct traffic *t, const char *reason);
void traffic_let_in(struct traffic *t);

/* How long until a request would go out: 0 for now. */
int64_t traffic_due_ms(struct traffic *t);

/* Has run taken as long as one call may wait? */
bool traffic_is_late(const struct traffic *t, const struct traffic_run *run);

#endif
