/*
 * Every call to libpq in turn fails, and every allocation: nothing crashes, leaks or lies, and what was committed is
 * what was reported.
 *
 * wrap: malloc calloc realloc
 * wrap: PQconninfoParse PQconnectdbParams PQexec PQexecPrepared PQsendPrepare PQsendDescribePrepared
 * wrap: PQpipelineSync PQenterPipelineMode PQexitPipelineMode PQsendQueryPrepared PQsetSingleRowMode
 * wrap: PQgetResult PQgetCancel
 */
#include "alloc_budget.h"
#include "job_table.h"
#include "pg_fault.h"
#include "pg_fixture.h"
#include "testsql.gen.h"
#include "tombstone/tx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int make_tables(void **state)
{
	(void)state;
	tomb_fixture_pg_exec(job_table);
	return 0;
}

/* How far a story came. */
struct progress {
	bool is_open;
	bool is_committed;
	bool is_stopped; /* the stream that stops itself has ended */
	int64_t rows;
};

static enum tomb_code count_row(void *ctx, const struct testsql_misc_series_row *row, struct tomb_err *err)
{
	struct progress *p = ctx;

	p->rows++;
	return row->n == 90 ? TOMB_FAIL(err, TOMB_GONE, "enough") : TOMB_OK;
}

static enum tomb_code write_and_read(struct tomb_pg *pg, struct progress *p, struct tomb_err *err)
{
	static const char zeros[32];
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	const struct testsql_job_add_args add = {.id.b = {1}, .sha256 = {zeros, 32}, .note = TOMB_STR("n")};
	const struct testsql_job_get_args get = {.id.b = {1}};
	const struct testsql_misc_series_args series = {.first = 51, .last = 60};
	struct testsql_job_get_row sentinel = {0};
	struct testsql_job_get_row *row = &sentinel;
	size_t changed = 77;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	code = testsql_job_add(pg, &add, &changed, err);
	assert_int_equal(changed, code == TOMB_OK ? 1 : 77);
	TOMB_TRY(code);
	code = testsql_job_get(pg, &get, &arena, &row, err);
	assert_true(code == TOMB_OK ? tomb_str_eq(row->note, TOMB_STR("n")) : row == &sentinel);
	TOMB_TRY(code);
	TOMB_TRY(testsql_misc_series(pg, &series, count_row, p, err));
	assert_int_equal(p->rows, 10);
	TOMB_TRY(tomb_tx_commit(&tx, err));
	p->is_committed = true;
	return TOMB_OK;
}

/* Opens a connection and uses each thing that it can do. */
static enum tomb_code story(struct progress *p, struct tomb_err *err)
{
	static const struct tomb_pg_options options = {.application_name = "fault"};
	const struct testsql_misc_series_args series = {.first = 51, .last = 100};
	TOMB_PG_AUTO *pg = NULL;
	enum tomb_code code = tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, testsql_all, testsql_nall, err);

	p->is_open = code == TOMB_OK;
	assert_int_equal(pg != NULL, p->is_open);
	TOMB_TRY(code);
	TOMB_TRY(write_and_read(pg, p, err));
	TOMB_TRY(tomb_pg_script(pg, TOMB_STR("update job set note = 'm'"), err));
	code = testsql_misc_series(pg, &series, count_row, p, err);
	if (code != TOMB_GONE)
		return code;
	p->is_stopped = true;
	return TOMB_OK;
}

static void check_outcome(const struct progress *p, enum tomb_code code)
{
	int64_t jobs = tomb_fixture_pg_number("select count(*) from job");

	if (p->is_committed)
		assert_int_equal(jobs, 1);
	else if (code != TOMB_UNCERTAIN)
		assert_int_equal(jobs, 0);
	else
		assert_true(jobs == 0 || jobs == 1);
}

/* Repeats the story with a fault ever later, until none happens; returns how often the outcome was uncertain. */
static long with_each_call_failing(enum pg_fault fault)
{
	long uncertain = 0;
	long n = 0;

	for (bool has_happened = true; has_happened; n++) {
		struct progress p = {0};
		struct tomb_err err = {.code = TOMB_OK};
		enum tomb_code code = TOMB_OK;

		tomb_fixture_pg_exec("truncate job");
		pg_fault_arm(fault, n);
		code = story(&p, &err);
		has_happened = pg_fault_disarm();
		assert_int_equal(err.code, p.is_stopped ? TOMB_GONE : code);
		if (code != TOMB_OK && code != TOMB_DB_DOWN && code != TOMB_UNCERTAIN)
			assert_true(code == TOMB_NOMEM && n == 0); /* the parsing of conninfo */
		uncertain += code == TOMB_UNCERTAIN;
		assert_true(has_happened || code == TOMB_OK);
		check_outcome(&p, code);
	}
	assert_true(n > 50);
	return uncertain;
}

static void every_answer_of_the_server_may_be_lost(void **state)
{
	(void)state;
	assert_int_equal(with_each_call_failing(PG_FAULT_NO_ANSWER), 1);
}

static void the_server_process_may_end_before_any_call(void **state)
{
	(void)state;
	/* Where the answers had arrived already, the loss shows at the commit only. */
	assert_true(with_each_call_failing(PG_FAULT_NO_SERVER) > 0);
}

static void every_allocation_may_fail(void **state)
{
	enum tomb_code code = TOMB_NOMEM;
	long n = 0;

	(void)state;
	for (; code != TOMB_OK; n++) {
		struct progress p = {0};
		struct tomb_err err;

		tomb_fixture_pg_exec("truncate job");
		alloc_budget_set(n);
		code = story(&p, &err);
		alloc_budget_set(-1);
		/* An arena does not tell whether it met its own limit or the machine's. */
		assert_true(code == TOMB_OK || code == TOMB_NOMEM || code == TOMB_TOOBIG);
		check_outcome(&p, code);
	}
	assert_true(n > 5);
}

static void a_reset_that_fails_anywhere_can_be_repeated(void **state)
{
	static const struct tomb_pg_options options = {.application_name = "fault"};
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;
	long n = 0;

	(void)state;
	assert_int_equal(
		tomb_pg_open_with(&pg, tomb_fixture_pg_admin(), &options, testsql_all, testsql_nall, &err), TOMB_OK);
	for (bool has_happened = true; has_happened; n++) {
		enum tomb_code code = TOMB_OK;

		pg_fault_arm(n % 2 ? PG_FAULT_NO_ANSWER : PG_FAULT_NO_SERVER, n / 2);
		code = tomb_pg_reset(pg, &err);
		has_happened = pg_fault_disarm();
		if (code != TOMB_OK) {
			assert_true(has_happened);
			assert_int_equal(code, TOMB_DB_DOWN);
			assert_true(tomb_pg_is_broken(pg));
		}
	}
	assert_int_equal(tomb_pg_reset(pg, &err), TOMB_OK);
	assert_int_equal(tomb_pg_script(pg, TOMB_STR("select 1"), &err), TOMB_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_of_the_server_may_be_lost),
		cmocka_unit_test(the_server_process_may_end_before_any_call),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(a_reset_that_fails_anywhere_can_be_repeated),
	};

	return cmocka_run_group_tests_name("pg faults", tests, make_tables, NULL);
}
