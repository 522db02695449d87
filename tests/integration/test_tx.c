/* Transactions: what is committed, what is rolled back, and what nobody can know. */
#include "tombstone/tx.h"

#include "job_table.h"
#include "pg_fixture.h"
#include "testsql.gen.h"

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
	tomb_fixture_pg_exec("create table late (id int4 primary key deferrable initially deferred)");
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->arena = tomb_arena_init(1 << 20);
	*state = f;
	tomb_fixture_pg_exec("truncate job, job_note, late");
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

static enum tomb_code add_job(struct tomb_pg *pg, uint8_t last, struct tomb_err *err)
{
	static const char zeros[32];
	const struct testsql_job_add_args a = {.id.b = {[15] = last}, .sha256 = {zeros, 32}, .note_null = true};

	return testsql_job_add(pg, &a, NULL, err);
}

static int64_t count_jobs(void)
{
	return tomb_fixture_pg_number("select count(*) from job");
}

static void raise_state(struct fixture *f, const char *state, enum tomb_code expected)
{
	const struct testsql_misc_raise_args a = {.state = tomb_str_from(state), .message = TOMB_STR("m")};

	assert_int_equal(testsql_misc_raise(f->pg, &a, NULL, &f->err), expected);
}

/* Ends the server process that pg talks to, from another connection. */
static void terminate_sessions_in_tx(void)
{
	assert_int_equal(
		tomb_fixture_pg_number("select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity"
				       " where state like 'idle in transaction%' and datname = current_database()"),
		1);
}

static void a_committed_transaction_stays(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	OK(f, add_job(f->pg, 1, &f->err));
	assert_int_equal(count_jobs(), 0);
	OK(f, tomb_tx_commit(&tx, &f->err));
	assert_int_equal(count_jobs(), 1);
}

static void a_transaction_that_is_left_is_rolled_back(void **state)
{
	struct fixture *f = *state;

	{
		TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

		OK(f, tomb_tx_begin(&tx, TOMB_SERIALIZABLE, &f->err));
		OK(f, add_job(f->pg, 1, &f->err));
	}
	assert_int_equal(count_jobs(), 0);
	OK(f, add_job(f->pg, 1, &f->err));
	assert_int_equal(count_jobs(), 1);
}

static void a_transaction_that_was_never_begun_does_nothing(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	assert_int_equal(tomb_tx_commit(&tx, &f->err), TOMB_BUG);
}

static void a_second_begin_is_a_bug_and_leaves_the_first_alone(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	OK(f, add_job(f->pg, 1, &f->err));
	{
		TOMB_TX_AUTO inner = tomb_tx_init(f->pg);

		assert_int_equal(tomb_tx_begin(&inner, TOMB_READ_COMMITTED, &f->err), TOMB_BUG);
	}
	OK(f, tomb_tx_commit(&tx, &f->err));
	assert_int_equal(count_jobs(), 1);
}

static void each_isolation_is_what_it_is_called(void **state)
{
	static const char *const names[] = {
		[TOMB_READ_COMMITTED] = "read committed",
		[TOMB_REPEATABLE_READ] = "repeatable read",
		[TOMB_SERIALIZABLE] = "serializable",
	};
	struct fixture *f = *state;
	const struct testsql_misc_setting_args a = {.name = TOMB_STR("transaction_isolation")};

	for (int i = 0; i < TOMB_ISOLATION_MAX; i++) {
		TOMB_TX_AUTO tx = tomb_tx_init(f->pg);
		struct testsql_misc_setting_row *row = NULL;

		OK(f, tomb_tx_begin(&tx, (enum tomb_isolation)i, &f->err));
		OK(f, testsql_misc_setting(f->pg, &a, &f->arena, &row, &f->err));
		assert_string_equal(row->value.p, names[i]);
	}
}

static void a_commit_after_a_failed_statement_is_refused(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	OK(f, add_job(f->pg, 1, &f->err));
	assert_int_equal(add_job(f->pg, 1, &f->err), TOMB_CONFLICT);
	assert_int_equal(add_job(f->pg, 2, &f->err), TOMB_BUG);
	assert_int_equal(tomb_tx_commit(&tx, &f->err), TOMB_BUG);
	assert_int_equal(count_jobs(), 0);
}

static void a_constraint_that_is_checked_at_commit_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	OK(f, tomb_pg_script(f->pg, TOMB_STR("insert into late values (1), (1)"), &f->err));
	assert_int_equal(tomb_tx_commit(&tx, &f->err), TOMB_CONFLICT);
	assert_string_equal(tomb_pg_constraint(f->pg), "late_pkey");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from late"), 0);
	OK(f, add_job(f->pg, 1, &f->err));
}

static void a_connection_that_breaks_in_commit_leaves_the_outcome_uncertain(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	OK(f, add_job(f->pg, 1, &f->err));
	terminate_sessions_in_tx();
	assert_int_equal(tomb_tx_commit(&tx, &f->err), TOMB_UNCERTAIN);
	assert_int_equal(tomb_code_retry(f->err.code), TOMB_RETRY_NEVER);
	assert_true(tomb_pg_is_broken(f->pg));
	assert_int_equal(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err), TOMB_DB_DOWN);
	OK(f, tomb_pg_reset(f->pg, &f->err));
	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
}

