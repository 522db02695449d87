/* What the ledger keeps of backends: probes, breakers, policies, prices. */
#include "tombstone/backend.h"

#include "ledger_fixture.h"
#include "sql.gen.h"
#include "tombstone/storage_option.h"
#include "tombstone/storage_price.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define B1 TOMB_STR("b1")

enum { MINUTE_US = 60 * 1000 * 1000 };

/* A worker: the ledger as its login may use it. */
struct worker {
	struct tomb_pg *pg;
	struct tomb_actor actor;
};

static struct worker worker_of(struct ledger_fixture *f)
{
	struct worker w = {.actor = {.email = TOMB_STR("tombstone-worker/1 host"), .via = TOMB_VIA_WORKER}};

	OK(f, tomb_pg_open(&w.pg, tomb_fixture_pg_worker(), sql_all, sql_nall, &f->err));
	return w;
}

static int set_up(void **state)
{
	static const struct tomb_str names[] = {{"b1", 2}, {"b2", 2}};
	struct ledger_fixture *f = NULL;

	if (ledger_fixture_set_up(state) != 0)
		return -1;
	f = *state;
	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		OK(f, tomb_storage_backend_create(f->pg, &f->program, names[i], &f->err));
	OK(f, tomb_storage_option_create(
		      f->pg, &f->program, TOMB_STR("Cold"), 90, (struct tomb_strs){names, 2}, &f->err));
	tomb_fixture_pg_exec("alter table audit_entry disable trigger audit_entry_kept; delete from audit_entry");
	return 0;
}

static struct tomb_backend find(struct ledger_fixture *f, struct tomb_pg *pg)
{
	struct tomb_backend b = {.probed_at_us = -1};

	OK(f, tomb_backend_find(pg, B1, &f->arena, &b, &f->err));
	return b;
}

static void a_backend_that_nobody_looked_at_is_listed_as_such(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_backends all = {NULL, 0};

	OK(f, tomb_backend_list(f->pg, &f->arena, &all, &f->err));
	assert_int_equal(all.n, 2);
	assert_true(tomb_str_eq(all.p[0].name, B1));
	assert_true(tomb_str_eq(all.p[0].retention, TOMB_STR("strictest")));
	assert_int_equal(all.p[0].options.n, 1);
	assert_true(tomb_str_eq(all.p[0].options.p[0], TOMB_STR("Cold")));
	assert_int_equal(all.p[0].probed_at_us, 0);
	assert_int_equal(all.p[0].examined_at_us, 0);
	assert_int_equal(all.p[0].last.conditional_delete, TOMB_FINDING_UNKNOWN);
	assert_false(all.p[0].breaker.is_open);
	assert_int_equal(all.p[0].breaker.since_us, 0);
}

