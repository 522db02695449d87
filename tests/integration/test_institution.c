/* Institutions: who may make them, and what their rules are. */
#include "ledger_fixture.h"
#include "tombstone/institution.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int64_t create(struct ledger_fixture *f, const char *identifier)
{
	int64_t id = 0;

	OK(f, tomb_institution_create(
		      f->pg, &f->program, tomb_str_from(identifier), TOMB_STR("An Institution"), &id, &f->err));
	return id;
}

static void an_institution_is_found_as_it_was_made(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_institution found;
	int64_t id = create(f, "made.edu");

	OK(f, tomb_institution_find(f->pg, &f->program, TOMB_STR("made.edu"), &f->arena, &found, &f->err));
	assert_int_equal(found.id, id);
	assert_true(tomb_str_eq(found.name, TOMB_STR("An Institution")));
	assert_int_equal(found.admin_days, 7);
	assert_int_equal(found.sole_admin, TOMB_SOLE_ADMIN_SELF);
	assert_int_equal(found.admins, 0);
	assert_true(found.is_active);
}

static void bad_names_are_refused_with_the_rule(void **state)
{
	static const struct {
		const char *identifier;
		const char *name;
		const char *piece;
	} bad[] = {
		{"", "x", "domain name"},
		{"Upper.edu", "x", "domain name"},
		{"with space.edu", "x", "domain name"},
		{"slash/edu", "x", "domain name"},
		{"-dash.edu", "x", "domain name"},
		{"good.edu", "", "1 to 500"},
		{"good.edu", "two\nlines", "one line"},
		{"good.edu", "\xff", "one line"},
	};
	struct ledger_fixture *f = *state;
	int64_t id = -1;

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		REFUSED(f,
			tomb_institution_create(f->pg, &f->program, tomb_str_from(bad[i].identifier),
				tomb_str_from(bad[i].name), &id, &f->err),
			TOMB_INVAL, bad[i].piece);
	assert_int_equal(id, -1);
}

static void an_identifier_is_given_once(void **state)
{
	struct ledger_fixture *f = *state;
	int64_t id = create(f, "twice.edu");

	REFUSED(f, tomb_institution_create(f->pg, &f->program, TOMB_STR("twice.edu"), TOMB_STR("x"), &id, &f->err),
		TOMB_CONFLICT, "twice.edu");
}

static void only_operators_make_change_or_end_institutions(void **state)
{
	struct ledger_fixture *f = *state;
	int64_t id = create(f, "theirs.edu");
	struct tomb_actor admin = ledger_fixture_person(f, id, "admin@theirs.edu", TOMB_ROLE_INST_ADMIN);
	struct tomb_actor nobody = {.via = TOMB_VIA_WEB};
	int64_t other = 0;

	REFUSED(f, tomb_institution_create(f->pg, &admin, TOMB_STR("new.edu"), TOMB_STR("x"), &other, &f->err),
		TOMB_FORBIDDEN, "operator");
	REFUSED(f, tomb_institution_create(f->pg, &nobody, TOMB_STR("new.edu"), TOMB_STR("x"), &other, &f->err),
		TOMB_FORBIDDEN, "operator");
	REFUSED(f, tomb_institution_set(f->pg, &admin, id, 0, TOMB_SOLE_ADMIN_SELF, &f->err), TOMB_FORBIDDEN,
		"operator");
	REFUSED(f, tomb_institution_deactivate(f->pg, &admin, id, &f->err), TOMB_FORBIDDEN, "operator");
}

static void a_sysadmin_is_an_operator_only_while_he_is_one(void **state)
{
	struct ledger_fixture *f = *state;
	int64_t home = create(f, "home.org");
	struct tomb_actor boss = ledger_fixture_person(f, home, "boss@home.org", TOMB_ROLE_SYSADMIN);
	int64_t id = 0;

	OK(f, tomb_institution_create(f->pg, &boss, TOMB_STR("one.edu"), TOMB_STR("x"), &id, &f->err));
	tomb_fixture_pg_exec("update user_account set role = 'inst_user' where email = 'boss@home.org'");
	REFUSED(f, tomb_institution_create(f->pg, &boss, TOMB_STR("two.edu"), TOMB_STR("x"), &id, &f->err),
		TOMB_FORBIDDEN, "no longer");
}

static void i9_people_see_their_own_institution_only(void **state)
{
	struct ledger_fixture *f = *state;
	int64_t mine = create(f, "mine.edu");
	struct tomb_actor me = ledger_fixture_person(f, mine, "me@mine.edu", TOMB_ROLE_INST_ADMIN);
	struct tomb_institution *list = NULL;
	struct tomb_institution one;
	size_t n = 0;

	(void)create(f, "other.edu");
	OK(f, tomb_institution_list(f->pg, &me, 0, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].id, mine);
	REFUSED(f, tomb_institution_find(f->pg, &me, TOMB_STR("other.edu"), &f->arena, &one, &f->err), TOMB_NOTFOUND,
		"other.edu");
	OK(f, tomb_institution_list(f->pg, &f->program, 0, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 2);
}

static void the_rules_about_admins_are_set_within_bounds(void **state)
{
	struct ledger_fixture *f = *state;
	int64_t id = create(f, "rules.edu");
	struct tomb_institution found;

	OK(f, tomb_institution_set(f->pg, &f->program, id, 30, TOMB_SOLE_ADMIN_OPERATOR, &f->err));
	OK(f, tomb_institution_find(f->pg, &f->program, TOMB_STR("rules.edu"), &f->arena, &found, &f->err));
	assert_int_equal(found.admin_days, 30);
	assert_int_equal(found.sole_admin, TOMB_SOLE_ADMIN_OPERATOR);
	REFUSED(f, tomb_institution_set(f->pg, &f->program, id, 366, TOMB_SOLE_ADMIN_SELF, &f->err), TOMB_INVAL,
		"0 to 365");
	REFUSED(f, tomb_institution_set(f->pg, &f->program, id, -1, TOMB_SOLE_ADMIN_SELF, &f->err), TOMB_INVAL,
		"0 to 365");
	REFUSED(f, tomb_institution_set(f->pg, &f->program, id + 99, 1, TOMB_SOLE_ADMIN_SELF, &f->err), TOMB_NOTFOUND,
		"no institution");
}

static void i8_every_change_has_its_audit_entry(void **state)
{
	struct ledger_fixture *f = *state;
	int64_t id = create(f, "audited.edu");

	OK(f, tomb_institution_set(f->pg, &f->program, id, 3, TOMB_SOLE_ADMIN_SELF, &f->err));
	OK(f, tomb_institution_deactivate(f->pg, &f->program, id, &f->err));
	REFUSED(f, tomb_institution_deactivate(f->pg, &f->program, id, &f->err), TOMB_CONFLICT, "no active");
	assert_string_equal(tomb_fixture_pg_value("select string_agg(verb, ', ' order by id) from audit_entry "
						  "where actor = 'tombstone' and via = 'cli'"),
		"create institution, set institution, deactivate institution");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ledger_fixture_set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(an_institution_is_found_as_it_was_made),
		T(bad_names_are_refused_with_the_rule),
		T(an_identifier_is_given_once),
		T(only_operators_make_change_or_end_institutions),
		T(a_sysadmin_is_an_operator_only_while_he_is_one),
		T(i9_people_see_their_own_institution_only),
		T(the_rules_about_admins_are_set_within_bounds),
		T(i8_every_change_has_its_audit_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
