/*
 * Records of others ($TOMBSTONE_TEST_DATA or ../shared/data; without it the program is skipped), judged by programs of
 * others: yaz-marcdump, Perl's MARC::Record, and xmllint with the schemas of the Library of Congress and of OAI.
 */
#include "expect.h"
#include "marc_oath.h"
#include "temp_folder.h"
#include "test_data.h"

#include "tombstone/dublin_core.h"
#include "tombstone/marc_reader.h"
#include "tombstone/mods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXT_MAX = 16 << 20 };

#define NOON INT64_C(1709208000000000) /* 2024-02-29T12:00:00Z */

static struct temp_folder temp;
static const char *data_folder;

static const struct sample {
	const char *file; /* below marc/ */
	int records;
	int bad;
	const char *problem;
} samples[] = {
	{"folio-integration-tests/marcAuthority.mrc", 1, 0, NULL},
	{"folio-integration-tests/marcBib.mrc", 1, 0, NULL},
	{"folio-integration-tests/marcBibDeletedLeader.mrc", 1, 0, NULL},
	{"folio-integration-tests/marcHoldings.mrc", 2, 0, NULL},
	{"folio-integration-tests/three-marc-records.mrc", 3, 0, NULL},
	{"marc4j/bad_leaders_10_11.mrc", 0, 1, "record 1, byte 0: leader/06 does not say what it is"},
	{"marc4j/chabon.mrc", 2, 0, NULL},
	{"marc4j/sample1.mrc", 7, 1, "record 7, byte 5202: field 245 has the byte f8 hex at place 78 of a value"},
	{"marc4j/summerland.mrc", 1, 0, NULL},
	{"marc4j/u17_utf8.mrc", 1, 0, NULL},
};

static enum tomb_code supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *rest = arg;

	(void)err;
	*n = rest->n < cap ? rest->n : cap;
	memcpy(buf, rest->p, *n);
	*rest = (struct tomb_str){rest->p + *n, rest->n - *n};
	return TOMB_OK;
}

/* What others can read of us. */
struct written {
	struct tomb_buf iso;
	struct tomb_buf xml;
	struct tomb_buf dc;
};

static void write_one(const struct tomb_marc_stored *stored, struct written *out)
{
	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	struct tomb_dc dc = tomb_dc_init(&arena);
	const char *why = marc_oath_broken(stored);
	struct tomb_marc marc;

	if (why)
		fail_msg("%s: %.*s", why, TOMB_STR_ARG(stored->bytes));
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_put_iso2709(stored, &out->iso, &err));
	TOMB_EXPECT(
		TOMB_OK, "", tomb_marc_put_xml(stored, true, (struct tomb_marc_additions){NULL, 0}, &out->xml, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_open(stored, &scratch, &marc, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_dc_from_marc(&marc, &dc, &err));
	tomb_buf_reset(&out->dc);
	TOMB_EXPECT(TOMB_OK, "", tomb_dc_put(&dc, &out->dc, &err));
}

static void run(const char *format, ...) TOMB_PRINTF(1, 2);

static void run(const char *format, ...)
{
	char command[4096];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(command, sizeof command, format, ap);
	va_end(ap);
	if (system(command) != 0) /* NOLINT(cert-env33-c): a test, and names of our own making */
		fail_msg("failed: %s", command);
}

static void keep(const char *name, const struct tomb_buf *b)
{
	temp_folder_write(&temp, name, b->p, b->n);
}

static void judge_schema(const char *schema, const char *name)
{
	run("XML_CATALOG_FILES='%s/catalog.xml' xmllint --nonet --noout --schema '%s/%s' %s/%s 2>%s/xmllint.log || "
	    "{ cat %s/xmllint.log; exit 1; }",
		data_folder, data_folder, schema, temp.path, name, temp.path, temp.path);
}

static void take_in(const struct sample *sample, struct written *out)
{
	char path[256];
	struct tomb_str text = {NULL, 0};
	struct tomb_str rest = {NULL, 0};
	TOMB_MARC_READER_AUTO *r = NULL;
	struct tomb_marc_item item;
	int n[2] = {0, 0};

	(void)snprintf(path, sizeof path, "marc/%s", sample->file);
	rest = text = test_data_read(path);
	out->iso = out->xml = out->dc = tomb_buf_init(TEXT_MAX);
	tomb_buf_put(&out->xml, TOMB_STR("<collection xmlns=\"" TOMB_MARC_NAMESPACE "\">"));
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_reader_open(supply, &rest, NOON, &r, &err));
	for (;;) {
		TOMB_EXPECT(TOMB_OK, "", tomb_marc_reader_next(r, &item, &err));
		if (item.found == TOMB_MARC_END)
			break;
		n[item.found == TOMB_MARC_BAD]++;
		if (item.found == TOMB_MARC_BAD && (!sample->problem || !strstr(item.problem.text, sample->problem)))
			fail_msg("%s: %s", sample->file, item.problem.text);
		if (item.found == TOMB_MARC_BAD)
			continue;
		write_one(&item.record, out);
		keep("record.xml", &out->dc);
		judge_schema("oai-pmh/schemas/oai_dc.xsd", "record.xml");
	}
	tomb_buf_put(&out->xml, TOMB_STR("</collection>"));
	if (n[0] != sample->records || n[1] != sample->bad)
		fail_msg("%s: %d records and %d bad ones", sample->file, n[0], n[1]);
	free((char *)(uintptr_t)text.p);
}

