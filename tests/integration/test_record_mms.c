/* The rules of MMS for deleting collections, containers, items and captures (records.md 1.1). */
#include "expect.h"
#include "pg_fixture.h"
#include "record_box.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA_BYTES = 16 << 20 };

static enum tomb_code ask_for(struct tomb_world *w, const struct tomb_record_deletion_ask *ask, struct tomb_err *err)
{
	struct tomb_record_deleted done;

	return tomb_record_delete(w->registry, &w->alice, ask, &done, err);
}

static enum tomb_code delete (
	struct tomb_world *w, struct tomb_uuid id, enum tomb_record_mode mode, struct tomb_err *err) {
	const struct tomb_record_deletion_ask ask = record_box_ask(&id, mode);

	return ask_for(w, &ask, err);
}

/* A collection with a container, two items in it, and one beside it. */
struct tree {
	struct tomb_uuid collection, container, first, second, beside;
};

static struct tree plant(void)
{
	struct tree t = {.collection = record_box_new("mms_collection", NULL, "Maps")};

	t.container = record_box_new("mms_container", &t.collection, "Box 1");
	t.first = record_box_new("mms_item", &t.container, "A map");
	t.second = record_box_new("mms_item", &t.container, "Another map");
	t.beside = record_box_new("mms_item", &t.collection, "A letter");
	return t;
}

static struct tomb_uuid capture_of(const struct tomb_uuid *item)
{
	return record_box_new("mms_capture", item, "Capture");
}

static void n_01_four_kinds_of_mms_are_deleted_each_by_its_modes(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();

	TOMB_EXPECT(TOMB_INVAL, "not deleted by mode reassign_children",
		delete (w, t.collection, TOMB_RECORD_REASSIGN_CHILDREN, &err));
	TOMB_EXPECT(
		TOMB_INVAL, "not deleted by mode with_children", delete (w, t.first, TOMB_RECORD_WITH_CHILDREN, &err));
	TOMB_EXPECT(TOMB_INVAL, "not deleted by mode with_contents",
		delete (w, t.container, TOMB_RECORD_WITH_CONTENTS, &err));
	TOMB_EXPECT(TOMB_OK, "", delete (w, t.first, TOMB_RECORD_SELF, &err));
	assert_true(record_box_is_deleted(t.first));
	assert_false(record_box_is_deleted(t.second));
}

static void n_02_what_mms_deleted_does_not_come_back(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	const struct tomb_record_restore_ask ask = {.ids = &t.first, .nids = 1};
	const struct tomb_actor command = record_box_command();
	struct tomb_record_restored done;

	(void)record_box_delete(w, t.first, TOMB_RECORD_SELF);
	TOMB_EXPECT(TOMB_FORBIDDEN, "Deleted records cannot be restored within MMS",
		tomb_record_restore(w->registry, &command, &ask, &done, &err));
	assert_true(record_box_is_deleted(t.first));
}

static void n_03_to_n_05_the_reason_is_remediation_or_an_accident(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.first, TOMB_RECORD_SELF);

	ask.reason_code = TOMB_STR("");
	TOMB_EXPECT(TOMB_INVAL, "remediation workflow", ask_for(w, &ask, &err));
	ask.reason_code = TOMB_STR("space");
	TOMB_EXPECT(TOMB_INVAL, "accidentally created", ask_for(w, &ask, &err));
	ask.is_override = true;
	TOMB_EXPECT(TOMB_INVAL, "say why", ask_for(w, &ask, &err));
	ask.reason = TOMB_STR("the donor has changed her mind");
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'delete records' and detail "
					   "like '%%the donor has changed her mind'"),
		1);
	ask = record_box_ask(&t.second, TOMB_RECORD_SELF);
	ask.reason_code = TOMB_STR("accidental");
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
}

static void nw_06_harmful_content_is_suppressed_instead(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.first, TOMB_RECORD_SELF);

	ask.reason_code = TOMB_STR("harmful_content");
	ask.is_override = true;
	TOMB_EXPECT(TOMB_UNPROCESSABLE, "suppress the record instead", ask_for(w, &ask, &err));
}

