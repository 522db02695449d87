#include "aws/credential.h"

#include "fd.h"
#include "tombstone/read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

void credential_wipe(struct credential *c)
{
	explicit_bzero(c, sizeof *c);
}

static enum tomb_code check_private(int fd, const char *path, struct tomb_err *err)
{
	struct stat st = {0};

	if (fstat(fd, &st) != 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return TOMB_FAIL(err, TOMB_INVAL, "%s: not a regular file", path);
	if (st.st_mode & 077)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "%s: mode %04o lets others at the key; make it 0600", path,
			(unsigned)st.st_mode & 07777U);
	return TOMB_OK;
}

static enum tomb_code check_text(struct tomb_str text, const char *what, struct tomb_err *err)
{
	if (text.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: empty", what);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 127)
			return TOMB_FAIL(err, TOMB_INVAL, "%s: a key is one line of printable ASCII", what);
	return TOMB_OK;
}

enum tomb_code credential_set(struct tomb_str text, const char *what, struct credential *out, struct tomb_err *err)
{
	if (text.n >= sizeof out->text)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: longer than %d bytes", what, CREDENTIAL_MAX - 1);
	TOMB_TRY(check_text(text, what, err));
	memcpy(out->text, text.p, text.n);
	out->n = text.n;
	return TOMB_OK;
}

enum tomb_code credential_read(const char *path, struct credential *out, struct tomb_err *err)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t n = 1;

	if (fd < 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", path, strerror(errno));
	TOMB_TRY(check_private(fd, path, err));
	for (out->n = 0; n > 0 && out->n < sizeof out->text; out->n += n)
		TOMB_TRY(tomb_read_fd(&fd, out->text + out->n, sizeof out->text - out->n, &n, err));
	if (out->n == sizeof out->text)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: longer than %d bytes", path, CREDENTIAL_MAX - 1);
	while (out->n && (out->text[out->n - 1] == '\n' || out->text[out->n - 1] == '\r'))
		out->n--;
	return check_text(credential_str(out), path, err);
}
