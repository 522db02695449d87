/* Files of MARC records: each is refused with a word, or keeps what is promised of a record.  The first byte says in
 * what pieces the file comes. */
#include "../lib/marc_oath.h"
#include "tombstone/marc_reader.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
	struct tomb_str rest;
	size_t piece;
};

static enum tomb_code supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct source *s = arg;

	(void)err;
	*n = s->rest.n < s->piece ? s->rest.n : s->piece;
	*n = *n < cap ? *n : cap;
	memcpy(buf, s->rest.p, *n);
	s->rest = (struct tomb_str){s->rest.p + *n, s->rest.n - *n};
	return TOMB_OK;
}

static void check(const char *why)
{
	if (!why)
		return;
	(void)fprintf(stderr, "%s\n", why);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {{(const char *)data + 1, size - 1}, 1};
	TOMB_MARC_READER_AUTO *r = NULL;
	struct tomb_err err = {.text = ""};
	struct tomb_marc_item item;
	int64_t number = 0;

	if (size == 0)
		return 0;
	source.piece = (size_t)data[0] + 1;
	check(tomb_marc_reader_open(supply, &source, 0, &r, &err) == TOMB_OK ? NULL : "it does not open");
	for (;;) {
		if (tomb_marc_reader_next(r, &item, &err) != TOMB_OK) {
			check(err.text[0] ? NULL : "an error without a word");
			return 0;
		}
		if (item.found == TOMB_MARC_END)
			return 0;
		check(item.number == ++number ? NULL : "records are counted wrong");
		if (item.found == TOMB_MARC_BAD)
			check(strncmp(item.problem.text, "record ", 7) == 0 ? NULL : "a problem without a place");
		else
			check(marc_oath_broken(&item.record));
	}
}
