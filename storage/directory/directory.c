#include "directory/directory.h"

#include "fd.h"
#include "result.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/syscall.h>

int directory_open_folder(const struct directory *dir, const char *folder)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	long fd = syscall(SYS_openat2, dir->root, folder, &how, sizeof how); /* glibc 2.36 has no wrapper */

	return fd < 0 ? -errno : (int)fd;
}

int directory_look(int folder, const char *name, struct statx *out)
{
	/* Another machine may have changed it, where the file system is shared. */
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_FORCE_SYNC;

	return statx(folder, name, flags, STATX_BASIC_STATS, out) == 0 ? 0 : errno;
}

char *directory_etag(const struct statx *stx, char out[static DIRECTORY_ETAG_MAX])
{
	(void)snprintf(out, DIRECTORY_ETAG_MAX, "\"%llx-%llx.%08x\"", (unsigned long long)stx->stx_size,
		(unsigned long long)stx->stx_mtime.tv_sec, (unsigned)stx->stx_mtime.tv_nsec);
	return out;
}

bool directory_is_locked(const struct statx *stx)
{
	return (stx->stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;
}

enum tomb_code directory_code(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
	case EROFS:
		return TOMB_STORE_DENIED;
	case ENOMEM:
		return TOMB_NOMEM;
	case ELOOP:
	case ENOTDIR:
	case EISDIR:
	case EXDEV:
		return TOMB_STORE; /* something lies there that is not ours */
	default:
		return TOMB_IO;
	}
}

static enum tomb_code probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err)
{
	const struct directory *dir = directory_of(store);
	FD_AUTO fd = directory_open_folder(dir, ".");
	struct stat st = {0};
	int error = fd < 0 ? -fd : fstat(fd, &st) == 0 ? 0 : errno;

	if (error)
		return TOMB_FAIL(err, directory_code(error), "backend %s: %s", store->name.p, strerror(error));
	if (st.st_nlink == 0)
		return TOMB_FAIL(err, TOMB_STORE, "backend %s: its folder was removed", store->name.p);
	if (faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
		return TOMB_FAIL(err, directory_code(errno), "backend %s: its folder cannot be changed: %s",
			store->name.p, strerror(errno));
	out->versioning = TOMB_VERSIONING_NEVER;
	out->can_look = true;
	return TOMB_OK;
}

/*
 * Finds key.  *present is false if there is no such name in its folder.  A folder that is not there is an error, never
 * absence: put makes it and nothing removes it, so the file system is not mounted, or nothing was ever stored there.
 */
static enum tomb_code find(struct tomb_store *store, struct tomb_str key, bool *present, struct statx *stx,
	bool *partial, struct tomb_err *err)
{
	struct directory_name name;
	struct statx ignored;
	int error = 0;
	int partial_error = 0;

	TOMB_TRY(directory_name_of(key, &name, err));
	FD_AUTO folder = directory_open_folder(directory_of(store), name.folder);
	if (folder == -ENOENT)
		return TOMB_FAIL(err, TOMB_STORE, "backend %s: folder %s is missing; is the file system mounted?",
			store->name.p, name.folder);
	if (folder < 0)
		return TOMB_FAIL(err, directory_code(-folder), "backend %s: folder %s: %s", store->name.p, name.folder,
			strerror(-folder));
	error = directory_look(folder, name.name, stx);
	partial_error = directory_look(folder, name.partial, &ignored);
	if ((error && error != ENOENT) || (partial_error && partial_error != ENOENT))
		return TOMB_FAIL(err, directory_code(error ? error : partial_error), "backend %s: %s/%s: %s",
			store->name.p, name.folder, name.name, strerror(error ? error : partial_error));
	if (!error && !S_ISREG(stx->stx_mode))
		return TOMB_FAIL(err, TOMB_STORE, "backend %s: %s/%s is not a regular file", store->name.p, name.folder,
			name.name);
	*present = !error;
	*partial = !partial_error;
	return TOMB_OK;
}

static enum tomb_code stat_key(struct tomb_store *store, struct tomb_str key, struct tomb_str version_id,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	struct tomb_stat found = {.present = false};
	char etag[DIRECTORY_ETAG_MAX];
	struct statx stx;
	bool partial = false;

	if (version_id.n)
		return TOMB_FAIL(err, TOMB_STORE, "backend %s: a folder has no versions", store->name.p);
	found.etag = found.storage_class = found.version_id = found.request_id = TOMB_STR("");
	TOMB_TRY(find(store, key, &found.present, &stx, &partial, err));
	if (found.present) {
		found.size_bytes = (int64_t)stx.stx_size;
		found.modified_us = (int64_t)stx.stx_mtime.tv_sec * 1000000 + stx.stx_mtime.tv_nsec / 1000;
		found.legal_hold = directory_is_locked(&stx);
		found.etag = tomb_arena_str(arena, tomb_str_from(directory_etag(&stx, etag)));
		if (!found.etag.p)
			return TOMB_FAIL(err, TOMB_NOMEM, "an ETag");
	}
	*out = found;
	return TOMB_OK;
}

/* What is there, as the one version without an id. */
static enum tomb_code versions(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_version **out, size_t *n, struct tomb_err *err)
{
	struct tomb_version *version = TOMB_NEW(arena, struct tomb_version, 1);
	struct tomb_stat st;

