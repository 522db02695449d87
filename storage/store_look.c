/* Looks at many keys: what all kinds of stores have in common. */
#include "tombstone/store_look.h"

#include "result.h"
#include "store_kind.h"

enum tomb_code store_hand_up(const struct tomb_err *why, struct tomb_err *err)
{
	*err = *why;
	return why->code;
}

static enum tomb_code ask(const struct tomb_look_at *at, struct tomb_err *err)
{
	return at->go_on ? at->go_on(at->ctx, err) : TOMB_OK;
}

static enum tomb_code stat_one(struct tomb_store *store, const struct tomb_look_at *at, size_t i,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	struct tomb_str version_id = at->version_ids ? at->version_ids[i] : TOMB_STR("");

	TOMB_TRY(store_check_key(store, at->keys[i], err));
	return store->kind->stat(store, at->keys[i], version_id, arena, out, err);
}

static enum tomb_code stat_each(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_seen *seen, struct tomb_err *err)
{
	for (size_t i = 0; i < at->n; i++) {
		struct tomb_err why = {.code = TOMB_OK};

		TOMB_TRY(ask(at, err));
		seen[i].code = stat_one(store, at, i, arena, &seen[i].stat, &why);
		seen[i].text = seen[i].code == TOMB_OK ? TOMB_STR("") : result_keep(arena, tomb_str_from(why.text));
		if (seen[i].code == TOMB_NOMEM)
			return store_hand_up(&why, err);
	}
	return TOMB_OK;
}

enum tomb_code tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_seen *out, struct tomb_err *err)
{
	struct tomb_seen *seen = TOMB_NEW(arena, struct tomb_seen, at->n);

	if (!seen)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu keys", at->n);
	TOMB_TRY(store_need_probe(store, err));
	TOMB_TRY((store->kind->stat_many ? store->kind->stat_many : stat_each)(store, at, arena, seen, err));
	for (size_t i = 0; i < at->n; i++)
		out[i] = seen[i];
	return TOMB_OK;
}

static enum tomb_code list_each(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_versions *found, struct tomb_err *err)
{
	for (size_t i = 0; i < at->n; i++) {
		struct tomb_versions *v = &found[i];
		struct tomb_err why = {.code = TOMB_OK};

		TOMB_TRY(ask(at, err));
		v->code = store_check_key(store, at->keys[i], &why);
		if (v->code == TOMB_OK)
			v->code = store->kind->versions(store, at->keys[i], arena, &v->list, &v->n, &why);
		v->text = v->code == TOMB_OK ? TOMB_STR("") : result_keep(arena, tomb_str_from(why.text));
		if (v->code == TOMB_NOMEM)
			return store_hand_up(&why, err);
	}
	return TOMB_OK;
}

enum tomb_code tomb_store_versions_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_versions *out, struct tomb_err *err)
{
	struct tomb_versions *found = TOMB_NEW(arena, struct tomb_versions, at->n);

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "the versions of %zu keys", at->n);
	TOMB_TRY(store_need_probe(store, err));
	TOMB_TRY((store->kind->versions_many ? store->kind->versions_many : list_each)(store, at, arena, found, err));
	for (size_t i = 0; i < at->n; i++)
		out[i] = found[i];
	return TOMB_OK;
}
