/* The content of a MARCXML record: it is refused with a word, or keeps what is promised of a record. */
#include "../lib/marc_oath.h"
#include "tombstone/marc_reader.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 8 << 20, ARENA_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_marc_stored stored;
	struct tomb_err err = {.text = ""};
	const char *why = NULL;

	tomb_buf_put(
		&text, TOMB_STR("<record xmlns='" TOMB_MARC_NAMESPACE "'><leader>00000nam a2200000 a 4500</leader>"));
	tomb_buf_put(&text, (struct tomb_str){(const char *)data, size});
	tomb_buf_put(&text, TOMB_STR("</record>"));
	if (tomb_marc_read_one((struct tomb_str){text.p, text.n}, 0, &arena, &stored, &err) != TOMB_OK)
		why = err.text[0] ? NULL : "an error without a word";
	else
		why = marc_oath_broken(&stored);
	if (!why)
		return 0;
	(void)fprintf(stderr, "%s\n", why);
	abort();
}