static void n_06_a_capture_at_any_depth_is_in_the_way(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();

	(void)capture_of(&t.second);
	TOMB_EXPECT(TOMB_CONFLICT, "has 1 capture", delete (w, t.second, TOMB_RECORD_SELF, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "\"Another map\"", delete (w, t.container, TOMB_RECORD_WITH_CHILDREN, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "\"Another map\"", delete (w, t.collection, TOMB_RECORD_WITH_CONTENTS, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "1 capture is in it", delete (w, t.container, TOMB_RECORD_REASSIGN_CHILDREN, &err));
	assert_int_equal(tomb_world_number("select count(*) from record where state = 'deleted'"), 0);
}

static void n_10_an_asset_is_looked_for_whatever_the_status_says(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_uuid capture = capture_of(&t.first);
	int64_t object = tomb_world_object(w, "test.edu/images", 1, 2);
	int64_t file = tomb_world_file(w, "test.edu/images/data/1");

	tomb_world_exec("update record set capture_status = 'Not captured yet', asset_file_id = %" PRId64
			" where id = '%s'",
		file, record_box_text(capture));
	TOMB_EXPECT(TOMB_CONFLICT, "its asset is there", delete (w, capture, TOMB_RECORD_SELF, &err));
	/* By the image's identifier alone: nobody linked them. */
	tomb_world_exec("update record set asset_file_id = null, image_id = 'test.edu/images/data/1' where id = '%s'",
		record_box_text(capture));
	TOMB_EXPECT(TOMB_CONFLICT, "its asset is there", delete (w, capture, TOMB_RECORD_SELF, &err));
	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	TOMB_EXPECT(TOMB_OK, "", delete (w, capture, TOMB_RECORD_SELF, &err));
}

static void nw_02_bytes_that_an_ingest_left_behind_are_an_asset(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_uuid capture = capture_of(&t.first);

	tomb_world_exec("update record set image_id = '7001' where id = '%s'", record_box_text(capture));
	tomb_world_exec("insert into promised_put (url, backend_id, object_identifier) select 'dir:///x/7001', id, "
			"'7001' from storage_backend limit 1");
	TOMB_EXPECT(TOMB_CONFLICT, "its asset is there", delete (w, capture, TOMB_RECORD_SELF, &err));
}

static void nw_05_a_capture_on_a_submitted_work_order_stays(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_uuid capture = capture_of(&t.first);

	tomb_world_exec("update record set work_order = 'Submitted' where id = '%s'", record_box_text(capture));
	TOMB_EXPECT(TOMB_CONFLICT, "work order", delete (w, capture, TOMB_RECORD_SELF, &err));
	tomb_world_exec("update record set work_order = 'Draft' where id = '%s'", record_box_text(capture));
	TOMB_EXPECT(TOMB_OK, "", delete (w, capture, TOMB_RECORD_SELF, &err));
}

static void n_11_to_n_14_each_criterion_is_confirmed(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.first, TOMB_RECORD_SELF);

	tomb_world_exec(
		"update record set rights = '{\"name\": \"Public domain\", \"kind\": \"local\"}' where id = '%s'",
		record_box_text(t.first));
	ask.confirmed.rights_not_needed = false;
	ask.confirmed.not_needed_for_reference = false;
	TOMB_EXPECT(TOMB_INVAL, "no longer needed for reference", ask_for(w, &ask, &err));
	ask.confirmed.not_needed_for_reference = true;
	ask.confirmed.metadata_replicated = false;
	TOMB_EXPECT(TOMB_INVAL, "metadata elements", ask_for(w, &ask, &err));
	ask.confirmed.metadata_replicated = true;
	TOMB_EXPECT(TOMB_INVAL, "by a Digitization Coordinator", ask_for(w, &ask, &err));
	ask.confirmed.rights_replicated = true;
	TOMB_EXPECT(TOMB_INVAL, "link to the legacy record", ask_for(w, &ask, &err));
	ask.confirmed.legacy_uri = TOMB_STR("https://mms.example.edu/records/1");
	TOMB_EXPECT(TOMB_INVAL, "name one of the institution", ask_for(w, &ask, &err));
	ask.confirmed.rights_by = w->carol.user_id;
	TOMB_EXPECT(TOMB_INVAL, "name one of the institution", ask_for(w, &ask, &err));
	tomb_world_exec("insert into user_duty (user_id, duty, given_by) values (%" PRId64
			", 'digitization_coordinator', 'test')",
		w->carol.user_id);
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
	assert_int_equal(
		tomb_world_number("select count(*) from record_deletion where rights_by is not null and legacy_uri "
				  "<> '' and (confirmations ->> 'rights_replicated')::bool"),
		1);
}

static void n_16_a_collection_alone_is_deleted_if_nothing_is_in_it(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_uuid empty = record_box_new("mms_collection", NULL, "Empty");

	TOMB_EXPECT(TOMB_CONFLICT, "2 records are in it", delete (w, t.collection, TOMB_RECORD_SELF, &err));
	TOMB_EXPECT(TOMB_OK, "", delete (w, empty, TOMB_RECORD_SELF, &err));
	assert_false(record_box_is_deleted(t.collection));
}

static void n_17_a_collection_takes_all_its_contents_along_in_one_deletion(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.collection, TOMB_RECORD_WITH_CONTENTS);

	ask.confirmed.contents_verified = false;
	TOMB_EXPECT(TOMB_INVAL, "was verified", ask_for(w, &ask, &err));
	(void)record_box_delete(w, t.collection, TOMB_RECORD_WITH_CONTENTS);
	assert_int_equal(
		tomb_world_number("select count(distinct deletion_id) * 100 + count(*) from record where state = "
				  "'deleted'"),
		105);
	record_box_check();
}

static void n_20_a_container_takes_its_children_along_or_leaves_them_to_its_parent(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tree u = plant();

	(void)record_box_delete(w, t.container, TOMB_RECORD_WITH_CHILDREN);
	assert_true(record_box_is_deleted(t.first) && record_box_is_deleted(t.second));
	assert_false(record_box_is_deleted(t.beside) || record_box_is_deleted(t.collection));
	(void)record_box_delete(w, u.container, TOMB_RECORD_REASSIGN_CHILDREN);
	assert_true(record_box_is_deleted(u.container));
	assert_int_equal(
		tomb_world_number("select count(*) from record where parent_id = '%s' and state = 'active' and kind = "
				  "'mms_item'",
			record_box_text(u.collection)),
		3);
	assert_int_equal(tomb_world_number("select cardinality(children) from record_tombstone where record_id = '%s'",
				 record_box_text(u.container)),
		2);
	record_box_check();
}

static void nw_08_children_that_would_lose_their_rights_stay(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.container, TOMB_RECORD_REASSIGN_CHILDREN);
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_record_preview preview;

	tomb_world_exec(
		"update record set rights = '{\"name\": \"In copyright\", \"kind\": \"custom\"}' where id = '%s'",
		record_box_text(t.container));
	TOMB_OK_OR_FAIL(tomb_record_deletion_preview(w->registry, &w->alice, &ask, &arena, &preview, &err));
	assert_int_equal(preview.ninherited, 1);
	assert_true(tomb_str_eq(preview.inherited->lost, TOMB_STR("In copyright")) && preview.inherited->is_required);
	tomb_world_exec(
		"update record set rights = '{\"name\": \"Public domain\", \"kind\": \"custom\"}' where id = '%s'",
		record_box_text(t.collection));
	TOMB_OK_OR_FAIL(tomb_record_deletion_preview(w->registry, &w->alice, &ask, &arena, &preview, &err));
	assert_true(tomb_str_eq(preview.inherited->gained, TOMB_STR("Public domain")));
	assert_false(preview.inherited->is_required);
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
}

