#include "directory/directory.h"

#include "fd.h"
#include "result.h"

#include <errno.h>

/* Many keys, folder by folder. */
struct batch {
	const struct tomb_target *targets;
	struct directory_name *names;
	struct tomb_result *results; /* outcome TOMB_OUTCOME_MAX: not yet looked at */
	size_t n;
	struct tomb_arena *arena;
};

/* An errno as an outcome.  tried: the name may be gone all the same. */
static enum tomb_outcome outcome_of(int error, bool tried)
{
	enum tomb_code code = directory_code(error);

	if (code == TOMB_STORE_DENIED)
		return TOMB_OUTCOME_DENIED;
	if (code == TOMB_STORE)
		return TOMB_OUTCOME_FAILED;
	return tried ? TOMB_OUTCOME_UNCERTAIN : TOMB_OUTCOME_TRANSIENT;
}

static void set_error(struct batch *b, size_t i, int error, bool tried)
{
	result_set(&b->results[i], b->arena, outcome_of(error, tried), "%s/%s: %s", b->names[i].folder,
		b->names[i].name, strerror(error));
}

/* Removes what an interrupted upload of the key left.  False, with the result set, if that cannot be. */
static bool remove_partial(struct batch *b, size_t i, int folder)
{
	FD_AUTO fd = directory_open_partial(folder, &b->names[i], false);

	if (fd == -ENOENT)
		return true;
	if (fd == -EAGAIN)
		result_set(&b->results[i], b->arena, TOMB_OUTCOME_TRANSIENT, "the key is being stored just now");
	else if (fd < 0)
		set_error(b, i, -fd, false);
	else if (unlinkat(folder, b->names[i].partial, 0) != 0)
		set_error(b, i, errno, true);
	else
		return true;
	return false;
}

/* False, with the result set, if what lies there is not to be removed. */
static bool may_remove(struct batch *b, size_t i, const struct statx *stx)
{
	struct tomb_str expected = b->targets[i].etag;
	struct tomb_result *r = &b->results[i];
	char etag[DIRECTORY_ETAG_MAX];

	if (!S_ISREG(stx->stx_mode))
		result_set(r, b->arena, TOMB_OUTCOME_FAILED, "not a regular file");
	else if (directory_is_locked(stx))
		result_set(r, b->arena, TOMB_OUTCOME_LOCKED, "the file is immutable or append-only (chattr)");
	else if (expected.n && !tomb_str_eq(expected, tomb_str_from(directory_etag(stx, etag))))
		result_set(r, b->arena, TOMB_OUTCOME_CHANGED, "the file is not the one expected");
	else if (stx->stx_nlink > 1)
		result_set(r, b->arena, TOMB_OUTCOME_FAILED, "the file has %u names: its bytes would stay",
			stx->stx_nlink);
	else
		return true;
	return false;
}

static void remove_one(struct batch *b, size_t i, int folder)
{
	struct statx stx;
	int error = 0;

	if (!remove_partial(b, i, folder))
		return;
	error = directory_look(folder, b->names[i].name, &stx);
	if (!error && !may_remove(b, i, &stx))
		return;
	if (!error && unlinkat(folder, b->names[i].name, 0) == 0)
		result_set(&b->results[i], b->arena, TOMB_OUTCOME_GONE, "%s", "");
	else if (error == ENOENT || (!error && errno == ENOENT))
		result_set(&b->results[i], b->arena, TOMB_OUTCOME_ALREADY_ABSENT, "there is no such file");
	else
		set_error(b, i, error ? error : errno, !error);
}

static bool is_done(const struct tomb_result *r)
{
	return r->outcome == TOMB_OUTCOME_GONE || r->outcome == TOMB_OUTCOME_ALREADY_ABSENT;
}

/* A name that is gone from memory only may come back after a crash. */
static void make_durable(struct batch *b, size_t from, int folder)
{
	int error = fsync(folder) == 0 ? 0 : errno;

	for (size_t i = from; error && i < b->n; i++)
		if (strcmp(b->names[i].folder, b->names[from].folder) == 0 && is_done(&b->results[i]))
			set_error(b, i, error, true);
}

/* All targets in the folder of the first one. */
static void remove_in_folder(struct batch *b, const struct directory *dir, size_t first)
{
	FD_AUTO folder = directory_open_folder(dir, b->names[first].folder);

	for (size_t i = first; i < b->n; i++) {
		if (strcmp(b->names[i].folder, b->names[first].folder) != 0)
			continue;
		if (folder == -ENOENT)
			result_set(&b->results[i], b->arena, TOMB_OUTCOME_TRANSIENT,
				"folder %s is missing; is the file system mounted?", b->names[i].folder);
		else if (folder < 0)
			set_error(b, i, -folder, false);
		else if (b->targets[i].version_id.n)
			result_set(&b->results[i], b->arena, TOMB_OUTCOME_FAILED, "a folder has no versions");
		else
			remove_one(b, i, folder);
	}
	if (folder >= 0)
		make_durable(b, first, folder);
}

void directory_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results)
{
	struct batch b = {targets, TOMB_NEW(arena, struct directory_name, n), results, n, arena};
	struct tomb_err err = {.text = "no memory for the names"};
	enum tomb_code code = b.names ? TOMB_OK : TOMB_NOMEM;

	for (size_t i = 0; i < n; i++) {
		results[i] = (struct tomb_result){.outcome = TOMB_OUTCOME_MAX};
		if (code == TOMB_OK)
			code = directory_name_of(targets[i].key, &b.names[i], &err);
	}
	for (size_t i = 0; i < n; i++)
		if (code != TOMB_OK)
			result_set(&results[i], arena, TOMB_OUTCOME_TRANSIENT, "%s", err.text);
		else if (results[i].outcome == TOMB_OUTCOME_MAX)
			remove_in_folder(&b, directory_of(store), i);
}

void directory_delete_one(struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
	struct tomb_result *result)
{
	directory_delete_many(store, target, 1, arena, result);
}
