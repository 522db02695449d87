/* Proof of absence: looks, and what makes them a proof. */
#include "store_kind.h"

#include "result.h"

enum { PAUSE_MS = 1000 };

static enum tomb_code ask(const struct tomb_look *look, struct tomb_err *err)
{
	return look->go_on ? look->go_on(look->ctx, err) : TOMB_OK;
}

static enum tomb_code wait_ms(
	const struct tomb_store *store, const struct tomb_look *look, int64_t ms, struct tomb_err *err)
{
	const struct tomb_waiting *w = &store->traffic.rules->waiting;

	while (ms > 0) {
		int64_t part = ms < PAUSE_MS ? ms : PAUSE_MS;

		TOMB_TRY(ask(look, err));
		if (!w->wait(w->ctx, part))
			return TOMB_FAIL(err, TOMB_BUSY, "backend %s: told to end between two looks", store->name.p);
		ms -= part;
	}
	return TOMB_OK;
}

static enum tomb_code verify_each(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_verdict *out, struct tomb_err *err)
{
	for (size_t i = 0; i < at->n; i++) {
		TOMB_TRY(at->go_on ? at->go_on(at->ctx, err) : TOMB_OK);
		store->kind->verify_absent(store, at->keys[i], arena, &out[i]);
	}
	return TOMB_OK;
}

/* Looks at those that are verified absent so far, or at all of them: one that a former look found is not looked at
 * again, since all looks must find nothing. */
static enum tomb_code look_round(struct tomb_store *store, const struct tomb_look *look, bool is_first,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(SIZE_MAX);
	struct tomb_str *keys = TOMB_NEW(&scratch, struct tomb_str, look->n);
	size_t *which = TOMB_NEW(&scratch, size_t, look->n);
	struct tomb_verdict *found = TOMB_NEW(&scratch, struct tomb_verdict, look->n);
	struct tomb_look_at at = {.keys = keys, .go_on = look->go_on, .ctx = look->ctx};

	if (!keys || !which || !found)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu keys", look->n);
	for (size_t i = 0; i < look->n; i++)
		if (is_first || verdicts[i].absence == TOMB_ABSENT_VERIFIED) {
			which[at.n] = i;
			keys[at.n++] = look->keys[i];
		}
	TOMB_TRY((store->kind->verify_many ? store->kind->verify_many : verify_each)(store, &at, arena, found, err));
	for (size_t i = 0; i < at.n; i++)
		verdicts[which[i]] = found[i];
	return TOMB_OK;
}

/*
 * Where a bucket has versions, HEAD says 404 of bytes that a marker hides.  A bucket that never had versions *after*
 * the looks had none during them either; one that has them now is looked at again, by its lists.
 */
static enum tomb_code prove(struct tomb_store *store, const struct tomb_look *look, struct tomb_arena *arena,
	struct tomb_verdict *verdicts, struct tomb_err *err)
{
	struct tomb_probe probe;
	struct tomb_err why;
	size_t verified = 0;

	for (size_t i = 0; i < look->n; i++)
		verified += verdicts[i].absence == TOMB_ABSENT_VERIFIED;
	if (verified == 0 || store->probe.versioning != TOMB_VERSIONING_NEVER)
		return TOMB_OK;
	if (tomb_store_probe(store, &probe, &why) == TOMB_OK)
		return probe.versioning == TOMB_VERSIONING_NEVER ? TOMB_OK
								 : look_round(store, look, false, arena, verdicts, err);
	(void)tomb_err_in(&why, "HEAD does not find it, but whether that is proof is not known");
	for (size_t i = 0; i < look->n; i++)
		if (verdicts[i].absence == TOMB_ABSENT_VERIFIED)
			verdict_unknown(&verdicts[i], arena, &why);
	return TOMB_OK;
}

enum tomb_code tomb_store_verify_many(struct tomb_store *store, const struct tomb_look *look, struct tomb_arena *arena,
	struct tomb_verdict *verdicts, struct tomb_err *err)
{
	struct tomb_verdict *found = TOMB_NEW(arena, struct tomb_verdict, look->n);

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu keys", look->n);
	for (size_t i = 0; i < look->n; i++)
		TOMB_TRY(store_check_key(store, look->keys[i], err));
	TOMB_TRY(store_need_probe(store, err));
	for (int round = 0; round < store->verify_looks; round++) {
		if (round > 0)
			TOMB_TRY(wait_ms(store, look, store->verify_delay_ms, err));
		TOMB_TRY(look_round(store, look, round == 0, arena, found, err));
		TOMB_TRY(prove(store, look, arena, found, err));
	}
	for (size_t i = 0; i < look->n; i++)
		verdicts[i] = found[i];
	return TOMB_OK;
}

enum tomb_code tomb_store_verify_absent(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_verdict *out, struct tomb_err *err)
{
	struct tomb_verdict verdict = {.absence = TOMB_ABSENCE_UNKNOWN};
	const struct tomb_look look = {.keys = &key, .n = 1};

	TOMB_TRY(tomb_store_verify_many(store, &look, arena, &verdict, err));
	*out = verdict;
	return TOMB_OK;
}
