/* Step 7: a copy is gone when a fresh look finds nothing where finding nothing is proof (deletion.md X-03). */
#include "batch.h"

enum { LOOKS_PER_LEASE_CHECK = 50 }; /* a slow store must not outlive the lease unnoticed */

static void take_absence(struct tomb_batch *b, struct tomb_batch_copy *c, const struct tomb_verdict *v)
{
	struct tomb_str text = tomb_batch_say(b, c->claimed->backend, v->text);

	if (v->request_id.n > 0 && c->request_id.n == 0)
		c->request_id = v->request_id;
	c->is_settled = true;
	if (v->absence == TOMB_ABSENCE_PENDING && c->detail.n == 0) { /* accepted, and more cannot be known today */
		c->fate = TOMB_COPY_GONE;
		c->is_unverifiable = true;
		c->detail = text;
		return;
	}
	switch (v->absence) {
	case TOMB_ABSENT_VERIFIED:
		c->fate = TOMB_COPY_GONE;
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
	tomb_batch_take_out(b, c->file, TOMB_FILE_LATER, c->detail);
}

static void look(struct tomb_batch *b, struct tomb_batch_copy *c)
{
	struct tomb_verdict v = {.absence = TOMB_ABSENCE_UNKNOWN};
	struct tomb_err err;

	if (tomb_store_verify_absent(c->store, c->key, b->arena, &v, &err) != TOMB_OK)
		v = (struct tomb_verdict){.absence = TOMB_ABSENCE_UNKNOWN, .text = tomb_str_from(err.text)};
	take_absence(b, c, &v);
}

/* The store's clear word is enough where the policy says so; a request without a clear answer is always looked into. */
static bool is_believed(const struct tomb_batch_copy *c, enum tomb_verify_policy policy)
{
	return policy == TOMB_VERIFY_NONE && c->detail.n == 0;
}

enum tomb_code tomb_verify(struct tomb_batch *b, enum tomb_verify_policy policy, tomb_batch_still_ours_fn *still_ours,
	void *ctx, struct tomb_err *err)
{
	size_t looks = 0;

	for (size_t i = 0; i < b->ncopies; i++) {
		struct tomb_batch_copy *c = &b->copies[i];

		if (c->is_settled || !(c->was_tried || c->was_absent) || (c->file->is_out && !c->was_tried))
			continue;
		if (is_believed(c, policy)) {
			c->fate = TOMB_COPY_GONE;
			c->is_settled = true;
			c->is_unverifiable = true;
			continue;
		}
		if (looks++ % LOOKS_PER_LEASE_CHECK == 0)
			TOMB_TRY(still_ours(ctx, err));
		look(b, c);
	}
	return TOMB_OK;
}