static void a_probe_is_kept_with_who_and_when_and_an_examination_outlives_it(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_backend_probe examined = {.place = TOMB_STR("https://there/"),
		.is_reachable = true,
		.problem = TOMB_STR(""),
		.versioning = TOMB_STR("suspended"),
		.object_lock = TOMB_FINDING_NO,
		.can_look = TOMB_FINDING_YES,
		.was_examined = true,
		.conditional_delete = TOMB_FINDING_YES,
		.conditional_batch = TOMB_FINDING_NO,
		.conditional_put = TOMB_FINDING_UNKNOWN,
		.lists_versions = TOMB_FINDING_YES,
		.reads_back = TOMB_FINDING_YES};
	struct tomb_backend_probe failed = {.place = TOMB_STR("https://here/"),
		.is_reachable = false,
		.problem = TOMB_STR("no route"),
		.versioning = TOMB_STR("")};
	struct tomb_backend b;

	OK(f, tomb_backend_probed(f->pg, &f->program, B1, &examined, &f->err));
	OK(f, tomb_backend_probed(f->pg, &f->program, B1, &failed, &f->err));
	b = find(f, f->pg);
	assert_false(b.last.is_reachable);
	assert_true(tomb_str_eq(b.last.problem, TOMB_STR("no route")));
	assert_int_equal(b.last.versioning.n, 0);
	assert_int_equal(b.last.object_lock, TOMB_FINDING_UNKNOWN);
	assert_true(b.probed_at_us >= b.examined_at_us && b.examined_at_us > 0);
	assert_true(tomb_str_eq(b.examined_by, f->program.email));
	assert_true(b.last.was_examined);
	assert_true(tomb_str_eq(b.last.place, TOMB_STR("https://there/")));
	assert_int_equal(b.last.conditional_delete, TOMB_FINDING_YES);
	assert_int_equal(b.last.conditional_batch, TOMB_FINDING_NO);
	assert_int_equal(b.last.conditional_put, TOMB_FINDING_UNKNOWN);
	assert_int_equal(b.last.lists_versions, TOMB_FINDING_YES);
	/* A later examination that reached nothing proves nothing. */
	failed.was_examined = true;
	OK(f, tomb_backend_probed(f->pg, &f->program, B1, &failed, &f->err));
	assert_int_equal(find(f, f->pg).last.conditional_delete, TOMB_FINDING_YES);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from backend_probe"), 3);
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'probe storage backend' "
						"and subject = 'b1'"),
		3);
}

static void only_operators_probe_and_set_and_only_known_backends(void **state)
{
	struct ledger_fixture *f = *state;
	struct tomb_actor admin = ledger_fixture_person(
		f, ledger_fixture_institution("a.edu"), "a@a.edu", TOMB_ROLE_INST_ADMIN);
	struct tomb_backend_probe p = {
		.place = TOMB_STR(""), .is_reachable = true, .problem = TOMB_STR(""), .versioning = TOMB_STR("never")};
	struct tomb_backend b;
	bool was_open = false;

	REFUSED(f, tomb_backend_probed(f->pg, &admin, B1, &p, &f->err), TOMB_FORBIDDEN, "operator");
	REFUSED(f, tomb_backend_set_retention(f->pg, &admin, B1, TOMB_STR("store"), &f->err), TOMB_FORBIDDEN,
		"operator");
	REFUSED(f, tomb_backend_breaker_reset(f->pg, &admin, B1, TOMB_STR(""), &was_open, &f->err), TOMB_FORBIDDEN,
		"operator");
	REFUSED(f, tomb_backend_breaker_close(f->pg, &admin, B1, 1, &f->err), TOMB_FORBIDDEN, "program");
	REFUSED(f, tomb_backend_probed(f->pg, &f->program, TOMB_STR("b9"), &p, &f->err), TOMB_NOTFOUND, "setup");
	REFUSED(f, tomb_backend_set_retention(f->pg, &f->program, TOMB_STR("b9"), TOMB_STR("store"), &f->err),
		TOMB_NOTFOUND, "b9");
	REFUSED(f, tomb_backend_find(f->pg, TOMB_STR(""), &f->arena, &b, &f->err), TOMB_NOTFOUND, "knows no backend");
	REFUSED(f, tomb_backend_set_retention(f->pg, &f->program, B1, TOMB_STR("lax"), &f->err), TOMB_INVAL,
		"strictest");
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry"), 0);
}

static void a_policy_is_set_and_audited_with_what_it_was(void **state)
{
	struct ledger_fixture *f = *state;

	OK(f, tomb_backend_set_retention(f->pg, &f->program, B1, TOMB_STR("registry"), &f->err));
	assert_true(tomb_str_eq(find(f, f->pg).retention, TOMB_STR("registry")));
	assert_string_equal(tomb_fixture_pg_value("select detail from audit_entry"), "registry, was strictest");
}

