/* Asking, deciding and operating by /api/v1 (deletion.md P-01, P-06 to P-09, X-06, X-08, X-12, X-16; I5, I7). */
#include "api_client.h"
#include "pg_fixture.h"
#include "tombstone/api_key.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void token_body(struct site *s, int64_t request, const struct tomb_actor *who, char *out, size_t n)
{
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(&s->world, request, who, token);
	(void)snprintf(out, n, "{\"token\":\"%s\"}", token);
}

/* Alice asks for one object; its request's id. */
static int64_t ask_for(struct site *s, int64_t object)
{
	RAW_ANSWER_AUTO a = {0};
	char body[128];

	(void)snprintf(body, sizeof body,
		"{\"object_ids\":[%" PRId64 "],\"reason\":\"a test\",\"reason_code\":\"duplicate\"}", object);
	api_ask(s, &s->world.alice, "POST", body, &a, "/api/v1/deletions");
	API_STATUS(&a, 201);
	assert_string_equal(api_text(&a, "reason_code"), "duplicate");
	return api_number(&a, "id");
}

static void p07_p09_two_people_delete_an_object_by_the_api_alone(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 2, 2);
	int64_t request = ask_for(s, object);
	char body[128];

	token_body(s, request, &s->world.bob, body, sizeof body);
	api_ask(s, &s->world.bob, "POST", body, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "approved");
	assert_string_equal(api_text(&a, "decided_via"), "api");
	assert_false(api_is_null(&a, "deletion_id"));
	/* P-09: one work item, for the object. */
	assert_int_equal(tomb_world_number("select count(*) from work_item where file_id is null"), 1);
	api_ask(s, &s->world.bob, "POST", body, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 409);
	tomb_world_work(&s->world);
	assert_int_equal(tomb_world_bytes(&s->world, tomb_world_file(&s->world, "test.edu/bag/data/1")), 0);
	tomb_world_check(&s->world);
}

static void a_request_says_where_it_is_and_names_files_too(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char body[128];
	char location[64];

	(void)tomb_world_object(&s->world, "test.edu/bag", 2, 1);
	(void)snprintf(
		body, sizeof body, "{\"file_ids\":[%" PRId64 "]}", tomb_world_file(&s->world, "test.edu/bag/data/2"));
	api_ask(s, &s->world.alice, "POST", body, &a, "/api/v1/deletions");
	API_STATUS(&a, 201);
	(void)snprintf(location, sizeof location, "/api/v1/deletions/%" PRId64, api_number(&a, "id"));
	assert_string_equal(raw_header(&a, "Location"), location);
	assert_int_equal(api_number(&a, "named_files"), 1);
	assert_string_equal(api_text(&a, "requested_via"), "api");
}

static void p08_a_rejection_ends_the_request(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t request = ask_for(s, object);
	char body[128];

	token_body(s, request, &s->world.bob, body, sizeof body);
	api_ask(s, &s->world.bob, "POST", body, &a, "/api/v1/deletions/%" PRId64 "/reject", request);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "rejected");
	assert_true(api_is_null(&a, "deletion_id"));
	assert_int_equal(tomb_world_number("select count(*) from work_item"), 0);
	(void)ask_for(s, object);
}