static void let_go(struct written *w)
{
	tomb_buf_fini(&w->iso);
	tomb_buf_fini(&w->xml);
	tomb_buf_fini(&w->dc);
}

static const char perl[] =
	"use MARC::Batch; binmode STDOUT, \":utf8\"; my $b = MARC::Batch->new(\"USMARC\", $ARGV[0]); "
	"$b->strict_on(); while (my $r = $b->next()) { die join(\"; \", $r->warnings()) if $r->warnings(); "
	"print $r->as_usmarc(); } die join(\"; \", $b->warnings()) if $b->warnings();";

static const char perl_xml[] = "use MARC::Batch; use MARC::File::XML(BinaryEncoding => \"utf8\", RecordFormat => "
			       "\"USMARC\"); binmode STDOUT, \":utf8\"; my $b = MARC::Batch->new(\"XML\", $ARGV[0]); "
			       "while (my $r = $b->next()) { print $r->as_usmarc(); }";

/* Fields, one on a line, without leaders, and without the times that we add. */
#define LINES "| grep -av -e '^[0-9]\\{5\\}' -e '^005' -e '^<!--' -e '^ ('"

static void samples_are_what_others_read_in_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(samples); i++) {
		struct written w;

		take_in(&samples[i], &w);
		if (samples[i].records > 0) {
			keep("ours.mrc", &w.iso);
			keep("ours.xml", &w.xml);
			judge_schema("schemas/MARC21slim.xsd", "ours.xml");
			if (!samples[i].bad) /* as yaz reads the original */
				run("yaz-marcdump '%s/marc/%s' " LINES " > %s/want; yaz-marcdump %s/ours.mrc " LINES
				    " > %s/got && cmp %s/want %s/got",
					data_folder, samples[i].file, temp.path, temp.path, temp.path, temp.path,
					temp.path);
			/* Others who read and write what we wrote get the same bytes. */
			run("yaz-marcdump -i marc -o marc %s/ours.mrc > %s/got && cmp %s/ours.mrc %s/got", temp.path,
				temp.path, temp.path, temp.path);
			run("yaz-marcdump -i marcxml -o marc %s/ours.xml > %s/got && cmp %s/ours.mrc %s/got", temp.path,
				temp.path, temp.path, temp.path);
			run("perl -e '%s' %s/ours.mrc > %s/got && cmp %s/ours.mrc %s/got", perl, temp.path, temp.path,
				temp.path, temp.path);
			run("perl -e '%s' %s/ours.xml > %s/got && cmp %s/ours.mrc %s/got", perl_xml, temp.path,
				temp.path, temp.path, temp.path);
		}
		let_go(&w);
	}
}

static void marcxml_of_others_is_the_record_of_others(void **state)
{
	static const char *const names[] = {"chabon", "summerland"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++) {
		const struct sample iso = {i ? "marc4j/summerland.mrc" : "marc4j/chabon.mrc", i ? 1 : 2, 0, NULL};
		const struct sample xml = {i ? "marc4j/summerland.xml" : "marc4j/chabon.xml", i ? 1 : 2, 0, NULL};
		struct written a;
		struct written b;

		take_in(&iso, &a);
		take_in(&xml, &b);
		keep("a.mrc", &a.iso);
		keep("b.mrc", &b.iso);
		run("yaz-marcdump %s/a.mrc " LINES " > %s/a; yaz-marcdump %s/b.mrc " LINES " > %s/b; cmp %s/a %s/b",
			temp.path, temp.path, temp.path, temp.path, temp.path, temp.path);
		let_go(&a);
		let_go(&b);
	}
}

