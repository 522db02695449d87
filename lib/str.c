#include "tombstone/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void tomb_buf_fini(struct tomb_buf *b)
{
	free(b->p);
	*b = tomb_buf_init(b->max);
}

void tomb_buf_reset(struct tomb_buf *b)
{
	b->n = 0;
	b->broken = TOMB_OK;
}

/* Makes room for more bytes and a NUL; false, with the buffer marked, if that cannot be had. */
static bool reserve(struct tomb_buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 64;
	char *p = NULL;

	if (b->broken != TOMB_OK)
		return false;
	if (more > b->max - b->n) {
		b->broken = TOMB_TOOBIG;
		return false;
	}
	while (cap < b->n + more + 1)
		cap *= 2;
	if (cap == b->cap)
		return true;
	p = realloc(b->p, cap);
	if (!p) {
		b->broken = TOMB_NOMEM;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void tomb_buf_put(struct tomb_buf *b, struct tomb_str s)
{
	if (s.n == 0 || !reserve(b, s.n))
		return;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

/* Most of what is written fits into the room that is there: formatting it only to measure would be done twice. */
void tomb_buf_putf(struct tomb_buf *b, const char *fmt, ...)
{
	size_t room = b->broken == TOMB_OK && b->p ? b->cap - b->n : 0;
	va_list ap;
	va_list again;
	int n = 0;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
	if (n > 0 && reserve(b, (size_t)n)) {
		if ((size_t)n >= room)
			(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	} else if (room) {
		b->p[b->n] = '\0';
	}
	va_end(again);
	va_end(ap);
}

enum tomb_code tomb_buf_done(const struct tomb_buf *b, struct tomb_str *out, struct tomb_err *err)
{
	if (b->broken == TOMB_TOOBIG)
		return TOMB_FAIL(err, TOMB_TOOBIG, "more than %zu bytes", b->max);
	if (b->broken != TOMB_OK)
		return TOMB_FAIL(err, b->broken, "after %zu bytes", b->n);
	*out = (struct tomb_str){b->p ? b->p : "", b->n};
	return TOMB_OK;
}
