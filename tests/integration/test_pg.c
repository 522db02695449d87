/* Statements against a real server: what fits, what fails, and how it says so. */
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

static void a_row_reads_back_as_written(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_get_args a = {.id.b = {[15] = 7}};
	struct testsql_job_get_row *job = NULL;

	add_job(f, 7);
	OK(f, testsql_job_get(f->pg, &a, &f->arena, &job, &f->err));
	assert_true(tomb_str_eq(job->state, TOMB_STR("queued")));
	assert_int_equal(job->attempts, 0);
	assert_int_equal(job->size_bytes, INT64_C(1) << 40);
	assert_int_equal(job->sha256.n, 32);
	assert_true(job->note_null);
	assert_true(job->created_at > INT64_C(1600000000000000));
}

static void one_that_finds_nothing_is_not_found(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_get_args a = {.id.b = {9}};
	struct testsql_job_get_row *job = NULL;

	assert_int_equal(testsql_job_get(f->pg, &a, &f->arena, &job, &f->err), TOMB_NOTFOUND);
	assert_null(job);
	assert_string_equal(f->err.text, "job_get: no such row");
}

static void opt_finds_none_or_one(void **state)
{
	struct fixture *f = *state;
	struct testsql_job_add_args add = a_job(1);
	const struct testsql_job_find_args a = {.note = TOMB_STR("n")};
	struct testsql_job_find_row *rows = NULL;
	size_t n = 9;

	OK(f, testsql_job_find(f->pg, &a, &f->arena, &rows, &n, &f->err));
	assert_int_equal(n, 0);
	add.note = TOMB_STR("n");
	add.note_null = false;
	OK(f, testsql_job_add(f->pg, &add, NULL, &f->err));
	OK(f, testsql_job_find(f->pg, &a, &f->arena, &rows, &n, &f->err));
	assert_int_equal(n, 1);
	assert_true(tomb_uuid_eq(rows[0].id, add.id));
}

static void opt_that_finds_two_is_a_bug(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_find_args a = {.note = TOMB_STR("n")};
	struct testsql_job_find_row *rows = NULL;
	size_t n = 9;

	add_job(f, 1);
	add_job(f, 2);
	tomb_fixture_pg_exec("begin; alter table job drop constraint job_note_once; update job set note = 'n'; commit");
	assert_int_equal(testsql_job_find(f->pg, &a, &f->arena, &rows, &n, &f->err), TOMB_BUG);
	assert_int_equal(n, 9);
	tomb_fixture_pg_exec("truncate job; alter table job add constraint job_note_once exclude (note with =)");
}

static void many_takes_each_row_once(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_claim_args a = {.most = 2};
	struct testsql_job_claim_row *rows = NULL;
	size_t n = 0;

	for (uint8_t i = 0; i < 3; i++)
		add_job(f, i);
	OK(f, testsql_job_claim(f->pg, &a, &f->arena, &rows, &n, &f->err));
	assert_int_equal(n, 2);
	OK(f, testsql_job_claim(f->pg, &a, &f->arena, &rows, &n, &f->err));
	assert_int_equal(n, 1);
	OK(f, testsql_job_claim(f->pg, &a, &f->arena, &rows, &n, &f->err));
	assert_int_equal(n, 0);
}

static void exec_counts_the_rows_it_changed(void **state)
{
	struct fixture *f = *state;
	struct testsql_job_set_state_args a = {.id.b = {[15] = 1}, .state = TOMB_STR("done")};
	size_t changed = 9;

	add_job(f, 1);
	OK(f, testsql_job_set_state(f->pg, &a, &changed, &f->err));
	assert_int_equal(changed, 1);
	a.id.b[15] = 2;
	OK(f, testsql_job_set_state(f->pg, &a, &changed, &f->err));
	assert_int_equal(changed, 0);
}

static void null_in_a_column_that_may_have_none_is_a_bug(void **state)
{
	struct fixture *f = *state;
	const struct testsql_job_note_of_any_args a = {.id.b = {[15] = 1}};
	struct testsql_job_note_of_any_row *row = NULL;

	add_job(f, 1);
	assert_int_equal(testsql_job_note_of_any(f->pg, &a, &f->arena, &row, &f->err), TOMB_BUG);
	assert_null(row);
	assert_non_null(strstr(f->err.text, "job.sql:"));
	assert_non_null(strstr(f->err.text, "note is null"));
}