static void n_24_a_capture_with_capture_ids_is_never_deleted_by_anybody(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_uuid ids[] = {capture_of(&t.first), capture_of(&t.first)};
	struct tomb_record_deletion_ask ask = record_box_ask(ids, TOMB_RECORD_SELF);
	struct tomb_actor command = record_box_command();
	struct tomb_record_deleted done;

	tomb_world_exec("update record set capture_ids = '{58217}' where id = '%s'", record_box_text(ids[0]));
	TOMB_EXPECT(TOMB_CONFLICT, "never deleted", ask_for(w, &ask, &err));
	ask.is_override = true;
	ask.reason = TOMB_STR("I may");
	TOMB_EXPECT(TOMB_CONFLICT, "never deleted", tomb_record_delete(w->registry, &w->oscar, &ask, &done, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "never deleted", tomb_record_delete(w->registry, &command, &ask, &done, &err));
	ask.nids = 2; /* among others: the whole batch is refused */
	TOMB_EXPECT(TOMB_CONFLICT, "never deleted", ask_for(w, &ask, &err));
	assert_false(record_box_is_deleted(ids[1]));
	ask.ids = ids + 1;
	ask.nids = 1;
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
}

static void n_26_ticked_captures_alone_are_deleted_and_together(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_uuid ids[] = {capture_of(&t.first), capture_of(&t.first), capture_of(&t.first)};
	struct tomb_record_deletion_ask ask = record_box_ask(ids, TOMB_RECORD_SELF);

	ask.nids = 2;
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
	assert_true(record_box_is_deleted(ids[0]) && record_box_is_deleted(ids[1]));
	assert_false(record_box_is_deleted(ids[2]));
	assert_int_equal(
		tomb_world_number("select count(*) from record_deletion where mode = 'several' and records = 2"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(n_01_four_kinds_of_mms_are_deleted_each_by_its_modes),
		TEST(n_02_what_mms_deleted_does_not_come_back),
		TEST(n_03_to_n_05_the_reason_is_remediation_or_an_accident),
		TEST(nw_06_harmful_content_is_suppressed_instead),
		TEST(n_06_a_capture_at_any_depth_is_in_the_way),
		TEST(n_10_an_asset_is_looked_for_whatever_the_status_says),
		TEST(nw_02_bytes_that_an_ingest_left_behind_are_an_asset),
		TEST(nw_05_a_capture_on_a_submitted_work_order_stays),
		TEST(n_11_to_n_14_each_criterion_is_confirmed),
		TEST(n_16_a_collection_alone_is_deleted_if_nothing_is_in_it),
		TEST(n_17_a_collection_takes_all_its_contents_along_in_one_deletion),
		TEST(n_20_a_container_takes_its_children_along_or_leaves_them_to_its_parent),
		TEST(nw_08_children_that_would_lose_their_rights_stay),
		TEST(n_24_a_capture_with_capture_ids_is_never_deleted_by_anybody),
		TEST(n_26_ticked_captures_alone_are_deleted_and_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
