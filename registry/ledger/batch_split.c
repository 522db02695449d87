#include "tombstone/batch_split.h"

#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* one row */

static const struct tomb_actor worker = {.email = {"worker", 6}, .via = TOMB_VIA_WORKER};

enum tomb_split_advice tomb_batch_split_advise(const struct tomb_claim *claim)
{
	if (claim->file_ids.n > 1)
		return claim->deaths >= TOMB_SPLIT_DEATHS ? TOMB_SPLIT_CUT : TOMB_SPLIT_NOT;
	return claim->deaths >= TOMB_SPLIT_DEATHS_OF_ONE ? TOMB_SPLIT_GIVE_UP : TOMB_SPLIT_NOT;
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_claim *claim,
	const struct sql_batch_split_cut_row *cut, struct tomb_err *err)
{
	char subject[32];
	char detail[160];

	(void)snprintf(subject, sizeof subject, "batch %" PRId64, claim->batch_id);
	(void)snprintf(detail, sizeof detail,
		"%" PRId32 " lanes ended while they had it: it keeps %" PRId32 " files, batch %" PRId64
		" gets the other %" PRId32,
		claim->deaths, cut->kept, cut->other, cut->moved);
	return tomb_audit_write(pg, &worker,
		&(struct tomb_audit_entry){.verb = "split batch",
			.institution_id = claim->institution_id,
			.subject = tomb_str_from(subject),
			.detail = tomb_str_from(detail)},
		err);
}

enum tomb_code tomb_batch_split_cut(
	struct tomb_pg *pg, const struct tomb_claim *claim, int64_t *other, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_batch_split_cut_row *cut = NULL;
	size_t n = 0;

	if (claim->file_ids.n < 2)
		return TOMB_FAIL(err, TOMB_INVAL, "batch %" PRId64 " has %zu files: it cannot be cut in halves",
			claim->batch_id, claim->file_ids.n);
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_batch_split_cut(
		pg, &(struct sql_batch_split_cut_args){claim->batch_id, claim->fence}, &arena, &cut, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_STALE, "batch %" PRId64 " was taken over by another lane", claim->batch_id);
	TOMB_TRY(audit(pg, claim, cut, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*other = cut->other;
	return TOMB_OK;
}
