#include "bag_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_AHEAD = 1024 * 1024 }; /* bytes */

struct tar {
	struct tomb_bag_source source;
	const char *path; /* of the tar; for errors */
	int fd;
	int64_t size_bytes; /* of the tar */
	int64_t left;       /* bytes that the members not yet met may have */
	locale_t utf8;
	struct archive *archive;
	struct tomb_arena *arena;
	struct tomb_str folder; /* the bag's, once the first member is met */
};

static enum tomb_code broken(struct tar *t, struct tomb_err *err)
{
	const char *why = archive_error_string(t->archive);

	if (archive_errno(t->archive) == ENOMEM)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", t->path);
	return TOMB_FAIL(err, TOMB_CORRUPT, "%s is damaged, or no plain tar (compressed ones are not read): %s",
		t->path, why ? why : "unknown error");
}

static enum tomb_code tar_rewind(struct tomb_bag_source *s, struct tomb_err *err)
{
	struct tar *t = (struct tar *)s;

	(void)archive_read_free(t->archive);
	t->left = t->size_bytes;
	t->archive = archive_read_new();
	if (!t->archive)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", t->path);
	if (lseek(t->fd, 0, SEEK_SET) != 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", t->path, strerror(errno));
	if (archive_read_support_format_tar(t->archive) != ARCHIVE_OK ||
		archive_read_open_fd(t->archive, t->fd, READ_AHEAD) != ARCHIVE_OK)
		return broken(t, err);
	return TOMB_OK;
}

/* The names of pax headers are UTF-8, and libarchive hands them out in the encoding of the thread's locale. */
static int next_header(struct tar *t, struct archive_entry **entry)
{
	locale_t before = uselocale(t->utf8);
	int code = archive_read_next_header(t->archive, entry);

	(void)uselocale(before);
	return code;
}

static const char *refusal_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return "a hard link";
	if (archive_entry_filetype(entry) == AE_IFLNK)
		return "a symbolic link";
	if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != AE_IFDIR)
		return "a device, pipe or socket";
	return archive_entry_sparse_count(entry) > 0 ? "a sparse file" : NULL;
}

/* Splits "folder/rest", which all members share (RFC 8493 leaves the packing open; 0.97 asks for one folder). */
static enum tomb_code inside(
	struct tar *t, const char *name, bool is_folder, struct tomb_str *rest, struct tomb_err *err)
{
	struct tomb_str folder = {name, 0};

	while (strncmp(folder.p, "./", 2) == 0)
		folder.p += 2 + strspn(folder.p + 2, "/");
	folder.n = strcspn(folder.p, "/");
	*rest = tomb_str_from(folder.p + folder.n + (folder.p[folder.n] == '/'));
	if (folder.n == 0 && rest->n == 0 && is_folder)
		return TOMB_OK; /* "./", as tar writes it for the folder that it was called in */
	if (folder.n == 0 || tomb_str_eq(folder, TOMB_STR(".")) || tomb_str_eq(folder, TOMB_STR("..")))
		return TOMB_FAIL(err, TOMB_INVAL, "a path leads out of the bag: %s", name);
	if (rest->n == 0 && !is_folder)
		return TOMB_FAIL(err, TOMB_INVAL,
			"a tar must hold one folder, which is the bag, and nothing beside it: %s", name);
	if (!t->folder.p)
		t->folder = tomb_arena_str(t->arena, folder);
	if (!t->folder.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", t->path);
	if (!tomb_str_eq(t->folder, folder))
		return TOMB_FAIL(err, TOMB_INVAL, "a tar must hold one folder; this one has %s/ and %.*s/", t->folder.p,
			TOMB_STR_ARG(folder));
	if (is_folder && rest->n && rest->p[rest->n - 1] == '/')
		rest->n--;
	return TOMB_OK;
}

static enum tomb_code tar_next(struct tomb_bag_source *s, struct tomb_bag_found *out, bool *more, struct tomb_err *err)
{
	struct tar *t = (struct tar *)s;
	struct archive_entry *entry = NULL;
	struct tomb_bag_found found = {.refusal = NULL};
	const char *name = NULL;
	int code = next_header(t, &entry);

	if (code == ARCHIVE_EOF) {
		*more = false;
		return TOMB_OK;
	}
	if (code != ARCHIVE_OK)
		return broken(t, err);
	name = archive_entry_pathname(entry);
	if (!name)
		return TOMB_FAIL(err, TOMB_INVAL, "%s has a member whose name is not UTF-8", t->path);
	found.is_folder = archive_entry_filetype(entry) == AE_IFDIR;
	found.refusal = refusal_of(entry);
	TOMB_TRY(inside(t, name, found.is_folder, &found.path, err));
	found.size_bytes = archive_entry_size(entry);
	if (!found.refusal && (found.size_bytes < 0 || found.size_bytes > t->left))
		return TOMB_FAIL(
			err, TOMB_CORRUPT, "%s is cut off: it is too short for this member: %s", t->path, name);
	t->left -= found.refusal ? 0 : found.size_bytes;
	found.modified_us = tomb_bag_source_time(archive_entry_mtime(entry), archive_entry_mtime_nsec(entry));
	*out = found;
	*more = true;
	return TOMB_OK;
}

static enum tomb_code tar_read(struct tomb_bag_source *s, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tar *t = (struct tar *)s;
	la_ssize_t got = archive_read_data(t->archive, buf, cap);

	if (got < 0)
		return broken(t, err);
	*n = (size_t)got;
	return TOMB_OK;
}

static struct tomb_str tar_name(const struct tomb_bag_source *s)
{
	const struct tar *t = (const struct tar *)s;

	return t->folder.p ? t->folder : TOMB_STR("");
}

static void tar_close(struct tomb_bag_source *s)
{
	struct tar *t = (struct tar *)s;

	(void)archive_read_free(t->archive);
	if (t->utf8)
		freelocale(t->utf8);
	(void)close(t->fd);
}

static const struct tomb_bag_source_ops ops = {tar_rewind, tar_next, tar_read, tar_name, tar_close};

enum tomb_code tomb_bag_source_tar(
	const char *path, struct tomb_arena *arena, struct tomb_bag_source **out, struct tomb_err *err)
{
	struct tar *t = TOMB_NEW(arena, struct tar, 1);
	struct tomb_str copy = tomb_arena_str(arena, tomb_str_from(path));
	struct stat st;

	if (!t || !copy.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "opening %s", path);
	t->source.ops = &ops;
	t->path = copy.p;
	t->arena = arena;
	t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (t->fd < 0)
		return TOMB_FAIL(err, TOMB_IO, "opening %s: %s", path, strerror(errno));
	if (fstat(t->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		tar_close(&t->source);
		return TOMB_FAIL(err, TOMB_INVAL, "neither a folder nor a regular file: %s", path);
	}
	t->size_bytes = st.st_size;
	t->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!t->utf8) {
		tar_close(&t->source);
		return TOMB_FAIL(err, TOMB_IO, "the locale C.UTF-8, in which names are read, is not installed");
	}
	*out = &t->source;
	return TOMB_OK;
}
