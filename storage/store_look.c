/* Looks at many keys: what all kinds of stores have in common. */
#include "tombstone/store_look.h"

#include "result.h"
#include "store_kind.h"

static enum tomb_code ask(const struct tomb_look_at *at, struct tomb_err *err)
{
	return at->go_on ? at->go_on(at->ctx, err) : TOMB_OK;
}

/* Nothing more is asked of a store that said so. */
static bool bars(enum tomb_code code)
{
	return code == TOMB_STORE_THROTTLED;
}

static enum tomb_code stat_one(struct tomb_store *store, const struct tomb_look_at *at, size_t i,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	struct tomb_str version_id = at->version_ids ? at->version_ids[i] : TOMB_STR("");

	TOMB_TRY(store_check_key(store, at->keys[i], err));
	return store->kind->stat(store, at->keys[i], version_id, arena, out, err);
}

enum tomb_code tomb_store_stat_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_seen *out, struct tomb_err *err)
{
	struct tomb_seen *seen = TOMB_NEW(arena, struct tomb_seen, at->n);
	struct tomb_err why = {.code = TOMB_OK};

	if (!seen)
		return TOMB_FAIL(err, TOMB_NOMEM, "a look at %zu keys", at->n);
	TOMB_TRY(store_need_probe(store, err));
	for (size_t i = 0; i < at->n; i++) {
		TOMB_TRY(ask(at, err));
		if (!bars(why.code)) {
			why.code = TOMB_OK;
			(void)stat_one(store, at, i, arena, &seen[i].stat, &why);
		}
		if (why.code == TOMB_NOMEM)
			return tomb_err_set(err, why.code, why.file, why.line, "%s", why.text);
		seen[i].code = why.code;
		seen[i].text = why.code == TOMB_OK ? TOMB_STR("") : result_keep(arena, tomb_str_from(why.text));
	}
	for (size_t i = 0; i < at->n; i++)
		out[i] = seen[i];
	return TOMB_OK;
}

enum tomb_code tomb_store_versions_many(struct tomb_store *store, const struct tomb_look_at *at,
	struct tomb_arena *arena, struct tomb_versions *out, struct tomb_err *err)
{
	struct tomb_versions *found = TOMB_NEW(arena, struct tomb_versions, at->n);
	struct tomb_err why = {.code = TOMB_OK};

	if (!found)
		return TOMB_FAIL(err, TOMB_NOMEM, "the versions of %zu keys", at->n);
	TOMB_TRY(store_need_probe(store, err));
	for (size_t i = 0; i < at->n; i++) {
		struct tomb_versions *v = &found[i];

		TOMB_TRY(ask(at, err));
		if (!bars(why.code)) {
			why.code = TOMB_OK;
			if (store_check_key(store, at->keys[i], &why) == TOMB_OK)
				(void)store->kind->versions(store, at->keys[i], arena, &v->list, &v->n, &why);
		}
		if (why.code == TOMB_NOMEM)
			return tomb_err_set(err, why.code, why.file, why.line, "%s", why.text);
		v->code = why.code;
		v->text = why.code == TOMB_OK ? TOMB_STR("") : result_keep(arena, tomb_str_from(why.text));
	}
	for (size_t i = 0; i < at->n; i++)
		out[i] = found[i];
	return TOMB_OK;
}
