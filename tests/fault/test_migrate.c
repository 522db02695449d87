/*
 * A migration that is cut off anywhere is taken up where it stopped: every file is applied exactly once.
 *
 * wrap: PQconninfoParse PQconnectdbParams PQexec PQexecPrepared PQsendPrepare PQsendDescribePrepared
 * wrap: PQpipelineSync PQenterPipelineMode PQexitPipelineMode PQsendQueryPrepared PQsetSingleRowMode
 * wrap: PQgetResult PQgetCancel
 */
#include "pg_fault.h"
#include "pg_fixture.h"
#include "tombstone/migrate.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct tomb_embedded files[] = {
	{"0001_one.sql", {"create table once (n int);", 26}, SHA},
	{"0002_two.sql", {"insert into once values (2);", 28}, SHA},
	{"0003_three.sql", {"insert into once values (3);", 28}, SHA},
};

static int ask_for_an_empty_database(void **state)
{
	(void)state;
	tomb_fixture_pg_empty();
	return 0;
}

static enum tomb_code migrate(struct tomb_err *err)
{
	static const struct tomb_pg_options options = {.application_name = "fault"};
	TOMB_PG_AUTO *pg = NULL;

	TOMB_TRY(tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, NULL, 0, err));
	return tomb_migrate_files(pg, files, TOMB_COUNTOF(files), NULL, NULL, err);
}

static void cut_off_at_each_call(enum pg_fault fault)
{
	long n = 0;

	for (bool has_happened = true; has_happened; n++) {
		struct tomb_err err;
		enum tomb_code code = TOMB_OK;

		tomb_fixture_pg_exec("drop table if exists once, schema_version");
		pg_fault_arm(fault, n);
		code = migrate(&err);
		has_happened = pg_fault_disarm();
		assert_true(has_happened || code == TOMB_OK);
		if (migrate(&err) != TOMB_OK)
			fail_msg("cut off at call %ld: %s", n, err.text);
		assert_string_equal(
			tomb_fixture_pg_value("select string_agg(n::text, ' ' order by n) from once"), "2 3");
		assert_int_equal(tomb_fixture_pg_number("select count(*) from schema_version"), 3);
	}
	assert_true(n > 20);
}

static void a_lost_answer_loses_and_repeats_nothing(void **state)
{
	(void)state;
	cut_off_at_each_call(PG_FAULT_NO_ANSWER);
}

static void a_lost_server_loses_and_repeats_nothing(void **state)
{
	(void)state;
	cut_off_at_each_call(PG_FAULT_NO_SERVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_answer_loses_and_repeats_nothing),
		cmocka_unit_test(a_lost_server_loses_and_repeats_nothing),
	};

	return cmocka_run_group_tests_name("migrate faults", tests, ask_for_an_empty_database, NULL);
}
