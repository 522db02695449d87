#include "tombstone/ingest.h"

#include "ingest_label.h"
#include "ingest_store.h"
#include "tombstone/format.h"

enum {
	/* How often more files may turn out to be wanted, or a store may falter, before an ingest gives up. */
	ROUNDS_MAX = 5
};

struct ingest {
	struct tomb_pg *pg;
	const struct tomb_actor *actor;
	const struct tomb_ingest_order *order;
	struct tomb_arena *arena;
	struct tomb_bag *bag;
	struct tomb_ingest_start start;
	struct tomb_ingest_record *rec;
	bool is_unwatched; /* the caller's fn failed while the record was made */
};

static enum tomb_code tell(const struct ingest *in, const struct tomb_ingest_step *step, struct tomb_err *err)
{
	return in->order->fn && !in->is_unwatched ? in->order->fn(in->order->ctx, step, err) : TOMB_OK;
}

/* A tomb_bag_progress_fn. */
static enum tomb_code tell_check(void *arg, const struct tomb_bag_progress *now, struct tomb_err *err)
{
	return tell(arg,
		&(struct tomb_ingest_step){TOMB_INGEST_CHECK, now->files, now->files_done, now->bytes, now->bytes_done},
		err);
}

/* What the bag says, and what was ordered. */
static enum tomb_code read_label(struct ingest *in, struct tomb_err *err)
{
	struct tomb_str ordered = in->order->storage_option;
	struct tomb_str said;

	in->start.institution = in->order->institution;
	TOMB_TRY(ingest_label_read(in->bag, &in->start.label, &said, err));
	if (ordered.n > 0 && said.n > 0 && !tomb_str_eq(ordered, said))
		return TOMB_FAIL(err, TOMB_INVAL, "the bag says Storage-Option \"%.*s\", not \"%.*s\"",
			TOMB_STR_ARG(said), TOMB_STR_ARG(ordered));
	in->start.storage_option = ordered.n > 0 ? ordered : said;
	return TOMB_OK;
}

/* A tomb_bag_visit_fn: how much of the bag is stored. */
static enum tomb_code count(
	void *arg, const struct tomb_bag_entry *entry, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	struct ingest *in = arg;

	(void)reader;
	(void)err;
	if (ingest_is_kept(entry)) {
		in->start.files++;
		in->start.bytes += entry->size_bytes;
	}
	return TOMB_OK;
}

/* A chunk of files on their way to the ledger. */
struct staging {
	const struct ingest *in;
	int32_t seq;
	size_t n;
	struct tomb_ingest_file files[TOMB_INGEST_CHUNK];
	uint8_t digests[TOMB_INGEST_CHUNK][TOMB_DIGEST_ALG_MAX][TOMB_DIGEST_SIZE_MAX];
};

static enum tomb_code flush(struct staging *s, struct tomb_err *err)
{
	if (s->n > 0)
		TOMB_TRY(tomb_ingest_record_stage(s->in->pg, s->in->rec, s->files, s->n, err));
	s->n = 0;
	return TOMB_OK;
}

/* A tomb_bag_visit_fn. */
static enum tomb_code stage(
	void *arg, const struct tomb_bag_entry *entry, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	struct staging *s = arg;
	struct tomb_ingest_file *file = &s->files[s->n];

	(void)reader;
	if (!ingest_is_kept(entry))
		return TOMB_OK;
	*file = (struct tomb_ingest_file){
		.seq = ++s->seq,
		.path = entry->path,
		.format = tomb_format_of(entry->path),
		.size_bytes = entry->size_bytes,
		.modified_us = entry->modified_us,
		.declared = entry->declared,
	};
	/* The entry lives for this call only. */
	for (enum tomb_digest_alg alg = TOMB_MD5; alg < TOMB_DIGEST_ALG_MAX; alg++)
		if (entry->digest[alg]) {
			memcpy(s->digests[s->n][alg], entry->digest[alg], tomb_digest_size(alg));
			file->digest[alg] = s->digests[s->n][alg];
		}
	s->n++;
	return s->n == TOMB_INGEST_CHUNK ? flush(s, err) : TOMB_OK;
}

static enum tomb_code stage_all(struct ingest *in, struct tomb_err *err)
{
	struct staging *s = TOMB_NEW(in->arena, struct staging, 1);

	if (!s)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading the list of files");
	s->in = in;
	TOMB_TRY(tomb_bag_each(in->bag, stage, s, err));
	return flush(s, err);
}

