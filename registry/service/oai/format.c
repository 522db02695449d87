#include "format.h"

static const struct tomb_oai_format_words formats[] = {
#define TOMB_OAI_FORMAT(name, prefix, schema, space) {prefix, schema, space},
#include "format.def"
#undef TOMB_OAI_FORMAT
};

const struct tomb_oai_format_words *tomb_oai_format_words(enum tomb_oai_format format)
{
	return &formats[format];
}

enum tomb_oai_format tomb_oai_format_find(struct tomb_str prefix)
{
	int found = 0;

	while (found < TOMB_OAI_FORMAT_MAX && !tomb_str_eq(prefix, tomb_str_from(formats[found].prefix)))
		found++;
	return (enum tomb_oai_format)found;
}
