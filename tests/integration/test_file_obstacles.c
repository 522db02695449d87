/* What a list says of each of its files is what a request for that file alone would meet: the statement that answers
 * for a whole page, and the function that verbs ask, agree (deletion.md P-13).
 */
#include "pg_fixture.h"
#include "tombstone/deletion_request.h"
#include "tombstone/file.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22, FILES_MAX = 64 };

/* The first obstacle that the function finds, "" for none. */
static const char *by_function(int64_t file)
{
	char sql[512];

	(void)snprintf(sql, sizeof sql,
		"select coalesce((select rule || '|' || o.identifier || '|' || detail || '|' || "
		"coalesce((extract(epoch from eligible_at) * 1000000)::bigint, 0) "
		"from deletion_obstacles(f.institution_id, '{}', array[f.id], 0) o limit 1), '') "
		"from generic_file f where f.id = %" PRId64,
		file);
	return tomb_fixture_pg_value(sql);
}

static void by_list(const struct tomb_obstacle *o, char *out, size_t size)
{
	out[0] = '\0';
	if (o->rule.n > 0)
		(void)snprintf(out, size, "%.*s|%.*s|%.*s|%" PRId64, TOMB_STR_ARG(o->rule), TOMB_STR_ARG(o->identifier),
			TOMB_STR_ARG(o->detail), o->eligible_at_us);
}

/* Of every file there is, in one list; *met is how many have an obstacle. */
static void compare(struct tomb_world *w, size_t *met)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t ids[FILES_MAX];
	struct tomb_int8s list = {ids, (size_t)tomb_world_number("select count(*) from generic_file")};
	struct tomb_obstacle *found = NULL;

	assert_in_range(list.n, 1, FILES_MAX);
	for (size_t i = 0; i < list.n; i++)
		ids[i] = tomb_world_number("select id from generic_file order by id desc offset %zu limit 1", i);
	TOMB_OK_OR_FAIL(tomb_file_obstacles(w->registry, &w->oscar, list, &arena, &found, &err));
	*met = 0;
	for (size_t i = 0; i < list.n; i++) {
		char said[1024];

		by_list(&found[i], said, sizeof said);
		assert_string_equal(said, by_function(ids[i]));
		*met += found[i].rule.n > 0;
	}
}

static void hold(struct tomb_world *w, const char *object, const char *file, const char *reason)
{
	tomb_world_exec("insert into hold (institution_id, object_id, file_id, reason, placed_by) values (%" PRId64
			", (select id from intellectual_object where identifier = '%s'), "
			"(select id from generic_file where identifier = '%s'), '%s', %" PRId64 ")",
		w->institution, object, file, reason, w->oscar.user_id);
}

static void a_list_and_a_request_see_the_same_obstacles(void **state)
{
	struct tomb_world *w = *state;
	int64_t young = tomb_world_option(w, "Glacier-OH", 90);
	int64_t asked = tomb_world_object(w, "test.edu/asked", 2, 1);
	size_t met = 0;

	(void)tomb_world_object(w, "test.edu/free", 3, 2);
	(void)tomb_world_object_in(w, w->institution, young, "test.edu/young", 2, 2);
	(void)tomb_world_object(w, "test.edu/mixed", 6, 0);
	(void)tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/free", 1, 1);
	compare(w, &met);
	assert_int_equal(met, 2);
	(void)tomb_world_request_object(w, asked);
	(void)tomb_world_request_file(w, tomb_world_file(w, "test.edu/mixed/data/1"));
	tomb_world_exec("update generic_file set state = 'D' where identifier = 'test.edu/mixed/data/2'");
	hold(w, "", "test.edu/mixed/data/3", "a lawsuit");
	hold(w, "", "test.edu/mixed/data/3", "another one");
	hold(w, "", "test.edu/mixed/data/1", "asked for already");
	tomb_world_exec("update copy set stored_at = stored_at - interval '80 days' where file_id = %" PRId64
			" and backend_id = (select min(backend_id) from copy)",
		tomb_world_file(w, "test.edu/young/data/1"));
	compare(w, &met);
	assert_int_equal(met, 7);
}

static void what_is_said_of_the_object_is_said_of_each_of_its_files(void **state)
{
	struct tomb_world *w = *state;
	int64_t young = tomb_world_option(w, "Glacier-OH", 90);
	size_t met = 0;

	(void)tomb_world_object(w, "test.edu/free", 3, 1);
	(void)tomb_world_object_in(w, w->institution, young, "test.edu/young", 2, 1);
	hold(w, "test.edu/young", "", "a lawsuit");
	hold(w, "", "test.edu/young/data/1", "one of its files");
	compare(w, &met);
	assert_int_equal(met, 2);
	tomb_world_exec("insert into work_item (institution_id, action, object_identifier, stage, user_email) values "
			"(%" PRId64 ", 'Ingest', 'test.edu/young', 'Requested', 'x@test.edu')",
		w->institution);
	compare(w, &met);
	assert_int_equal(met, 2);
	hold(w, "", "", "all of it");
	compare(w, &met);
	assert_int_equal(met, 5);
	tomb_world_exec("update hold set lifted_at = now(), lifted_by = %" PRId64 ", lift_approved_by = %" PRId64,
		w->oscar.user_id, w->alice.user_id);
	tomb_world_exec("update storage_backend set retention = 'store'");
	tomb_world_exec("update work_item set status = 'Success', completed_at = now()");
	compare(w, &met);
	assert_int_equal(met, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_list_and_a_request_see_the_same_obstacles, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(what_is_said_of_the_object_is_said_of_each_of_its_files,
			tomb_world_set_up, tomb_world_tear_down),
	};

	return cmocka_run_group_tests_name("file_obstacles", tests, NULL, NULL);
}
