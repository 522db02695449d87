/* A server that crashes and comes back: what was committed is there, what was not is gone, and we can go on. */
#include "job_table.h"
#include "pg_fixture.h"
#include "testsql.gen.h"
#include "tombstone/tx.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum tomb_code add_job(struct tomb_pg *pg, uint8_t last, struct tomb_err *err)
{
	static const char zeros[32];
	const struct testsql_job_add_args a = {.id.b = {[15] = last}, .sha256 = {zeros, 32}, .note_null = true};

	return testsql_job_add(pg, &a, NULL, err);
}

static int make_tables(void **state)
{
	(void)state;
	tomb_fixture_pg_private();
	tomb_fixture_pg_exec(job_table);
	return 0;
}

static void a_crash_of_the_server_is_survived(void **state)
{
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_pg_open(&pg, tomb_fixture_pg_admin(), testsql_all, testsql_nall, &err), TOMB_OK);
	assert_int_equal(add_job(pg, 1, &err), TOMB_OK);
	{
		TOMB_TX_AUTO tx = tomb_tx_init(pg);

		assert_int_equal(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &err), TOMB_OK);
		assert_int_equal(add_job(pg, 2, &err), TOMB_OK);
		tomb_fixture_pg_restart();
		assert_int_equal(tomb_tx_commit(&tx, &err), TOMB_UNCERTAIN);
	}
	assert_int_equal(add_job(pg, 3, &err), TOMB_DB_DOWN);
	assert_int_equal(tomb_pg_reset(pg, &err), TOMB_OK);
	assert_int_equal(add_job(pg, 3, &err), TOMB_OK);
	assert_string_equal(
		tomb_fixture_pg_value("select string_agg(right(id::text, 1), '' order by id) from job"), "13");
}

static void a_server_that_has_hung_up_is_noticed_before_it_is_asked(void **state)
{
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_pg_open(&pg, tomb_fixture_pg_admin(), testsql_all, testsql_nall, &err), TOMB_OK);
	assert_true(tomb_pg_is_alive(pg));
	assert_int_equal(add_job(pg, 4, &err), TOMB_OK);
	assert_true(tomb_pg_is_alive(pg));
	tomb_fixture_pg_restart();
	assert_false(tomb_pg_is_alive(pg));
	assert_true(tomb_pg_is_broken(pg));
	assert_int_equal(tomb_pg_reset(pg, &err), TOMB_OK);
	assert_true(tomb_pg_is_alive(pg));
	assert_int_equal(add_job(pg, 5, &err), TOMB_OK);
}

/* Before it closes a session, a server that is told to stop says why. */
static void a_session_that_was_terminated_is_noticed_before_it_is_asked(void **state)
{
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_pg_open(&pg, tomb_fixture_pg_worker(), NULL, 0, &err), TOMB_OK);
	tomb_fixture_pg_exec("select pg_terminate_backend(pid, 10000) from pg_stat_activity "
			     "where usename = 'tombstone_worker'");
	assert_false(tomb_pg_is_alive(pg));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_of_the_server_is_survived),
		cmocka_unit_test(a_server_that_has_hung_up_is_noticed_before_it_is_asked),
		cmocka_unit_test(a_session_that_was_terminated_is_noticed_before_it_is_asked),
	};

	return cmocka_run_group_tests_name("pg_restart", tests, make_tables, NULL);
}
