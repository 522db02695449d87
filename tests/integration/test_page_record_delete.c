/* Deleting records by their pages: words, buttons, criteria (records.md N-02 to N-21, NW-6, NW-8, FC-8). */
#include "pg_fixture.h"
#include "record_box.h"
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CONFIRMED "reason_code=restructuring&reason=&no_reference=1&metadata_kept=1"
#define WARNING "<strong>Deleted records cannot be restored within MMS</strong>"

struct tree {
	struct tomb_uuid collection, container, first, second;
};

static struct tree plant(void)
{
	struct tree t = {.collection = record_box_new("mms_collection", NULL, "Maps")};

	t.container = record_box_new("mms_container", &t.collection, "Box 1");
	t.first = record_box_new("mms_item", &t.container, "A map");
	t.second = record_box_new("mms_item", &t.container, "Another map");
	return t;
}

static void press(struct site *s, struct tomb_uuid id, const char *form, struct raw_answer *a)
{
	site_post(s, &s->alice, form, a, "/records/delete/%s", record_box_text(id));
}

static void n_15_a_collection_is_deleted_from_its_own_page_only(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(maps));
	SITE_SAYS(&a, 200, ">Delete this collection</a>");
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(maps));
	SITE_SAYS(&a, 200, "<h1>Delete collection</h1>");
	SITE_SAYS(&a, 200, WARNING);
	SITE_SAYS(&a, 200, "Total items in this Collection 0");
	assert_false(record_box_is_deleted(maps));
	site_get(s, &s->carol, &a, "/records/show/%s", record_box_text(maps));
	SITE_SILENT(&a, "Delete this collection");
	site_get(s, &s->carol, &a, "/records/delete/%s", record_box_text(maps));
	assert_int_equal(a.status, 403);
	site_post(s, &s->carol, CONFIRMED "&mode=self&expect_self=1&version=1", &a, "/records/delete/%s",
		record_box_text(maps));
	assert_int_equal(a.status, 403);
	assert_false(record_box_is_deleted(maps));
}

static void n_16_an_empty_collection_is_deleted_by_itself(void **state)
{
	struct site *s = *state;
	struct tomb_uuid maps = record_box_new("mms_collection", NULL, "Maps");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(maps));
	SITE_SAYS(&a, 200, "value=\"self\">Delete collection</button>");
	SITE_SILENT(&a, "Delete collection and all its contents");
	press(s, maps, CONFIRMED "&mode=self&expect_self=1&version=1", &a);
	assert_int_equal(a.status, 303);
	assert_true(record_box_is_deleted(maps));
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "1 record deleted");
	SITE_SAYS(&a, 200, "Part of a remediation workflow: Restructuring Records");
	SITE_SAYS(&a, 200, "status=&quot;deleted&quot;");
}

static void n_17_a_collection_with_contents_goes_after_they_were_verified(void **state)
{
	struct site *s = *state;
	struct tree t = plant();
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(t.collection));
	SITE_SAYS(&a, 200, "value=\"with_contents\">Delete collection and all its contents</button>");
	SITE_SAYS(&a, 200, "name=\"expect_with_contents\" value=\"4\"");
	SITE_SILENT(&a, ">Delete collection</button>");
	press(s, t.collection, CONFIRMED "&mode=with_contents&expect_with_contents=4&version=1", &a);
	SITE_SAYS(&a, 400, "Confirm that the child containers and items are no longer needed.");
	assert_false(record_box_is_deleted(t.first));
	press(s, t.collection, CONFIRMED "&verified=1&mode=with_contents&expect_with_contents=4&version=1", &a);
	assert_int_equal(a.status, 303);
	assert_true(record_box_is_deleted(t.first));
	assert_true(record_box_is_deleted(t.collection));
}

static void t_4_contents_that_changed_meanwhile_are_refused_in_words(void **state)
{
	struct site *s = *state;
	struct tree t = plant();
	RAW_ANSWER_AUTO a = {0};

	press(s, t.collection, CONFIRMED "&verified=1&mode=with_contents&expect_with_contents=3&version=1", &a);
	SITE_SAYS(&a, 409, "There is a problem");
	SITE_SAYS(&a, 409, "look again");
	SITE_SAYS(&a, 409, "name=\"expect_with_contents\" value=\"4\"");
	assert_false(record_box_is_deleted(t.collection));
}

