/*
 * Poison: a batch that ends every lane that takes it.  It is cut in halves, again and again, until one file is left,
 * and the rest goes on.  Spec: deletion.md X-16.
 *
 * With n files, p of them poison, there are at most p * (4 * ceil(log2 n) + 4) claims until all is settled: each cut
 * costs two that die, one that cuts, and one of the half that is well; at the end three die and one gives up.
 */
#ifndef TOMB_BATCH_SPLIT_H
#define TOMB_BATCH_SPLIT_H

#include "tombstone/claim.h"

enum {
	/* Once may be anybody's death.  Halves begin anew: chance does not cut them further. */
	TOMB_SPLIT_DEATHS = 2,
	/* Of a batch of one file, which cannot be cut: then a person has to look. */
	TOMB_SPLIT_DEATHS_OF_ONE = 3
};

/* What is to be done with a batch, in view of those that died with it? */
enum tomb_split_advice { TOMB_SPLIT_NOT, TOMB_SPLIT_CUT, TOMB_SPLIT_GIVE_UP };

enum tomb_split_advice tomb_batch_split_advise(const struct tomb_claim *claim);

/*
 * Gives the batch back as two: it keeps the first half of its list, *other gets the second, and both are due at once,
 * without deaths, and without this claim among their attempts.  INVAL for less than two files; STALE, with nothing
 * changed, if the claim is not ours any more.
 */
enum tomb_code tomb_batch_split_cut(
	struct tomb_pg *pg, const struct tomb_claim *claim, int64_t *other, struct tomb_err *err) TOMB_MUST_USE;

#endif
