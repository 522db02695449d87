/* Step 5: every copy of a file is looked at before the first byte goes, so that a file is never half deleted for a
 * reason that could be foreseen (deletion.md X-02).  What cannot be answered means no (I10). */
#include "batch.h"
#include "tombstone/retention.h"
#include "tombstone/store_look.h"
#include "tombstone/time.h"
#include "version.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	LOOK_BYTES_MAX = 8 << 20, /* TOMB_VERSIONS_MAX versions of one key, or looks at 16,000 keys */
	LISTS_AT_ONCE = 64,       /* lists of versions that are in memory together; mostly of one version each */

	/*
	 * A probe so young is not repeated before the next batch.  Nothing becomes less safe: between a batch's probe
	 * and its last delete there always was more time than this, and what could have changed meanwhile is asked
	 * again where it counts.  A bucket that got versions only hides what is deleted without a version's id: the
	 * proof of absence probes anew, sees the versions, and the copy is found to be there still.  Locks are looked
	 * up copy by copy, and where they are not, since the policy is "ledger", the store itself refuses to delete
	 * what is locked.  A store that is gone or refuses us says so to the next request.
	 */
	PROBE_FRESH_MS = 10 * 1000
};

/* The copies of one backend that are to be looked at. */
struct looks {
	struct tomb_store *store;
	struct tomb_batch_copy **copies;
	struct tomb_str *keys;
	struct tomb_str *version_ids;
	size_t n;
	struct tomb_batch_watch watch;
};

static void take_out_of(struct tomb_batch *b, struct tomb_batch_copy *c, enum tomb_file_fate fate, const char *text)
{
	tomb_batch_take_out(b, c->file, fate, tomb_batch_say(b, c->claimed->backend, tomb_str_from(text)));
}

/* The backend that the ledger names is the one that the URL leads to, in this worker's configuration. */
static enum tomb_code route(struct tomb_batch *b, struct tomb_batch_copy *c, struct tomb_err *err)
{
	TOMB_TRY(tomb_stores_route(b->stores, c->claimed->url, b->arena, &c->store, &c->key, err));
	if (!tomb_str_eq(tomb_store_name(c->store), c->claimed->backend))
		return TOMB_FAIL(
			err, TOMB_STORE, "its URL leads to backend %.*s here", TOMB_STR_ARG(tomb_store_name(c->store)));
	return TOMB_OK;
}

static void check_lock(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_stat *stat)
{
	char text[128];
	char until[TOMB_TIME_TEXT] = "";

	if (c->file->is_kept || !tomb_stat_is_locked(stat, b->claim->claimed_at_us))
		return;
	if (stat->legal_hold) {
		take_out_of(b, c, TOMB_FILE_FAILED, "the store keeps the copy under a legal hold");
		return;
	}
	if (stat->locked_until_us > 0)
		(void)tomb_time_format(stat->locked_until_us, TOMB_TIME_S, until);
	(void)snprintf(text, sizeof text, "the store keeps the copy under a %s lock until %s",
		stat->lock == TOMB_LOCK_COMPLIANCE ? "compliance" : "governance",
		until[0] ? until : "a date that it does not tell");
	take_out_of(b, c, TOMB_FILE_FAILED, text);
}

/* Is it what was stored? */
static void check_stat(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_stat *stat)
{
	char text[160];

	if (!stat->present) {
		c->was_absent = true;
		return;
	}
	c->was_seen = true;
	c->storage_class = tomb_arena_str(b->arena, stat->storage_class);
	c->modified_us = stat->modified_us;
	c->etag = tomb_arena_str(b->arena, stat->etag);
	if (!c->etag.p) {
		take_out_of(b, c, TOMB_FILE_LATER, "no memory");
		return;
	}
	if (stat->size_bytes != c->claimed->size_bytes) {
		(void)snprintf(text, sizeof text, "what is stored there has %" PRId64 " bytes, the copy had %" PRId64,
			stat->size_bytes, c->claimed->size_bytes);
		take_out_of(b, c, TOMB_FILE_FAILED, text);
	} else if (c->claimed->etag.n > 0 && !tomb_str_eq(stat->etag, c->claimed->etag)) {
		take_out_of(b, c, TOMB_FILE_FAILED, "what is stored there is not what was recorded: its ETag differs");
	} else {
		check_lock(b, c, stat);
	}
}

/* An error of one copy, or of its store. */
static void take_error(struct tomb_batch *b, struct tomb_batch_copy *c, enum tomb_code code, struct tomb_str text)
{
	struct tomb_err why;

	(void)TOMB_FAIL(&why, code, "%.*s", TOMB_STR_ARG(text));
	(void)tomb_batch_take_out_for(b, c, c->store, &why);
}

