#include "tombstone/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *slug;
	int http;
	enum tomb_retry retry;
	const char *text;
} table[] = {
#define TOMB_ERR(code, slug_, http_, retry_, text_) [TOMB_##code] = {slug_, http_, TOMB_RETRY_##retry_, text_},
#include "tombstone/err.def"
#undef TOMB_ERR
};

_Static_assert(TOMB_COUNTOF(table) == TOMB_CODE_MAX, "err.def");

enum tomb_code tomb_err_set(struct tomb_err *err, enum tomb_code code, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	err->file = file;
	err->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return code;
}

enum tomb_code tomb_err_in(struct tomb_err *err, const char *what)
{
	size_t n = strlen(what);
	size_t room = sizeof err->text;

	if (n + 3 > room)
		return err->code;
	memmove(err->text + n + 2, err->text, room - n - 2);
	memcpy(err->text, what, n);
	memcpy(err->text + n, ": ", 2);
	err->text[room - 1] = '\0';
	return err->code;
}

const char *tomb_code_slug(enum tomb_code code)
{
	return table[code].slug;
}

const char *tomb_code_text(enum tomb_code code)
{
	return table[code].text;
}

int tomb_code_http(enum tomb_code code)
{
	return table[code].http;
}

enum tomb_retry tomb_code_retry(enum tomb_code code)
{
	return table[code].retry;
}
