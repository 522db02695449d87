/* The content of a MODS record: it is refused with a word, or what is kept reads as itself, and has facts and Dublin
 * Core. */
#include "tombstone/dublin_core.h"
#include "tombstone/mods.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 16 << 20, ARENA_MAX = 64 << 20 };

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_kept(struct tomb_str kept, struct tomb_arena *arena)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
	struct tomb_dc dc = tomb_dc_init(arena);
	struct tomb_mods_facts facts;
	struct tomb_str again;
	struct tomb_err err;

	check(tomb_mods_read_one(kept, arena, &again, &err) == TOMB_OK && tomb_str_eq(kept, again));
	tomb_mods_put(kept, true, &out);
	check(tomb_mods_read_one((struct tomb_str){out.p, out.n}, arena, &again, &err) == TOMB_OK);
	check(tomb_str_eq(kept, again));
	check(tomb_mods_facts(kept, arena, &facts, &err) == TOMB_OK && facts.title.p);
	check(tomb_dc_from_mods(kept, &dc, &err) == TOMB_OK && tomb_dc_put(&dc, &out, &err) == TOMB_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_str kept = {NULL, 0};
	struct tomb_err err = {.text = ""};

	tomb_buf_put(&text, TOMB_STR("<mods xmlns='" TOMB_MODS_NAMESPACE "' xmlns:x='urn:x' "
				     "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"));
	tomb_buf_put(&text, (struct tomb_str){(const char *)data, size});
	tomb_buf_put(&text, TOMB_STR("</mods>"));
	if (tomb_mods_read_one((struct tomb_str){text.p, text.n}, &arena, &kept, &err) != TOMB_OK)
		check(err.text[0] != '\0');
	else
		check_kept(kept, &arena);
	return 0;
}
