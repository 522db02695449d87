/* People and institutions by /api/v1 (deletion.md X-06; I7, I9). */
#include "api_client.h"
#include "tombstone/api_key.h"
#include "tombstone/user.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define EVE "{\"name\":\"Eve Ng\",\"email\":\"eve@test.edu\",\"role\":\"inst_user\"}"
#define SHAPE                                                                                                          \
	"id institution_id institution name email role duties active has_password has_totp admin_since created_at "    \
	"signed_in_at "

static int64_t links_for(const char *email)
{
	return tomb_world_number("select count(*) from alert a join outbox x on x.alert_id = a.id join user_account u "
				 "on u.id = a.user_id where a.type = 'Welcome New User' and u.email = '%s'",
		email);
}

static int64_t people(void)
{
	return tomb_world_number("select count(*) from user_account");
}

static void an_admin_sees_the_people_of_the_own_institution(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;

	api_get(s, &s->world.alice, &a, "/api/v1/users");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 3);
	assert_null(strstr(a.body, "other.edu"));
	assert_string_equal(api_names(&a, "results.0"), SHAPE);
	assert_string_equal(api_text(&a, "results.0.email"), "alice@test.edu");
	assert_string_equal(api_text(&a, "results.0.role"), "inst_admin");
	assert_true(api_bool(&a, "results.0.active"));
	api_get(s, &s->world.alice, &a, "/api/v1/users?institution_id=%" PRId64, s->world.other_institution);
	API_STATUS(&a, 403);
	api_get(s, &s->world.alice, &a, "/api/v1/users/%" PRId64, carol);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "email"), "carol@test.edu");
	api_get(s, &s->world.mallory, &a, "/api/v1/users/%" PRId64, carol);
	API_STATUS(&a, 404);
	api_get(s, &s->world.carol, &a, "/api/v1/users");
	API_STATUS(&a, 403);
}

static void an_operator_sees_everybody_page_by_page(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char next[256] = "/api/v1/users?limit=2";
	int64_t seen = 0;
	int64_t last = 0;

	while (next[0] != '\0') {
		api_get(s, &s->world.oscar, &a, "%s", next);
		API_STATUS(&a, 200);
		for (size_t i = 0; i < api_count(&a, "results"); i++) {
			char path[32];

			(void)snprintf(path, sizeof path, "results.%zu.id", i);
			assert_true(api_number(&a, path) > last);
			last = api_number(&a, path);
			seen++;
		}
		assert_in_range(api_count(&a, "results"), 1, 2);
		(void)snprintf(next, sizeof next, "%s", api_is_null(&a, "next") ? "" : api_text(&a, "next"));
	}
	assert_int_equal(seen, people());
	api_get(s, &s->world.oscar, &a, "/api/v1/users?institution_id=%" PRId64, s->world.other_institution);
	assert_string_equal(api_text(&a, "results.0.email"), "mallory@other.edu");
	api_get(s, &s->world.oscar, &a, "/api/v1/users?after=0");
	API_STATUS(&a, 400);
	api_get(s, &s->world.oscar, &a, "/api/v1/users?rôle=x");
	API_STATUS(&a, 400);
}

static void an_admin_makes_a_user_once_who_gets_a_mail(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char where[64];
	int64_t before = people();

	for (int i = 0; i < 2; i++) {
		api_ask_with(s, &s->world.alice, "POST", "Idempotency-Key: new-1\r\n", EVE, &a, "/api/v1/users");
		API_STATUS(&a, 201);
		assert_string_equal(raw_header(&a, "Idempotency-Replayed"), i == 0 ? "" : "true");
	}
	assert_int_equal(people(), before + 1);
	assert_int_equal(links_for("eve@test.edu"), 1);
	(void)snprintf(where, sizeof where, "/api/v1/users/%" PRId64, api_number(&a, "id"));
	assert_string_equal(raw_header(&a, "Location"), where);
	assert_string_equal(api_text(&a, "institution"), "test.edu");
	assert_false(api_bool(&a, "has_password"));
	assert_true(api_is_null(&a, "signed_in_at"));
	api_ask(s, &s->world.alice, "POST", "{}", &a, "%s/invite", where);
	API_STATUS(&a, 200);
	assert_int_equal(links_for("eve@test.edu"), 2);
}

