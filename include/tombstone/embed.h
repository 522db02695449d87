/* A file that the build put into the program (lib/gen/embed.c). */
#ifndef TOMB_EMBED_H
#define TOMB_EMBED_H

#include "tombstone/str.h"

struct tomb_embedded {
	const char *name;     /* without folders */
	struct tomb_str data; /* followed by a NUL that data.n does not count */
	const char *sha256;   /* of data: 64 lower-case hexadecimal digits */
};

#endif