static void n_20_a_container_takes_its_children_along(void **state)
{
	struct site *s = *state;
	struct tree t = plant();
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(t.container));
	SITE_SAYS(&a, 200, ">Delete this container</a>");
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(t.container));
	SITE_SAYS(&a, 200, "<h1>Delete container</h1>");
	SITE_SAYS(&a, 200, ">Delete container and all children</button>");
	SITE_SILENT(&a, ">Delete container</button>");
	press(s, t.container, CONFIRMED "&verified=1&mode=with_children&expect_with_children=3&version=1", &a);
	assert_int_equal(a.status, 303);
	assert_true(record_box_is_deleted(t.second));
	assert_false(record_box_is_deleted(t.collection));
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(t.collection));
	SITE_SAYS(&a, 200, ">Delete collection</button>");
}

static void n_20b_children_are_reassigned_and_what_they_lose_is_said(void **state)
{
	struct site *s = *state;
	struct tree t = plant();
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(t.container));
	SITE_SAYS(&a, 200, ">Delete container and reassign children</button>");
	SITE_SAYS(&a, 200, "Will be lost");
	SITE_SAYS(&a, 200, "Will be gained");
	tomb_world_exec(
		"update record set rights = '{\"name\": \"In copyright\", \"kind\": \"local\"}' where id = '%s'",
		record_box_text(t.container));
	tomb_world_exec(
		"update record set rights = '{\"name\": \"Public domain\", \"kind\": \"custom\"}' where id = '%s'",
		record_box_text(t.collection));
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(t.container));
	SITE_SAYS(&a, 200, "data-label=\"Will be lost\">In copyright");
	SITE_SAYS(&a, 200, "data-label=\"Will be gained\">Public domain");
	press(s, t.container,
		CONFIRMED "&rights=not_needed&mode=reassign_children&expect_reassign_children=1&version=1", &a);
	assert_int_equal(a.status, 303);
	assert_true(record_box_is_deleted(t.container));
	assert_false(record_box_is_deleted(t.first));
	assert_int_equal(tomb_world_number("select count(*) from record where parent_id = '%s'and state = 'active'",
				 record_box_text(t.collection)),
		2);
}

static void n_20c_collections_never_reassign(void **state)
{
	struct site *s = *state;
	struct tree t = plant();
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(t.collection));
	SITE_SILENT(&a, "reassign");
	press(s, t.collection, CONFIRMED "&verified=1&mode=reassign_children&expect_reassign_children=1&version=1", &a);
	assert_int_equal(a.status, 400);
	assert_false(record_box_is_deleted(t.collection));
}

static void n_03_to_n_12_criteria_that_are_missing_are_named(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(item));
	SITE_SAYS(&a, 200, ">Delete this item</a>");
	press(s, item, "mode=self&expect_self=1&version=1", &a);
	SITE_SAYS(&a, 400, "choose a reason");
	SITE_SAYS(&a, 400, "Confirm that the record is no longer needed for reference.");
	SITE_SAYS(&a, 400, "Confirm that all necessary metadata elements");
	assert_false(record_box_is_deleted(item));
	press(s, item, "reason_code=accidental&no_reference=1&metadata_kept=1&mode=self&expect_self=1&version=1", &a);
	assert_int_equal(a.status, 303);
	assert_true(record_box_is_deleted(item));
}

static void n_05_another_reason_is_an_override_of_admins_in_words(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");
	struct site_user editor;
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("insert into user_duty (user_id, duty, given_by) values (%" PRId64 ", 'editor', 'test')",
		s->world.carol.user_id);
	site_sign_in(&s->world.carol, &editor);
	site_get(s, &editor, &a, "/records/delete/%s", record_box_text(item));
	SITE_SAYS(&a, 200, ">Delete item</button>");
	SITE_SILENT(&a, "value=\"other\"");
	site_post(s, &editor,
		"reason_code=other&reason=x&no_reference=1&metadata_kept=1&mode=self&expect_self=1&version=1", &a,
		"/records/delete/%s", record_box_text(item));
	assert_int_equal(a.status, 403);
	press(s, item, "reason_code=other&no_reference=1&metadata_kept=1&mode=self&expect_self=1&version=1", &a);
	assert_int_equal(a.status, 400);
	press(s, item,
		"reason_code=other&reason=Asked+for+by+the+donor&no_reference=1&metadata_kept=1&mode=self&expect_self=1"
		"&version=1",
		&a);
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "Asked for by the donor");
	SITE_SAYS(&a, 200, ">Override</span>");
}

