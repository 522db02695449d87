/* MARC records of others: what is read of them, and what is said of the rest. */
#include "expect.h"

#include "tombstone/marc_reader.h"

#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOON INT64_C(1709208000000000) /* 2024-02-29T12:00:00Z */
#define SLIM "http://www.loc.gov/MARC21/slim"

enum { TEXT_MAX = 8 << 20 };

/* What is to be read, in pieces of so many bytes. */
struct source {
	struct tomb_str rest;
	size_t piece;
	bool breaks;
};

static enum tomb_code supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct source *s = arg;

	if (s->rest.n == 0 && s->breaks)
		return TOMB_FAIL(err, TOMB_IO, "the line broke");
	*n = s->rest.n < s->piece ? s->rest.n : s->piece;
	*n = *n < cap ? *n : cap;
	memcpy(buf, s->rest.p, *n);
	s->rest = (struct tomb_str){s->rest.p + *n, s->rest.n - *n};
	return TOMB_OK;
}

/* Everything that comes of a text: one line for each record, or what is wrong with it. */
static void tell(struct tomb_str text, size_t piece, bool breaks, struct tomb_buf *out)
{
	struct source source = {text, piece, breaks};
	TOMB_MARC_READER_AUTO *r = NULL;
	struct tomb_marc_item item;
	struct tomb_err err = {.text = ""};
	enum tomb_code code = tomb_marc_reader_open(supply, &source, NOON, &r, &err);

	tomb_buf_reset(out);
	assert_int_equal(code, TOMB_OK);
	while ((code = tomb_marc_reader_next(r, &item, &err)) == TOMB_OK && item.found != TOMB_MARC_END) {
		struct tomb_str s = item.record.bytes;

		if (item.found == TOMB_MARC_BAD)
			tomb_buf_putf(out, "%s\n", item.problem.text);
		else
			tomb_buf_putf(out, "%d at %d line %d repairs %u: %.*s\n", (int)item.number, (int)item.offset,
				(int)item.line, item.repairs, TOMB_STR_ARG(s));
	}
	if (code != TOMB_OK)
		tomb_buf_putf(out, "%s: %s\n", tomb_code_slug(code), err.text);
	assert_int_equal(out->broken, TOMB_OK);
}

static void reads(struct tomb_str text, const char *want)
{
	static const size_t pieces[] = {1, 7, 4096, SIZE_MAX};
	TOMB_BUF_AUTO got = tomb_buf_init(TEXT_MAX);

	for (size_t i = 0; i < TOMB_COUNTOF(pieces); i++) {
		tell(text, pieces[i], false, &got);
		if (strcmp(got.p ? got.p : "", want) != 0)
			fail_msg("in pieces of %zu:\n%s\nnot\n%s", pieces[i], got.p ? got.p : "", want);
	}
}

static void says(struct tomb_str text, const char *words)
{
	TOMB_BUF_AUTO got = tomb_buf_init(TEXT_MAX);

	tell(text, SIZE_MAX, false, &got);
	if (!got.p || !strstr(got.p, words))
		fail_msg("\"%s\" without \"%s\"", got.p ? got.p : "", words);
}

/* A record as it should be, and is stored. */
#define TIME "20200101000000.0"
#define GOOD                                                                                                           \
	"00096nam a2200061   4500"                                                                                     \
	"001000200000005001700002245001500019\x1e"                                                                     \
	"1\x1e" TIME "\x1e"                                                                                            \
	"10\x1f"                                                                                                       \
	"aT\xc3\xaftle &\x1f"                                                                                          \
	"b\x1e\x1d"

static void records_follow_each_other_with_or_without_lines(void **state)
{
	(void)state;
	reads(TOMB_STR(""), "");
	reads(TOMB_STR("\n \r\n"), "");
	reads(TOMB_STR(GOOD), "1 at 0 line 0 repairs 0: " GOOD "\n");
	reads(TOMB_STR(GOOD GOOD "\r\n\n " GOOD "\x1a\n"), "1 at 0 line 0 repairs 0: " GOOD "\n"
							   "2 at 96 line 0 repairs 0: " GOOD "\n"
							   "3 at 196 line 0 repairs 0: " GOOD "\n");
}

