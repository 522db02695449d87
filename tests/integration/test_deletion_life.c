/* The life of a deletion, verb by verb, with a real database and real bytes (architecture.md §4). */
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void an_approved_object_is_deleted_with_all_its_files_and_copies(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 5, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/3");
	int64_t request = tomb_world_request_object(w, object);
	int64_t deletion = tomb_world_approve(w, request);

	assert_int_equal(tomb_world_bytes(w, file), 2);
	tomb_world_work(w);
	assert_int_equal(tomb_world_bytes(w, file), 0);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from generic_file where state = 'D' and object_id = %" PRId64, object),
		5);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from intellectual_object where state = 'D' and id = %" PRId64, object),
		1);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone' and verification = "
					   "'verified absent' and outcome = "
					   "'removed' and deletion_id = %" PRId64,
				 deletion),
		10);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'deletion' and deletion_id = %" PRId64,
			deletion),
		6);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Success' and files_done = 5 "
					   "and deletion_id = %" PRId64,
				 deletion),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from deletion where finished_at is not null and id = %" PRId64, deletion),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from alert where type = 'Deletion Completed' and request_id = %" PRId64,
			request),
		2);
	tomb_world_check(w);
}

static void a_rejected_request_changes_nothing_and_may_be_made_again(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 1);
	int64_t request = tomb_world_request_object(w, object);
	char token[TOMB_TOKEN_TEXT];
	int64_t deletion = 7;

	tomb_world_token(w, request, &w->bob, token);
	TOMB_OK_OR_FAIL(
		tomb_decision_make(w->registry, &w->bob, request, TOMB_REJECT, tomb_str_from(token), &deletion, &err));
	assert_int_equal(deletion, 0);
	tomb_world_work(w);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 1);
	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from intellectual_object where state = 'D' and id = %" PRId64, object),
		1);
	tomb_world_check(w);
}

static void a_file_that_was_stored_again_after_the_approval_keeps_its_new_bytes(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	int64_t deletion = tomb_world_approve(w, tomb_world_request_object(w, object));

	tomb_world_restore(w, file, 2);
	tomb_world_work(w);
	assert_int_equal(tomb_world_bytes(w, file), 4);
	assert_int_equal(
		tomb_world_number("select count(*) from generic_file where state = 'A' and id = %" PRId64, file), 1);
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'refused' and reason "
					   "like 'superseded%%' and file_id = %" PRId64,
				 file),
		1);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Failed' and files_done = 1 "
					   "and files_refused = 1 and deletion_id = %" PRId64,
				 deletion),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from intellectual_object where state = 'A' and id = %" PRId64, object),
		1);
	tomb_world_check(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_approved_object_is_deleted_with_all_its_files_and_copies,
			tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(a_rejected_request_changes_nothing_and_may_be_made_again,
			tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_was_stored_again_after_the_approval_keeps_its_new_bytes,
			tomb_world_set_up, tomb_world_tear_down),
	};
	return cmocka_run_group_tests_name("deletion life", tests, NULL, NULL);
}
