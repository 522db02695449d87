/* MODS: what is kept of it, and what is refused. */
#include "expect.h"

#include "tombstone/mods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { TEXT_MAX = 16 << 20 };

#define NS "xmlns=\"http://www.loc.gov/mods/v3\""
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

static enum tomb_code supply(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *rest = arg;

	(void)err;
	(void)cap;
	*n = rest->n > 0;
	memcpy(buf, rest->p, *n);
	*rest = (struct tomb_str){rest->p + *n, rest->n - *n};
	return TOMB_OK;
}

/* All records of a text, each on a line, read byte by byte. */
static void reads(struct tomb_str text, const char *want)
{
	TOMB_BUF_AUTO got = tomb_buf_init(TEXT_MAX);
	TOMB_MODS_READER_AUTO *r = NULL;
	struct tomb_mods_item item;
	struct tomb_err err = {.text = ""};
	enum tomb_code code = tomb_mods_reader_open(supply, &text, &r, &err);

	while (code == TOMB_OK) {
		code = tomb_mods_reader_next(r, &item, &err);
		if (code != TOMB_OK || item.found == TOMB_MODS_END)
			break;
		if (item.found == TOMB_MODS_FOUND)
			tomb_buf_putf(&got, "%d,%d: %.*s\n", (int)item.number, (int)item.line, TOMB_STR_ARG(item.text));
		else
			tomb_buf_putf(&got, "%s\n", item.problem.text);
	}
	if (code != TOMB_OK)
		tomb_buf_putf(&got, "%s: %s\n", tomb_code_slug(code), err.text);
	assert_string_equal(got.p ? got.p : "", want);
}

static void refuses(struct tomb_str text, enum tomb_code code, const char *words)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	struct tomb_str kept = {"untouched", 9};

	TOMB_EXPECT(code, words, tomb_mods_read_one(text, &arena, &kept, &err));
	assert_string_equal(kept.p, "untouched");
}

static void a_record_is_kept_in_its_canonical_form(void **state)
{
	(void)state;
	reads(TOMB_STR("<?xml version='1.0' encoding='ISO-8859-1'?><!-- no -->\n<mods version='3.8' ID=\"a\" " NS
		       "\n xmlns:unused='urn:u' xmlns:xsi='" XSI "' xsi:schemaLocation='x y'><?no?><!-- no -->"
		       "<titleInfo><title>B\xe4r &#38; <![CDATA[<x>]]></title>\r\n<nonSort/></titleInfo></mods>"),
		"1,3: <mods " NS " ID=\"a\" version=\"3.8\"><titleInfo><title>B\xc3\xa4r &amp; &lt;x&gt;</title>\n"
		"<nonSort></nonSort></titleInfo></mods>\n");
}

static void records_of_a_collection_take_their_namespaces_along(void **state)
{
	(void)state;
	reads(TOMB_STR("<m:modsCollection xmlns:m='http://www.loc.gov/mods/v3' xmlns:xlink='urn:xlink' "
		       "xmlns:o='urn:o'>\n"
		       "<m:mods><m:name xlink:href='#1'/></m:mods> text <!-- no -->\n"
		       "<m:mods><m:extension><o:x xmlns='urn:p' a='&lt;'><y/></o:x></m:extension></m:mods>"
		       "</m:modsCollection>"),
		"1,2: <m:mods xmlns:m=\"http://www.loc.gov/mods/v3\"><m:name xmlns:xlink=\"urn:xlink\" "
		"xlink:href=\"#1\"></m:name>"
		"</m:mods>\n"
		"2,3: <m:mods xmlns:m=\"http://www.loc.gov/mods/v3\"><m:extension><o:x xmlns:o=\"urn:o\" a=\"&lt;\">"
		"<y xmlns=\"urn:p\"></y></o:x></m:extension></m:mods>\n");
	reads(TOMB_STR("<modsCollection " NS "/>"), "");
}

