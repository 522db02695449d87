#include "directory/directory.h"

#include "fd.h"
#include "tombstone/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat2 */

enum { CHUNK = 1 << 16, FOLDER_MODE = 0750 };

/* The folder of a key, made if need be; a descriptor or -errno. */
static int need_folder(int root, const char *folder, const struct directory *dir)
{
	int fd = directory_open_folder(dir, folder);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(root, folder, FOLDER_MODE) != 0 && errno != EEXIST)
		return -errno;
	return directory_open_folder(dir, folder);
}

static enum tomb_code write_all(int fd, struct tomb_str bytes, struct tomb_err *err)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return TOMB_FAIL(err, directory_code(errno), "write: %s", strerror(errno));
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return TOMB_OK;
}

static enum tomb_code copy(const struct tomb_put *put, int fd, struct tomb_err *err)
{
	TOMB_DIGEST_AUTO *digest = NULL;
	uint8_t value[TOMB_DIGEST_SIZE_MAX];
	char chunk[CHUNK];
	size_t n = 0;
	int64_t total = 0;

	TOMB_TRY(tomb_digest_new(&digest, TOMB_SHA256, err));
	for (;;) {
		TOMB_TRY(put->read(put->arg, chunk, sizeof chunk, &n, err));
		if (n == 0)
			break;
		if ((int64_t)n > put->size_bytes - total)
			return TOMB_FAIL(err, TOMB_CORRUPT, "the source has more than the %lld bytes promised",
				(long long)put->size_bytes);
		total += (int64_t)n;
		tomb_digest_update(digest, (struct tomb_str){chunk, n});
		TOMB_TRY(write_all(fd, (struct tomb_str){chunk, n}, err));
	}
	if (total != put->size_bytes)
		return TOMB_FAIL(err, TOMB_CORRUPT, "the source ends after %lld of %lld bytes", (long long)total,
			(long long)put->size_bytes);
	tomb_digest_final(digest, value, &n);
	if (memcmp(value, put->sha256, sizeof put->sha256) != 0)
		return TOMB_FAIL(err, TOMB_CORRUPT, "the bytes do not have the SHA-256 that was promised");
	return TOMB_OK;
}

/*
 * Gives the file its name unless something has it; an errno if not.  NFS and a few others cannot rename so: there a
 * second name is made and the first one goes.  A crash between the two leaves what a delete of the key removes.
 */
static int publish(int folder, const struct directory_name *name)
{
	if (renameat2(folder, name->partial, folder, name->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	if (linkat(folder, name->partial, folder, name->name, 0) != 0)
		return errno;
	(void)unlinkat(folder, name->partial, 0);
	return 0;
}

/* Writes, makes durable, and publishes: nothing is at the key's name unless all of it is. */
static enum tomb_code fill(const struct tomb_put *put, int folder, int fd, const struct directory_name *name,
	struct tomb_arena *arena, struct tomb_placed *out, struct tomb_err *err)
{
	char etag[DIRECTORY_ETAG_MAX];
	struct statx stx;
	int error = 0;

	TOMB_TRY(copy(put, fd, err));
	error = fsync(fd) == 0 ? directory_look(folder, name->partial, &stx) : errno;
	if (error)
		return TOMB_FAIL(err, directory_code(error), "%s/%s: %s", name->folder, name->partial, strerror(error));
	directory_etag(&stx, etag);
	*out = (struct tomb_placed){tomb_arena_str(arena, tomb_str_from(etag)), TOMB_STR(""), TOMB_STR("")};
	if (!out->etag.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "an ETag");
	error = publish(folder, name);
	if (error == EEXIST)
		return TOMB_FAIL(err, TOMB_CONFLICT, "%s/%s is there already", name->folder, name->name);
	if (error)
		return TOMB_FAIL(err, directory_code(error), "%s/%s: %s", name->folder, name->name, strerror(error));
	return TOMB_OK;
}

enum tomb_code directory_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err)
{
	struct directory_name name;
	struct tomb_placed placed;
	struct statx stx;
	enum tomb_code code = TOMB_OK;
	int error = 0;

	TOMB_TRY(directory_name_of(put->key, &name, err));
	FD_AUTO root = directory_open_folder(directory_of(store), ".");
	FD_AUTO folder = root < 0 ? root : need_folder(root, name.folder, directory_of(store));
	if (folder < 0)
		return TOMB_FAIL(err, directory_code(-folder), "folder %s: %s", name.folder, strerror(-folder));
	if (directory_look(folder, name.name, &stx) == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "%s/%s is there already", name.folder, name.name);
	FD_AUTO fd = directory_open_partial(folder, &name, true);
	if (fd == -EAGAIN)
		return TOMB_FAIL(err, TOMB_CONFLICT, "%s/%s is being stored by another", name.folder, name.name);
	error = fd < 0 ? -fd : ftruncate(fd, 0) == 0 ? 0 : errno;
	if (error)
		return TOMB_FAIL(err, directory_code(error), "%s/%s: %s", name.folder, name.partial, strerror(error));
	code = fill(put, folder, fd, &name, arena, &placed, err);
	if (code != TOMB_OK) {
		(void)unlinkat(folder, name.partial, 0);
		return code;
	}
	/* The root too: whoever made the folder may have crashed before it was safe. */
	if (fsync(folder) != 0 || fsync(root) != 0)
		return TOMB_FAIL(err, TOMB_UNCERTAIN, "%s: fsync: %s", name.folder, strerror(errno));
	*out = placed;
	return TOMB_OK;
}
