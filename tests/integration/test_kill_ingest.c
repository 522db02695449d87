/*
 * kill -9 of an ingest before and after every statement, every commit and every copy: the ledger shows the old state or
 * the new one, and sending the bag again makes it good (P-20, X-20).
 *
 * wrap: tomb_pg_run tomb_pg_conn_begin tomb_pg_conn_commit tomb_store_put
 */
#include "ingest_box.h"
#include "kill_step.h"
#include "pg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

KILL_STEPS_AROUND(enum tomb_code, tomb_pg_run,
	(struct tomb_pg * pg, const struct tomb_pg_stmt *stmt, const void *args, struct tomb_arena *arena, void **rows,
		size_t *nrows, struct tomb_err *err),
	(pg, stmt, args, arena, rows, nrows, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_pg_conn_begin, (struct tomb_pg * pg, const char *sql, struct tomb_err *err),
	(pg, sql, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_pg_conn_commit, (struct tomb_pg * pg, struct tomb_err *err), (pg, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_store_put,
	(struct tomb_store * store, const struct tomb_put *put, struct tomb_arena *arena, struct tomb_placed *out,
		struct tomb_err *err),
	(store, put, arena, out, err))

/* The server notices the death of a connection's process in its own time. */
static void wait_until_it_is_gone(void)
{
	tomb_fixture_pg_exec("do $$ begin for i in 1..1000 loop exit when not exists (select from pg_locks where "
			     "locktype = 'advisory'); "
			     "perform pg_sleep(0.01); end loop; end $$");
}

/* Ingests in a process that is killed at that step; false if it came to its end before. */
static bool dies_at(struct ingest_box *box, long at)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		kill_step_at(at);
		_exit(ingest_box_try_elsewhere(box) == TOMB_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	wait_until_it_is_gone();
	if (WIFSIGNALED(status))
		return true;
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

static void wherever_an_ingest_dies_the_next_one_makes_it_good(void **state)
{
	struct ingest_box *box = *state;
	long at = 0;
	bool dies = true;

	ingest_box_send(box);
	for (at = 1; dies; at++) {
		int64_t before = ingest_box_number(
			"select generation from generic_file where identifier like '%%/a.txt'");
		int64_t now = 0;
		char bytes[8];

		(void)snprintf(bytes, sizeof bytes, "%06ld", at);
		ingest_box_change(box, bytes);
		dies = dies_at(box, at);
		now = ingest_box_number("select generation from generic_file where identifier like '%%/a.txt'");
		/* The old state or the new one: nothing of it, or all of it. */
		assert_in_range(now, before, before + 1);
		assert_int_equal(ingest_box_number("select count(*) from generic_file where state = 'A'"), 4);
		assert_int_equal(
			ingest_box_number("select count(*) from copy c join generic_file f on f.id = c.file_id and "
					  "f.generation = c.generation where c.status = 'stored'"),
			8);
		assert_int_equal(
			ingest_box_number(
				"select count(*) from premis_event e join generic_file f on f.id = e.file_id and "
				"f.generation = e.generation where f.identifier like '%%/a.txt' and e.event_type = "
				"'ingestion'"),
			1);
		ingest_box_send(box);
		now = ingest_box_number("select generation from generic_file where identifier like '%%/a.txt'");
		assert_int_equal(now, before + 1);
		ingest_box_check(box);
	}
	assert_in_range(at, 40, 1000);
	assert_int_equal(ingest_box_number("select count(*) from work_item where completed_at is null"), 0);
	/* No byte lies anywhere that the ledger was not told of before. */
	assert_true(ingest_box_stored(box) <= ingest_box_number("select count(*) from promised_put"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			wherever_an_ingest_dies_the_next_one_makes_it_good, ingest_box_set_up, ingest_box_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
