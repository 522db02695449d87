/* Work items that an operator cancels: when it takes effect, how they end, and what is free afterwards.
 *
 * wrap: tomb_settle
 */
#include "expect.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/cancel.h"
#include "tombstone/plan.h"
#include "tombstone/settle.h"
#include "tombstone/tx.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LEASE_MS = 60 * 1000, ARENA_BYTES = 4 << 20 };

/* Cancels, once, when a lane has done all that it does to the stores. */
static struct {
	struct tomb_world *w;
	int64_t work_item;
} late;

static enum tomb_code cancel(struct tomb_world *w, int64_t work_item, struct tomb_err *err)
{
	return tomb_work_item_cancel(w->registry, &w->oscar, work_item, TOMB_STR("asked for by phone"), err);
}

enum tomb_code __real_tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim,
	const struct tomb_settlement *settlement, struct tomb_arena *arena, struct tomb_settle_counts *out,
	struct tomb_err *err);
enum tomb_code __wrap_tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim,
	const struct tomb_settlement *settlement, struct tomb_arena *arena, struct tomb_settle_counts *out,
	struct tomb_err *err);
enum tomb_code __wrap_tomb_settle(struct tomb_pg *pg, const struct tomb_claim *claim,
	const struct tomb_settlement *settlement, struct tomb_arena *arena, struct tomb_settle_counts *out,
	struct tomb_err *err)
{
	int64_t work_item = late.work_item;

	late.work_item = 0;
	if (work_item != 0)
		TOMB_TRY(cancel(late.w, work_item, err));
	return __real_tomb_settle(pg, claim, settlement, arena, out, err);
}

/* An object of so many files, approved; its work item. */
static int64_t approved(struct tomb_world *w, const char *identifier, int files)
{
	(void)tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, identifier, files, 2)));
	return tomb_world_number("select max(id) from work_item");
}

static void what_has_not_begun_is_refused_and_stays(void **state)
{
	struct tomb_world *w = *state;
	int64_t item = approved(w, "test.edu/bag", 3);

	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Cancelled' and completed_at is not null "
			"and outcome = 'Deletion cancelled' and files_refused = 3 and not needs_admin_review "
			"and cancelled_by like 'oscar@%%'"),
		1);
	assert_int_equal(
		tomb_world_number("select count(*) from request_file where outcome = 'refused' and reason = 'cancelled "
				  "by an operator: asked for by phone'"),
		3);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'stored'"), 6);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 2);
	assert_int_equal(tomb_world_number("select count(*) from deletion where finished_at is not null"), 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from alert where type = 'Deletion Failed' and content like '%%3 refused, "
			"0 failed. Work items cancelled by an operator: 1.'"),
		tomb_world_number("select count(*) from alert where type = 'Deletion Failed'"));
	assert_true(tomb_world_number("select count(*) from alert where type = 'Deletion Failed'") > 0);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from audit_entry where verb = 'cancel work item' and detail = 'asked for "
			"by phone' and subject = 'work item %" PRId64 "' and institution_id = %" PRId64,
			item, w->institution),
		1);
	tomb_world_check(w);
}

static void its_things_are_free_for_another_request(void **state)
{
	struct tomb_world *w = *state;
	int64_t item = approved(w, "test.edu/bag", 3);
	int64_t object = tomb_world_number("select id from intellectual_object");

	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	tomb_world_work(w);
	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 3);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Success'"), 1);
	tomb_world_check(w);
}

static void a_claim_that_has_not_begun_to_delete_hears_of_it(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	int64_t item = approved(w, "test.edu/bag", 3);
	struct tomb_claim claim;
	bool taken = false;

	tomb_world_plan(w);
	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, tomb_world_number("select id from batch"), TOMB_STR("test"),
		LEASE_MS, &arena, &claim, &taken, &err));
	assert_true(taken);
	assert_int_equal(claim.files[0].refusal.n, 0);
	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	TOMB_OK_OR_FAIL(tomb_claim_confirm(w->worker, &claim, LEASE_MS, &arena, &err));
	for (size_t i = 0; i < claim.nfiles; i++)
		assert_true(
			tomb_str_eq(claim.files[i].refusal, TOMB_STR("cancelled by an operator: asked for by phone")));
}

