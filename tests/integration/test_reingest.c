/* A bag that is sent again: updates, things that come back, and deletions that are on their way meanwhile. */
#include "ingest_box.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/ingest_record.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define REFUSED(box, expr, code, piece)                                                                                \
	do {                                                                                                           \
		assert_int_equal((expr), (code));                                                                      \
		if (!strstr((box)->err.text, (piece)))                                                                 \
			fail_msg("\"%s\" does not say \"%s\"", (box)->err.text, (piece));                              \
	} while (0)

/* "A1" is active in generation 1. */
static const char *state_of(const char *path)
{
	return ingest_box_text(
		"select state || generation from generic_file where identifier = 'test.edu/bag/%s'", path);
}

static const char *object_state(void)
{
	return ingest_box_text("select state || cycle from intellectual_object where identifier = 'test.edu/bag'");
}

/* How many of the files have each state and generation: "4 A1". */
static const char *states(void)
{
	return ingest_box_text("select string_agg(n || ' ' || s, ', ' order by s) from (select state || generation as "
			       "s, count(*) as n "
			       "from generic_file group by 1) as x");
}

static void an_unchanged_bag_stores_nothing(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 0);
	assert_int_equal(box->done.files_unchanged, 4);
	assert_int_equal(ingest_box_stored(box), 8);
	assert_string_equal(states(), "4 A1");
	assert_string_equal(object_state(), "A1");
	assert_string_equal(
		ingest_box_text(
			"select string_agg(event_type, ', ' order by id) from premis_event where file_id is null"),
		"creation, identifier assignment, access assignment, ingestion, access assignment, ingestion");
	assert_int_equal(
		ingest_box_number(
			"select count(*) from premis_event where event_type = 'ingestion' and file_id is not null"),
		4);
	ingest_box_check(box);
}

static void one_changed_file_is_stored_and_the_others_stay(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	ingest_box_change(box, "ALPHA\n");
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 1);
	assert_string_equal(state_of("data/a.txt"), "A2");
	assert_string_equal(states(), "3 A1, 1 A2");
	assert_string_equal(
		ingest_box_text("select string_agg(c.generation || ' ' || c.status, ', ' order by c.id) from copy c "
				"join generic_file f on f.id = c.file_id where f.identifier like '%%/a.txt'"),
		"1 superseded, 1 superseded, 2 stored, 2 stored");
	/* No byte goes without an approved deletion: the old ones lie where they lay. */
	assert_int_equal(ingest_box_stored(box), 10);
	assert_int_equal(
		ingest_box_number("select count(*) from checksum k join generic_file f on f.id = k.file_id where "
				  "f.identifier like '%%/a.txt' and k.algorithm = 'sha256'"),
		2);
	assert_string_equal(
		ingest_box_text(
			"select string_agg(e.event_type, ', ' order by e.id) from premis_event e join generic_file f "
			"on f.id = e.file_id where f.identifier like '%%/a.txt' and e.generation = 2"),
		"message digest calculation, message digest calculation, fixity check, ingestion, replication");
	ingest_box_check(box);
}

static void x04_a_key_is_never_used_twice(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	ingest_box_change(box, "ALPHA\n");
	ingest_box_send(box);
	ingest_box_change(box, "alpha\n");
	ingest_box_send(box);
	assert_string_equal(state_of("data/a.txt"), "A3");
	assert_int_equal(ingest_box_number("select count(*) from copy"),
		ingest_box_number("select count(distinct url) from copy"));
	assert_int_equal(ingest_box_stored(box), 12);
}

static void p_14_the_minimum_never_restricts_an_update(void **state)
{
	struct ingest_box *box = *state;

	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR("Storage-Option: Wasabi-VA\n"));
	bag_box_seal(box->bag);
	ingest_box_send(box);
	ingest_box_change(box, "ALPHA\n");
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 1);
	assert_string_equal(state_of("data/a.txt"), "A2");
	ingest_box_check(box);
}

