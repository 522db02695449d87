/* Deleted records brought back: what comes along, and what does not (records.md 2.8.1). */
#include "expect.h"
#include "record_box.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A title with two holdings, and three items in them. */
struct title {
	struct tomb_uuid title, holdings[2], items[3];
};

static struct title plant(void)
{
	struct title t = {.title = record_box_marc("alma_title", NULL, "A book")};

	t.holdings[0] = record_box_marc("alma_holding", &t.title, "Main library");
	t.holdings[1] = record_box_new("alma_holding", &t.title, "Branch");
	t.items[0] = record_box_new("alma_item", &t.holdings[0], "1");
	t.items[1] = record_box_new("alma_item", &t.holdings[0], "2");
	t.items[2] = record_box_new("alma_item", &t.holdings[1], "3");
	return t;
}

static int64_t deleted(void)
{
	return tomb_world_number("select count(*) from record where state = 'deleted'");
}

static enum tomb_code restore(struct tomb_world *w, struct tomb_uuid id, struct tomb_err *err)
{
	const struct tomb_record_restore_ask ask = {.ids = &id, .nids = 1};
	const struct tomb_actor command = record_box_command();
	struct tomb_record_restored done;

	return tomb_record_restore(w->registry, &command, &ask, &done, err);
}

static void t_r_1_what_was_deleted_together_comes_back_together(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();

	(void)record_box_delete(w, t.title, TOMB_RECORD_DEFAULT);
	assert_int_equal(deleted(), 6);
	assert_int_equal(record_box_restore(w, t.title), 6);
	assert_int_equal(deleted(), 0);
	record_box_check();
}

static void t_r_2_what_was_deleted_before_stays_deleted(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();

	(void)record_box_delete(w, t.items[0], TOMB_RECORD_SELF);
	(void)record_box_delete(w, t.title, TOMB_RECORD_WITH_CONTENTS);
	assert_int_equal(record_box_restore(w, t.title), 5);
	assert_true(record_box_is_deleted(t.items[0]));
	record_box_check();
}

static void t_r_3_an_item_brings_what_it_is_in_and_nothing_else(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();

	(void)record_box_delete(w, t.items[0], TOMB_RECORD_SELF);
	(void)record_box_delete(w, t.title, TOMB_RECORD_WITH_CONTENTS);
	assert_int_equal(record_box_restore(w, t.items[0]), 3);
	assert_false(record_box_is_deleted(t.items[0]) || record_box_is_deleted(t.holdings[0]) ||
		     record_box_is_deleted(t.title));
	assert_true(record_box_is_deleted(t.items[1]) && record_box_is_deleted(t.holdings[1]) &&
		    record_box_is_deleted(t.items[2]));
	record_box_check();
}

static void t_r_5_more_than_5000_are_refused_and_nothing_changes(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();

	tomb_world_exec(
		"insert into record (institution_id, kind, parent_id, title, created_by) select institution_id, "
		"'alma_item', id, 'Item ' || g, 'test' from record cross join generate_series(1, 4994) g where id = "
		"'%s'",
		record_box_text(t.holdings[0]));
	(void)record_box_delete(w, t.title, TOMB_RECORD_WITH_CONTENTS);
	assert_int_equal(deleted(), 5000);
	assert_int_equal(record_box_restore(w, t.title), 5000);
	(void)record_box_new("alma_item", &t.holdings[1], "One more");
	(void)record_box_delete(w, t.title, TOMB_RECORD_WITH_CONTENTS);
	TOMB_EXPECT(TOMB_TOOBIG, "contact support", restore(w, t.title, &err));
	assert_int_equal(deleted(), 5001);
}