static void an_account_that_breaks_a_rule_is_not_made(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t before = people();
	const struct {
		const struct tomb_actor *who;
		const char *body;
		int status;
	} bad[] = {
		{&s->world.alice, "{\"name\":\"Eve\",\"email\":\"eve@test.edu\",\"role\":\"inst_admin\"}", 403},
		{&s->world.alice, "{\"name\":\"Eve\",\"email\":\"eve@test.edu\",\"role\":\"sysadmin\"}", 403},
		{&s->world.carol, EVE, 403},
		{&s->world.alice, "{\"name\":\"Eve\",\"email\":\"CAROL@test.edu\",\"role\":\"inst_user\"}", 409},
		{&s->world.alice, "{\"name\":\"Eve\",\"email\":\"nobody\",\"role\":\"inst_user\"}", 400},
		{&s->world.alice, "{\"name\":\"Eve\",\"email\":\"eve@test.edu\",\"role\":\"king\"}", 400},
		{&s->world.alice, "{\"name\":\"Eve\",\"email\":\"eve@test.edu\"}", 400},
		/* Who knows a colleague's password is two people. */
		{&s->world.alice,
			"{\"name\":\"Eve\",\"email\":\"eve@test.edu\",\"role\":\"inst_user\",\"password\":\"a b c d e "
			"f\"}",
			400},
		{&s->world.alice,
			"{\"name\":\"Eve\",\"email\":\"eve@test.edu\",\"role\":\"inst_user\",\"institution\":\"other."
			"edu\"}",
			404},
		{&s->world.oscar,
			"{\"name\":\"Eve\",\"email\":\"eve@test.edu\",\"role\":\"inst_user\",\"institution\":\"none."
			"edu\"}",
			404},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_ask(s, bad[i].who, "POST", bad[i].body, &a, "/api/v1/users");
		if (a.status != bad[i].status)
			fail_msg("%s: %d %s", bad[i].body, a.status, a.body);
		assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
	}
	assert_int_equal(people(), before);
	api_ask(s, &s->world.oscar, "POST",
		"{\"name\":\"Eve\",\"email\":\"eve@other.edu\",\"role\":\"inst_admin\",\"institution\":\"other.edu\"}",
		&a, "/api/v1/users");
	API_STATUS(&a, 201);
	assert_string_equal(api_text(&a, "institution"), "other.edu");
	assert_string_equal(api_text(&a, "role"), "inst_admin");
}

static void an_operator_changes_the_role_that_was_seen(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;
	char seen[API_HEADER];

	api_get(s, &s->world.oscar, &a, "/api/v1/users/%" PRId64, carol);
	api_header(&a, "ETag", "If-Match", seen);
	api_ask(s, &s->world.alice, "PUT", "{\"role\":\"inst_admin\"}", &a, "/api/v1/users/%" PRId64 "/role", carol);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "PUT", "{\"role\":\"king\"}", &a, "/api/v1/users/%" PRId64 "/role", carol);
	API_STATUS(&a, 400);
	api_ask_with(s, &s->world.oscar, "PUT", seen, "{\"role\":\"inst_admin\"}", &a, "/api/v1/users/%" PRId64 "/role",
		carol);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "role"), "inst_admin");
	assert_false(api_is_null(&a, "admin_since"));
	assert_int_equal(tomb_world_number("select count(*) from session where user_id = %" PRId64
					   " and expires_at > now() and ended_at is null",
				 carol),
		0);
	api_ask_with(s, &s->world.oscar, "PUT", seen, "{\"role\":\"inst_user\"}", &a, "/api/v1/users/%" PRId64 "/role",
		carol);
	API_STATUS(&a, 412);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from user_account where id = %" PRId64 " and role = 'inst_admin'", carol),
		1);
}

