/* Dublin Core of MARC, of MODS, and of nothing but a title. */
#include "expect.h"

#include "tombstone/dublin_core.h"
#include "tombstone/marc_builder.h"
#include "tombstone/mods.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TEXT_MAX = 4 << 20 };

#define HEAD                                                                                                           \
	"<oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" "                                     \
	"xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "       \
	"xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/oai_dc/ "                                            \
	"http://www.openarchives.org/OAI/2.0/oai_dc.xsd\">"
#define TAIL "</oai_dc:dc>"

static void is(const struct tomb_dc *dc, const char *want)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
	struct tomb_err err;

	assert_int_equal(tomb_dc_put(dc, &out, &err), TOMB_OK);
	assert_true(out.n > sizeof HEAD TAIL - 2);
	assert_memory_equal(out.p, HEAD, sizeof HEAD - 1);
	assert_string_equal(out.p + out.n - (sizeof TAIL - 1), TAIL);
	out.p[out.n - (sizeof TAIL - 1)] = '\0';
	assert_string_equal(out.p + sizeof HEAD - 1, want);
}

static void values_are_grouped_trimmed_and_said_once(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	struct tomb_dc dc = tomb_dc_init(&arena);

	(void)state;
	is(&dc, "");
	tomb_dc_add(&dc, TOMB_DC_RIGHTS, TOMB_STR("c"));
	tomb_dc_add(&dc, TOMB_DC_TITLE, TOMB_STR(" a & b\n"));
	tomb_dc_add(&dc, TOMB_DC_TITLE, TOMB_STR("a & b"));
	tomb_dc_add(&dc, TOMB_DC_SUBJECT, TOMB_STR("a & b"));
	tomb_dc_add(&dc, TOMB_DC_DATE, TOMB_STR(" "));
	is(&dc, "<dc:title>a &amp; b</dc:title><dc:subject>a &amp; b</dc:subject><dc:rights>c</dc:rights>");
	for (int i = 0; i < 100; i++) {
		char name[2] = {(char)(' ' + 1 + i % 90), 0};

		tomb_dc_add(&dc, TOMB_DC_FORMAT, tomb_str_from(name));
	}
	assert_int_equal(dc.n, 93);
}

static void a_full_arena_is_told(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(100);
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
	struct tomb_dc dc = tomb_dc_init(&arena);

	(void)state;
	tomb_dc_add(&dc, TOMB_DC_TITLE, TOMB_STR("a"));
	TOMB_EXPECT(TOMB_NOMEM, "Dublin Core", tomb_dc_put(&dc, &out, &err));
	assert_int_equal(out.n, 0);
}

struct line {
	const char *tag;
	const char *indicators; /* "": a control field */
	const char *data;       /* subfields with '$' */
};

static void build(struct tomb_marc_builder *b, const struct line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = lines[i].data;

		if (!lines[i].indicators[0]) {
			tomb_marc_builder_control(b, tomb_str_from(lines[i].tag), tomb_str_from(at));
			continue;
		}
		tomb_marc_builder_field(b, tomb_str_from(lines[i].tag), tomb_str_from(lines[i].indicators));
		while (*at) {
			const char *end = strchrnul(at + 1, '$');

			tomb_marc_builder_subfield(b, at[1], (struct tomb_str){at + 2, (size_t)(end - at) - 2});
			at = end;
		}
	}
}

static void marc_gives(const char *leader, const struct line *lines, size_t n, const char *want)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	struct tomb_dc dc = tomb_dc_init(&arena);
	struct tomb_marc_stored stored;
	struct tomb_marc marc;

	tomb_marc_builder_begin(&b, tomb_str_from(leader));
	build(&b, lines, n);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_builder_done(&b, 0, &out, &stored, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_open(&stored, NULL, &marc, &err));
	TOMB_EXPECT(TOMB_OK, "", tomb_dc_from_marc(&marc, &dc, &err));
	is(&dc, want);
}

