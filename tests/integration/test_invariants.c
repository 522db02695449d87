/* Architecture.md §5: each test tries to break the invariant that it is named after. */
#include "expect.h"
#include "lane.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/plan.h"
#include "tombstone/stop_switch.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { LEASE_MS = 60000 };

/* An approved deletion of an object with files and copies, cut into its one batch. */
static int64_t approved_batch(struct tomb_world *w, const char *name, int files, int copies)
{
	tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, name, files, copies)));
	tomb_world_plan(w);
	return tomb_world_number("select max(id) from batch");
}

static void take(struct tomb_world *w, int64_t batch, struct tomb_arena *arena, struct tomb_claim *claim)
{
	bool taken = false;

	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, batch, TOMB_STR("test"), LEASE_MS, arena, claim, &taken, &err));
	assert_true(taken);
}

/* Runs sql as somebody, and says whether the server let it. */
static bool may(const char *conninfo, const char *sql)
{
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err refusal;

	TOMB_OK_OR_FAIL(tomb_pg_open(&pg, conninfo, NULL, 0, &err));
	return tomb_pg_script(pg, tomb_str_from(sql), &refusal) == TOMB_OK;
}

static enum tomb_code ours(void *ctx, struct tomb_err *err)
{
	(void)ctx;
	(void)err;
	return TOMB_OK;
}

static void x_01_i1_each_check_that_fails_at_the_claim_keeps_the_bytes(void **state)
{
	static const struct {
		const char *sql; /* after the approval; %ld is the object */
		const char *reason;
	} cases[] = {
		{"insert into hold (institution_id, object_id, reason, placed_by) select institution_id, id, "
		 "'lawsuit', 1 from intellectual_object where id = %ld",
			"its object is under hold: lawsuit"},
		{"insert into hold (institution_id, file_id, reason, placed_by) select institution_id, min(id), "
		 "'audit', 1 from generic_file where object_id = %ld group by 1",
			"it is under hold: audit"},
		{"insert into hold (institution_id, reason, placed_by) select institution_id, 'all', 1 from "
		 "intellectual_object where id = %ld",
			"the whole institution is under hold: all"},
		{"update copy set stored_at = now() + interval '1 day' where file_id in (select id from generic_file "
		 "where object_id = %ld)",
			"minimum retention of Standard"},
		{"update user_account set deactivated_at = now() where email = 'alice@test.edu' and %ld > 0",
			"who asked is no longer active"},
		{"update user_account set deactivated_at = now() where email = 'bob@test.edu' and %ld > 0",
			"who approved is no longer active"},
		{"update institution set deactivated_at = now() where identifier = 'test.edu' and %ld > 0",
			"is no longer active"},
		{"update generic_file set generation = generation + 1 where object_id = %ld", "superseded"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_world *w = *state;
		char sql[512];
		int64_t object = 0;
		int64_t refused = 0;

		if (i > 0) {
			tomb_world_close(w);
			tomb_world_open(w);
		}
		(void)approved_batch(w, "test.edu/bag", 1, 2);
		object = tomb_world_number("select max(id) from intellectual_object");
		tomb_world_exec("alter table generic_file disable trigger user");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(sql, sizeof sql, cases[i].sql, (long)object);
#pragma GCC diagnostic pop
		tomb_fixture_pg_exec(sql);
		tomb_world_exec("alter table generic_file enable trigger user");
		tomb_world_work(w);
		assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 2);
		refused = tomb_world_number(
			"select count(*) from request_file where outcome = 'refused' and reason like '%%%s%%'",
			cases[i].reason);
		if (refused != 1)
			fail_msg("%s: %s", cases[i].reason, tomb_fixture_pg_value("select reason from request_file"));
	}
}

