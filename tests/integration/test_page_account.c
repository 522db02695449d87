/* One's own account, as its owner's browser sees it: password, second factor, sessions, keys, links by mail. */
#include "site.h"
#include "tombstone/institution.h"
#include "tombstone/user.h"
#include "tombstone/user_password.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PASSWORD "correct+horse+battery" /* as forms send it */

/* What site.c writes into the key file. */
static struct tomb_envelope_key key_of_site(void)
{
	struct tomb_envelope_key key;

	memset(&key, 0x77, sizeof key);
	return key;
}

static void give_password(struct site *s, const struct tomb_actor *who)
{
	TOMB_OK_OR_FAIL(tomb_user_set_password(
		s->world.registry, &s->world.oscar, who->user_id, TOMB_STR("correct horse battery"), &err));
}

/* Bob's password was set, so that his session ended: this is a new one, of the cookie in a. */
static void take_cookie(const struct raw_answer *a, struct site_user *user)
{
	const char *cookie = strstr(raw_header(a, "Set-Cookie"), "tombstone=");

	assert_non_null(cookie);
	assert_int_equal(sscanf(cookie, "tombstone=%64[0-9a-f]", user->token), 1);
	tomb_session_csrf(tomb_str_from(user->token), user->csrf);
}

static void sign_in(struct site *s, const char *email, struct site_user *user, struct raw_answer *a)
{
	char form[256];

	(void)snprintf(form, sizeof form, "email=%s&password=" PASSWORD, email);
	site_post(s, NULL, form, a, "/sign_in");
	assert_int_equal(a->status, 303);
	take_cookie(a, user);
}

/* The code of this moment, off steps away; "code=..." or "totp=...". */
static void code_form(const uint8_t *secret, const char *field, int off, char form[static SITE_TOKEN_FORM])
{
	char code[TOMB_TOTP_CODE];
	int64_t now_s = tomb_world_number("select floor(extract(epoch from clock_timestamp()))::bigint");

	(void)snprintf(
		form, SITE_TOKEN_FORM, "%s=%s", field, tomb_totp_code(secret, tomb_totp_step(now_s) + off, code));
}

/* Turns Bob's second factor on through the pages; s->bob is his session then. */
static void turn_on(struct site *s, uint8_t secret[static TOMB_TOTP_SECRET])
{
	struct tomb_envelope_key key = key_of_site();
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	give_password(s, &s->world.bob);
	sign_in(s, "bob@test.edu", &s->bob, &a);
	site_post(s, &s->bob, "password=something+else", &a, "/account/totp/begin");
	SITE_SAYS(&a, 400, "The password is not right.");
	site_post(s, &s->bob, "password=" PASSWORD, &a, "/account/totp/begin");
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "/account/totp");
	SITE_SAYS(&a, 200, "otpauth://totp/Tombstone:bob%40test.edu?secret=");
	TOMB_OK_OR_FAIL(tomb_user_totp_secret(s->world.registry, &s->world.bob, &key, secret, &err));
	site_post(s, &s->bob, "code=000000", &a, "/account/totp/confirm");
	SITE_SAYS(&a, 403, "The code is not right");
	code_form(secret, "code", -1, form);
	site_post(s, &s->bob, form, &a, "/account/totp/confirm");
	SITE_SAYS(&a, 200, "They are shown this once.");
	take_cookie(&a, &s->bob);
	tomb_world_exec("update user_totp set last_step = 0");
	site_get(s, &s->bob, &a, "/account/totp");
	SITE_SAYS(&a, 200, "10 backup codes left");
	SITE_SILENT(&a, "otpauth");
}

static void the_account_page_says_who_one_is(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/account");
	SITE_SAYS(&a, 200, "carol@test.edu");
	SITE_SAYS(&a, 200, "<dd>User</dd>");
	SITE_SAYS(&a, 200, "1 session");
	site_get(s, NULL, &a, "/account");
	assert_int_equal(a.status, 303);
}

