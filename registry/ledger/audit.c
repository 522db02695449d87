#include "tombstone/audit.h"

#include "sql.gen.h"
#include "tombstone/digest.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* Entries hashed per transaction or per page of a walk: keeps one round under a few megabytes. */
	CHUNK = 1000,
	ENTRY_BYTES_MAX = 1024 * 1024,
	ARENA_BYTES_MAX = 64 * 1024 * 1024
};

/* One entry as the chain sees it, whichever statement read it. */
struct link {
	int64_t seq;
	int64_t entry_id;
	int64_t at;
	struct tomb_str written_by, actor, via, verb, subject, detail;
	int64_t institution_id; /* 0: none */
	struct tomb_str list_digest;
};

enum tomb_code tomb_audit_write(
	struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_audit_entry *entry, struct tomb_err *err)
{
	struct sql_audit_insert_args args = {
		.actor = actor->email,
		.via = tomb_via_name(actor->via),
		.verb = tomb_str_from(entry->verb),
		.institution_id = entry->institution_id,
		.institution_id_null = entry->institution_id == 0,
		.subject = entry->subject,
		.detail = entry->detail,
		.list_digest = entry->list_digest,
		.list_digest_null = entry->list_digest.n == 0,
	};
	size_t changed = 0;

	return sql_audit_insert(pg, &args, &changed, err);
}

/* A field is its length and its bytes, so that no two entries have one form. */
static void put_field(struct tomb_buf *b, struct tomb_str s)
{
	tomb_buf_putf(b, "%zu:", s.n);
	tomb_buf_put(b, s);
}

/* hash = SHA-256(previous hash, canonical form). */
static enum tomb_code hash_link(const struct link *l, const uint8_t previous[32], uint8_t out[32], struct tomb_err *err)
{
	TOMB_BUF_AUTO b = tomb_buf_init(ENTRY_BYTES_MAX);
	struct tomb_str form;

	tomb_buf_put(&b, (struct tomb_str){(const char *)previous, 32});
	tomb_buf_putf(&b, "tombstone audit 1\n%" PRId64 "\n%" PRId64 "\n%" PRId64 "\n%" PRId64 "\n", l->seq,
		l->entry_id, l->at, l->institution_id);
	put_field(&b, l->written_by);
	put_field(&b, l->actor);
	put_field(&b, l->via);
	put_field(&b, l->verb);
	put_field(&b, l->subject);
	put_field(&b, l->detail);
	put_field(&b, l->list_digest);
	TOMB_TRY(tomb_buf_done(&b, &form, err));
	tomb_sha256(form, out);
	return TOMB_OK;
}

static enum tomb_code read_head(
	struct tomb_pg *pg, struct tomb_arena *arena, int64_t *seq, uint8_t hash[32], struct tomb_err *err)
{
	struct sql_audit_head_row *head = NULL;
	size_t n = 0;

	TOMB_TRY(sql_audit_head(pg, arena, &head, &n, err));
	*seq = n ? head->seq : 0;
	memset(hash, 0, 32);
	if (n)
		memcpy(hash, head->hash.p, 32);
	return TOMB_OK;
}

/* Chains rows behind the head. */
static enum tomb_code seal_rows(struct tomb_pg *pg, const struct sql_audit_unsealed_row *rows, size_t n,
	struct tomb_arena *arena, struct tomb_err *err)
{
	int64_t *seqs = TOMB_NEW(arena, int64_t, n);
	int64_t *ids = TOMB_NEW(arena, int64_t, n);
	struct tomb_str *hashes = TOMB_NEW(arena, struct tomb_str, n);
	uint8_t *bytes = TOMB_NEW(arena, uint8_t, n * 32);
	uint8_t head[32];
	int64_t seq = 0;
	size_t changed = 0;

