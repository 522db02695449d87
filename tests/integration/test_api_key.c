/* API keys: programs act in a person's name for as long as the person may act. */
#include "ledger_fixture.h"
#include "tombstone/api_key.h"
#include "tombstone/institution.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct made {
	struct tomb_actor owner;
	int64_t institution_id;
	int64_t id;
	char text[TOMB_API_KEY_TEXT];
};

static struct made make(struct ledger_fixture *f)
{
	struct made m = {.institution_id = ledger_fixture_institution("keys.edu")};

	m.owner = ledger_fixture_person(f, m.institution_id, "Ann@keys.edu", TOMB_ROLE_INST_ADMIN);
	OK(f, tomb_api_key_create(f->pg, &m.owner, m.owner.user_id, TOMB_STR("laptop"), &m.id, m.text, &f->err));
	return m;
}

static enum tomb_code find(struct ledger_fixture *f, const char *email, struct tomb_str key, struct tomb_actor *out)
{
	return tomb_api_key_find(f->pg, tomb_str_from(email), key, TOMB_VIA_API, &f->arena, out, &f->err);
}

static void a_key_acts_as_its_owner(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	struct tomb_actor who;

	assert_int_equal(strlen(m.text), TOMB_API_KEY_TEXT - 1);
	OK(f, find(f, "ann@KEYS.edu", tomb_str_from(m.text), &who));
	assert_int_equal(who.user_id, m.owner.user_id);
	assert_int_equal(who.institution_id, m.institution_id);
	assert_int_equal(who.role, TOMB_ROLE_INST_ADMIN);
	assert_int_equal(who.via, TOMB_VIA_API);
	assert_true(tomb_str_eq(who.email, TOMB_STR("Ann@keys.edu")));
	assert_true(tomb_str_eq(who.institution, TOMB_STR("keys.edu")));
}

static void x08_the_ledger_never_sees_the_key(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	char sql[256];

	(void)snprintf(sql, sizeof sql, "select count(*) from api_key k where k::text like '%%%.64s%%'", m.text + 5);
	assert_int_equal(tomb_fixture_pg_number(sql), 0);
	(void)snprintf(
		sql, sizeof sql, "select count(*) from api_key where key_sha256 = sha256('\\x%.64s')", m.text + 5);
	assert_int_equal(tomb_fixture_pg_number(sql), 1);
}

static void every_wrong_key_is_refused_alike(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	struct tomb_actor who = {.user_id = -1};
	char other[TOMB_API_KEY_TEXT];
	const struct {
		const char *email;
		struct tomb_str key;
	} wrong[] = {
		{"bob@keys.edu", tomb_str_from(m.text)},
		{"", tomb_str_from(m.text)},
		{"\xff", tomb_str_from(m.text)},
		{"ann@keys.edu", TOMB_STR("")},
		{"ann@keys.edu", TOMB_STR("tomb_")},
		{"ann@keys.edu", {m.text + 5, 64}},
		{"ann@keys.edu", {m.text, TOMB_API_KEY_TEXT - 2}},
		{"ann@keys.edu", {m.text, TOMB_API_KEY_TEXT}},
		{"ann@keys.edu", tomb_str_from(other)},
	};

	memcpy(other, m.text, sizeof other);
	other[10] = other[10] == 'a' ? 'b' : 'a';
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		REFUSED(f, find(f, wrong[i].email, wrong[i].key, &who), TOMB_UNAUTHENTICATED,
			"the API key is not valid for this e-mail address");
		assert_int_equal(who.user_id, -1);
	}
}

static void x06_a_revoked_key_is_refused_at_once(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	struct tomb_actor who;

	OK(f, tomb_api_key_revoke(f->pg, &m.owner, m.id, &f->err));
	REFUSED(f, find(f, "ann@keys.edu", tomb_str_from(m.text), &who), TOMB_UNAUTHENTICATED, "not valid");
	REFUSED(f, tomb_api_key_revoke(f->pg, &m.owner, m.id, &f->err), TOMB_CONFLICT, "revoked already");
}