static void a_new_password_ends_other_sessions_but_not_this_one(void **state)
{
	struct site *s = *state;
	struct site_user here;
	struct site_user there;
	RAW_ANSWER_AUTO a = {0};

	give_password(s, &s->world.bob);
	sign_in(s, "bob@test.edu", &here, &a);
	sign_in(s, "bob@test.edu", &there, &a);
	site_post(s, &here, "old=wrong+one&password=four+words+make+one", &a, "/account/password");
	SITE_SAYS(&a, 400, "href=\"#old\"");
	site_post(s, &here, "old=" PASSWORD "&password=PassWord123", &a, "/account/password");
	SITE_SAYS(&a, 400, "tried first");
	site_post(s, &here, "old=" PASSWORD "&password=bob@test.edu", &a, "/account/password");
	SITE_SAYS(&a, 400, "tried first");
	site_post(s, &here, "old=" PASSWORD "&password=short", &a, "/account/password");
	SITE_SAYS(&a, 400, "8 to 256");
	site_get(s, &there, &a, "/account");
	assert_int_equal(a.status, 200);
	site_post(s, &here, "old=" PASSWORD "&password=four+words+make+one", &a, "/account/password");
	assert_int_equal(a.status, 303);
	site_get(s, &there, &a, "/account");
	assert_int_equal(a.status, 303);
	site_get(s, &here, &a, "/account");
	assert_int_equal(a.status, 303);
	site_post(s, NULL, "email=bob@test.edu&password=four+words+make+one", &a, "/sign_in");
	assert_int_equal(a.status, 303);
	assert_int_equal(tomb_world_number("select count(*) from alert where type = 'Password Changed'"), 1);
}

static void with_a_second_factor_the_password_alone_opens_nothing(void **state)
{
	struct site *s = *state;
	struct site_user half;
	struct site_user whole;
	uint8_t secret[TOMB_TOTP_SECRET];
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	turn_on(s, secret);
	sign_in(s, "bob@test.edu", &half, &a);
	assert_string_equal(raw_header(&a, "Location"), "/sign_in/code");
	site_get(s, &half, &a, "/objects");
	assert_int_equal(a.status, 303);
	assert_non_null(strstr(raw_header(&a, "Location"), "/sign_in"));
	site_get(s, &half, &a, "/sign_in/code");
	SITE_SAYS(&a, 200, "autocomplete=\"one-time-code\"");
	site_post(s, &half, "code=000000", &a, "/sign_in/code");
	SITE_SAYS(&a, 403, "The code is not right");
	code_form(secret, "code", 0, form);
	site_post_bare(s, &half, form, &a, "/sign_in/code");
	SITE_SAYS(&a, 403, "no longer valid");
	site_post(s, &half, form, &a, "/sign_in/code");
	assert_int_equal(a.status, 303);
	take_cookie(&a, &whole);
	assert_string_not_equal(half.token, whole.token);
	site_get(s, &whole, &a, "/account");
	assert_int_equal(a.status, 200);
	site_get(s, &half, &a, "/sign_in/code");
	assert_int_equal(a.status, 303);
}

static void an_approval_steps_up(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	uint8_t secret[TOMB_TOTP_SECRET];
	char token[SITE_TOKEN_FORM];
	char code[SITE_TOKEN_FORM];
	char form[2 * SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	turn_on(s, secret);
	site_bobs_token(s, request, token);
	site_post(s, &s->bob, token, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "name=\"totp\"");
	site_post(s, &s->bob, token, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "needs a code");
	(void)snprintf(form, sizeof form, "%s&totp=000000", token);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "The code is not right");
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'refuse code' and detail = "
					   "'approve request %" PRId64 "'",
				 request),
		1);
	code_form(secret, "totp", 0, code);
	(void)snprintf(form, sizeof form, "%s&%s", token, code);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 303);
	assert_int_equal(tomb_world_number("select count(*) from decision where verdict = 'approve'"), 1);
}