static void i1_a_hold_that_comes_during_the_preflight_wins(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_claim claim;

	take(w, approved_batch(w, "test.edu/bag", 2, 1), &arena, &claim);
	assert_int_equal(claim.files[0].refusal.n + claim.files[1].refusal.n, 0);
	tomb_world_exec("insert into hold (institution_id, file_id, reason, placed_by) values (%" PRId64 ", %" PRId64
			", 'late', %" PRId64 ")",
		w->institution, claim.files[1].file_id, w->alice.user_id);
	TOMB_OK_OR_FAIL(tomb_claim_confirm(w->worker, &claim, LEASE_MS, &arena, &err));
	assert_int_equal(claim.files[0].refusal.n, 0);
	assert_non_null(strstr(claim.files[1].refusal.p, "under hold: late"));
}

static void i1_the_database_refuses_a_copy_that_is_on_no_approved_list(void **state)
{
	struct tomb_world *w = *state;

	(void)approved_batch(w, "test.edu/listed", 1, 1);
	(void)tomb_world_object(w, "test.edu/innocent", 1, 1);
	assert_false(may(tomb_fixture_pg_worker(),
		"update copy set status = 'removing', deletion_id = 1 where file_id = (select id from generic_file "
		"where identifier = 'test.edu/innocent/data/1')"));
	assert_true(may(tomb_fixture_pg_worker(),
		"update copy set status = 'removing', deletion_id = 1 where file_id = "
		"(select id from generic_file where identifier = 'test.edu/listed/data/1')"));
}

static void i2_a_file_with_a_copy_that_is_left_cannot_be_deleted(void **state)
{
	struct tomb_world *w = *state;

	(void)approved_batch(w, "test.edu/bag", 1, 2);
	assert_false(may(tomb_fixture_pg_worker(), "update generic_file set state = 'D'"));
	assert_false(may(tomb_fixture_pg_admin(), "update generic_file set state = 'D'"));
	assert_false(may(tomb_fixture_pg_admin(), "update copy set status = 'gone'"));
}

static void i2_one_copy_that_cannot_be_reached_keeps_all_of_them(void **state)
{
	struct tomb_world *w = *state;
	char command[512];

	(void)approved_batch(w, "test.edu/bag", 2, 2);
	(void)snprintf(command, sizeof command, "mv %s/local-2 %s/away", w->folder, w->folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test, and a name of our own making */
	tomb_stores_close(w->stores);
	w->stores = NULL;
	(void)snprintf(command, sizeof command, "mkdir %s/local-2", w->folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): as above */
	TOMB_OK_OR_FAIL(tomb_stores_open(w->backends_file, &w->stores, &err));
	tomb_world_work(w);
	assert_int_equal(
		tomb_world_number("select count(*) from work_item where status = 'Failed' and files_failed = 2"), 1);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone'"), 0);
	(void)snprintf(command, sizeof command, "rmdir %s/local-2/* %s/local-2 2> /dev/null; mv %s/away %s/local-2",
		w->folder, w->folder, w->folder, w->folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): as above */
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 2);
	tomb_world_check(w);
}

static void i3_a_second_deletion_event_of_a_cycle_is_refused(void **state)
{
	struct tomb_world *w = *state;

	(void)approved_batch(w, "test.edu/bag", 1, 1);
	tomb_world_work(w);
	assert_false(may(tomb_fixture_pg_worker(), "insert into premis_event (institution_id, object_id, file_id, "
						   "generation, event_type, detail, outcome, agent) "
						   "select institution_id, object_id, file_id, generation, event_type, "
						   "detail, outcome, agent from premis_event "
						   "where event_type = 'deletion' and file_id is not null"));
}