static void a_worker_opens_a_breaker_once_and_keeps_the_longest_time(void **state)
{
	struct ledger_fixture *f = *state;
	struct worker w = worker_of(f);
	struct tomb_backend_breaker k = {
		.since_us = MINUTE_US, .until_us = 3 * INT64_C(60000000), .reason = TOMB_STR("denied")};
	struct tomb_backend b;

	OK(f, tomb_backend_breaker_open(w.pg, &w.actor, B1, &k, &f->err));
	k.since_us = 2 * INT64_C(60000000);
	k.until_us = 2 * INT64_C(60000000) + 1;
	OK(f, tomb_backend_breaker_open(w.pg, &w.actor, B1, &k, &f->err));
	b = find(f, w.pg);
	assert_true(b.breaker.is_open);
	assert_int_equal(b.breaker.since_us, MINUTE_US);
	assert_int_equal(b.breaker.until_us, 3 * MINUTE_US);
	assert_true(tomb_str_eq(b.breaker.reason, TOMB_STR("denied")));
	assert_true(tomb_str_eq(b.breaker.set_by, w.actor.email));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'open breaker'"), 1);
	REFUSED(f, tomb_backend_breaker_open(w.pg, &w.actor, TOMB_STR("b9"), &k, &f->err), TOMB_NOTFOUND, "b9");
	tomb_pg_close(w.pg);
}

