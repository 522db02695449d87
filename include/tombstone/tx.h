/* Transactions: rolled back unless committed. */
#ifndef TOMB_TX_H
#define TOMB_TX_H

#include "tombstone/pg.h"

enum tomb_isolation { TOMB_READ_COMMITTED, TOMB_REPEATABLE_READ, TOMB_SERIALIZABLE, TOMB_ISOLATION_MAX };

/* Borrows pg.  TOMB_TX_AUTO tx = tomb_tx_init(pg); leaving the scope rolls back what is not committed. */
struct tomb_tx {
	struct tomb_pg *pg;
	bool is_open;
};

#define TOMB_TX_AUTO TOMB_CLEANUP(tomb_tx_fini) struct tomb_tx

static inline struct tomb_tx tomb_tx_init(struct tomb_pg *pg)
{
	return (struct tomb_tx){.pg = pg};
}

void tomb_tx_fini(struct tomb_tx *tx);

/* BUG if pg is in a transaction already. */
enum tomb_code tomb_tx_begin(struct tomb_tx *tx, enum tomb_isolation isolation, struct tomb_err *err) TOMB_MUST_USE;

/*
 * The transaction is over, whatever is returned.  UNCERTAIN if the connection broke before the server's answer: it may
 * have happened or not.  Every other error says that nothing was committed; BUG if a statement of it had failed.
 */
enum tomb_code tomb_tx_commit(struct tomb_tx *tx, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Runs fn in a transaction and commits.  On DB_RETRY, from fn or from the commit, rolls back, waits a few random
 * milliseconds and repeats, at most TOMB_TX_TRIES times in all; the last error is returned.  So fn has no effects
 * outside the database, writes its results to ctx only as its last step, and neither begins nor commits.
 */
enum { TOMB_TX_TRIES = 8 }; /* with the waits doubling from 2 ms, under a second in all */
typedef enum tomb_code tomb_tx_fn(struct tomb_pg *pg, void *ctx, struct tomb_err *err);
enum tomb_code tomb_tx_run(struct tomb_pg *pg, enum tomb_isolation isolation, tomb_tx_fn *fn, void *ctx,
	struct tomb_err *err) TOMB_MUST_USE;

#endif
