/*
 * Strings.
 *
 * struct tomb_str borrows bytes: it is passed by value, need not end in NUL, and never frees.
 * struct tomb_buf owns bytes: it grows up to a limit fixed at birth.  An append that fails marks the buffer broken and
 * every later append does nothing, so a writer checks once, with tomb_buf_done(), at the end.
 */
#ifndef TOMB_STR_H
#define TOMB_STR_H

#include "tombstone/err.h"

#include <string.h>

struct tomb_str {
	const char *p;
	size_t n;
};

#define TOMB_STR(literal) ((struct tomb_str){"" literal, sizeof(literal) - 1})
#define TOMB_STR_ARG(s) (int)((s).n > 4096 ? 4096 : (s).n), (s).p /* for "%.*s" */

static inline struct tomb_str tomb_str_from(const char *cstr)
{
	return (struct tomb_str){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool tomb_str_eq(struct tomb_str a, struct tomb_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

struct tomb_buf {
	char *p; /* NULL or NUL-terminated at p[n] */
	size_t n;
	size_t cap;
	size_t max;            /* bytes; n never exceeds it */
	enum tomb_code broken; /* TOMB_OK, TOMB_NOMEM or TOMB_TOOBIG */
};

#define TOMB_BUF_AUTO TOMB_CLEANUP(tomb_buf_fini) struct tomb_buf

static inline struct tomb_buf tomb_buf_init(size_t max)
{
	return (struct tomb_buf){.max = max};
}

void tomb_buf_fini(struct tomb_buf *b);  /* leaves b as after tomb_buf_init() */
void tomb_buf_reset(struct tomb_buf *b); /* keeps the memory */
void tomb_buf_put(struct tomb_buf *b, struct tomb_str s);
void tomb_buf_putf(struct tomb_buf *b, const char *fmt, ...) TOMB_PRINTF(2, 3);

/* The verdict on everything written so far.  On TOMB_OK, *out borrows from b until b is next changed. */
enum tomb_code tomb_buf_done(const struct tomb_buf *b, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
