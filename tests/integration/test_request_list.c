/* What a deletion request may name: each thing once, and nothing that is not there for the one who asks. */
#include "expect.h"
#include "pg_fixture.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum tomb_code ask(struct tomb_world *w, const struct tomb_actor *who, struct tomb_int8s objects,
	struct tomb_int8s files, struct tomb_err *err)
{
	struct tomb_deletion_list list = {objects, files};
	struct tomb_deletion_request made;

	return tomb_deletion_request_create(w->registry, who, &list, TOMB_STR(""), &made, err);
}

static void a_thing_that_is_named_twice_is_refused(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");
	struct tomb_int8s objects = {(int64_t[]){object, object}, 2};
	struct tomb_int8s files = {(int64_t[]){file, file}, 2};
	struct tomb_int8s none = {NULL, 0};

	TOMB_EXPECT(TOMB_INVAL, "twice", ask(w, &w->alice, objects, none, &err));
	TOMB_EXPECT(TOMB_INVAL, "twice", ask(w, &w->alice, none, files, &err));
	objects.n = files.n = 1;
	TOMB_EXPECT(TOMB_INVAL, "beside the objects", ask(w, &w->alice, objects, files, &err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from deletion_request"), 0);
}

static void i9_a_stranger_is_not_told_which_file_is_in_which_object(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");

	TOMB_EXPECT(TOMB_NOTFOUND, "0 are there",
		ask(w, &w->mallory, (struct tomb_int8s){&object, 1}, (struct tomb_int8s){&file, 1}, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_thing_that_is_named_twice_is_refused, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(i9_a_stranger_is_not_told_which_file_is_in_which_object,
			tomb_world_set_up, tomb_world_tear_down),
	};
	return cmocka_run_group_tests_name("the list of a request", tests, NULL, NULL);
}