static void duties_are_what_was_put_and_count_at_the_next_request(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;
	char key[TOMB_API_KEY_TEXT];
	char header[API_HEADER];
	char seen[API_HEADER];
	int64_t id = 0;

	TOMB_OK_OR_FAIL(
		tomb_api_key_create(s->world.registry, &s->world.carol, carol, TOMB_STR("a test"), &id, key, &err));
	(void)snprintf(header, sizeof header, "X-Pharos-API-User: carol@test.edu\r\nX-Pharos-API-Key: %s\r\n", key);
	api_get(s, &s->world.alice, &a, "/api/v1/users/%" PRId64, carol);
	assert_int_equal(api_count(&a, "duties"), 0);
	api_header(&a, "ETag", "If-Match", seen);
	api_ask_with(s, &s->world.alice, "PUT", seen, "{\"duties\":[\"repository_manager\",\"editor\",\"editor\"]}", &a,
		"/api/v1/users/%" PRId64 "/duties", carol);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "duties"), 2);
	assert_string_equal(api_text(&a, "duties.0"), "editor");
	assert_string_equal(api_text(&a, "duties.1"), "repository_manager");
	api_ask_with(s, NULL, "GET", header, NULL, &a, "/api/v1/account");
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "duties.1"), "repository_manager");
	api_ask_with(s, &s->world.alice, "PUT", seen, "{\"duties\":[]}", &a, "/api/v1/users/%" PRId64 "/duties", carol);
	API_STATUS(&a, 412);
	api_ask(s, &s->world.alice, "PUT", "{\"duties\":[\"editor\"]}", &a, "/api/v1/users/%" PRId64 "/duties", carol);
	API_STATUS(&a, 200);
	api_ask_with(s, NULL, "GET", header, NULL, &a, "/api/v1/account");
	assert_int_equal(api_count(&a, "duties"), 1);
}

static void duties_are_given_by_who_may(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;
	const struct {
		const struct tomb_actor *who;
		const char *body;
		int status;
	} bad[] = {
		{&s->world.alice, "{\"duties\":[\"editor\",\"harvest_admin\"]}", 403},
		{&s->world.mallory, "{\"duties\":[\"editor\"]}", 404},
		{&s->world.carol, "{\"duties\":[\"editor\"]}", 403},
		{&s->world.alice, "{\"duties\":[\"king\"]}", 400},
		{&s->world.alice, "{\"duties\":\"editor\"}", 400},
		{&s->world.alice, "{}", 400},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_ask(s, bad[i].who, "PUT", bad[i].body, &a, "/api/v1/users/%" PRId64 "/duties", carol);
		if (a.status != bad[i].status)
			fail_msg("%s: %d %s", bad[i].body, a.status, a.body);
	}
	assert_int_equal(tomb_world_number("select count(*) from user_duty"), 0);
	api_ask(s, &s->world.oscar, "PUT", "{\"duties\":[\"harvest_admin\"]}", &a, "/api/v1/users/%" PRId64 "/duties",
		carol);
	API_STATUS(&a, 200);
	/* what stays as it is needs nobody's leave */
	api_ask(s, &s->world.alice, "PUT", "{\"duties\":[\"harvest_admin\",\"editor\"]}", &a,
		"/api/v1/users/%" PRId64 "/duties", carol);
	API_STATUS(&a, 200);
	api_ask(s, &s->world.alice, "PUT", "{\"duties\":[]}", &a, "/api/v1/users/%" PRId64 "/duties", carol);
	API_STATUS(&a, 403);
	assert_int_equal(tomb_world_number("select count(*) from user_duty"), 2);
}