static void i3_a_lane_that_was_overtaken_settles_nothing(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_claim slow;
	struct tomb_settled_file file = {0, TOMB_FILE_FAILED, TOMB_STR("late")};
	struct tomb_settlement s = {.files = &file, .nfiles = 1, .error = TOMB_STR(""), .agent = TOMB_STR("slow")};
	struct tomb_settle_counts n;

	take(w, approved_batch(w, "test.edu/bag", 1, 1), &arena, &slow);
	file.file_id = slow.files[0].file_id;
	tomb_world_exec("update batch set lease_until = now() - interval '1 second'");
	tomb_world_work(w);
	TOMB_EXPECT(TOMB_STALE, "taken over", tomb_settle(w->worker, &slow, &s, &arena, &n, &err));
	TOMB_EXPECT(TOMB_STALE, "no longer", tomb_claim_confirm(w->worker, &slow, LEASE_MS, &arena, &err));
	TOMB_EXPECT(TOMB_STALE, "no longer", tomb_claim_renew(w->worker, &slow, LEASE_MS, &err));
	assert_int_equal(tomb_world_number("select count(*) from request_file where outcome = 'deleted'"), 1);
	tomb_world_check(w);
}

static void i4_p_20_bytes_stored_while_a_lane_works_are_never_removed(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(4 << 20);
	struct tomb_claim claim;
	struct tomb_batch b;
	struct tomb_settlement s;
	struct tomb_settle_counts n;
	int64_t file = 0;

	take(w, approved_batch(w, "test.edu/bag", 1, 2), &arena, &claim);
	TOMB_OK_OR_FAIL(tomb_batch_init(&b, &claim, w->stores, &arena, tomb_clock_real(), &err));
	TOMB_OK_OR_FAIL(tomb_preflight(&b, TOMB_PREFLIGHT_ALL, ours, NULL, &err));
	TOMB_OK_OR_FAIL(tomb_claim_confirm(w->worker, &claim, LEASE_MS, &arena, &err));
	/* The worst moment: every question was answered yes, and the depositor sends the file again. */
	file = claim.files[0].file_id;
	tomb_world_restore(w, file, 2);
	TOMB_OK_OR_FAIL(tomb_reap(&b, ours, NULL, &err));
	TOMB_OK_OR_FAIL(tomb_verify(&b, TOMB_VERIFY_ALL, ours, NULL, &err));
	TOMB_OK_OR_FAIL(tomb_settlement_make(&b, false, &s, &err));
	s.agent = TOMB_STR("test");
	TOMB_OK_OR_FAIL(tomb_settle(w->worker, &claim, &s, &arena, &n, &err));
	assert_int_equal(n.deleted, 0);
	assert_int_equal(tomb_world_bytes(w, file), 2);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from generic_file where state = 'A' and generation = 2 and id = %" PRId64,
			file),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from copy where status = 'stored' and generation = 2 and file_id = %" PRId64,
			file),
		2);
	assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion'"), 0);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from request_file where outcome = 'refused' and reason like 'superseded%%'"),
		1);
	tomb_world_check(w);
}

static void i5_the_database_refuses_one_person_for_two(void **state)
{
	struct tomb_world *w = *state;
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	static const char *const who[] = {
		"alice@test.edu", "mallory@other.edu", "carol@test.edu", "oscar@operator.org"};
	char sql[512];

	for (size_t i = 0; i < TOMB_COUNTOF(who); i++) {
		(void)snprintf(sql, sizeof sql,
			"insert into decision (request_id, institution_id, requested_by, verdict, decided_by, "
			"decided_via, list_digest) "
			"select r.id, r.institution_id, r.requested_by, 'approve', u.id, 'cli', r.list_digest from "
			"deletion_request r, user_account u "
			"where r.id = %" PRId64 " and u.email = '%s'",
			request, who[i]);
		assert_false(may(tomb_fixture_pg_registry(), sql));
		assert_false(may(tomb_fixture_pg_admin(), sql));
	}
}

