/* A thread that does one thing again and again, with a pause between, until it is told to stop. */
#ifndef TOMB_TICKER_H
#define TOMB_TICKER_H

#include "tombstone/err.h"

struct tomb_ticker;

/* One round.  Runs on the ticker's thread; returns true if there is more to do at once, without the pause. */
typedef bool tomb_tick_fn(void *ctx);

/* ctx must outlive the ticker.  NOMEM or BUSY if no thread can be had. */
enum tomb_code tomb_ticker_start(
	struct tomb_ticker **out, tomb_tick_fn *fn, void *ctx, int64_t pause_ms, struct tomb_err *err) TOMB_MUST_USE;

/* Waits for the round that is running, if one is.  NULL is fine. */
void tomb_ticker_stop(struct tomb_ticker *ticker);

#endif
