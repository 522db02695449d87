#include "tombstone/tx.h"

#include "pg_conn.h"

#include <time.h>

enum { WAIT_US = 2000 }; /* before the first repetition, at most; doubles each time */

static const char *const begins[] = {
	[TOMB_READ_COMMITTED] = "begin isolation level read committed",
	[TOMB_REPEATABLE_READ] = "begin isolation level repeatable read",
	[TOMB_SERIALIZABLE] = "begin isolation level serializable",
};
_Static_assert(TOMB_COUNTOF(begins) == TOMB_ISOLATION_MAX, "enum tomb_isolation");

void tomb_tx_fini(struct tomb_tx *tx)
{
	if (!tx->is_open)
		return;
	tx->is_open = false;
	tomb_pg_conn_rollback(tx->pg);
}

enum tomb_code tomb_tx_begin(struct tomb_tx *tx, enum tomb_isolation isolation, struct tomb_err *err)
{
	TOMB_TRY(tomb_pg_conn_begin(tx->pg, begins[isolation], err));
	tx->is_open = true;
	return TOMB_OK;
}

enum tomb_code tomb_tx_commit(struct tomb_tx *tx, struct tomb_err *err)
{
	if (!tx->is_open)
		return TOMB_FAIL(err, TOMB_BUG, "commit of a transaction that was not begun");
	tx->is_open = false;
	return tomb_pg_conn_commit(tx->pg, err);
}

static enum tomb_code try_once(
	struct tomb_pg *pg, enum tomb_isolation isolation, tomb_tx_fn *fn, void *ctx, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);

	TOMB_TRY(tomb_tx_begin(&tx, isolation, err));
	TOMB_TRY(fn(pg, ctx, err));
	return tomb_tx_commit(&tx, err);
}

/* Transactions that met once meet again unless each waits for its own time. */
static void wait_before(int repetition, struct tomb_pg *pg)
{
	const uint32_t most_us = (uint32_t)WAIT_US << repetition;
	const struct timespec t = {.tv_nsec = (long)(tomb_pg_conn_jitter(pg) % most_us) * 1000};

	(void)nanosleep(&t, NULL); /* woken early by a signal, it repeats early */
}

enum tomb_code tomb_tx_run(
	struct tomb_pg *pg, enum tomb_isolation isolation, tomb_tx_fn *fn, void *ctx, struct tomb_err *err)
{
	struct tomb_err tried;
	enum tomb_code code = try_once(pg, isolation, fn, ctx, &tried);

	for (int i = 0; code == TOMB_DB_RETRY && i < TOMB_TX_TRIES - 1; i++) {
		wait_before(i, pg);
		code = try_once(pg, isolation, fn, ctx, &tried);
	}
	if (code != TOMB_OK)
		*err = tried;
	return code;
}