static void a_book_in_marc(void **state)
{
	static const struct line book[] = {
		{"001", "", "11939876"},
		{"008", "", "020815s2002    nyu    j      000 1 eng  "},
		{"020", "  ", "$a0786808772 (reinforced) :$c$22.95"},
		{"022", "  ", "$a0028-0836"},
		{"041", "1 ", "$aengfre$hrus"},
		{"100", "1 ", "$aChabon, Michael,$d1963-$eauthor."},
		{"245", "10", "$aSummerland :$ba novel /$cMichael Chabon."},
		{"260", "  ", "$aNew York :$bMiramax Books,$cc2002."},
		{"264", " 4", "$cc1999"},
		{"300", "  ", "$a500 p. ;$c22 cm."},
		{"500", "  ", "$aA note."},
		{"506", "  ", "$aStaff only."},
		{"520", "  ", "$aAbout fairies."},
		{"540", "  ", "$aMay be copied."},
		{"546", "  ", "$aIn English."},
		{"650", " 1", "$aFantasy,$zRome$xHistory."},
		{"651", " 0", "$aRome (Italy)"},
		{"655", " 7", "$aNovels.$2lcgft"},
		{"700", "1 ", "$aLee, A."},
		{"752", "  ", "$aItaly$dRome"},
		{"773", "0 ", "$tA whole$w123"},
		{"856", "40", "$uhttp://example.org/a?b&c$qtext/html"},
	};

	(void)state;
	marc_gives("00000cam a2200000 a 4500", book, TOMB_COUNTOF(book),
		"<dc:title>Summerland : a novel</dc:title>"
		"<dc:creator>Chabon, Michael, 1963-</dc:creator><dc:creator>Lee, A.</dc:creator>"
		"<dc:subject>Fantasy--Rome--History.</dc:subject>"
		"<dc:description>A note.</dc:description><dc:description>About fairies.</dc:description>"
		"<dc:publisher>New York : Miramax Books</dc:publisher>"
		"<dc:date>2002</dc:date>"
		"<dc:type>text</dc:type><dc:type>Novels.</dc:type>"
		"<dc:format>text/html</dc:format>"
		"<dc:identifier>URN:ISBN:0786808772</dc:identifier><dc:identifier>URN:ISSN:0028-0836</dc:identifier>"
		"<dc:identifier>http://example.org/a?b&amp;c</dc:identifier>"
		"<dc:language>eng</dc:language><dc:language>fre</dc:language>"
		"<dc:relation>A whole</dc:relation>"
		"<dc:coverage>Rome (Italy)</dc:coverage><dc:coverage>Italy Rome</dc:coverage>"
		"<dc:rights>Staff only.</dc:rights><dc:rights>May be copied.</dc:rights>");
}

static void other_dates_and_kinds_in_marc(void **state)
{
	static const struct line span[] = {{"260", "  ", "$c1998-2001."}};
	static const struct line vague[] = {{"264", " 1", "$c[19--?]"}};
	static const struct line coded[] = {{"008", "", "020815s1897    nyu    j      000 1 |||  "}};

	(void)state;
	marc_gives("00000ctc a2200000 a 4500", span, 1,
		"<dc:date>1998/2001</dc:date><dc:type>collection</dc:type><dc:type>manuscript</dc:type><dc:type>text</"
		"dc:type>");
	marc_gives(
		"00000cjm a2200000 a 4500", vague, 1, "<dc:date>[19--?]</dc:date><dc:type>sound recording</dc:type>");
	marc_gives("00000cem a2200000 a 4500", coded, 1, "<dc:date>1897</dc:date><dc:type>cartographic</dc:type>");
	marc_gives("00000nz  a2200000 a 4500", NULL, 0, "");
}

static void mods_gives(const char *content, const char *want)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	struct tomb_dc dc = tomb_dc_init(&arena);

	tomb_buf_putf(&text, "<mods xmlns=\"" TOMB_MODS_NAMESPACE "\">%s</mods>", content);
	TOMB_EXPECT(TOMB_OK, "", tomb_dc_from_mods((struct tomb_str){text.p, text.n}, &dc, &err));
	is(&dc, want);
}