static void a_violated_constraint_is_named(void **state)
{
	struct fixture *f = *state;
	struct testsql_job_add_args a = a_job(1);
	const struct testsql_job_set_state_args unknown = {.id = a.id, .state = TOMB_STR("lost")};

	assert_string_equal(tomb_pg_constraint(f->pg), "");
	add_job(f, 1);
	assert_int_equal(testsql_job_add(f->pg, &a, NULL, &f->err), TOMB_CONFLICT);
	assert_string_equal(tomb_pg_constraint(f->pg), "job_pkey");
	assert_non_null(strstr(f->err.text, "job_add: "));
	assert_non_null(strstr(f->err.text, "job_pkey"));

	assert_int_equal(testsql_job_set_state(f->pg, &unknown, NULL, &f->err), TOMB_CONFLICT);
	assert_string_equal(tomb_pg_constraint(f->pg), "job_state_known");

	a.id.b[15] = 2;
	a.size_bytes = -1;
	assert_int_equal(testsql_job_add(f->pg, &a, NULL, &f->err), TOMB_UNPROCESSABLE);
	assert_string_equal(tomb_pg_constraint(f->pg), "job_size_positive");

	a.size_bytes = 0;
	a.note_null = false;
	OK(f, testsql_job_add(f->pg, &a, NULL, &f->err));
	assert_string_equal(tomb_pg_constraint(f->pg), "");
	a.id.b[15] = 3;
	assert_int_equal(testsql_job_add(f->pg, &a, NULL, &f->err), TOMB_CONFLICT);
	assert_string_equal(tomb_pg_constraint(f->pg), "job_note_once");
}

static void our_own_states_become_our_codes_with_their_message_alone(void **state)
{
	static const struct {
		const char *state;
		enum tomb_code code;
	} all[] = {
		{"TB403", TOMB_FORBIDDEN},
		{"TB404", TOMB_NOTFOUND},
		{"TB409", TOMB_CONFLICT},
		{"TB410", TOMB_GONE},
		{"TB422", TOMB_UNPROCESSABLE},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++) {
		const struct testsql_misc_raise_args a = {
			.state = tomb_str_from(all[i].state), .message = TOMB_STR("This batch is held: 100% of it.")};

		assert_int_equal(testsql_misc_raise(f->pg, &a, NULL, &f->err), all[i].code);
		assert_string_equal(f->err.text, "This batch is held: 100% of it.");
	}
}

static void states_of_the_server_become_codes_with_the_statement_named(void **state)
{
	static const struct {
		const char *state;
		enum tomb_code code;
	} all[] = {
		{"40001", TOMB_DB_RETRY},
		{"40P01", TOMB_DB_RETRY},
		{"55P03", TOMB_DB_RETRY},
		{"57014", TOMB_DB_DOWN},
		{"53300", TOMB_DB_DOWN},
		{"08006", TOMB_DB_DOWN},
		{"25006", TOMB_DB_DOWN},
		{"08007", TOMB_UNCERTAIN},
		{"22003", TOMB_INVAL},
		{"54000", TOMB_TOOBIG},
		{"42501", TOMB_DB},
		{"P0001", TOMB_DB},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++) {
		const struct testsql_misc_raise_args a = {
			.state = tomb_str_from(all[i].state), .message = TOMB_STR("m")};
		char text[64];

		assert_int_equal(testsql_misc_raise(f->pg, &a, NULL, &f->err), all[i].code);
		(void)snprintf(text, sizeof text, "misc_raise: m (%s)", all[i].state);
		assert_string_equal(f->err.text, text);
		assert_false(tomb_pg_is_broken(f->pg));
	}
}