/* A look that failed as a whole says the same of each copy; a claim that was lost, or no memory for all of them, ends
 * the work. */
static enum tomb_code take_failure(
	struct tomb_batch *b, struct looks *l, size_t i, size_t n, enum tomb_code code, const struct tomb_err *err)
{
	if (l->watch.is_lost || (code == TOMB_NOMEM && n > 1))
		return code;
	for (size_t k = i; k < i + n; k++)
		take_error(b, l->copies[k], code, tomb_str_from(err->text));
	return TOMB_OK;
}

/* The version that is the copy, if there is one; otherwise it is known why not. */
static enum tomb_code take_versions(
	struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_versions *v, struct tomb_err *err)
{
	struct tomb_version_choice choice = {.nmarkers = 0};

	if (v->code != TOMB_OK) {
		take_error(b, c, v->code, v->text);
		return TOMB_OK;
	}
	TOMB_TRY(tomb_version_choose(c, v->list, v->n, b->arena, &choice, err));
	c->markers = choice.markers;
	c->nmarkers = choice.nmarkers;
	c->version_id = choice.version_id;
	c->was_absent = choice.nothing;
	if (choice.refusal.n > 0)
		take_out_of(b, c, c->claimed->tried_before ? TOMB_FILE_FAILED : TOMB_FILE_REFUSED, choice.refusal.p);
	return TOMB_OK;
}

static enum tomb_code list_versions(struct tomb_batch *b, struct looks *l, size_t i, size_t n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(LOOK_BYTES_MAX);
	struct tomb_versions *found = TOMB_NEW(&scratch, struct tomb_versions, n);
	const struct tomb_look_at at = {.keys = l->keys + i, .n = n, .go_on = tomb_batch_watch_go_on, .ctx = &l->watch};
	enum tomb_code code = TOMB_OK;

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "the versions of %zu keys", n);
	code = tomb_store_versions_many(l->store, &at, &scratch, found, err);
	if (code != TOMB_OK)
		return take_failure(b, l, i, n, code, err);
	for (size_t k = 0; k < n; k++)
		TOMB_TRY(take_versions(b, l->copies[i + k], &found[k], err));
	return TOMB_OK;
}

/* Finds out which version is which copy.  Those that have none are looked at no further. */
static enum tomb_code choose_versions(struct tomb_batch *b, struct looks *l, struct tomb_err *err)
{
	size_t at_once = LISTS_AT_ONCE;
	size_t left = 0;

	for (size_t i = 0; i < l->n;) {
		size_t n = l->n - i < at_once ? l->n - i : at_once;
		enum tomb_code code = list_versions(b, l, i, n, err);

		if (code == TOMB_NOMEM && n > 1) {
			at_once = 1; /* keys with many versions each */
			continue;
		}
		TOMB_TRY(code);
		i += n;
	}
	for (size_t i = 0; i < l->n; i++) {
		struct tomb_batch_copy *c = l->copies[i];

		if (c->file->is_out || c->was_absent || (c->file->is_kept && c->version_id.n == 0))
			continue;
		l->copies[left] = c;
		l->keys[left] = c->key;
		l->version_ids[left++] = c->version_id;
	}
	l->n = left;
	return TOMB_OK;
}

static void take_seen(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_seen *s)
{
	if (s->code != TOMB_OK)
		take_error(b, c, s->code, s->text);
	else if (c->version_id.n > 0 && !s->stat.present)
		take_error(b, c, TOMB_STORE,
			TOMB_STR("the list of its versions holds the copy, and HEAD does not find it"));
	else
		check_stat(b, c, &s->stat);
}

static enum tomb_code look(struct tomb_batch *b, struct looks *l, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(LOOK_BYTES_MAX);
	struct tomb_seen *seen = TOMB_NEW(&scratch, struct tomb_seen, l->n);
	const struct tomb_look_at at = {.keys = l->keys,
		.version_ids = l->version_ids,
		.n = l->n,
		.go_on = tomb_batch_watch_go_on,
		.ctx = &l->watch};
	enum tomb_code code = TOMB_OK;

	if (l->n == 0)
		return TOMB_OK;
	if (!seen)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu copies", l->n);
	code = tomb_store_stat_many(l->store, &at, &scratch, seen, err);
	if (code != TOMB_OK)
		return take_failure(b, l, 0, l->n, code, err);
	for (size_t i = 0; i < l->n; i++)
		take_seen(b, l->copies[i], &seen[i]);
	return TOMB_OK;
}

