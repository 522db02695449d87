#include "tombstone/read.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum tomb_code tomb_read_fd(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	const int *fd = arg;
	ssize_t got = 0;

	do {
		got = read(*fd, buf, cap);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return TOMB_FAIL(err, TOMB_IO, "read: %s", strerror(errno));
	*n = (size_t)got;
	return TOMB_OK;
}
