#include "tombstone/claim.h"

#include "sql.gen.h"
#include "tombstone/tx.h"

#include <inttypes.h>

static enum tomb_code stale(int64_t batch_id, struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_STALE, "batch %" PRId64 " is no longer this lane's, or the workers were stopped", batch_id);
}

/* Locks the batch's files and what can hold them, then asks every question. */
static enum tomb_code ask(struct tomb_pg *pg, int64_t batch_id, int64_t fence, struct tomb_arena *arena,
	struct sql_claim_verdicts_row **rows, size_t *n, struct tomb_err *err)
{
	struct sql_claim_lock_row *locked = NULL;
	size_t nlocked = 0;

	TOMB_TRY(sql_claim_lock(pg, &(struct sql_claim_lock_args){batch_id, fence}, arena, &locked, &nlocked, err));
	return sql_claim_verdicts(pg, &(struct sql_claim_verdicts_args){batch_id, fence}, arena, rows, n, err);
}

static enum tomb_code take_files(struct tomb_claim *claim, const struct sql_claim_verdicts_row *rows, size_t n,
	struct tomb_arena *arena, struct tomb_err *err)
{
	claim->files = TOMB_NEW(arena, struct tomb_claim_file, n);
	if (!claim->files)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files of a batch", n);
	for (size_t i = 0; i < n; i++)
		claim->files[i] = (struct tomb_claim_file){rows[i].file_id, rows[i].object_id, rows[i].item_id,
			rows[i].generation, rows[i].size_bytes, rows[i].refusal};
	claim->nfiles = n;
	return TOMB_OK;
}

/* Writes the intent: the copies of the files that passed are being removed from here on. */
static enum tomb_code take_copies(
	struct tomb_pg *pg, struct tomb_claim *claim, struct tomb_arena *arena, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(arena, int64_t, claim->nfiles);
	struct sql_claim_copies_args args = {claim->deletion_id, claim->request_id, {ids, 0}};
	struct sql_claim_copies_row *rows = NULL;
	size_t n = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files of a batch", claim->nfiles);
	for (size_t i = 0; i < claim->nfiles; i++)
		if (claim->files[i].refusal.n == 0)
			ids[args.file_ids.n++] = claim->files[i].file_id;
	TOMB_TRY(sql_claim_copies(pg, &args, arena, &rows, &n, err));
	claim->copies = TOMB_NEW(arena, struct tomb_claim_copy, n);
	if (!claim->copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies of a batch", n);
	for (size_t i = 0; i < n; i++)
		claim->copies[i] = (struct tomb_claim_copy){
			.id = rows[i].id,
			.file_id = rows[i].file_id,
			.generation = rows[i].generation,
			.backend = rows[i].backend,
			.url = rows[i].url,
			.version_id = rows[i].version_id_null ? TOMB_STR("") : rows[i].version_id,
			.etag = rows[i].etag_null ? TOMB_STR("") : rows[i].etag,
			.size_bytes = rows[i].size_bytes,
			.stored_at_us = rows[i].stored_at,
			.min_days = rows[i].min_days,
			.retention = rows[i].retention,
			.tried_before = rows[i].tried_before,
		};
	claim->ncopies = n;
	if (n > 0)
		claim->claimed_at_us = rows[0].claimed_at;
	return TOMB_OK;
}

static enum tomb_code start_items(
	struct tomb_pg *pg, const struct tomb_claim *claim, struct tomb_arena *arena, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(arena, int64_t, claim->nfiles);
	struct sql_claim_start_items_args args = {claim->deletion_id, {ids, 0}};
	size_t changed = 0;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files of a batch", claim->nfiles);
	for (size_t i = 0; i < claim->nfiles; i++)
		if (args.item_ids.n == 0 || ids[args.item_ids.n - 1] != claim->files[i].item_id)
			ids[args.item_ids.n++] = claim->files[i].item_id;
	return sql_claim_start_items(pg, &args, &changed, err);
}

static enum tomb_code take(struct tomb_pg *pg, const struct sql_claim_lease_row *b, struct tomb_arena *arena,
	struct tomb_claim *claim, struct tomb_err *err)
{
	struct sql_claim_verdicts_row *rows = NULL;
	size_t n = 0;

	*claim = (struct tomb_claim){
		.batch_id = b->id,
		.fence = b->fence,
		.attempts = b->attempts,
		.deaths = b->deaths,
		.deletion_id = b->deletion_id,
		.request_id = b->request_id,
		.institution_id = b->institution_id,
		.file_ids = b->file_ids,
	};
	TOMB_TRY(ask(pg, b->id, b->fence, arena, &rows, &n, err));
	TOMB_TRY(take_files(claim, rows, n, arena, err));
	TOMB_TRY(take_copies(pg, claim, arena, err));
	return start_items(pg, claim, arena, err);
}

enum tomb_code tomb_claim_take(struct tomb_pg *pg, int64_t batch_id, struct tomb_str owner, int64_t lease_ms,
	struct tomb_arena *arena, struct tomb_claim *out, bool *taken, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_claim_lease_row *b = NULL;
	struct tomb_claim claim = {.batch_id = 0};
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_claim_lease(pg, &(struct sql_claim_lease_args){batch_id, owner, lease_ms}, arena, &b, &n, err));
	if (n > 0)
		TOMB_TRY(take(pg, b, arena, &claim, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	if (n > 0)
		*out = claim;
	*taken = n > 0;
	return TOMB_OK;
}

/* Both lists are in the order of file_id. */
static void merge_refusals(struct tomb_claim *claim, const struct sql_claim_verdicts_row *rows, size_t n)
{
	size_t j = 0;

	for (size_t i = 0; i < claim->nfiles; i++) {
		struct tomb_claim_file *f = &claim->files[i];

		while (j < n && rows[j].file_id < f->file_id)
			j++;
		if (f->refusal.n > 0)
			continue;
		if (j == n || rows[j].file_id != f->file_id)
			f->refusal = TOMB_STR("it is no longer on the list of what is to be deleted");
		else
			f->refusal = rows[j].refusal;
	}
}

enum tomb_code tomb_claim_confirm(
	struct tomb_pg *pg, struct tomb_claim *claim, int64_t lease_ms, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_claim_verdicts_row *rows = NULL;
	size_t n = 0;
	size_t changed = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_claim_renew(
		pg, &(struct sql_claim_renew_args){claim->batch_id, claim->fence, lease_ms}, &changed, err));
	if (changed != 1)
		return stale(claim->batch_id, err);
	TOMB_TRY(ask(pg, claim->batch_id, claim->fence, arena, &rows, &n, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	merge_refusals(claim, rows, n);
	return TOMB_OK;
}

enum tomb_code tomb_claim_renew(
	struct tomb_pg *pg, const struct tomb_claim *claim, int64_t lease_ms, struct tomb_err *err)
{
	size_t changed = 0;

	TOMB_TRY(sql_claim_renew(
		pg, &(struct sql_claim_renew_args){claim->batch_id, claim->fence, lease_ms}, &changed, err));
	return changed == 1 ? TOMB_OK : stale(claim->batch_id, err);
}

enum tomb_code tomb_claim_release(
	struct tomb_pg *pg, const struct tomb_claim *claim, int64_t due_ms, struct tomb_err *err)
{
	size_t changed = 0;

	return sql_claim_release(
		pg, &(struct sql_claim_release_args){claim->batch_id, claim->fence, due_ms}, &changed, err);
}
