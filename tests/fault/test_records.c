/*
 * Every allocation in turn fails while records are read and written, those of libxml2 too: an error that says so or
 * what was asked for, and nothing leaked.
 *
 * wrap: malloc calloc realloc
 * link: xml2
 */
#include "tombstone/dublin_core.h"
#include "tombstone/marc_reader.h"
#include "tombstone/mods.h"

#include "alloc_budget.h"

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 20, BUF_MAX = 1 << 20, TRIES_MAX = 5000 };

typedef enum tomb_code attempt_fn(struct tomb_arena *arena, struct tomb_buf *out, struct tomb_err *err);

/* Tries with 0, 1, 2, ... allocations until it is done.  libxml2 takes some failed allocations for a wrong document. */
static void until_done(attempt_fn *attempt, const char *want)
{
	enum tomb_code code = TOMB_NOMEM;

	for (long tries = 0; code != TOMB_OK; tries++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
		TOMB_BUF_AUTO out = tomb_buf_init(BUF_MAX);
		struct tomb_err err = {.text = ""};

		alloc_budget_set(tries);
		code = attempt(&arena, &out, &err);
		alloc_budget_set(-1);
		xmlResetLastError();
		assert_true(code == TOMB_OK || code == TOMB_NOMEM || code == TOMB_INVAL);
		assert_true(code == TOMB_OK || (err.code == code && err.text[0]));
		if (code == TOMB_OK && out.broken == TOMB_OK)
			assert_non_null(strstr(out.p, want));
		if (out.broken != TOMB_OK)
			code = out.broken;
		assert_true(tries < TRIES_MAX);
	}
}

#define ISO                                                                                                            \
	"00074nam  2200049   4500"                                                                                     \
	"001000200000245002200002\x1e"                                                                                 \
	"1\x1e"                                                                                                        \
	"10\x1f"                                                                                                       \
	"aG\xe8oethe\x1f"                                                                                              \
	"b\x1b(Nkl\x1b(B\x1e\x1d"
#define XML                                                                                                            \
	"<record xmlns='http://www.loc.gov/MARC21/slim'><leader>00000nam a2200000   4500</leader>"                     \
	"<datafield tag='245' ind1='1' ind2='0'><subfield code='a'>Some title</subfield></datafield></record>"
#define MODS                                                                                                           \
	"<modsCollection xmlns='http://www.loc.gov/mods/v3' xmlns:x='urn:x'><mods><titleInfo><title>Some "             \
	"title</title>"                                                                                                \
	"</titleInfo><name><namePart>N</namePart></name><extension><x:a b='c'/></extension></mods></modsCollection>"

static enum tomb_code cross_marc(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_buf *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	struct tomb_dc dc = tomb_dc_init(arena);
	struct tomb_marc_facts facts;
	struct tomb_marc_stored stored;
	struct tomb_marc marc;

	TOMB_TRY(tomb_marc_read_one(text, 0, arena, &stored, err));
	TOMB_TRY(tomb_marc_patch(&stored, 'd', 0, arena, &stored, err));
	TOMB_TRY(tomb_marc_open(&stored, &scratch, &marc, err));
	TOMB_TRY(tomb_marc_facts(&marc, arena, &facts, err));
	TOMB_TRY(tomb_marc_put_xml(&stored, true, (struct tomb_marc_additions){NULL, 0}, out, err));
	TOMB_TRY(tomb_dc_from_marc(&marc, &dc, err));
	return tomb_dc_put(&dc, out, err);
}

static enum tomb_code try_iso(struct tomb_arena *arena, struct tomb_buf *out, struct tomb_err *err)
{
	return cross_marc(TOMB_STR(ISO), arena, out, err);
}

static enum tomb_code try_xml(struct tomb_arena *arena, struct tomb_buf *out, struct tomb_err *err)
{
	return cross_marc(TOMB_STR(XML), arena, out, err);
}

static enum tomb_code try_mods(struct tomb_arena *arena, struct tomb_buf *out, struct tomb_err *err)
{
	struct tomb_dc dc = tomb_dc_init(arena);
	struct tomb_mods_facts facts;
	struct tomb_str kept = {NULL, 0};

	TOMB_TRY(tomb_mods_read_one(TOMB_STR(MODS), arena, &kept, err));
	TOMB_TRY(tomb_mods_facts(kept, arena, &facts, err));
	tomb_mods_put(kept, true, out);
	TOMB_TRY(tomb_dc_from_mods(kept, &dc, err));
	return tomb_dc_put(&dc, out, err);
}

static void records_without_memory_are_no_records(void **state)
{
	(void)state;
	until_done(try_iso, "<dc:title>Go\xcc\x88"
			    "ethe \xd0\x9a\xd0\x9b</dc:title>");
	until_done(try_xml, "<dc:title>Some title</dc:title>");
	until_done(try_mods, "<dc:title>Some title</dc:title>");
}

/* libxml2 allocates by what is wrapped here. */
static void *take(size_t n)
{
	return malloc(n);
}

static void *take_more(void *p, size_t n)
{
	return realloc(p, n);
}

static char *copy(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = malloc(n);

	return p ? memcpy(p, s, n) : NULL;
}

static void be_silent(void *ctx, xmlError *error)
{
	(void)ctx;
	(void)error;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(records_without_memory_are_no_records)};

	if (xmlMemSetup(free, take, take_more, copy) != 0)
		return 1;
	xmlInitParser();
	xmlSetStructuredErrorFunc(NULL, be_silent);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
