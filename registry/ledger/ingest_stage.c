#include "sql.gen.h"
#include "tombstone/hex.h"
#include "tombstone/ingest_record.h"
#include "tombstone/tx.h"

enum {
	/* A chunk of files: eleven columns each, with paths and digests. */
	ARENA_BYTES_MAX = 16 * 1024 * 1024
};

/* The columns of a chunk of files. */
struct columns {
	int32_t *seqs;
	struct tomb_str *identifiers, *formats;
	int64_t *sizes, *mod_times;
	struct tomb_str *digests[TOMB_DIGEST_ALG_MAX];
	struct tomb_str *declared; /* names, separated by commas */
};

static enum tomb_code make_columns(struct tomb_arena *arena, size_t n, struct columns *c, struct tomb_err *err)
{
	bool is_whole = true;

	c->seqs = TOMB_NEW(arena, int32_t, n);
	c->identifiers = TOMB_NEW(arena, struct tomb_str, n);
	c->formats = TOMB_NEW(arena, struct tomb_str, n);
	c->sizes = TOMB_NEW(arena, int64_t, n);
	c->mod_times = TOMB_NEW(arena, int64_t, n);
	c->declared = TOMB_NEW(arena, struct tomb_str, n);
	for (int alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		c->digests[alg] = TOMB_NEW(arena, struct tomb_str, n);
		is_whole = is_whole && c->digests[alg];
	}
	if (!is_whole || !c->seqs || !c->identifiers || !c->formats || !c->sizes || !c->mod_times || !c->declared)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu files of a bag", n);
	return TOMB_OK;
}

static enum tomb_code put_text(
	struct tomb_arena *arena, struct tomb_str text, struct tomb_str *out, struct tomb_err *err)
{
	*out = tomb_arena_str(arena, text);
	return out->p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "a file of a bag");
}

static enum tomb_code fill_row(const struct tomb_ingest_record *rec, const struct tomb_ingest_file *file, size_t i,
	struct tomb_arena *arena, struct columns *c, struct tomb_err *err)
{
	TOMB_BUF_AUTO identifier = tomb_buf_init(16384); /* twice what the schema takes */
	TOMB_BUF_AUTO declared = tomb_buf_init(256);
	struct tomb_str text;
	char hex[TOMB_DIGEST_HEX_MAX];

	tomb_buf_put(&identifier, rec->object_identifier);
	tomb_buf_put(&identifier, TOMB_STR("/"));
	tomb_buf_put(&identifier, file->path);
	TOMB_TRY(tomb_buf_done(&identifier, &text, err));
	TOMB_TRY(put_text(arena, text, &c->identifiers[i], err));
	for (enum tomb_digest_alg alg = TOMB_MD5; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (file->declared & TOMB_DIGEST_BIT(alg))
			tomb_buf_putf(&declared, "%s%s", declared.n > 0 ? "," : "", tomb_digest_name(alg));
		if (!file->digest[alg])
			continue;
		(void)tomb_hex_encode(file->digest[alg], tomb_digest_size(alg), hex);
		TOMB_TRY(put_text(arena, tomb_str_from(hex), &c->digests[alg][i], err));
	}
	TOMB_TRY(tomb_buf_done(&declared, &text, err));
	TOMB_TRY(put_text(arena, text, &c->declared[i], err));
	c->seqs[i] = file->seq;
	c->formats[i] = file->format;
	c->sizes[i] = file->size_bytes;
	c->mod_times[i] = file->modified_us;
	return TOMB_OK;
}

