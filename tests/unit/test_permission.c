/* The table of permissions, and what it says about people and programs. */
#include "tombstone/permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { HOME = 7, ELSEWHERE = 8 };

static struct tomb_actor person(enum tomb_role role)
{
	return (struct tomb_actor){.user_id = 1, .institution_id = HOME, .role = role, .via = TOMB_VIA_WEB};
}

static void an_operator_never_requests_a_deletion_and_a_user_decides_none(void **state)
{
	(void)state;
	assert_int_equal(tomb_permission_of_role(TOMB_ROLE_SYSADMIN, TOMB_MAY_DELETION_REQUEST), TOMB_SCOPE_NONE);
	assert_int_equal(tomb_permission_of_role(TOMB_ROLE_INST_ADMIN, TOMB_MAY_DELETION_REQUEST), TOMB_SCOPE_OWN);
	assert_int_equal(tomb_permission_of_role(TOMB_ROLE_INST_USER, TOMB_MAY_DELETION_REQUEST), TOMB_SCOPE_NONE);
	assert_int_equal(tomb_permission_of_role(TOMB_ROLE_INST_USER, TOMB_MAY_DELETION_DECIDE), TOMB_SCOPE_NONE);
}

static void nobody_but_an_operator_writes_beyond_the_own_institution(void **state)
{
	(void)state;
	for (int p = 0; p < TOMB_MAY_MAX; p++) {
		enum tomb_permission_scope user = tomb_permission_of_role(TOMB_ROLE_INST_USER, (enum tomb_permission)p);
		enum tomb_permission_scope admin = tomb_permission_of_role(
			TOMB_ROLE_INST_ADMIN, (enum tomb_permission)p);

		assert_true(user <= admin);
		if (p != TOMB_MAY_STORAGE_OPTION_READ) /* options belong to no institution */
			assert_int_not_equal(admin, TOMB_SCOPE_ALL);
	}
}

static void own_covers_the_own_institution_alone(void **state)
{
	struct tomb_actor admin = person(TOMB_ROLE_INST_ADMIN);
	struct tomb_actor boss = person(TOMB_ROLE_SYSADMIN);
	struct tomb_actor homeless = {.user_id = 1, .role = TOMB_ROLE_INST_ADMIN};

	(void)state;
	assert_true(tomb_permission_covers(&admin, TOMB_MAY_DELETION_REQUEST, HOME));
	assert_false(tomb_permission_covers(&admin, TOMB_MAY_DELETION_REQUEST, ELSEWHERE));
	assert_false(tomb_permission_covers(&homeless, TOMB_MAY_DELETION_REQUEST, 0));
	assert_false(tomb_permission_covers(&admin, TOMB_MAY_ALERT_READ, HOME)); /* one's own, not the institution's */
	assert_true(tomb_permission_covers(&boss, TOMB_MAY_USER_READ, ELSEWHERE));
}

static void a_program_has_permissions_only_as_the_operators_command(void **state)
{
	struct tomb_actor command = {.email = TOMB_STR("root@host"), .via = TOMB_VIA_CLI};
	struct tomb_actor others[] = {
		{.via = TOMB_VIA_CLI},
		{.email = TOMB_STR("dispatcher"), .via = TOMB_VIA_DISPATCHER},
		{.email = TOMB_STR("lane"), .via = TOMB_VIA_WORKER},
		{.email = TOMB_STR("page"), .via = TOMB_VIA_WEB},
		{.email = TOMB_STR("script"), .via = TOMB_VIA_API},
	};

	(void)state;
	for (int p = 0; p < TOMB_MAY_MAX; p++) {
		assert_int_equal(tomb_permission_of(&command, (enum tomb_permission)p), TOMB_SCOPE_ALL);
		for (size_t i = 0; i < TOMB_COUNTOF(others); i++)
			assert_int_equal(tomb_permission_of(&others[i], (enum tomb_permission)p), TOMB_SCOPE_NONE);
	}
}

static void what_is_not_in_the_table_is_not_allowed(void **state)
{
	(void)state;
	assert_int_equal(tomb_permission_of_role(TOMB_ROLE_MAX, TOMB_MAY_OBJECT_READ), TOMB_SCOPE_NONE);
	assert_int_equal(tomb_permission_of_role(TOMB_ROLE_SYSADMIN, TOMB_MAY_MAX), TOMB_SCOPE_NONE);
}

static void a_refusal_says_who_may_and_what(void **state)
{
	struct tomb_err err;

	(void)state;
	assert_int_equal(tomb_permission_refuse(TOMB_MAY_STOP_SWITCH, &err), TOMB_FORBIDDEN);
	assert_string_equal(err.text, "only an operator may stop or start the workers");
	assert_int_equal(tomb_permission_refuse(TOMB_MAY_DELETION_REQUEST, &err), TOMB_FORBIDDEN);
	assert_string_equal(err.text, "only an institutional admin may request a deletion");
	assert_int_equal(tomb_permission_refuse(TOMB_MAY_DELETION_DECIDE, &err), TOMB_FORBIDDEN);
	assert_string_equal(err.text, "only an institutional admin or an operator may decide a deletion");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operator_never_requests_a_deletion_and_a_user_decides_none),
		cmocka_unit_test(nobody_but_an_operator_writes_beyond_the_own_institution),
		cmocka_unit_test(own_covers_the_own_institution_alone),
		cmocka_unit_test(a_program_has_permissions_only_as_the_operators_command),
		cmocka_unit_test(what_is_not_in_the_table_is_not_allowed),
		cmocka_unit_test(a_refusal_says_who_may_and_what),
	};
	return cmocka_run_group_tests_name("permissions", tests, NULL, NULL);
}
