/*
 * How fast a backend may be asked, and with how many keys at once: nothing is limited until the store says "slow down"
 * for the first time.  Then the rate is halved at each such answer and grows by a fixed amount for each second in which
 * it was made use of (AIMD, as TCP does); the same for the keys of a DeleteObjects request, since each of them counts
 * against the store's limit (spec/peers.md 2.12).
 *
 * The rate is that of one lane: all lanes take over the halving of one (struct tomb_pace), so together they slow down
 * by half.
 *
 * Pure: time is passed in, by the monotonic clock.
 */
#ifndef STORAGE_PACE_H
#define STORAGE_PACE_H

#include "tombstone/clock.h"
#include "tombstone/store_traffic.h"

/* Rates are in thousandths of a request per second. */
enum {
	PACE_RATE_MIN = 500,         /* one request in two seconds: less is a stop, for which there is Retry-After */
	PACE_RATE_MAX = 1000 * 1000, /* a lane is one thread and does not get there */
	PACE_RATE_GUESS = 10 * 1000, /* of a lane that was told to slow down before it had a rate worth speaking of */
	PACE_GROWTH = 500,           /* per second: half of what a slow store takes is back after ten seconds */
	PACE_KEYS_MIN = 10,          /* fewer, and the requests are the load instead of the keys */
	PACE_KEYS_GROWTH = 50,       /* for each request that was taken whole: 20 of them lead back to the limit */
	PACE_PAUSE_MAX_S = 900,      /* the longest Retry-After that is believed; then the store is asked again */
	PACE_MEMORY_S = 900          /* what was learned so long ago says nothing of today */
};

struct pace {
	int64_t rate;         /* 0: no limit */
	int64_t keys;         /* 0: no limit but TOMB_DELETE_MAX */
	int64_t next_us;      /* nothing is sent before */
	int64_t closed_us;    /* nor before this: the store asked for it */
	int64_t grown_us;     /* when the rate was last changed */
	int64_t throttled_us; /* when the store last said so, to us or to others */
	int64_t bucket_us;    /* since when bucket counts requests */
	int64_t bucket;
	int64_t measured;   /* what the rate really is, smoothed */
	int64_t epoch;      /* see struct tomb_pace */
	bool was_throttled; /* since others were last told */
	unsigned cuts;      /* of the rate: who was sent before the last one has nothing new to say of it */
	unsigned key_cuts;  /* of keys, likewise */
};

/* How long to wait before the next request may be sent; 0: not at all. */
int64_t pace_wait_us(struct pace *p, int64_t now_us);

/* A request goes out. */
void pace_sent(struct pace *p, int64_t now_us);

/* It was answered, and not by "slow down". */
void pace_taken(struct pace *p, int64_t now_us);

/* The store said "slow down".  asked_ms: what it asked for, 0 if it did not. */
void pace_throttled(struct pace *p, int64_t now_us, int64_t asked_ms);

/* The store asked for this long without requests; that it said "slow down" is counted already. */
void pace_asked(struct pace *p, int64_t now_us, int64_t asked_ms);

/* Of a DeleteObjects request: how many keys it may have; that one with n was taken whole; that it was not. */
size_t pace_keys(const struct pace *p);
void pace_keys_taken(struct pace *p, size_t n);
void pace_keys_throttled(struct pace *p, size_t n);

/* What to tell the other lanes, and what they have told us. */
struct tomb_pace pace_tell(const struct pace *p, int64_t now_us);
void pace_told(struct pace *p, const struct tomb_pace *theirs, int64_t now_us);

#endif