static void i5_x_21_the_worker_cannot_approve_anything(void **state)
{
	struct tomb_world *w = *state;

	(void)tomb_world_request_object(w, tomb_world_object(w, "test.edu/bag", 1, 1));
	assert_false(may(tomb_fixture_pg_worker(), "insert into decision (request_id, institution_id, requested_by, "
						   "verdict, decided_by, decided_via, list_digest) "
						   "select r.id, r.institution_id, r.requested_by, 'approve', 2, "
						   "'cli', r.list_digest from deletion_request r"));
	assert_false(may(tomb_fixture_pg_worker(), "update deletion_request set state = 'approved'"));
	assert_false(may(tomb_fixture_pg_worker(), "insert into deletion (request_id, institution_id) values (1, 1)"));
	assert_false(may(tomb_fixture_pg_worker(),
		"insert into request_file (request_id, file_id, generation, item_id) values (1, 1, 1, 1)"));
	assert_false(may(tomb_fixture_pg_worker(), "select password_hash from user_account"));
	assert_false(may(tomb_fixture_pg_worker(), "select * from session"));
	assert_false(may(tomb_fixture_pg_worker(), "select * from api_key"));
	assert_false(may(tomb_fixture_pg_worker(), "select * from approval_token"));
}

static void i8_events_and_audit_entries_cannot_be_changed_by_anybody(void **state)
{
	static const char *const changes[] = {"update premis_event set detail = 'x'", "delete from premis_event",
		"truncate premis_event cascade", "update audit_entry set detail = 'x'", "delete from audit_entry",
		"truncate audit_entry cascade", "update audit_seal set seq = seq + 1", "delete from audit_seal",
		"delete from copy", "delete from generic_file", "delete from checksum",
		"update decision set verdict = 'approve'", "delete from decision", "delete from request_file",
		"update request_file set generation = 7"};
	struct tomb_world *w = *state;
	const char *const people[] = {tomb_fixture_pg_registry(), tomb_fixture_pg_worker(), tomb_fixture_pg_admin()};

	(void)approved_batch(w, "test.edu/bag", 1, 1);
	tomb_world_work(w);
	for (size_t i = 0; i < TOMB_COUNTOF(changes); i++)
		for (size_t j = 0; j < TOMB_COUNTOF(people); j++)
			if (may(people[j], changes[i]))
				fail_msg("%s was allowed to %s", people[j], changes[i]);
}

static void i8_a_changed_or_missing_audit_entry_is_found(void **state)
{
	struct tomb_world *w = *state;
	struct tomb_audit_report report;
	size_t sealed = 0;

	(void)approved_batch(w, "test.edu/bag", 1, 1);
	tomb_world_work(w);
	/* The sealer waits for every older transaction of the cluster, other tests' too. */
	while (tomb_world_number("select (select count(*) from audit_entry) - (select count(*) from audit_seal)") > 0)
		TOMB_OK_OR_FAIL(tomb_audit_seal(w->registry, 2, &sealed, &err));
	TOMB_OK_OR_FAIL(tomb_audit_verify(w->registry, &report, &err));
	assert_string_equal(report.problem, "");
	assert_int_equal(report.entries, tomb_world_number("select count(*) from audit_entry"));
	assert_true(report.entries >= 4);
	/* Somebody with every right, who switches the guards off. */
	tomb_world_exec("set session_replication_role = replica; update audit_entry set actor = 'nobody@test.edu' "
			"where id = 2");
	TOMB_OK_OR_FAIL(tomb_audit_verify(w->registry, &report, &err));
	assert_int_equal(report.bad_seq, 2);
	assert_non_null(strstr(report.problem, "is not what was sealed"));
	tomb_world_exec("set session_replication_role = replica; delete from audit_entry where id = 2");
	TOMB_OK_OR_FAIL(tomb_audit_verify(w->registry, &report, &err));
	assert_non_null(strstr(report.problem, "entry 2 (seal 2) is missing"));
	tomb_world_exec("set session_replication_role = replica; delete from audit_seal where seq = 2");
	TOMB_OK_OR_FAIL(tomb_audit_verify(w->registry, &report, &err));
	assert_non_null(strstr(report.problem, "seal 2 is missing"));
}