/* Under the policy "ledger", where nobody can have put anything else under the key, nothing can lock it, and the store
 * has no say in its age, the ledger's word is enough; unless an earlier claim may have removed the copy. */
static bool is_trusted(
	const struct tomb_batch_copy *c, const struct tomb_probe *probe, enum tomb_preflight_policy policy)
{
	enum tomb_retention_policy retention = TOMB_RETENTION_STRICTEST;
	struct tomb_err ignored;

	return policy == TOMB_PREFLIGHT_LEDGER && probe->versioning == TOMB_VERSIONING_NEVER && !probe->object_lock &&
	       !probe->compliance && !c->claimed->tried_before &&
	       tomb_retention_policy_parse(c->claimed->retention, &retention, &ignored) == TOMB_OK &&
	       retention == TOMB_RETENTION_REGISTRY;
}

/* Nobody has to ask what became of it. */
static bool is_no_matter(const struct tomb_batch_copy *c)
{
	return c->file->is_out || (c->file->is_kept && !c->claimed->tried_before);
}

/* Copies from i to end, all on one backend, which answered the probe so. */
static void collect(struct tomb_batch *b, size_t i, size_t end, const struct tomb_probe *probe,
	enum tomb_preflight_policy policy, struct looks *l)
{
	for (l->n = 0; i < end; i++) {
		struct tomb_batch_copy *c = &b->copies[i];
		struct tomb_err err;

		if (is_no_matter(c))
			continue;
		if (route(b, c, &err) != TOMB_OK) {
			(void)tomb_batch_take_out_for(b, c, c->store, &err);
		} else if (is_trusted(c, probe, policy)) {
			c->was_trusted = true;
			c->etag = c->claimed->etag;
		} else if (probe->can_look) { /* else the ledger's word has to do */
			l->copies[l->n] = c;
			l->version_ids[l->n] = TOMB_STR("");
			l->keys[l->n++] = c->key;
		}
	}
}

/* One question to the backend as a whole.  Nothing may be deleted there without an answer. */
static enum tomb_code probe(struct tomb_batch *b, struct tomb_str backend, struct tomb_store **store,
	struct tomb_probe *out, struct tomb_err *err)
{
	enum tomb_code code = tomb_stores_find(b->stores, backend, store, err);
	int64_t age_ms = 0;

	if (code == TOMB_NOTFOUND)
		return TOMB_FAIL(err, TOMB_STORE, "this worker's backends file does not name it");
	TOMB_TRY(code);
	if (tomb_store_last_probe(*store, out, &age_ms) && age_ms < PROBE_FRESH_MS)
		return TOMB_OK;
	return tomb_store_probe(*store, out, err);
}

static enum tomb_code look_at_backend(struct tomb_batch *b, size_t i, size_t end, enum tomb_preflight_policy policy,
	struct looks *l, struct tomb_err *err)
{
	struct tomb_probe found = {.can_look = false};
	struct tomb_err bar;

	l->store = NULL;
	TOMB_TRY(tomb_batch_watch_go_on(&l->watch, err));
	if (probe(b, b->copies[i].claimed->backend, &l->store, &found, &bar) != TOMB_OK) {
		for (; i < end; i++)
			if (!is_no_matter(&b->copies[i]))
				(void)tomb_batch_take_out_for(b, &b->copies[i], l->store, &bar);
		return TOMB_OK;
	}
	collect(b, i, end, &found, policy, l);
	if (found.versioning != TOMB_VERSIONING_NEVER)
		TOMB_TRY(choose_versions(b, l, err));
	return look(b, l, err);
}

enum tomb_code tomb_preflight(struct tomb_batch *b, enum tomb_preflight_policy policy,
	tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err)
{
	struct looks l = {.copies = TOMB_NEW(b->arena, struct tomb_batch_copy *, b->ncopies),
		.keys = TOMB_NEW(b->arena, struct tomb_str, b->ncopies),
		.version_ids = TOMB_NEW(b->arena, struct tomb_str, b->ncopies),
		.watch = {.still_ours = still_ours, .ctx = ctx}};

	if (!l.copies || !l.keys || !l.version_ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu copies", b->ncopies);
	for (size_t i = 0, end = 0; i < b->ncopies; i = end) {
		end = tomb_batch_backend_end(b, i);
		TOMB_TRY(look_at_backend(b, i, end, policy, &l, err));
	}
	return TOMB_OK;
}
