/* API keys by /api/v1 (deletion.md X-06; I7). */
#include "api_client.h"
#include "tombstone/api_key.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void by_cookie(const struct site_user *user, char out[static API_HEADER])
{
	(void)snprintf(out, API_HEADER, "Cookie: tombstone=%s\r\nX-CSRF-Token: %s\r\n", user->token, user->csrf);
}

static void by_key(const char *email, const char *key, char out[static API_HEADER])
{
	(void)snprintf(out, API_HEADER, "X-Pharos-API-User: %s\r\nX-Pharos-API-Key: %s\r\n", email, key);
}

static int64_t live_keys(const struct tomb_actor *who)
{
	return tomb_world_number(
		"select count(*) from api_key where revoked_at is null and user_id = %" PRId64, who->user_id);
}

static void a_key_is_made_with_a_browser_shown_once_and_good_until_it_is_revoked(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	RAW_ANSWER_AUTO b = {0};
	char cookie[API_HEADER];
	char key[API_HEADER];
	char where[64];
	const char *secret = NULL;

	by_cookie(&s->carol, cookie);
	api_ask_with(s, NULL, "POST", cookie, "{\"name\":\"the script\"}", &a, "/api/v1/api-keys");
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""), "id user_id email name revoked created_at last_used_at key ");
	assert_string_equal(raw_header(&a, "Cache-Control"), "no-store");
	secret = api_text(&a, "key");
	(void)snprintf(where, sizeof where, "/api/v1/api-keys/%" PRId64, api_number(&a, "id"));
	assert_string_equal(raw_header(&a, "Location"), where);
	by_key("carol@test.edu", secret, key);
	api_ask_with(s, NULL, "GET", key, NULL, &b, "%s", where);
	API_STATUS(&b, 200);
	assert_string_equal(api_names(&b, ""), "id user_id email name revoked created_at last_used_at ");
	assert_string_equal(api_text(&b, "name"), "the script");
	assert_null(strstr(b.body, secret));
	api_ask_with(s, NULL, "GET", key, NULL, &b, "/api/v1/api-keys");
	assert_null(strstr(b.body, secret));
	api_ask_with(s, NULL, "POST", key, NULL, &b, "%s/revoke", where);
	API_STATUS(&b, 200);
	assert_true(api_bool(&b, "revoked"));
	api_ask_with(s, NULL, "GET", key, NULL, &b, "%s", where);
	API_STATUS(&b, 401);
}

static void a_key_makes_no_keys(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char cookie[API_HEADER];

	api_ask(s, &s->world.oscar, "POST", "{\"name\":\"another\"}", &a, "/api/v1/api-keys");
	API_STATUS(&a, 403);
	assert_int_equal(tomb_world_number("select count(*) from api_key where name = 'another'"), 0);
	by_cookie(&s->carol, cookie);
	/* A key that is kept to be shown again would be shown twice. */
	(void)snprintf(cookie + strlen(cookie), API_HEADER - strlen(cookie), "Idempotency-Key: 1\r\n");
	api_ask_with(s, NULL, "POST", cookie, "{\"name\":\"another\"}", &a, "/api/v1/api-keys");
	API_STATUS(&a, 400);
	(void)snprintf(cookie, sizeof cookie, "Cookie: tombstone=%s\r\n", s->carol.token);
	api_ask_with(s, NULL, "POST", cookie, "{\"name\":\"another\"}", &a, "/api/v1/api-keys");
	API_STATUS(&a, 403);
	by_cookie(&s->carol, cookie);
	api_ask_with(s, NULL, "POST", cookie, "{\"name\":\"\"}", &a, "/api/v1/api-keys");
	API_STATUS(&a, 400);
	assert_int_equal(tomb_world_number("select count(*) from api_key where name = 'another'"), 0);
}

static void keys_are_their_owners_and_operators_see_them(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char key[TOMB_API_KEY_TEXT];
	char seen[API_HEADER];
	int64_t id = 0;

	TOMB_OK_OR_FAIL(tomb_api_key_create(
		s->world.registry, &s->world.carol, s->world.carol.user_id, TOMB_STR("Carol's"), &id, key, &err));
	api_get(s, &s->world.alice, &a, "/api/v1/api-keys");
	API_STATUS(&a, 200);
	assert_null(strstr(a.body, "carol@"));
	api_get(s, &s->world.alice, &a, "/api/v1/api-keys?user_id=%" PRId64, s->world.carol.user_id);
	API_STATUS(&a, 403);
	api_get(s, &s->world.alice, &a, "/api/v1/api-keys/%" PRId64, id);
	API_STATUS(&a, 404);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/api-keys/%" PRId64 "/revoke", id);
	API_STATUS(&a, 404);
	assert_int_equal(live_keys(&s->world.carol), 1);
	api_get(s, &s->world.oscar, &a, "/api/v1/api-keys?user_id=%" PRId64, s->world.carol.user_id);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "results.0.name"), "Carol's");
	api_get(s, &s->world.oscar, &a, "/api/v1/api-keys/%" PRId64, id);
	api_header(&a, "ETag", "If-Match", seen);
	api_ask_with(s, &s->world.oscar, "POST", seen, NULL, &a, "/api/v1/api-keys/%" PRId64 "/revoke", id);
	API_STATUS(&a, 200);
	assert_int_equal(live_keys(&s->world.carol), 0);
	api_ask_with(s, &s->world.oscar, "POST", seen, NULL, &a, "/api/v1/api-keys/%" PRId64 "/revoke", id);
	API_STATUS(&a, 412);
	api_ask(s, &s->world.oscar, "POST", NULL, &a, "/api/v1/api-keys/%" PRId64 "/revoke", id);
	API_STATUS(&a, 409);
}

static void a_long_list_has_pages(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char next[256];

	/* Asking makes keys: each time one more, at the end. */
	tomb_world_exec("insert into api_key (user_id, name, key_sha256) select %" PRId64
			", 'Number ' || g, sha256(g::text::bytea) from generate_series(1, 5) g",
		s->world.carol.user_id);
	api_get(s, &s->world.carol, &a, "/api/v1/api-keys?limit=4");
	assert_int_equal(api_count(&a, "results"), 4);
	assert_string_equal(api_text(&a, "results.0.name"), "Number 1");
	(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	api_get(s, &s->world.carol, &a, "%s", next);
	assert_string_equal(api_text(&a, "results.0.name"), "Number 5");
	assert_int_equal(api_count(&a, "results"), 3);
	assert_true(api_is_null(&a, "next"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_key_is_made_with_a_browser_shown_once_and_good_until_it_is_revoked,
			site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(a_key_makes_no_keys, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			keys_are_their_owners_and_operators_see_them, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(a_long_list_has_pages, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("API keys by /api/v1", tests, NULL, NULL);
}
