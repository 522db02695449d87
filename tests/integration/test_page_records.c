/* The pages of descriptive records: the list, one record with its tabs, and who sees which (records.md N-07 to N-09).
 */
#include "pg_fixture.h"
#include "record_box.h"
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void records_are_found_by_title_kind_state_and_identifier(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps of the harbour");
	struct tomb_uuid book = record_box_marc("instance", NULL, "A book");
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("update record set hrid = 'in0001' where id = '%s'", record_box_text(book));
	site_get(s, &s->carol, &a, "/records");
	SITE_SAYS(&a, 200, "<a href=\"/records\" aria-current=\"page\">Records</a>");
	SITE_SAYS(&a, 200, "Maps of the harbour");
	SITE_SAYS(&a, 200, "<p>2 records</p>");
	SITE_SILENT(&a, "name=\"institution\"");
	site_get(s, &s->carol, &a, "/records?title=Maps");
	SITE_SAYS(&a, 200, "Maps of the harbour");
	SITE_SILENT(&a, "A book");
	site_get(s, &s->carol, &a, "/records?kind=instance");
	SITE_SAYS(&a, 200, "A book");
	SITE_SILENT(&a, "Maps of");
	site_get(s, &s->carol, &a, "/records?identifier=in0001");
	SITE_SAYS(&a, 200, "HRID in0001");
	SITE_SILENT(&a, "Maps of");
	site_get(s, &s->carol, &a, "/records?identifier=%" PRId64,
		tomb_world_number("select number from record where id = '%s'", record_box_text(maps)));
	SITE_SAYS(&a, 200, "Maps of the harbour");
	SITE_SILENT(&a, "A book");
	site_get(s, &s->carol, &a, "/records?identifier=%s", record_box_text(maps));
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/records?state=D");
	SITE_SAYS(&a, 200, "No record fits this filter.");
	site_get(s, &s->carol, &a, "/records?kind=none");
	assert_int_equal(a.status, 400);
}

static void records_of_others_are_not_there_and_operators_filter(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps of the harbour");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->mallory, &a, "/records");
	SITE_SAYS(&a, 200, "There are no records yet.");
	site_get(s, &s->mallory, &a, "/records/show/%s", record_box_text(maps));
	assert_int_equal(a.status, 404);
	site_get(s, &s->mallory, &a, "/records/delete/%s", record_box_text(maps));
	assert_int_equal(a.status, 404);
	site_get(s, &s->oscar, &a, "/records?institution=test.edu");
	SITE_SAYS(&a, 200, "Maps of the harbour");
	site_get(s, &s->oscar, &a, "/records?institution=other.edu");
	SITE_SILENT(&a, "Maps of the harbour");
}

static void a_stranger_at_an_active_record_is_asked_to_sign_in(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps of the harbour");
	const char *none = "00000000-0000-4000-8000-000000000000";
	RAW_ANSWER_AUTO a = {0};

	/* What is there and what never was look the same. */
	site_get(s, NULL, &a, "/records/show/%s", record_box_text(maps));
	assert_int_equal(a.status, 303);
	assert_memory_equal(raw_header(&a, "Location"), "/sign_in?return_to=%2Frecords%2Fshow%2F", 38);
	site_get(s, NULL, &a, "/records/show/%s", none);
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "/records/show/%s", none);
	assert_int_equal(a.status, 404);
}

static void tabs_are_links_with_addresses_of_their_own(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps");
	struct tomb_uuid item = record_box_new("mms_item", &maps, "A map");
	RAW_ANSWER_AUTO a = {0};
	char link[128];

	tomb_world_exec("update record set mods = '<mods/>' where id = '%s'", record_box_text(item));
	site_get(s, &s->carol, &a, "/records/show/%s", record_box_text(item));
	(void)snprintf(link, sizeof link, "<a href=\"/records/show/%s\" aria-current=\"page\">Overview</a>",
		record_box_text(item));
	SITE_SAYS(&a, 200, link);
	(void)snprintf(
		link, sizeof link, "<a href=\"/records/captures/%s\">Capture inventory</a>", record_box_text(item));
	SITE_SAYS(&a, 200, link);
	(void)snprintf(link, sizeof link, "<a href=\"/records/show/%s\">Maps</a>", record_box_text(maps));
	SITE_SAYS(&a, 200, link);
	SITE_SILENT(&a, "Lightbox view");
	site_get(s, &s->carol, &a, "/records/mods/%s", record_box_text(item));
	SITE_SAYS(&a, 200, "&lt;mods/&gt;");
	site_get(s, &s->carol, &a, "/records/mods/%s?download=1", record_box_text(item));
	SITE_SAYS(&a, 200, "<mods/>");
	assert_string_equal(raw_header(&a, "Content-Type"), "application/mods+xml");
	site_get(s, &s->carol, &a, "/records/show/%s", record_box_text(maps));
	SITE_SAYS(&a, 200, ">Lightbox view</a>");
	SITE_SILENT(&a, "Capture inventory");
}