static void mods_crosses_over(void **state)
{
	(void)state;
	mods_gives("", "");
	mods_gives("<titleInfo><nonSort>The</nonSort><title>Maps</title></titleInfo>"
		   "<titleInfo type='alternative'><title>Old maps</title></titleInfo>"
		   "<name><namePart>Lee, A.</namePart><role><roleTerm type='text'>creator</roleTerm></role></name>"
		   "<name><namePart>Doe</namePart><role><roleTerm type='code'>ill</roleTerm></role></name>"
		   "<name><namePart>Roe</namePart></name>",
		"<dc:title>The Maps</dc:title><dc:title>Old maps</dc:title><dc:creator>Lee, A.</dc:creator>"
		"<dc:contributor>Doe</dc:contributor><dc:contributor>Roe</dc:contributor>");
	mods_gives("<typeOfResource collection='yes'>still image</typeOfResource><genre>maps</genre>"
		   "<language><languageTerm type='text'>English</languageTerm>"
		   "<languageTerm type='code' authority='iso639-2b'>eng</languageTerm></language>"
		   "<language><languageTerm type='text'>Klingon</languageTerm></language>"
		   "<physicalDescription><form>print</form><extent>2 p.</extent>"
		   "<internetMediaType>image/tiff</internetMediaType></physicalDescription>"
		   "<abstract>About it</abstract><note>Note</note><accessCondition>Open</accessCondition>",
		"<dc:description>About it</dc:description><dc:description>Note</dc:description>"
		"<dc:type>Collection</dc:type><dc:type>StillImage</dc:type><dc:type>maps</dc:type>"
		"<dc:format>2 p.</dc:format><dc:format>print</dc:format><dc:format>image/tiff</dc:format>"
		"<dc:language>eng</dc:language><dc:language>Klingon</dc:language><dc:rights>Open</dc:rights>");
	mods_gives("<originInfo><publisher>P</publisher><dateIssued>c2002</dateIssued>"
		   "<dateIssued encoding='marc'>2002</dateIssued><dateCreated>2001-05-06</dateCreated>"
		   "<dateCaptured encoding='w3cdtf' point='start'>1999-01</dateCaptured>"
		   "<dateCaptured encoding='w3cdtf' point='end'>1999-02</dateCaptured><dateOther>long "
		   "ago</dateOther></originInfo>",
		"<dc:publisher>P</dc:publisher><dc:date>2002</dc:date><dc:date>2001-05-06</dc:date>"
		"<dc:date>1999-01/1999-02</dc:date><dc:date>long ago</dc:date>");
	mods_gives("<subject><topic>A</topic><topic>B</topic><geographic>Rome</geographic><temporal>1900s</temporal></"
		   "subject>"
		   "<subject><name><namePart>Lee</namePart></name><titleInfo><title>T</title></titleInfo></subject>"
		   "<subject><hierarchicalGeographic><country>Italy</country><city>Rome</city></hierarchicalGeographic>"
		   "<geographicCode>it</geographicCode></subject><classification>940</classification>",
		"<dc:subject>A--B</dc:subject><dc:subject>Lee--T</dc:subject><dc:subject>940</dc:subject>"
		"<dc:coverage>Rome</dc:coverage><dc:coverage>1900s</dc:coverage><dc:coverage>Italy--Rome</"
		"dc:coverage>");
	mods_gives("<identifier type='isbn'>123</identifier><identifier type='local'>b1</identifier>"
		   "<identifier type='uri'>http://x</identifier><identifier invalid='yes'>old</identifier>"
		   "<location><url>http://example.org/1</url><url>http://example.org/2</url></location>"
		   "<relatedItem "
		   "type='host'><titleInfo><title>Host</title></titleInfo><identifier>h1</identifier></relatedItem>"
		   "<relatedItem type='original'><titleInfo><title>First</title></titleInfo></relatedItem>"
		   "<relatedItem type='series'><titleInfo><title>Series</title></titleInfo></relatedItem>",
		"<dc:identifier>isbn: "
		"123</dc:identifier><dc:identifier>b1</dc:identifier><dc:identifier>http://x</dc:identifier>"
		"<dc:identifier>http://example.org/1</dc:identifier><dc:identifier>http://example.org/2</dc:identifier>"
		"<dc:source>First</dc:source><dc:relation>Host--h1</dc:relation>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_grouped_trimmed_and_said_once),
		cmocka_unit_test(a_full_arena_is_told),
		cmocka_unit_test(a_book_in_marc),
		cmocka_unit_test(other_dates_and_kinds_in_marc),
		cmocka_unit_test(mods_crosses_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
