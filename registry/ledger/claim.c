#include "tombstone/claim.h"

#include "sql.gen.h"
#include "tombstone/tx.h"

#include <inttypes.h>

static enum tomb_code stale(int64_t batch_id, struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_STALE, "batch %" PRId64 " is no longer this lane's, or the workers were stopped", batch_id);
}

static struct tomb_claim_file file_of(const struct sql_claim_verdicts_row *r)
{
	return (struct tomb_claim_file){r->file_id, r->object_id, r->item_id, r->generation, r->size_bytes, r->refusal};
}

static struct tomb_claim_copy copy_of(const struct sql_claim_verdicts_row *r)
{
	return (struct tomb_claim_copy){
		.id = r->copy_id,
		.file_id = r->file_id,
		.generation = r->generation,
		.backend = r->backend,
		.url = r->url,
		.version_id = r->version_id_null ? TOMB_STR("") : r->version_id,
		.etag = r->etag_null ? TOMB_STR("") : r->etag,
		.size_bytes = r->size_bytes,
		.stored_at_us = r->stored_at,
		.min_days = r->min_days,
		.retention = r->retention,
		.tried_before = r->tried_before,
	};
}

/* The rows of claim_verdicts: first the files, then the copies. */
static enum tomb_code take_rows(struct tomb_claim *claim, const struct sql_claim_verdicts_row *rows, size_t n,
	struct tomb_arena *arena, struct tomb_err *err)
{
	while (claim->nfiles < n && rows[claim->nfiles].copy_id_null)
		claim->nfiles++;
	claim->ncopies = n - claim->nfiles;
	claim->files = TOMB_NEW(arena, struct tomb_claim_file, claim->nfiles);
	claim->copies = TOMB_NEW(arena, struct tomb_claim_copy, claim->ncopies);
	if (!claim->files || !claim->copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files and copies of a batch", n);
	for (size_t i = 0; i < claim->nfiles; i++)
		claim->files[i] = file_of(&rows[i]);
	for (size_t i = 0; i < claim->ncopies; i++)
		claim->copies[i] = copy_of(&rows[claim->nfiles + i]);
	if (n > 0)
		claim->claimed_at_us = rows[0].claimed_at;
	return TOMB_OK;
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
	TOMB_TRY(sql_claim_verdicts(
		pg, &(struct sql_claim_verdicts_args){b->id, b->fence, .take = true}, arena, &rows, &n, err));
	return take_rows(claim, rows, n, arena, err);
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
	struct sql_claim_confirm_row *ours = NULL;
	struct sql_claim_verdicts_row *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_claim_confirm(
		pg, &(struct sql_claim_confirm_args){claim->batch_id, claim->fence, lease_ms}, arena, &ours, &n, err));
	if (n == 0)
		return stale(claim->batch_id, err);
	TOMB_TRY(sql_claim_verdicts(pg, &(struct sql_claim_verdicts_args){claim->batch_id, claim->fence, .take = false},
		arena, &rows, &n, err));
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