static void p_19_a_deleted_object_comes_back_with_all_files_of_the_bag(void **state)
{
	struct ingest_box *box = *state;
	const char *identity =
		"select string_agg(concat_ws(' ', id, uuid, created_at), ',' order by id) from generic_file";
	const char *before = NULL;
	int64_t object = 0;

	ingest_box_send(box);
	before = ingest_box_text("%s", identity);
	object = box->done.object_id;
	ingest_box_delete_object(box);
	assert_string_equal(object_state(), "D1");
	assert_string_equal(states(), "4 D1");
	assert_int_equal(ingest_box_stored(box), 0);
	ingest_box_change(box, "ALPHA\n");
	ingest_box_send(box);
	assert_int_equal(box->done.object_id, object);
	assert_int_equal(box->done.files_stored, 4);
	assert_string_equal(object_state(), "A2");
	assert_string_equal(states(), "4 A2");
	assert_int_equal(ingest_box_stored(box), 8);
	/* Ids, UUIDs and times of creation are kept for ever. */
	assert_string_equal(ingest_box_text("%s", identity), before);
	assert_string_equal(ingest_box_text("select string_agg(event_type || generation, ', ' order by id) from "
					    "premis_event where file_id is null"),
		"creation1, identifier assignment1, access assignment1, ingestion1, deletion1, access assignment2, "
		"ingestion2");
	assert_string_equal(ingest_box_text("select k.digest from checksum k join generic_file f on f.id = k.file_id "
					    "and k.generation = f.generation "
					    "where f.identifier like '%%/a.txt' and k.algorithm = 'sha256'"),
		"1921b918b15842c7fdb115078e610263fac85f159c1d8e0ecec3d89a0faa4005");
	ingest_box_check(box);
}

static void p_19_a_deleted_object_is_ingested_again_by_the_identical_bag(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	ingest_box_delete_object(box);
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 4);
	assert_int_equal(box->done.files_unchanged, 0);
	assert_string_equal(states(), "4 A2");
	ingest_box_delete_object(box);
	assert_string_equal(object_state(), "D2");
	ingest_box_send(box);
	assert_string_equal(object_state(), "A3");
	assert_string_equal(states(), "4 A3");
	ingest_box_check(box);
}

static void p_19_a_deleted_file_comes_back_with_new_checksums_and_a_new_event(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	ingest_box_delete_file(box, "data/a.txt");
	assert_string_equal(state_of("data/a.txt"), "D1");
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 1);
	assert_int_equal(box->done.files_unchanged, 3);
	assert_string_equal(state_of("data/a.txt"), "A2");
	assert_string_equal(ingest_box_text("select string_agg(e.event_type || e.generation, ', ' order by e.id) from "
					    "premis_event e join generic_file f "
					    "on f.id = e.file_id where f.identifier like '%%/a.txt' and e.event_type "
					    "in ('ingestion', 'deletion')"),
		"ingestion1, deletion1, ingestion2");
	assert_int_equal(
		ingest_box_number(
			"select count(*) from checksum k join generic_file f on f.id = k.file_id and k.generation = 2 "
			"where f.identifier like '%%/a.txt'"),
		2);
	ingest_box_check(box);
}

static void files_that_the_new_bag_does_not_have_keep_their_state(void **state)
{
	static const char *const less[] = {"data/a.txt", NULL};
	struct ingest_box *box = *state;

	ingest_box_send(box);
	ingest_box_delete_object(box);
	bag_box_remove(box->bag, "data/sub/b.txt");
	bag_box_write(box->bag, "bag-info.txt", TOMB_STR("Source-Organization: Example University\n"));
	bag_box_manifest(box->bag, "manifest-sha256.txt", TOMB_SHA256, less);
	bag_box_seal(box->bag);
	ingest_box_send(box);
	assert_string_equal(state_of("data/a.txt"), "A2");
	assert_string_equal(state_of("data/sub/b.txt"), "D1");
	assert_string_equal(object_state(), "A2");
	ingest_box_check(box);
}

static void the_storage_option_changes_only_while_the_object_is_deleted(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR("Storage-Option: Wasabi-VA\n"));
	bag_box_seal(box->bag);
	REFUSED(box, ingest_box_try(box), TOMB_CONFLICT,
		"is stored as Standard: its storage option can change only after");
	assert_string_equal(states(), "4 A1");
	ingest_box_delete_object(box);
	ingest_box_send(box);
	assert_string_equal(states(), "4 A2");
	assert_int_equal(
		ingest_box_number(
			"select count(*) from generic_file f join storage_option s on s.id = f.storage_option_id "
			"where s.name = 'Wasabi-VA'"),
		4);
	assert_int_equal(ingest_box_stored(box), 4);
	/* A bag that says nothing means the option that the object has. */
	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR("Title: Letters\n"));
	bag_box_seal(box->bag);
	ingest_box_send(box);
	assert_string_equal(
		ingest_box_text(
			"select s.name from intellectual_object o join storage_option s on s.id = o.storage_option_id"),
		"Wasabi-VA");
	ingest_box_check(box);
}

