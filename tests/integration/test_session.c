/* Sessions: who signed in, for how long, and what the ledger keeps of it. */
#include "ledger_fixture.h"
#include "tombstone/institution.h"
#include "tombstone/session.h"
#include "tombstone/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PASSWORD "correct horse battery"

static struct tomb_actor person(struct ledger_fixture *f)
{
	struct tomb_actor who = ledger_fixture_person(
		f, ledger_fixture_institution("test.edu"), "ann@test.edu", TOMB_ROLE_INST_ADMIN);

	OK(f, tomb_user_set_password(f->pg, &f->program, who.user_id, TOMB_STR(PASSWORD), &f->err));
	return who;
}

static enum tomb_code sign_in(
	struct ledger_fixture *f, struct tomb_str email, struct tomb_str password, char token[static TOMB_TOKEN_TEXT])
{
	struct tomb_sign_in in = {.email = email, .password = password, .hours = 8};
	struct tomb_actor who;
	bool awaits_code = false;

	return tomb_user_sign_in(f->pg, &in, &f->arena, &who, token, &awaits_code, &f->err);
}

static enum tomb_code find(struct ledger_fixture *f, struct tomb_str token, struct tomb_actor *who)
{
	return tomb_session_find(f->pg, token, TOMB_VIA_WEB, &f->arena, who, &f->err);
}

static void a_session_is_the_persons_who_signed_in(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	struct tomb_actor who;
	char token[TOMB_TOKEN_TEXT];

	OK(f, sign_in(f, TOMB_STR("Ann@TEST.edu"), TOMB_STR(PASSWORD), token));
	OK(f, find(f, tomb_str_from(token), &who));
	assert_int_equal(who.user_id, ann.user_id);
	assert_int_equal(who.institution_id, ann.institution_id);
	assert_int_equal(who.role, TOMB_ROLE_INST_ADMIN);
	assert_int_equal(who.via, TOMB_VIA_WEB);
	assert_true(tomb_str_eq(who.email, TOMB_STR("ann@test.edu")));
}

static void every_failed_sign_in_says_the_same(void **state)
{
	static const struct {
		struct tomb_str email;
		struct tomb_str password;
	} wrong[] = {
		{{"ann@test.edu", 12}, {"another password", 16}},
		{{"ann@test.edu", 12}, {"", 0}},
		{{"ann@test.edu", 12}, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9}},
		{{"nobody@test.edu", 15}, {PASSWORD, sizeof PASSWORD - 1}},
		{{"without@test.edu", 16}, {PASSWORD, sizeof PASSWORD - 1}},
		{{"gone@test.edu", 13}, {PASSWORD, sizeof PASSWORD - 1}},
		{{"ann@test.edu\0", 13}, {PASSWORD, sizeof PASSWORD - 1}},
		{{"\xff", 1}, {PASSWORD, sizeof PASSWORD - 1}},
	};
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	struct tomb_actor gone = ledger_fixture_person(f, ann.institution_id, "gone@test.edu", TOMB_ROLE_INST_USER);
	char token[TOMB_TOKEN_TEXT] = "untouched";

	(void)ledger_fixture_person(f, ann.institution_id, "without@test.edu", TOMB_ROLE_INST_USER);
	OK(f, tomb_user_set_password(f->pg, &f->program, gone.user_id, TOMB_STR(PASSWORD), &f->err));
	OK(f, tomb_user_deactivate(f->pg, &f->program, gone.user_id, &f->err));
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		assert_int_equal(sign_in(f, wrong[i].email, wrong[i].password, token), TOMB_UNAUTHENTICATED);
		assert_string_equal(f->err.text, "the e-mail address or the password is not right");
	}
	assert_string_equal(token, "untouched");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from session"), 0);
}

static void x06_a_closed_institution_lets_nobody_in(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	struct tomb_actor who;
	char token[TOMB_TOKEN_TEXT];

	OK(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), token));
	OK(f, tomb_institution_deactivate(f->pg, &f->program, ann.institution_id, &f->err));
	REFUSED(f, find(f, tomb_str_from(token), &who), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), token), TOMB_UNAUTHENTICATED, "not right");
}