static void an_institution_may_demand_it_of_those_who_approve(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	char token[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	TOMB_OK_OR_FAIL(
		tomb_institution_require_totp(s->world.registry, &s->world.oscar, s->world.institution, true, &err));
	site_bobs_token(s, request, token);
	site_post(s, &s->bob, token, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "href=\"/account/totp\"");
	SITE_SILENT(&a, ">Approve deletion of");
	site_post(s, &s->bob, token, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "turn yours on");
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
	site_post(s, &s->bob, token, &a, "/deletions/reject/%" PRId64, request);
	assert_int_equal(a.status, 303);
}

static void sessions_are_listed_and_ended(void **state)
{
	struct site *s = *state;
	struct site_user one;
	struct site_user two;
	RAW_ANSWER_AUTO a = {0};

	give_password(s, &s->world.bob);
	sign_in(s, "bob@test.edu", &one, &a);
	sign_in(s, "bob@test.edu", &two, &a);
	site_get(s, &one, &a, "/account/sessions");
	SITE_SAYS(&a, 200, "This one");
	SITE_SAYS(&a, 200, "End all others");
	site_post(s, &s->alice, "", &a, "/account/sessions/end/%" PRId64,
		tomb_world_number("select max(id) from session"));
	assert_int_equal(a.status, 404);
	site_post(s, &one, "", &a, "/account/sessions/end_others");
	assert_int_equal(a.status, 303);
	site_get(s, &two, &a, "/account");
	assert_int_equal(a.status, 303);
	site_post(s, &one, "", &a, "/account/sessions/end/%" PRId64,
		tomb_world_number("select max(id) from session where ended_at is null"));
	assert_int_equal(a.status, 303);
	site_get(s, &one, &a, "/account");
	assert_int_equal(a.status, 303);
}

static void a_session_that_is_not_used_ends(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("update session set last_seen_at = now() - interval '59 minutes'");
	site_get(s, &s->bob, &a, "/account");
	assert_int_equal(a.status, 200);
	assert_int_equal(
		tomb_world_number("select count(*) from session where last_seen_at > now() - interval '1 minute'"), 1);
	tomb_world_exec("update session set last_seen_at = now() - interval '61 minutes'");
	site_get(s, &s->bob, &a, "/account");
	assert_int_equal(a.status, 303);
}

static void an_api_key_is_shown_once_and_revoked(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->carol, "name=", &a, "/account/api_keys");
	SITE_SAYS(&a, 400, "There is a problem");
	site_post(s, &s->carol, "name=nightly+report", &a, "/account/api_keys");
	SITE_SAYS(&a, 200, "tomb_");
	site_get(s, &s->carol, &a, "/account/api_keys");
	SITE_SAYS(&a, 200, "nightly report");
	SITE_SAYS(&a, 200, "Never");
	SITE_SILENT(&a, "tomb_");
	site_post(
		s, &s->alice, "", &a, "/account/api_keys/revoke/%" PRId64, tomb_world_number("select id from api_key"));
	assert_int_equal(a.status, 404);
	site_post(
		s, &s->carol, "", &a, "/account/api_keys/revoke/%" PRId64, tomb_world_number("select id from api_key"));
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/account/api_keys");
	SITE_SAYS(&a, 200, "Revoked");
}

/* ---- links by mail ---- */

static void with_link(struct site *s, const char *method, const char *token, const char *form, struct raw_answer *a)
{
	char csrf[TOMB_CSRF_TEXT];
	char body[512] = "";
	char request[2048];

	tomb_session_csrf(tomb_str_from(token), csrf);
	if (form)
		(void)snprintf(body, sizeof body, "csrf=%s&%s", csrf, form);
	(void)snprintf(request, sizeof request,
		"%s /password/set HTTP/1.1\r\nHost: registry\r\nAccept: text/html\r\nConnection: close\r\n"
		"Cookie: tombstone-password=%s\r\n%sContent-Length: %zu\r\n\r\n%s",
		method, token, form ? "Content-Type: application/x-www-form-urlencoded\r\n" : "", strlen(body), body);
	raw_answer_fini(a);
	raw_ask(s->port, request, a);
}

