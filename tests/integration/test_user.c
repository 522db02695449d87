/* Accounts: nobody becomes two people. */
#include "ledger_fixture.h"
#include "tombstone/api_key.h"
#include "tombstone/institution.h"
#include "tombstone/session.h"
#include "tombstone/user.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PASSWORD "correct horse battery"

/* test.edu with an admin, and who is not of it. */
struct people {
	int64_t institution, other;
	struct tomb_actor admin, user, stranger, boss;
};

static struct people people(struct ledger_fixture *f)
{
	struct people p = {.institution = ledger_fixture_institution("test.edu"),
		.other = ledger_fixture_institution("other.edu")};

	p.admin = ledger_fixture_person(f, p.institution, "admin@test.edu", TOMB_ROLE_INST_ADMIN);
	p.user = ledger_fixture_person(f, p.institution, "user@test.edu", TOMB_ROLE_INST_USER);
	p.stranger = ledger_fixture_person(f, p.other, "admin@other.edu", TOMB_ROLE_INST_ADMIN);
	p.boss = ledger_fixture_person(f, p.other, "boss@other.edu", TOMB_ROLE_SYSADMIN);
	return p;
}

static struct tomb_user_new new_user(const char *email, enum tomb_role role)
{
	return (struct tomb_user_new){.institution = TOMB_STR("test.edu"),
		.email = tomb_str_from(email),
		.name = TOMB_STR("New"),
		.role = role};
}

static void an_operator_makes_admins_and_operators(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user_new admin = new_user("new.admin@test.edu", TOMB_ROLE_INST_ADMIN);
	struct tomb_user_new boss = new_user("new.boss@test.edu", TOMB_ROLE_SYSADMIN);
	struct tomb_user found;
	int64_t id = 0;

	admin.password = TOMB_STR(PASSWORD);
	OK(f, tomb_user_create(f->pg, &f->program, &admin, &id, &f->err));
	OK(f, tomb_user_create(f->pg, &p.boss, &boss, &id, &f->err));
	OK(f, tomb_user_find(f->pg, &f->program, TOMB_STR("NEW.Admin@test.edu"), &f->arena, &found, &f->err));
	assert_int_equal(found.role, TOMB_ROLE_INST_ADMIN);
	assert_int_equal(found.institution_id, p.institution);
	assert_true(found.has_password);
	assert_true(found.is_active);
	assert_true(found.admin_since_us > 0);
}

static void x06_an_admin_cannot_make_an_admin(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user_new second = new_user("second@test.edu", TOMB_ROLE_INST_ADMIN);
	struct tomb_user_new boss = new_user("second@test.edu", TOMB_ROLE_SYSADMIN);
	int64_t id = 0;

	REFUSED(f, tomb_user_create(f->pg, &p.admin, &second, &id, &f->err), TOMB_FORBIDDEN, "only an operator");
	REFUSED(f, tomb_user_create(f->pg, &p.admin, &boss, &id, &f->err), TOMB_FORBIDDEN, "only an operator");
	REFUSED(f, tomb_user_set_role(f->pg, &p.admin, p.user.user_id, TOMB_ROLE_INST_ADMIN, &f->err), TOMB_FORBIDDEN,
		"only an operator");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from user_account"), 4);
}

static void x06_an_admin_cannot_deactivate_an_admin(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_actor peer = ledger_fixture_person(f, p.institution, "peer@test.edu", TOMB_ROLE_INST_ADMIN);

	REFUSED(f, tomb_user_deactivate(f->pg, &p.admin, peer.user_id, &f->err), TOMB_FORBIDDEN, "only an operator");
	REFUSED(f, tomb_user_deactivate(f->pg, &p.admin, p.boss.user_id, &f->err), TOMB_FORBIDDEN, "only an operator");
	OK(f, tomb_user_deactivate(f->pg, &f->program, peer.user_id, &f->err));
	REFUSED(f, tomb_user_deactivate(f->pg, &f->program, peer.user_id, &f->err), TOMB_CONFLICT, "not active");
}

static void an_admin_looks_after_the_users_of_the_own_institution(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user_new user = new_user("new@test.edu", TOMB_ROLE_INST_USER);
	int64_t id = 0;

	OK(f, tomb_user_create(f->pg, &p.admin, &user, &id, &f->err));
	OK(f, tomb_user_deactivate(f->pg, &p.admin, id, &f->err));
	user.email = TOMB_STR("other@test.edu");
	user.institution = TOMB_STR("other.edu");
	REFUSED(f, tomb_user_create(f->pg, &p.admin, &user, &id, &f->err), TOMB_NOTFOUND, "other.edu");
	REFUSED(f, tomb_user_deactivate(f->pg, &p.stranger, p.user.user_id, &f->err), TOMB_FORBIDDEN, "operator");
	REFUSED(f, tomb_user_deactivate(f->pg, &p.user, p.user.user_id, &f->err), TOMB_FORBIDDEN, "operator");
}