static void a_bad_record_does_not_spoil_the_next_one(void **state)
{
	(void)state;
	says(TOMB_STR("00097nam a2200061   4500"
		      "x\x1e\x1d" GOOD),
		"record 1, byte 0: leader/00-04 should be its length");
	says(TOMB_STR("00097nam a2200061   4500"
		      "x\x1e\x1d" GOOD),
		"\n2 at 27 line 0 repairs 0: " GOOD);
	says(TOMB_STR(GOOD "12\x1d" GOOD), "record 2, byte 96: 2 bytes before a record terminator");
	says(TOMB_STR(GOOD "12\x1d" GOOD), "\n3 at 99 line 0");
	says(TOMB_STR(GOOD "00096nam a22000"), "record 2, byte 96: it is cut off");
}

/* GOOD with some of its bytes written over. */
static void says_of_good(size_t at, const char *bytes, const char *words)
{
	char text[] = GOOD GOOD;

	memcpy(text + at, bytes, strlen(bytes));
	says((struct tomb_str){text, sizeof text - 1}, words);
	says((struct tomb_str){text, sizeof text - 1}, "\n2 at 96 line 0 repairs 0: " GOOD);
}

static void what_is_wrong_with_a_record_is_said(void **state)
{
	(void)state;
	says_of_good(0, "00095", "record 1, byte 0: leader/00-04");
	says_of_good(0, "0x096", "leader/00-04");
	says_of_good(12, "00062", "directory does not end where leader/12-16 says, at byte 62");
	says_of_good(12, "00099", "leader/12-16, where its data begin");
	says_of_good(12, "00024", "leader/12-16, where its data begin");
	says_of_good(12, "0006 ", "leader/12-16, where its data begin");
	says_of_good(24, "0 1", "entry 1 of its directory has no tag");
	says_of_good(24, "000", "entry 1 of its directory has no tag");
	says_of_good(48, "245001400019", "gives a place to field 245 (entry 3)");
	says_of_good(48, "245999900019", "gives a place to field 245 (entry 3)");
	says_of_good(48, "245000000019", "gives a place to field 245 (entry 3)");
	says_of_good(48, "24500150001x", "gives a place to field 245 (entry 3)");
	says_of_good(82, "x", "field 245 (entry 3 of its directory) is not two indicators and subfields");
	says_of_good(84, "\xff", "field 245 has the byte ff hex at place 0 of a value, which is not UTF-8");
	says_of_good(84, "\x07", "field 245 has the byte 07 hex at place 0 of a value, which is a control character");
	says_of_good(83, "\x1e", "field 245 (entry 3 of its directory) is not two indicators and subfields");
	says_of_good(83, "\x01", "field 245 has a subfield with the code 01 hex");
	says_of_good(93, "\x1f", "field 245 (entry 3 of its directory) is not two indicators and subfields");
	says_of_good(6, " ", "leader/06 does not say what it is");
	says_of_good(9, " ", "which is not MARC-8");
	says_of_good(61, "\x1f", "field 001 (entry 1 of its directory) is a control field with a delimiter");
}

static void a_record_longer_than_its_format_is_refused_and_passed(void **state)
{
	enum { LONG = 300000, LONGER = 100000 };
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	(void)state;
	for (int i = 0; i < LONGER; i++)
		tomb_buf_put(&text, TOMB_STR("0"));
	tomb_buf_put(&text, TOMB_STR("\x1d"));
	says((struct tomb_str){text.p, text.n}, "record 1, byte 0: it is longer than the 99,999 bytes");
	tomb_buf_reset(&text);
	tomb_buf_put(&text, TOMB_STR("99999nam a2200061   4500"));
	for (int i = 0; i < LONG; i++)
		tomb_buf_put(&text, TOMB_STR("x"));
	says((struct tomb_str){text.p, text.n}, "record 1, byte 0: it is longer than the 99,999 bytes");
	tomb_buf_put(&text, TOMB_STR("\x1d" GOOD));
	says((struct tomb_str){text.p, text.n}, "record 1, byte 0: it is longer than the 99,999 bytes");
	says((struct tomb_str){text.p, text.n}, "\n2 at 300025 line 0 repairs 0: " GOOD);
}

