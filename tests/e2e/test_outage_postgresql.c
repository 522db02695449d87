/*
 * PostgreSQL stopped, out of connections, ending sessions, choosing victims of deadlocks, or slow, while work goes on:
 * the registry says 503 and when to try again, nothing is half done, and everything goes on by itself afterwards.
 */
#include "moment.h"
#include "outage.h"
#include "pg_cluster.h"
#include "pg_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LINKS = 6, /* connections of the registry: four request threads, dispatcher, mailer */
	LANES = 2,
	TERMINATIONS = 20,
};

static void catch_lanes_at_work(struct outage *o)
{
	stage_wait(o->stage, 1, "select (count(*) > 0)::int from batch where fence > 0");
}

static void stop_and_start(struct outage *o, enum tomb_cluster_order how)
{
	struct visitor script;

	stage_give_key(o->stage, &o->stage->world.alice, &script);
	outage_delete(o, 0);
	outage_delete(o, 1);
	catch_lanes_at_work(o);
	tomb_cluster_order(how);
	outage_wait_said(&o->stage->worker, "db-down", "", LANES);
	for (int i = 0; i < LINKS; i++)
		outage_expect_503(o, &o->people.alice, &script);
	tomb_cluster_order(TOMB_CLUSTER_START);
	tomb_fixture_pg_reconnect();
	outage_expect_page(o, &o->people.alice);
	outage_delete(o, 2);
	outage_end(o);
	outage_wait_said(&o->stage->worker, "db-up", "", LANES);
	assert_int_equal(outage_said(&o->stage->worker, "db-down", ""), LANES);
	assert_in_range(outage_said(&o->stage->registry, "db-down", ""), 1, LINKS);
}

static void a_server_that_is_stopped_in_good_order_is_waited_for(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	stop_and_start(&o, TOMB_CLUSTER_STOP_FAST);
}

static void a_server_that_crashes_is_waited_for(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	stop_and_start(&o, TOMB_CLUSTER_STOP_AT_ONCE);
}

static void lanes_that_are_started_meanwhile_wait_for_it(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	outage_delete(&o, 0);
	outage_delete(&o, 1);
	catch_lanes_at_work(&o);
	tomb_cluster_order(TOMB_CLUSTER_STOP_AT_ONCE);
	outage_wait_said(&o.stage->worker, "db-down", "", LANES);
	outage_kill_lanes(&o);
	outage_wait_said(&o.stage->worker, "lane-restarted", "", LANES);
	outage_wait_said(&o.stage->worker, "db-down", "connecting to the database", 2 * (size_t)LANES);
	tomb_cluster_order(TOMB_CLUSTER_START);
	tomb_fixture_pg_reconnect();
	outage_delete(&o, 2);
	outage_end(&o);
	outage_wait_said(&o.stage->worker, "db-up", "", LANES);
	assert_int_equal(outage_said(&o.stage->worker, "db-down", ""), 2 * LANES);
	assert_int_equal(outage_said(&o.stage->worker, "lane-died", ""), LANES);
	assert_int_equal(outage_said(&o.stage->worker, "start-failed", ""), 0);
}

static void programs_do_not_start_without_it_and_say_why(void **state)
{
	struct stage *s = *state;
	struct program *programs[] = {&s->registry, &s->worker};

	tomb_cluster_order(TOMB_CLUSTER_STOP_FAST);
	for (size_t i = 0; i < TOMB_COUNTOF(programs); i++) {
		const char *words[] = {programs[i]->name, "--config", programs[i]->conf, NULL};
		char *out = NULL;

		assert_int_equal(program_run(words, &out), 1);
		assert_non_null(strstr(out, "start-failed"));
		assert_non_null(strstr(out, "connecting to the database"));
		free(out);
	}
	tomb_cluster_order(TOMB_CLUSTER_START);
	tomb_fixture_pg_reconnect();
}

/* 53300 */
static void too_many_connections_are_waited_out(void **state)
{
	struct outage o;
	struct visitor script;

	outage_begin(&o, state);
	stage_give_key(o.stage, &o.stage->world.alice, &script);
	outage_delete(&o, 0);
	outage_delete(&o, 1);
	catch_lanes_at_work(&o);
	tomb_fixture_pg_exec("alter role tombstone_registry connection limit 0; "
			     "alter role tombstone_worker connection limit 0");
	tomb_fixture_pg_exec("select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename like "
			     "'tombstone_%' and datname = current_database()");
	outage_expect_503(&o, &o.people.alice, &script);
	outage_wait_said(&o.stage->worker, "db-down", "too many connections", LANES);
	tomb_fixture_pg_exec("alter role tombstone_registry connection limit -1; "
			     "alter role tombstone_worker connection limit -1");
	outage_expect_page(&o, &o.people.alice);
	outage_delete(&o, 2);
	outage_end(&o);
}