static void p_20_a_file_on_an_open_request_is_stored_anew(void **state)
{
	struct ingest_box *box = *state;
	int64_t request = 0;
	int64_t deletion = 0;
	char token[TOMB_TOKEN_TEXT];

	ingest_box_send(box);
	request = tomb_world_request_file(&box->w, tomb_world_file(&box->w, "test.edu/bag/data/a.txt"));
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 1);
	assert_string_equal(state_of("data/a.txt"), "A2");
	/* And the request, which was about other bytes, cannot be approved any more. */
	tomb_world_token(&box->w, request, &box->w.bob, token);
	REFUSED(box,
		tomb_decision_make(box->w.registry, &box->w.bob, request, TOMB_APPROVE, tomb_str_from(token), &deletion,
			&box->err),
		TOMB_CONFLICT, "");
	ingest_box_check(box);
}

static void p_20_what_is_sent_after_an_approval_stays(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	(void)tomb_world_approve(&box->w, tomb_world_request_object(&box->w, box->done.object_id));
	tomb_world_plan(&box->w);
	/* The workers have not begun: every byte that is there now was approved to go. */
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 4);
	tomb_world_work(&box->w);
	assert_string_equal(states(), "4 A2");
	assert_string_equal(object_state(), "A1");
	ingest_box_check(box);
}

static void work(struct ingest_box *box)
{
	tomb_world_work(&box->w);
}

static void p_20_a_deletion_in_the_middle_of_an_ingest_takes_the_old_bytes_only(void **state)
{
	static const enum tomb_ingest_phase phases[] = {TOMB_INGEST_CHECK, TOMB_INGEST_STORE, TOMB_INGEST_RECORD};
	struct ingest_box *box = *state;

	ingest_box_send(box);
	for (size_t i = 0; i < TOMB_COUNTOF(phases); i++) {
		(void)tomb_world_approve(&box->w, tomb_world_request_object(&box->w, box->done.object_id));
		tomb_world_plan(&box->w);
		box->at = phases[i];
		box->then = work;
		ingest_box_send(box);
		assert_int_equal(box->done.files_stored, 4);
		assert_int_equal(ingest_box_number("select count(*) from generic_file where state = 'A'"), 4);
		assert_int_equal(ingest_box_number("select count(*) from intellectual_object where state = 'A'"), 1);
		assert_int_equal(ingest_box_stored(box), 8);
		ingest_box_check(box);
	}
}

/* As raw SQL, since the verb refuses while the ingest is open: an approved request that lists data/a.txt. */
static void list_a(struct ingest_box *box)
{
	(void)box;
	tomb_fixture_pg_exec(
		"with r as (insert into deletion_request (institution_id, requested_by, requested_via, sole_admin, "
		"expires_at, "
		"list_digest, object_count, file_count, byte_count) select institution_id, id, 'web', false, now() + "
		"interval '1 day', "
		"sha256(''), 0, 1, 6 from user_account where email = 'alice@test.edu' returning id) select id from r;"
		"insert into request_item (request_id, object_id, file_id) select r.id, f.object_id, f.id from "
		"deletion_request r, "
		"generic_file f where f.identifier = 'test.edu/bag/data/a.txt' and r.requested_at = now();"
		"insert into request_file (request_id, file_id, generation, item_id) select i.request_id, f.id, "
		"f.generation, i.id "
		"from request_item i join generic_file f on f.id = i.file_id join deletion_request r on r.id = "
		"i.request_id "
		"where r.requested_at = now();");
}

