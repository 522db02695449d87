/* A file is recorded in an object that is there, and that its institution has (aptrust.md 3.6; I4, I9). */
#include "expect.h"
#include "tombstone/file_record.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_file_has_no_home_in(
	struct tomb_world *w, int64_t institution, int64_t object, enum tomb_code code, const char *why)
{
	const struct tomb_file_given file = {.object_id = object,
		.identifier = TOMB_STR("test.edu/bag/data/new"),
		.file_format = TOMB_STR("text/plain"),
		.size_bytes = 1};
	int64_t id = 0;

	TOMB_EXPECT(code, why, tomb_file_record_create(w->registry, &w->oscar, institution, &file, 1, &id, &err));
	assert_int_equal(id, 0);
	assert_int_equal(
		tomb_world_number("select count(*) from generic_file where identifier = 'test.edu/bag/data/new'"), 0);
}

static void i4_a_deleted_object_takes_no_files(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);

	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	a_file_has_no_home_in(w, w->institution, object, TOMB_CONFLICT, "test.edu/bag is deleted");
}

static void i9_an_object_of_others_takes_no_files(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);

	a_file_has_no_home_in(w, w->other_institution, object, TOMB_NOTFOUND, "has no object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			i4_a_deleted_object_takes_no_files, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			i9_an_object_of_others_takes_no_files, tomb_world_set_up, tomb_world_tear_down),
	};

	return cmocka_run_group_tests_name("file record home", tests, NULL, NULL);
}