	if (!version)
		return TOMB_FAIL(err, TOMB_NOMEM, "a version");
	TOMB_TRY(stat_key(store, key, TOMB_STR(""), arena, &st, err));
	*version = (struct tomb_version){
		.version_id = TOMB_STR(""),
		.etag = st.etag,
		.storage_class = TOMB_STR(""),
		.size_bytes = st.size_bytes,
		.modified_us = st.modified_us,
		.is_latest = true,
	};
	*out = version;
	*n = st.present ? 1 : 0;
	return TOMB_OK;
}

static void verify_absent(
	struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena, struct tomb_verdict *out)
{
	struct tomb_err err;
	struct statx stx;
	bool present = false;
	bool partial = false;

	if (find(store, key, &present, &stx, &partial, &err) != TOMB_OK)
		verdict_unknown(out, arena, &err);
	else if (present)
		verdict_set(out, arena, TOMB_STILL_THERE, "the file is there");
	else if (partial)
		verdict_set(out, arena, TOMB_STILL_THERE, "a file of an interrupted upload is there");
	else
		verdict_set(out, arena, TOMB_ABSENT_VERIFIED, "%s", "");
}

static void close_directory(struct tomb_store *store)
{
	(void)close(directory_of(store)->root);
}

static const struct store_kind directory_kind = {
	.close = close_directory,
	.probe = probe,
	.stat = stat_key,
	.versions = versions,
	.put = directory_put,
	.delete_one = directory_delete_one,
	.delete_many = directory_delete_many,
	.verify_absent = verify_absent,
	.put_url = directory_name_url,
	.key_of_url = directory_name_key,
};

enum tomb_code directory_open(
	const struct backend *backend, struct tomb_arena *arena, struct tomb_store **out, struct tomb_err *err)
{
	struct directory *dir = TOMB_NEW(arena, struct directory, 1);

	if (!dir)
		return TOMB_FAIL(err, TOMB_NOMEM, "a directory store");
	dir->root = open(backend->path.p, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir->root < 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", backend->path.p, strerror(errno));
	FD_AUTO fd = directory_open_folder(dir, ".");
	if (fd < 0) {
		(void)close(dir->root);
		return TOMB_FAIL(
			err, TOMB_IO, "%s: openat2, which Linux has from 5.6 on: %s", backend->path.p, strerror(-fd));
	}
	dir->store.kind = &directory_kind;
	*out = &dir->store;
	return TOMB_OK;
}
