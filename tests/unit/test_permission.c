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

/* What each duty adds: all of it, so that a line too many is seen. */
static void a_duty_gives_what_it_is_for_in_the_own_institution_alone(void **state)
{
	static const struct {
		enum tomb_duty duty;
		enum tomb_permission may;
	} lines[] = {
		{TOMB_DUTY_EDITOR, TOMB_MAY_RECORD_WRITE},
		{TOMB_DUTY_EDITOR, TOMB_MAY_RECORD_DELETE},
		{TOMB_DUTY_EDITOR, TOMB_MAY_RECORD_DELETED_READ},
		{TOMB_DUTY_EDITOR, TOMB_MAY_RECORD_EXPORT},
		{TOMB_DUTY_DIGITIZATION_COORDINATOR, TOMB_MAY_RECORD_DELETED_READ},
		{TOMB_DUTY_REPOSITORY_MANAGER, TOMB_MAY_RECORD_DELETED_READ},
		{TOMB_DUTY_REPOSITORY_MANAGER, TOMB_MAY_RECORD_RESTORE},
		{TOMB_DUTY_HARVEST_ADMIN, TOMB_MAY_HARVEST_READ},
	};

	(void)state;
	for (int d = 0; d < TOMB_DUTY_MAX; d++)
		for (int p = 0; p < TOMB_MAY_MAX; p++) {
			struct tomb_actor who = person(TOMB_ROLE_INST_USER);
			bool may = tomb_permission_covers(&who, (enum tomb_permission)p, HOME);
			bool elsewhere = tomb_permission_covers(&who, (enum tomb_permission)p, ELSEWHERE);

			for (size_t i = 0; i < TOMB_COUNTOF(lines); i++)
				may |= (int)lines[i].duty == d && (int)lines[i].may == p;
			who.duties = TOMB_DUTY_BIT(d);
			if (tomb_permission_covers(&who, (enum tomb_permission)p, HOME) != may)
				fail_msg("%s: \"%s\"", tomb_duty_name((enum tomb_duty)d).p,
					tomb_permission_words((enum tomb_permission)p).p);
			assert_int_equal(tomb_permission_covers(&who, (enum tomb_permission)p, ELSEWHERE), elsewhere);
		}
}

static void a_duty_never_takes_what_the_role_gives(void **state)
{
	(void)state;
	for (int r = 0; r < TOMB_ROLE_MAX; r++)
		for (int p = 0; p < TOMB_MAY_MAX; p++) {
			struct tomb_actor who = person((enum tomb_role)r);
			enum tomb_permission_scope alone = tomb_permission_of(&who, (enum tomb_permission)p);

			who.duties = TOMB_DUTY_ALL;
			assert_true(tomb_permission_of(&who, (enum tomb_permission)p) >= alone);
		}
}

static void a01_no_role_restores_records_without_the_duty(void **state)
{
	(void)state;
	for (int r = 0; r < TOMB_ROLE_MAX; r++) {
		struct tomb_actor who = person((enum tomb_role)r);

		who.duties = TOMB_DUTY_ALL & ~TOMB_DUTY_BIT(TOMB_DUTY_REPOSITORY_MANAGER);
		assert_int_equal(tomb_permission_of(&who, TOMB_MAY_RECORD_RESTORE), TOMB_SCOPE_NONE);
		who.duties = TOMB_DUTY_BIT(TOMB_DUTY_REPOSITORY_MANAGER);
		assert_int_equal(tomb_permission_of(&who, TOMB_MAY_RECORD_RESTORE), TOMB_SCOPE_OWN);
	}
}

static void every_name_is_read_as_the_duty_it_names(void **state)
{
	struct tomb_str names[TOMB_DUTY_MAX];
	enum tomb_duty found = TOMB_DUTY_MAX;
	unsigned all = 0;
	struct tomb_err err;

	(void)state;
	for (int d = 0; d < TOMB_DUTY_MAX; d++) {
		names[d] = tomb_duty_name((enum tomb_duty)d);
		assert_int_equal(tomb_duty_parse(names[d], &found, &err), TOMB_OK);
		assert_int_equal(found, d);
	}
	assert_int_equal(tomb_duty_parse_all((struct tomb_strs){names, TOMB_DUTY_MAX}, &all, &err), TOMB_OK);
	assert_int_equal(all, TOMB_DUTY_ALL);
	assert_int_equal(tomb_duty_parse_all((struct tomb_strs){NULL, 0}, &all, &err), TOMB_OK);
	assert_int_equal(all, 0);
	all = 7;
	names[0] = TOMB_STR("Editor");
	assert_int_equal(tomb_duty_parse_all((struct tomb_strs){names, 2}, &all, &err), TOMB_INVAL);
	assert_string_equal(err.text,
		"duty \"Editor\" is none of editor, digitization_coordinator, repository_manager, harvest_admin");
	assert_int_equal(all, 7);
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
	assert_int_equal(tomb_permission_refuse(TOMB_MAY_RECORD_RESTORE, &err), TOMB_FORBIDDEN);
	assert_string_equal(err.text, "only a repository manager may restore deleted records");
	assert_int_equal(tomb_permission_refuse(TOMB_MAY_RECORD_DELETED_READ, &err), TOMB_FORBIDDEN);
	assert_string_equal(err.text,
		"only an institutional admin, an operator, an editor, a digitization coordinator or a repository "
		"manager may read the metadata of deleted records");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operator_never_requests_a_deletion_and_a_user_decides_none),
		cmocka_unit_test(nobody_but_an_operator_writes_beyond_the_own_institution),
		cmocka_unit_test(own_covers_the_own_institution_alone),
		cmocka_unit_test(a_duty_gives_what_it_is_for_in_the_own_institution_alone),
		cmocka_unit_test(a_duty_never_takes_what_the_role_gives),
		cmocka_unit_test(a01_no_role_restores_records_without_the_duty),
		cmocka_unit_test(every_name_is_read_as_the_duty_it_names),
		cmocka_unit_test(a_program_has_permissions_only_as_the_operators_command),
		cmocka_unit_test(what_is_not_in_the_table_is_not_allowed),
		cmocka_unit_test(a_refusal_says_who_may_and_what),
	};
	return cmocka_run_group_tests_name("permissions", tests, NULL, NULL);
}