/* MARC-8 that yaz made is read as yaz reads it. */
static void marc8_of_others_is_their_utf8(void **state)
{
	const struct sample sample = {"marc4j/sample1.mrc", 7, 1, "record 7"};
	TOMB_BUF_AUTO ours = tomb_buf_init(TEXT_MAX);
	struct tomb_str text = {NULL, 0};
	struct tomb_str rest = {NULL, 0};
	TOMB_MARC_READER_AUTO *r = NULL;
	struct tomb_marc_item item;
	struct written w;
	char path[128];
	int converted = 0;

	(void)state;
	take_in(&sample, &w);
	keep("utf8.mrc", &w.iso);
	let_go(&w);
	run("yaz-marcdump -f utf-8 -t marc-8 -l 9=32 -i marc -o marc %s/utf8.mrc > %s/marc8.mrc", temp.path, temp.path);
	(void)snprintf(path, sizeof path, "%s/marc8.mrc", temp.path);
	rest = text = test_file_read(path);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_reader_open(supply, &rest, NOON, &r, &err));
	for (;;) {
		TOMB_EXPECT(TOMB_OK, "", tomb_marc_reader_next(r, &item, &err));
		if (item.found == TOMB_MARC_END)
			break;
		if (item.found == TOMB_MARC_BAD)
			fail_msg("%s", item.problem.text);
		converted += (item.repairs & TOMB_MARC_REPAIR_MARC8) != 0;
		tomb_buf_put(&ours, item.record.bytes);
	}
	assert_int_equal(converted, 1);
	keep("ours.mrc", &ours);
	run("yaz-marcdump -f marc-8 -t utf-8 %s/marc8.mrc " LINES " > %s/want; yaz-marcdump %s/ours.mrc " LINES
	    " > %s/got; cmp %s/want %s/got",
		temp.path, temp.path, temp.path, temp.path, temp.path, temp.path);
	free((char *)(uintptr_t)text.p);
}

static void mods_of_others_is_kept_and_stays_valid(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
	TOMB_BUF_AUTO cross = tomb_buf_init(TEXT_MAX);
	TOMB_MODS_READER_AUTO *r = NULL;
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	struct tomb_str text = test_data_read("marc/marc4j/modsoutput.xml");
	struct tomb_str rest = text;
	struct tomb_dc dc = tomb_dc_init(&arena);
	struct tomb_mods_facts facts;
	struct tomb_mods_item item;

	(void)state;
	TOMB_EXPECT(TOMB_OK, "", tomb_mods_reader_open(supply, &rest, &r, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_mods_reader_next(r, &item, &err));
	assert_int_equal(item.found, TOMB_MODS_FOUND);
	tomb_mods_put(item.text, true, &out);
	keep("mods.xml", &out);
	judge_schema("schemas/dpres/mods-3-8.xsd", "mods.xml");
	TOMB_EXPECT(TOMB_OK, "", tomb_mods_facts(item.text, &arena, &facts, &err));
	assert_string_equal(facts.title.p, "Summerland");
	assert_string_equal(facts.names.p[0].text.p, "Chabon, Michael.");
	TOMB_EXPECT(TOMB_OK, "", tomb_dc_from_mods(item.text, &dc, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_dc_put(&dc, &cross, &err));
	keep("dc.xml", &cross);
	judge_schema("oai-pmh/schemas/oai_dc.xsd", "dc.xml");
	assert_non_null(strstr(cross.p, "<dc:creator>Chabon, Michael.</dc:creator>"));
	TOMB_EXPECT(TOMB_OK, "", tomb_mods_reader_next(r, &item, &err));
	assert_int_equal(item.found, TOMB_MODS_END);
	free((char *)(uintptr_t)text.p);
}

static int begin(void **state)
{
	(void)state;
	temp_folder_make(&temp);
	return 0;
}

static int end(void **state)
{
	(void)state;
	temp_folder_remove(&temp);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_what_others_read_in_them),
		cmocka_unit_test(marcxml_of_others_is_the_record_of_others),
		cmocka_unit_test(marc8_of_others_is_their_utf8),
		cmocka_unit_test(mods_of_others_is_kept_and_stays_valid),
	};

	data_folder = test_data_folder("marc/marc4j/chabon.mrc");
	if (!data_folder)
		return 77;
	return cmocka_run_group_tests_name("records of others", tests, begin, end);
}
