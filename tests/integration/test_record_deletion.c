/* Records deleted by the one door: what goes along, what remains, who may (records.md 2.4 to 2.7). */
#include "expect.h"
#include "pg_fixture.h"
#include "record_box.h"
#include "tombstone/record_tombstone.h"

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

static void t_4_a_closure_that_changed_since_the_preview_is_refused(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.collection, TOMB_RECORD_WITH_CONTENTS);
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_record_preview preview;

	TOMB_OK_OR_FAIL(tomb_record_deletion_preview(w->registry, &w->alice, &ask, &arena, &preview, &err));
	assert_int_equal(preview.records, 5);
	assert_int_equal(preview.by_kind.n[TOMB_RECORD_MMS_ITEM], 3);
	assert_int_equal(preview.nblockers, 0);
	assert_false(preview.is_restorable);
	(void)record_box_new("mms_item", &t.container, "Late");
	ask.expect_count = preview.records;
	TOMB_EXPECT(TOMB_CONFLICT, "look again", ask_for(w, &ask, &err));
	ask.expect_count = 6;
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
}

static void r_7_what_is_deleted_stays_as_it_is(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	int64_t first = record_box_delete(w, t.first, TOMB_RECORD_SELF);
	int64_t version = tomb_world_number("select version from record where id = '%s'", record_box_text(t.first));

	assert_int_equal(record_box_delete(w, t.first, TOMB_RECORD_SELF), first);
	assert_int_equal(
		tomb_world_number("select version from record where id = '%s'", record_box_text(t.first)), version);
	assert_int_equal(tomb_world_number("select count(*) from record_deletion"), 1);
}

static void r_6_a_version_that_is_not_the_last_is_refused(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	struct tomb_record_deletion_ask ask = record_box_ask(&t.first, TOMB_RECORD_SELF);

	ask.version = 2;
	TOMB_EXPECT(TOMB_PRECONDITION, "has version 1, not 2", ask_for(w, &ask, &err));
	ask.version = 1;
	TOMB_EXPECT(TOMB_OK, "", ask_for(w, &ask, &err));
}

static void i9_another_institutions_record_is_not_there(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	const struct tomb_record_deletion_ask ask = record_box_ask(&t.first, TOMB_RECORD_SELF);
	struct tomb_record_deleted done;

	TOMB_EXPECT(TOMB_NOTFOUND, "there is no such record",
		tomb_record_delete(w->registry, &w->mallory, &ask, &done, &err));
	TOMB_EXPECT(TOMB_FORBIDDEN, "delete records", tomb_record_delete(w->registry, &w->carol, &ask, &done, &err));
}

static void f_05_an_instance_with_holdings_and_items_is_deleted_with_them_or_alone(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid instance = record_box_marc("instance", NULL, "A book");
	struct tomb_uuid holdings = record_box_marc("holdings", &instance, "Stacks");
	struct tomb_uuid item = record_box_new("item", &holdings, "Copy 1");

	TOMB_EXPECT(TOMB_CONFLICT, "1 record is in it", delete (w, holdings, TOMB_RECORD_SELF, &err));
	tomb_world_exec(
		"update record set content = '{\"status\": \"Checked out\"}' where id = '%s'", record_box_text(item));
	TOMB_EXPECT(TOMB_CONFLICT, "\"Checked out\"", delete (w, instance, TOMB_RECORD_WITH_CONTENTS, &err));
	(void)record_box_delete(w, instance, TOMB_RECORD_SELF); /* FOLIO's way: what is in it stays */
	assert_true(record_box_is_deleted(instance));
	assert_false(record_box_is_deleted(holdings));
	tomb_world_exec("update record set content = '{}' where id = '%s'", record_box_text(item));
	TOMB_EXPECT(TOMB_OK, "", delete (w, item, TOMB_RECORD_WITH_EMPTY_ANCESTORS, &err));
	assert_true(record_box_is_deleted(holdings));
	record_box_check();
}