static void a_worker_closes_only_the_opening_that_it_knows(void **state)
{
	struct ledger_fixture *f = *state;
	struct worker w = worker_of(f);
	struct tomb_backend_breaker k = {
		.since_us = 5 * INT64_C(1000000), .until_us = MINUTE_US, .reason = TOMB_STR("denied")};

	OK(f, tomb_backend_breaker_open(w.pg, &w.actor, B1, &k, &f->err));
	OK(f, tomb_backend_breaker_close(w.pg, &w.actor, B1, 4 * INT64_C(1000000), &f->err));
	assert_true(find(f, f->pg).breaker.is_open);
	OK(f, tomb_backend_breaker_close(w.pg, &w.actor, B1, 5 * INT64_C(1000000), &f->err));
	assert_false(find(f, f->pg).breaker.is_open);
	OK(f, tomb_backend_breaker_close(w.pg, &w.actor, B1, 5 * INT64_C(1000000), &f->err));
	assert_int_equal(tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'close breaker'"), 1);
	/* A new opening begins anew, whatever the old one had said. */
	k.since_us = 7 * INT64_C(1000000);
	k.until_us = 8 * INT64_C(1000000);
	OK(f, tomb_backend_breaker_open(w.pg, &w.actor, B1, &k, &f->err));
	assert_int_equal(find(f, f->pg).breaker.since_us, 7000000);
	assert_int_equal(find(f, f->pg).breaker.until_us, 8000000);
	tomb_pg_close(w.pg);
}

static void an_operator_resets_a_breaker_and_says_why(void **state)
{
	struct ledger_fixture *f = *state;
	struct worker w = worker_of(f);
	struct tomb_backend_breaker k = {
		.since_us = 5 * INT64_C(1000000), .until_us = MINUTE_US, .reason = TOMB_STR("denied")};
	bool was_open = true;

	OK(f, tomb_backend_breaker_reset(f->pg, &f->program, B1, TOMB_STR(""), &was_open, &f->err));
	assert_false(was_open);
	OK(f, tomb_backend_breaker_open(w.pg, &w.actor, B1, &k, &f->err));
	OK(f, tomb_backend_breaker_reset(f->pg, &f->program, B1, TOMB_STR("new keys"), &was_open, &f->err));
	assert_true(was_open);
	assert_false(find(f, f->pg).breaker.is_open);
	assert_string_equal(
		tomb_fixture_pg_value("select detail from audit_entry where verb = 'close breaker'"), "new keys");
	tomb_pg_close(w.pg);
}

static void a_worker_cannot_say_what_a_probe_found_or_whose_minimum_counts(void **state)
{
	struct ledger_fixture *f = *state;

	assert_string_equal(
		tomb_fixture_pg_value(
			"select string_agg(p::text, ',') from (values "
			"(has_table_privilege('tombstone_worker', 'backend_probe', 'insert')), "
			"(has_column_privilege('tombstone_worker', 'storage_backend', 'retention', 'update')), "
			"(has_table_privilege('tombstone_registry', 'backend_probe', 'update')), "
			"(has_table_privilege('tombstone_registry', 'backend_breaker', 'insert')), "
			"(has_table_privilege('tombstone_registry', 'backend_breaker', 'delete'))) v (p)"),
		"false,false,false,false,false");
	(void)f;
}

static void a_price_is_set_per_copy_and_taken_away(void **state)
{
	static const struct tomb_str one[] = {{"b2", 2}};
	static const struct tomb_str other[] = {{"b9", 2}};
	struct ledger_fixture *f = *state;
	struct tomb_storage_price price = {
		.currency = TOMB_STR("USD"), .nanos = 3600000, .billed_days = -1, .billed_bytes = 0};
	struct tomb_storage_price *list = NULL;
	struct tomb_str cold = TOMB_STR("Cold");
	size_t n = 0;

	OK(f, tomb_storage_price_set(f->pg, &f->program, cold, (struct tomb_strs){NULL, 0}, &price, &f->err));
	price.nanos = 990000;
	price.billed_days = 180;
	price.billed_bytes = 131072;
	OK(f, tomb_storage_price_set(f->pg, &f->program, cold, (struct tomb_strs){one, 1}, &price, &f->err));
	OK(f, tomb_storage_price_list(f->pg, &f->arena, &list, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].nanos, 3600000);
	assert_int_equal(list[0].billed_days, 90);
	assert_int_equal(list[1].nanos, 990000);
	assert_int_equal(list[1].billed_days, 180);
	assert_int_equal(list[1].billed_bytes, 131072);
	assert_true(tomb_str_eq(list[1].currency, TOMB_STR("USD")));
	price.currency = TOMB_STR("");
	OK(f, tomb_storage_price_set(f->pg, &f->program, cold, (struct tomb_strs){one, 1}, &price, &f->err));
	OK(f, tomb_storage_price_list(f->pg, &f->arena, &list, &n, &f->err));
	assert_int_equal(list[1].currency.n, 0);
	assert_int_equal(list[1].billed_days, 90);
	price.currency = TOMB_STR("usd");
	REFUSED(f, tomb_storage_price_set(f->pg, &f->program, cold, (struct tomb_strs){one, 1}, &price, &f->err),
		TOMB_INVAL, "capital letters");
	price.currency = TOMB_STR("USD");
	REFUSED(f, tomb_storage_price_set(f->pg, &f->program, cold, (struct tomb_strs){other, 1}, &price, &f->err),
		TOMB_NOTFOUND, "each backend");
	REFUSED(f,
		tomb_storage_price_set(f->pg, &f->program, TOMB_STR("X"), (struct tomb_strs){NULL, 0}, &price, &f->err),
		TOMB_NOTFOUND, "\"X\"");
	assert_int_equal(
		tomb_fixture_pg_number("select count(*) from audit_entry where verb = 'set storage price'"), 3);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, ledger_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_backend_that_nobody_looked_at_is_listed_as_such),
		T(a_probe_is_kept_with_who_and_when_and_an_examination_outlives_it),
		T(only_operators_probe_and_set_and_only_known_backends),
		T(a_policy_is_set_and_audited_with_what_it_was),
		T(a_worker_opens_a_breaker_once_and_keeps_the_longest_time),
		T(a_worker_closes_only_the_opening_that_it_knows),
		T(an_operator_resets_a_breaker_and_says_why),
		T(a_worker_cannot_say_what_a_probe_found_or_whose_minimum_counts),
		T(a_price_is_set_per_copy_and_taken_away),
	};

	return cmocka_run_group_tests_name("backend", tests, NULL, NULL);
}
