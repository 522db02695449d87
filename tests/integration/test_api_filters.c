/* What the pages of deletions, events and objects filter by and show, by /api/v1 (deletion.md P-08, P-10; I9). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Asks, and fails unless it is 200. */
static size_t found(struct site *s, const struct tomb_actor *who, const char *path, struct raw_answer *a)
{
	api_get(s, who, a, "%s", path);
	API_STATUS(a, 200);
	return api_count(a, "results");
}

static void refused(struct site *s, const char *const *bad, size_t n)
{
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < n; i++) {
		api_get(s, &s->world.alice, &a, "%s", bad[i]);
		if (a.status != 400)
			fail_msg("%s: %d %s", bad[i], a.status, a.body);
	}
}

static void deletions_are_found_by_object_person_and_time(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t one = tomb_world_object(&s->world, "test.edu/one", 1, 1);
	int64_t two = tomb_world_object(&s->world, "test.edu/two", 1, 1);
	int64_t first = tomb_world_request_object(&s->world, one);
	int64_t second = tomb_world_request_object(&s->world, two);
	char path[128];
	static const char *const bad[] = {
		"/api/v1/deletions?from=soon", "/api/v1/deletions?object_id=x", "/api/v1/deletions?requested=alice"};

	tomb_world_exec("update deletion_request set requested_at = '2026-01-01T12:00:00Z' where id = %" PRId64, first);
	(void)snprintf(path, sizeof path, "/api/v1/deletions?object_id=%" PRId64, two);
	assert_int_equal(found(s, &s->world.carol, path, &a), 1);
	assert_int_equal(api_number(&a, "results.0.id"), second);
	assert_int_equal(found(s, &s->world.carol, "/api/v1/deletions?requester=alice@test.edu", &a), 2);
	assert_int_equal(found(s, &s->world.carol, "/api/v1/deletions?requester=bob@test.edu", &a), 0);
	assert_int_equal(found(s, &s->world.carol, "/api/v1/deletions?from=2026-01-01&to=2026-01-02", &a), 1);
	assert_int_equal(api_number(&a, "results.0.id"), first);
	assert_int_equal(found(s, &s->world.carol, "/api/v1/deletions?to=2026-01-01T12:00:00Z", &a), 0);
	assert_int_equal(found(s, &s->world.mallory, "/api/v1/deletions?requester=alice@test.edu", &a), 0);
	refused(s, bad, TOMB_COUNTOF(bad));
}

static void a_deletion_says_who_was_asked_and_gives_its_list_as_a_table(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 2, 2));
	size_t lines = 0;

	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/recipients", request);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_names(&a, "results.0"), "name email mailed_at ");
	assert_string_equal(api_text(&a, "results.0.email"), "bob@test.edu");
	api_get(s, &s->world.mallory, &a, "/api/v1/deletions/%" PRId64 "/recipients", request);
	API_STATUS(&a, 404);
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/csv", request);
	API_STATUS(&a, 200);
	assert_string_equal(raw_header(&a, "Content-Type"), "text/csv; charset=utf-8; header=present");
	for (const char *p = a.body; (p = strstr(p, "\r\n")); p += 2)
		lines++;
	assert_int_equal(lines, 1 + 2 * 2); /* a line for each copy */
	api_get(s, &s->world.carol, &a, "/api/v1/deletions/%" PRId64 "/csv?outcome=failed", request);
	API_STATUS(&a, 400);
	api_get(s, &s->world.mallory, &a, "/api/v1/deletions/%" PRId64 "/csv", request);
	API_STATUS(&a, 404);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
}

static void events_are_found_by_outcome_and_time(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	char path[128];
	static const char *const bad[] = {"/api/v1/events?outcome=Perhaps", "/api/v1/events?from=soon",
		"/api/v1/events?outcome=Failure&order=oldest"};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	assert_true(found(s, &s->world.carol, "/api/v1/events?outcome=Success&type=deletion", &a) > 0);
	assert_string_equal(api_text(&a, "results.0.outcome"), "Success");
	assert_int_equal(found(s, &s->world.carol, "/api/v1/events?outcome=Failure", &a), 0);
	assert_int_equal(found(s, &s->world.carol, "/api/v1/events?to=2001-01-01", &a), 0);
	assert_true(found(s, &s->world.carol, "/api/v1/events?from=2001-01-01", &a) > 0);
	(void)snprintf(path, sizeof path, "/api/v1/objects/%" PRId64 "/events?outcome=Failure", object);
	assert_int_equal(found(s, &s->world.carol, path, &a), 0);
	(void)snprintf(path, sizeof path, "/api/v1/objects/%" PRId64 "/events?from=2001-01-01&order=oldest", object);
	assert_true(found(s, &s->world.carol, path, &a) > 0);
	refused(s, bad, TOMB_COUNTOF(bad));
}

static void an_object_says_of_which_formats_its_files_are(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 3, 1);

	tomb_world_exec("update generic_file set file_format = case when identifier like '%%/1' then 'text/plain' else "
			"'image/tiff' end");
	api_get(s, &s->world.carol, &a, "/api/v1/objects/%" PRId64 "/formats", object);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_names(&a, "results.0"), "file_format files bytes ");
	assert_string_equal(api_text(&a, "results.0.file_format"), "image/tiff");
	assert_int_equal(api_number(&a, "results.0.files"), 2);
	assert_int_equal(api_number(&a, "results.1.files"), 1);
	api_get(s, &s->world.mallory, &a, "/api/v1/objects/%" PRId64 "/formats", object);
	API_STATUS(&a, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			deletions_are_found_by_object_person_and_time, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_deletion_says_who_was_asked_and_gives_its_list_as_a_table, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(events_are_found_by_outcome_and_time, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			an_object_says_of_which_formats_its_files_are, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("lists of the pages by /api/v1", tests, NULL, NULL);
}
