/* Step 7: a copy is gone when a fresh look finds nothing where finding nothing is proof (deletion.md X-03). */
#include "batch.h"

static void take_absence(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_verdict *v)
{
	struct tomb_str text = tomb_batch_say(b, c->claimed->backend, v->text);

	if (v->request_id.n > 0 && c->request_id.n == 0)
		c->request_id = v->request_id;
	c->is_settled = true;
	/* Accepted, and more cannot be known today. */
	if (v->absence == TOMB_ABSENCE_PENDING && c->detail.n == 0 && !c->file->is_kept) {
		c->fate = TOMB_COPY_GONE;
		c->is_unverifiable = true;
		c->detail = text;
		return;
	}
	switch (v->absence) {
	case TOMB_ABSENT_VERIFIED:
		c->fate = TOMB_COPY_GONE;
		if (v->text.n > 0 && c->detail.n == 0) /* what is left over */
			c->detail = text;
		return;
	case TOMB_STILL_THERE:
		c->fate = TOMB_COPY_THERE;
		c->detail = c->detail.n > 0 ? c->detail
					    : TOMB_STR("the store said that it was deleted, and it is still there");
		break;
	case TOMB_ABSENCE_PENDING:
	case TOMB_ABSENCE_UNKNOWN:
	case TOMB_ABSENCE_MAX:
		c->fate = TOMB_COPY_UNKNOWN;
		c->detail = c->detail.n > 0 ? c->detail : text;
		break;
	}
	if (v->absence == TOMB_ABSENCE_UNKNOWN && tomb_batch_is_held_up(b, c->store, v->code))
		tomb_batch_put_off(b, c->file, c->detail);
	else
		tomb_batch_take_out(b, c->file, TOMB_FILE_LATER, c->detail);
}

/* The store's clear word is enough where the policy says so; a request without a clear answer is always looked into. */
static bool is_believed(const struct tomb_batch_copy *c, enum tomb_verify_policy policy)
{
	return policy == TOMB_VERIFY_NONE && c->detail.n == 0 && !c->file->is_kept;
}

/* The copies of one backend that are looked at. */
struct looks {
	struct tomb_batch_copy **copies;
	struct tomb_str *keys;
	struct tomb_verdict *verdicts;
	size_t n;
	struct tomb_batch_watch watch;
};

static void collect(struct tomb_batch *b, size_t i, size_t end, enum tomb_verify_policy policy, struct looks *l)
{
	for (l->n = 0; i < end; i++) {
		struct tomb_batch_copy *c = &b->copies[i];

		if (c->is_settled || !(c->was_tried || c->was_absent) || (c->file->is_out && !c->was_tried))
			continue;
		if (is_believed(c, policy)) {
			c->fate = TOMB_COPY_GONE;
			c->is_settled = true;
			c->is_unverifiable = true;
			continue;
		}
		l->copies[l->n] = c;
		l->keys[l->n++] = c->key;
	}
}

/* A look that failed as a whole says nothing of any copy; a claim that was lost ends the work. */
static enum tomb_code look(struct tomb_batch *b, struct looks *l, struct tomb_err *err)
{
	const struct tomb_look wanted = {.keys = l->keys, .n = l->n, .go_on = tomb_batch_watch_go_on, .ctx = &l->watch};
	enum tomb_code code = TOMB_OK;

	if (l->n == 0)
		return TOMB_OK;
	code = tomb_store_verify_many(l->copies[0]->store, &wanted, b->arena, l->verdicts, err);
	if (l->watch.is_lost)
		return code;
	for (size_t i = 0; i < l->n; i++) {
		if (code != TOMB_OK)
			l->verdicts[i] = (struct tomb_verdict){.absence = TOMB_ABSENCE_UNKNOWN,
				.code = code,
				.request_id = TOMB_STR(""),
				.text = tomb_str_from(err->text)};
		take_absence(b, l->copies[i], &l->verdicts[i]);
	}
	return TOMB_OK;
}

enum tomb_code tomb_verify(struct tomb_batch *b, enum tomb_verify_policy policy, tomb_batch_still_ours_fn *still_ours,
	void *ctx, struct tomb_err *err)
{
	struct looks l = {.copies = TOMB_NEW(b->arena, struct tomb_batch_copy *, b->ncopies),
		.keys = TOMB_NEW(b->arena, struct tomb_str, b->ncopies),
		.verdicts = TOMB_NEW(b->arena, struct tomb_verdict, b->ncopies),
		.watch = {.still_ours = still_ours, .ctx = ctx}};

	if (!l.copies || !l.keys || !l.verdicts)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu copies", b->ncopies);
	for (size_t i = 0, end = 0; i < b->ncopies; i = end) {
		end = tomb_batch_backend_end(b, i);
		collect(b, i, end, policy, &l);
		TOMB_TRY(look(b, &l, err));
	}
	return TOMB_OK;
}
