#include "tombstone/settle.h"

#include "sql.gen.h"
#include "tombstone/digest.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

static const struct tomb_str file_outcomes[] = {
	[TOMB_FILE_DELETED] = {"deleted", 7},
	[TOMB_FILE_REFUSED] = {"refused", 7},
	[TOMB_FILE_FAILED] = {"failed", 6},
	[TOMB_FILE_LATER] = {"", 0},
};
_Static_assert(TOMB_COUNTOF(file_outcomes) == TOMB_FILE_FATE_MAX, "file fates");

static enum tomb_code no_room(size_t n, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_NOMEM, "settling %zu things", n);
}

/* The objects of the claim's files, each once; files of one object come together. */
static enum tomb_code objects_of(
	const struct tomb_claim *claim, struct tomb_arena *arena, struct tomb_int8s *out, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(arena, int64_t, claim->nfiles);
	size_t n = 0;

	if (!ids)
		return no_room(claim->nfiles, err);
	for (size_t i = 0; i < claim->nfiles; i++)
		if (n == 0 || ids[n - 1] != claim->files[i].object_id)
			ids[n++] = claim->files[i].object_id;
	*out = (struct tomb_int8s){ids, n};
	return TOMB_OK;
}

/* The batch becomes done, failed or ready again; 0 rows: it is not ours. */
static enum tomb_code settle_fence(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct tomb_settle_counts *counts, struct tomb_err *err)
{
	int64_t *later = TOMB_NEW(arena, int64_t, s->nfiles);
	struct sql_settle_fence_args args = {.batch_id = claim->batch_id,
		.fence = claim->fence,
		.due_ms = s->due_ms,
		.error = s->error,
		.uncharged = s->is_uncharged};
	struct sql_settle_fence_row *row = NULL;
	size_t n = 0;

	if (!later)
		return no_room(s->nfiles, err);
	for (size_t i = 0; i < s->nfiles; i++)
		if (s->files[i].fate == TOMB_FILE_LATER)
			later[counts->later++] = s->files[i].file_id;
		else if (s->files[i].fate == TOMB_FILE_FAILED)
			counts->failed++;
	args.left_file_ids = (struct tomb_int8s){later, counts->later};
	args.failed = counts->failed > 0;
	TOMB_TRY(objects_of(claim, arena, &args.object_ids, err));
	TOMB_TRY(sql_settle_fence(pg, &args, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_STALE, "batch %" PRId64 " was taken over by another lane", claim->batch_id);
	return TOMB_OK;
}

static struct tomb_str copy_outcome(const struct tomb_settled_copy *c)
{
	switch (c->fate) {
	case TOMB_COPY_GONE:
		return c->was_absent ? TOMB_STR("already absent") : TOMB_STR("removed");
	case TOMB_COPY_THERE:
		return c->was_left ? TOMB_STR("refused") : TOMB_STR("failed");
	case TOMB_COPY_UNKNOWN:
		return TOMB_STR("unknown");
	case TOMB_COPY_FATE_MAX:
		break;
	}
	__builtin_unreachable();
}

static enum tomb_code settle_copies(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct tomb_err *err)
{
	size_t n = s->ncopies;
	int64_t *ids = TOMB_NEW(arena, int64_t, n);
	bool *flags = TOMB_NEW(arena, bool, 2 * n);
	struct tomb_str *texts = TOMB_NEW(arena, struct tomb_str, 4 * n);
	struct sql_settle_copies_args args = {.deletion_id = claim->deletion_id,
		.copy_ids = {ids, n},
		.gone = {flags, n},
		.there = {flags + n, n},
		.outcomes = {texts, n},
		.details = {texts + n, n},
		.provider_request_ids = {texts + 2 * n, n},
		.verifications = {texts + 3 * n, n}};
	size_t changed = 0;

	if (n == 0)
		return TOMB_OK;
	if (!ids || !flags || !texts)
		return no_room(n, err);
	for (size_t i = 0; i < n; i++) {
		const struct tomb_settled_copy *c = &s->copies[i];

		ids[i] = c->copy_id;
		flags[i] = c->fate == TOMB_COPY_GONE;
		flags[n + i] = c->fate == TOMB_COPY_THERE;
		texts[i] = copy_outcome(c);
		texts[n + i] = c->detail.p ? c->detail : TOMB_STR("");
		texts[2 * n + i] = c->provider_request_id.p ? c->provider_request_id : TOMB_STR("");
		if (c->fate == TOMB_COPY_GONE)
			texts[3 * n + i] = c->is_unverifiable ? TOMB_STR("accepted, not verifiable")
							      : TOMB_STR("verified absent");
	}
	return sql_settle_copies(pg, &args, &changed, err);
}

/* What each work item has to count. */
struct sums {
	const struct sql_settle_files_row *rows;
	size_t n;
};

/* States, events and outcomes of the list. */
static enum tomb_code settle_files(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct sums *sums, struct tomb_err *err)
{
	int64_t *ids = TOMB_NEW(arena, int64_t, s->nfiles);
	struct tomb_str *outcomes = TOMB_NEW(arena, struct tomb_str, s->nfiles);
	struct tomb_str *reasons = TOMB_NEW(arena, struct tomb_str, s->nfiles);
	struct sql_settle_files_row *rows = NULL;
	size_t n = 0;

