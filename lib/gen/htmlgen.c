/*
 * htmlgen OUT.h OUT.c PAGE.html...: compiles templates to C.
 *
 * A page starts with what it is given: {{struct NAME: TYPE FIELD, ..., each LIST: TYPE FIELD, ... end}}, TYPE being
 * str, int, bool, size (bytes) or time (us since 1970); lists may hold lists.  Then HTML with
 *
 *   {{FIELD}}                            written as its place in HTML requires
 *   {{int FIELD}}                        a size as a plain number
 *   {{if FIELD}} {{else if FIELD}} {{else}} {{end}}   true: a bool, or what is not empty and not 0
 *   {{each LIST}} {{end}}                the fields of all enclosing rows are in reach, the nearest first
 *   {{> part/NAME}}                      puts a part in, as if it had been typed here
 *   {{# ...}}                            a comment
 *
 * {{layout part/NAME}} above {{struct}} puts the page in the place of {{body}} in that file.  A layout or part may
 * start with fields of its own, {{fields NAME: ...}}; they become the member "struct html_NAME NAME" of the page's
 * struct, and are written {{NAME.FIELD}}.  Files are looked for in the folder of the page.
 *
 * The place of a field decides its escaping: text, quoted attribute, address.  Where no escaping would be safe (a tag
 * or attribute name, an unquoted attribute, an on* or style attribute, a comment, a script) it is an error, at build
 * time.
 */
#include "htmlgen.h"

#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* #ifndef HTML_GEN_H, or #define */
static void write_guard(FILE *h, const char *directive, const char *path)
{
	(void)fprintf(h, "#%s ", directive);
	for (const char *p = base_name(path); *p; p++) {
		bool is_lower = *p >= 'a' && *p <= 'z';

		(void)fputc(is_lower ? *p - 'a' + 'A' : '_', h);
	}
	(void)fputc('\n', h);
}

static int save(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "wb");
	size_t written = f ? fwrite(text, 1, n, f) : 0;

	if (!f || fclose(f) != 0 || written != n) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct records records;
	static struct page page;
	static struct source *sources;
	char *text[2] = {NULL, NULL};
	size_t n[2] = {0, 0};
	FILE *h = open_memstream(&text[0], &n[0]);
	FILE *c = open_memstream(&text[1], &n[1]);
	int failed = 0;

	if (argc < 4)
		return fprintf(stderr, "usage: htmlgen OUT.h OUT.c PAGE.html...\n"), 2;
	if (!h || !c)
		return perror("htmlgen"), 1;
	(void)fputs("/* Written by lib/gen/htmlgen; do not edit. */\n", h);
	write_guard(h, "ifndef", argv[1]);
	write_guard(h, "define", argv[1]);
	(void)fputs("\n#include \"tombstone/html.h\"\n\n", h);
	(void)fprintf(c, "/* Written by lib/gen/htmlgen; do not edit. */\n#include \"%s\"\n", base_name(argv[1]));
	for (int i = 3; i < argc; i++) {
		page_read(&page, &records, &sources, argv[i]);
		page_write(h, c, &page);
	}
	(void)fputs("#endif\n", h);
	if (fclose(h) != 0 || fclose(c) != 0)
		return perror("htmlgen"), 1;
	failed = save(argv[1], text[0], n[0]) || save(argv[2], text[1], n[1]);
	free(text[0]);
	free(text[1]);
	return failed;
}
