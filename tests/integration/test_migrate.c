/* Migrations: applied once, in order, whole or not at all; anything that does not match is refused. */
#include "tombstone/migrate.h"

#include "pg_fixture.h"
#include "schema.embed.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

#include <pthread.h>
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

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SHA_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define FILE_OF(name, sql, sha)                                                                                        \
	{                                                                                                              \
		name, {sql, sizeof(sql) - 1}, sha                                                                      \
	}

static const struct tomb_embedded files[] = {
	FILE_OF("0001_one.sql", "create table one (n int);\ninsert into one values (1);", SHA_A),
	FILE_OF("0002_two.sql", "create table two (n int);", SHA_B),
	FILE_OF("0003_three.sql", "insert into one values (3);\ninsert into two values (3);", SHA_C),
};

/* The names of the migrations that were applied, as the callback heard them. */
struct heard {
	int n;
	int last;
	char text[256];
};

static void hear(void *ctx, int version, const char *name)
{
	struct heard *h = ctx;
	size_t used = strlen(h->text);

	h->n++;
	h->last = version;
	(void)snprintf(h->text + used, sizeof h->text - used, "%s ", name);
}

static int ask_for_an_empty_database(void **state)
{
	(void)state;
	tomb_fixture_pg_empty();
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	*state = f;
	tomb_fixture_pg_fresh();
	OK(f, tomb_pg_open(&f->pg, tomb_fixture_pg_admin(), NULL, 0, &f->err));
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tomb_pg_close(f->pg);
	free(f);
	return 0;
}

static void an_empty_database_gets_every_migration_in_order(void **state)
{
	struct fixture *f = *state;
	struct heard h = {0};

	OK(f, tomb_migrate_files(f->pg, files, 3, hear, &h, &f->err));
	assert_int_equal(h.n, 3);
	assert_string_equal(h.text, "0001_one.sql 0002_two.sql 0003_three.sql ");
	assert_int_equal(tomb_fixture_pg_number("select sum(n) from one"), 4);
	assert_string_equal(
		tomb_fixture_pg_value("select string_agg(version || name || left(sha256, 1), ' ' order by version)"
				      " from schema_version"),
		"10001_one.sqla 20002_two.sqlb 30003_three.sqlc");
	OK(f, tomb_migrate_check_files(f->pg, files, 3, &f->err));
}

static void a_second_run_applies_nothing(void **state)
{
	struct fixture *f = *state;
	struct heard h = {0};

	OK(f, tomb_migrate_files(f->pg, files, 3, NULL, NULL, &f->err));
	OK(f, tomb_migrate_files(f->pg, files, 3, hear, &h, &f->err));
	assert_int_equal(h.n, 0);
	assert_int_equal(tomb_fixture_pg_number("select sum(n) from one"), 4);
}

static void a_later_program_applies_what_is_new(void **state)
{
	struct fixture *f = *state;
	struct heard h = {0};

	OK(f, tomb_migrate_files(f->pg, files, 1, NULL, NULL, &f->err));
	assert_int_equal(tomb_migrate_check_files(f->pg, files, 3, &f->err), TOMB_CONFLICT);
	assert_string_equal(
		f->err.text, "the database is at version 1, this program needs 3: run tombstone migrate as its owner");
	OK(f, tomb_migrate_files(f->pg, files, 3, hear, &h, &f->err));
	assert_string_equal(h.text, "0002_two.sql 0003_three.sql ");
}

static void a_migration_that_fails_leaves_nothing_of_itself(void **state)
{
	static const struct tomb_embedded broken[] = {
		FILE_OF("0001_one.sql", "create table one (n int);", SHA_A),
		FILE_OF("0002_two.sql", "create table two (n int);\n\ninsert into nonesuch values (1);", SHA_B),
	};
	struct fixture *f = *state;
	struct heard h = {0};

	assert_int_equal(tomb_migrate_files(f->pg, broken, 2, hear, &h, &f->err), TOMB_DB);
	assert_non_null(strstr(f->err.text, "0002_two.sql: line 3: "));
	assert_int_equal(h.n, 1);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from schema_version"), 1);
	assert_null(tomb_fixture_pg_value("select to_regclass('two')"));
	/* Repaired, it goes on from there. */
	OK(f, tomb_migrate_files(f->pg, files, 2, NULL, NULL, &f->err));
}

