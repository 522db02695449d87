/* Storage options: made once, on backends that are known. */
#include "ledger_fixture.h"
#include "tombstone/storage_option.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct tomb_str two[] = {{"b2", 2}, {"b1", 2}};

static enum tomb_code create(struct ledger_fixture *f, const char *name, int32_t days, size_t nbackends)
{
	return tomb_storage_option_create(
		f->pg, &f->program, tomb_str_from(name), days, (struct tomb_strs){two, nbackends}, &f->err);
}

static int set_up(void **state)
{
	struct ledger_fixture *f = NULL;

	if (ledger_fixture_set_up(state) != 0)
		return -1;
	f = *state;
	for (size_t i = 0; i < TOMB_COUNTOF(two); i++)
		OK(f, tomb_storage_backend_create(f->pg, &f->program, two[i], &f->err));
	return 0;
}

static void an_option_is_listed_with_its_backends_by_name(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_storage_option *list = NULL;
	size_t n = 0;

	OK(f, create(f, "Standard", 0, 2));
	OK(f, create(f, "Deep", 180, 1));
	OK(f, tomb_storage_option_list(f->pg, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(tomb_str_eq(list[0].name, TOMB_STR("Deep")));
	assert_int_equal(list[0].min_days, 180);
	assert_int_equal(list[0].backends.n, 1);
	assert_int_equal(list[1].backends.n, 2);
	assert_true(tomb_str_eq(list[1].backends.p[0], TOMB_STR("b1")));
}

static void the_same_set_up_twice_is_fine_and_audited_once(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_strs backends;

	OK(f, create(f, "Standard", 0, 2));
	OK(f, create(f, "Standard", 0, 2));
	OK(f, tomb_storage_backend_create(f->pg, &f->program, two[0], &f->err));
	OK(f, tomb_storage_backend_list(f->pg, &f->arena, &backends, &f->err));
	assert_int_equal(backends.n, 2);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry"), 3);
}

static void an_option_does_not_change_behind_its_copies(void **state)
{
	struct ledger_fixture *f = *state;

	OK(f, create(f, "Standard", 0, 2));
	REFUSED(f, create(f, "Standard", 90, 2), TOMB_CONFLICT, "stays as it is");
	REFUSED(f, create(f, "Standard", 0, 1), TOMB_CONFLICT, "stays as it is");
}

static void bad_options_are_refused(void **state)
{
	static const struct tomb_str twice[] = {{"b1", 2}, {"b1", 2}};
	static const struct tomb_str unknown[] = {{"b9", 2}};
	struct ledger_fixture *f = *state;

	REFUSED(f, create(f, "None", 0, 0), TOMB_INVAL, "at least one");
	REFUSED(f, create(f, "", 0, 1), TOMB_INVAL, "1 to 100");
	REFUSED(f, create(f, "a\tb", 0, 1), TOMB_INVAL, "one line");
	REFUSED(f, create(f, "Days", -1, 1), TOMB_INVAL, "0 to 36,500");
	REFUSED(f, create(f, "Days", 36501, 1), TOMB_INVAL, "0 to 36,500");
	REFUSED(f,
		tomb_storage_option_create(
			f->pg, &f->program, TOMB_STR("Twice"), 0, (struct tomb_strs){twice, 2}, &f->err),
		TOMB_INVAL, "twice");
	REFUSED(f,
		tomb_storage_option_create(
			f->pg, &f->program, TOMB_STR("Unknown"), 0, (struct tomb_strs){unknown, 1}, &f->err),
		TOMB_NOTFOUND, "unknown");
	REFUSED(f, tomb_storage_backend_create(f->pg, &f->program, TOMB_STR("Big Name"), &f->err), TOMB_INVAL,
		"lower-case");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from storage_option"), 0);
}

static void only_operators_set_storage_up(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor admin = ledger_fixture_person(
		f, ledger_fixture_institution("a.edu"), "a@a.edu", TOMB_ROLE_INST_ADMIN);

	REFUSED(f, tomb_storage_backend_create(f->pg, &admin, TOMB_STR("b3"), &f->err), TOMB_FORBIDDEN, "operator");
	REFUSED(f, tomb_storage_option_create(f->pg, &admin, TOMB_STR("Mine"), 0, (struct tomb_strs){two, 1}, &f->err),
		TOMB_FORBIDDEN, "operator");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(an_option_is_listed_with_its_backends_by_name),
		T(the_same_set_up_twice_is_fine_and_audited_once),
		T(an_option_does_not_change_behind_its_copies),
		T(bad_options_are_refused),
		T(only_operators_set_storage_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