	if (!ids || !outcomes || !reasons)
		return no_room(s->nfiles, err);
	for (size_t i = 0; i < s->nfiles; i++) {
		const struct tomb_settled_file *f = &s->files[i];

		if (f->fate == TOMB_FILE_LATER)
			continue;
		ids[n] = f->file_id;
		outcomes[n] = file_outcomes[f->fate];
		reasons[n++] = f->reason.p ? f->reason : TOMB_STR("");
	}
	if (n == 0)
		return TOMB_OK;
	TOMB_TRY(sql_settle_files(pg,
		&(struct sql_settle_files_args){
			claim->deletion_id, claim->request_id, {ids, n}, {outcomes, n}, {reasons, n}, s->agent},
		arena, &rows, &sums->n, err));
	sums->rows = rows;
	return TOMB_OK;
}

/* The digest of the batch's list for the audit log: file and fate, in the claim's order. */
static enum tomb_code list_digest(
	const struct tomb_settlement *s, uint8_t digest[static TOMB_SHA256_SIZE], struct tomb_err *err)
{
	TOMB_BUF_AUTO list = tomb_buf_init(64 * (s->nfiles + 1));
	struct tomb_str text;

	for (size_t i = 0; i < s->nfiles; i++)
		tomb_buf_putf(&list, "%" PRId64 " %d\n", s->files[i].file_id, (int)s->files[i].fate);
	TOMB_TRY(tomb_buf_done(&list, &text, err));
	tomb_sha256(text, digest);
	return TOMB_OK;
}

/* The six columns of the sums, side by side. */
static enum tomb_code put_sums(const struct sums *sums, struct sql_settle_items_args *args, struct tomb_arena *arena,
	struct tomb_settle_counts *counts, struct tomb_err *err)
{
	size_t n = sums->n;
	int64_t *v = TOMB_NEW(arena, int64_t, 6 * n);

	if (!v)
		return no_room(n, err);
	for (size_t i = 0; i < n; i++) {
		const struct sql_settle_files_row *r = &sums->rows[i];

		v[i] = r->item_id;
		v[n + i] = r->done;
		v[2 * n + i] = r->refused;
		v[3 * n + i] = r->failed;
		v[4 * n + i] = r->bytes;
		v[5 * n + i] = r->damaged;
		counts->deleted += (size_t)r->done;
	}
	args->item_ids = (struct tomb_int8s){v, n};
	args->done = (struct tomb_int8s){v + n, n};
	args->refused = (struct tomb_int8s){v + 2 * n, n};
	args->failed = (struct tomb_int8s){v + 3 * n, n};
	args->bytes = (struct tomb_int8s){v + 4 * n, n};
	args->damaged = (struct tomb_int8s){v + 5 * n, n};
	return TOMB_OK;
}

/* The work items that changed. */
struct changed {
	struct sql_settle_items_row *items;
	size_t n;
};

/* Counters of the work items, and the audit entry. */
static enum tomb_code settle_items(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	const struct sums *sums, struct tomb_settle_counts *counts, struct tomb_arena *arena, struct changed *out,
	struct tomb_err *err)
{
	struct sql_settle_items_args args = {
		.deletion_id = claim->deletion_id, .institution_id = claim->institution_id};
	uint8_t digest[TOMB_SHA256_SIZE];
	int64_t damaged = 0;
	char subject[96];
	char detail[200];