static void statements_that_do_not_fit_the_schema_are_refused_together(void **state)
{
	static const struct tomb_pg_field int8_id[] = {{"id", TOMB_PG_INT8, false, false, 0, 0}};
	static const struct tomb_pg_field uuid_id[] = {{"id", TOMB_PG_UUID, false, false, 0, 0}};
	static const struct tomb_pg_field renamed[] = {{"ident", TOMB_PG_UUID, false, false, 0, 0}};
	static const struct tomb_pg_stmt bad[] = {
		{"bad1", "select id from job where id = $1", "t:1", TOMB_PG_MANY, int8_id, 1, uuid_id, 1, 16},
		{"good", "select id from job where id = $1", "t:2", TOMB_PG_MANY, uuid_id, 1, uuid_id, 1, 16},
		{"bad2", "select id from job", "t:3", TOMB_PG_MANY, NULL, 0, renamed, 1, 16},
		{"bad3", "select nonesuch from job", "t:4", TOMB_PG_MANY, NULL, 0, renamed, 1, 16},
		{"bad4", "select id, state from job", "t:5", TOMB_PG_MANY, NULL, 0, uuid_id, 1, 16},
		{"bad5", "select state as id from job", "t:6", TOMB_PG_MANY, NULL, 0, uuid_id, 1, 16},
	};
	static const char *const said[] = {"t:1: bad1: $1 (id) is uuid (2950), declared int8",
		"t:3: bad2: column 1 is id, declared ident", "t:4: column \"nonesuch\" does not exist (42703)",
		"t:5: bad4 has 0 parameters and 2 columns, declared 0 and 1",
		"t:6: bad5: column id is text (25), declared uuid"};
	static const struct tomb_pg_set set = {"t.sql", bad, TOMB_COUNTOF(bad)};
	static const struct tomb_pg_set *const sets[] = {&set};
	struct fixture *f = *state;
	struct tomb_pg *pg = NULL;

	assert_int_equal(tomb_pg_open(&pg, tomb_fixture_pg_admin(), sets, 1, &f->err), TOMB_BUG);
	assert_null(pg);
	for (size_t i = 0; i < TOMB_COUNTOF(said); i++)
		if (!strstr(f->err.text, said[i]))
			fail_msg("\"%s\" is not in \"%s\"", said[i], f->err.text);
	assert_null(strstr(f->err.text, "t:2"));

	/* A connection that refused a set is as good as before. */
	assert_int_equal(tomb_pg_prepare(f->pg, sets, 1, &f->err), TOMB_BUG);
	add_job(f, 1);
}

static void hundreds_of_statements_are_prepared(void **state)
{
	enum { MANY = 250 };
	static const struct tomb_pg_field n[] = {{"n", TOMB_PG_INT4, false, false, 0, 0}};
	static char names[MANY][16];
	static char sqls[MANY][32];
	static struct tomb_pg_stmt stmts[MANY];
	struct tomb_pg_set set = {"many.sql", stmts, MANY};
	const struct tomb_pg_set *const sets[] = {&set};
	struct fixture *f = *state;
	int32_t *row = NULL;
	void *found = NULL;

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof names[i], "many%d", i);
		(void)snprintf(sqls[i], sizeof sqls[i], "select %d as n", i);
		stmts[i] = (struct tomb_pg_stmt){
			names[i], sqls[i], names[i], TOMB_PG_ONE, NULL, 0, n, 1, sizeof(int32_t)};
	}
	OK(f, tomb_pg_prepare(f->pg, sets, 1, &f->err));
	OK(f, tomb_pg_prepare(f->pg, sets, 1, &f->err)); /* again: nothing to do */
	for (int i = 0; i < MANY; i++) {
		OK(f, tomb_pg_run(f->pg, &stmts[i], NULL, &f->arena, &found, NULL, &f->err));
		row = found;
		assert_int_equal(*row, i);
	}
}

static void one_bad_statement_among_hundreds_is_found(void **state)
{
	enum { MANY = 100 };
	static const struct tomb_pg_field n[] = {{"n", TOMB_PG_INT4, false, false, 0, 0}};
	static char names[MANY][16];
	static struct tomb_pg_stmt stmts[MANY];
	struct tomb_pg_set set = {"many.sql", stmts, MANY};
	const struct tomb_pg_set *const sets[] = {&set};
	struct fixture *f = *state;

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof names[i], "many%d", i);
		stmts[i] = (struct tomb_pg_stmt){names[i], i == 77 ? "select x as n" : "select 1 as n", names[i],
			TOMB_PG_ONE, NULL, 0, n, 1, sizeof(int32_t)};
	}
	assert_int_equal(tomb_pg_prepare(f->pg, sets, 1, &f->err), TOMB_DB);
	assert_string_equal(f->err.text, "many77: column \"x\" does not exist (42703)");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_row_reads_back_as_written),
		TEST(one_that_finds_nothing_is_not_found),
		TEST(opt_finds_none_or_one),
		TEST(opt_that_finds_two_is_a_bug),
		TEST(many_takes_each_row_once),
		TEST(exec_counts_the_rows_it_changed),
		TEST(null_in_a_column_that_may_have_none_is_a_bug),
		TEST(a_violated_constraint_is_named),
		TEST(our_own_states_become_our_codes_with_their_message_alone),
		TEST(states_of_the_server_become_codes_with_the_statement_named),
		TEST(statements_that_do_not_fit_the_schema_are_refused_together),
		TEST(hundreds_of_statements_are_prepared),
		TEST(one_bad_statement_among_hundreds_is_found),
	};

	return cmocka_run_group_tests_name("pg", tests, make_tables, NULL);
}
