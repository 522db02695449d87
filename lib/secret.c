#include "tombstone/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

void tomb_random(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0) {
			if (errno == EINTR)
				continue;
			abort();
		}
		at += got;
		n -= (size_t)got;
	}
}

void tomb_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

bool tomb_secret_eq(struct tomb_str a, struct tomb_str b)
{
	const volatile char *x = a.p; /* volatile: no early exit for the optimizer to find */
	const volatile char *y = b.p;
	unsigned differs = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		differs |= (unsigned)(x[i] ^ y[i]);
	return differs == 0;
}

void tomb_secret_fini(struct tomb_secret *secret)
{
	tomb_wipe(secret, sizeof *secret);
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* read only: nothing to lose */
}

/* Reads until the end or until out is full. */
static enum tomb_code fill(const char *path, char *out, size_t cap, size_t *n, struct tomb_err *err)
{
	TOMB_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t total = 0;
	ssize_t got = 1;

	if (fd < 0)
		return TOMB_FAIL(err, TOMB_IO, "secret file %s: %s", path, strerror(errno));
	while (got != 0 && total < cap) {
		got = read(fd, out + total, cap - total);
		if (got > 0)
			total += (size_t)got;
		else if (got < 0 && errno != EINTR)
			return TOMB_FAIL(err, TOMB_IO, "secret file %s: %s", path, strerror(errno));
	}
	*n = total;
	return TOMB_OK;
}

/* The file's bytes while they are checked: room for a line end after the longest secret, and for one byte too many. */
struct raw {
	char bytes[TOMB_SECRET_MAX + 3];
	size_t n;
};

static void raw_fini(struct raw *raw)
{
	tomb_wipe(raw, sizeof *raw);
}

static void drop_line_end(struct raw *raw)
{
	if (raw->n > 0 && raw->bytes[raw->n - 1] == '\n')
		raw->n--;
	if (raw->n > 0 && raw->bytes[raw->n - 1] == '\r')
		raw->n--;
}

enum tomb_code tomb_secret_read(const char *path, struct tomb_secret *out, struct tomb_err *err)
{
	TOMB_CLEANUP(raw_fini) struct raw raw = {.n = 0};

	TOMB_TRY(fill(path, raw.bytes, sizeof raw.bytes, &raw.n, err));
	drop_line_end(&raw);
	if (raw.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "secret file %s is empty", path);
	if (raw.n > TOMB_SECRET_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "secret file %s: more than %d bytes", path, TOMB_SECRET_MAX);
	if (memchr(raw.bytes, '\0', raw.n) || memchr(raw.bytes, '\n', raw.n))
		return TOMB_FAIL(err, TOMB_INVAL, "secret file %s: it must hold one line, without NUL bytes", path);
	tomb_wipe(out, sizeof *out);
	memcpy(out->text, raw.bytes, raw.n);
	out->n = raw.n;
	return TOMB_OK;
}
