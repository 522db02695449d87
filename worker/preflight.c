/* Step 5: every copy of a file is looked at before the first byte goes, so that a file is never half deleted for a
 * reason that could be foreseen (deletion.md X-02).  What cannot be answered means no (I10). */
#include "batch.h"
#include "tombstone/retention.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <stdio.h>

/* May the same question get another answer later, without a person? */
static enum tomb_file_fate fate_of(enum tomb_code code)
{
	switch (tomb_code_retry(code)) {
	case TOMB_RETRY_NOW:
	case TOMB_RETRY_LATER:
		return TOMB_FILE_LATER;
	case TOMB_RETRY_NEVER:
		break;
	}
	/* A denial may be repaired by an operator while the batch backs off. */
	return code == TOMB_STORE_DENIED || code == TOMB_UNCERTAIN || code == TOMB_STORE ? TOMB_FILE_LATER
											 : TOMB_FILE_FAILED;
}

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

	if (stat->legal_hold) {
		take_out_of(b, c, TOMB_FILE_FAILED, "the store keeps the copy under a legal hold");
	} else if (stat->lock != TOMB_LOCK_NONE) {
		if (stat->locked_until_us > 0)
			(void)tomb_time_format(stat->locked_until_us, TOMB_TIME_S, until);
		(void)snprintf(text, sizeof text, "the store keeps the copy under a retention lock until %s",
			until[0] ? until : "a date that it does not tell");
		take_out_of(b, c, TOMB_FILE_FAILED, text);
	}
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
	c->etag = stat->etag;
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

static void look(struct tomb_batch *b, struct tomb_batch_copy *c, bool can_look)
{
	struct tomb_stat stat;
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	/* The ledger has asked this already; the rule is asked a second time, in other words, before anything is lost.
	 */
	if (!tomb_retention_over(b->claim->claimed_at_us, c->claimed->stored_at_us, c->claimed->min_days)) {
		take_out_of(b, c, TOMB_FILE_REFUSED, "the copy's minimum retention is not over");
		return;
	}
	code = route(b, c, &err);
	if (code == TOMB_OK && can_look)
		code = tomb_store_stat(c->store, c->key, b->arena, &stat, &err);
	if (code != TOMB_OK)
		take_out_of(b, c, fate_of(code), err.text);
	else if (can_look) /* else the ledger's word has to do */
		check_stat(b, c, &stat);
}

/* One question to the backend as a whole; false, with the reason, if nothing may be deleted there. */
static bool probe(
	struct tomb_batch *b, struct tomb_str backend, bool *can_look, char why[static 512], enum tomb_file_fate *fate)
{
	struct tomb_store *store = NULL;
	struct tomb_probe seen = {.can_look = false};
	struct tomb_err err;
	enum tomb_code code = tomb_stores_find(b->stores, backend, &store, &err);

	if (code == TOMB_NOTFOUND)
		code = TOMB_FAIL(&err, TOMB_STORE, "this worker's backends file does not name it");
	if (code == TOMB_OK)
		code = tomb_store_probe(store, &seen, &err);
	if (code != TOMB_OK) {
		(void)snprintf(why, 512, "%s", err.text);
		*fate = fate_of(code);
		return false;
	}
	if (seen.versioning != TOMB_VERSIONING_NEVER) {
		(void)snprintf(why, 512, "the bucket is or was versioned: that the bytes are gone could not be proven");
		*fate = TOMB_FILE_FAILED;
		return false;
	}
	*can_look = seen.can_look;
	return true;
}

void tomb_preflight(struct tomb_batch *b)
{
	for (size_t i = 0, end = 0; i < b->ncopies; i = end) {
		char why[512];
		enum tomb_file_fate fate = TOMB_FILE_LATER;
		bool can_look = false;
		bool open = probe(b, b->copies[i].claimed->backend, &can_look, why, &fate);

		end = tomb_batch_backend_end(b, i);
		for (size_t j = i; j < end; j++)
			if (b->copies[j].file->is_out)
				continue;
			else if (!open)
				take_out_of(b, &b->copies[j], fate, why);
			else
				look(b, &b->copies[j], can_look);
	}
}
