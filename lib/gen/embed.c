/*
 * embed OUT.h OUT.c NAME [FILE...]: puts files into the program.  OUT.h declares struct tomb_embedded NAME[], in the
 * order given, and NAME_count.
 */
#include "tombstone/embed.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES_MAX = 16 * 1024 * 1024 }; /* what people write, not what machines produce */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static _Noreturn void die(const char *path, const char *why)
{
	fprintf(stderr, "embed: %s: %s\n", path, why);
	exit(1);
}

static void read_file(const char *path, struct tomb_buf *b)
{
	char chunk[64 * 1024];
	size_t n = 0;
	FILE *f = fopen(path, "rb");

	if (!f)
		die(path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		tomb_buf_put(b, (struct tomb_str){chunk, n});
	if (ferror(f))
		die(path, strerror(errno));
	(void)fclose(f);
}

/* The bytes as a string literal, a line of it for each line of the file. */
static void put_literal(FILE *c, struct tomb_str s)
{
	fputs("\t\t\"", c);
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char byte = (unsigned char)s.p[i];

		if (byte == '\n')
			fputs(i + 1 < s.n ? "\\n\"\n\t\t\"" : "\\n", c);
		else if (byte == '"' || byte == '\\' || byte == '?') /* two question marks could begin a trigraph */
			fprintf(c, "\\%c", byte);
		else if (isascii(byte) && isprint(byte))
			fputc(byte, c);
		else
			fprintf(c, "\\%03o", byte);
	}
	fputs("\"", c);
}

static void put_file(FILE *c, const char *path)
{
	TOMB_BUF_AUTO b = tomb_buf_init(FILE_BYTES_MAX);
	struct tomb_str data;
	struct tomb_err err;
	uint8_t digest[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	read_file(path, &b);
	if (tomb_buf_done(&b, &data, &err) != TOMB_OK)
		die(path, err.text);
	tomb_sha256(data, digest);
	fprintf(c, "\t{\"%s\", {\n", base_name(path));
	put_literal(c, data);
	fprintf(c, ",\n\t\t%zu}, \"%s\"},\n", data.n, tomb_hex_encode(digest, sizeof digest, hex));
}

static void put_header(FILE *h, const char *name)
{
	fprintf(h, "/* Written by lib/gen/embed; do not edit. */\n#ifndef ");
	for (const char *c = name; *c; c++)
		fputc(toupper((unsigned char)*c), h);
	fprintf(h, "_H\n#define ");
	for (const char *c = name; *c; c++)
		fputc(toupper((unsigned char)*c), h);
	fprintf(h,
		"_H\n\n#include \"tombstone/embed.h\"\n\n"
		"extern const struct tomb_embedded %s[];\nextern const size_t %s_count;\n\n#endif\n",
		name, name);
}

int main(int argc, char **argv)
{
	FILE *h = NULL;
	FILE *c = NULL;

	if (argc < 4)
		return fprintf(stderr, "usage: embed OUT.h OUT.c NAME [FILE...]\n"), 2;
	h = fopen(argv[1], "w");
	c = fopen(argv[2], "w");
	if (!h || !c)
		return perror("embed: cannot write"), 1;
	put_header(h, argv[3]);
	/* ISO C promises literals of 4,095 bytes only; gcc and clang have no limit. */
	fprintf(c,
		"/* Written by lib/gen/embed; do not edit. */\n#include \"%s\"\n\n"
		"#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"
		"const struct tomb_embedded %s[] = {\n",
		base_name(argv[1]), argv[3]);
	for (int i = 4; i < argc; i++)
		put_file(c, argv[i]);
	fprintf(c, "\t{0},\n};\nconst size_t %s_count = %d;\n", argv[3], argc - 4);
	if (fclose(h) != 0 || fclose(c) != 0)
		return perror("embed: cannot write"), 1;
	return 0;
}
