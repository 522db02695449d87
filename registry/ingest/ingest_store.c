#include "ingest_store.h"

#include "tombstone/uuid.h"

enum {
	/* A chunk: for each file a key, for each copy a URL. */
	ARENA_BYTES_MAX = 160 * 1024 * 1024,
	/* Failures of one chunk that may pass: a store that fails more often is not there. */
	FAILURES_MAX = 16
};

/* The chunk under way.  Place i of the chunk has copies i * nbackends to (i + 1) * nbackends - 1. */
struct pass {
	struct ingest_store *store;
	size_t nbackends;
	struct tomb_arena arena; /* of the chunk */
	struct tomb_int4s wanted;
	size_t next; /* place in wanted */
	struct tomb_str *keys;
	struct tomb_ingest_copy *copies;
	int32_t seq; /* of the entry that was visited last */
	struct tomb_ingest_step step;
};

bool ingest_is_kept(const struct tomb_bag_entry *entry)
{
	return entry->kind == TOMB_BAG_PAYLOAD || entry->kind == TOMB_BAG_TAG;
}

static enum tomb_code tell(const struct pass *p, struct tomb_err *err)
{
	return p->store->fn ? p->store->fn(p->store->ctx, &p->step, err) : TOMB_OK;
}

/* May it go better next time? */
static bool may_pass(enum tomb_code code)
{
	return code == TOMB_NET || code == TOMB_STORE_THROTTLED || code == TOMB_UNCERTAIN;
}

/* What became of the chunk, to the ledger. */
static enum tomb_code note_stored(struct pass *p, const struct put_done *done, size_t ndone, struct tomb_err *err)
{
	struct tomb_ingest_copy *copies = TOMB_NEW(&p->arena, struct tomb_ingest_copy, ndone * p->nbackends);
	size_t failures = 0;
	size_t n = 0;

	if (!copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu stored files", ndone);
	for (size_t i = 0; i < ndone; i++) {
		size_t place = done[i].tag;

		if (done[i].code != TOMB_OK) {
			p->store->last_failure = done[i].err;
			failures++;
			if (may_pass(done[i].code) && failures <= FAILURES_MAX)
				continue;
			*err = done[i].err;
			return done[i].code;
		}
		for (size_t b = 0; b < p->nbackends; b++) {
			struct tomb_ingest_copy *copy = &copies[n * p->nbackends + b];

			*copy = p->copies[place * p->nbackends + b];
			copy->etag = done[i].copies[b].etag;
			copy->version_id = done[i].copies[b].version_id;
		}
		n++;
	}
	return tomb_ingest_record_stored(p->store->pg, p->store->rec, copies, n * p->nbackends,
		&(struct tomb_ingest_progress){p->step.files_done, p->step.bytes_done}, err);
}

static enum tomb_code end_chunk(struct pass *p, struct tomb_err *err)
{
	const struct put_done *done = NULL;
	size_t n = 0;

	TOMB_TRY(put_pool_collect(p->store->pool, &done, &n, err));
	TOMB_TRY(note_stored(p, done, n, err));
	put_pool_forget(p->store->pool);
	return tell(p, err);
}

/* A new key for each file, never used before: whatever is still to be deleted has another. */
static enum tomb_code name_copies(struct pass *p, struct tomb_err *err)
{
	for (size_t i = 0; i < p->wanted.n; i++) {
		struct tomb_uuid uuid;
		char text[TOMB_UUID_TEXT];

		TOMB_TRY(tomb_uuid_random(&uuid, err));
		p->keys[i] = tomb_arena_str(&p->arena, tomb_str_from(tomb_uuid_text(uuid, text)));
		if (!p->keys[i].p)
			return TOMB_FAIL(err, TOMB_NOMEM, "a key");
		for (size_t b = 0; b < p->nbackends; b++) {
			struct tomb_ingest_copy *copy = &p->copies[i * p->nbackends + b];

			copy->seq = p->wanted.p[i];
			copy->backend_id = p->store->rec->backends[b].id;
			TOMB_TRY(put_pool_url(p->store->pool, b, p->keys[i], &p->arena, &copy->url, err));
		}
	}
	return TOMB_OK;
}

static enum tomb_code begin_chunk(struct pass *p, struct tomb_err *err)
{
	size_t n = 0;

	tomb_arena_reset(&p->arena);
	TOMB_TRY(tomb_ingest_record_wanted(p->store->pg, p->store->rec, p->seq, &p->arena, &p->wanted, err));
	n = p->wanted.n;
	p->next = 0;
	p->keys = TOMB_NEW(&p->arena, struct tomb_str, n);
	p->copies = TOMB_NEW(&p->arena, struct tomb_ingest_copy, n * p->nbackends);
	if (!p->keys || !p->copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu wanted files", n);
	TOMB_TRY(name_copies(p, err));
	return tomb_ingest_record_promise(p->store->pg, p->store->rec, p->copies, n * p->nbackends, err);
}

/* A tomb_bag_visit_fn. */
static enum tomb_code visit(
	void *arg, const struct tomb_bag_entry *entry, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	struct pass *p = arg;
	struct tomb_put put = {.size_bytes = entry->size_bytes, .read = tomb_bag_read, .arg = reader};

	if (!ingest_is_kept(entry))
		return TOMB_OK;
	p->seq++;
	p->step.files_done++;
	p->step.bytes_done += entry->size_bytes;
	if (p->next == p->wanted.n || p->seq != p->wanted.p[p->next])
		return TOMB_OK;
	put.key = p->keys[p->next];
	memcpy(put.sha256, entry->digest[TOMB_SHA256], sizeof put.sha256);
	TOMB_TRY(put_pool_put(p->store->pool, p->next, &put, err));
	TOMB_TRY(tell(p, err));
	p->next++;
	if (p->next < p->wanted.n || p->wanted.n < TOMB_INGEST_CHUNK)
		return TOMB_OK;
	TOMB_TRY(end_chunk(p, err));
	return begin_chunk(p, err);
}

static enum tomb_code run(struct pass *p, struct tomb_err *err)
{
	TOMB_TRY(begin_chunk(p, err));
	TOMB_TRY(tomb_bag_each(p->store->bag, visit, p, err));
	if (p->next < p->wanted.n)
		return TOMB_FAIL(err, TOMB_CORRUPT, "the bag changed while it was read");
	return end_chunk(p, err);
}

enum tomb_code ingest_store_wanted(struct ingest_store *store, struct tomb_err *err)
{
	struct pass p = {
		.store = store,
		.nbackends = store->rec->nbackends,
		.arena = tomb_arena_init(ARENA_BYTES_MAX),
		.step = {.phase = TOMB_INGEST_STORE, .files = store->files, .bytes = store->bytes},
	};
	enum tomb_code code = run(&p, err);

	/* After a failure, jobs may still use keys of the chunk. */
	put_pool_forget(store->pool);
	tomb_arena_fini(&p.arena);
	return code;
}