/* It asked before the cancellation, and is about to say that its files may go. */
static void a_claim_that_is_being_taken_is_waited_for(void **state)
{
	struct tomb_world *w = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(w->worker);
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	int64_t item = approved(w, "test.edu/bag", 3);
	struct sql_claim_lease_row *leased = NULL;
	TOMB_PG_AUTO *hasty = NULL;
	struct tomb_err refusal;
	size_t found = 0;

	tomb_world_plan(w);
	TOMB_OK_OR_FAIL(tomb_pg_open_with(&hasty, tomb_fixture_pg_registry(),
		&(struct tomb_pg_options){.lock_timeout_ms = 50}, sql_all, sql_nall, &err));
	TOMB_OK_OR_FAIL(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &err));
	TOMB_OK_OR_FAIL(sql_claim_lease(w->worker,
		&(struct sql_claim_lease_args){tomb_world_number("select id from batch"), TOMB_STR("lane"), LEASE_MS},
		&arena, &leased, &found, &err));
	assert_int_equal(found, 1);
	assert_int_equal(tomb_work_item_cancel(hasty, &w->oscar, item, TOMB_STR("at once"), &refusal), TOMB_DB_RETRY);
	assert_int_equal(tomb_world_number("select count(*) from work_item where cancelled_at is not null"), 0);
	tomb_tx_fini(&tx);
	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
}

