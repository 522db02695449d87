/* What waits, what is running and what there is, by /api/v1 (deletion.md P-06, P-10, P-13; I9). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void it_says_what_waits_for_whom(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = tomb_world_request_object(&s->world, site_bag(s)); /* by Alice */

	api_get(s, &s->world.bob, &a, "/api/v1/dashboard");
	API_STATUS(&a, 200);
	assert_string_equal(api_names(&a, ""), "to_decide own running stored eligible ");
	assert_int_equal(api_number(&a, "to_decide.results.0.id"), request);
	assert_false(api_bool(&a, "to_decide.more"));
	assert_int_equal(api_count(&a, "own.results"), 0);
	assert_int_equal(api_number(&a, "stored.0.files"), 30);
	api_get(s, &s->world.alice, &a, "/api/v1/dashboard");
	assert_int_equal(api_number(&a, "own.results.0.id"), request);
	api_get(s, &s->world.carol, &a, "/api/v1/dashboard");
	assert_int_equal(api_count(&a, "to_decide.results"), 0);
	api_get(s, &s->world.mallory, &a, "/api/v1/dashboard");
	assert_int_equal(api_count(&a, "to_decide.results"), 0);
	assert_null(strstr(a.body, "test.edu"));
	(void)tomb_world_approve(&s->world, request);
	api_get(s, &s->world.carol, &a, "/api/v1/dashboard");
	assert_int_equal(api_number(&a, "running.results.0.request.id"), request);
	assert_int_equal(api_number(&a, "running.results.0.files"), 30);
	assert_int_equal(api_number(&a, "running.results.0.settled"), 0);
	api_get(s, &s->world.bob, &a, "/api/v1/dashboard");
	assert_int_equal(api_count(&a, "to_decide.results"), 0);
}

static void it_says_from_which_month_on_what_may_be_deleted(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_object_in(&s->world, s->world.institution, tomb_world_option(&s->world, "Glacier-OH", 90),
		"test.edu/young", 2, 1);
	api_get(s, &s->world.carol, &a, "/api/v1/dashboard");
	assert_string_equal(api_text(&a, "eligible.0.storage_option"), "Glacier-OH");
	assert_int_equal(api_number(&a, "eligible.0.files"), 2);
	assert_int_equal(strlen(api_text(&a, "eligible.0.month")), 7);
	api_get(s, &s->world.mallory, &a, "/api/v1/dashboard");
	assert_int_equal(api_count(&a, "eligible"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_says_what_waits_for_whom, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			it_says_from_which_month_on_what_may_be_deleted, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("dashboard by /api/v1", tests, NULL, NULL);
}
