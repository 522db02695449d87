/* Who asks, and where they are signed in, by /api/v1 (deletion.md X-06; ASVS 5.0, 7.4). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void by_cookie(const struct site_user *user, char out[static API_HEADER])
{
	(void)snprintf(out, API_HEADER, "Cookie: tombstone=%s\r\nX-CSRF-Token: %s\r\n", user->token, user->csrf);
}

static int64_t live(const struct tomb_actor *who)
{
	return tomb_world_number(
		"select count(*) from session where ended_at is null and user_id = %" PRId64, who->user_id);
}

static void one_learns_who_one_is_and_nothing_secret(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char cookie[API_HEADER];

	tomb_world_exec("insert into alert (institution_id, user_id, type, subject) values (%" PRId64 ", %" PRId64
			", 'Deletion Completed', 'One')",
		s->world.institution, s->world.carol.user_id);
	api_get(s, &s->world.carol, &a, "/api/v1/account");
	API_STATUS(&a, 200);
	assert_string_equal(api_names(&a, ""),
		"id institution_id institution name email role duties signed_in_by has_totp requires_totp totp_since "
		"backup_codes_left unread_alerts ");
	assert_int_equal(api_number(&a, "id"), s->world.carol.user_id);
	assert_string_equal(api_text(&a, "email"), "carol@test.edu");
	assert_string_equal(api_text(&a, "role"), "inst_user");
	assert_string_equal(api_text(&a, "signed_in_by"), "api_key");
	assert_int_equal(api_number(&a, "unread_alerts"), 1);
	by_cookie(&s->oscar, cookie);
	api_ask_with(s, NULL, "GET", cookie, NULL, &a, "/api/v1/account");
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "role"), "sysadmin");
	assert_string_equal(api_text(&a, "signed_in_by"), "session");
	api_get(s, NULL, &a, "/api/v1/account");
	API_STATUS(&a, 401);
}

static void one_ends_a_session_of_ones_own(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char cookie[API_HEADER];
	struct site_user other;
	int64_t id = 0;

	site_sign_in(&s->world.carol, &other);
	by_cookie(&s->carol, cookie);
	api_ask_with(s, NULL, "GET", cookie, NULL, &a, "/api/v1/sessions");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(
		api_names(&a, "results.0"), "id current address browser created_at last_seen_at expires_at ");
	assert_true(api_bool(&a, "results.0.current"));
	assert_false(api_bool(&a, "results.1.current"));
	assert_null(strstr(a.body, s->carol.token));
	id = api_number(&a, "results.1.id");
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/sessions/%" PRId64 "/end", id);
	API_STATUS(&a, 404);
	assert_int_equal(live(&s->world.carol), 2);
	api_ask_with(s, NULL, "POST", cookie, "{}", &a, "/api/v1/sessions/%" PRId64 "/end", id);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	by_cookie(&other, cookie);
	api_ask_with(s, NULL, "GET", cookie, NULL, &a, "/api/v1/sessions");
	API_STATUS(&a, 401);
}

static void one_ends_all_others_and_by_key_all(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char cookie[API_HEADER];
	struct site_user other;
	int64_t bobs = live(&s->world.bob);

	site_sign_in(&s->world.carol, &other);
	by_cookie(&s->carol, cookie);
	api_ask_with(s, NULL, "POST", cookie, NULL, &a, "/api/v1/sessions/end-others");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_true(api_bool(&a, "results.0.current"));
	assert_int_equal(live(&s->world.carol), 1);
	api_ask(s, &s->world.carol, "POST", NULL, &a, "/api/v1/sessions/end-others");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 0);
	assert_int_equal(live(&s->world.carol), 0);
	assert_int_equal(live(&s->world.bob), bobs);
	assert_true(bobs > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_learns_who_one_is_and_nothing_secret, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(one_ends_a_session_of_ones_own, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(one_ends_all_others_and_by_key_all, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("accounts and sessions by /api/v1", tests, NULL, NULL);
}
