#include "rate_limit.h"

#include "tombstone/clock.h"

#include <pthread.h>

#define NONE UINT32_MAX /* no place */

/*
 * A bucket is kept as the time at which it will be full again ("virtual scheduling"): every attempt moves it one
 * interval on, and it may not be more than burst intervals ahead of now.
 */
struct place {
	uint32_t chain; /* next place of the same chain */
	uint32_t older; /* in the order of use */
	uint32_t newer;
	int64_t full_at_us;
	size_t key_size; /* 0: the place is free */
	char key[TOMB_RATE_LIMIT_KEY];
};

/* lock guards all that is below it. */
struct tomb_rate_limit {
	struct tomb_rate_limit_options options;
	pthread_mutex_t lock;
	uint32_t *chains; /* options.places of them */
	struct place *places;
	uint32_t oldest;
	uint32_t newest;
};

static void unlink_use(struct tomb_rate_limit *l, uint32_t i)
{
	struct place *p = &l->places[i];

	*(p->older == NONE ? &l->oldest : &l->places[p->older].newer) = p->newer;
	*(p->newer == NONE ? &l->newest : &l->places[p->newer].older) = p->older;
}

static void link_newest(struct tomb_rate_limit *l, uint32_t i)
{
	l->places[i].older = l->newest;
	l->places[i].newer = NONE;
	*(l->newest == NONE ? &l->oldest : &l->places[l->newest].newer) = i;
	l->newest = i;
}

/* FNV-1a, begun with the seed. */
static uint32_t *chain_of(struct tomb_rate_limit *l, const char *key, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ l->options.seed;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	return &l->chains[h % l->options.places];
}

static uint32_t find(struct tomb_rate_limit *l, uint32_t chain, struct tomb_str key)
{
	for (uint32_t i = chain; i != NONE; i = l->places[i].chain)
		if (tomb_str_eq((struct tomb_str){l->places[i].key, l->places[i].key_size}, key))
			return i;
	return NONE;
}

static void unchain(struct tomb_rate_limit *l, uint32_t i)
{
	uint32_t *at = chain_of(l, l->places[i].key, l->places[i].key_size);

	while (*at != i)
		at = &l->places[*at].chain;
	*at = l->places[i].chain;
}

/* The place of key, made over from the one used longest ago if it has none yet; it becomes the newest. */
static struct place *place_of(struct tomb_rate_limit *l, struct tomb_str key)
{
	uint32_t *chain = chain_of(l, key.p, key.n);
	uint32_t i = find(l, *chain, key);

	if (i == NONE) {
		i = l->oldest;
		if (l->places[i].key_size)
			unchain(l, i);
		memcpy(l->places[i].key, key.p, key.n);
		l->places[i].key_size = key.n;
		l->places[i].full_at_us = INT64_MIN;
		l->places[i].chain = *chain;
		*chain = i;
	}
	unlink_use(l, i);
	link_newest(l, i);
	return &l->places[i];
}

/* No key is empty: an empty one is a key of its own. */
static struct tomb_str clip(struct tomb_str key)
{
	if (key.n == 0)
		return TOMB_STR("\1");
	return (struct tomb_str){key.p, key.n < TOMB_RATE_LIMIT_KEY ? key.n : TOMB_RATE_LIMIT_KEY};
}

enum tomb_code tomb_rate_limit_new(const struct tomb_rate_limit_options *options, struct tomb_arena *arena,
	struct tomb_rate_limit **out, struct tomb_err *err)
{
	struct tomb_rate_limit *l = TOMB_NEW(arena, struct tomb_rate_limit, 1);

	if (options->places == 0 || options->places == NONE || options->burst == 0 || options->interval_us <= 0)
		return TOMB_FAIL(err, TOMB_BUG, "a rate limit needs places, a burst and an interval");
	if (!l || !(l->chains = TOMB_NEW(arena, uint32_t, options->places)) ||
		!(l->places = TOMB_NEW(arena, struct place, options->places)))
		return TOMB_FAIL(err, TOMB_NOMEM, "a rate limit of %u places", options->places);
	if (pthread_mutex_init(&l->lock, NULL) != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "the lock of a rate limit");
	l->options = *options;
	l->oldest = l->newest = NONE;
	for (uint32_t i = 0; i < options->places; i++) {
		l->chains[i] = NONE;
		link_newest(l, i);
	}
	*out = l;
	return TOMB_OK;
}

void tomb_rate_limit_fini(struct tomb_rate_limit *limit)
{
	if (limit)
		(void)pthread_mutex_destroy(&limit->lock); /* nobody holds it: it cannot fail */
}

bool tomb_rate_limit_take(struct tomb_rate_limit *limit, struct tomb_str key, int64_t now_us, uint32_t *retry_after_s)
{
	int64_t interval = limit->options.interval_us;
	int64_t ahead = 0;
	bool may = false;
	struct place *p = NULL;

	(void)pthread_mutex_lock(&limit->lock);
	p = place_of(limit, clip(key));
	if (p->full_at_us < now_us)
		p->full_at_us = now_us;
	ahead = p->full_at_us - now_us + interval - interval * (int64_t)limit->options.burst;
	may = ahead <= 0;
	if (may)
		p->full_at_us += interval;
	(void)pthread_mutex_unlock(&limit->lock);
	if (!may)
		*retry_after_s = (uint32_t)((ahead + TOMB_US_PER_S - 1) / TOMB_US_PER_S);
	return may;
}

void tomb_rate_limit_forgive(struct tomb_rate_limit *limit, struct tomb_str key)
{
	struct tomb_str k = clip(key);
	uint32_t i = NONE;

	(void)pthread_mutex_lock(&limit->lock);
	i = find(limit, *chain_of(limit, k.p, k.n), k);
	if (i != NONE)
		limit->places[i].full_at_us = INT64_MIN;
	(void)pthread_mutex_unlock(&limit->lock);
}
