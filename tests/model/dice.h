/* A random sequence that a seed fixes: splitmix64, by Vigna's public description. */
#ifndef MODEL_DICE_H
#define MODEL_DICE_H

#include "tombstone/base.h"

struct dice {
	uint64_t state;
};

static inline uint64_t dice_next(struct dice *d)
{
	uint64_t z = d->state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* 0 to n - 1. */
static inline int dice_roll(struct dice *d, int n)
{
	return (int)(dice_next(d) % (uint64_t)n);
}

static inline bool dice_in_100(struct dice *d, int percent)
{
	return dice_roll(d, 100) < percent;
}

#endif