static void n_13_a_rights_profile_is_vouched_for_by_a_coordinator(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");
	char form[512];
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec(
		"update record set rights = '{\"name\": \"In copyright\", \"kind\": \"local\"}' where id = '%s'",
		record_box_text(item));
	press(s, item, CONFIRMED "&mode=self&expect_self=1&version=1", &a);
	SITE_SAYS(&a, 400, "Digitization Coordinator");
	tomb_world_exec("insert into user_duty (user_id, duty, given_by) values (%" PRId64
			", 'digitization_coordinator', 'test')",
		s->world.carol.user_id);
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(item));
	SITE_SAYS(&a, 200, "(carol@test.edu)</option>");
	SITE_SILENT(&a, "(bob@test.edu)</option>");
	/* N-14: the link given is the one that will resolve. */
	SITE_SAYS(&a, 200, "value=\"https://registry.test.edu/records/show/");
	(void)snprintf(form, sizeof form,
		CONFIRMED
		"&rights=replicated&rights_by=%" PRId64
		"&legacy_uri=https%%3A%%2F%%2Fregistry.test.edu%%2Frecords%%2Fshow%%2F%s&mode=self&expect_self=1"
		"&version=1",
		s->world.carol.user_id, record_box_text(item));
	press(s, item, form, &a);
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "<dt>Legacy record</dt>");
}

static void nw_6_harmful_content_is_suppressed_instead(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A map");
	RAW_ANSWER_AUTO a = {0};

	press(s, item, "reason_code=harmful_content&mode=self&expect_self=1&version=1", &a);
	SITE_SAYS(&a, 422, "Suppress instead.");
	SITE_SAYS(&a, 422, ">Suppress from website</button>");
	assert_false(record_box_is_deleted(item));
}

static void fc_8_an_instance_is_set_for_deletion_in_folios_words(void **state)
{
	struct site *s = *state;
	struct tomb_uuid book = record_box_marc("instance", NULL, "A book");
	struct tomb_uuid shelf = record_box_new("holdings", &book, "Shelf");
	struct tomb_uuid piece = record_box_new("item", &shelf, "Copy 1");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(book));
	SITE_SAYS(&a, 200, ">Set record for deletion</a>");
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(book));
	SITE_SAYS(&a, 200, "Are you sure you want to set this record for deletion?");
	SITE_SAYS(&a, 200, "Suppressed from discovery and Staff suppressed");
	SITE_SAYS(&a, 200, "MARC LDR 05 will be set to &quot;d&quot;");
	SITE_SILENT(&a, WARNING);
	press(s, book, "mode=self&expect_self=1&version=7", &a);
	SITE_SAYS(&a, 412, "A book was not set for deletion");
	press(s, book, "mode=self&expect_self=1&version=1", &a);
	assert_int_equal(a.status, 303);
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "A book has been set for deletion");
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(shelf));
	SITE_SAYS(&a, 200, "1 record is in it");
	SITE_SILENT(&a, ">Delete holdings</button>");
	tomb_world_exec(
		"update record set content = '{\"status\": \"Checked out\"}' where id = '%s'", record_box_text(piece));
	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(piece));
	SITE_SAYS(&a, 200, "its status is &quot;Checked out&quot;");
	SITE_SILENT(&a, ">Delete item</button>");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(n_15_a_collection_is_deleted_from_its_own_page_only),
		TEST(n_16_an_empty_collection_is_deleted_by_itself),
		TEST(n_17_a_collection_with_contents_goes_after_they_were_verified),
		TEST(t_4_contents_that_changed_meanwhile_are_refused_in_words),
		TEST(n_20_a_container_takes_its_children_along),
		TEST(n_20b_children_are_reassigned_and_what_they_lose_is_said),
		TEST(n_20c_collections_never_reassign),
		TEST(n_03_to_n_12_criteria_that_are_missing_are_named),
		TEST(n_05_another_reason_is_an_override_of_admins_in_words),
		TEST(n_13_a_rights_profile_is_vouched_for_by_a_coordinator),
		TEST(nw_6_harmful_content_is_suppressed_instead),
		TEST(fc_8_an_instance_is_set_for_deletion_in_folios_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
