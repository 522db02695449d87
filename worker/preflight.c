/* Step 5: every copy of a file is looked at before the first byte goes, so that a file is never half deleted for a
 * reason that could be foreseen (deletion.md X-02).  What cannot be answered means no (I10). */
#include "batch.h"
#include "tombstone/time.h"
#include "version.h"

#include <inttypes.h>
#include <stdio.h>

enum { LOOK_BYTES_MAX = 8 << 20 }; /* TOMB_VERSIONS_MAX versions of one key */

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

	if (!tomb_stat_is_locked(stat, b->claim->claimed_at_us))
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

/* The version that is the copy, if there is one: *found is false otherwise, and the reason is known. */
static enum tomb_code look_at_versions(struct tomb_batch *b, struct tomb_batch_copy *c, struct tomb_arena *scratch,
	struct tomb_stat *stat, bool *found, struct tomb_err *err)
{
	struct tomb_version_choice choice = {.nmarkers = 0};

	TOMB_TRY(tomb_version_choose(c, scratch, b->arena, &choice, err));
	c->markers = choice.markers;
	c->nmarkers = choice.nmarkers;
	c->version_id = choice.version_id;
	c->was_absent = choice.nothing;
	*found = false;
	if (choice.refusal.n > 0)
		take_out_of(b, c, c->claimed->tried_before ? TOMB_FILE_FAILED : TOMB_FILE_REFUSED, choice.refusal.p);
	if (choice.refusal.n > 0 || choice.nothing)
		return TOMB_OK;
	TOMB_TRY(tomb_store_stat_version(c->store, c->key, c->version_id, scratch, stat, err));
	if (!stat->present)
		return TOMB_FAIL(err, TOMB_STORE, "the list of its versions holds the copy, and HEAD does not find it");
	*found = true;
	return TOMB_OK;
}

/* *bar: set if the store as a whole keeps the copy from being looked at, and so all others that are there. */
static void look(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_probe *probe, struct tomb_err *bar)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(LOOK_BYTES_MAX);
	struct tomb_stat stat;
	struct tomb_err err;
	bool seen = probe->can_look; /* else the ledger's word has to do */
	enum tomb_code code = route(b, c, &err);

	if (code == TOMB_OK && probe->versioning != TOMB_VERSIONING_NEVER)
		code = look_at_versions(b, c, &scratch, &stat, &seen, &err);
	else if (code == TOMB_OK && seen)
		code = tomb_store_stat(c->store, c->key, &scratch, &stat, &err);
	if (code != TOMB_OK) {
		if (tomb_batch_take_out_for(b, c, c->store, &err))
			*bar = err;
	} else if (seen) {
		check_stat(b, c, &stat);
	}
}

/* One question to the backend as a whole.  Nothing may be deleted there without an answer. */
static enum tomb_code probe(struct tomb_batch *b, struct tomb_str backend, struct tomb_store **store,
	struct tomb_probe *seen, struct tomb_err *err)
{
	enum tomb_code code = tomb_stores_find(b->stores, backend, store, err);

	if (code == TOMB_NOTFOUND)
		return TOMB_FAIL(err, TOMB_STORE, "this worker's backends file does not name it");
	return code == TOMB_OK ? tomb_store_probe(*store, seen, err) : code;
}

enum tomb_code tomb_preflight(
	struct tomb_batch *b, tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err)
{
	for (size_t i = 0, end = 0; i < b->ncopies; i = end) {
		struct tomb_err bar = {.code = TOMB_OK};
		struct tomb_probe seen = {.can_look = false};
		struct tomb_store *store = NULL;

		if (probe(b, b->copies[i].claimed->backend, &store, &seen, &bar) == TOMB_OK)
			bar.code = TOMB_OK;
		end = tomb_batch_backend_end(b, i);
		for (size_t j = i; j < end; j++) {
			if (b->copies[j].file->is_out)
				continue;
			TOMB_TRY(still_ours(ctx, err));
			if (bar.code != TOMB_OK)
				(void)tomb_batch_take_out_for(b, &b->copies[j], store, &bar);
			else
				look(b, &b->copies[j], &seen, &bar);
		}
	}
	return TOMB_OK;
}