static void a_connection_that_broke_before_commit_is_down(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	terminate_sessions_in_tx();
	assert_int_equal(add_job(f->pg, 1, &f->err), TOMB_DB_DOWN);
	assert_int_equal(tomb_pg_reset(f->pg, &f->err), TOMB_BUG);
	assert_int_equal(tomb_tx_commit(&tx, &f->err), TOMB_DB_DOWN);
	OK(f, tomb_pg_reset(f->pg, &f->err));
}

static void a_broken_connection_is_rolled_back_in_silence(void **state)
{
	struct fixture *f = *state;

	{
		TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

		OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
		terminate_sessions_in_tx();
	}
	assert_true(tomb_pg_is_broken(f->pg));
	OK(f, tomb_pg_reset(f->pg, &f->err));
	OK(f, add_job(f->pg, 1, &f->err));
}

/* A transaction that fails with a state of the server until it has been tried often enough. */
struct attempts {
	struct fixture *f;
	const char *state;
	int failures; /* left */
	int tries;
};

static enum tomb_code attempt(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	struct attempts *a = ctx;

	a->tries++;
	TOMB_TRY(add_job(pg, 1, err));
	if (a->failures-- > 0) {
		const struct testsql_misc_raise_args raise = {
			.state = tomb_str_from(a->state), .message = TOMB_STR("m")};

		return testsql_misc_raise(pg, &raise, NULL, err);
	}
	return TOMB_OK;
}

static void a_run_is_repeated_until_it_succeeds(void **state)
{
	struct fixture *f = *state;
	struct attempts a = {f, "40001", 3, 0};
	struct tomb_err untouched = {.code = TOMB_BUG, .text = "untouched"};

	assert_int_equal(tomb_tx_run(f->pg, TOMB_SERIALIZABLE, attempt, &a, &untouched), TOMB_OK);
	assert_int_equal(a.tries, 4);
	assert_int_equal(count_jobs(), 1);
	assert_string_equal(untouched.text, "untouched");
}

static void a_run_gives_up_after_a_fixed_number_of_tries(void **state)
{
	struct fixture *f = *state;
	struct attempts a = {f, "40P01", 1000, 0};

	assert_int_equal(tomb_tx_run(f->pg, TOMB_REPEATABLE_READ, attempt, &a, &f->err), TOMB_DB_RETRY);
	assert_int_equal(a.tries, TOMB_TX_TRIES);
	assert_int_equal(count_jobs(), 0);
}

static void a_run_is_not_repeated_for_other_errors(void **state)
{
	struct fixture *f = *state;
	struct attempts a = {f, "TB409", 1000, 0};

	assert_int_equal(tomb_tx_run(f->pg, TOMB_REPEATABLE_READ, attempt, &a, &f->err), TOMB_CONFLICT);
	assert_int_equal(a.tries, 1);
	assert_int_equal(count_jobs(), 0);
}

static enum tomb_code move_note(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	struct attempts *a = ctx;

	TOMB_TRY(tomb_pg_script(pg, TOMB_STR("select count(*) from job_note"), err));
	if (a->tries++ == 0) /* somebody else writes between our read and our write */
		tomb_fixture_pg_exec("update job_note set note = note || 'x'");
	return tomb_pg_script(pg, TOMB_STR("update job_note set note = note || 'y'"), err);
}

static void two_transactions_that_collide_both_happen(void **state)
{
	struct fixture *f = *state;
	struct attempts a = {.f = f};

	tomb_fixture_pg_exec("insert into job_note values ('')");
	OK(f, tomb_tx_run(f->pg, TOMB_REPEATABLE_READ, move_note, &a, &f->err));
	assert_int_equal(a.tries, 2);
	assert_string_equal(tomb_fixture_pg_value("select note from job_note"), "xy");
}

static void a_script_that_ends_its_transaction_is_a_bug(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	assert_int_equal(
		tomb_pg_script(f->pg, TOMB_STR("insert into job_note values ('a'); commit;"), &f->err), TOMB_BUG);
}

static void preparing_inside_a_transaction_is_a_bug(void **state)
{
	struct fixture *f = *state;
	TOMB_TX_AUTO tx = tomb_tx_init(f->pg);

	OK(f, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, &f->err));
	assert_int_equal(tomb_pg_prepare(f->pg, testsql_all, testsql_nall, &f->err), TOMB_BUG);
	raise_state(f, "TB404", TOMB_NOTFOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_committed_transaction_stays),
		TEST(a_transaction_that_is_left_is_rolled_back),
		TEST(a_transaction_that_was_never_begun_does_nothing),
		TEST(a_second_begin_is_a_bug_and_leaves_the_first_alone),
		TEST(each_isolation_is_what_it_is_called),
		TEST(a_commit_after_a_failed_statement_is_refused),
		TEST(a_constraint_that_is_checked_at_commit_is_a_conflict),
		TEST(a_connection_that_breaks_in_commit_leaves_the_outcome_uncertain),
		TEST(a_connection_that_broke_before_commit_is_down),
		TEST(a_broken_connection_is_rolled_back_in_silence),
		TEST(a_run_is_repeated_until_it_succeeds),
		TEST(a_run_gives_up_after_a_fixed_number_of_tries),
		TEST(a_run_is_not_repeated_for_other_errors),
		TEST(two_transactions_that_collide_both_happen),
		TEST(a_script_that_ends_its_transaction_is_a_bug),
		TEST(preparing_inside_a_transaction_is_a_bug),
	};

	return cmocka_run_group_tests_name("tx", tests, make_tables, NULL);
}