static void i10_a_store_that_the_worker_does_not_know_means_no(void **state)
{
	struct tomb_world *w = *state;

	(void)approved_batch(w, "test.edu/bag", 1, 1);
	tomb_world_exec("update copy set url = replace(url, 'file:///', 'https://elsewhere.example/')");
	tomb_world_work(w);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 1);
	assert_int_equal(
		tomb_world_number("select count(*) from work_item where status = 'Failed' and files_failed = 1"), 1);
	assert_int_equal(
		tomb_world_number("select count(*) from copy where status = 'stored' and outcome = 'refused'"), 1);
}

static void i10_other_bytes_than_were_recorded_are_left_alone(void **state)
{
	struct tomb_world *w = *state;

	(void)approved_batch(w, "test.edu/bag", 2, 2);
	tomb_world_exec("update copy set size_bytes = 63 where id = (select min(id) from copy)");
	tomb_world_work(w);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/1")), 2);
	assert_int_equal(tomb_world_bytes(w, tomb_world_file(w, "test.edu/bag/data/2")), 0);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from request_file where outcome = 'failed' and reason like '%%had 63'"),
		1);
	tomb_world_check(w);
}

static void x_12_the_stop_switch_halts_claims_and_confirmations(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	int64_t batch = approved_batch(w, "test.edu/bag", 1, 1);
	struct tomb_claim claim;
	bool taken = true;

	TOMB_EXPECT(TOMB_FORBIDDEN, "only an operator",
		tomb_stop_switch_set(w->registry, &w->alice, true, TOMB_STR("no"), &err));
	TOMB_OK_OR_FAIL(tomb_stop_switch_set(w->registry, &w->oscar, true, TOMB_STR("fire"), &err));
	TOMB_OK_OR_FAIL(tomb_claim_take(w->worker, batch, TOMB_STR("test"), LEASE_MS, &arena, &claim, &taken, &err));
	assert_false(taken);
	TOMB_OK_OR_FAIL(tomb_stop_switch_set(w->registry, &w->oscar, false, TOMB_STR("out"), &err));
	take(w, batch, &arena, &claim);
	TOMB_OK_OR_FAIL(tomb_stop_switch_set(w->registry, &w->oscar, true, TOMB_STR("fire again"), &err));
	TOMB_EXPECT(TOMB_STALE, "stopped", tomb_claim_confirm(w->worker, &claim, LEASE_MS, &arena, &err));
	assert_int_equal(tomb_world_bytes(w, claim.files[0].file_id), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tomb_world_set_up, tomb_world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(x_01_i1_each_check_that_fails_at_the_claim_keeps_the_bytes),
		TEST(i1_a_hold_that_comes_during_the_preflight_wins),
		TEST(i1_the_database_refuses_a_copy_that_is_on_no_approved_list),
		TEST(i2_a_file_with_a_copy_that_is_left_cannot_be_deleted),
		TEST(i2_one_copy_that_cannot_be_reached_keeps_all_of_them),
		TEST(i3_a_second_deletion_event_of_a_cycle_is_refused),
		TEST(i3_a_lane_that_was_overtaken_settles_nothing),
		TEST(i4_p_20_bytes_stored_while_a_lane_works_are_never_removed),
		TEST(i5_the_database_refuses_one_person_for_two),
		TEST(i5_x_21_the_worker_cannot_approve_anything),
		TEST(i8_events_and_audit_entries_cannot_be_changed_by_anybody),
		TEST(i8_a_changed_or_missing_audit_entry_is_found),
		TEST(i10_a_store_that_the_worker_does_not_know_means_no),
		TEST(i10_other_bytes_than_were_recorded_are_left_alone),
		TEST(x_12_the_stop_switch_halts_claims_and_confirmations),
	};
	return cmocka_run_group_tests_name("invariants", tests, NULL, NULL);
}
