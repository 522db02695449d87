/* Tallies say at any moment what counting would say (schema/0012_tallies.sql). */
#include "ingest_box.h"
#include "pg_fixture.h"
#include "tombstone/claim.h"
#include "tombstone/holdings.h"
#include "tombstone/object.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 20, LEASE_MS = 60000, FOLD_MAX = 100 };

static void tallies_are_right(void)
{
	assert_int_equal(tomb_world_number("select count(*) from tally_difference"), 0);
}

static int64_t fold(struct tomb_world *w)
{
	int64_t things = 0;

	TOMB_OK_OR_FAIL(tomb_holdings_fold(w->registry, FOLD_MAX, &things, &err));
	return things;
}

static int64_t total(const char *column)
{
	return tomb_world_number("select coalesce(sum(%s), 0)::bigint from object_tally", column);
}

static void every_way_in_and_out_is_tallied(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	tallies_are_right();
	assert_int_equal(total("active_files"), 4);
	assert_int_equal(total("active_bytes"), tomb_world_number("select sum(size_bytes)::bigint from generic_file"));
	assert_int_equal(total("payload_files"),
		tomb_world_number("select count(*) from generic_file where identifier like 'test.edu/bag/data/%%'"));
	assert_in_range(total("payload_files"), 1, 3);
	assert_int_equal(tomb_world_number("select sum(copies)::bigint from copy_tally"), 8);
	ingest_box_change(box, "ALPHA\n");
	ingest_box_send(box);
	tallies_are_right();
	assert_int_equal(total("active_files"), 4);
	assert_int_equal(tomb_world_number("select sum(copies)::bigint from copy_tally"), 10);
	ingest_box_delete_file(box, "data/a.txt");
	tallies_are_right();
	assert_int_equal(total("active_files"), 3);
	assert_int_equal(total("deleted_files"), 1);
	assert_int_equal(tomb_world_number("select sum(copies)::bigint from deletion_tally where status = 'gone'"), 4);
	ingest_box_send(box);
	tallies_are_right();
	assert_int_equal(total("active_files"), 4);
	ingest_box_delete_object(box);
	tallies_are_right();
	assert_int_equal(total("active_files"), 0);
	assert_int_equal(total("active_bytes"), 0);
	assert_int_equal(total("payload_bytes"), 0);
	assert_int_equal(total("deleted_files"), 4);
	assert_int_equal(tomb_world_number("select sum(copies)::bigint from copy_tally"), 0);
	assert_int_equal(tomb_world_number("select sum(copies)::bigint from deletion_tally where status <> 'gone'"), 0);
	ingest_box_check(box);
}

static void what_is_rolled_back_was_never_tallied(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 3, 2);

	tomb_fixture_pg_exec(
		"begin; insert into generic_file (institution_id, object_id, identifier, file_format, "
		"size_bytes, storage_option_id) select institution_id, object_id, 'test.edu/bag/more', "
		"file_format, 7, storage_option_id from generic_file limit 1; update copy set size_bytes = "
		"size_bytes + 1; rollback");
	tallies_are_right();
	assert_int_equal(total("active_files"), 3);
	assert_int_equal(tomb_world_number("select count(*) from object_total where object_id = %" PRId64, object), 1);
}

static void folding_changes_no_sum_and_leaves_one_row_of_each(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 6, 2);
	struct tomb_object before;
	struct tomb_object after;

	tomb_world_approve(w, tomb_world_request_file(w, tomb_world_file(w, "test.edu/bag/data/2")));
	tomb_world_work(w);
	assert_int_equal(tomb_world_number("select count(*) from object_tally"), 2);
	TOMB_OK_OR_FAIL(tomb_object_find(w->registry, &w->alice, object, TOMB_STR(""), &arena, &before, &err));
	assert_int_equal(before.active_files, 5);
	assert_int_equal(before.payload_files, 5);
	assert_int_equal(before.deleted_files, 1);
	assert_int_equal(
		fold(w), 4); /* the object twice: its files, its copies; the deletion; the institution's options */
	tallies_are_right();
	assert_int_equal(tomb_world_number("select count(*) from object_tally"), 1);
	assert_int_equal(tomb_world_number("select count(*) from deletion_tally"), 2);
	TOMB_OK_OR_FAIL(tomb_object_find(w->registry, &w->alice, object, TOMB_STR(""), &arena, &after, &err));
	assert_int_equal(after.active_files, 5);
	assert_int_equal(after.active_bytes, before.active_bytes);
	assert_int_equal(after.deleted_files, 1);
	assert_int_equal(fold(w), 0);
}

/* What a settle does to the only file of a deletion. */
static enum tomb_code settle_half(struct tomb_pg *pg, int64_t deletion, struct tomb_err *err)
{
	char sql[768];

