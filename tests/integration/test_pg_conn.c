/* Connections to a real server: their limits, how they are lost and found again, and scripts. */
#include "job_table.h"
#include "pg_fixture.h"
#include "testsql.gen.h"
#include "tombstone/tx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
	struct tomb_pg *pg;
	struct tomb_arena arena;
	struct tomb_err err;
};

#define OK(f, expr)                                                                                                    \
	do {                                                                                                           \
		if ((expr) != TOMB_OK)                                                                                 \
			fail_msg("%s: %s", #expr, (f)->err.text);                                                      \
	} while (0)

static int make_tables(void **state)
{
	(void)state;
	tomb_fixture_pg_exec(job_table);
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->arena = tomb_arena_init(1 << 20);
	*state = f;
	tomb_fixture_pg_exec("truncate job, job_note");
	OK(f, tomb_pg_open(&f->pg, tomb_fixture_pg_admin(), testsql_all, testsql_nall, &f->err));
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tomb_pg_close(f->pg);
	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

static struct testsql_job_add_args a_job(uint8_t last)
{
	static const char zeros[32];

	return (struct testsql_job_add_args){
		.id.b = {[15] = last}, .sha256 = {zeros, 32}, .size_bytes = INT64_C(1) << 40, .note_null = true};
}

static void add_job(struct fixture *f, uint8_t last)
{
	const struct testsql_job_add_args a = a_job(last);
	size_t changed = 0;

	OK(f, testsql_job_add(f->pg, &a, &changed, &f->err));
	assert_int_equal(changed, 1);
}

static void a_statement_over_its_time_is_stopped(void **state)
{
	const struct tomb_pg_options options = {.statement_timeout_ms = 20};
	const struct testsql_misc_sleep_args a = {.seconds = 600};
	struct fixture *f = *state;
	TOMB_PG_AUTO *pg = NULL;

	OK(f, tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, testsql_all, testsql_nall, &f->err));
	assert_int_equal(testsql_misc_sleep(pg, &a, NULL, &f->err), TOMB_DB_DOWN);
	assert_int_equal(tomb_code_retry(f->err.code), TOMB_RETRY_LATER);
	assert_false(tomb_pg_is_broken(pg));
}

static void a_lock_that_does_not_come_is_to_be_tried_again(void **state)
{
	const struct tomb_pg_options options = {.lock_timeout_ms = 20};
	const struct testsql_job_set_state_args a = {.id.b = {[15] = 1}, .state = TOMB_STR("done")};
	struct fixture *f = *state;
	TOMB_PG_AUTO *pg = NULL;

	add_job(f, 1);
	OK(f, tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, testsql_all, testsql_nall, &f->err));
	tomb_fixture_pg_exec("begin; lock table job");
	assert_int_equal(testsql_job_set_state(pg, &a, NULL, &f->err), TOMB_DB_RETRY);
	tomb_fixture_pg_exec("rollback");
	OK(f, testsql_job_set_state(pg, &a, NULL, &f->err));
}

static void a_read_only_server_is_down_for_writers(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_add_args a = a_job(1);
	TOMB_PG_AUTO *pg = NULL;
	char conninfo[600];

	(void)snprintf(
		conninfo, sizeof conninfo, "%s options='-c default_transaction_read_only=on'", tomb_fixture_pg_admin());
	assert_int_equal(tomb_pg_open(&pg, conninfo, NULL, 0, &f->err), TOMB_DB_DOWN);
	(void)snprintf(conninfo, sizeof conninfo,
		"%s options='-c default_transaction_read_only=on' target_session_attrs=any", tomb_fixture_pg_admin());
	OK(f, tomb_pg_open(&pg, conninfo, testsql_all, testsql_nall, &f->err));
	assert_int_equal(testsql_job_add(pg, &a, NULL, &f->err), TOMB_DB_DOWN);
}

static const char *setting(struct fixture *f, struct tomb_pg *pg, const char *name)
{
	const struct testsql_misc_setting_args a = {.name = tomb_str_from(name)};
	struct testsql_misc_setting_row *row = NULL;

	OK(f, testsql_misc_setting(pg, &a, &f->arena, &row, &f->err));
	return row->value.p;
}