static void who_is_deactivated_is_out_at_once_and_comes_back_without_keys(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;
	char key[TOMB_API_KEY_TEXT];
	char header[API_HEADER];
	int64_t id = 0;

	TOMB_OK_OR_FAIL(
		tomb_api_key_create(s->world.registry, &s->world.carol, carol, TOMB_STR("a test"), &id, key, &err));
	(void)snprintf(header, sizeof header, "X-Pharos-API-User: carol@test.edu\r\nX-Pharos-API-Key: %s\r\n", key);
	api_ask_with(s, NULL, "GET", header, NULL, &a, "/api/v1/objects");
	API_STATUS(&a, 200);
	api_ask(s, &s->world.mallory, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/deactivate", carol);
	API_STATUS(&a, 404);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/deactivate", s->world.bob.user_id);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/deactivate", carol);
	API_STATUS(&a, 200);
	assert_false(api_bool(&a, "active"));
	api_ask_with(s, NULL, "GET", header, NULL, &a, "/api/v1/objects");
	API_STATUS(&a, 401);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/deactivate", carol);
	API_STATUS(&a, 409);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/invite", carol);
	API_STATUS(&a, 409);
	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/activate", carol);
	API_STATUS(&a, 200);
	assert_true(api_bool(&a, "active"));
	api_ask_with(s, NULL, "GET", header, NULL, &a, "/api/v1/objects");
	API_STATUS(&a, 401);
}

static void an_operator_takes_away_a_lost_second_factor(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t carol = s->world.carol.user_id;

	api_ask(s, &s->world.alice, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/reset-totp", carol);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/reset-totp", carol);
	API_STATUS(&a, 409);
	tomb_world_exec("insert into user_totp (user_id, sealed, confirmed_at) values (%" PRId64 ", '\\x%064d', now())",
		carol, 1);
	api_get(s, &s->world.alice, &a, "/api/v1/users/%" PRId64, carol);
	assert_true(api_bool(&a, "has_totp"));
	api_ask(s, &s->world.oscar, "POST", NULL, &a, "/api/v1/users/%" PRId64 "/reset-totp", carol);
	API_STATUS(&a, 200);
	assert_false(api_bool(&a, "has_totp"));
}

static void institutions_are_ones_own_and_an_operator_demands_a_second_factor(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t own = s->world.institution;
	char seen[API_HEADER];

	api_get(s, &s->world.carol, &a, "/api/v1/institutions");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "results.0.identifier"), "test.edu");
	assert_string_equal(api_names(&a, "results.0"),
		"id identifier name active admins admin_days sole_admin requires_totp created_at ");
	api_get(s, &s->world.mallory, &a, "/api/v1/institutions/%" PRId64, own);
	API_STATUS(&a, 404);
	api_get(s, &s->world.oscar, &a, "/api/v1/institutions?limit=1");
	assert_int_equal(api_count(&a, "results"), 1);
	assert_false(api_is_null(&a, "next"));
	api_get(s, &s->world.oscar, &a, "/api/v1/institutions/%" PRId64, own);
	api_header(&a, "ETag", "If-Match", seen);
	assert_false(api_bool(&a, "requires_totp"));
	api_ask(s, &s->world.alice, "PUT", "{\"required\":true}", &a, "/api/v1/institutions/%" PRId64 "/require-totp",
		own);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "PUT", "{}", &a, "/api/v1/institutions/%" PRId64 "/require-totp", own);
	API_STATUS(&a, 400);
	api_ask(s, &s->world.oscar, "PUT", "{\"required\":true}", &a, "/api/v1/institutions/4711/require-totp");
	API_STATUS(&a, 404);
	api_ask_with(s, &s->world.oscar, "PUT", seen, "{\"required\":true}", &a,
		"/api/v1/institutions/%" PRId64 "/require-totp", own);
	API_STATUS(&a, 200);
	assert_true(api_bool(&a, "requires_totp"));
	api_ask_with(s, &s->world.oscar, "PUT", seen, "{\"required\":false}", &a,
		"/api/v1/institutions/%" PRId64 "/require-totp", own);
	API_STATUS(&a, 412);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_admin_sees_the_people_of_the_own_institution, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(an_operator_sees_everybody_page_by_page, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			an_admin_makes_a_user_once_who_gets_a_mail, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(an_account_that_breaks_a_rule_is_not_made, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			an_operator_changes_the_role_that_was_seen, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			duties_are_what_was_put_and_count_at_the_next_request, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(duties_are_given_by_who_may, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			who_is_deactivated_is_out_at_once_and_comes_back_without_keys, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			an_operator_takes_away_a_lost_second_factor, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			institutions_are_ones_own_and_an_operator_demands_a_second_factor, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("people by /api/v1", tests, NULL, NULL);
}