static void x06_a_key_ends_with_its_institution(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	struct tomb_actor who;

	OK(f, tomb_institution_deactivate(f->pg, &f->program, m.institution_id, &f->err));
	REFUSED(f, find(f, "ann@keys.edu", tomb_str_from(m.text), &who), TOMB_UNAUTHENTICATED, "not valid");
	/* Not only hidden: coming back does not bring old keys back. */
	tomb_fixture_pg_exec("update institution set deactivated_at = null");
	REFUSED(f, find(f, "ann@keys.edu", tomb_str_from(m.text), &who), TOMB_UNAUTHENTICATED, "not valid");
}

static void a_deactivated_owner_is_refused_even_if_the_key_was_not_revoked(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	struct tomb_actor who;

	tomb_fixture_pg_exec("update user_account set deactivated_at = now()");
	REFUSED(f, find(f, "ann@keys.edu", tomb_str_from(m.text), &who), TOMB_UNAUTHENTICATED, "not valid");
}

static void nobody_makes_or_revokes_anothers_keys_but_operators(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	struct tomb_actor bob = ledger_fixture_person(f, m.institution_id, "bob@keys.edu", TOMB_ROLE_INST_ADMIN);
	struct tomb_api_key *list = NULL;
	char text[TOMB_API_KEY_TEXT];
	int64_t id = 0;
	size_t n = 0;

	REFUSED(f, tomb_api_key_create(f->pg, &bob, m.owner.user_id, TOMB_STR("x"), &id, text, &f->err), TOMB_FORBIDDEN,
		"operator");
	REFUSED(f, tomb_api_key_revoke(f->pg, &bob, m.id, &f->err), TOMB_NOTFOUND, "no API key");
	REFUSED(f, tomb_api_key_list(f->pg, &bob, m.owner.user_id, 0, &f->arena, &list, &n, &f->err), TOMB_FORBIDDEN,
		"operator");
	REFUSED(f, tomb_api_key_list(f->pg, &bob, 0, 0, &f->arena, &list, &n, &f->err), TOMB_FORBIDDEN, "operator");
	OK(f, tomb_api_key_create(f->pg, &f->program, m.owner.user_id, TOMB_STR("x"), &id, text, &f->err));
	OK(f, tomb_api_key_list(f->pg, &m.owner, m.owner.user_id, 0, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(tomb_str_eq(list[0].name, TOMB_STR("laptop")));
	OK(f, tomb_api_key_revoke(f->pg, &f->program, m.id, &f->err));
}

static void bad_names_and_accounts_are_refused(void **state)
{
	struct ledger_fixture *f = *state;
	struct made m = make(f);
	char text[TOMB_API_KEY_TEXT] = "untouched";
	int64_t id = 0;

	REFUSED(f, tomb_api_key_create(f->pg, &f->program, m.owner.user_id, TOMB_STR(""), &id, text, &f->err),
		TOMB_INVAL, "1 to 200");
	REFUSED(f, tomb_api_key_create(f->pg, &f->program, m.owner.user_id, TOMB_STR("a\033[2J"), &id, text, &f->err),
		TOMB_INVAL, "control");
	REFUSED(f, tomb_api_key_create(f->pg, &f->program, 999, TOMB_STR("x"), &id, text, &f->err), TOMB_NOTFOUND,
		"no account");
	tomb_fixture_pg_exec("update user_account set deactivated_at = now()");
	REFUSED(f, tomb_api_key_create(f->pg, &f->program, m.owner.user_id, TOMB_STR("x"), &id, text, &f->err),
		TOMB_CONFLICT, "not active");
	assert_string_equal(text, "untouched");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ledger_fixture_set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_key_acts_as_its_owner),
		T(x08_the_ledger_never_sees_the_key),
		T(every_wrong_key_is_refused_alike),
		T(x06_a_revoked_key_is_refused_at_once),
		T(x06_a_key_ends_with_its_institution),
		T(a_deactivated_owner_is_refused_even_if_the_key_was_not_revoked),
		T(nobody_makes_or_revokes_anothers_keys_but_operators),
		T(bad_names_and_accounts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
