#include "htmlgen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void die(struct where w, const char *fmt, ...)
{
	va_list ap;
	int line = 1;

	for (const char *p = w.in->text; p < w.at; p++)
		line += *p == '\n';
	(void)fprintf(stderr, "%s:%d: ", w.in->path, line);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(1);
}

bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f';
}

static _Noreturn void refuse(const char *path, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", path, why);
	exit(1);
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;

	if (!f)
		refuse(path, strerror(errno));
	text = malloc(SOURCE_MAX + 1);
	if (!text)
		refuse(path, "no memory");
	*n = fread(text, 1, SOURCE_MAX + 1, f);
	if (ferror(f))
		refuse(path, "cannot be read");
	if (*n > SOURCE_MAX)
		refuse(path, "is too large for a template");
	(void)fclose(f);
	text[*n] = '\0';
	return text;
}

const struct source *source_open(struct source **list, const char *path)
{
	struct source *s = *list;
	char *text = NULL;

	while (s && strcmp(s->path, path) != 0)
		s = s->next;
	if (s)
		return s;
	s = calloc(1, sizeof *s);
	if (!s || strlen(path) >= sizeof s->path)
		refuse(path, "name too long, or no memory");
	memcpy(s->path, path, strlen(path) + 1);
	text = slurp(path, &s->n);
	s->text = text;
	for (size_t i = 0; i < s->n; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n' && text[i] != '\t')
			die((struct where){s, text + i}, "control character 0x%02x", (unsigned)(unsigned char)text[i]);
	if (s->n > 0 && text[s->n - 1] == '\n')
		text[--s->n] = '\0';
	s->next = *list;
	*list = s;
	return s;
}