static void a_session_ends_when_told_and_in_time(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	struct tomb_actor who;
	char one[TOMB_TOKEN_TEXT];
	char two[TOMB_TOKEN_TEXT];

	OK(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), one));
	OK(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), two));
	OK(f, tomb_session_end(f->pg, tomb_str_from(one), TOMB_VIA_WEB, &f->err));
	OK(f, tomb_session_end(f->pg, tomb_str_from(one), TOMB_VIA_WEB, &f->err));
	OK(f, tomb_session_end(f->pg, TOMB_STR("no token"), TOMB_VIA_WEB, &f->err));
	REFUSED(f, find(f, tomb_str_from(one), &who), TOMB_UNAUTHENTICATED, "over");
	OK(f, find(f, tomb_str_from(two), &who));
	tomb_fixture_pg_exec("update session set expires_at = now()");
	REFUSED(f, find(f, tomb_str_from(two), &who), TOMB_UNAUTHENTICATED, "over");
	assert_string_equal(
		tomb_fixture_pg_value(
			"select string_agg(verb, ', ' order by id) from audit_entry where actor = 'ann@test.edu'"),
		"sign in, sign in, sign out");
}

static void a_new_password_ends_old_sessions(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	struct tomb_actor who;
	char token[TOMB_TOKEN_TEXT];

	OK(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), token));
	OK(f, tomb_user_set_password(f->pg, &ann, ann.user_id, TOMB_STR("another password"), &f->err));
	REFUSED(f, find(f, tomb_str_from(token), &who), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), token), TOMB_UNAUTHENTICATED, "not right");
	OK(f, sign_in(f, ann.email, TOMB_STR("another password"), token));
}

static void x08_the_ledger_keeps_the_digest_of_a_token(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	char token[TOMB_TOKEN_TEXT];
	char sql[256];

	OK(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), token));
	(void)snprintf(sql, sizeof sql, "select count(*) from session where token_sha256 = sha256('\\x%s')", token);
	assert_int_equal(tomb_fixture_pg_number(sql), 1);
	(void)snprintf(sql, sizeof sql, "select count(*) from session s where s::text like '%%%s%%'", token);
	assert_int_equal(tomb_fixture_pg_number(sql), 0);
}

static void malformed_tokens_are_nobodys(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor ann = person(f);
	struct tomb_actor who = {.user_id = -1};
	char token[TOMB_TOKEN_TEXT];

	OK(f, sign_in(f, ann.email, TOMB_STR(PASSWORD), token));
	REFUSED(f, find(f, (struct tomb_str){token, 63}, &who), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, find(f, (struct tomb_str){token, 65}, &who), TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, find(f, TOMB_STR(""), &who), TOMB_UNAUTHENTICATED, "over");
	token[0] = token[0] == '0' ? '1' : '0';
	REFUSED(f, find(f, tomb_str_from(token), &who), TOMB_UNAUTHENTICATED, "over");
	assert_int_equal(who.user_id, -1);
}

static void a_csrf_value_belongs_to_one_session(void **state)
{
	char one[TOMB_CSRF_TEXT];
	char two[TOMB_CSRF_TEXT];

	(void)state;
	tomb_session_csrf(TOMB_STR("token one"), one);
	tomb_session_csrf(TOMB_STR("token two"), two);
	assert_int_equal(strlen(one), TOMB_CSRF_TEXT - 1);
	assert_true(tomb_session_csrf_ok(TOMB_STR("token one"), tomb_str_from(one)));
	assert_false(tomb_session_csrf_ok(TOMB_STR("token one"), tomb_str_from(two)));
	assert_false(tomb_session_csrf_ok(TOMB_STR("token one"), TOMB_STR("")));
	assert_false(tomb_session_csrf_ok(TOMB_STR("token one"), (struct tomb_str){one, 63}));
	/* printf csrf | openssl dgst -sha256 -hmac 'token one' */
	assert_string_equal(one, "c5cef94f7c9ebf6eb6dcd71a50b88d6900f85a072ff6abfe0b875cec9a826462");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ledger_fixture_set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_session_is_the_persons_who_signed_in),
		T(every_failed_sign_in_says_the_same),
		T(x06_a_closed_institution_lets_nobody_in),
		T(a_session_ends_when_told_and_in_time),
		T(a_new_password_ends_old_sessions),
		T(x08_the_ledger_keeps_the_digest_of_a_token),
		T(malformed_tokens_are_nobodys),
		cmocka_unit_test(a_csrf_value_belongs_to_one_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