static void p07_nobody_else_decides_even_with_the_token(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = ask_for(s, tomb_world_object(&s->world, "test.edu/secret-name", 1, 1));
	const struct tomb_actor *others[] = {&s->world.alice, &s->world.carol, &s->world.mallory, &s->world.oscar};
	char body[128];

	token_body(s, request, &s->world.bob, body, sizeof body);
	for (size_t i = 0; i < TOMB_COUNTOF(others); i++) {
		api_ask(s, others[i], "POST", body, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
		API_STATUS(&a, 403);
		assert_null(strstr(a.body, "secret-name"));
	}
	api_ask(s, NULL, "POST", body, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 401);
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

static void x08_a_wrong_token_decides_nothing_and_guessing_is_slowed_down(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = ask_for(s, tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	char body[128];
	int refused = 0;

	for (int i = 0; i < 100 && a.status != 429; i++) {
		(void)snprintf(body, sizeof body, "{\"token\":\"%064d\"}", i);
		api_ask(s, &s->world.bob, "POST", body, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
		refused += a.status == 403;
	}
	API_STATUS(&a, 429);
	assert_true(refused > 5 && strlen(raw_header(&a, "Retry-After")) > 0);
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

static void x08_resending_makes_the_old_token_worthless(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = ask_for(s, tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	char body[128];

	token_body(s, request, &s->world.bob, body, sizeof body);
	api_ask(s, &s->world.carol, "POST", NULL, &a, "/api/v1/deletions/%" PRId64 "/resend", request);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/deletions/%" PRId64 "/resend", request);
	API_STATUS(&a, 200);
	api_ask(s, &s->world.bob, "POST", body, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 410);
}

static void a_bad_request_names_the_rule_and_leaves_nothing(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t foreign = tomb_world_object_in(
		&s->world, s->world.other_institution, s->world.standard, "other.edu/bag", 1, 1);
	int64_t young = tomb_world_object_in(&s->world, s->world.institution,
		tomb_world_option(&s->world, "Glacier-OH", 90), "test.edu/young", 1, 1);
	const struct {
		const char *before;
		int64_t id;
		const char *after;
		int status;
	} bad[] = {
		{"{\"object_ids\":[", object, "],\"unknown\":1}", 400},
		{"{\"object_ids\":[", object, "],\"reason_code\":\"whim\"}", 400},
		{"{\"object_ids\":[", object, "],\"reason_code\":\"other\"}", 400},
		{"{\"object_ids\":[", object, ",\"x\"]}", 400},
		{"{\"object_ids\":[-", object, "]}", 400},
		{"{\"object_ids\":[", object, "]", 400},
		{"{\"object_ids\":[],\"reason\":\"", object, "\"}", 400},
		{"[", object, "]", 400},
		{"{\"object_ids\":[4711,", object, "]}", 404},
		{"{\"object_ids\":[", foreign, "]}", 404},
		{"{\"object_ids\":[", young, "]}", 422},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		char body[128];

		(void)snprintf(body, sizeof body, "%s%" PRId64 "%s", bad[i].before, bad[i].id, bad[i].after);
		api_ask(s, &s->world.alice, "POST", body, &a, "/api/v1/deletions");
		if (a.status != bad[i].status)
			fail_msg("%s: %d %s", body, a.status, a.body);
		assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
	}
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

/* P-01: and whoever is not an admin is refused whatever the body. */
static void p01_only_an_admin_may_ask(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	const struct tomb_actor *others[] = {&s->world.carol, &s->world.oscar};
	char body[64];

	(void)snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "]}",
		tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	for (size_t i = 0; i < TOMB_COUNTOF(others); i++) {
		api_ask(s, others[i], "POST", body, &a, "/api/v1/deletions");
		API_STATUS(&a, 403);
	}
	api_ask(s, NULL, "POST", body, &a, "/api/v1/deletions");
	API_STATUS(&a, 401);
}

static void ask_with_key(struct site *s, const char *email, const char *key, struct raw_answer *out)
{
	char request[512];

	(void)snprintf(request, sizeof request,
		"GET /api/v1/objects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Pharos-API-User: %s\r\n%s%s\r\n\r\n",
		email, key[0] ? "X-Pharos-API-Key: " : "Accept: application/json", key);
	api_send(s, request, out);
}

static void x06_a_key_opens_nothing_once_it_is_revoked_or_its_owner_has_left(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	const struct tomb_actor *bob = &s->world.bob;
	char keys[2][TOMB_API_KEY_TEXT];
	int64_t ids[2];

	for (int i = 0; i < 2; i++) {
		TOMB_OK_OR_FAIL(tomb_api_key_create(
			s->world.registry, bob, bob->user_id, TOMB_STR("x"), &ids[i], keys[i], &err));
		ask_with_key(s, "bob@test.edu", keys[i], &a);
		API_STATUS(&a, 200);
	}
	ask_with_key(s, "alice@test.edu", keys[0], &a);
	API_STATUS(&a, 401);
	ask_with_key(s, "bob@test.edu", "", &a);
	API_STATUS(&a, 401);
	TOMB_OK_OR_FAIL(tomb_api_key_revoke(s->world.registry, bob, ids[0], &err));
	ask_with_key(s, "bob@test.edu", keys[0], &a);
	API_STATUS(&a, 401);
	ask_with_key(s, "bob@test.edu", keys[1], &a);
	API_STATUS(&a, 200);
	tomb_world_exec("update user_account set deactivated_at = now() where id = %" PRId64, bob->user_id);
	ask_with_key(s, "bob@test.edu", keys[1], &a);
	API_STATUS(&a, 401);
}

/* A session may use the API as a page does: with its CSRF value, or not at all. */
static void a_session_changes_nothing_without_its_csrf_value(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char body[64];
	char request[1024];
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int n = snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "]}", object);

	for (int with = 0; with < 2; with++) {
		(void)snprintf(request, sizeof request,
			"POST /api/v1/deletions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: tombstone=%s\r\n"
			"%s%s%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			s->alice.token, with ? "X-CSRF-Token: " : "", with ? s->alice.csrf : "", with ? "\r\n" : "", n,
			body);
		api_send(s, request, &a);
		API_STATUS(&a, with ? 201 : 403);
	}
	assert_string_equal(api_text(&a, "requested_via"), "web");
}

static void a_body_that_is_not_json_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char request[1024];

	(void)snprintf(request, sizeof request,
		"POST /api/v1/deletions HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: tombstone=%s\r\n"
		"X-CSRF-Token: %s\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
		s->alice.token, s->alice.csrf);
	api_send(s, request, &a);
	API_STATUS(&a, 415);
}

static void x12_an_operator_stops_and_starts_the_workers(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	api_ask(s, &s->world.alice, "PUT", "{\"on\":true}", &a, "/api/v1/stop-switch");
	API_STATUS(&a, 403);
	api_ask(s, &s->world.alice, "GET", NULL, &a, "/api/v1/stop-switch");
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "PUT", "{\"on\":true,\"reason\":\"smoke\"}", &a, "/api/v1/stop-switch");
	API_STATUS(&a, 200);
	assert_true(api_bool(&a, "on"));
	assert_string_equal(api_text(&a, "reason"), "smoke");
	assert_string_equal(api_text(&a, "set_by"), "oscar@operator.org");
	api_ask(s, &s->world.oscar, "PUT", "{\"reason\":\"x\"}", &a, "/api/v1/stop-switch");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.oscar, "PUT", "{\"on\":false}", &a, "/api/v1/stop-switch");
	assert_false(api_bool(&a, "on"));
	api_get(s, &s->world.oscar, &a, "/api/v1/stop-switch");
	assert_false(api_bool(&a, "on"));
}

static void x16_an_operator_requeues_what_failed(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = ask_for(s, tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	int64_t item = 0;

	(void)tomb_world_approve(&s->world, request);
	item = tomb_world_number("select id from work_item");
	api_ask(s, &s->world.oscar, "POST", NULL, &a, "/api/v1/work-items/%" PRId64 "/requeue", item);
	API_STATUS(&a, 409);
	tomb_world_plan(&s->world);
	tomb_fixture_pg_exec("update request_file set outcome = 'failed', reason = 'x', settled_at = now();"
			     "update work_item set status = 'Failed', files_failed = 1, completed_at = now();"
			     "update batch set state = 'failed'; update request_item set is_open = false");
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/work-items/%" PRId64 "/requeue", item);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "POST", "{}", &a, "/api/v1/work-items/%" PRId64 "/requeue", item);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "status"), "Pending");
	tomb_world_work(&s->world);
	api_get(s, &s->world.alice, &a, "/api/v1/work-items/%" PRId64, item);
	assert_string_equal(api_text(&a, "status"), "Success");
}

static void x16_an_operator_cancels_what_has_not_ended(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = ask_for(s, tomb_world_object(&s->world, "test.edu/bag", 2, 1));
	int64_t item = 0;

	(void)tomb_world_approve(&s->world, request);
	item = tomb_world_number("select id from work_item");
	api_get(s, &s->world.alice, &a, "/api/v1/work-items/%" PRId64, item);
	assert_true(api_is_null(&a, "cancelled_at"));
	api_ask(s, &s->world.alice, "POST", "{\"reason\":\"x\"}", &a, "/api/v1/work-items/%" PRId64 "/cancel", item);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "POST", "{}", &a, "/api/v1/work-items/%" PRId64 "/cancel", item);
	API_STATUS(&a, 400);
	api_ask(s, &s->world.oscar, "POST", "{\"reason\":\"\"}", &a, "/api/v1/work-items/%" PRId64 "/cancel", item);
	API_STATUS(&a, 400);
	api_ask(s, &s->world.oscar, "POST", "{\"reason\":\"by phone\"}", &a, "/api/v1/work-items/%" PRId64 "/cancel",
		item);
	API_STATUS(&a, 200);
	assert_false(api_is_null(&a, "cancelled_at"));
	assert_int_equal(strncmp(api_text(&a, "cancelled_by"), "oscar@", 6), 0);
	assert_string_equal(api_text(&a, "cancel_reason"), "by phone");
	api_ask(s, &s->world.oscar, "POST", "{\"reason\":\"again\"}", &a, "/api/v1/work-items/%" PRId64 "/cancel",
		item);
	API_STATUS(&a, 409);
	tomb_world_work(&s->world);
	api_get(s, &s->world.alice, &a, "/api/v1/work-items/%" PRId64, item);
	assert_string_equal(api_text(&a, "status"), "Cancelled");
	assert_int_equal(api_number(&a, "files_refused"), 2);
	tomb_world_check(&s->world);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(p07_p09_two_people_delete_an_object_by_the_api_alone),
		ON_A_SITE(a_request_says_where_it_is_and_names_files_too),
		ON_A_SITE(p08_a_rejection_ends_the_request),
		ON_A_SITE(p07_nobody_else_decides_even_with_the_token),
		ON_A_SITE(x08_a_wrong_token_decides_nothing_and_guessing_is_slowed_down),
		ON_A_SITE(x08_resending_makes_the_old_token_worthless),
		ON_A_SITE(a_bad_request_names_the_rule_and_leaves_nothing),
		ON_A_SITE(p01_only_an_admin_may_ask),
		ON_A_SITE(x06_a_key_opens_nothing_once_it_is_revoked_or_its_owner_has_left),
		ON_A_SITE(a_session_changes_nothing_without_its_csrf_value),
		ON_A_SITE(a_body_that_is_not_json_is_refused),
		ON_A_SITE(x12_an_operator_stops_and_starts_the_workers),
		ON_A_SITE(x16_an_operator_requeues_what_failed),
		ON_A_SITE(x16_an_operator_cancels_what_has_not_ended),
	};
	return cmocka_run_group_tests_name("writing by the API", tests, NULL, NULL);
}
