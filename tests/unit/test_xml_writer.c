/*
 * What the XML writer promises.  libxml2 reads back what was written.
 *
 * link: xml2
 */
#include "tombstone/xml_writer.h"

#include "mistake.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void write_all(struct tomb_xml *w)
{
	tomb_xml_start(w, "p:list");
	tomb_xml_attr(w, "xmlns:p", TOMB_STR("http://example.org/<\"&'>"));
	tomb_xml_attr(w, "note", TOMB_STR("a\tb\nc\rd"));
	tomb_xml_element(w, "name", TOMB_STR("a<b>&\"'\t\n\r]]>\xc3\xa9"));
	tomb_xml_start(w, "empty");
	tomb_xml_end(w, "empty");
	tomb_xml_start(w, "mixed");
	tomb_xml_text(w, TOMB_STR("one "));
	tomb_xml_start(w, "em");
	tomb_xml_start(w, "deep");
	tomb_xml_end(w, "deep");
	tomb_xml_end(w, "em");
	tomb_xml_int(w, INT64_MIN);
	tomb_xml_end(w, "mixed");
	tomb_xml_start(w, "outer");
	tomb_xml_element(w, "inner", TOMB_STR(""));
	tomb_xml_end(w, "outer");
	tomb_xml_end(w, "p:list");
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define ROOT "<p:list xmlns:p=\"http://example.org/&lt;&quot;&amp;'&gt;\" note=\"a&#9;b&#10;c&#13;d\">"
#define NAME "<name>a&lt;b&gt;&amp;\"'\t\n&#13;]]&gt;\xc3\xa9</name>"
#define MIXED "<mixed>one <em><deep/></em>-9223372036854775808</mixed>"

static const char indented[] = HEAD ROOT "\n  " NAME "\n  <empty/>\n  " MIXED
					 "\n  <outer>\n    <inner></inner>\n  </outer>\n</p:list>\n";
static const char plain[] = HEAD ROOT NAME "<empty/>" MIXED "<outer><inner></inner></outer></p:list>\n";

static void elements_are_written_with_and_without_lines(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);
		struct tomb_xml w = tomb_xml_init(&b, i == 1);
		struct tomb_str xml = {NULL, 0};
		struct tomb_err err;

		write_all(&w);
		assert_int_equal(tomb_xml_done(&w, &xml, &err), TOMB_OK);
		assert_string_equal(xml.p, i == 1 ? indented : plain);
	}
}

/* Text and attribute as libxml2 reads them back, or NULL. */
static void read_back(struct tomb_str s, xmlChar **text, xmlChar **value)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);
	struct tomb_xml w = tomb_xml_init(&b, true);
	xmlDocPtr doc = NULL;

	tomb_xml_start(&w, "e");
	tomb_xml_attr(&w, "v", s);
	tomb_xml_text(&w, s);
	tomb_xml_end(&w, "e");
	doc = xmlReadMemory(b.p, (int)b.n, "test", NULL, XML_PARSE_NONET | XML_PARSE_PEDANTIC);
	assert_non_null(doc);
	*text = xmlNodeGetContent(xmlDocGetRootElement(doc));
	*value = xmlGetProp(xmlDocGetRootElement(doc), (const xmlChar *)"v");
	xmlFreeDoc(doc);
}

static void check_back(struct tomb_str s, const char *expected)
{
	xmlChar *text = NULL;
	xmlChar *value = NULL;

	read_back(s, &text, &value);
	assert_string_equal((const char *)text, expected);
	assert_string_equal((const char *)value, expected);
	xmlFree(text);
	xmlFree(value);
}

static void every_byte_reads_back_or_is_replaced(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char bytes[] = {'a', (char)c, 'b', '\0'};
		bool is_char = c < 128 && (c >= 32 || c == '\t' || c == '\n' || c == '\r');

		check_back((struct tomb_str){bytes, 3}, is_char ? bytes
								: "a\xef\xbf\xbd"
								  "b");
	}
	check_back(TOMB_STR("\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80"),
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* U+FFFE, U+FFFF, a surrogate */
	check_back(TOMB_STR("\xf0\x9f\x98\x80 ]]> &amp; <!-- -->"), "\xf0\x9f\x98\x80 ]]> &amp; <!-- -->");
}

static void a_full_buffer_says_so_once(void **state)
{
	struct tomb_str xml = {NULL, 7};
	struct tomb_err err;
	size_t max = 0;

	(void)state;
	for (;; max++) {
		TOMB_BUF_AUTO b = tomb_buf_init(max);
		struct tomb_xml w = tomb_xml_init(&b, false);

		write_all(&w);
		assert_true(b.n <= max);
		if (tomb_xml_done(&w, &xml, &err) == TOMB_OK)
			break;
		assert_int_equal(err.code, TOMB_TOOBIG);
		assert_int_equal(xml.n, 7); /* untouched on failure */
	}
	assert_int_equal(max, sizeof plain - 1);
}

/* Mistakes, each of which must end the program. */
static struct tomb_buf scrap = {.max = 1 << 16};
static struct tomb_xml writer;

static void begin(void)
{
	writer = tomb_xml_init(&scrap, false);
	tomb_xml_start(&writer, "e");
}

static void a_blank_in_a_name(void)
{
	begin();
	tomb_xml_start(&writer, "a b");
}

static void an_empty_name(void)
{
	begin();
	tomb_xml_start(&writer, "");
}

static void a_digit_first(void)
{
	begin();
	tomb_xml_attr(&writer, "a:1", TOMB_STR(""));
}

static void two_colons(void)
{
	begin();
	tomb_xml_attr(&writer, "a:b:c", TOMB_STR(""));
}

static void an_attribute_twice(void)
{
	begin();
	tomb_xml_attr(&writer, "a", TOMB_STR(""));
	tomb_xml_attr(&writer, "a", TOMB_STR(""));
}

static void an_attribute_after_text(void)
{
	begin();
	tomb_xml_text(&writer, TOMB_STR(""));
	tomb_xml_attr(&writer, "a", TOMB_STR(""));
}

static void the_wrong_end(void)
{
	begin();
	tomb_xml_end(&writer, "f");
}

static void two_roots(void)
{
	begin();
	tomb_xml_end(&writer, "e");
	tomb_xml_start(&writer, "e");
}

static void text_outside(void)
{
	begin();
	tomb_xml_end(&writer, "e");
	tomb_xml_text(&writer, TOMB_STR(""));
}

static void too_deep(void)
{
	begin();
	for (int i = 0; i < TOMB_XML_DEPTH_MAX; i++)
		tomb_xml_start(&writer, "e");
}

static void an_open_element(void)
{
	struct tomb_str xml;
	struct tomb_err err;

	begin();
	if (tomb_xml_done(&writer, &xml, &err) != TOMB_OK)
		return;
}

static void no_mistake(void)
{
	writer = tomb_xml_init(&scrap, false);
	write_all(&writer);
}

static void misuse_is_an_assertion(void **state)
{
	static void (*const mistakes[])(void) = {a_blank_in_a_name, an_empty_name, a_digit_first, two_colons,
		an_attribute_twice, an_attribute_after_text, the_wrong_end, two_roots, text_outside, too_deep,
		an_open_element};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(mistakes); i++)
		assert_true(mistake_aborts(mistakes[i]));
	assert_false(mistake_aborts(no_mistake));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_written_with_and_without_lines),
		cmocka_unit_test(every_byte_reads_back_or_is_replaced),
		cmocka_unit_test(a_full_buffer_says_so_once),
		cmocka_unit_test(misuse_is_an_assertion),
	};
	int failed = cmocka_run_group_tests_name("xml_writer", tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
