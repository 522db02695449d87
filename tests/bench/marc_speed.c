/*
 * marc_speed WHAT RECORDS: how many records of about 1.5 kB are read or written in a second; prints {"records_per_s":
 *N}.
 *
 *	read   ISO 2709 of others to what is kept
 *	xml    what is kept to MARCXML
 *	dc     what is kept to oai_dc
 *	file   nothing is measured: so many records on stdout, for others to read
 */
#include "tombstone/clock.h"
#include "tombstone/dublin_core.h"
#include "tombstone/marc_builder.h"
#include "tombstone/marc_reader.h"
#include "tombstone/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { OUT_MAX = 1 << 20, ARENA_MAX = 1 << 20 };

static const struct {
	const char *tag;
	const char *indicators;
	const char *data; /* subfields with '$' */
} fields[] = {
	{"010", "  ", "$a   2002027497"},
	{"020", "  ", "$a0786808772"},
	{"020", "  ", "$a0786816155 (pbk.)"},
	{"035", "  ", "$a(OCoLC)49936389"},
	{"040", "  ", "$aDLC$cDLC$dDLC"},
	{"050", "00", "$aPZ7.C3315$bSu 2002"},
	{"082", "00", "$a[Fic]$221"},
	{"100", "1 ", "$aChabon, Michael,$d1963-$eauthor$0http://id.loc.gov/authorities/names/n87108350"},
	{"245", "10", "$aSummerland :$ba novel of baseball, fairies and the end of the world /$cMichael Chabon."},
	{"250", "  ", "$a1st ed."},
	{"260", "  ", "$aNew York :$bMiramax Books/Hyperion Books for Children,$cc2002."},
	{"300", "  ", "$a500 p. ;$c22 cm."},
	{"336", "  ", "$atext$btxt$2rdacontent"},
	{"337", "  ", "$aunbeschr\xc3\xa4nkt$bn$2rdamedia"},
	{"500", "  ",
		"$a\"Talk Miramax books.\" A first edition with the author's signature & a map on the endpapers."},
	{"520", "  ",
		"$aEthan Feld, the worst baseball player in the history of the game, finds himself recruited by a "
		"100-year-old scout to help a band of fairies triumph over an ancient enemy."},
	{"650", " 1", "$aFantasy."},
	{"650", " 1", "$aBaseball$vFiction$0http://id.loc.gov/authorities/subjects/sh2008116129"},
	{"650", " 1", "$aMagic$vJuvenile fiction."},
	{"651", " 0", "$aWashington (State)$vFiction."},
	{"655", " 7", "$aFantasy fiction.$2lcgft"},
	{"856", "41", "$uhttp://www.loc.gov/catdir/description/hyp041/2002027497.html?a=1&b=2$3Publisher description"},
	{"999", "ff", "$i00000000-0000-4000-8000-000000000001$s00000000-0000-4000-8000-000000000002"},
};

static void fail(const char *why)
{
	(void)fprintf(stderr, "marc_speed: %s\n", why);
	exit(1);
}

static void build(struct tomb_buf *out, struct tomb_marc_stored *stored)
{
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	struct tomb_err err;

	tomb_marc_builder_begin(&b, TOMB_STR("00000cam a2200000 a 4500"));
	tomb_marc_builder_control(&b, TOMB_STR("001"), TOMB_STR("in00000012883376"));
	tomb_marc_builder_control(&b, TOMB_STR("008"), TOMB_STR("020805s2002    nyu    j      000 1 eng  "));
	for (size_t i = 0; i < TOMB_COUNTOF(fields); i++) {
		const char *at = fields[i].data;

		tomb_marc_builder_field(&b, tomb_str_from(fields[i].tag), tomb_str_from(fields[i].indicators));
		while (*at) {
			const char *end = strchrnul(at + 1, '$');

			tomb_marc_builder_subfield(&b, at[1], (struct tomb_str){at + 2, (size_t)(end - at) - 2});
			at = end;
		}
	}
	if (tomb_marc_builder_done(&b, INT64_C(1709208000000000), out, stored, &err) != TOMB_OK)
		fail(err.text);
}