static void marc8_becomes_utf8(void **state)
{
	(void)state;
	/* An umlaut before its letter, Cyrillic by escape, two letters under one ligature. */
	reads(TOMB_STR("00062nam  2200037   4500"
		       "245002000000\x1e"
		       "10\x1f"
		       "aG\xe8oethe\x1f"
		       "b\x1b(Nkl\x1b(B\x1e\x1d"),
		"record 1, byte 0: leader/00-04 should be its length in bytes: its terminator (1D hex) ends it after "
		"60 bytes; "
		"write the record anew\n");
	reads(TOMB_STR("00060nam  2200037   4500"
		       "245002200000\x1e"
		       "10\x1f"
		       "aG\xe8oethe\x1f"
		       "b\x1b(Nkl\x1b(B\x1e\x1d"),
		"1 at 0 line 0 repairs 12: 00086nam a2200049   4500005001700000245001900017\x1e"
		"20240229120000.0\x1e"
		"10\x1f"
		"aGo\xcc\x88"
		"ethe\x1f"
		"b\xd0\x9a\xd0\x9b\x1e\x1d\n");
	says(TOMB_STR("00047nam  2200037   4500"
		      "245000900000\x1e"
		      "10\x1f"
		      "aG\xff"
		      "oe\x1e\x1d"),
		"record 1, byte 0: field 245 has the byte ff hex at place 1 of a value, which is not MARC-8");
	says(TOMB_STR("00047nam  2200037   4500"
		      "245000900000\x1e"
		      "10\x1f"
		      "aGoe\xe8\x1e\x1d"),
		"field 245 has the byte e8 hex at place 3 of a value");
}

#define XML_TIME "<m:controlfield tag=\"005\">" TIME "</m:controlfield>"
#define XML_GOOD                                                                                                       \
	"<m:record type='Bibliographic'>\n <m:leader>00096nam a2200061   4500</m:leader>\n"                            \
	" <m:controlfield tag=\"001\">1</m:controlfield>" XML_TIME                                                     \
	"<m:datafield tag='245' ind1='1' ind2='0'><!-- no --><m:subfield code='a'>T&#xef;tle "                         \
	"<![CDATA[&]]></m:subfield>\n"                                                                                 \
	"<m:subfield code='b'/><?no no?></m:datafield></m:record>\n"
#define XML(content) "<?xml version='1.0'?>\n<m:collection xmlns:m='" SLIM "'>" content "</m:collection>\n"

static void marcxml_is_read_as_well(void **state)
{
	(void)state;
	reads(TOMB_STR(XML("")), "");
	reads(TOMB_STR("\xef\xbb\xbf" XML(XML_GOOD)), "1 at 0 line 2 repairs 0: " GOOD "\n");
	reads(TOMB_STR(" \n"
		       "<record xmlns='" SLIM "'><leader>00000nam a2200061   4500</leader></record>"),
		"1 at 0 line 1 repairs 4: 00055nam a2200037   4500005001700000\x1e"
		"20240229120000.0\x1e\x1d\n");
	reads(TOMB_STR(XML(XML_GOOD XML_GOOD "<!-- -->" XML_GOOD)), "1 at 0 line 2 repairs 0: " GOOD "\n"
								    "2 at 0 line 6 repairs 0: " GOOD "\n"
								    "3 at 0 line 10 repairs 0: " GOOD "\n");
}