static void p_20_what_was_left_out_is_stored_when_a_request_lists_it_meanwhile(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	box->at = TOMB_INGEST_RECORD;
	box->then = list_a;
	ingest_box_send(box);
	assert_int_equal(ingest_box_number("select count(*) from request_file"), 1);
	assert_int_equal(box->done.files_stored, 1);
	assert_int_equal(box->done.files_unchanged, 3);
	assert_string_equal(state_of("data/a.txt"), "A2");
	ingest_box_check(box);
}

static void p_20_a_failed_deletion_that_could_be_requeued_reaches_nothing_that_was_sent_since(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	(void)tomb_world_approve(&box->w, tomb_world_request_object(&box->w, box->done.object_id));
	tomb_fixture_pg_exec("update request_file set outcome = 'failed', settled_at = now();"
			     "update request_item set is_open = false;"
			     "update work_item set status = 'Failed', completed_at = now(), files_failed = files_total "
			     "where action = 'Delete'");
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 4);
	tomb_fixture_pg_exec("update request_file set outcome = 'pending', settled_at = null;"
			     "update request_item set is_open = true;"
			     "update work_item set status = 'Pending', completed_at = null, files_failed = 0 where "
			     "action = 'Delete'");
	tomb_world_work(&box->w);
	assert_string_equal(states(), "4 A2");
	ingest_box_check(box);
}

static void a_file_that_misses_a_copy_is_stored_anew(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	(void)tomb_world_approve(
		&box->w, tomb_world_request_file(&box->w, tomb_world_file(&box->w, "test.edu/bag/data/a.txt")));
	/* A lane claimed it and died; then the request came to an end in another way. */
	tomb_fixture_pg_exec("update copy set status = 'removing', deletion_id = (select max(id) from deletion) where "
			     "id = (select min(c.id) from "
			     "copy c join generic_file f on f.id = c.file_id where f.identifier like '%/a.txt');"
			     "update request_file set outcome = 'refused', reason = 'test', settled_at = now();"
			     "update request_item set is_open = false");
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 1);
	assert_string_equal(state_of("data/a.txt"), "A2");
	assert_string_equal(ingest_box_text("select string_agg(c.generation || ' ' || c.status, ', ' order by c.id) "
					    "from copy c join generic_file f "
					    "on f.id = c.file_id where f.identifier like '%%/a.txt'"),
		"1 removing, 1 superseded, 2 stored, 2 stored");
}

static void ask_for_deletion(struct ingest_box *box)
{
	int64_t file = tomb_world_file(&box->w, "test.edu/bag/data/a.txt");
	struct tomb_deletion_list list = {.file_ids = {&file, 1}};
	struct tomb_deletion_request made;

	REFUSED(box,
		tomb_deletion_request_create(box->w.registry, &box->w.alice, &list, TOMB_STR("now"), &made, &box->err),
		TOMB_CONFLICT, "storing a new version");
}

static void nothing_can_be_asked_to_go_while_it_is_sent(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	box->at = TOMB_INGEST_STORE;
	box->then = ask_for_deletion;
	ingest_box_send(box);
	assert_null(box->then);
	/* And afterwards it can. */
	(void)tomb_world_request_object(&box->w, box->done.object_id);
}

static void die(struct ingest_box *box)
{
	(void)box;
	(void)kill(getpid(), SIGKILL);
}

/* Ingests in a process that is killed when it reaches the phase. */
static void send_and_die(struct ingest_box *box, enum tomb_ingest_phase at)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	box->at = at;
	box->then = die;
	if (child == 0) {
		(void)ingest_box_try_elsewhere(box);
		_exit(0);
	}
	box->then = NULL;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* The server notices the death of a connection's process in its own time. */
static void wait_for_unlock(void)
{
	tomb_fixture_pg_exec("do $$ begin for i in 1..1000 loop "
			     "exit when not exists (select from pg_locks where locktype = 'advisory'); "
			     "perform pg_sleep(0.01); end loop; end $$");
}