/* 57P01 */
static void sessions_that_are_ended_again_and_again_are_made_again(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&o, part);
	for (int i = 0; i < TERMINATIONS; i++) {
		tomb_fixture_pg_exec("select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename like "
				     "'tombstone_%' and datname = current_database()");
		moment_pass();
	}
	outage_end(&o);
}

/* Runs the statement again and again on a session of its own, whatever comes of it, until it is killed. */
static pid_t disturb(const char *sql)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)close_range(3, ~0U, 0); /* or the keepers of servers would not see this program end */
	{
		TOMB_PG_AUTO *pg = NULL;
		struct tomb_err err;

		while (tomb_pg_open(&pg, tomb_fixture_pg_admin(), NULL, 0, &err) == TOMB_OK)
			while (!tomb_pg_is_broken(pg))
				(void)!tomb_pg_script(pg, tomb_str_from(sql), &err);
	}
	_exit(0);
}

static void leave_in_peace(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int64_t deadlocks(void)
{
	return tomb_world_number("select pg_stat_get_db_deadlocks(oid) from pg_database where datname = "
				 "current_database()");
}

/* 40P01: somebody takes the same rows in another order, and our sessions are found to be in the way. */
static void deadlocks_with_another_session_cost_a_repetition(void **state)
{
	struct outage o;
	pid_t other = 0;

	outage_begin(&o, state);
	/* It has the last file, until somebody wants it who has others, and then wants these.  Its patience is longer:
	 * the victim is ours. */
	other = disturb(
		"set deadlock_timeout = '20s'; "
		"do $$ declare f generic_file; begin "
		"select * into f from generic_file where state = 'A' order by id desc limit 1 for no key update; "
		"for i in 1..400 loop "
		"exit when exists (select from pg_locks where not granted and pid <> pg_backend_pid()); "
		"perform pg_sleep(0.005); "
		"end loop; "
		"perform from generic_file where object_id = f.object_id order by id for no key update; "
		"end $$");
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&o, part);
	stage_wait(o.stage, 1,
		"select (pg_stat_get_db_deadlocks(oid) > 0)::int from pg_database where datname = current_database()");
	leave_in_peace(other);
	outage_end(&o);
	print_message("    %d deadlocks\n", (int)deadlocks());
}

/* 40001, by a rule that says so one time in five, wherever the lanes and the registry write. */
static void serialization_failures_cost_a_repetition(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	tomb_fixture_pg_exec("create sequence told; grant all on sequence told to public; "
			     "create function tell() returns trigger language plpgsql security definer as $$ begin "
			     "if random() < 0.2 then perform nextval('told'); raise sqlstate '40001' using message = "
			     "'provoked'; end if; "
			     "return null; end $$");
	tomb_fixture_pg_exec("create trigger tell after insert or update on batch execute function tell(); "
			     "create trigger tell after insert on deletion_request execute function tell(); "
			     "create trigger tell after insert on decision execute function tell(); "
			     "create trigger tell after insert on premis_event execute function tell()");
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&o, part);
	outage_end(&o);
	assert_true(tomb_world_number("select last_value from told") > 3);
}

/* 55P03 and 57014: a session that sits on the tables of requests and batches. */
static void who_waits_too_long_for_a_lock_tries_again_later(void **state)
{
	struct outage o;
	struct visitor script;
	RAW_ANSWER_AUTO a = {0};

	outage_begin(&o, state);
	stage_give_key(o.stage, &o.stage->world.alice, &script);
	outage_delete(&o, 0);
	outage_delete(&o, 1);
	tomb_fixture_pg_exec("begin; lock table batch, deletion_request, intellectual_object in access exclusive mode");
	assert_int_equal(visitor_get(&script, &a, "/api/v1/objects"), 503);
	assert_true(raw_header(&a, "Retry-After")[0] >= '1');
	/* The lanes, too, wait for it: at a batch in hand, or when they look for another one. */
	stage_wait(o.stage, 1,
		"select (count(*) > 0)::int from pg_locks l join pg_stat_activity a using (pid) "
		"where not l.granted and a.usename = 'tombstone_worker'");
	tomb_fixture_pg_exec("rollback");
	outage_expect_page(&o, &o.people.alice);
	outage_delete(&o, 2);
	outage_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_server_that_is_stopped_in_good_order_is_waited_for, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(a_server_that_crashes_is_waited_for, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			lanes_that_are_started_meanwhile_wait_for_it, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			programs_do_not_start_without_it_and_say_why, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(too_many_connections_are_waited_out, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			sessions_that_are_ended_again_and_again_are_made_again, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			deadlocks_with_another_session_cost_a_repetition, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			serialization_failures_cost_a_repetition, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			who_waits_too_long_for_a_lock_tries_again_later, stage_set_up, stage_tear_down),
	};

	tomb_fixture_pg_private();
	return cmocka_run_group_tests_name("PostgreSQL is away", tests, NULL, NULL);
}