static void what_is_no_mods_is_refused(void **state)
{
	(void)state;
	refuses(TOMB_STR(""), TOMB_INVAL, "not well-formed");
	refuses(TOMB_STR("<mods/>"), TOMB_UNSUPPORTED, "the document is a <mods> in no namespace, not a <mods> or");
	refuses(TOMB_STR("<mods xmlns='http://www.loc.gov/mods/v4'/>"), TOMB_UNSUPPORTED,
		"in http://www.loc.gov/mods/v4");
	refuses(TOMB_STR("<mods " NS ">"), TOMB_INVAL, "line 1: this is not well-formed");
	refuses(TOMB_STR("<mods " NS "><a:b/></mods>"), TOMB_INVAL, "Namespace prefix a");
	refuses(TOMB_STR("<mods " NS ">\n<title>\x01</title></mods>"), TOMB_INVAL, "line 2: this is not well-formed");
	refuses(TOMB_STR("<mods " NS ">\xff</mods>"), TOMB_INVAL, "not well-formed");
	refuses(TOMB_STR("<mods " NS ">\0</mods>"), TOMB_INVAL, "not well-formed");
	refuses(TOMB_STR("<mods " NS "/><mods " NS "/>"), TOMB_INVAL, "not well-formed");
	refuses(TOMB_STR("<modsCollection " NS "/>"), TOMB_INVAL, "there is no <mods>");
	refuses(TOMB_STR("<modsCollection " NS "><mods/><mods/></modsCollection>"), TOMB_INVAL, "more than one <mods>");
	refuses(TOMB_STR("<mods " NS "><a xmlns:r='relative' r:b=''/></mods>"), TOMB_INVAL,
		"record 1, line 1: it has no can");
}

static void a_document_type_is_refused_before_it_does_anything(void **state)
{
	(void)state;
	refuses(TOMB_STR("<!DOCTYPE mods [<!ENTITY a 'aaaaaaaaaaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
			 "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]><mods " NS ">&c;</mods>"),
		TOMB_INVAL, "document type");
	refuses(TOMB_STR("<!DOCTYPE mods [<!ENTITY a SYSTEM '/etc/passwd'>]><mods " NS ">&a;</mods>"), TOMB_INVAL,
		"document type");
}

static void what_is_too_large_or_too_deep_is_refused(void **state)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	(void)state;
	tomb_buf_put(&text, TOMB_STR("<mods " NS ">"));
	for (int i = 0; i < 100; i++)
		tomb_buf_put(&text, TOMB_STR("<extension>"));
	refuses((struct tomb_str){text.p, text.n}, TOMB_TOOBIG, "more than 64 deep");
	tomb_buf_reset(&text);
	tomb_buf_put(&text, TOMB_STR("<mods " NS "><note>"));
	for (int i = 0; i < 110000; i++)
		tomb_buf_put(&text, TOMB_STR("ten bytes "));
	tomb_buf_put(&text, TOMB_STR("</note></mods>"));
	refuses((struct tomb_str){text.p, text.n}, TOMB_TOOBIG, "record 1, line 1: it has more than 1048576 bytes");
}

/* Elements in a namespace with a name of so many bytes. */
static void put_spaces(struct tomb_buf *text, int n)
{
	tomb_buf_reset(text);
	tomb_buf_put(text, TOMB_STR("<mods " NS " xmlns:p='urn:"));
	for (int i = 4; i < n; i++)
		tomb_buf_put(text, TOMB_STR("x"));
	tomb_buf_put(text, TOMB_STR("'>"));
	for (int i = 0; i < 60000; i++)
		tomb_buf_put(text, TOMB_STR("<p:a/>"));
	tomb_buf_put(text, TOMB_STR("</mods>"));
}

static void long_namespaces_do_not_multiply(void **state)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	(void)state;
	put_spaces(&text, 1024);
	refuses((struct tomb_str){text.p, text.n}, TOMB_TOOBIG, "it has more than 1048576 bytes");
	put_spaces(&text, 1025);
	refuses((struct tomb_str){text.p, text.n}, TOMB_TOOBIG, "the name of a namespace has more than 1024 bytes");
}

static void puts_with_schema(struct tomb_str kept, const char *want)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TEXT_MAX);

	tomb_mods_put(kept, true, &out);
	assert_string_equal(out.p, want);
	tomb_buf_reset(&out);
	tomb_mods_put(kept, false, &out);
	assert_true(tomb_str_eq(kept, (struct tomb_str){out.p, out.n}));
}

static void the_schema_is_told_to_whoever_gets_it(void **state)
{
#define LOCATION                                                                                                       \
	"xmlns:xsi=\"" XSI "\" xsi:schemaLocation=\"http://www.loc.gov/mods/v3 "                                       \
	"http://www.loc.gov/standards/mods/v3/mods-3-8.xsd\""

	(void)state;
	puts_with_schema(TOMB_STR("<mods " NS "><a></a></mods>"), "<mods " LOCATION " " NS "><a></a></mods>");
	puts_with_schema(TOMB_STR("<m></m>"), "<m " LOCATION "></m>");
	puts_with_schema(TOMB_STR("<m xmlns:xsi=\"urn:x\"></m>"), "<m xmlns:xsi=\"urn:x\"></m>");
}

