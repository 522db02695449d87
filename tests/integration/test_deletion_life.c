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

static void p_09_each_named_thing_gets_one_work_item(void **state)
{
	struct tomb_world *w = *state;
	int64_t whole = tomb_world_object(w, "test.edu/whole", 3, 1);
	int64_t part = tomb_world_object(w, "test.edu/part", 3, 1);
	int64_t files[] = {tomb_world_file(w, "test.edu/part/data/1"), tomb_world_file(w, "test.edu/part/data/2")};
	struct tomb_deletion_list list = {.object_ids = {&whole, 1}, .file_ids = {files, TOMB_COUNTOF(files)}};
	struct tomb_deletion_request made = {.id = 0};
	int64_t deletion = 0;

	TOMB_OK_OR_FAIL(tomb_deletion_request_create(w->registry, &w->alice, &list, TOMB_STR("mixed"), &made, &err));
	assert_int_equal(made.object_count, 1);
	assert_int_equal(made.file_count, 5);
	deletion = tomb_world_approve(w, made.id);
	assert_int_equal(tomb_world_number("select count(*) from work_item where deletion_id = %" PRId64, deletion), 3);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Pending' and user_email = 'alice@test.edu' "
			"and approver_email = 'bob@test.edu' and deletion_id = %" PRId64,
			deletion),
		3);
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Success' and deletion_id = %" PRId64, deletion),
		3);
	assert_int_equal(tomb_world_number(
				 "select count(*) from intellectual_object where state = 'D' and id = %" PRId64, whole),
		1);
	/* Files went, their object stays with what is left. */
	assert_int_equal(
		tomb_world_number("select count(*) from intellectual_object where state = 'A' and id = %" PRId64, part),
		1);
	assert_int_equal(
		tomb_world_number("select count(*) from generic_file where state = 'A' and object_id = %" PRId64, part),
		1);
	tomb_world_check(w);
}

static void p_15_p_16_the_event_names_the_requester_and_everything_older_stays(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");

	tomb_world_exec("insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, "
			"outcome, agent) "
			"values (%" PRId64 ", %" PRId64 ", %" PRId64 ", 1, 'ingestion', 'ingested', 'Success', 'test')",
		w->institution, object, file);
	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) values (%" PRId64
			", 1, 'md5', 'abc')",
		file);
	tomb_world_approve(w, tomb_world_request_file(w, file));
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'deletion' and outcome = 'Success' "
			"and outcome_detail = 'alice@test.edu' and outcome_information like '%%approver: "
			"bob@test.edu%%' "
			"and date_time > now() - interval '1 minute' and file_id = %" PRId64,
			file),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'ingestion' and file_id = %" PRId64,
			file),
		1);
	assert_int_equal(tomb_world_number("select count(*) from checksum where file_id = %" PRId64, file), 1);
	assert_int_equal(
		tomb_world_number("select count(*) from generic_file where state = 'D' and id = %" PRId64, file), 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from intellectual_object where state = 'A' and id = %" PRId64, object),
		1);
}

static void x_05_each_copy_keeps_where_it_was_and_what_became_of_it(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	int64_t deletion = tomb_world_approve(w, tomb_world_request_object(w, object));

	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from copy where url like 'file:///%%' and etag is not null and size_bytes = "
			"64 "
			"and outcome = 'removed' and verification = 'verified absent' and removed_at is not null "
			"and verified_at is not null and file_id = %" PRId64 " and deletion_id = %" PRId64,
			file, deletion),
		2);
}

static void p_17_the_work_item_keeps_its_times(void **state)
{
	struct tomb_world *w = *state;
	int64_t deletion = tomb_world_approve(
		w, tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1)));

	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item w join deletion d on d.id = w.deletion_id join "
			"deletion_request r "
			"on r.id = d.request_id where r.requested_at <= w.created_at and w.created_at <= w.queued_at "
			"and w.queued_at <= w.started_at and w.started_at <= w.completed_at and d.id = %" PRId64,
			deletion),
		1);
}

static void an_object_without_files_can_be_deleted(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/empty", 0, 0);

	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from intellectual_object where state = 'D' and id = %" PRId64, object),
		1);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Success'"), 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'deletion' and object_id = %" PRId64,
			object),
		1);
}

static void a_large_object_has_many_batches_and_one_end(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/large", 0, 0);

	/* Files whose copies went long ago: the ledger's side of 2,500 files, without writing 2,500 files. */
	tomb_world_exec("insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, "
			"storage_option_id) "
			"select %" PRId64 ", %" PRId64 ", 'test.edu/large/data/' || n, 'text/plain', 1, %" PRId64
			" from generate_series(1, 2500) n",
		w->institution, object, w->standard);
	tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_plan(w);
	assert_int_equal(tomb_world_number("select count(*) from batch"), 3);
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from generic_file where state = 'D' and object_id = %" PRId64, object),
		2500);
	assert_int_equal(tomb_world_number("select files_done from work_item"), 2500);
	assert_int_equal(tomb_world_number("select count(*) from alert where type = 'Deletion Completed'"), 2);
	tomb_world_check(w);
}

static void p_19_p_20_delete_store_again_and_delete_again(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");

	for (int round = 1; round <= 3; round++) {
		tomb_world_approve(w, tomb_world_request_object(w, object));
		tomb_world_work(w);
		assert_int_equal(tomb_world_bytes(w, file), 0);
		assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion' "
						   "and file_id = %" PRId64,
					 file),
			round);
		tomb_world_restore(w, file, 2);
		assert_int_equal(tomb_world_bytes(w, file), 2);
		assert_int_equal(
			tomb_world_number(
				"select count(*) from intellectual_object where state = 'A' and id = %" PRId64, object),
			1);
		tomb_world_check(w);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_approved_object_is_deleted_with_all_its_files_and_copies),
		TEST(a_rejected_request_changes_nothing_and_may_be_made_again),
		TEST(a_file_that_was_stored_again_after_the_approval_keeps_its_new_bytes),
		TEST(p_09_each_named_thing_gets_one_work_item),
		TEST(p_15_p_16_the_event_names_the_requester_and_everything_older_stays),
		TEST(x_05_each_copy_keeps_where_it_was_and_what_became_of_it),
		TEST(p_17_the_work_item_keeps_its_times),
		TEST(p_19_p_20_delete_store_again_and_delete_again),
		TEST(an_object_without_files_can_be_deleted),
		TEST(a_large_object_has_many_batches_and_one_end),
	};
	return cmocka_run_group_tests_name("deletion life", tests, NULL, NULL);
}
