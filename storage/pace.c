#include "pace.h"

enum { BUCKET_US = TOMB_US_PER_S / 2, PER_MILLE = 1000 };

static int64_t between(int64_t n, int64_t low, int64_t high)
{
	return n < low ? low : n > high ? high : n;
}

/* Requests in us as a rate. */
static int64_t rate_of(int64_t requests, int64_t us)
{
	return requests * PER_MILLE * TOMB_US_PER_S / us;
}

/* Forgets what is too old to be true. */
static void refresh(struct pace *p, int64_t now_us)
{
	if (now_us - p->throttled_us < PACE_MEMORY_S * (int64_t)TOMB_US_PER_S || now_us < p->closed_us)
		return;
	p->rate = 0;
	p->keys = 0;
}

int64_t pace_wait_us(struct pace *p, int64_t now_us)
{
	int64_t from_us = p->next_us > p->closed_us ? p->next_us : p->closed_us;

	refresh(p, now_us);
	return p->rate && now_us < from_us ? from_us - now_us : 0;
}

static void measure(struct pace *p, int64_t now_us)
{
	int64_t past_us = now_us - p->bucket_us;

	if (p->bucket_us == 0) {
		p->bucket_us = now_us;
	} else if (past_us >= BUCKET_US) {
		p->measured = (8 * rate_of(p->bucket, past_us) + 2 * p->measured) / 10;
		p->bucket_us = now_us;
		p->bucket = 0;
	}
	p->bucket++;
}

static int64_t interval_us(const struct pace *p)
{
	return PER_MILLE * (int64_t)TOMB_US_PER_S / p->rate;
}

void pace_sent(struct pace *p, int64_t now_us)
{
	measure(p, now_us);
	if (p->rate)
		p->next_us = (now_us > p->next_us ? now_us : p->next_us) + interval_us(p);
}

void pace_taken(struct pace *p, int64_t now_us)
{
	int64_t us = between(now_us - p->grown_us, 0, TOMB_US_PER_S);
	int64_t gain = PACE_GROWTH * us / TOMB_US_PER_S;

	/* A limit that is not reached proves nothing of what lies above it. */
	if (p->rate == 0 || gain == 0 || 2 * p->measured < p->rate)
		return;
	p->rate = between(p->rate + gain, PACE_RATE_MIN, PACE_RATE_MAX);
	p->grown_us = now_us;
}

static void close_for(struct pace *p, int64_t now_us, int64_t asked_ms)
{
	int64_t until_us = now_us + between(asked_ms, 0, PACE_PAUSE_MAX_S * INT64_C(1000)) * TOMB_US_PER_MS;

	if (until_us > p->closed_us)
		p->closed_us = until_us;
}

void pace_throttled(struct pace *p, int64_t now_us, int64_t asked_ms)
{
	int64_t was = p->rate;

	p->cuts++;
	if (was == 0)
		was = p->measured > PACE_RATE_GUESS ? p->measured : PACE_RATE_GUESS;
	p->rate = between(was / 2, PACE_RATE_MIN, PACE_RATE_MAX);
	p->grown_us = p->throttled_us = now_us;
	p->was_throttled = true;
	if (now_us + interval_us(p) > p->next_us)
		p->next_us = now_us + interval_us(p);
	close_for(p, now_us, asked_ms);
}

void pace_asked(struct pace *p, int64_t now_us, int64_t asked_ms)
{
	close_for(p, now_us, asked_ms);
}

size_t pace_keys(const struct pace *p)
{
	return p->keys ? (size_t)p->keys : TOMB_DELETE_MAX;
}

void pace_keys_taken(struct pace *p, size_t n)
{
	if (p->keys && (int64_t)n >= p->keys)
		p->keys = between(p->keys + PACE_KEYS_GROWTH, PACE_KEYS_MIN, TOMB_DELETE_MAX);
}

void pace_keys_throttled(struct pace *p, size_t n)
{
	int64_t was = n < pace_keys(p) ? (int64_t)n : (int64_t)pace_keys(p);

	p->keys = between(was / 2, PACE_KEYS_MIN, TOMB_DELETE_MAX);
	p->key_cuts++;
}

struct tomb_pace pace_tell(const struct pace *p, int64_t now_us)
{
	int64_t closed_us = p->closed_us - now_us;

	return (struct tomb_pace){
		.epoch = p->epoch,
		.was_throttled = p->was_throttled,
		.milli_rate = p->rate,
		.keys = (int64_t)pace_keys(p),
		.pause_ms = closed_us > 0 ? closed_us / TOMB_US_PER_MS : 0,
	};
}

void pace_told(struct pace *p, const struct tomb_pace *theirs, int64_t now_us)
{
	int64_t rate = between(theirs->milli_rate, PACE_RATE_MIN, PACE_RATE_MAX);
	int64_t keys = between(theirs->keys, PACE_KEYS_MIN, TOMB_DELETE_MAX);

	p->was_throttled = false;
	if (theirs->epoch == 0 || theirs->epoch == p->epoch)
		return;
	p->epoch = theirs->epoch;
	p->cuts++;
	if (p->rate == 0 || rate < p->rate)
		p->rate = rate;
	if (keys < (int64_t)pace_keys(p))
		p->keys = keys;
	p->grown_us = p->throttled_us = now_us;
	close_for(p, now_us, theirs->pause_ms);
}
