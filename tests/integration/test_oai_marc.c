/* MARC by OAI-PMH (records.md 3.2, F-51, F-53, F-55, H-10, H-11): as stored, made up, with what is held; and what
 * happens to a record that cannot be shown. */
#include "oai_client.h"
#include "pg_fixture.h"
#include "record_box.h"
#include "xml_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void valid(struct site *s, const struct raw_answer *a)
{
	xml_check_valid(s->world.folder, "all-formats.xsd", (struct tomb_str){a->body, a->nbody});
}

static size_t count(const struct raw_answer *a, const char *piece)
{
	size_t n = 0;

	for (const char *p = a->body; (p = strstr(p, piece)) != NULL; p++)
		n++;
	return n;
}

static void marc_is_shown_as_it_is_stored_with_a_flag(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid title = record_box_marc("instance", NULL, "A title of its own");

	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21");
	valid(s, &a);
	SITE_SAYS(&a, 200, "A title of its own");
	SITE_SAYS(&a, 200, "<subfield code=\"t\">0</subfield>");
	SITE_SAYS(&a, 200, "xsi:schemaLocation=\"http://www.loc.gov/MARC21/slim ");
	tomb_world_exec("update record set discovery_suppress = true where id = '%s'", record_box_text(title));
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=marc21&identifier=oai:registry.test.edu:test.edu/%s",
		record_box_text(title));
	valid(s, &a);
	SITE_SAYS(&a, 200, "<subfield code=\"t\">1</subfield>");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc");
	valid(s, &a);
	SITE_SAYS(&a, 200, "<dc:title>A title of its own</dc:title>");
}

static void a_deleted_marc_record_is_no_metadata(void **state)
{
	static const char *const formats[] = {"marc21", "marc21_withholdings", "oai_dc"};
	struct site *s = *state;
	struct tomb_uuid title = record_box_marc("instance", NULL, "A title of its own");

	(void)record_box_delete(&s->world, title, TOMB_RECORD_SELF);
	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++) {
		RAW_ANSWER_AUTO a = {.status = 0};

		oai_get(s, &a, "verb=ListRecords&metadataPrefix=%s", formats[i]);
		valid(s, &a);
		SITE_SAYS(&a, 200, "<header status=\"deleted\">");
		SITE_SILENT(&a, "<metadata");
	}
}

static void what_has_no_marc_of_its_own_gets_the_least_of_it(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid title = record_box_new("instance", NULL, "Not catalogued");

	(void)record_box_new("holdings", &title, "Held");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21");
	valid(s, &a);
	assert_int_equal(count(&a, "<metadata>"), 2);
	SITE_SAYS(&a, 200, "<subfield code=\"a\">Not catalogued</subfield>");
	SITE_SAYS(&a, 200, record_box_text(title));
}

static void f_53_f_55_what_is_held_comes_from_the_inventory(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid title = record_box_marc("instance", NULL, "A title of its own");
	struct tomb_uuid held = record_box_new("holdings", &title, "Held");
	struct tomb_uuid item = record_box_new("item", &held, "Item");
	struct tomb_uuid bare = record_box_new("holdings", &title, "Bare");

	tomb_world_exec(
		"update record set content = '{\"callNumber\": \"QA 76\", \"callNumberPrefix\": \"Oversize\", "
		"\"location\": {\"name\": \"Main stacks\", \"library\": \"Main library\", \"campus\": \"City\", "
		"\"institution\": \"The university\"}, \"illPolicy\": {\"name\": \"Will lend\"}, "
		"\"electronicAccess\": [{\"uri\": \"https://example.org/?a=1&b=2\", \"linkText\": \"Read it\"}, "
		"{\"uri\": \"\"}, {}]}' where id = '%s'; "
		"update record set barcode = '4711', content = '{\"materialType\": {\"name\": \"book\"}, \"volume\": "
		"\"v. 1\", "
		"\"permanentLoanType\": \"Can circulate\"}' where id = '%s'; "
		"update record set content = '{\"location\": \"no object\", \"electronicAccess\": 7}' where id = '%s'",
		record_box_text(held), record_box_text(item), record_box_text(bare));
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21_withholdings");
	valid(s, &a);
	assert_int_equal(count(&a, "tag=\"952\""), 2);
	assert_int_equal(count(&a, "tag=\"856\""), 1);
	SITE_SAYS(&a, 200, "<subfield code=\"a\">The university</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"b\">City</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"c\">Main library</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"e\">QA 76</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"f\">Oversize</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"i\">book</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"j\">v. 1</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"m\">4711</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"p\">Can circulate</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"r\">Will lend</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"s\">Main stacks</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"u\">https://example.org/?a=1&amp;b=2</subfield>");
	SITE_SAYS(&a, 200, "<subfield code=\"y\">Read it</subfield>");
}