	if (!seqs || !ids || !hashes || !bytes)
		return TOMB_FAIL(err, TOMB_NOMEM, "sealing %zu audit entries", n);
	TOMB_TRY(read_head(pg, arena, &seq, head, err));
	for (size_t i = 0; i < n; i++) {
		const struct sql_audit_unsealed_row *r = &rows[i];
		struct link l = {
			.seq = seq + 1,
			.entry_id = r->id,
			.at = r->at,
			.written_by = r->written_by,
			.actor = r->actor,
			.via = r->via,
			.verb = r->verb,
			.subject = r->subject,
			.detail = r->detail,
			.institution_id = r->institution_id_null ? 0 : r->institution_id,
			.list_digest = r->list_digest_null ? TOMB_STR("") : r->list_digest,
		};

		TOMB_TRY(hash_link(&l, head, bytes + i * 32, err));
		memcpy(head, bytes + i * 32, 32);
		seqs[i] = ++seq;
		ids[i] = r->id;
		hashes[i] = (struct tomb_str){(const char *)bytes + i * 32, 32};
	}
	return sql_audit_seal(pg,
		&(struct sql_audit_seal_args){.seqs = {seqs, n}, .entry_ids = {ids, n}, .hashes = {hashes, n}},
		&changed, err);
}

enum tomb_code tomb_audit_seal(struct tomb_pg *pg, int at_most, size_t *sealed, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_audit_lock_row *lock = NULL;
	struct sql_audit_unsealed_row *rows = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_audit_lock(pg, &arena, &lock, err));
	if (lock->locked)
		TOMB_TRY(sql_audit_unsealed(pg, &(struct sql_audit_unsealed_args){at_most < CHUNK ? at_most : CHUNK},
			&arena, &rows, &n, err));
	if (n > 0)
		TOMB_TRY(seal_rows(pg, rows, n, &arena, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*sealed = n;
	return TOMB_OK;
}

/* Checks one sealed entry against the hash before it; a problem goes into the report. */
static enum tomb_code check_link(
	const struct sql_audit_walk_row *r, uint8_t head[32], struct tomb_audit_report *report, struct tomb_err *err)
{
	struct link l = {
		.seq = report->entries + 1,
		.entry_id = r->entry_id,
		.at = r->at_null ? 0 : r->at,
		.written_by = r->written_by,
		.actor = r->actor,
		.via = r->via,
		.verb = r->verb,
		.subject = r->subject,
		.detail = r->detail,
		.institution_id = r->institution_id_null ? 0 : r->institution_id,
		.list_digest = r->list_digest_null ? TOMB_STR("") : r->list_digest,
	};
	uint8_t hash[32];

	TOMB_TRY(hash_link(&l, head, hash, err));
	if (r->seq == l.seq && r->found && r->hash.n == 32 && memcmp(hash, r->hash.p, 32) == 0) {
		memcpy(head, hash, 32);
		report->entries++;
		return TOMB_OK;
	}
	report->bad_seq = l.seq;
	if (r->seq != l.seq)
		(void)snprintf(report->problem, sizeof report->problem, "seal %" PRId64 " is missing", l.seq);
	else if (!r->found)
		(void)snprintf(report->problem, sizeof report->problem,
			"entry %" PRId64 " (seal %" PRId64 ") is missing", r->entry_id, r->seq);
	else
		(void)snprintf(report->problem, sizeof report->problem,
			"entry %" PRId64 " (seal %" PRId64 ") is not what was sealed", r->entry_id, r->seq);
	return TOMB_OK;
}

enum tomb_code tomb_audit_verify(struct tomb_pg *pg, struct tomb_audit_report *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_audit_report report = {.entries = 0};
	struct sql_audit_unsealed_old_row *old = NULL;
	size_t n = CHUNK;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, err));
	while (n == CHUNK && report.bad_seq == 0) {
		struct sql_audit_walk_row *rows = NULL;

		tomb_arena_reset(&arena);
		TOMB_TRY(sql_audit_walk(
			pg, &(struct sql_audit_walk_args){report.entries, CHUNK}, &arena, &rows, &n, err));
		for (size_t i = 0; i < n && report.bad_seq == 0; i++)
			TOMB_TRY(check_link(&rows[i], report.head, &report, err));
	}
	TOMB_TRY(sql_audit_unsealed_old(pg, &arena, &old, err));
	report.unsealed = old->entries;
	if (report.bad_seq == 0 && report.unsealed > 0)
		(void)snprintf(report.problem, sizeof report.problem,
			"%" PRId64 " entries were slipped in behind the seals", report.unsealed);
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*out = report;
	return TOMB_OK;
}
