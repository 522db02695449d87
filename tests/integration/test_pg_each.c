/* Big results, row by row. */
#include "job_table.h"
#include "pg_fixture.h"
#include "testsql.gen.h"
#include "tombstone/tx.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
	struct tomb_pg *pg;
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
	*state = f;
	tomb_fixture_pg_exec("truncate job, job_note");
	OK(f, tomb_pg_open(&f->pg, tomb_fixture_pg_admin(), testsql_all, testsql_nall, &f->err));
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tomb_pg_close(f->pg);
	free(f);
	return 0;
}

/* What a callback saw, and when it has had enough. */
struct seen {
	struct fixture *f;
	int64_t rows;
	int64_t sum;
	int64_t stop_at;
	size_t most_bytes; /* allocated at any row */
};

static enum tomb_code add_up(void *ctx, const struct testsql_misc_series_row *row, struct tomb_err *err)
{
	struct seen *s = ctx;

	size_t bytes = mallinfo2().uordblks;

	s->rows++;
	s->sum += row->n;
	s->most_bytes = bytes > s->most_bytes ? bytes : s->most_bytes;
	if (row->n == s->stop_at)
		return TOMB_FAIL(err, TOMB_GONE, "enough");
	return TOMB_OK;
}

static void works_as_before(struct fixture *f)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct testsql_misc_pid_row *row = NULL;

	OK(f, testsql_misc_pid(f->pg, &arena, &row, &f->err));
	assert_true(row->pid > 0);
}

static void every_row_is_seen_in_order_in_constant_memory(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = -1};
	const struct testsql_misc_series_args a = {.first = 51, .last = 500050};
	size_t before = mallinfo2().uordblks; /* 0 under a sanitizer, which has its own heap */

	OK(f, testsql_misc_series(f->pg, &a, add_up, &s, &f->err));
	assert_int_equal(s.rows, 500000);
	assert_int_equal(s.sum, INT64_C(500000) * (51 + 500050) / 2);
	assert_true(s.most_bytes <= before + (1 << 20)); /* the rows together are tens of MiB */
	works_as_before(f);
}

static void no_rows_are_no_calls(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = -1};
	const struct testsql_misc_series_args a = {.first = 2, .last = 1};

	OK(f, testsql_misc_series(f->pg, &a, add_up, &s, &f->err));
	assert_int_equal(s.rows, 0);
}

static void a_callback_that_fails_stops_the_statement(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = 100};
	/* Were it not cancelled, this would take days. */
	const struct testsql_misc_series_args a = {.first = 51, .last = INT64_C(1000000000000)};

	assert_int_equal(testsql_misc_series(f->pg, &a, add_up, &s, &f->err), TOMB_GONE);
	assert_string_equal(f->err.text, "enough");
	assert_int_equal(s.rows, 50);
	assert_false(tomb_pg_is_broken(f->pg));
	works_as_before(f);
}

static void a_callback_that_fails_on_the_last_row_leaves_the_connection_well(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = 60};
	const struct testsql_misc_series_args a = {.first = 60, .last = 60};

	for (int i = 0; i < 50; i++) { /* the cancellation comes too late; the next statement must not feel it */
		assert_int_equal(testsql_misc_series(f->pg, &a, add_up, &s, &f->err), TOMB_GONE);
		works_as_before(f);
	}
}

static void a_failed_callback_in_a_transaction_rolls_it_back(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = 100};
	const struct testsql_misc_series_args a = {.first = 51, .last = INT64_C(1000000000000)};

	{
		TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

		OK(f, tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, &f->err));
		OK(f, tomb_pg_script(f->pg, TOMB_STR("insert into job_note values ('a')"), &f->err));
		assert_int_equal(testsql_misc_series(f->pg, &a, add_up, &s, &f->err), TOMB_GONE);
		assert_int_equal(tomb_tx_commit(&tx, &f->err), TOMB_BUG);
	}
	assert_int_equal(tomb_fixture_pg_number("select count(*) from job_note"), 0);
	works_as_before(f);
}

static void a_statement_that_fails_midway_says_so_after_its_first_rows(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = -1};
	const struct testsql_misc_series_args a = {.first = 1, .last = 100}; /* divides by zero at 50 */

	assert_int_equal(testsql_misc_series(f->pg, &a, add_up, &s, &f->err), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "division by zero"));
	assert_int_equal(s.rows, 49);
	works_as_before(f);
}

static enum tomb_code use_again(void *ctx, const struct testsql_misc_series_row *row, struct tomb_err *err)
{
	struct seen *s = ctx;
	const struct testsql_misc_series_args a = {.first = row->n, .last = row->n};
	struct tomb_err ignored;

	s->rows++;
	assert_int_equal(tomb_pg_script(s->f->pg, TOMB_STR("select 1"), &ignored), TOMB_BUG);
	assert_int_equal(tomb_pg_reset(s->f->pg, &ignored), TOMB_BUG);
	return testsql_misc_series(s->f->pg, &a, use_again, ctx, err);
}

static void a_callback_that_uses_the_connection_is_a_bug(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.f = f, .stop_at = -1};
	const struct testsql_misc_series_args a = {.first = 51, .last = 60};

	assert_int_equal(testsql_misc_series(f->pg, &a, use_again, &s, &f->err), TOMB_BUG);
	assert_int_equal(s.rows, 1);
	works_as_before(f);
}

static enum tomb_code kill_server_process(void *ctx, const struct testsql_misc_series_row *row, struct tomb_err *err)
{
	struct seen *s = ctx;

	(void)err;
	(void)row;
	if (s->rows++ == 0)
		assert_int_equal(tomb_fixture_pg_number(
					 "select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity"
					 " where application_name = 'tombstone' and datname = current_database()"),
			1);
	return TOMB_OK;
}

static void a_connection_that_breaks_midway_is_down(void **state)
{
	struct fixture *f = *state;
	struct seen s = {.stop_at = -1};
	const struct testsql_misc_series_args a = {.first = 51, .last = INT64_C(1000000000000)};

	assert_int_equal(testsql_misc_series(f->pg, &a, kill_server_process, &s, &f->err), TOMB_DB_DOWN);
	assert_true(s.rows > 0);
	assert_true(tomb_pg_is_broken(f->pg));
	OK(f, tomb_pg_reset(f->pg, &f->err));
	works_as_before(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_row_is_seen_in_order_in_constant_memory),
		TEST(no_rows_are_no_calls),
		TEST(a_callback_that_fails_stops_the_statement),
		TEST(a_callback_that_fails_on_the_last_row_leaves_the_connection_well),
		TEST(a_failed_callback_in_a_transaction_rolls_it_back),
		TEST(a_statement_that_fails_midway_says_so_after_its_first_rows),
		TEST(a_callback_that_uses_the_connection_is_a_bug),
		TEST(a_connection_that_breaks_midway_is_down),
	};

	return cmocka_run_group_tests_name("pg_each", tests, make_tables, NULL);
}
