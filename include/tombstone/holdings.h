/*
 * How much is held: the tallies from which pages say how many files and copies things have, without reading them.
 *
 * The ledger keeps them itself: each change of files or copies adds rows, in its own transaction, and the sum of a
 * thing's rows is right at any moment.  Spec: architecture.md §6.
 */
#ifndef TOMB_HOLDINGS_H
#define TOMB_HOLDINGS_H

#include "tombstone/pg.h"

/*
 * Puts one row per sum in the place of the rows that have gathered since the last time, of up to at_most objects and as
 * many deletions, so that sums stay short; nothing else changes.  *things says for how many: as long as it is at_most
 * or more, there may be others.  Any number of programs may do so at any time; all but one have nothing to do, and
 * nobody who reads or changes the ledger waits for it.
 */
enum tomb_code tomb_holdings_fold(
	struct tomb_pg *pg, int32_t at_most, int64_t *things, struct tomb_err *err) TOMB_MUST_USE;

#endif