static void a_migration_cannot_commit_by_itself(void **state)
{
	static const struct tomb_embedded sly[] = {FILE_OF("0001_one.sql", "commit; begin; commit;", SHA_A)};
	struct fixture *f = *state;

	assert_int_equal(tomb_migrate_files(f->pg, sly, 1, NULL, NULL, &f->err), TOMB_BUG);
	assert_non_null(strstr(f->err.text, "0001_one.sql"));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from schema_version"), 0);
}

static void a_migration_changed_after_it_was_applied_is_refused(void **state)
{
	static const struct tomb_embedded changed[] = {
		FILE_OF("0001_one.sql", "create table one (m int);", SHA_B),
		FILE_OF("0002_two.sql", "create table two (n int);", SHA_C),
	};
	struct fixture *f = *state;

	OK(f, tomb_migrate_files(f->pg, files, 1, NULL, NULL, &f->err));
	assert_int_equal(tomb_migrate_files(f->pg, changed, 2, NULL, NULL, &f->err), TOMB_CORRUPT);
	assert_non_null(strstr(f->err.text, "0001_one.sql was changed after it was applied"));
	assert_null(tomb_fixture_pg_value("select to_regclass('two')"));
	assert_int_equal(tomb_migrate_check_files(f->pg, changed, 1, &f->err), TOMB_CORRUPT);
}

static void a_migration_under_another_name_is_refused(void **state)
{
	static const struct tomb_embedded renamed[] = {FILE_OF("0001_uno.sql", "create table one (n int);", SHA_A)};
	struct fixture *f = *state;

	OK(f, tomb_migrate_files(f->pg, files, 1, NULL, NULL, &f->err));
	assert_int_equal(tomb_migrate_files(f->pg, renamed, 1, NULL, NULL, &f->err), TOMB_CORRUPT);
	assert_string_equal(f->err.text, "migration 1 is 0001_uno.sql in this program, but 0001_one.sql was applied");
}

static void a_gap_in_the_database_is_refused(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_migrate_files(f->pg, files, 3, NULL, NULL, &f->err));
	tomb_fixture_pg_exec("delete from schema_version where version = 2");
	assert_int_equal(tomb_migrate_files(f->pg, files, 3, NULL, NULL, &f->err), TOMB_CORRUPT);
	assert_string_equal(f->err.text, "schema_version lacks migration 2 but has 3");
	assert_int_equal(tomb_migrate_check_files(f->pg, files, 3, &f->err), TOMB_CORRUPT);
}

static void a_gap_in_the_program_is_refused(void **state)
{
	static const struct tomb_embedded gap[] = {
		FILE_OF("0001_one.sql", "create table one (n int);", SHA_A),
		FILE_OF("0003_three.sql", "create table three (n int);", SHA_C),
	};
	struct fixture *f = *state;

	assert_int_equal(tomb_migrate_files(f->pg, gap, 2, NULL, NULL, &f->err), TOMB_BUG);
	assert_string_equal(f->err.text, "migration 0003_three.sql: its name must begin with 0002_");
	assert_null(tomb_fixture_pg_value("select to_regclass('schema_version')"));
}

static void a_newer_database_is_refused(void **state)
{
	struct fixture *f = *state;

	OK(f, tomb_migrate_files(f->pg, files, 3, NULL, NULL, &f->err));
	assert_int_equal(tomb_migrate_files(f->pg, files, 2, NULL, NULL, &f->err), TOMB_CONFLICT);
	assert_string_equal(
		f->err.text, "the database is at version 3, newer than this program's 2: update the program");
	assert_int_equal(tomb_migrate_check_files(f->pg, files, 2, &f->err), TOMB_CONFLICT);
}

static void a_database_without_a_schema_says_what_to_do(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tomb_migrate_check(f->pg, &f->err), TOMB_NOTFOUND);
	assert_string_equal(f->err.text, "this database has no schema yet: run tombstone migrate as its owner");
}

/* One program of several that migrate at once. */
struct racer {
	pthread_t thread;
	const char *conninfo;
	enum tomb_code code;
	struct heard heard;
	struct tomb_err err;
};