static void x06_an_admin_never_knows_a_colleagues_password(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user_new user = new_user("new@test.edu", TOMB_ROLE_INST_USER);
	int64_t id = 0;

	user.password = TOMB_STR(PASSWORD);
	REFUSED(f, tomb_user_create(f->pg, &p.admin, &user, &id, &f->err), TOMB_FORBIDDEN, "password");
	REFUSED(f, tomb_user_set_password(f->pg, &p.admin, p.user.user_id, TOMB_STR(PASSWORD), &f->err), TOMB_FORBIDDEN,
		"password");
	OK(f, tomb_user_set_password(f->pg, &p.admin, p.admin.user_id, TOMB_STR(PASSWORD), &f->err));
	OK(f, tomb_user_set_password(f->pg, &f->program, p.user.user_id, TOMB_STR(PASSWORD), &f->err));
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from user_account where password_hash like '$argon2id$%'"), 2);
}

static void x06_sessions_and_keys_end_with_the_account(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_sign_in in = {.email = TOMB_STR("admin@test.edu"), .password = TOMB_STR(PASSWORD), .hours = 1};
	bool awaits_code = false;
	struct tomb_actor who;
	char token[TOMB_TOKEN_TEXT];
	char key[TOMB_API_KEY_TEXT];
	int64_t id = 0;

	OK(f, tomb_user_set_password(f->pg, &f->program, p.admin.user_id, in.password, &f->err));
	OK(f, tomb_user_sign_in(f->pg, &in, &f->arena, &who, token, &awaits_code, &f->err));
	OK(f, tomb_api_key_create(f->pg, &p.admin, p.admin.user_id, TOMB_STR("k"), &id, key, &f->err));
	tomb_fixture_pg_exec(
		"insert into deletion_request (institution_id, requested_by, requested_via, sole_admin, expires_at, "
		"list_digest, "
		"object_count, file_count, byte_count) select institution_id, id, 'web', true, now() + interval '1 "
		"day', "
		"sha256(''), 0, 0, 0 from user_account where email = 'admin@test.edu';"
		"insert into approval_token (token_sha256, request_id, user_id, expires_at) select sha256('x'), r.id, "
		"r.requested_by, r.expires_at from deletion_request r");
	OK(f, tomb_user_deactivate(f->pg, &f->program, p.admin.user_id, &f->err));
	REFUSED(f, tomb_session_find(f->pg, tomb_str_from(token), TOMB_VIA_WEB, &f->arena, &who, &f->err),
		TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, tomb_api_key_find(f->pg, in.email, tomb_str_from(key), TOMB_VIA_API, &f->arena, &who, &f->err),
		TOMB_UNAUTHENTICATED, "not valid");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from session where ended_at is null"), 0);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from api_key where revoked_at is null"), 0);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from approval_token where rotated_at is null"), 0);
	/* Even raw SQL that brings the account back does not bring these back. */
	tomb_fixture_pg_exec("update user_account set deactivated_at = null");
	REFUSED(f, tomb_session_find(f->pg, tomb_str_from(token), TOMB_VIA_WEB, &f->arena, &who, &f->err),
		TOMB_UNAUTHENTICATED, "over");
	REFUSED(f, tomb_api_key_find(f->pg, in.email, tomb_str_from(key), TOMB_VIA_API, &f->arena, &who, &f->err),
		TOMB_UNAUTHENTICATED, "not valid");
}

static void a_new_role_ends_sessions_and_counts_in_the_next(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_sign_in in = {.email = TOMB_STR("user@test.edu"), .password = TOMB_STR(PASSWORD), .hours = 1};
	bool awaits_code = false;
	struct tomb_actor who;
	char token[TOMB_TOKEN_TEXT];

	OK(f, tomb_user_set_password(f->pg, &f->program, p.user.user_id, in.password, &f->err));
	OK(f, tomb_user_sign_in(f->pg, &in, &f->arena, &who, token, &awaits_code, &f->err));
	assert_int_equal(who.role, TOMB_ROLE_INST_USER);
	OK(f, tomb_user_set_role(f->pg, &p.boss, p.user.user_id, TOMB_ROLE_INST_ADMIN, &f->err));
	REFUSED(f, tomb_session_find(f->pg, tomb_str_from(token), TOMB_VIA_WEB, &f->arena, &who, &f->err),
		TOMB_UNAUTHENTICATED, "over");
	OK(f, tomb_user_sign_in(f->pg, &in, &f->arena, &who, token, &awaits_code, &f->err));
	assert_int_equal(who.role, TOMB_ROLE_INST_ADMIN);
	tomb_fixture_pg_exec("update user_account set deactivated_at = now() where email = 'user@test.edu'");
	REFUSED(f, tomb_user_set_role(f->pg, &f->program, p.user.user_id, TOMB_ROLE_INST_USER, &f->err), TOMB_CONFLICT,
		"not active");
	REFUSED(f, tomb_user_set_role(f->pg, &f->program, 999, TOMB_ROLE_INST_USER, &f->err), TOMB_NOTFOUND, "999");
}