static void f_57_a_delete_by_hand_is_a_deletion_like_any_other(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid instance = record_box_marc("instance", NULL, "A book");
	struct tomb_uuid holdings = record_box_marc("holdings", &instance, "Stacks");
	struct tree t = plant();
	struct tomb_uuid capture = capture_of(&t.first);

	tomb_world_exec(
		"delete from record where id in ('%s', '%s')", record_box_text(instance), record_box_text(holdings));
	assert_true(record_box_is_deleted(instance) && record_box_is_deleted(holdings));
	assert_int_equal(tomb_world_number(
				 "select count(*) from record_deletion where origin = 'sql' and actor = 'postgres' and "
				 "records = 2"),
		1);
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where verb = 'delete records' and via = 'sql'"), 1);
	tomb_world_exec("delete from record where id = '%s'", record_box_text(instance)); /* again: nothing */
	assert_int_equal(tomb_world_number("select count(*) from record_deletion"), 1);
	tomb_world_exec("update record set capture_ids = '{1}' where id = '%s'", record_box_text(capture));
	tomb_world_exec("do $x$ begin delete from record where id = '%s'; raise 'it was deleted'; exception when "
			"sqlstate 'TB409' then null; end $x$",
		record_box_text(capture));
	assert_false(record_box_is_deleted(capture));
	record_box_check();
	(void)w;
}

static void n_30_the_tombstone_keeps_the_last_mods_for_those_who_may_read_it(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_record_tombstone *stones = NULL;
	struct tomb_record_gone gone;
	size_t n = 0;

	tomb_world_exec("update record set mods = '<mods/>' where id = '%s'", record_box_text(t.first));
	TOMB_EXPECT(TOMB_NOTFOUND, "no such record", tomb_record_gone_find(w->registry, t.first, &arena, &gone, &err));
	(void)record_box_delete(w, t.first, TOMB_RECORD_SELF);
	TOMB_OK_OR_FAIL(tomb_record_tombstones(w->registry, &w->alice, t.first, &arena, &stones, &n, &err));
	assert_int_equal(n, 1);
	assert_true(tomb_str_eq(stones->was.mods, TOMB_STR("<mods/>")));
	assert_int_equal(stones->ancestors.n, 2);
	assert_true(tomb_uuid_eq(stones->ancestors.p[0], t.container));
	assert_true(tomb_str_eq(stones->deletion.actor, w->alice.email));
	TOMB_EXPECT(
		TOMB_FORBIDDEN, "", tomb_record_tombstones(w->registry, &w->carol, t.first, &arena, &stones, &n, &err));
	TOMB_EXPECT(TOMB_NOTFOUND, "",
		tomb_record_tombstones(w->registry, &w->mallory, t.first, &arena, &stones, &n, &err));
	TOMB_OK_OR_FAIL(tomb_record_gone_find(w->registry, t.first, &arena, &gone, &err));
	assert_true(
		tomb_str_eq(gone.title, TOMB_STR("A map")) && tomb_str_eq(gone.reason_code, TOMB_STR("remediation")));
}

static void t_19_a_record_that_was_suppressed_has_no_title_for_strangers(void **state)
{
	struct tomb_world *w = *state;
	struct tree t = plant();
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_record_gone gone;

	tomb_world_exec("update record set discovery_suppress = true where id = '%s'", record_box_text(t.first));
	(void)record_box_delete(w, t.first, TOMB_RECORD_SELF);
	TOMB_OK_OR_FAIL(tomb_record_gone_find(w->registry, t.first, &arena, &gone, &err));
	assert_int_equal(gone.title.n, 0);
}

static void a_tombstone_and_a_deleted_record_cannot_be_changed_by_hand(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_marc("instance", NULL, "A book");

	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	tomb_world_exec(
		"do $x$ begin update record_tombstone set title = 'x'; raise 'changed'; exception when sqlstate "
		"'TB403' then null; end $x$");
	tomb_world_exec(
		"do $x$ begin update record set state = 'active', deleted_at = null, deletion_id = null, marc = "
		"set_byte(marc, 5, 99); raise 'changed'; exception when sqlstate 'TB409' then null; end $x$");
	tomb_world_exec("do $x$ begin update record set marc = set_byte(marc, 5, 99); raise 'changed'; exception when "
			"check_violation then null; end $x$");
	tomb_world_exec("do $x$ begin delete from record_tombstone; raise 'changed'; exception when sqlstate 'TB403' "
			"then null; end $x$");
	assert_true(record_box_is_deleted(id));
	record_box_check();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t_4_a_closure_that_changed_since_the_preview_is_refused),
		TEST(r_7_what_is_deleted_stays_as_it_is),
		TEST(r_6_a_version_that_is_not_the_last_is_refused),
		TEST(i9_another_institutions_record_is_not_there),
		TEST(f_05_an_instance_with_holdings_and_items_is_deleted_with_them_or_alone),
		TEST(f_57_a_delete_by_hand_is_a_deletion_like_any_other),
		TEST(n_30_the_tombstone_keeps_the_last_mods_for_those_who_may_read_it),
		TEST(t_19_a_record_that_was_suppressed_has_no_title_for_strangers),
		TEST(a_tombstone_and_a_deleted_record_cannot_be_changed_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
