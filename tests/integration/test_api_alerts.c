/* Alerts by /api/v1: lists, filters and marks (aptrust.md 1.2; I7, I9). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Alice asks, and Bob is told. */
static int64_t tell_bob(struct site *s)
{
	(void)tomb_world_request_object(&s->world, site_bag(s));
	return tomb_world_number("select max(id) from alert where user_id = %" PRId64, s->world.bob.user_id);
}

/* n alerts for Carol, "Number 1" the oldest, a day apart since 2027-01-01. */
static void tell_carol(struct site *s, int n)
{
	tomb_world_exec("insert into alert (institution_id, user_id, type, subject, created_at) select %" PRId64
			", %" PRId64 ", 'Deletion Completed', 'Number ' || g, "
			"timestamptz '2027-01-01T00:00:00Z' + (g - 1) * interval '1 day' "
			"from generate_series(1, %d) g",
		s->world.institution, s->world.carol.user_id, n);
}

static void one_reads_ones_own_and_operators_read_all(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t alert = tell_bob(s);

	api_get(s, &s->world.bob, &a, "/api/v1/alerts");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_int_equal(api_number(&a, "results.0.id"), alert);
	assert_string_equal(api_names(&a, "results.0"),
		"id institution_id institution type subject content request_id user created_at sent_at read_at ");
	assert_string_equal(api_text(&a, "results.0.type"), "Deletion Requested");
	assert_string_equal(api_text(&a, "results.0.user.email"), "bob@test.edu");
	assert_true(api_is_null(&a, "results.0.read_at"));
	api_get(s, &s->world.oscar, &a, "/api/v1/alerts?user_id=%" PRId64, s->world.bob.user_id);
	assert_int_equal(api_number(&a, "results.0.id"), alert);
	api_get(s, &s->world.carol, &a, "/api/v1/alerts");
	assert_int_equal(api_count(&a, "results"), 0);
	/* Whoever names another does not get their own instead. */
	api_get(s, &s->world.alice, &a, "/api/v1/alerts?user_id=%" PRId64, s->world.bob.user_id);
	API_STATUS(&a, 403);
	api_get(s, &s->world.alice, &a, "/api/v1/alerts/%" PRId64, alert);
	API_STATUS(&a, 404);
	api_get(s, &s->world.bob, &a, "/api/v1/alerts/%" PRId64, alert);
	API_STATUS(&a, 200);
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null"), 0);
}

static void lists_are_filtered_and_have_pages(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char next[256];

	tell_carol(s, 5);
	api_get(s, &s->world.carol, &a, "/api/v1/alerts?limit=2&order=oldest&type=Deletion%%20Completed");
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 1");
	(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	api_get(s, &s->world.carol, &a, "%s", next);
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 3");
	(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	api_get(s, &s->world.carol, &a, "%s", next);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_true(api_is_null(&a, "next"));
	api_get(s, &s->world.carol, &a, "/api/v1/alerts?type=Deletion%%20Failed");
	assert_int_equal(api_count(&a, "results"), 0);
	/* From the first moment of a day, and before that of another. */
	api_get(s, &s->world.carol, &a, "/api/v1/alerts?from=2027-01-02&to=2027-01-04T00:00:00Z");
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 3");
	assert_string_equal(api_text(&a, "results.1.subject"), "Number 2");
	api_get(s, &s->world.carol, &a, "/api/v1/alerts?to=1970-01-01");
	assert_int_equal(api_count(&a, "results"), 0);
}

static void a_bad_question_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	static const char *const bad[] = {"from=yesterday", "to=2027-02-30", "unred=true", "order=name", "limit=0",
		"limit=1001", "after=x", "user_id=0", "type=%FF"};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_get(s, &s->world.carol, &a, "/api/v1/alerts?%s", bad[i]);
		if (a.status != 400)
			fail_msg("%s: %d %s", bad[i], a.status, a.body);
		assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
	}
	api_get(s, &s->world.carol, &a, "/api/v1/alerts?institution_id=%" PRId64, s->world.other_institution);
	API_STATUS(&a, 403);
}

static int64_t read_ones(void)
{
	return tomb_world_number("select count(*) from alert where read_at is not null");
}

static void one_marks_ones_own_as_one_has_seen_it(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t alert = tell_bob(s);
	char seen[API_HEADER];

	api_get(s, &s->world.bob, &a, "/api/v1/alerts/%" PRId64, alert);
	api_header(&a, "ETag", "If-Match", seen);
	api_ask_with(s, &s->world.bob, "POST", seen, NULL, &a, "/api/v1/alerts/%" PRId64 "/read", alert);
	API_STATUS(&a, 200);
	assert_false(api_is_null(&a, "read_at"));
	api_get(s, &s->world.bob, &a, "/api/v1/alerts?unread=true");
	assert_int_equal(api_count(&a, "results"), 0);
	/* It is no longer what was seen. */
	api_ask_with(s, &s->world.bob, "POST", seen, NULL, &a, "/api/v1/alerts/%" PRId64 "/unread", alert);
	API_STATUS(&a, 412);
	assert_int_equal(read_ones(), 1);
	api_ask(s, &s->world.bob, "POST", NULL, &a, "/api/v1/alerts/%" PRId64 "/unread", alert);
	API_STATUS(&a, 200);
	assert_true(api_is_null(&a, "read_at"));
	/* Operators see it, and leave the mark to whom it told. */
	api_ask(s, &s->world.oscar, "POST", NULL, &a, "/api/v1/alerts/%" PRId64 "/read", alert);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/alerts/%" PRId64 "/read", alert);
	API_STATUS(&a, 404);
	assert_int_equal(read_ones(), 0);
}

static void many_are_marked_at_once(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t bobs = tell_bob(s);
	char body[128];

	tell_carol(s, 3);
	(void)snprintf(body, sizeof body, "{\"ids\":[%" PRId64 ",%" PRId64 ",4711]}", bobs,
		tomb_world_number("select id from alert where subject = 'Number 2'"));
	api_ask(s, &s->world.carol, "POST", body, &a, "/api/v1/alerts/read");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "changed"), 1);
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null and subject = "
					   "'Number 2'"),
		1);
	assert_int_equal(read_ones(), 1);
	api_ask(s, &s->world.carol, "POST", body, &a, "/api/v1/alerts/unread");
	assert_int_equal(api_number(&a, "changed"), 1);
	assert_int_equal(read_ones(), 0);
	api_ask(s, &s->world.carol, "POST", NULL, &a, "/api/v1/alerts/read-all");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "changed"), 3);
	assert_int_equal(
		tomb_world_number("select count(*) from alert where read_at is null and id = %" PRId64, bobs), 1);
	api_ask(s, &s->world.carol, "POST", "{\"ids\":[]}", &a, "/api/v1/alerts/read");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.carol, "POST", "{}", &a, "/api/v1/alerts/read");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.carol, "POST", "{\"ids\":[1]}", &a, "/api/v1/alerts/read-all");
	API_STATUS(&a, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_reads_ones_own_and_operators_read_all, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(lists_are_filtered_and_have_pages, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(a_bad_question_is_refused, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(one_marks_ones_own_as_one_has_seen_it, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(many_are_marked_at_once, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("alerts by /api/v1", tests, NULL, NULL);
}