static void a_connection_has_limits_unless_told_otherwise(void **state)
{
	const struct tomb_pg_options options = {
		.application_name = "test", .statement_timeout_ms = TOMB_PG_NO_LIMIT, .lock_timeout_ms = 7};
	struct fixture *f = *state;
	TOMB_PG_AUTO *pg = NULL;
	char conninfo[600];

	assert_string_equal(setting(f, f->pg, "statement_timeout"), "30s");
	assert_string_equal(setting(f, f->pg, "lock_timeout"), "5s");
	assert_string_equal(setting(f, f->pg, "idle_in_transaction_session_timeout"), "1min");
	assert_string_equal(setting(f, f->pg, "timezone"), "UTC");
	assert_string_equal(setting(f, f->pg, "client_encoding"), "UTF8");
	assert_string_equal(setting(f, f->pg, "application_name"), "tombstone");
	(void)snprintf(conninfo, sizeof conninfo,
		"%s client_encoding=LATIN1 options='-c timezone=Asia/Tokyo -c lock_timeout=8 -c work_mem=1MB'",
		tomb_fixture_pg_admin());
	OK(f, tomb_pg_open_with(&pg, conninfo, &options, testsql_all, testsql_nall, &f->err));
	assert_string_equal(setting(f, pg, "statement_timeout"), "0");
	assert_string_equal(setting(f, pg, "lock_timeout"), "8ms"); /* conninfo is the operator's */
	assert_string_equal(setting(f, pg, "work_mem"), "1MB");
	assert_string_equal(setting(f, pg, "timezone"), "UTC"); /* the program depends on these two */
	assert_string_equal(setting(f, pg, "client_encoding"), "UTF8");
	assert_string_equal(setting(f, pg, "application_name"), "test");
}

static void statements_can_be_planned_once(void **state)
{
	const struct tomb_pg_options options = {.plans_once = true};
	struct fixture *f = *state;
	TOMB_PG_AUTO *pg = NULL;

	OK(f, tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, testsql_all, testsql_nall, &f->err));
	assert_string_equal(setting(f, pg, "plan_cache_mode"), "force_generic_plan");
	assert_string_equal(setting(f, f->pg, "plan_cache_mode"), "auto");
}

static void transactions_can_be_planned_as_the_server_likes(void **state)
{
	const struct tomb_pg_options options = {.plans_reads_once = true};
	struct fixture *f = *state;
	TOMB_PG_AUTO *pg = NULL;

	OK(f, tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, testsql_all, testsql_nall, &f->err));
	for (int i = 0; i < 2; i++) {
		TOMB_TX_AUTO tx = tomb_tx_init(pg);

		assert_string_equal(setting(f, pg, "plan_cache_mode"), "force_generic_plan");
		OK(f, tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, &f->err));
		assert_string_equal(setting(f, pg, "plan_cache_mode"), "auto");
		assert_string_equal(setting(f, pg, "transaction_isolation"), "repeatable read");
		if (i == 0)
			OK(f, tomb_tx_commit(&tx, &f->err));
	}
	assert_string_equal(setting(f, pg, "plan_cache_mode"), "force_generic_plan");
	OK(f, tomb_pg_reset(pg, &f->err));
	assert_string_equal(setting(f, pg, "plan_cache_mode"), "force_generic_plan");
}

static void a_server_that_is_not_there_is_down(void **state)
{
	struct fixture *f = *state;
	struct tomb_pg *pg = NULL;

	assert_int_equal(tomb_pg_open(&pg, "host=/nonexistent dbname=x", NULL, 0, &f->err), TOMB_DB_DOWN);
	assert_null(pg);
	assert_non_null(strstr(f->err.text, "/nonexistent"));
	assert_int_not_equal(f->err.text[strlen(f->err.text) - 1], '\n');
}

