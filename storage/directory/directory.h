/* A directory store: a folder of a POSIX file system.  Shared by the files of this folder. */
#ifndef STORAGE_DIRECTORY_H
#define STORAGE_DIRECTORY_H

#include "directory/name.h"
#include "store_kind.h"

#include <sys/stat.h>

struct directory {
	struct tomb_store store;
	int root; /* O_PATH, held open: what is mounted or linked at its path later does not matter */
};

/* store is always a struct directory's first member. */
static inline struct directory *directory_of(struct tomb_store *store)
{
	return (struct directory *)(void *)store;
}

/*
 * Opens a folder below the root, "." for the root itself, without ever following a link or leaving the root.
 * Returns a descriptor, or -errno.
 */
int directory_open_folder(const struct directory *dir, const char *folder);

/* Looks at a name in a folder, without following it.  Returns 0, or an errno. */
int directory_look(int folder, const char *name, struct statx *out);

/*
 * Opens the file under which a key's bytes arrive, and locks it: whoever has the lock may write, publish or unlink it.
 * Returns a descriptor, or -errno: EAGAIN when another has the lock, ENOENT when it is not there and create is false.
 */
int directory_open_partial(int folder, const struct directory_name *name, bool create);

enum { DIRECTORY_ETAG_MAX = 64 };

/* The ETag of a file: size and time of last change of its bytes. */
char *directory_etag(const struct statx *stx, char out[static DIRECTORY_ETAG_MAX]);

bool directory_is_locked(const struct statx *stx); /* immutable or append-only (chattr) */

/* An errno as a code. */
enum tomb_code directory_code(int error);

enum tomb_code directory_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err);
void directory_delete_one(struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
	struct tomb_result *result);
void directory_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n,
	struct tomb_arena *arena, struct tomb_result *results);

#endif
