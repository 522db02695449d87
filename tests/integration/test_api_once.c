/* Changing what was seen, and once: ETag, If-Match and Idempotency-Key of /api/v1 (RFC 9110, section 13; I7). */
#include "api_client.h"
#include "tombstone/api_key.h"
#include "tombstone/idempotency.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Asks with one more header, "" for none. */
static void ask_with(struct site *s, const struct tomb_actor *who, const char *method, const char *path,
	const char *header, const char *json, struct raw_answer *out)
{
	char key[TOMB_API_KEY_TEXT];
	char request[2048];
	int64_t id = 0;

	TOMB_OK_OR_FAIL(tomb_api_key_create(s->world.registry, who, who->user_id, TOMB_STR("a test"), &id, key, &err));
	(void)snprintf(request, sizeof request,
		"%s %s HTTP/1.1\r\nHost: registry\r\nConnection: close\r\nX-Pharos-API-User: %.*s\r\n"
		"X-Pharos-API-Key: %s\r\n%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		method, path, TOMB_STR_ARG(who->email), key, header, strlen(json), json);
	api_send(s, request, out);
}

static void header_line(char *out, size_t n, const char *name, const struct raw_answer *a)
{
	char value[64];

	(void)snprintf(value, sizeof value, "%s", raw_header(a, "ETag"));
	assert_int_equal(strlen(value), 34);
	(void)snprintf(out, n, "%s: %s\r\n", name, value);
}

static void what_the_client_has_is_not_sent_again(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	char path[64];
	char known[128];

	(void)snprintf(path, sizeof path, "/api/v1/objects/%" PRId64, object);
	ask_with(s, &s->world.alice, "GET", path, "", "", &a);
	API_STATUS(&a, 200);
	header_line(known, sizeof known, "If-None-Match", &a);
	ask_with(s, &s->world.alice, "GET", path, known, "", &a);
	API_STATUS(&a, 304);
	assert_int_equal(a.nbody, 0);
	(void)tomb_world_request_object(&s->world, object); /* its open request is part of it */
	ask_with(s, &s->world.alice, "GET", path, known, "", &a);
	API_STATUS(&a, 200);
}

static void what_has_changed_meanwhile_is_not_approved(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	char token[TOMB_TOKEN_TEXT];
	char path[64];
	char approve[80];
	char body[128];
	char seen[128];

	(void)snprintf(path, sizeof path, "/api/v1/deletions/%" PRId64, request);
	(void)snprintf(approve, sizeof approve, "%s/approve", path);
	tomb_world_token(&s->world, request, &s->world.bob, token);
	(void)snprintf(body, sizeof body, "{\"token\":\"%s\"}", token);
	ask_with(s, &s->world.bob, "GET", path, "", "", &a);
	header_line(seen, sizeof seen, "If-Match", &a);
	ask_with(s, &s->world.bob, "POST", approve, "If-Match: \"00000000000000000000000000000000\"\r\n", body, &a);
	API_STATUS(&a, 412);
	assert_string_equal(api_text(&a, "type"), "changed-meanwhile");
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
	ask_with(s, &s->world.bob, "POST", approve, seen, body, &a);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "approved");
	ask_with(s, &s->world.bob, "POST", approve, seen, body, &a); /* decided: no longer what was seen */
	API_STATUS(&a, 412);
	/* The answer to a change has the tag of what it became. */
	ask_with(s, &s->world.bob, "GET", path, "", "", &a);
	header_line(seen, sizeof seen, "If-None-Match", &a);
	ask_with(s, &s->world.bob, "GET", path, seen, "", &a);
	API_STATUS(&a, 304);
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", "If-Match: *\r\n", "{\"object_ids\":[1]}", &a);
	API_STATUS(&a, 400);
}