	(void)snprintf(sql, sizeof sql,
		"begin; update copy set status = 'gone', outcome = 'removed', verification = 'verified absent', "
		"removed_at = now(), verified_at = now() where deletion_id = %" PRId64 " and status = 'removing'; "
		"update generic_file f set state = 'D' where f.id in (select file_id from copy where deletion_id = "
		"%" PRId64 ")",
		deletion, deletion);
	return tomb_pg_script(pg, tomb_str_from(sql), err);
}

static void settles_of_one_object_do_not_wait_for_each_other_and_all_count(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	TOMB_PG_AUTO *slow = NULL;
	struct tomb_world *w = *state;
	struct tomb_claim claim;
	int64_t deletion = 0;
	bool taken = false;

	(void)tomb_world_object(w, "test.edu/bag", 3, 2);
	deletion = tomb_world_approve(w, tomb_world_request_file(w, tomb_world_file(w, "test.edu/bag/data/1")));
	tomb_world_plan(w);
	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, tomb_world_number("select id from batch"), TOMB_STR("slow"),
		LEASE_MS, &arena, &claim, &taken, &err));
	assert_true(taken);
	TOMB_OK_OR_FAIL(tomb_pg_open(&slow, tomb_fixture_pg_admin(), NULL, 0, &err));
	TOMB_OK_OR_FAIL(settle_half(slow, deletion, &err));
	/* Meanwhile another one is settled from beginning to end, and tallies are folded. */
	TOMB_OK_OR_FAIL(tomb_pg_script(w->worker, TOMB_STR("set lock_timeout = '1s'"), &err));
	TOMB_OK_OR_FAIL(tomb_pg_script(w->registry, TOMB_STR("set lock_timeout = '1s'"), &err));
	tomb_world_approve(w, tomb_world_request_file(w, tomb_world_file(w, "test.edu/bag/data/2")));
	tomb_world_work(w);
	tallies_are_right();
	assert_int_equal(total("deleted_files"), 1);
	(void)fold(w);
	tallies_are_right();
	TOMB_OK_OR_FAIL(tomb_pg_script(slow, TOMB_STR("commit"), &err));
	tallies_are_right();
	assert_int_equal(total("deleted_files"), 2);
	(void)fold(w);
	tallies_are_right();
	assert_int_equal(total("active_files"), 1);
}

/* Of two that fold at once, one does, and nothing is lost or doubled; what is added meanwhile stays. */
static void a_fold_beside_another_loses_nothing(void **state)
{
	TOMB_PG_AUTO *other = NULL;
	struct tomb_world *w = *state;

	(void)tomb_world_object(w, "test.edu/bag", 3, 2);
	TOMB_OK_OR_FAIL(tomb_pg_open(&other, tomb_fixture_pg_admin(), NULL, 0, &err));
	TOMB_OK_OR_FAIL(tomb_pg_script(other, TOMB_STR("begin; select tally_fold(100)"), &err));
	assert_int_equal(fold(w), 0);
	(void)tomb_world_object(w, "test.edu/other", 1, 1);
	tallies_are_right();
	TOMB_OK_OR_FAIL(tomb_pg_script(other, TOMB_STR("commit"), &err));
	tallies_are_right();
	assert_int_equal(total("active_files"), 4);
}

/* The tallies of a ledger that is older than they are, or that somebody has put out of step. */
static void counting_anew_puts_right_what_is_wrong(void **state)
{
	struct tomb_world *w = *state;

	(void)tomb_world_object(w, "test.edu/bag", 3, 2);
	tomb_fixture_pg_exec("update object_tally set active_files = active_files + 1; delete from copy_tally");
	assert_true(tomb_world_number("select count(*) from tally_difference") > 0);
	tomb_fixture_pg_exec("select tally_recount()");
	tallies_are_right();
}

static bool may(struct tomb_pg *pg, const char *sql)
{
	struct tomb_err refusal = {.text = ""};

	return tomb_pg_script(pg, tomb_str_from(sql), &refusal) == TOMB_OK;
}

static void nobody_writes_tallies_but_the_ledger_itself(void **state)
{
	struct tomb_world *w = *state;

	assert_true(may(w->registry, "select count(*) from object_tally"));
	assert_false(may(w->registry, "update object_tally set active_files = 0"));
	assert_false(may(w->registry, "insert into copy_tally values (1, 1, 1, now(), 1, 1)"));
	assert_false(may(w->registry, "select tally_recount()"));
	assert_false(may(w->worker, "delete from deletion_tally"));
	assert_false(may(w->worker, "select tally_fold(1)"));
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_way_in_and_out_is_tallied, ingest_box_set_up, ingest_box_tear_down),
		IN_A_WORLD(what_is_rolled_back_was_never_tallied),
		IN_A_WORLD(folding_changes_no_sum_and_leaves_one_row_of_each),
		IN_A_WORLD(settles_of_one_object_do_not_wait_for_each_other_and_all_count),
		IN_A_WORLD(a_fold_beside_another_loses_nothing),
		IN_A_WORLD(counting_anew_puts_right_what_is_wrong),
		IN_A_WORLD(nobody_writes_tallies_but_the_ledger_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