static void a_malformed_conninfo_is_invalid(void **state)
{
	struct fixture *f = *state;
	struct tomb_pg *pg = NULL;

	assert_int_equal(tomb_pg_open(&pg, "hots=x", NULL, 0, &f->err), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "hots"));
	assert_null(pg);
}

static void terminate(struct fixture *f, struct tomb_pg *pg)
{
	struct testsql_misc_pid_row *row = NULL;
	char sql[128];

	OK(f, testsql_misc_pid(pg, &f->arena, &row, &f->err));
	(void)snprintf(sql, sizeof sql, "select pg_terminate_backend(%d, 10000)", (int)row->pid);
	tomb_fixture_pg_exec(sql);
}

static void a_lost_connection_is_down_until_it_is_reset(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_add_args a = a_job(1);

	terminate(f, f->pg);
	assert_int_equal(testsql_job_add(f->pg, &a, NULL, &f->err), TOMB_DB_DOWN);
	assert_true(tomb_pg_is_broken(f->pg));
	assert_int_equal(testsql_job_add(f->pg, &a, NULL, &f->err), TOMB_DB_DOWN);
	assert_string_equal(f->err.text, "job_add: the connection to the database is lost");
	OK(f, tomb_pg_reset(f->pg, &f->err));
	assert_false(tomb_pg_is_broken(f->pg));
	OK(f, testsql_job_add(f->pg, &a, NULL, &f->err));
	assert_string_equal(setting(f, f->pg, "lock_timeout"), "5s");
}

static void a_reset_that_finds_another_schema_stays_broken(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_add_args a = a_job(1);

	tomb_fixture_pg_exec("alter table job rename note to remark");
	assert_int_equal(tomb_pg_reset(f->pg, &f->err), TOMB_DB);
	assert_true(tomb_pg_is_broken(f->pg));
	assert_int_equal(testsql_job_add(f->pg, &a, NULL, &f->err), TOMB_DB_DOWN);
	tomb_fixture_pg_exec("alter table job rename remark to note");
	OK(f, tomb_pg_reset(f->pg, &f->err));
	OK(f, testsql_job_add(f->pg, &a, NULL, &f->err));
}

static void a_script_names_the_line_that_failed(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_pg_script(f->pg, TOMB_STR("select 1; insert into job_note values ('\xc3\xa9');\n"), &f->err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from job_note"), 1);
	assert_int_equal(tomb_pg_script(f->pg,
				 TOMB_STR("delete from job_note;\nselect '\xc3\xa9\xc3\xa9\xc3\xa9\n\xc3\xa9';\n"
					  "select\n  nonesuch;\n"),
				 &f->err),
		TOMB_DB);
	assert_non_null(strstr(f->err.text, "line 5: "));
	assert_non_null(strstr(f->err.text, "nonesuch"));
	/* The whole text is one transaction. */
	assert_int_equal(tomb_fixture_pg_number("select count(*) from job_note"), 1);
}

static void a_script_with_a_nul_is_invalid_and_an_empty_one_is_fine(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tomb_pg_script(f->pg, (struct tomb_str){"select 1;\0x", 11}, &f->err), TOMB_INVAL);
	OK(f, tomb_pg_script(f->pg, TOMB_STR(""), &f->err));
	OK(f, tomb_pg_script(f->pg, (struct tomb_str){NULL, 0}, &f->err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_statement_over_its_time_is_stopped),
		TEST(a_lock_that_does_not_come_is_to_be_tried_again),
		TEST(a_read_only_server_is_down_for_writers),
		TEST(a_connection_has_limits_unless_told_otherwise),
		TEST(statements_can_be_planned_once),
		TEST(transactions_can_be_planned_as_the_server_likes),
		TEST(a_server_that_is_not_there_is_down),
		TEST(a_malformed_conninfo_is_invalid),
		TEST(a_lost_connection_is_down_until_it_is_reset),
		TEST(a_reset_that_finds_another_schema_stays_broken),
		TEST(a_script_names_the_line_that_failed),
		TEST(a_script_with_a_nul_is_invalid_and_an_empty_one_is_fine),
	};

	return cmocka_run_group_tests_name("pg_conn", tests, make_tables, NULL);
}