	TOMB_TRY(list_digest(s, digest, err));
	TOMB_TRY(put_sums(sums, &args, arena, counts, err));
	counts->refused = s->nfiles - counts->deleted - counts->failed - counts->later;
	(void)snprintf(
		subject, sizeof subject, "batch %" PRId64 " of deletion %" PRId64, claim->batch_id, claim->deletion_id);
	for (size_t i = 0; i < sums->n; i++)
		damaged += sums->rows[i].damaged;
	(void)snprintf(detail, sizeof detail, "%zu deleted, %zu refused%s, %zu failed, %zu later", counts->deleted,
		counts->refused, damaged > 0 ? " (not all with every copy: an earlier claim had removed some)" : "",
		counts->failed, counts->later);
	args.subject = tomb_str_from(subject);
	args.detail = tomb_str_from(detail);
	args.list_digest = (struct tomb_str){(const char *)digest, sizeof digest};
	return sql_settle_items(pg, &args, arena, &out->items, &out->n, err);
}

/* The end of the deletion as a whole: everybody concerned is told. */
static enum tomb_code settle_finish(struct tomb_pg *pg, const struct tomb_claim *claim, struct tomb_arena *arena,
	bool *finished, struct tomb_err *err)
{
	struct sql_settle_lock_deletion_row *locked = NULL;
	struct sql_settle_finish_row *end = NULL;
	struct tomb_str type = TOMB_STR("Deletion Completed");
	size_t n = 0;
	size_t changed = 0;
	char cancelled[64] = "";
	char text[264];

	TOMB_TRY(sql_settle_lock_deletion(
		pg, &(struct sql_settle_lock_deletion_args){claim->deletion_id}, arena, &locked, err));
	TOMB_TRY(sql_settle_finish(pg, &(struct sql_settle_finish_args){claim->deletion_id}, arena, &end, &n, err));
	*finished = n > 0;
	if (n == 0)
		return TOMB_OK;
	if (end->cancelled > 0)
		(void)snprintf(cancelled, sizeof cancelled, " Work items cancelled by an operator: %" PRId64 ".",
			end->cancelled);
	if (end->files_refused + end->files_failed + end->cancelled > 0)
		type = TOMB_STR("Deletion Failed");
	(void)snprintf(text, sizeof text,
		"%" PRId64 " files deleted (%" PRId64 " bytes), %" PRId64 " refused, %" PRId64 " failed.%s",
		end->files_done, end->bytes_done, end->files_refused, end->files_failed, cancelled);
	return sql_request_tell_admins(pg,
		&(struct sql_request_tell_admins_args){end->request_id, type, type, tomb_str_from(text)}, &changed,
		err);
}

/* Items that ended with this batch: frees their things, and marks whole objects Deleted; with the
 * last one the deletion ends. */
static enum tomb_code settle_ended(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	const struct changed *changed, struct tomb_arena *arena, bool *finished, struct tomb_err *err)
{
	int64_t *ended = TOMB_NEW(arena, int64_t, changed->n);
	int64_t *objects = TOMB_NEW(arena, int64_t, changed->n);
	struct sql_settle_objects_args args = {
		claim->deletion_id, claim->request_id, {ended, 0}, {objects, 0}, s->agent};
	struct sql_settle_objects_row *done = NULL;
	size_t ndone = 0;
	size_t stay = 0;

	if (!ended || !objects)
		return no_room(changed->n, err);
	for (size_t i = 0; i < changed->n; i++) {
		const struct sql_settle_items_row *item = &changed->items[i];

		if (tomb_str_eq(item->status, TOMB_STR("Started")))
			continue;
		ended[args.item_ids.n++] = item->item_id;
		if (item->whole_object && tomb_str_eq(item->status, TOMB_STR("Success")))
			objects[args.object_ids.n++] = item->object_id;
	}
	if (args.item_ids.n == 0)
		return TOMB_OK;
	TOMB_TRY(sql_settle_objects(pg, &args, arena, &done, &ndone, err));
	if (ndone < args.object_ids.n)
		TOMB_TRY(sql_settle_object_stays(
			pg, &(struct sql_settle_object_stays_args){claim->deletion_id, args.object_ids}, &stay, err));
	return settle_finish(pg, claim, arena, finished, err);
}

enum tomb_code tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim, const struct tomb_settlement *s,
	struct tomb_arena *arena, struct tomb_settle_counts *out, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_settle_counts counts = {.finished = false};
	struct changed changed = {NULL, 0};
	struct sums sums = {NULL, 0};

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(settle_fence(pg, claim, s, arena, &counts, err));
	TOMB_TRY(settle_copies(pg, claim, s, arena, err));
	TOMB_TRY(settle_files(pg, claim, s, arena, &sums, err));
	TOMB_TRY(settle_items(pg, claim, s, &sums, &counts, arena, &changed, err));
	TOMB_TRY(settle_ended(pg, claim, s, &changed, arena, &counts.finished, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*out = counts;
	return TOMB_OK;
}
