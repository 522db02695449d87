/* Deletions: what all kinds of stores have in common. */
#include "store_kind.h"

#include "result.h"

#include <stdlib.h>

/* A plain delete there would leave a marker and hide the bytes. */
static bool would_only_hide(const struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
	struct tomb_result *out)
{
	if (store->probe.versioning == TOMB_VERSIONING_NEVER || target->version_id.n)
		return false;
	result_set(out, arena, TOMB_OUTCOME_FAILED,
		"backend %s is versioned: without a version id the bytes would only be hidden", store->name.p);
	return true;
}

enum tomb_code tomb_store_delete_one(struct tomb_store *store, const struct tomb_target *target,
	struct tomb_arena *arena, struct tomb_result *result, struct tomb_err *err)
{
	TOMB_TRY(store_check_key(store, target->key, err));
	TOMB_TRY(store_need_probe(store, err));
	if (!would_only_hide(store, target, arena, result))
		store->kind->delete_one(store, target, arena, result);
	return TOMB_OK;
}

static int compare_str(struct tomb_str a, struct tomb_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_targets(const void *a, const void *b)
{
	const struct tomb_target *const *ta = a;
	const struct tomb_target *const *tb = b;
	int order = compare_str((*ta)->key, (*tb)->key);

	return order ? order : compare_str((*ta)->version_id, (*tb)->version_id);
}

static enum tomb_code check_targets(
	const struct tomb_store *store, const struct tomb_target *targets, size_t n, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init((size_t)TOMB_TARGETS_MAX * 2 * sizeof(void *));
	const struct tomb_target **sorted = NULL;

	if (n > TOMB_TARGETS_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "%zu targets: the limit is %d", n, TOMB_TARGETS_MAX);
	sorted = TOMB_NEW(&scratch, const struct tomb_target *, n);
	if (!sorted)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu targets", n);
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(store_check_key(store, targets[i].key, err));
		sorted[i] = &targets[i];
	}
	qsort(sorted, n, sizeof(const struct tomb_target *), compare_targets);
	for (size_t i = 1; i < n; i++)
		if (compare_targets(&sorted[i - 1], &sorted[i]) == 0)
			return TOMB_FAIL(err, TOMB_INVAL, "the key %.*s is there twice", TOMB_STR_ARG(sorted[i]->key));
	return TOMB_OK;
}

size_t tomb_store_delete_max(const struct tomb_store *store)
{
	return store->kind->delete_max ? store->kind->delete_max : TOMB_DELETE_MAX;
}

enum tomb_code tomb_store_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results, struct tomb_err *err)
{
	bool hidden = false;

	if (n == 0)
		return TOMB_OK;
	TOMB_TRY(check_targets(store, targets, n, err));
	TOMB_TRY(store_need_probe(store, err));
	for (size_t i = 0; i < n; i++)
		hidden |= would_only_hide(store, &targets[i], arena, &results[i]);
	if (!hidden)
		store->kind->delete_many(store, targets, n, arena, results);
	for (size_t i = 0; hidden && i < n; i++)
		if (targets[i].version_id.n)
			store->kind->delete_one(store, &targets[i], arena, &results[i]);
	return TOMB_OK;
}