enum tomb_code tomb_ingest_record_stage(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_file *files, size_t n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_ingest_stage_args args = {.work_item_id = rec->work_item_id};
	struct columns c = {0};

	TOMB_TRY(make_columns(&arena, n, &c, err));
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(fill_row(rec, &files[i], i, &arena, &c, err));
	args.seqs = (struct tomb_int4s){c.seqs, n};
	args.identifiers = (struct tomb_strs){c.identifiers, n};
	args.formats = (struct tomb_strs){c.formats, n};
	args.sizes = (struct tomb_int8s){c.sizes, n};
	args.mod_times = (struct tomb_int8s){c.mod_times, n};
	args.md5s = (struct tomb_strs){c.digests[TOMB_MD5], n};
	args.sha1s = (struct tomb_strs){c.digests[TOMB_SHA1], n};
	args.sha256s = (struct tomb_strs){c.digests[TOMB_SHA256], n};
	args.sha512s = (struct tomb_strs){c.digests[TOMB_SHA512], n};
	args.declared = (struct tomb_strs){c.declared, n};
	return sql_ingest_stage(pg, &args, NULL, err);
}

enum tomb_code tomb_ingest_record_wanted(struct tomb_pg *pg, const struct tomb_ingest_record *rec, int32_t after_seq,
	struct tomb_arena *arena, struct tomb_int4s *out, struct tomb_err *err)
{
	struct sql_ingest_wanted_args args = {
		rec->work_item_id, rec->object_id, rec->storage_option_id, after_seq, TOMB_INGEST_CHUNK};
	struct sql_ingest_wanted_row *rows = NULL;
	int32_t *seqs = NULL;
	size_t n = 0;

	TOMB_TRY(sql_ingest_wanted(pg, &args, arena, &rows, &n, err));
	seqs = TOMB_NEW(arena, int32_t, n);
	if (!seqs)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu wanted files", n);
	for (size_t i = 0; i < n; i++)
		seqs[i] = rows[i].seq;
	*out = (struct tomb_int4s){seqs, n};
	return TOMB_OK;
}

enum tomb_code tomb_ingest_record_promise(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_copy *copies, size_t n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct tomb_str *urls = TOMB_NEW(&arena, struct tomb_str, n);
	int64_t *backends = TOMB_NEW(&arena, int64_t, n);
	struct sql_ingest_promise_args args = {rec->object_identifier, {urls, n}, {backends, n}};

	if (!urls || !backends)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu promises", n);
	for (size_t i = 0; i < n; i++) {
		urls[i] = copies[i].url;
		backends[i] = copies[i].backend_id;
	}
	return sql_ingest_promise(pg, &args, NULL, err);
}

static struct tomb_str or_null(struct tomb_str s)
{
	return s.n > 0 ? s : (struct tomb_str){NULL, 0};
}

static enum tomb_code insert_copies(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_copy *copies, size_t n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	int32_t *seqs = TOMB_NEW(&arena, int32_t, n);
	int64_t *backends = TOMB_NEW(&arena, int64_t, n);
	struct tomb_str *urls = TOMB_NEW(&arena, struct tomb_str, n);
	struct tomb_str *versions = TOMB_NEW(&arena, struct tomb_str, n);
	struct tomb_str *etags = TOMB_NEW(&arena, struct tomb_str, n);
	struct sql_ingest_stored_args args = {
		rec->work_item_id, {seqs, n}, {backends, n}, {urls, n}, {versions, n}, {etags, n}};

	if (!seqs || !backends || !urls || !versions || !etags)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu copies", n);
	for (size_t i = 0; i < n; i++) {
		seqs[i] = copies[i].seq;
		backends[i] = copies[i].backend_id;
		urls[i] = copies[i].url;
		versions[i] = or_null(copies[i].version_id);
		etags[i] = or_null(copies[i].etag);
	}
	return sql_ingest_stored(pg, &args, NULL, err);
}

enum tomb_code tomb_ingest_record_stored(struct tomb_pg *pg, const struct tomb_ingest_record *rec,
	const struct tomb_ingest_copy *copies, size_t n, const struct tomb_ingest_progress *progress,
	struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_ingest_progress_args args = {rec->work_item_id, progress->files, progress->bytes};

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(insert_copies(pg, rec, copies, n, err));
	TOMB_TRY(sql_ingest_progress(pg, &args, NULL, err));
	return tomb_tx_commit(&tx, err);
}
