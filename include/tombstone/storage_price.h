/*
 * What a copy of a storage option costs on each of its backends, as far as an operator has said.  It is used for
 * estimates alone, see tombstone/retention_fee.h: no rule depends on it.
 */
#ifndef TOMB_STORAGE_PRICE_H
#define TOMB_STORAGE_PRICE_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct tomb_storage_price {
	struct tomb_str option;
	struct tomb_str backend;
	int32_t min_days;         /* of the option */
	struct tomb_str currency; /* three capital letters; "": no price is set */
	int64_t nanos;            /* billionths of it, for 2^30 bytes and 30 days */
	int32_t billed_days;      /* that the provider bills at least; -1 to set: as many as the option's minimum */
	int64_t billed_bytes;     /* a smaller copy is billed as if it had so many */
};

enum { TOMB_STORAGE_PRICE_TEXT = 32 };

/* "0.0036" for 3,600,000 nanos: with as many digits as it has, two at least.  Returns out. */
char *tomb_storage_price_text(int64_t nanos, char out[static TOMB_STORAGE_PRICE_TEXT]);

/* All copies of all options, by option and backend; in the arena. */
enum tomb_code tomb_storage_price_list(struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_storage_price **out,
	size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Sets the price of option's copies on these backends, or on all of its backends if there are none; a currency of ""
 * takes it away.  What else price names is not read.  Operators only; NOTFOUND if the option has no such backend or
 * there is no such option; INVAL for a price out of bounds.
 */
enum tomb_code tomb_storage_price_set(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str option,
	struct tomb_strs backends, const struct tomb_storage_price *price, struct tomb_err *err) TOMB_MUST_USE;

#endif