static void h_10_deleted_items_are_no_longer_held(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid title = record_box_marc("instance", NULL, "A title of its own");
	struct tomb_uuid held = record_box_new("holdings", &title, "Held");
	struct tomb_uuid item = record_box_new("item", &held, "Item");

	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21_withholdings");
	assert_int_equal(count(&a, "tag=\"952\""), 1);
	(void)record_box_delete(&s->world, item, TOMB_RECORD_SELF);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21_withholdings");
	assert_int_equal(count(&a, "tag=\"952\""), 1); /* the holdings are still there */
	(void)record_box_delete(&s->world, held, TOMB_RECORD_SELF);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21_withholdings");
	valid(s, &a);
	assert_int_equal(count(&a, "tag=\"952\""), 0);
	assert_int_equal(count(&a, "<header>"), 1);
	SITE_SILENT(&a, "status=");
}

static void f_51_h_11_a_record_without_its_source_is_left_out_and_told_of(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid broken = record_box_new("instance", NULL, "Broken");
	struct oai_copy copy = {.n = 0};

	tomb_world_exec("update record set source = 'MARC' where id = '%s'", record_box_text(broken));
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21");
	valid(s, &a);
	oai_errors(&a, "noRecordsMatch");
	for (int i = 0; i < SITE_OAI_PAGE * 2 + 5; i++)
		(void)record_box_marc("instance", NULL, "Whole");
	oai_harvest(s, &copy, "ListRecords", "metadataPrefix=marc21");
	assert_int_equal(copy.n, SITE_OAI_PAGE * 2 + 5);
	oai_copy_fini(&copy);
	oai_harvest(s, &copy, "ListIdentifiers", "metadataPrefix=marc21");
	assert_int_equal(copy.n, SITE_OAI_PAGE * 2 + 5);
	oai_copy_fini(&copy);
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=marc21&identifier=oai:registry.test.edu:test.edu/%s",
		record_box_text(broken));
	oai_errors(&a, "cannotDisseminateFormat");
	assert_int_equal(
		tomb_world_number("select times from harvest_error where item_id = '%s' and prefix = 'marc21' and "
				  "reason = 'There is no corresponding SRS record for this MARC'",
			record_box_text(broken)),
		4);
}

static void h_11_pages_of_nothing_but_broken_records_are_passed_over(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	for (int i = 0; i < SITE_OAI_PAGE * 3; i++)
		(void)record_box_new("instance", NULL, "Broken");
	tomb_world_exec("update record set source = 'MARC'");
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:instance");
	tomb_world_exec("update oai_item set datestamp = datestamp - interval '1 hour'");
	(void)record_box_marc("instance", NULL, "Whole");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21");
	valid(s, &a);
	assert_int_equal(count(&a, "<record>"), 1);
	SITE_SILENT(&a, "resumptionToken");
	assert_int_equal(tomb_world_number("select failed from harvest_chain order by id desc limit 1"), 30);
}

