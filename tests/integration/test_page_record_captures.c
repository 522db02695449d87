/* Captures deleted from the inventory of their item (records.md N-10, N-22 to N-29). */
#include "pg_fixture.h"
#include "record_box.h"
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CONFIRMED "reason_code=accidental&no_reference=1&metadata_kept=1"

struct pages {
	struct tomb_uuid item, first, second, third;
};

static struct pages scan(void)
{
	struct pages p = {.item = record_box_new("mms_item", NULL, "A letter")};

	p.first = record_box_new("mms_capture", &p.item, "Page 1");
	p.second = record_box_new("mms_capture", &p.item, "Page 2");
	p.third = record_box_new("mms_capture", &p.item, "Page 3");
	return p;
}

static void n_28_go_leads_to_a_review_and_deletes_nothing(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	char form[256];
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/captures/%s", record_box_text(p.item));
	SITE_SAYS(&a, 200, "Actions on checked captures:");
	SITE_SAYS(&a, 200, "<option value=\"delete\">Delete</option>");
	SITE_SAYS(&a, 200, "<button>Go</button>");
	(void)snprintf(form, sizeof form, "action=delete&capture=%s&capture=%s", record_box_text(p.first),
		record_box_text(p.third));
	site_post(s, &s->alice, form, &a, "/records/captures/review/%s", record_box_text(p.item));
	SITE_SAYS(&a, 200, "Please review: 2 captures");
	SITE_SAYS(&a, 200, "Sounds good, make it so</button>");
	SITE_SAYS(&a, 200, "Deleted records cannot be restored within MMS");
	SITE_SAYS(&a, 200, "Page 3");
	SITE_SILENT(&a, "Page 2");
	assert_false(record_box_is_deleted(p.first));
	site_post(s, &s->alice, "action=delete", &a, "/records/captures/review/%s", record_box_text(p.item));
	SITE_SAYS(&a, 400, "No capture was checked");
}

static void n_29_only_sounds_good_executes_and_only_what_was_ticked(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	char form[512];
	RAW_ANSWER_AUTO a = {0};

	(void)snprintf(form, sizeof form, "capture=%s&capture=%s&expect=2", record_box_text(p.first),
		record_box_text(p.third));
	site_post(s, &s->alice, form, &a, "/records/captures/delete/%s", record_box_text(p.item));
	SITE_SAYS(&a, 400, "choose a reason");
	assert_false(record_box_is_deleted(p.first));
	(void)snprintf(form, sizeof form, CONFIRMED "&capture=%s&capture=%s&expect=2", record_box_text(p.first),
		record_box_text(p.third));
	site_post(s, &s->alice, form, &a, "/records/captures/delete/%s", record_box_text(p.item));
	assert_int_equal(a.status, 303);
	assert_true(record_box_is_deleted(p.first));
	assert_false(record_box_is_deleted(p.second));
	assert_true(record_box_is_deleted(p.third));
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "2 records deleted");
	SITE_SAYS(&a, 200, "the item that they belonged to is announced as changed");
}

static void n_25_x_takes_the_one_of_its_row_whatever_is_ticked(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	char form[256];
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/captures/%s", record_box_text(p.item));
	(void)snprintf(form, sizeof form, "name=\"only\" value=\"%s\"", record_box_text(p.second));
	SITE_SAYS(&a, 200, form);
	SITE_SAYS(&a, 200, ">X</button>");
	(void)snprintf(form, sizeof form, "capture=%s&only=%s", record_box_text(p.first), record_box_text(p.second));
	site_post(s, &s->alice, form, &a, "/records/captures/review/%s", record_box_text(p.item));
	SITE_SAYS(&a, 200, "Please review: 1 capture");
	SITE_SAYS(&a, 200, "Page 2");
	SITE_SILENT(&a, "Page 1");
}

static void n_27_all_are_selected_without_a_script_too(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	RAW_ANSWER_AUTO a = {0};
	int ticked = 0;

	site_get(s, &s->alice, &a, "/records/captures/%s", record_box_text(p.item));
	SITE_SAYS(&a, 200, "data-checks=\"capture\"");
	SITE_SAYS(&a, 200, ">Select all</button>");
	SITE_SILENT(&a, " checked>");
	site_get(s, &s->alice, &a, "/records/captures/%s?select=all", record_box_text(p.item));
	for (const char *at = a.body; (at = strstr(at, " checked>")); at++)
		ticked++;
	assert_int_equal(ticked, 3);
}

static void n_24_captures_with_identifiers_are_never_deleted(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	char form[512];
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("update record set capture_ids = '{nypl_58270}' where id = '%s'", record_box_text(p.second));
	(void)snprintf(form, sizeof form, "capture=%s&capture=%s", record_box_text(p.first), record_box_text(p.second));
	site_post(s, &s->alice, form, &a, "/records/captures/review/%s", record_box_text(p.item));
	SITE_SAYS(&a, 200, "is never deleted");
	SITE_SILENT(&a, "Sounds good, make it so");
	(void)snprintf(form, sizeof form, CONFIRMED "&capture=%s&capture=%s&expect=2", record_box_text(p.first),
		record_box_text(p.second));
	site_post(s, &s->alice, form, &a, "/records/captures/delete/%s", record_box_text(p.item));
	assert_int_equal(a.status, 409);
	assert_false(record_box_is_deleted(p.first));
	assert_false(record_box_is_deleted(p.second));
}

static void n_10_a_broken_image_is_shown_and_leads_to_the_workflow(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/records/captures/%s", record_box_text(p.item));
	SITE_SAYS(&a, 200, "<a href=\"#no-assets\"><svg");
	SITE_SAYS(&a, 200, "Capture Records in MMS with No Assets");
	SITE_SILENT(&a, ">Go</button>");
	SITE_SILENT(&a, ">X</button>");
}

static void captures_of_another_item_are_not_deleted_from_here(void **state)
{
	struct site *s = *state;
	struct pages p = scan();
	struct tomb_uuid other = record_box_new("mms_item", NULL, "Another letter");
	struct tomb_uuid capture = record_box_new("mms_capture", &other, "Page 1");
	char form[256];
	RAW_ANSWER_AUTO a = {0};

	(void)snprintf(form, sizeof form, "capture=%s", record_box_text(capture));
	site_post(s, &s->alice, form, &a, "/records/captures/review/%s", record_box_text(p.item));
	assert_int_equal(a.status, 400);
	(void)snprintf(form, sizeof form, CONFIRMED "&capture=%s&expect=1", record_box_text(capture));
	site_post(s, &s->alice, form, &a, "/records/captures/delete/%s", record_box_text(p.item));
	assert_int_equal(a.status, 400);
	assert_false(record_box_is_deleted(capture));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(n_28_go_leads_to_a_review_and_deletes_nothing),
		TEST(n_29_only_sounds_good_executes_and_only_what_was_ticked),
		TEST(n_25_x_takes_the_one_of_its_row_whatever_is_ticked),
		TEST(n_27_all_are_selected_without_a_script_too),
		TEST(n_24_captures_with_identifiers_are_never_deleted),
		TEST(n_10_a_broken_image_is_shown_and_leads_to_the_workflow),
		TEST(captures_of_another_item_are_not_deleted_from_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
