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
	struct tomb_deletion_list list = {.object_ids = objects, .file_ids = files};
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

/* A row put on a list past all verbs: by a request of its own, with the members given.  False if it was refused. */
static bool is_taken(const char *file, const char *generation, const char *item)
{
	tomb_world_exec(
		"create table if not exists was_taken (yes bool); delete from was_taken;"
		"do $$ declare r bigint; begin "
		"insert into deletion_request (institution_id, requested_by, requested_via, sole_admin, expires_at, "
		"list_digest, object_count, file_count, byte_count) select institution_id, id, 'web', false, "
		"now() + interval '1 day', sha256(''), 0, 1, 6 from user_account where email = 'alice@test.edu' "
		"returning id into r;"
		"insert into request_item (request_id, object_id, file_id) select r, f.object_id, f.id from "
		"generic_file f where f.identifier = 'test.edu/bag/data/1';"
		"insert into request_file (request_id, file_id, generation, item_id) select r, %s, %s, %s;"
		"insert into was_taken values (true); "
		"raise exception 'undone' using errcode = 'TB000'; "
		"exception when sqlstate 'TB409' then insert into was_taken values (false); "
		"when sqlstate 'TB000' then insert into was_taken values (true); end $$",
		file, generation, item);
	return tomb_fixture_pg_number("select count(*) from was_taken where yes") == 1;
}

static void i1_a_list_holds_only_what_its_request_names(void **state)
{
	struct tomb_world *w = *state;
	const char *item = "(select id from request_item where request_id = r)";
	const char *named = "(select id from generic_file where identifier = 'test.edu/bag/data/1')";
	const char *other = "(select id from generic_file where identifier = 'test.edu/bag/data/2')";
	int64_t another = tomb_world_object(w, "test.edu/another", 1, 1);

	(void)tomb_world_object(w, "test.edu/bag", 2, 1);
	(void)tomb_world_request_object(w, another);
	assert_true(is_taken(named, "1", item));
	assert_false(is_taken(other, "1", item));
	assert_false(is_taken(named, "2", item));
	assert_false(is_taken(named, "1", "(select min(id) from request_item where request_id <> r)"));
	assert_false(is_taken("999999", "1", item));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_thing_that_is_named_twice_is_refused, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(i9_a_stranger_is_not_told_which_file_is_in_which_object,
			tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			i1_a_list_holds_only_what_its_request_names, tomb_world_set_up, tomb_world_tear_down),
	};
	return cmocka_run_group_tests_name("the list of a request", tests, NULL, NULL);
}
