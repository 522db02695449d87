/* Duties: who gives and takes them, when they count, and what they survive. */
#include "../../registry/ledger/authority.h"
#include "ledger_fixture.h"
#include "tombstone/session.h"
#include "tombstone/user.h"
#include "tombstone/user_duty.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EDITOR TOMB_DUTY_BIT(TOMB_DUTY_EDITOR)
#define MANAGER TOMB_DUTY_BIT(TOMB_DUTY_REPOSITORY_MANAGER)
#define HARVEST TOMB_DUTY_BIT(TOMB_DUTY_HARVEST_ADMIN)

/* test.edu with an admin and a user, and who is not of it. */
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

static unsigned has(struct ledger_fixture *f, const struct tomb_actor *who)
{
	struct tomb_user found = {.duties = 0};

	OK(f, tomb_user_show(f->pg, &f->program, who->user_id, &f->arena, &found, &f->err));
	return found.duties;
}

static enum tomb_code change(struct ledger_fixture *f, const struct tomb_actor *actor, const struct tomb_actor *who,
	unsigned give, unsigned take)
{
	return tomb_user_duty_change(f->pg, actor, who->user_id, give, take, &f->err);
}

static void every_duty_that_has_a_name_can_be_given_and_taken(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);

	for (int d = 0; d < TOMB_DUTY_MAX; d++) {
		OK(f, change(f, &p.boss, &p.user, TOMB_DUTY_BIT(d), 0));
		assert_int_equal(has(f, &p.user), TOMB_DUTY_BIT(d));
		OK(f, change(f, &f->program, &p.user, 0, TOMB_DUTY_BIT(d)));
		assert_int_equal(has(f, &p.user), 0);
	}
	OK(f, change(f, &p.boss, &p.user, TOMB_DUTY_ALL, 0));
	assert_int_equal(has(f, &p.user), TOMB_DUTY_ALL);
	REFUSED(f, change(f, &p.boss, &p.user, EDITOR, EDITOR | MANAGER), TOMB_INVAL, "at once");
	OK(f, change(f, &p.boss, &p.user, 0, TOMB_DUTY_ALL));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from user_duty"), 0);
}

/* duty by giver: who may give which, and where. */
static void who_gives_which_duty(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);

	for (int d = 0; d < TOMB_DUTY_MAX; d++) {
		unsigned bit = TOMB_DUTY_BIT(d);

		if (d == TOMB_DUTY_HARVEST_ADMIN)
			REFUSED(f, change(f, &p.admin, &p.user, bit, 0), TOMB_FORBIDDEN, "the duty harvest_admin");
		else
			OK(f, change(f, &p.admin, &p.user, bit, 0));
		REFUSED(f, change(f, &p.stranger, &p.user, bit, 0), TOMB_FORBIDDEN, "only an operator");
		REFUSED(f, change(f, &p.stranger, &p.user, 0, bit), TOMB_FORBIDDEN, "only an operator");
		REFUSED(f, change(f, &p.user, &p.user, bit, 0), TOMB_FORBIDDEN, "only an operator");
		assert_int_equal(tomb_user_duty_may_give(&p.admin, (enum tomb_duty)d, p.institution),
			d != TOMB_DUTY_HARVEST_ADMIN);
		assert_false(tomb_user_duty_may_give(&p.admin, (enum tomb_duty)d, p.other));
		assert_true(tomb_user_duty_may_give(&p.boss, (enum tomb_duty)d, p.institution));
	}
	/* One that may not be given: none of them is. */
	OK(f, change(f, &p.boss, &p.user, 0, TOMB_DUTY_ALL));
	REFUSED(f, change(f, &p.admin, &p.user, EDITOR | HARVEST, 0), TOMB_FORBIDDEN, "harvest_admin");
	assert_int_equal(has(f, &p.user), 0);
}

static void an_account_that_is_not_there_or_not_active_gets_none(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);

	REFUSED(f, tomb_user_duty_change(f->pg, &p.boss, 4711, EDITOR, 0, &f->err), TOMB_NOTFOUND, "no account 4711");
	OK(f, tomb_user_deactivate(f->pg, &p.admin, p.user.user_id, &f->err));
	REFUSED(f, change(f, &p.admin, &p.user, EDITOR, 0), TOMB_CONFLICT, "not active");
	assert_int_equal(has(f, &p.user), 0);
}