static void a_request_that_is_sent_again_is_answered_again_and_done_once(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	RAW_ANSWER_AUTO b = {0};
	static const char key[] = "Idempotency-Key: step-7\r\n";
	char body[64];
	char location[64];

	(void)snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "]}",
		tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &a);
	API_STATUS(&a, 201);
	assert_string_equal(raw_header(&a, "Idempotency-Replayed"), "");
	(void)snprintf(location, sizeof location, "%s", raw_header(&a, "Location"));
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &b);
	API_STATUS(&b, 201);
	assert_string_equal(b.body, a.body);
	assert_string_equal(raw_header(&b, "Location"), location);
	assert_string_equal(raw_header(&b, "Idempotency-Replayed"), "true");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 1);
	/* Another body, another address; and another person's key of that name is another key. */
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, "{\"object_ids\":[99]}", &b);
	API_STATUS(&b, 422);
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions/1/resend", key, "{}", &b);
	API_STATUS(&b, 422);
	ask_with(s, &s->world.bob, "POST", "/api/v1/deletions", key, body, &b);
	API_STATUS(&b, 409);
	assert_non_null(strstr(api_text(&b, "detail"), "is open"));
}

static void a_refusal_is_not_kept_and_may_be_over_the_next_time(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	static const char key[] = "Idempotency-Key: step-8\r\n";
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	char body[64];

	(void)snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "]}", object);
	tomb_world_exec("insert into hold (institution_id, object_id, reason, placed_by) values (%" PRId64 ", %" PRId64
			", 'a test', %" PRId64 ")",
		s->world.institution, object, s->world.alice.user_id);
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &a);
	API_STATUS(&a, 422);
	tomb_world_exec("update hold set lifted_at = now(), lifted_by = %" PRId64 ", lift_approved_by = %" PRId64,
		s->world.alice.user_id, s->world.bob.user_id);
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &a);
	API_STATUS(&a, 201);
}

static void a_key_without_an_answer_refuses_a_repetition_for_a_day(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	static const char key[] = "Idempotency-Key: step-9\r\n";
	char body[64];
	size_t purged = 0;

	(void)snprintf(body, sizeof body, "{\"object_ids\":[%" PRId64 "]}",
		tomb_world_object(&s->world, "test.edu/bag", 1, 1));
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &a);
	API_STATUS(&a, 201);
	tomb_world_exec("update idempotency_key set status = null"); /* as if it were under way */
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &a);
	API_STATUS(&a, 409);
	assert_non_null(strstr(api_text(&a, "detail"), "under way"));
	TOMB_OK_OR_FAIL(tomb_idempotency_purge(s->world.registry, 10, &purged, &err));
	assert_int_equal(purged, 0);
	tomb_world_exec("update idempotency_key set began_at = now() - interval '24 hours'");
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, "{\"object_ids\":[99]}", &a);
	API_STATUS(&a, 404); /* a new request */
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", key, body, &a);
	API_STATUS(&a, 409);
	assert_non_null(strstr(api_text(&a, "detail"), "is open"));
	tomb_world_exec("insert into idempotency_key (user_id, key, request_sha256, began_at) "
			"select %" PRId64
			", k, sha256('x'), now() - interval '25 hours' from unnest(array['a', 'b']) k",
		s->world.alice.user_id);
	TOMB_OK_OR_FAIL(tomb_idempotency_purge(s->world.registry, 10, &purged, &err));
	assert_int_equal(purged, 2);
}

static void a_key_that_makes_no_sense_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char longer[300] = "Idempotency-Key: ";

	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", "Idempotency-Key: a b\r\n", "{}", &a);
	API_STATUS(&a, 400);
	assert_non_null(strstr(api_text(&a, "detail"), "Idempotency-Key"));
	memset(longer + strlen(longer), 'k', 256);
	memcpy(longer + 273, "\r\n", 3);
	ask_with(s, &s->world.alice, "POST", "/api/v1/deletions", longer, "{}", &a);
	API_STATUS(&a, 400);
	assert_non_null(strstr(api_text(&a, "detail"), "256 bytes"));
	ask_with(s, &s->world.oscar, "PUT", "/api/v1/stop-switch", "Idempotency-Key: k\r\n", "{\"on\":false}", &a);
	API_STATUS(&a, 400);
}

int main(void)
{
#define AT_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		AT_A_SITE(what_the_client_has_is_not_sent_again),
		AT_A_SITE(what_has_changed_meanwhile_is_not_approved),
		AT_A_SITE(a_request_that_is_sent_again_is_answered_again_and_done_once),
		AT_A_SITE(a_refusal_is_not_kept_and_may_be_over_the_next_time),
		AT_A_SITE(a_key_without_an_answer_refuses_a_repetition_for_a_day),
		AT_A_SITE(a_key_that_makes_no_sense_is_refused),
	};
	return cmocka_run_group_tests_name("once, by the API", tests, NULL, NULL);
}
