#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum tomb_code tomb_spool_open(const char *dir, int *fd, struct tomb_err *err)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/tombstone-XXXXXX", dir);
	int opened = -1;

	if (n < 0 || (size_t)n >= sizeof path)
		return TOMB_FAIL(err, TOMB_IO, "spool directory: the path is too long");
	opened = mkostemp(path, O_CLOEXEC);
	if (opened < 0)
		return TOMB_FAIL(err, TOMB_IO, "spool file in %s: %s", dir, strerror(errno));
	(void)unlink(path); /* a name that stays behind does no harm */
	*fd = opened;
	return TOMB_OK;
}

enum tomb_code tomb_spool_write(int fd, struct tomb_str s, struct tomb_err *err)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return TOMB_FAIL(err, TOMB_IO, "spool file: %s", strerror(errno));
		s = (struct tomb_str){s.p + n, s.n - (size_t)n};
	}
	return TOMB_OK;
}