static void each_change_is_an_entry_of_its_own_and_none_is_no_entry(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);

	OK(f, change(f, &p.admin, &p.user, EDITOR | MANAGER, 0));
	OK(f, change(f, &p.admin, &p.user, EDITOR, HARVEST));
	OK(f, change(f, &p.admin, &p.user, 0, MANAGER));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'give duty'"), 2);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'take duty' and actor = "
						"'admin@test.edu' and detail = 'user@test.edu, repository_manager'"),
		1);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from user_duty where given_by = 'admin@test.edu'"), 1);
}

static void a_duty_stays_through_another_role_and_a_deactivation(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);

	OK(f, change(f, &p.admin, &p.user, EDITOR, 0));
	OK(f, tomb_user_set_role(f->pg, &p.boss, p.user.user_id, TOMB_ROLE_INST_ADMIN, &f->err));
	OK(f, tomb_user_set_role(f->pg, &p.boss, p.user.user_id, TOMB_ROLE_INST_USER, &f->err));
	OK(f, tomb_user_deactivate(f->pg, &p.admin, p.user.user_id, &f->err));
	OK(f, tomb_user_activate(f->pg, &p.admin, p.user.user_id, &f->err));
	assert_int_equal(has(f, &p.user), EDITOR);
}

/* The verbs ask the ledger, not what somebody came in with. */
static void a_duty_that_was_taken_meanwhile_does_not_count(void **state)
{
	struct ledger_fixture *f = *state;
	struct people p = people(f);
	struct tomb_actor then = p.user;

	REFUSED(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_DELETE, p.institution, "delete", &f->err),
		TOMB_FORBIDDEN, "only an institutional admin, an operator or an editor may delete records");
	OK(f, change(f, &p.admin, &p.user, EDITOR, 0));
	then.duties = EDITOR;
	OK(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_DELETE, p.institution, "delete", &f->err));
	REFUSED(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_DELETE, p.other, "delete", &f->err), TOMB_FORBIDDEN,
		"only an operator");
	OK(f, change(f, &p.admin, &p.user, MANAGER, 0)); /* one more does no harm */
	OK(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_DELETE, p.institution, "delete", &f->err));
	OK(f, change(f, &p.admin, &p.user, 0, EDITOR));
	REFUSED(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_DELETE, p.institution, "delete", &f->err),
		TOMB_FORBIDDEN, "no longer has the duties");
	then.duties = MANAGER;
	OK(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_RESTORE, p.institution, "restore", &f->err));
	OK(f, tomb_user_deactivate(f->pg, &p.admin, p.user.user_id, &f->err));
	REFUSED(f, tomb_authority_at(f->pg, &then, TOMB_MAY_RECORD_RESTORE, p.institution, "restore", &f->err),
		TOMB_FORBIDDEN, "no longer active");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_duty_that_has_a_name_can_be_given_and_taken,
			ledger_fixture_set_up, ledger_fixture_tear_down),
		cmocka_unit_test_setup_teardown(who_gives_which_duty, ledger_fixture_set_up, ledger_fixture_tear_down),
		cmocka_unit_test_setup_teardown(an_account_that_is_not_there_or_not_active_gets_none,
			ledger_fixture_set_up, ledger_fixture_tear_down),
		cmocka_unit_test_setup_teardown(each_change_is_an_entry_of_its_own_and_none_is_no_entry,
			ledger_fixture_set_up, ledger_fixture_tear_down),
		cmocka_unit_test_setup_teardown(a_duty_stays_through_another_role_and_a_deactivation,
			ledger_fixture_set_up, ledger_fixture_tear_down),
		cmocka_unit_test_setup_teardown(a_duty_that_was_taken_meanwhile_does_not_count, ledger_fixture_set_up,
			ledger_fixture_tear_down),
	};
	return cmocka_run_group_tests_name("duties", tests, NULL, NULL);
}