static void a_bad_record_in_marcxml_does_not_spoil_the_next_one(void **state)
{
#define BAD(inner, words)                                                                                              \
	says(TOMB_STR(XML("<m:record>" inner "</m:record>" XML_GOOD)), "record 1, line 2: " words);                    \
	says(TOMB_STR(XML("<m:record>" inner "</m:record>" XML_GOOD)), "\n2 at 0 line 2 repairs 0: " GOOD)
#define LEADER "<m:leader>00000nam a2200061   4500</m:leader>"

	(void)state;
	BAD("", "it has no <leader>");
	BAD("<m:leader>00000nam</m:leader>", "its leader has 8 characters");
	BAD(LEADER LEADER, "<leader> in a <record> is not MARCXML");
	BAD(LEADER "<m:field/>", "<field> in a <record> is not MARCXML");
	BAD(LEADER "<m:controlfield>1</m:controlfield>", "a control field has the tag \"\"");
	BAD(LEADER "<m:controlfield tag='245'>1</m:controlfield>", "a control field has the tag \"245\"");
	BAD(LEADER "<m:datafield tag='245' ind1='1'/>", "field 245: a data field has");
	BAD(LEADER "<m:datafield tag='245' ind1='1' ind2=''/>", "field 245: a data field has");
	BAD(LEADER "<m:datafield ind1='1' ind2='0'/>", "field : a data field has");
	BAD(LEADER "<m:datafield tag='245' ind1='1' ind2='0'><m:sub/></m:datafield>", "<sub> in a <datafield>");
	BAD(LEADER "<m:datafield tag='245' ind1='1' ind2='0'><m:subfield/></m:datafield>", "a subfield of field 245");
	BAD(LEADER "<m:datafield tag='245' ind1='1' ind2='0'><m:subfield code='&#xe4;'/></m:datafield>",
		"a subfield of");
	BAD(LEADER "<m:datafield tag='001' ind1='1' ind2='0'/>", "a data field has the tag \"001\"");
}

static void xml_that_is_no_marcxml_or_no_xml_ends_the_reading(void **state)
{
	TOMB_BUF_AUTO deep = tomb_buf_init(TEXT_MAX);
	TOMB_BUF_AUTO wide = tomb_buf_init(TEXT_MAX);
	TOMB_BUF_AUTO large = tomb_buf_init(TEXT_MAX);

	(void)state;
	says(TOMB_STR(XML(XML_GOOD "<m:record>")),
		"1 at 0 line 2 repairs 0: " GOOD "\ninvalid-request: line 6: this is not");
	says(TOMB_STR("<"), "invalid-request: line 1: this is not well-formed XML");
	says(TOMB_STR("<record><leader/></record>"), "unsupported: line 1: the document is a <record> in no namespace");
	says(TOMB_STR("<mods xmlns='urn:x'/>"), "unsupported: line 1: the document is a <mods> in urn:x");
	says(TOMB_STR(XML("<m:recrd/>")), "invalid-request: line 2: <recrd> stands where only <record> may");
	says(TOMB_STR(XML("<record/>")), "invalid-request: line 2: <record> stands");
	says(TOMB_STR(XML("<m:record><a:b/></m:record>")), "not well-formed XML: Namespace prefix a");
	says(TOMB_STR(XML("<m:record>&nbsp;</m:record>")),
		"invalid-request: line 2: this is not well-formed XML: Entity");
	says(TOMB_STR("Title: x"), "neither MARC (ISO 2709)");
	for (int i = 0; i < 100000; i++)
		tomb_buf_put(&deep, TOMB_STR("<m:a>"));
	tomb_buf_putf(&wide, "<record xmlns='%s'>", SLIM);
	for (int i = 0; i < 70000; i++)
		tomb_buf_put(&wide, TOMB_STR("<a/>"));
	tomb_buf_put(&wide, TOMB_STR("</record>"));
	says((struct tomb_str){wide.p, wide.n}, "too-large: line 1: a record has more than 65536 elements");
	tomb_buf_putf(&large, "<record xmlns='%s'>%s", SLIM, deep.p);
	says((struct tomb_str){large.p, large.n}, "too-large: line 1: elements lie more than 64 deep");
	tomb_buf_reset(&large);
	tomb_buf_putf(&large, "<record xmlns='%s'>", SLIM);
	for (int i = 0; i < 5000; i++)
		tomb_buf_putf(&large, "%01000d", i);
	says((struct tomb_str){large.p, large.n}, "too-large: line 1: a record has more than 4194304 bytes");
}

