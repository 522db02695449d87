#include "directory/directory.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

enum { FILE_MODE = 0640 };

/* Is the open file still the one with the name?  Another may have published or unlinked it before the lock was ours. */
static int check_still_named(int folder, const char *name, int fd)
{
	struct statx named;
	struct statx ours;
	int error = directory_look(folder, name, &named);

	if (error)
		return error == ENOENT ? EAGAIN : error;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &ours) != 0)
		return errno;
	if (!S_ISREG(ours.stx_mode))
		return ENOTDIR;
	return named.stx_ino == ours.stx_ino ? 0 : EAGAIN;
}

static int try_open(int folder, const struct directory_name *name, int flags)
{
	int fd = openat(folder, name->partial, flags, FILE_MODE);
	int error = 0;

	if (fd < 0)
		return -errno;
	/* NFS locks only what is open for writing. */
	error = flock(fd, LOCK_EX | LOCK_NB) == 0 ? check_still_named(folder, name->partial, fd) : errno;
	if (!error)
		return fd;
	(void)close(fd);
	return -error;
}

int directory_open_partial(int folder, const struct directory_name *name, bool create)
{
	int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (create ? O_CREAT : 0);
	int fd = -EAGAIN;

	/* A name that changed hands in between is EAGAIN, and so is one that is locked: three times is enough. */
	for (int i = 0; i < 3 && fd == -EAGAIN; i++)
		fd = try_open(folder, name, flags);
	return fd;
}