static void n_07_an_item_without_captures_says_so(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/records/captures/%s", record_box_text(item));
	SITE_SAYS(&a, 200, "No captures yet created for this item.");
	(void)record_box_new("mms_capture", &item, "Page 1");
	site_get(s, &s->carol, &a, "/records/captures/%s", record_box_text(item));
	SITE_SILENT(&a, "No captures yet created for this item.");
	SITE_SAYS(&a, 200, "Page 1");
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(item));
	SITE_SAYS(&a, 200, "it has 1 capture");
	SITE_SILENT(&a, ">Delete item</button>");
}

static void n_08_a_container_counts_its_items(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps");
	struct tomb_uuid box = record_box_new("mms_container", &maps, "Box 1");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/records/lightbox/%s", record_box_text(box));
	SITE_SAYS(&a, 200, "Total items in this Container 0");
	(void)record_box_new("mms_item", &box, "A map");
	site_get(s, &s->carol, &a, "/records/lightbox/%s", record_box_text(box));
	SITE_SAYS(&a, 200, "Total items in this Container 1");
	SITE_SAYS(&a, 200, "A map");
}

static void n_09_a_collection_counts_items_at_any_depth(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps");
	struct tomb_uuid box = record_box_new("mms_container", &maps, "Box 1");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/records/lightbox/%s", record_box_text(maps));
	SITE_SAYS(&a, 200, "Total items in this Collection 0");
	(void)record_box_new("mms_item", &box, "A map");
	site_get(s, &s->carol, &a, "/records/lightbox/%s", record_box_text(maps));
	SITE_SAYS(&a, 200, "Total items in this Collection 1");
}

static void marc_is_shown_field_by_field_and_as_a_file(void **state)
{
	struct site *s = *state;
	struct tomb_uuid book = record_box_marc("instance", NULL, "A book & more");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/records/marc/%s", record_box_text(book));
	SITE_SAYS(&a, 200, "<th scope=\"row\">245</th>");
	SITE_SAYS(&a, 200, "<span class=\"subfield\">$a</span> A book &amp; more");
	site_get(s, &s->carol, &a, "/records/marc/%s?download=1", record_box_text(book));
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/marc");
	site_get(s, &s->carol, &a, "/records/mods/%s", record_box_text(book));
	assert_int_equal(a.status, 404);
}

static void nw_6_a_record_is_suppressed_from_the_website(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/records/show/%s", record_box_text(item));
	SITE_SILENT(&a, "Suppress from website</button>");
	site_post(s, &s->carol, "version=1", &a, "/records/suppress/%s", record_box_text(item));
	assert_int_equal(a.status, 403);
	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(item));
	SITE_SAYS(&a, 200, "Suppress from website</button>");
	site_post(s, &s->alice, "version=1", &a, "/records/suppress/%s", record_box_text(item));
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "The record is suppressed");
	SITE_SILENT(&a, "Suppress from website</button>");
	site_post(s, &s->alice, "version=1", &a, "/records/suppress/%s", record_box_text(item));
	assert_int_equal(a.status, 412);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_found_by_title_kind_state_and_identifier),
		TEST(records_of_others_are_not_there_and_operators_filter),
		TEST(a_stranger_at_an_active_record_is_asked_to_sign_in),
		TEST(tabs_are_links_with_addresses_of_their_own),
		TEST(n_07_an_item_without_captures_says_so),
		TEST(n_08_a_container_counts_its_items),
		TEST(n_09_a_collection_counts_items_at_any_depth),
		TEST(marc_is_shown_field_by_field_and_as_a_file),
		TEST(nw_6_a_record_is_suppressed_from_the_website),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
