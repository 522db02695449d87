/* What lists and pages read: on a ledger of some size, no statement of theirs walks a whole table of files, copies or
 * events. */
#include "pg_fixture.h"
#include "sql.gen.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SQL_MAX = 32 * 1024 };

/* Enough for a walk to cost more than a look: 1,000 objects with 20 files, and what belongs to them.  Without triggers,
 * which have nothing to say of plans. */
static const char fill[] =
	"set session_replication_role = replica;"
	"insert into intellectual_object (institution_id, identifier, bag_name, title, storage_option_id) "
	"select (select min(id) from institution), 'test.edu/' || g, g, g, (select min(id) from storage_option) "
	"from generate_series(1, 1000) g;"
	"insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, storage_option_id) "
	"select o.institution_id, o.id, o.identifier || '/data/' || g, 'text/plain', g, o.storage_option_id "
	"from intellectual_object o, generate_series(1, 20) g;"
	"insert into copy (file_id, generation, backend_id, storage_option_id, url, size_bytes) "
	"select f.id, 1, (select min(id) from storage_backend), f.storage_option_id, 'file:///' || f.id, 1 from "
	"generic_file f;"
	"insert into checksum (file_id, generation, algorithm, digest) select id, 1, 'md5', md5(id::text) from "
	"generic_file;"
	"insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, outcome, agent) "
	"select f.institution_id, f.object_id, f.id, 1, 'ingestion', 'Stored', 'Success', 'test' from generic_file f;"
	"insert into audit_entry (actor, via, verb, institution_id, subject) select 'worker-' || g % 4, 'worker', "
	"'settle batch', null, 'batch ' || g from generate_series(1, 20000) g;"
	"insert into request_file (request_id, file_id, generation, item_id) select object_id, id, 1, object_id from "
	"generic_file;"
	"insert into record (institution_id, kind, parent_id, title, local_id, hrid, barcode, created_by) select "
	"(select "
	"min(id) from institution), (array['mms_item', 'instance', 'alma_title', 'alma_item'])[1 + g % 4], null, "
	"'title ' || g, "
	"g, g, g, 'test' from generate_series(1, 20000) g;"
	"update record r set parent_id = p.id from record p where p.number = r.number / 20;"
	"set session_replication_role = origin;"
	"select tally_recount();"
	"analyze";

static const char *const large[] = {
	"generic_file", "copy", "premis_event", "checksum", "request_file", "audit_entry", "record"};

/* The plan of a statement that fits any arguments. */
static const char make_plan_of[] =
	"create function plan_of(statement text, nargs int) returns text language plpgsql "
	"set plan_cache_mode = force_generic_plan as $$ "
	"declare line text; plan text := ''; "
	"begin "
	"execute 'prepare p as ' || rtrim(statement, E'; \\n'); "
	"for line in execute 'explain (costs off) execute p' || case when nargs > 0 then "
	"'(null' || repeat(', null', nargs - 1) || ')' else '' end loop plan := plan || line || E'\\n'; end loop; "
	"deallocate p; return plan; end $$";

static const char *plan_of(const struct tomb_pg_stmt *s)
{
	char *sql = malloc(SQL_MAX);
	const char *plan = NULL;

	assert_non_null(sql);
	assert_in_range(
		snprintf(sql, SQL_MAX, "select plan_of($tomb$%s$tomb$, %zu)", s->sql, s->nargs), 1, SQL_MAX - 1);
	plan = tomb_fixture_pg_value(sql);
	free(sql);
	return plan;
}

static bool walks(const char *plan, const char *table)
{
	static const char walk[] = "Seq Scan on ";
	size_t n = strlen(table);

	for (const char *at = strstr(plan, walk); at; at = strstr(at, walk)) {
		at += sizeof walk - 1;
		if (strncmp(at, table, n) == 0 && (at[n] == ' ' || at[n] == '\n'))
			return true;
	}
	return false;
}

static void look_at(const struct tomb_pg_stmt *s)
{
	const char *plan = plan_of(s);

	for (size_t i = 0; i < TOMB_COUNTOF(large); i++)
		if (walks(plan, large[i]))
			fail_msg("%s (%s) walks all of %s:\n%s", s->name, s->from, large[i], plan);
}

static void fill_it(void)
{
	tomb_fixture_pg_exec(fill);
	tomb_fixture_pg_exec(make_plan_of);
}

static void no_page_and_no_list_walks_a_whole_table(void **state)
{
	int looked_at = 0;

	(void)state;
	fill_it();
	for (size_t i = 0; i < sql_nall; i++)
		for (size_t j = 0; strncmp(sql_all[i]->name, "read_", 5) == 0 && j < sql_all[i]->nstmts; j++) {
			look_at(&sql_all[i]->stmts[j]);
			looked_at++;
		}
	assert_true(looked_at > 30);
}

static void what_stands_in_the_way_is_known_without_a_walk(void **state)
{
	int looked_at = 0;

	(void)state;
	fill_it();
	for (size_t j = 0; j < sql_set_request.nstmts; j++)
		if (strcmp(sql_set_request.stmts[j].name, "request_obstacles") == 0) {
			look_at(&sql_set_request.stmts[j]);
			looked_at++;
		}
	assert_int_equal(looked_at, 1);
}

static void no_list_of_records_walks_them_all(void **state)
{
	(void)state;
	fill_it();
	for (size_t j = 0; j < sql_set_record_read.nstmts; j++)
		look_at(&sql_set_record_read.stmts[j]);
	assert_in_range(sql_set_record_read.nstmts, 10, 20);
}

/* Nor of objects, or of the sums of each: it has sums of its own. */
static void the_dashboard_reads_sums_and_what_is_open(void **state)
{
	static const char *const more[] = {"copy_tally", "object_tally", "request_item"};
	const char *plan = NULL;

	(void)state;
	fill_it();
	for (size_t j = 0; j < sql_set_read_dashboard.nstmts; j++) {
		look_at(&sql_set_read_dashboard.stmts[j]);
		plan = plan_of(&sql_set_read_dashboard.stmts[j]);
		for (size_t i = 0; i < TOMB_COUNTOF(more); i++)
			if (walks(plan, more[i]))
				fail_msg(
					"%s walks all of %s:\n%s", sql_set_read_dashboard.stmts[j].name, more[i], plan);
	}
	assert_in_range(sql_set_read_dashboard.nstmts, 5, 20);
}

/* That a walk would be seen. */
static void a_count_of_all_files_is_seen_to_walk(void **state)
{
	static const struct tomb_pg_stmt count = {.name = "count",
		.sql = "select count(*) from generic_file where mod_time is null and 0 = $1::int",
		.nargs = 1};

	(void)state;
	fill_it();
	assert_true(walks(plan_of(&count), "generic_file"));
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(no_page_and_no_list_walks_a_whole_table),
		IN_A_WORLD(what_stands_in_the_way_is_known_without_a_walk),
		IN_A_WORLD(no_list_of_records_walks_them_all),
		IN_A_WORLD(the_dashboard_reads_sums_and_what_is_open),
		IN_A_WORLD(a_count_of_all_files_is_seen_to_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
