/* A file descriptor that is closed at the end of its scope. */
#ifndef STORAGE_FD_H
#define STORAGE_FD_H

#include "tombstone/base.h"

#include <unistd.h>

static inline void fd_closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define FD_AUTO TOMB_CLEANUP(fd_closep) int

#endif
