/* Backends that workers leave alone: opened and closed by them, and by hand. */
#include "tombstone/backend.h"

#include "authority.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* one backend */

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, struct tomb_str name,
	struct tomb_str detail, struct tomb_err *err)
{
	return tomb_audit_write(
		pg, actor, &(struct tomb_audit_entry){.verb = verb, .subject = name, .detail = detail}, err);
}

static enum tomb_code require_program(const struct tomb_actor *actor, struct tomb_err *err)
{
	if (actor->user_id != 0)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "only a program may open or close the breaker of a backend");
	return TOMB_OK;
}

enum tomb_code tomb_backend_breaker_open(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	const struct tomb_backend_breaker *breaker, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_backend_breaker_open_args args = {
		.name = name,
		.since = breaker->since_us,
		.until = breaker->until_us,
		.reason = breaker->reason,
		.set_by = actor->email,
	};
	struct sql_backend_breaker_open_row *row = NULL;
	struct tomb_backend known;
	size_t n = 0;

	TOMB_TRY(require_program(actor, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_backend_find(pg, name, &arena, &known, err));
	TOMB_TRY(sql_backend_breaker_open(pg, &args, &arena, &row, &n, err));
	if (n > 0 && !row->was_open)
		TOMB_TRY(audit(pg, actor, "open breaker", name, breaker->reason, err));
	return tomb_tx_commit(&tx, err);
}

/* since_us: only of this opening; 0: of any. */
static enum tomb_code close_it(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	int64_t since_us, struct tomb_str reason, bool *changed, struct tomb_err *err)
{
	struct sql_backend_breaker_close_args args = {
		.name = name,
		.since = since_us,
		.since_null = since_us == 0,
		.reason = reason,
		.set_by = actor->email,
	};
	size_t n = 0;

	TOMB_TRY(sql_backend_breaker_close(pg, &args, &n, err));
	*changed = n > 0;
	if (n > 0)
		TOMB_TRY(audit(pg, actor, "close breaker", name, reason, err));
	return TOMB_OK;
}

enum tomb_code tomb_backend_breaker_close(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	int64_t since_us, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	bool changed = false;

	TOMB_TRY(require_program(actor, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(close_it(pg, actor, name, since_us, TOMB_STR("the store answers again"), &changed, err));
	return tomb_tx_commit(&tx, err);
}

/* Whoever helped should not have to wait for what was put off until then. */
static enum tomb_code recall(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name, struct tomb_err *err)
{
	size_t n = 0;
	char detail[64];

	TOMB_TRY(sql_backend_recall_batches(pg, &(struct sql_backend_recall_batches_args){name}, &n, err));
	if (n == 0)
		return TOMB_OK;
	(void)snprintf(detail, sizeof detail, "%zu batches that were put off are due", n);
	return audit(pg, actor, "recall batches", name, tomb_str_from(detail), err);
}

enum tomb_code tomb_backend_breaker_reset(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	struct tomb_str reason, bool *was_open, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_backend known;
	bool changed = false;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_BACKEND_WRITE, "reset the breaker of a backend", err));
	TOMB_TRY(tomb_backend_find(pg, name, &arena, &known, err));
	TOMB_TRY(close_it(pg, actor, name, 0, reason.n > 0 ? reason : TOMB_STR("reset by hand"), &changed, err));
	TOMB_TRY(recall(pg, actor, name, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*was_open = changed;
	return TOMB_OK;
}
