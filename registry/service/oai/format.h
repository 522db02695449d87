/* The forms in which a record can be had: what OAI-PMH calls metadata formats. */
#ifndef TOMB_OAI_FORMAT_H
#define TOMB_OAI_FORMAT_H

#include "tombstone/str.h"

enum tomb_oai_format {
#define TOMB_OAI_FORMAT(name, prefix, schema, space) TOMB_OAI_FORMAT_##name,
#include "format.def"
#undef TOMB_OAI_FORMAT
	TOMB_OAI_FORMAT_MAX
};

struct tomb_oai_format_words {
	const char *prefix;
	const char *schema;
	const char *space; /* the namespace */
};

const struct tomb_oai_format_words *tomb_oai_format_words(enum tomb_oai_format format);

/* TOMB_OAI_FORMAT_MAX if no format has this prefix. */
enum tomb_oai_format tomb_oai_format_find(struct tomb_str prefix);

#endif