static void a_killed_ingest_leaves_the_old_state_and_the_next_one_completes_it(void **state)
{
	static const enum tomb_ingest_phase phases[] = {TOMB_INGEST_STORE, TOMB_INGEST_RECORD};
	struct ingest_box *box = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(phases); i++) {
		send_and_die(box, phases[i]);
		wait_for_unlock();
		assert_int_equal(ingest_box_number("select count(*) from generic_file"), 0);
		assert_int_equal(ingest_box_number("select count(*) from intellectual_object"), 0);
		assert_int_equal(ingest_box_number("select count(*) from work_item where status = 'Started'"), 1);
	}
	/* What lies in the stores is known by promises alone. */
	assert_int_equal(ingest_box_number("select count(*) from promised_put where recorded_at is null"), 16);
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 4);
	assert_string_equal(ingest_box_text("select string_agg(status, ', ' order by id) from work_item"),
		"Failed, Failed, Success");
	assert_int_equal(ingest_box_number("select count(*) from promised_put where recorded_at is null"), 16);
	assert_int_equal(ingest_box_number("select count(*) from audit_entry where verb = 'fail dead ingest'"), 2);
	ingest_box_check(box);
}

static void x16_a_dead_ingest_does_not_keep_its_object_from_deletion(void **state)
{
	struct ingest_box *box = *state;
	size_t ended = 0;

	ingest_box_send(box);
	send_and_die(box, TOMB_INGEST_RECORD);
	wait_for_unlock();
	ask_for_deletion(box);
	TOMB_OK_OR_FAIL(tomb_ingest_record_reap(box->w.registry, &ended, &err));
	assert_int_equal(ended, 1);
	TOMB_OK_OR_FAIL(tomb_ingest_record_reap(box->w.registry, &ended, &err));
	assert_int_equal(ended, 0);
	ingest_box_delete_object(box);
	assert_string_equal(object_state(), "D1");
	ingest_box_check(box);
}

static void reap(struct ingest_box *box)
{
	TOMB_PG_AUTO *pg = NULL;
	size_t ended = 1;

	TOMB_OK_OR_FAIL(tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &err));
	TOMB_OK_OR_FAIL(tomb_ingest_record_reap(pg, &ended, &err));
	assert_int_equal(ended, 0);
	(void)box;
}

static void a_living_ingest_is_not_taken_for_dead(void **state)
{
	struct ingest_box *box = *state;

	box->at = TOMB_INGEST_STORE;
	box->then = reap;
	ingest_box_send(box);
	assert_null(box->then);
	assert_int_equal(box->done.files_stored, 4);
}

static void end_work_item(struct ingest_box *box)
{
	(void)box;
	tomb_fixture_pg_exec("update work_item set status = 'Failed', completed_at = now() where completed_at is null");
}

static void an_ingest_whose_work_item_was_ended_records_nothing(void **state)
{
	struct ingest_box *box = *state;

	box->at = TOMB_INGEST_RECORD;
	box->then = end_work_item;
	REFUSED(box, ingest_box_try(box), TOMB_STALE, "ended by somebody else");
	assert_int_equal(ingest_box_number("select count(*) from intellectual_object"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ingest_box_set_up, ingest_box_tear_down)
	const struct CMUnitTest tests[] = {
		T(an_unchanged_bag_stores_nothing),
		T(one_changed_file_is_stored_and_the_others_stay),
		T(x04_a_key_is_never_used_twice),
		T(p_14_the_minimum_never_restricts_an_update),
		T(p_19_a_deleted_object_comes_back_with_all_files_of_the_bag),
		T(p_19_a_deleted_object_is_ingested_again_by_the_identical_bag),
		T(p_19_a_deleted_file_comes_back_with_new_checksums_and_a_new_event),
		T(files_that_the_new_bag_does_not_have_keep_their_state),
		T(the_storage_option_changes_only_while_the_object_is_deleted),
		T(p_20_a_file_on_an_open_request_is_stored_anew),
		T(p_20_what_is_sent_after_an_approval_stays),
		T(p_20_a_deletion_in_the_middle_of_an_ingest_takes_the_old_bytes_only),
		T(p_20_what_was_left_out_is_stored_when_a_request_lists_it_meanwhile),
		T(p_20_a_failed_deletion_that_could_be_requeued_reaches_nothing_that_was_sent_since),
		T(a_file_that_misses_a_copy_is_stored_anew),
		T(nothing_can_be_asked_to_go_while_it_is_sent),
		T(a_killed_ingest_leaves_the_old_state_and_the_next_one_completes_it),
		T(x16_a_dead_ingest_does_not_keep_its_object_from_deletion),
		T(a_living_ingest_is_not_taken_for_dead),
		T(an_ingest_whose_work_item_was_ended_records_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