static void a_link_sets_a_password_once(void **state)
{
	struct site *s = *state;
	char token[TOMB_TOKEN_TEXT];
	RAW_ANSWER_AUTO a = {0};

	TOMB_OK_OR_FAIL(tomb_user_password_link(s->world.registry, s->world.bob.user_id, 60, token, &err));
	site_get(s, NULL, &a, "/password/set?token=%s", token);
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/password/set");
	assert_non_null(strstr(raw_header(&a, "Set-Cookie"), "tombstone-password="));
	with_link(s, "GET", token, NULL, &a);
	SITE_SAYS(&a, 200, "value=\"bob@test.edu\"");
	SITE_SILENT(&a, token);
	with_link(s, "POST", token, "password=iloveyou", &a);
	SITE_SAYS(&a, 400, "tried first");
	with_link(s, "POST", token, "password=" PASSWORD, &a);
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/sign_in?notice=password-set");
	with_link(s, "POST", token, "password=" PASSWORD "+again", &a);
	SITE_SAYS(&a, 410, "no longer valid");
	site_get(s, &s->bob, &a, "/account");
	assert_int_equal(a.status, 303); /* the session of before has ended */
	sign_in(s, "bob@test.edu", &s->bob, &a);
}

static void a_link_ends_in_time_and_with_the_account(void **state)
{
	struct site *s = *state;
	char one[TOMB_TOKEN_TEXT];
	char two[TOMB_TOKEN_TEXT];
	RAW_ANSWER_AUTO a = {0};

	TOMB_OK_OR_FAIL(tomb_user_password_link(s->world.registry, s->world.carol.user_id, 60, one, &err));
	TOMB_OK_OR_FAIL(tomb_user_password_link(s->world.registry, s->world.carol.user_id, 60, two, &err));
	with_link(s, "GET", one, NULL, &a);
	SITE_SAYS(&a, 410, "Have a new link sent");
	with_link(s, "GET", two, NULL, &a);
	assert_int_equal(a.status, 200);
	tomb_world_exec("update account_token set expires_at = now() where used_at is null");
	with_link(s, "POST", two, "password=" PASSWORD, &a);
	assert_int_equal(a.status, 410);
	TOMB_OK_OR_FAIL(tomb_user_password_link(s->world.registry, s->world.carol.user_id, 60, one, &err));
	TOMB_OK_OR_FAIL(tomb_user_deactivate(s->world.registry, &s->world.oscar, s->world.carol.user_id, &err));
	with_link(s, "POST", one, "password=" PASSWORD, &a);
	assert_int_equal(a.status, 410);
	TOMB_OK_OR_FAIL(tomb_user_activate(s->world.registry, &s->world.oscar, s->world.carol.user_id, &err));
	with_link(s, "POST", one, "password=" PASSWORD, &a);
	assert_int_equal(a.status, 410);
}

static void who_has_an_account_is_not_told(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO known = {0};
	RAW_ANSWER_AUTO unknown = {0};

	site_post(s, NULL, "email=BOB@test.edu", &known, "/password/forgotten");
	site_post(s, NULL, "email=nobody@test.edu", &unknown, "/password/forgotten");
	SITE_SAYS(&known, 200, "If this address has an account");
	assert_string_equal(known.body, unknown.body);
	assert_int_equal(tomb_world_number("select count(*) from password_wish"), 2);
	assert_int_equal(tomb_world_number("select count(*) from alert"), 0);
	TOMB_OK_OR_FAIL(tomb_user_password_grant(s->world.registry, 10, &err));
	assert_int_equal(tomb_world_number("select count(*) from password_wish"), 0);
	assert_int_equal(
		tomb_world_number("select count(*) from alert a join outbox x on x.alert_id = a.id join "
				  "user_account u on u.id = a.user_id where type = 'Password Reset' and email = "
				  "'bob@test.edu'"),
		1);
	site_post(s, NULL, "email=bob@test.edu", &known, "/password/forgotten");
	TOMB_OK_OR_FAIL(tomb_user_password_grant(s->world.registry, 10, &err));
	assert_int_equal(tomb_world_number("select count(*) from alert"), 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		T(the_account_page_says_who_one_is),
		T(a_new_password_ends_other_sessions_but_not_this_one),
		T(with_a_second_factor_the_password_alone_opens_nothing),
		T(an_approval_steps_up),
		T(an_institution_may_demand_it_of_those_who_approve),
		T(sessions_are_listed_and_ended),
		T(a_session_that_is_not_used_ends),
		T(an_api_key_is_shown_once_and_revoked),
		T(a_link_sets_a_password_once),
		T(a_link_ends_in_time_and_with_the_account),
		T(who_has_an_account_is_not_told),
	};

	return cmocka_run_group_tests_name("pages of one's own account", tests, NULL, NULL);
}