static void a_document_type_is_refused_before_it_does_anything(void **state)
{
	(void)state;
	says(TOMB_STR("<!DOCTYPE record [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
		      "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><record xmlns='" SLIM "'>&c;</record>"),
		"invalid-request: line 1: the document has a document type");
	says(TOMB_STR("<!DOCTYPE record [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><record xmlns='" SLIM
		      "'>&a;</record>"),
		"invalid-request: line 1: the document has a document type");
	says(TOMB_STR("<!DOCTYPE record SYSTEM 'http://127.0.0.1:1/x.dtd'><record xmlns='" SLIM "'/>"),
		"invalid-request: line 1: the document has a document type");
	says(TOMB_STR("<!DOCTYPE record><record xmlns='" SLIM "'/>"), "the document has a document type");
	/* The same in UTF-16. */
	says(TOMB_STR("\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0r\0>\0<\0r\0/\0>\0"), "the document has a document type");
}

static void a_source_that_fails_is_told_as_it_is(void **state)
{
	TOMB_BUF_AUTO got = tomb_buf_init(TEXT_MAX);

	(void)state;
	tell(TOMB_STR(GOOD "00096"), 10, true, &got);
	assert_string_equal(got.p, "1 at 0 line 0 repairs 0: " GOOD "\ninput-output: the line broke\n");
	tell(TOMB_STR("<m:collection xmlns:m='" SLIM "'>" XML_GOOD "<m:record>"), 100, true, &got);
	assert_string_equal(got.p, "1 at 0 line 1 repairs 0: " GOOD "\ninput-output: the line broke\n");
	tell(TOMB_STR(""), 4096, true, &got);
	assert_string_equal(got.p, "input-output: the line broke\n");
}

static void one_record_is_read_into_an_arena(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	struct tomb_marc_stored stored;

	(void)state;
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_read_one(TOMB_STR(XML(XML_GOOD)), NOON, &arena, &stored, &err));
	assert_true(tomb_str_eq(stored.bytes, TOMB_STR(GOOD)));
	TOMB_EXPECT(TOMB_INVAL, "no MARC record", tomb_marc_read_one(TOMB_STR(" "), NOON, &arena, &stored, &err));
	TOMB_EXPECT(TOMB_INVAL, "more than one", tomb_marc_read_one(TOMB_STR(GOOD GOOD), NOON, &arena, &stored, &err));
	TOMB_EXPECT(TOMB_INVAL, "record 1, byte 0: it is cut off",
		tomb_marc_read_one(TOMB_STR("00096"), NOON, &arena, &stored, &err));
}

/* Every byte of a good file changed, cut or doubled: records or words, and nothing else. */
static void damage_is_told_and_nothing_worse(void **state)
{
	static const char iso[] = GOOD GOOD;
	static const char xml[] = XML(XML_GOOD XML_GOOD);
	static const struct tomb_str texts[] = {{iso, sizeof iso - 1}, {xml, sizeof xml - 1}};
	TOMB_BUF_AUTO got = tomb_buf_init(TEXT_MAX);

	(void)state;
	for (size_t t = 0; t < TOMB_COUNTOF(texts); t++)
		for (size_t i = 0; i < texts[t].n; i++)
			for (int to = 0; to < 5; to++) {
				char copy[sizeof xml + sizeof iso];

				memcpy(copy, texts[t].p, texts[t].n);
				copy[i] = "\0\x1d\x1f<9"[to];
				tell((struct tomb_str){copy, to == 4 ? i : texts[t].n}, SIZE_MAX, false, &got);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_follow_each_other_with_or_without_lines),
		cmocka_unit_test(a_bad_record_does_not_spoil_the_next_one),
		cmocka_unit_test(what_is_wrong_with_a_record_is_said),
		cmocka_unit_test(a_record_longer_than_its_format_is_refused_and_passed),
		cmocka_unit_test(marc8_becomes_utf8),
		cmocka_unit_test(marcxml_is_read_as_well),
		cmocka_unit_test(a_bad_record_in_marcxml_does_not_spoil_the_next_one),
		cmocka_unit_test(xml_that_is_no_marcxml_or_no_xml_ends_the_reading),
		cmocka_unit_test(a_document_type_is_refused_before_it_does_anything),
		cmocka_unit_test(a_source_that_fails_is_told_as_it_is),
		cmocka_unit_test(one_record_is_read_into_an_arena),
		cmocka_unit_test(damage_is_told_and_nothing_worse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