static void t_r_9_who_is_no_repository_manager_restores_nothing(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();
	const struct tomb_record_restore_ask ask = {.ids = &t.title, .nids = 1};
	struct tomb_record_restored done;

	(void)record_box_delete(w, t.title, TOMB_RECORD_WITH_CONTENTS);
	TOMB_EXPECT(TOMB_FORBIDDEN, "restore deleted records",
		tomb_record_restore(w->registry, &w->alice, &ask, &done, &err));
	TOMB_EXPECT(TOMB_FORBIDDEN, "restore deleted records",
		tomb_record_restore(w->registry, &w->oscar, &ask, &done, &err));
	assert_int_equal(deleted(), 6);
}

static void t_r_10_each_deletion_leaves_a_tombstone_of_its_own(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_marc("instance", NULL, "A book");

	for (int i = 0; i < 2; i++) {
		(void)record_box_delete(w, id, TOMB_RECORD_SELF);
		record_box_check();
		assert_int_equal(record_box_restore(w, id), 1);
		record_box_check();
	}
	assert_int_equal(tomb_world_number("select count(*) * 10 + count(restored_at) from record_tombstone"), 22);
	assert_int_equal(tomb_world_number("select version from record"), 5);
	/* As stored before, but for its status, c now (FC-4), and 005. */
	assert_int_equal(tomb_world_number("select get_byte(marc, 5) from record"), 'c');
}

static void the_flags_come_back_as_they_were_or_stay_on(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_uuid id = record_box_new("instance", NULL, "A book");
	const struct tomb_record_restore_ask ask = {.ids = &id, .nids = 1, .keep_suppressed = true};
	const struct tomb_actor command = record_box_command();
	struct tomb_record_restored done;

	tomb_world_exec("update record set staff_suppress = true");
	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	(void)record_box_restore(w, id);
	assert_int_equal(
		tomb_world_number("select count(*) from record where staff_suppress and not discovery_suppress"), 1);
	(void)record_box_delete(w, id, TOMB_RECORD_SELF);
	TOMB_OK_OR_FAIL(tomb_record_restore(w->registry, &command, &ask, &done, &err));
	assert_int_equal(
		tomb_world_number("select count(*) from record where staff_suppress and discovery_suppress"), 1);
	TOMB_OK_OR_FAIL(tomb_record_restore(w->registry, &command, &ask, &done, &err));
	assert_int_equal(done.already_active * 10 + done.records, 10);
}

static void t_r_15_a_name_that_was_given_away_is_told(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();

	tomb_world_exec("update record set barcode = '31924' where id = '%s'", record_box_text(t.items[0]));
	(void)record_box_delete(w, t.title, TOMB_RECORD_WITH_CONTENTS);
	tomb_world_exec("update record set barcode = '31924' where id = '%s'",
		record_box_text(record_box_new("alma_title", NULL, "Another")));
	TOMB_EXPECT(TOMB_CONFLICT, "its barcode \"31924\" was given to record", restore(w, t.title, &err));
	assert_int_equal(deleted(), 6);
}

static void t_r_16_what_was_deleted_by_hand_comes_back_too(void **state)
{
	struct tomb_world *w = *state;
	struct title t = plant();

	tomb_world_exec("delete from record where id = '%s'", record_box_text(t.items[2]));
	assert_true(record_box_is_deleted(t.items[2]));
	assert_int_equal(record_box_restore(w, t.items[2]), 1);
	record_box_check();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t_r_1_what_was_deleted_together_comes_back_together),
		TEST(t_r_2_what_was_deleted_before_stays_deleted),
		TEST(t_r_3_an_item_brings_what_it_is_in_and_nothing_else),
		TEST(t_r_5_more_than_5000_are_refused_and_nothing_changes),
		TEST(t_r_9_who_is_no_repository_manager_restores_nothing),
		TEST(t_r_10_each_deletion_leaves_a_tombstone_of_its_own),
		TEST(the_flags_come_back_as_they_were_or_stay_on),
		TEST(t_r_15_a_name_that_was_given_away_is_told),
		TEST(t_r_16_what_was_deleted_by_hand_comes_back_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
