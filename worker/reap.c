/* Step 6: the bytes go.  Backend by backend, up to TOMB_DELETE_MAX keys a request, each named one by one. */
#include "batch.h"

/* The copies of one request, and what is said of each. */
struct load {
	struct tomb_batch_copy *copies[TOMB_DELETE_MAX];
	struct tomb_target targets[TOMB_DELETE_MAX];
	struct tomb_result results[TOMB_DELETE_MAX];
	size_t n;
};

static void know(struct tomb_batch_copy *c, enum tomb_copy_fate fate)
{
	c->fate = fate;
	c->is_settled = true;
}

/* It can be done another time: when, and does this attempt count? */
static void take_later(
	struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_result *r, struct tomb_str text)
{
	enum tomb_code code = r->outcome == TOMB_OUTCOME_THROTTLED ? TOMB_STORE_THROTTLED
			      : r->outcome == TOMB_OUTCOME_DENIED  ? TOMB_STORE_DENIED
								   : TOMB_NET;

	if (code != TOMB_STORE_DENIED && r->retry_after_ms > b->retry_after_ms)
		b->retry_after_ms = r->retry_after_ms;
	if (tomb_batch_is_held_up(b, c->store, code))
		tomb_batch_put_off(b, c->file, text);
	else
		tomb_batch_take_out(b, c->file, TOMB_FILE_LATER, text);
}

/* What the store said of one copy.  A copy that is reported gone stays unsettled: verify.c believes it or not. */
static void take_result(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_result *r)
{
	struct tomb_str text = tomb_batch_say(b, c->claimed->backend, r->text.n > 0 ? r->text : r->code);

	c->request_id = r->request_id;
	switch (r->outcome) {
	case TOMB_OUTCOME_GONE:
	case TOMB_OUTCOME_ALREADY_ABSENT:
		c->was_absent = r->outcome == TOMB_OUTCOME_ALREADY_ABSENT;
		return;
	case TOMB_OUTCOME_UNCERTAIN:
		c->detail = text;
		return;
	case TOMB_OUTCOME_THROTTLED:
	case TOMB_OUTCOME_TRANSIENT:
	case TOMB_OUTCOME_DENIED:
		know(c, TOMB_COPY_THERE);
		c->detail = text;
		take_later(b, c, r, text);
		return;
	case TOMB_OUTCOME_LOCKED:
	case TOMB_OUTCOME_CHANGED:
	case TOMB_OUTCOME_FAILED:
	case TOMB_OUTCOME_MAX:
		break;
	}
	know(c, TOMB_COPY_THERE);
	c->detail = text;
	tomb_batch_take_out(b, c->file, TOMB_FILE_FAILED, text);
}

/* A load that failed as a whole: whether it was sent is not known, so each copy is looked at. */
static void take_failure(struct tomb_batch *b, struct load *l, const struct tomb_err *why)
{
	for (size_t i = 0; i < l->n; i++)
		l->copies[i]->detail = tomb_batch_say(b, l->copies[i]->claimed->backend, tomb_str_from(why->text));
}

static void send_load(struct tomb_batch *b, struct load *l)
{
	struct tomb_err why;

	for (size_t i = 0; i < l->n; i++)
		l->copies[i]->was_tried = true;
	if (tomb_store_delete_many(l->copies[0]->store, l->targets, l->n, b->arena, l->results, &why) != TOMB_OK) {
		take_failure(b, l, &why);
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		take_result(b, l->copies[i], &l->results[i]);
}

/* Copies from *i up to end, all of one backend, that are to be deleted: as many as go at once. */
static void fill_load(struct tomb_batch *b, size_t *i, size_t end, struct load *l)
{
	size_t max = TOMB_DELETE_MAX;

	l->n = 0;
	for (; *i < end && l->n < max; ++*i) {
		struct tomb_batch_copy *c = &b->copies[*i];

		if (c->file->is_out || c->file->is_kept || c->was_absent)
			continue;
		max = tomb_store_delete_max(c->store);
		l->copies[l->n] = c;
		l->targets[l->n++] = (struct tomb_target){.key = c->key, .version_id = c->version_id, .etag = c->etag};
	}
}

/* Are the markers over a copy all that is left of it? */
static bool leaves_markers(const struct tomb_batch_copy *c)
{
	bool gone = c->was_absent || (c->was_tried && !c->is_settled && c->detail.n == 0);

	return gone && !c->file->is_out && !c->file->is_kept && c->nmarkers > 0;
}

/* Sends the markers that are in the load.  As well as it goes: one that stays has no bytes, and verify.c names it. */
static enum tomb_code send_markers(struct tomb_batch *b, struct tomb_store *store, struct load *l,
	tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	if (l->n == 0)
		return TOMB_OK;
	TOMB_TRY(still_ours(ctx, err));
	code = tomb_store_delete_many(store, l->targets, l->n, b->arena, l->results, err);
	l->n = 0;
	return code == TOMB_NOMEM ? code : TOMB_OK;
}

static enum tomb_code sweep_markers(struct tomb_batch *b, size_t i, size_t end, struct load *l,
	tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err)
{
	struct tomb_store *store = NULL;

	l->n = 0;
	for (; i < end; i++) {
		const struct tomb_batch_copy *c = &b->copies[i];

		if (!leaves_markers(c))
			continue;
		store = c->store;
		for (size_t m = 0; m < c->nmarkers; m++) {
			if (l->n == TOMB_DELETE_MAX)
				TOMB_TRY(send_markers(b, store, l, still_ours, ctx, err));
			l->targets[l->n++] = (struct tomb_target){
				.key = c->key, .version_id = c->markers[m], .etag = TOMB_STR("")};
		}
	}
	return send_markers(b, store, l, still_ours, ctx, err);
}

/* If the store held us up, the rest of the backend's copies would fare no better, and cost it more requests. */
static void spare_rest(struct tomb_batch *b, const struct load *l, size_t i, size_t end)
{
	const struct tomb_batch_file *held_up = NULL;

	for (size_t k = 0; k < l->n && !held_up; k++)
		held_up = l->copies[k]->file->is_uncharged ? l->copies[k]->file : NULL;
	for (; held_up && i < end; i++)
		if (!b->copies[i].was_absent && !b->copies[i].file->is_kept)
			tomb_batch_put_off(b, b->copies[i].file, held_up->reason);
}

enum tomb_code tomb_reap(struct tomb_batch *b, tomb_batch_still_ours_fn *still_ours, void *ctx, struct tomb_err *err)
{
	struct load *l = TOMB_NEW(b->arena, struct load, 1);

	if (!l)
		return TOMB_FAIL(err, TOMB_NOMEM, "a request for %d keys", TOMB_DELETE_MAX);
	for (size_t from = 0, end = 0; from < b->ncopies; from = end) {
		end = tomb_batch_backend_end(b, from);
		for (size_t i = from; i < end;) {
			fill_load(b, &i, end, l);
			if (l->n == 0)
				continue;
			TOMB_TRY(still_ours(ctx, err));
			send_load(b, l);
			spare_rest(b, l, i, end);
		}
		TOMB_TRY(sweep_markers(b, from, end, l, still_ours, ctx, err));
	}
	return TOMB_OK;
}
