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

/* A key that a former look found is not looked at again: all looks must find nothing.  A store that asks for fewer
 * requests gets no more of them: what it did not answer, it was not asked. */
static enum tomb_code look_round(struct tomb_store *store, const struct tomb_look *look, bool is_first,
	struct tomb_arena *arena, struct tomb_verdict *verdicts, struct tomb_err *err)
{
	const struct tomb_verdict *throttled = NULL;

	for (size_t i = 0; i < look->n; i++) {
		if (!is_first && verdicts[i].absence != TOMB_ABSENT_VERIFIED)
			continue;
		TOMB_TRY(ask(look, err));
		if (throttled)
			verdicts[i] = *throttled;
		else
			store->kind->verify_absent(store, look->keys[i], arena, &verdicts[i]);
		if (verdicts[i].absence == TOMB_ABSENCE_UNKNOWN && verdicts[i].code == TOMB_STORE_THROTTLED)
			throttled = &verdicts[i];
	}
	return TOMB_OK;
}

/*
 * Where a bucket has versions, HEAD says 404 of bytes that a marker hides.  A bucket that never had versions *after*
 * the looks had none during them either; one that has them now is looked at again, by its lists.
 */
static void prove(
	struct tomb_store *store, const struct tomb_look *look, struct tomb_arena *arena, struct tomb_verdict *verdicts)
{
	struct tomb_probe probe;
	struct tomb_err err;
	size_t verified = 0;

	for (size_t i = 0; i < look->n; i++)
		verified += verdicts[i].absence == TOMB_ABSENT_VERIFIED;
	if (verified == 0 || store->probe.versioning != TOMB_VERSIONING_NEVER)
		return;
	bool answered = tomb_store_probe(store, &probe, &err) == TOMB_OK;

	if (!answered)
		(void)tomb_err_in(&err, "HEAD does not find it, but whether that is proof is not known");

	for (size_t i = 0; i < look->n; i++)
		if (verdicts[i].absence != TOMB_ABSENT_VERIFIED)
			continue;
		else if (!answered)
			verdict_unknown(&verdicts[i], arena, &err);
		else if (probe.versioning != TOMB_VERSIONING_NEVER)
			store->kind->verify_absent(store, look->keys[i], arena, &verdicts[i]);
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
		prove(store, look, arena, found);
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