static void mods_that_is_no_xml_does_not_break_the_list(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid broken = record_box_new("mms_collection", NULL, "Broken");
	struct tomb_uuid whole = record_box_new("mms_collection", NULL, "Whole");

	tomb_world_exec(
		"update record set mods = '<mods xmlns=\"http://www.loc.gov/mods/v3\"><b></mods>' where id = '%s'; "
		"update record set mods = '<mods xmlns=\"http://www.loc.gov/mods/v3\"><titleInfo><title>T</title>"
		"</titleInfo></mods>' where id = '%s'",
		record_box_text(broken), record_box_text(whole));
	for (int i = 0; i < 2; i++) {
		oai_get(s, &a, "verb=ListRecords&metadataPrefix=%s", i ? "oai_dc" : "mods");
		valid(s, &a);
		assert_int_equal(count(&a, "<record>"), 1);
		SITE_SAYS(&a, 200, record_box_text(whole));
	}
}

static void f_51_what_was_left_out_is_on_a_page_of_its_institution(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct tomb_uuid broken = record_box_new("instance", NULL, "Broken <b>");

	tomb_world_exec("update record set source = 'MARC' where id = '%s'", record_box_text(broken));
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=marc21");
	site_get(s, &s->alice, &a, "/harvests");
	SITE_SAYS(&a, 200, "There is no corresponding SRS record for this MARC");
	SITE_SAYS(&a, 200, "Broken &lt;b&gt;");
	SITE_SAYS(&a, 200, record_box_text(broken));
	SITE_SILENT(&a, "List 1");
	site_get(s, &s->mallory, &a, "/harvests");
	SITE_SAYS(&a, 200, "could be shown");
	SITE_SILENT(&a, "Broken");
	site_get(s, &s->oscar, &a, "/harvests");
	SITE_SAYS(&a, 200, "Broken &lt;b&gt;");
	SITE_SAYS(&a, 200, "ListRecords marc21");
	SITE_SAYS(&a, 200, "1 left out");
	site_get(s, &s->carol, &a, "/harvests");
	assert_int_equal(a.status, 403);
}

static void h_12_each_list_is_counted(void **state)
{
	struct site *s = *state;
	struct oai_copy copy = {.n = 0};
	struct tomb_uuid one = record_box_new("alma_collection", NULL, "One");

	for (int i = 0; i < SITE_OAI_PAGE * 2; i++)
		(void)record_box_new("alma_collection", NULL, "More");
	(void)record_box_delete(&s->world, one, TOMB_RECORD_SELF);
	assert_true(oai_step(s, &copy, "ListRecords", "metadataPrefix=oai_dc&set=all"));
	assert_int_equal(
		tomb_world_number("select count(*) from harvest_chain where completed_at is null and pages = 1 and "
				  "returned = 10 and prefix = 'oai_dc' and set_spec = 'all' and from_at is null"),
		1);
	oai_harvest(s, &copy, "ListRecords", "metadataPrefix=oai_dc&set=all");
	assert_int_equal(
		tomb_world_number("select count(*) from harvest_chain where completed_at is not null and pages = 3 "
				  "and returned = 21 and deleted = 1 and failed = 0"),
		1);
	oai_copy_fini(&copy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(marc_is_shown_as_it_is_stored_with_a_flag),
		TEST(a_deleted_marc_record_is_no_metadata),
		TEST(what_has_no_marc_of_its_own_gets_the_least_of_it),
		TEST(f_53_f_55_what_is_held_comes_from_the_inventory),
		TEST(h_10_deleted_items_are_no_longer_held),
		TEST(f_51_h_11_a_record_without_its_source_is_left_out_and_told_of),
		TEST(h_11_pages_of_nothing_but_broken_records_are_passed_over),
		TEST(mods_that_is_no_xml_does_not_break_the_list),
		TEST(f_51_what_was_left_out_is_on_a_page_of_its_institution),
		TEST(h_12_each_list_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