/* Of tomb_ingest_finish.  What is being recorded is not broken off. */
static void tell_record(void *ctx, int64_t files_done)
{
	struct ingest *in = ctx;
	struct tomb_err ignored;
	struct tomb_ingest_step step = {
		.phase = TOMB_INGEST_RECORD, .files = in->start.files, .files_done = files_done};

	if (tell(in, &step, &ignored) != TOMB_OK)
		in->is_unwatched = true;
}

/* Everything after the work item was committed. */
static enum tomb_code carry_out(
	struct ingest *in, struct put_pool *pool, struct tomb_ingest_result *result, struct tomb_err *err)
{
	struct ingest_store store = {
		.pg = in->pg,
		.rec = in->rec,
		.bag = in->bag,
		.pool = pool,
		.fn = in->order->fn,
		.ctx = in->order->ctx,
		.files = in->start.files,
		.bytes = in->start.bytes,
	};
	struct tomb_ingest_finish finish = {.agent = in->order->agent, .fn = tell_record, .ctx = in};

	TOMB_TRY(stage_all(in, err));
	for (int round = 0; round < ROUNDS_MAX; round++) {
		TOMB_TRY(ingest_store_wanted(&store, err));
		TOMB_TRY(tell(
			in, &(struct tomb_ingest_step){.phase = TOMB_INGEST_RECORD, .files = in->start.files}, err));
		TOMB_TRY(tomb_ingest_record_finish(in->pg, in->actor, in->rec, &finish, result, err));
		if (!result->is_wanting)
			return TOMB_OK;
	}
	if (store.last_failure.code != TOMB_OK) {
		*err = store.last_failure;
		return err->code;
	}
	return TOMB_FAIL(err, TOMB_CONFLICT,
		"deletions of %.*s went on while it was stored, %d times: send the bag again",
		TOMB_STR_ARG(in->rec->object_identifier), ROUNDS_MAX);
}

/* Nothing was recorded: the work item says why.  If even that cannot be written, the next ingest does it. */
static void give_up(const struct ingest *in, const struct tomb_err *why)
{
	struct tomb_err ignored;

	if (tomb_ingest_record_fail(in->pg, in->actor, in->rec, tomb_str_from(why->text), &ignored) != TOMB_OK)
		return;
}

static enum tomb_code open_pool(const struct ingest *in, struct put_pool **out, struct tomb_err *err)
{
	struct tomb_str names[PUT_POOL_BACKENDS_MAX];
	struct put_pool_options options = {
		.backends_file = in->order->backends_file,
		.backends = names,
		.nbackends = in->rec->nbackends,
		.threads = in->order->threads,
	};

	if (in->rec->nbackends > PUT_POOL_BACKENDS_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the storage option has %zu backends; at most %d",
			in->rec->nbackends, PUT_POOL_BACKENDS_MAX);
	for (size_t i = 0; i < in->rec->nbackends; i++)
		names[i] = in->rec->backends[i].name;
	return put_pool_open(out, &options, err);
}

enum tomb_code tomb_ingest(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_ingest_order *order,
	struct tomb_arena *arena, struct tomb_ingested *out, struct tomb_err *err)
{
	TOMB_BAG_AUTO *bag = NULL;
	PUT_POOL_AUTO *pool = NULL;
	struct ingest in = {.pg = pg, .actor = actor, .order = order, .arena = arena};
	struct tomb_ingest_result result;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_bag_open(order->bag, &bag, err));
	in.bag = bag;
	TOMB_TRY(read_label(&in, err));
	/* What can be known to be wrong is better known before hours of reading. */
	TOMB_TRY(tomb_ingest_record_check(pg, actor, &in.start, arena, &in.rec, err));
	TOMB_TRY(open_pool(&in, &pool, err));
	TOMB_TRY(tomb_bag_verify(bag, tell_check, &in, err));
	TOMB_TRY(tomb_bag_each(bag, count, &in, err));
	TOMB_TRY(tomb_ingest_record_begin(pg, actor, &in.start, arena, &in.rec, err));
	code = carry_out(&in, pool, &result, err);
	if (code != TOMB_OK) {
		give_up(&in, err);
		return code;
	}
	*out = (struct tomb_ingested){
		.work_item_id = in.rec->work_item_id,
		.object_id = result.object_id,
		.object_identifier = in.rec->object_identifier,
		.files_stored = result.files_stored,
		.files_unchanged = result.files_unchanged,
		.bytes_stored = result.bytes_stored,
	};
	return TOMB_OK;
}
