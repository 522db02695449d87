#include "store_kind.h"

static enum tomb_code check(const struct tomb_store *store, struct tomb_err *err)
{
	if (store->kind->inventory)
		return TOMB_OK;
	return TOMB_FAIL(err, TOMB_UNSUPPORTED,
		"backend %s has no inventory: each of its keys can be looked at, and is, when it is deleted",
		store->name.p);
}

enum tomb_code tomb_store_inventory_start(
	struct tomb_store *store, struct tomb_arena *arena, struct tomb_store_job *out, struct tomb_err *err)
{
	TOMB_TRY(check(store, err));
	return store->kind->inventory->start(store, arena, out, err);
}

enum tomb_code tomb_store_inventory_status(struct tomb_store *store, struct tomb_str job_id, struct tomb_arena *arena,
	struct tomb_store_job_status *out, struct tomb_err *err)
{
	TOMB_TRY(check(store, err));
	return store->kind->inventory->status(store, job_id, arena, out, err);
}

enum tomb_code tomb_store_inventory_read(struct tomb_store *store, struct tomb_str job_id, tomb_store_held_fn *fn,
	void *ctx, struct tomb_store_inventory *out, struct tomb_err *err)
{
	TOMB_TRY(check(store, err));
	return store->kind->inventory->read(store, job_id, fn, ctx, out, err);
}