struct bench {
	const struct tomb_marc_stored *stored;
	int64_t left; /* records still to be handed out */
	size_t at;    /* in the one at hand */
	struct tomb_buf out;
	struct tomb_arena arena;
};

/* The record again and again. */
static enum tomb_code supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct bench *b = arg;
	struct tomb_str s = b->stored->bytes;
	char *to = buf;

	(void)err;
	for (*n = 0; b->left > 0 && *n < cap;) {
		size_t some = s.n - b->at < cap - *n ? s.n - b->at : cap - *n;

		memcpy(to + *n, s.p + b->at, some);
		*n += some;
		b->at += some;
		b->left -= b->at == s.n;
		b->at %= s.n;
	}
	return TOMB_OK;
}

static void read_all(struct bench *b, int64_t n, struct tomb_err *err)
{
	TOMB_MARC_READER_AUTO *r = NULL;
	struct tomb_marc_item item;

	b->left = n;
	if (tomb_marc_reader_open(supply, b, 0, &r, err) != TOMB_OK)
		fail(err->text);
	do {
		if (tomb_marc_reader_next(r, &item, err) != TOMB_OK || item.found == TOMB_MARC_BAD)
			fail("a record is not read");
	} while (item.found != TOMB_MARC_END);
	if (item.number != n + 1)
		fail("records are missing");
}

static void write_xml(struct bench *b, int64_t n, struct tomb_err *err)
{
	for (int64_t i = 0; i < n; i++) {
		tomb_buf_reset(&b->out);
		if (tomb_marc_put_xml(b->stored, true, (struct tomb_marc_additions){NULL, 0}, &b->out, err) != TOMB_OK)
			fail(err->text);
	}
}

static void write_dc(struct bench *b, int64_t n, struct tomb_err *err)
{
	for (int64_t i = 0; i < n; i++) {
		struct tomb_dc dc = tomb_dc_init(&b->arena);
		struct tomb_marc marc;

		tomb_arena_reset(&b->arena);
		tomb_buf_reset(&b->out);
		if (tomb_marc_open(b->stored, NULL, &marc, err) != TOMB_OK ||
			tomb_dc_from_marc(&marc, &dc, err) != TOMB_OK || tomb_dc_put(&dc, &b->out, err) != TOMB_OK)
			fail(err->text);
	}
}

static void write_file(struct bench *b, int64_t n, struct tomb_err *err)
{
	(void)err;
	for (int64_t i = 0; i < n; i++)
		if (fwrite(b->stored->bytes.p, 1, b->stored->bytes.n, stdout) != b->stored->bytes.n)
			fail("stdout");
}

static const struct {
	const char *name;
	void (*run)(struct bench *b, int64_t n, struct tomb_err *err);
} kinds[] = {{"read", read_all}, {"xml", write_xml}, {"dc", write_dc}, {"file", write_file}};

int main(int argc, char **argv)
{
	TOMB_BUF_AUTO kept = tomb_buf_init(OUT_MAX);
	struct tomb_marc_stored stored;
	struct bench b = {.stored = &stored, .out = tomb_buf_init(OUT_MAX), .arena = tomb_arena_init(ARENA_MAX)};
	int64_t n = 0;

	if (argc != 3 || !tomb_parse_i64(tomb_str_from(argv[2]), 1, 100000000, &n))
		fail("usage: marc_speed read|xml|dc|file RECORDS");
	build(&kept, &stored);
	for (size_t i = 0; i < TOMB_COUNTOF(kinds); i++) {
		struct tomb_err err;
		int64_t start = 0;

		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		start = tomb_clock_monotonic_us(tomb_clock_real());
		kinds[i].run(&b, n, &err);
		if (kinds[i].run != write_file)
			printf("{\"records_per_s\": %" PRId64 "}\n",
				n * 1000000 / (tomb_clock_monotonic_us(tomb_clock_real()) - start + 1));
	}
	tomb_buf_fini(&b.out);
	tomb_arena_fini(&b.arena);
	return 0;
}