static void *race(void *ctx)
{
	struct racer *r = ctx;
	TOMB_PG_AUTO *pg = NULL;

	r->code = tomb_pg_open(&pg, r->conninfo, NULL, 0, &r->err);
	if (r->code == TOMB_OK)
		r->code = tomb_migrate_files(pg, files, 3, hear, &r->heard, &r->err);
	return NULL;
}

static void programs_that_migrate_at_once_apply_each_migration_once(void **state)
{
	struct racer racers[4] = {0};
	int applied = 0;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(racers); i++) {
		racers[i].conninfo = tomb_fixture_pg_admin();
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (size_t i = 0; i < TOMB_COUNTOF(racers); i++) {
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
		if (racers[i].code != TOMB_OK)
			fail_msg("%s", racers[i].err.text);
		applied += racers[i].heard.n;
	}
	assert_int_equal(applied, 3);
	assert_int_equal(tomb_fixture_pg_number("select sum(n) from one"), 4);
}

static void the_ledger_fits_its_statements(void **state)
{
	struct fixture *f = *state;
	TOMB_PG_AUTO *pg = NULL;
	struct heard h = {0};

	OK(f, tomb_migrate(f->pg, hear, &h, &f->err));
	assert_int_equal(h.last, (int)ledger_schema_count);
	OK(f, tomb_migrate_check(f->pg, &f->err));
	OK(f, tomb_pg_open(&pg, tomb_fixture_pg_admin(), sql_all, sql_nall, &f->err));
}

static void each_role_may_check_the_schema_and_prepare_the_statements(void **state)
{
	struct fixture *f = *state;
	const char *const roles[] = {tomb_fixture_pg_registry(), tomb_fixture_pg_worker()};

	OK(f, tomb_migrate(f->pg, NULL, NULL, &f->err));
	for (size_t i = 0; i < TOMB_COUNTOF(roles); i++) {
		TOMB_PG_AUTO *pg = NULL;

		OK(f, tomb_pg_open(&pg, roles[i], NULL, 0, &f->err));
		OK(f, tomb_migrate_check(pg, &f->err));
		OK(f, tomb_pg_prepare(pg, sql_all, sql_nall, &f->err));
		assert_int_equal(tomb_migrate(pg, NULL, NULL, &f->err), TOMB_DB); /* not the owner */
	}
}

static void a_database_in_another_encoding_is_refused_with_what_to_do(void **state)
{
	struct fixture *f = *state;
	const char *made = tomb_fixture_pg_value(
		"select 'latin_' || oid from pg_database where datname = current_database()");
	TOMB_PG_AUTO *pg = NULL;
	char text[512];

	(void)snprintf(text, sizeof text, "create database %s template template0 encoding LATIN1 locale 'C'", made);
	tomb_fixture_pg_exec(text);
	(void)snprintf(text, sizeof text, "%s dbname=%s", tomb_fixture_pg_admin(), made);
	OK(f, tomb_pg_open(&pg, text, NULL, 0, &f->err));
	assert_int_equal(tomb_migrate(pg, NULL, NULL, &f->err), TOMB_CONFLICT);
	assert_non_null(strstr(f->err.text, "encoded in LATIN1"));
	assert_non_null(strstr(f->err.text, "createdb --template=template0 --encoding=UTF8"));
	tomb_pg_close(TOMB_TAKE(pg));
	(void)snprintf(text, sizeof text, "drop database %s", made);
	tomb_fixture_pg_exec(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_empty_database_gets_every_migration_in_order),
		TEST(a_second_run_applies_nothing),
		TEST(a_later_program_applies_what_is_new),
		TEST(a_migration_that_fails_leaves_nothing_of_itself),
		TEST(a_migration_cannot_commit_by_itself),
		TEST(a_migration_changed_after_it_was_applied_is_refused),
		TEST(a_migration_under_another_name_is_refused),
		TEST(a_gap_in_the_database_is_refused),
		TEST(a_gap_in_the_program_is_refused),
		TEST(a_newer_database_is_refused),
		TEST(a_database_without_a_schema_says_what_to_do),
		TEST(programs_that_migrate_at_once_apply_each_migration_once),
		TEST(a_database_in_another_encoding_is_refused_with_what_to_do),
		TEST(the_ledger_fits_its_statements),
		TEST(each_role_may_check_the_schema_and_prepare_the_statements),
	};

	return cmocka_run_group_tests_name("migrate", tests, ask_for_an_empty_database, NULL);
}
