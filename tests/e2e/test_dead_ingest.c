/* An ingest that was killed does not keep its object from deletion for ever: the registry notices (P-20, X-16). */
#include "stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void x_16_a_killed_ingest_is_noticed_and_its_object_can_be_deleted(void **state)
{
	struct stage *s = *state;
	struct tomb_world *w = &s->world;
	RAW_ANSWER_AUTO a = {0};
	struct visitor key;
	char json[64];
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);

	/* What an ingest leaves that was killed: an open work item, and nobody who holds its lock. */
	tomb_world_exec(
		"insert into work_item (institution_id, action, object_identifier, object_id, status, user_email) "
		"values (%" PRId64 ", 'Ingest', 'test.edu/bag', %" PRId64 ", 'Started', 'alice@test.edu')",
		w->institution, object);
	stage_start(s);
	stage_wait(s, 1, "select count(*) from work_item where action = 'Ingest' and status = 'Failed'");
	stage_give_key(s, &w->alice, &key);
	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", object);
	(void)visitor_call(&key, json, &a, "/api/v1/deletions");
	assert_int_equal(a.status, 201);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'fail dead ingest'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			x_16_a_killed_ingest_is_noticed_and_its_object_can_be_deleted, stage_set_up, stage_tear_down),
	};
	return cmocka_run_group_tests_name("dead ingest", tests, NULL, NULL);
}