static void i9_people_see_their_own_institutions_people_only(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user *list = NULL;
	struct tomb_user one;
	size_t n = 0;

	REFUSED(f, tomb_user_list(f->pg, &p.user, p.institution, 0, &f->arena, &list, &n, &f->err), TOMB_FORBIDDEN,
		"list people");
	REFUSED(f, tomb_user_find(f->pg, &p.user, TOMB_STR("admin@test.edu"), &f->arena, &one, &f->err), TOMB_NOTFOUND,
		"no account");
	OK(f, tomb_user_list(f->pg, &p.admin, p.institution, 0, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 2);
	REFUSED(f, tomb_user_list(f->pg, &p.admin, p.other, 0, &f->arena, &list, &n, &f->err), TOMB_FORBIDDEN,
		"operator");
	REFUSED(f, tomb_user_list(f->pg, &p.admin, 0, 0, &f->arena, &list, &n, &f->err), TOMB_FORBIDDEN, "operator");
	REFUSED(f, tomb_user_find(f->pg, &p.admin, TOMB_STR("admin@other.edu"), &f->arena, &one, &f->err),
		TOMB_NOTFOUND, "no account");
	OK(f, tomb_user_list(f->pg, &f->program, 0, list[0].id, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 3);
}

static void bad_accounts_are_refused_with_the_rule(void **state)
{
	static const struct {
		const char *email;
		const char *name;
		const char *password;
		enum tomb_code code;
		const char *piece;
	} bad[] = {
		{"", "x", "", TOMB_INVAL, "e-mail"},
		{"no at sign", "x", "", TOMB_INVAL, "e-mail"},
		{"a@b@c", "x", "", TOMB_INVAL, "e-mail"},
		{"a@b.edu\nBcc: x@y.edu", "x", "", TOMB_INVAL, "one line"},
		{"a@b.edu", "", "", TOMB_INVAL, "1 to 200"},
		{"a@b.edu", "a\tb", "", TOMB_INVAL, "one line"},
		{"a@b.edu", "x", "short", TOMB_INVAL, "password"},
		{"ADMIN@test.edu", "x", "", TOMB_CONFLICT, "there is an account"},
	};
	struct ledger_fixture *f = *state;
	int64_t id = -1;

	(void)people(f);
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		struct tomb_user_new user = {TOMB_STR("test.edu"), tomb_str_from(bad[i].email),
			tomb_str_from(bad[i].name), TOMB_ROLE_INST_USER, tomb_str_from(bad[i].password), false};

		REFUSED(f, tomb_user_create(f->pg, &f->program, &user, &id, &f->err), bad[i].code, bad[i].piece);
	}
	assert_int_equal(id, -1);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from user_account"), 4);
}

static void nobody_joins_an_institution_that_is_closed(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user_new user = new_user("late@test.edu", TOMB_ROLE_INST_USER);
	int64_t id = 0;

	OK(f, tomb_institution_deactivate(f->pg, &f->program, p.institution, &f->err));
	REFUSED(f, tomb_user_create(f->pg, &f->program, &user, &id, &f->err), TOMB_CONFLICT, "not active");
}

static void i8_every_change_of_an_account_is_audited(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_user_new user = new_user("new@test.edu", TOMB_ROLE_INST_USER);
	int64_t id = 0;

	OK(f, tomb_user_create(f->pg, &p.boss, &user, &id, &f->err));
	OK(f, tomb_user_set_role(f->pg, &p.boss, id, TOMB_ROLE_INST_ADMIN, &f->err));
	OK(f, tomb_user_set_password(f->pg, &p.boss, id, TOMB_STR(PASSWORD), &f->err));
	OK(f, tomb_user_deactivate(f->pg, &p.boss, id, &f->err));
	assert_string_equal(
		tomb_fixture_pg_value("select string_agg(verb || ': ' || detail, '; ' order by id) from audit_entry "
				      "where actor = 'boss@other.edu' and via = 'web'"),
		"create user: new@test.edu, inst_user; set role: new@test.edu, inst_admin; "
		"set password: new@test.edu, inst_admin; deactivate user: new@test.edu, inst_admin");
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from audit_entry e where e::text like '%" PASSWORD "%'"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ledger_fixture_set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(an_operator_makes_admins_and_operators),
		T(x06_an_admin_cannot_make_an_admin),
		T(x06_an_admin_cannot_deactivate_an_admin),
		T(an_admin_looks_after_the_users_of_the_own_institution),
		T(x06_an_admin_never_knows_a_colleagues_password),
		T(x06_sessions_and_keys_end_with_the_account),
		T(a_new_role_ends_sessions_and_counts_in_the_next),
		T(i9_people_see_their_own_institutions_people_only),
		T(bad_accounts_are_refused_with_the_rule),
		T(nobody_joins_an_institution_that_is_closed),
		T(i8_every_change_of_an_account_is_audited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