static void what_a_lane_has_deleted_already_is_recorded_so(void **state)
{
	struct tomb_world *w = *state;

	late.w = w;
	late.work_item = approved(w, "test.edu/bag", 3);
	tomb_world_work(w);
	assert_int_equal(late.work_item, 0);
	assert_int_equal(tomb_world_number(
				 "select count(*) from work_item where status = 'Success' and cancelled_at is not null "
				 "and files_done = 3"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'D'"), 1);
	tomb_world_check(w);
}

static void of_a_long_list_the_rest_is_refused(void **state)
{
	struct tomb_world *w = *state;

	late.w = w;
	late.work_item = approved(w, "test.edu/bag", 1500);
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number("select count(*) from work_item where status = 'Cancelled' and files_done = 1000 and "
				  "files_refused = 500 and files_failed = 0"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'A'"), 1);
	tomb_world_check(w);
}

static void the_other_items_of_a_deletion_go_on(void **state)
{
	struct tomb_world *w = *state;
	int64_t files[2];
	struct tomb_deletion_list list = {.file_ids = {files, 2}};
	struct tomb_deletion_request made;

	(void)tomb_world_object(w, "test.edu/bag", 3, 2);
	files[0] = tomb_world_file(w, "test.edu/bag/data/1");
	files[1] = tomb_world_file(w, "test.edu/bag/data/2");
	TOMB_OK_OR_FAIL(tomb_deletion_request_create(w->registry, &w->alice, &list, TOMB_STR("a test"), &made, &err));
	(void)tomb_world_approve(w, made.id);
	TOMB_EXPECT(TOMB_OK, "",
		cancel(w, tomb_world_number("select id from work_item where file_id = %" PRId64, files[0]), &err));
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Cancelled' and file_id = %" PRId64, files[0]),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Success' and file_id = %" PRId64, files[1]),
		1);
	assert_int_equal(tomb_world_bytes(w, files[0]), 2);
	assert_int_equal(tomb_world_bytes(w, files[1]), 0);
	assert_int_equal(tomb_world_number("select count(*) from deletion where finished_at is not null"), 1);
	tomb_world_check(w);
}

static void an_object_without_files_stays_too(void **state)
{
	struct tomb_world *w = *state;
	int64_t item = approved(w, "test.edu/bag", 0);

	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	tomb_world_work(w);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Cancelled'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'A'"), 1);
}

static void what_backs_off_is_due_at_once(void **state)
{
	struct tomb_world *w = *state;
	int64_t item = approved(w, "test.edu/bag", 3);
	int64_t other = approved(w, "test.edu/other", 3);

	tomb_world_plan(w);
	tomb_world_exec("update batch set due_at = now() + interval '1 hour', announced_at = now()");
	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	assert_int_equal(
		tomb_world_number("select count(*) from batch where due_at <= now() and announced_at is null"), 1);
	assert_int_equal(tomb_world_number("select count(*) from batch b join work_item w using (deletion_id) where "
					   "b.due_at > now() and w.id = %" PRId64,
				 other),
		1);
}

static void only_an_operator_cancels_and_only_what_goes_on(void **state)
{
	struct tomb_world *w = *state;
	int64_t item = approved(w, "test.edu/bag", 3);
	struct tomb_str why = TOMB_STR("why");
	static char long_text[TOMB_CANCEL_REASON_MAX + 1];

	memset(long_text, 'x', sizeof long_text);
	TOMB_EXPECT(TOMB_FORBIDDEN, "operator", tomb_work_item_cancel(w->registry, &w->alice, item, why, &err));
	TOMB_EXPECT(TOMB_FORBIDDEN, "operator", tomb_work_item_cancel(w->registry, &w->carol, item, why, &err));
	TOMB_EXPECT(TOMB_NOTFOUND, "no deletion work item",
		tomb_work_item_cancel(w->registry, &w->oscar, item + 1000, why, &err));
	TOMB_EXPECT(TOMB_INVAL, "say why", tomb_work_item_cancel(w->registry, &w->oscar, item, TOMB_STR(""), &err));
	TOMB_EXPECT(TOMB_INVAL, "2001 characters",
		tomb_work_item_cancel(
			w->registry, &w->oscar, item, (struct tomb_str){long_text, sizeof long_text}, &err));
	assert_int_equal(tomb_world_number("select count(*) from work_item where cancelled_at is not null"), 0);
	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "cancelled before", cancel(w, item, &err));
	tomb_world_work(w);
	TOMB_EXPECT(TOMB_CONFLICT, "has ended (Cancelled)", cancel(w, item, &err));
	TOMB_EXPECT(TOMB_CONFLICT, "only failed files", tomb_work_item_requeue(w->registry, &w->oscar, item, &err));
}

static void must_refuse(const char *statement)
{
	tomb_world_exec(
		"do $$ begin %s; raise exception 'it was allowed'; exception when sqlstate 'TB409' then null; end $$",
		statement);
}

static void the_ledger_itself_keeps_what_was_cancelled(void **state)
{
	struct tomb_world *w = *state;
	int64_t item = approved(w, "test.edu/bag", 3);

	TOMB_EXPECT(TOMB_OK, "", cancel(w, item, &err));
	must_refuse("update work_item set cancelled_at = null, cancelled_by = ''");
	tomb_world_work(w);
	must_refuse("update work_item set status = 'Pending', completed_at = null");
	(void)approved(w, "test.edu/done", 1);
	tomb_world_work(w);
	must_refuse("update work_item set cancelled_at = now(), cancelled_by = 'x' where status = 'Success'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_has_not_begun_is_refused_and_stays, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			its_things_are_free_for_another_request, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			a_claim_that_has_not_begun_to_delete_hears_of_it, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			a_claim_that_is_being_taken_is_waited_for, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_lane_has_deleted_already_is_recorded_so, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			of_a_long_list_the_rest_is_refused, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			the_other_items_of_a_deletion_go_on, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			an_object_without_files_stays_too, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(what_backs_off_is_due_at_once, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			only_an_operator_cancels_and_only_what_goes_on, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			the_ledger_itself_keeps_what_was_cancelled, tomb_world_set_up, tomb_world_tear_down),
	};

	return cmocka_run_group_tests_name("cancelled work items", tests, NULL, NULL);
}