static void same(struct tomb_str got, const char *want)
{
	assert_string_equal(got.p, want);
	assert_int_equal(got.n, strlen(want));
}

static void title_names_identifiers_and_conditions_are_found(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TEXT_MAX);
	struct tomb_mods_facts f;

	(void)state;
	TOMB_EXPECT(TOMB_OK, "",
		tomb_mods_facts(
			TOMB_STR(
				"<mods " NS "><titleInfo type='alternative'><title>Not this</title></titleInfo>"
				"<relatedItem><titleInfo><title>Nor this</title></titleInfo></relatedItem>"
				"<titleInfo><nonSort>The </nonSort><title>Maps\n of  "
				"Rome</title><subTitle>old</subTitle>"
				"<partNumber>2</partNumber><partName>Hills</partName></titleInfo>"
				"<name type='personal'><namePart type='given'>Ann</namePart><namePart "
				"type='family'>Lee</namePart>"
				"<namePart type='date'>1900-</namePart><role><roleTerm type='code'>cre</roleTerm>"
				"<roleTerm type='text'>creator</roleTerm></role></name>"
				"<name><namePart>ACME</namePart><namePart>Maps</namePart></name><name/>"
				"<identifier type='local_bnum'>b1</identifier><identifier> x </identifier><identifier/>"
				"<accessCondition type='use and reproduction'>Ask <b>us</b>.</accessCondition></mods>"),
			&arena, &f, &err));
	same(f.title, "The Maps of Rome: old. 2. Hills");
	assert_int_equal(f.names.n, 2);
	same(f.names.p[0].text, "Lee, Ann, 1900-");
	same(f.names.p[0].type, "creator");
	same(f.names.p[1].text, "ACME Maps");
	same(f.names.p[1].type, "");
	assert_int_equal(f.identifiers.n, 2);
	same(f.identifiers.p[0].type, "local_bnum");
	same(f.identifiers.p[0].text, "b1");
	same(f.identifiers.p[1].text, "x");
	assert_int_equal(f.access_conditions.n, 1);
	same(f.access_conditions.p[0].text, "Ask us.");
	same(f.access_conditions.p[0].type, "use and reproduction");
	TOMB_EXPECT(TOMB_OK, "",
		tomb_mods_facts(TOMB_STR("<mods " NS
					 "><titleInfo><nonSort>L'</nonSort><title>Avare</title></titleInfo></mods>"),
			&arena, &f, &err));
	same(f.title, "L'Avare");
	TOMB_EXPECT(TOMB_OK, "", tomb_mods_facts(TOMB_STR("<mods " NS "></mods>"), &arena, &f, &err));
	same(f.title, "");
	assert_int_equal(f.names.n + f.identifiers.n + f.access_conditions.n, 0);
}

/* An arena of any size: facts, or a word that there is no room. */
static void too_little_memory_is_told(void **state)
{
	bool is_done = false;

	(void)state;
	for (size_t max = 0; !is_done; max += 8) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(max);
		struct tomb_mods_facts f;
		struct tomb_err err = {.text = ""};
		enum tomb_code code = tomb_mods_facts(
			TOMB_STR("<mods " NS "><titleInfo><title>T</title></titleInfo><name>"
				 "<namePart>N</namePart></name></mods>"),
			&arena, &f, &err);

		is_done = code == TOMB_OK;
		if (!is_done)
			assert_int_equal(code, TOMB_NOMEM);
		assert_true(max < 4096);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_kept_in_its_canonical_form),
		cmocka_unit_test(records_of_a_collection_take_their_namespaces_along),
		cmocka_unit_test(what_is_no_mods_is_refused),
		cmocka_unit_test(a_document_type_is_refused_before_it_does_anything),
		cmocka_unit_test(what_is_too_large_or_too_deep_is_refused),
		cmocka_unit_test(long_namespaces_do_not_multiply),
		cmocka_unit_test(the_schema_is_told_to_whoever_gets_it),
		cmocka_unit_test(title_names_identifiers_and_conditions_are_found),
		cmocka_unit_test(too_little_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
