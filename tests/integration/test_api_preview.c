/* Looking before asking, by /api/v1 (deletion.md P-04, P-12, P-13, X-10). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_preview_says_what_would_go_and_asks_for_nothing(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 3, 2);
	char body[128];

	tomb_world_exec(
		"insert into storage_option_backend (storage_option_id, backend_id, price_nanos, price_currency, "
		"billed_days, billed_bytes) select %" PRId64 ", id, 3600000000, 'EUR', 30, 1073741824 "
		"from storage_backend where name in ('local-1', 'local-2')",
		s->world.standard);
	(void)snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "],\"reason\":\"a look\"}", object);
	api_ask(s, &s->world.alice, "POST", body, &a, "/api/v1/deletions/preview");
	API_STATUS(&a, 200);
	assert_true(api_bool(&a, "can_be_requested"));
	assert_int_equal(api_number(&a, "objects"), 1);
	assert_int_equal(api_number(&a, "files"), 3);
	assert_int_equal(api_count(&a, "copies"), 2);
	assert_int_equal(api_number(&a, "copies.0.copies"), 3);
	assert_int_equal(api_count(&a, "obstacles"), 0);
	assert_true(api_is_null(&a, "eligible_at"));
	/* Two places of three copies, each billed as a gigabyte for thirty days at 3.60. */
	assert_int_equal(api_count(&a, "early_deletion_fees"), 1);
	assert_string_equal(api_text(&a, "early_deletion_fees.0.amount"), "21.60");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

static void a_preview_says_what_is_in_the_way(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t option = tomb_world_option(&s->world, "Month", 30);
	int64_t object = tomb_world_object_in(&s->world, s->world.institution, option, "test.edu/bag", 2, 1);
	char body[128];

	(void)snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "]}", object);
	api_ask(s, &s->world.alice, "POST", body, &a, "/api/v1/deletions/preview");
	API_STATUS(&a, 200);
	assert_false(api_bool(&a, "can_be_requested"));
	assert_string_equal(api_text(&a, "obstacles.0.rule"), "young");
	assert_int_equal(api_number(&a, "too_young.0.copies"), 2);
	assert_true(api_time(&a, "too_young.0.eligible_at") == api_time(&a, "eligible_at"));
	api_ask(s, &s->world.carol, "POST", body, &a, "/api/v1/deletions/preview");
	API_STATUS(&a, 403);
	api_ask(s, &s->world.mallory, "POST", body, &a, "/api/v1/deletions/preview");
	API_STATUS(&a, 404);
	api_ask(s, &s->world.alice, "POST", "{\"objects\":[1]}", &a, "/api/v1/deletions/preview");
	API_STATUS(&a, 400);
}

static void progress_is_told_without_the_request(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 2, 1);
	int64_t request = tomb_world_request_object(&s->world, object);

	api_get(s, &s->world.alice, &a, "/api/v1/deletions/%" PRId64 "/progress", request);
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "files_total"), 0);
	(void)tomb_world_approve(&s->world, request);
	tomb_world_work(&s->world);
	api_get(s, &s->world.alice, &a, "/api/v1/deletions/%" PRId64 "/progress", request);
	assert_int_equal(api_number(&a, "files_done"), 2);
	assert_int_equal(api_number(&a, "items_done"), 1);
	api_get(s, &s->world.mallory, &a, "/api/v1/deletions/%" PRId64 "/progress", request);
	API_STATUS(&a, 404);
}

int main(void)
{
#define AT_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		AT_A_SITE(a_preview_says_what_would_go_and_asks_for_nothing),
		AT_A_SITE(a_preview_says_what_is_in_the_way),
		AT_A_SITE(progress_is_told_without_the_request),
	};
	return cmocka_run_group_tests_name("previews by the API", tests, NULL, NULL);
}
