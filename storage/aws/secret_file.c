#include "aws/secret_file.h"

#include "fd.h"
#include "tombstone/read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static enum tomb_code fill(
	int fd, const char *path, size_t max, struct tomb_secret_pages *pages, size_t *total, struct tomb_err *err)
{
	char *to = pages->p;
	size_t n = 1;
	size_t at = 0;

	for (; n > 0 && at <= max; at += n)
		TOMB_TRY(tomb_read_fd(&fd, to + at, max + 1 - at, &n, err));
	if (at > max)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: longer than %zu bytes", path, max);
	*total = at;
	return TOMB_OK;
}

enum tomb_code secret_file_read(const char *path, size_t max, struct secret_file *out, struct tomb_err *err)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	TOMB_SECRET_PAGES_AUTO pages = {NULL, 0};
	struct stat st = {0};
	size_t n = 0;

	if (fd < 0)
		return TOMB_FAIL(err, errno == ENOENT ? TOMB_NOTFOUND : TOMB_IO, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return TOMB_FAIL(err, TOMB_INVAL, "%s: not a regular file", path);
	TOMB_TRY(tomb_secret_pages_map(max + 2, &pages, err)); /* one byte too many, and a NUL */
	TOMB_TRY(fill(fd, path, max, &pages, &n, err));
	*out = (struct secret_file){pages, {pages.p, n}, st.st_mode & 07777U};
	((char *)pages.p)[n] = '\0';
	pages.p = NULL;
	return TOMB_OK;
}

void secret_file_fini(struct secret_file *file)
{
	tomb_secret_pages_fini(&file->pages);
	file->text = (struct tomb_str){NULL, 0};
}
