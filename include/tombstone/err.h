/*
 * Errors.
 *
 * A function that can fail returns enum tomb_code and takes a struct tomb_err * as its last parameter.  It returns
 * TOMB_OK, and leaves *err alone, or it returns a code and has filled *err.  Out parameters are written only on
 * TOMB_OK.
 */
#ifndef TOMB_ERR_H
#define TOMB_ERR_H

#include "tombstone/base.h"

enum tomb_code {
#define TOMB_ERR(code, slug, http, retry, text) TOMB_##code,
#include "tombstone/err.def"
#undef TOMB_ERR
	TOMB_CODE_MAX
};

enum tomb_retry { TOMB_RETRY_NEVER, TOMB_RETRY_NOW, TOMB_RETRY_LATER };

/* What went wrong, for one reader: the person who reads the log.  Caller-owned; needs no destruction. */
struct tomb_err {
	enum tomb_code code;
	const char *file; /* static storage */
	int line;
	char text[512]; /* NUL-terminated, truncated if longer */
};

/* Fills err and returns code, so that a failure is one statement: return TOMB_FAIL(err, TOMB_NOTFOUND, "job %d", id).
 * The comma lets a reader of one file, such as an analyzer, see that the result is not TOMB_OK. */
#define TOMB_FAIL(err, code, ...) (tomb_err_set((err), (code), __FILE__, __LINE__, __VA_ARGS__), (code))

/* Returns from the enclosing function if expr fails.  The only macro in the project that hides a return. */
#define TOMB_TRY(expr)                                                                                                 \
	do {                                                                                                           \
		enum tomb_code try_ = (expr);                                                                          \
		if (try_ != TOMB_OK)                                                                                   \
			return try_;                                                                                   \
	} while (0)

enum tomb_code tomb_err_set(struct tomb_err *err, enum tomb_code code, const char *file, int line, const char *fmt, ...)
	TOMB_PRINTF(5, 6);

/* Prefixes "what: " to the text.  For module boundaries only; inner functions pass errors up untouched. */
enum tomb_code tomb_err_in(struct tomb_err *err, const char *what);

const char *tomb_code_slug(enum tomb_code code);
const char *tomb_code_text(enum tomb_code code); /* for people: what the code means, in a few words */
int tomb_code_http(enum tomb_code code);
enum tomb_retry tomb_code_retry(enum tomb_code code);

#endif
