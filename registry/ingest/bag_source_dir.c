#include "bag_source.h"

#include "tombstone/read.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct dir {
	struct tomb_bag_source source;
	char *root; /* absolute */
	size_t root_n;
	int root_fd;
	FTS *walk;
	FTSENT *now;
	int fd; /* of the file that is being read; -1 until the first read */
};

static enum tomb_code io_error(const char *verb, const char *path, int error, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_IO, "%s %s: %s", verb, path, strerror(error));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void forget_file(struct dir *d)
{
	if (d->fd >= 0)
		(void)close(d->fd);
	d->fd = -1;
}

static enum tomb_code dir_rewind(struct tomb_bag_source *s, struct tomb_err *err)
{
	struct dir *d = (struct dir *)s;
	char *const roots[] = {d->root, NULL};

	forget_file(d);
	if (d->walk)
		(void)fts_close(d->walk);
	d->walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	return d->walk ? TOMB_OK : io_error("opening", d->root, errno, err);
}

/* Relative to the root; "" for the root itself. */
static struct tomb_str relative(const struct dir *d, const FTSENT *e)
{
	return tomb_str_from(e->fts_level == 0 ? "" : e->fts_path + d->root_n + 1);
}

static enum tomb_code dir_next(struct tomb_bag_source *s, struct tomb_bag_found *out, bool *more, struct tomb_err *err)
{
	struct dir *d = (struct dir *)s;
	struct tomb_bag_found found = {.refusal = NULL};
	FTSENT *e = NULL;

	forget_file(d);
	errno = 0;
	do {
		e = fts_read(d->walk);
	} while (e && e->fts_info == FTS_DP);
	d->now = e;
	if (!e && errno != 0)
		return io_error("listing", d->root, errno, err);
	if (!e) {
		*more = false;
		return TOMB_OK;
	}
	if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS || e->fts_info == FTS_DC)
		return io_error("listing", e->fts_path, e->fts_info == FTS_DC ? ELOOP : e->fts_errno, err);
	found.path = relative(d, e);
	found.is_folder = e->fts_info == FTS_D;
	if (e->fts_info == FTS_SL || e->fts_info == FTS_SLNONE)
		found.refusal = "a symbolic link";
	else if (e->fts_info != FTS_F && !found.is_folder)
		found.refusal = "a device, pipe or socket";
	found.size_bytes = e->fts_statp->st_size;
	found.modified_us = tomb_bag_source_time(e->fts_statp->st_mtim.tv_sec, e->fts_statp->st_mtim.tv_nsec);
	*out = found;
	*more = true;
	return TOMB_OK;
}

/*
 * Opens one component after the other and follows no link: what was listed as a plain file inside the bag may have
 * become a way out of it.
 */
static enum tomb_code open_inside(const struct dir *d, const char *path, int *out, struct tomb_err *err)
{
	char name[NAME_MAX + 1];
	int at = d->root_fd;

	for (const char *from = path;;) {
		const char *slash = strchr(from, '/');
		size_t n = slash ? (size_t)(slash - from) : strlen(from);
		int flags = O_NOFOLLOW | O_CLOEXEC | (slash ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK | O_NOCTTY);
		int fd = -1;
		int error = ENAMETOOLONG;

		if (n < sizeof name) {
			memcpy(name, from, n);
			name[n] = '\0';
			fd = openat(at, name, flags);
			error = errno;
		}
		if (at != d->root_fd)
			(void)close(at);
		if (fd < 0)
			return io_error("opening", path, error, err);
		if (!slash) {
			*out = fd;
			return TOMB_OK;
		}
		at = fd;
		from = slash + 1;
	}
}

static enum tomb_code dir_read(struct tomb_bag_source *s, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct dir *d = (struct dir *)s;
	struct stat st;

	if (d->fd < 0) {
		TOMB_TRY(open_inside(d, relative(d, d->now).p, &d->fd, err));
		if (fstat(d->fd, &st) != 0 || !S_ISREG(st.st_mode))
			return TOMB_FAIL(err, TOMB_CORRUPT, "no longer a plain file: %s", d->now->fts_path);
	}
	return tomb_read_fd(&d->fd, buf, cap, n, err);
}

static struct tomb_str dir_name(const struct tomb_bag_source *s)
{
	const struct dir *d = (const struct dir *)s;

	return tomb_str_from(strrchr(d->root, '/') + 1);
}

static void dir_close(struct tomb_bag_source *s)
{
	struct dir *d = (struct dir *)s;

	forget_file(d);
	if (d->walk)
		(void)fts_close(d->walk);
	if (d->root_fd >= 0)
		(void)close(d->root_fd);
	free(d->root);
}

static const struct tomb_bag_source_ops ops = {dir_rewind, dir_next, dir_read, dir_name, dir_close};

enum tomb_code tomb_bag_source_dir(
	const char *path, struct tomb_arena *arena, struct tomb_bag_source **out, struct tomb_err *err)
{
	struct dir *d = TOMB_NEW(arena, struct dir, 1);

	if (!d)
		return TOMB_FAIL(err, TOMB_NOMEM, "opening %s", path);
	d->source.ops = &ops;
	d->fd = -1;
	d->root_fd = -1;
	d->root = realpath(path, NULL);
	if (d->root)
		d->root_fd = open(d->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->root_fd < 0) {
		int error = errno;

		dir_close(&d->source);
		return io_error("opening", path, error, err);
	}
	d->root_n = strlen(d->root);
	*out = &d->source;
	return TOMB_OK;
}
