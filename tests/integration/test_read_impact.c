/* What pages show before a request and before a decision (deletion.md P-02, P-04, P-13, X-10; I9). */
#include "tombstone/impact.h"

#include "tombstone/clock.h"
#include "tombstone/deletion_view.h"
#include "tombstone/file.h"
#include "tombstone/retention_fee.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ARENA_MAX = 1 << 22 };

#define ASSERT_TEXT(got, want) assert_true(tomb_str_eq((got), tomb_str_from(want)))

static void x_10_the_impact_counts_every_copy_that_is_still_there(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t object = tomb_world_object(w, "test.edu/a", 3, 2);
	int64_t file = (tomb_world_object(w, "test.edu/b", 2, 1), tomb_world_file(w, "test.edu/b/data/1"));
	struct tomb_deletion_list list = {.object_ids = {&object, 1}, .file_ids = {&file, 1}};
	struct tomb_impacts found = {0};
	int64_t request = 0;

	TOMB_OK_OR_FAIL(tomb_impact_of_list(w->registry, &w->alice, &list, &arena, &found, &err));
	assert_int_equal(found.n, 2);
	ASSERT_TEXT(found.p[0].backend, "local-1");
	ASSERT_TEXT(found.p[0].storage_option, "Standard");
	assert_int_equal(found.p[0].copies, 4);
	assert_int_equal(found.p[0].bytes, 256);
	assert_int_equal(found.p[1].copies, 3);
	TOMB_OK_OR_FAIL(tomb_impact_of_list(w->registry, &w->mallory, &list, &arena, &found, &err));
	assert_int_equal(found.n, 0);
	request = tomb_world_request_object(w, object);
	TOMB_OK_OR_FAIL(tomb_impact_of_request(w->registry, &w->bob, request, &arena, &found, &err));
	assert_int_equal(found.n, 2);
	assert_int_equal(found.p[0].copies, 3);
	TOMB_OK_OR_FAIL(tomb_impact_of_request(w->registry, &w->mallory, request, &arena, &found, &err));
	assert_int_equal(found.n, 0);
	(void)tomb_world_approve(w, request);
	tomb_world_work(w);
	TOMB_OK_OR_FAIL(tomb_impact_of_request(w->registry, &w->bob, request, &arena, &found, &err));
	assert_int_equal(found.n, 0);
}

/* One copy of 64 bytes at this age, billed for 90 days; the ledger's arithmetic and C's. */
static void assert_same_bill(struct tomb_world *w, const struct tomb_deletion_list *list, const char *age)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_retention_bill bill = {90, 0};
	struct tomb_impacts found = {0};
	int64_t stored_us = 0;

	tomb_world_exec("update copy set stored_at = now() - interval '%s'", age);
	stored_us = tomb_world_number("select (extract(epoch from stored_at) * 1000000)::bigint from copy");
	TOMB_OK_OR_FAIL(tomb_impact_of_list(w->registry, &w->alice, list, &arena, &found, &err));
	assert_int_equal(found.n, 1);
	assert_int_equal(found.p[0].fee.byte_days,
		tomb_retention_fee_byte_days(tomb_clock_wall_us(tomb_clock_real()), stored_us, 64, &bill));
}

static void what_is_billed_is_the_same_in_the_ledger_and_in_c(void **state)
{
	/* The minutes keep a run that takes a while on its side of midnight. */
	static const char *const ages[] = {"0 days", "10 minutes", "23 hours 50 minutes", "1 day 10 minutes",
		"45 days 1 hour", "89 days 23 hours", "90 days 1 minute", "500 days", "-1 hours", "-400 days"};
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/a", 1, 1);
	struct tomb_deletion_list list = {.object_ids = {&object, 1}};

	tomb_world_exec(
		"insert into storage_option_backend (storage_option_id, backend_id, price_nanos, price_currency, "
		"billed_days) select %" PRId64 ", id, 3600000, 'USD', 90 from storage_backend where name = "
		"'local-1'",
		w->standard);
	for (size_t i = 0; i < TOMB_COUNTOF(ages); i++)
		assert_same_bill(w, &list, ages[i]);
}

static void x_10_early_deletion_has_a_cost_where_a_price_is_set(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t object = tomb_world_object(w, "test.edu/a", 3, 2);
	struct tomb_deletion_list list = {.object_ids = {&object, 1}};
	struct tomb_impacts found = {0};

	/* Three copies of 64 bytes, billed as 1 GB each for 30 days at 1.50. */
	tomb_world_exec(
		"insert into storage_option_backend (storage_option_id, backend_id, price_nanos, price_currency, "
		"billed_days, billed_bytes) select %" PRId64 ", id, 1500000000, 'EUR', 30, 1 << 30 from "
		"storage_backend where name = 'local-1'",
		w->standard);
	TOMB_OK_OR_FAIL(tomb_impact_of_list(w->registry, &w->alice, &list, &arena, &found, &err));
	assert_int_equal(found.n, 2);
	ASSERT_TEXT(found.p[0].fee.currency, "EUR");
	assert_int_equal(tomb_retention_fee(found.p[0].fee.byte_days, found.p[0].fee.price_nanos), 450);
	assert_int_equal(found.p[1].fee.currency.n, 0);
	tomb_world_exec("update copy set stored_at = now() - interval '29 days 1 hour'");
	TOMB_OK_OR_FAIL(tomb_impact_of_request(
		w->registry, &w->bob, tomb_world_request_object(w, object), &arena, &found, &err));
	assert_int_equal(tomb_retention_fee(found.p[0].fee.byte_days, found.p[0].fee.price_nanos), 15);
	tomb_world_exec("update copy set stored_at = now() - interval '30 days'");
	TOMB_OK_OR_FAIL(tomb_impact_of_list(w->registry, &w->alice, &list, &arena, &found, &err));
	ASSERT_TEXT(found.p[0].fee.currency, "EUR");
	assert_int_equal(found.p[0].fee.byte_days, 0);
}

static void p_02_formats_are_shares_of_the_active_files(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t object = tomb_world_object(w, "test.edu/a", 4, 0);
	struct tomb_format_share *found = NULL;
	size_t n = 0;

	tomb_world_exec("update generic_file set file_format = 'image/tiff' where identifier like '%%/1'");
	tomb_world_exec("update generic_file set file_format = 'text/plain' where identifier not like '%%/1'");
	tomb_world_exec("update generic_file set state = 'D' where identifier like '%%/4'");
	TOMB_OK_OR_FAIL(tomb_object_formats(w->registry, &w->carol, object, 9, &arena, &found, &n, &err));
	assert_int_equal(n, 2);
	ASSERT_TEXT(found[0].file_format, "text/plain");
	assert_int_equal(found[0].files, 2);
	assert_int_equal(found[0].bytes, 128);
	assert_int_equal(found[1].files, 1);
	TOMB_OK_OR_FAIL(tomb_object_formats(w->registry, &w->carol, object, 1, &arena, &found, &n, &err));
	assert_int_equal(n, 1);
	TOMB_OK_OR_FAIL(tomb_object_formats(w->registry, &w->mallory, object, 9, &arena, &found, &n, &err));
	assert_int_equal(n, 0);
}

static void p_13_each_file_of_a_list_has_its_own_obstacle(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t free_object = tomb_world_object(w, "test.edu/free", 2, 1);
	int64_t young = tomb_world_option(w, "Glacier-OH", 90);
	int64_t ids[3] = {0};
	struct tomb_int8s list = {ids, 3};
	struct tomb_obstacle *found = NULL;

	(void)free_object;
	(void)tomb_world_object_in(w, w->institution, young, "test.edu/young", 1, 1);
	ids[0] = tomb_world_file(w, "test.edu/young/data/1");
	ids[1] = tomb_world_file(w, "test.edu/free/data/1");
	ids[2] = tomb_world_file(w, "test.edu/free/data/2");
	(void)tomb_world_request_file(w, ids[2]);
	TOMB_OK_OR_FAIL(tomb_file_obstacles(w->registry, &w->alice, list, &arena, &found, &err));
	ASSERT_TEXT(found[0].rule, "young");
	assert_int_equal(found[0].eligible_day.n, 10);
	assert_int_equal(found[0].code, TOMB_UNPROCESSABLE);
	assert_int_equal(found[1].rule.n, 0);
	ASSERT_TEXT(found[2].rule, "pending");
	TOMB_OK_OR_FAIL(tomb_file_obstacles(w->registry, &w->mallory, list, &arena, &found, &err));
	assert_int_equal(found[0].rule.n, 0);
}

static void copies_come_in_the_order_of_their_files_and_of_the_present_generation(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t ids[2] = {0};
	struct tomb_copies found = {0};

	(void)tomb_world_object(w, "test.edu/a", 2, 2);
	ids[0] = tomb_world_file(w, "test.edu/a/data/2");
	ids[1] = tomb_world_file(w, "test.edu/a/data/1");
	tomb_world_restore(w, ids[1], 1);
	TOMB_OK_OR_FAIL(tomb_file_copies(w->registry, &w->carol, (struct tomb_int8s){ids, 2}, &arena, &found, &err));
	assert_int_equal(found.n, 3);
	assert_int_equal(found.p[0].file_id, ids[0]);
	ASSERT_TEXT(found.p[0].backend, "local-1");
	ASSERT_TEXT(found.p[1].backend, "local-2");
	assert_int_equal(found.p[2].file_id, ids[1]);
	assert_int_equal(found.p[2].generation, 2);
	TOMB_OK_OR_FAIL(tomb_file_copies(w->registry, &w->mallory, (struct tomb_int8s){ids, 2}, &arena, &found, &err));
	assert_int_equal(found.n, 0);
}

static void p_04_recipients_are_those_who_may_decide(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t request = tomb_world_request_object(w, tomb_world_object(w, "test.edu/a", 1, 1));
	struct tomb_deletion_recipient *found = NULL;
	size_t n = 0;

	TOMB_OK_OR_FAIL(tomb_deletion_view_recipients(w->registry, &w->carol, request, &arena, &found, &n, &err));
	assert_int_equal(n, 1);
	ASSERT_TEXT(found[0].email, "bob@test.edu");
	assert_int_equal(found[0].mailed_at_us, 0);
	tomb_world_exec("update alert set sent_at = now()");
	TOMB_OK_OR_FAIL(tomb_deletion_view_recipients(w->registry, &w->carol, request, &arena, &found, &n, &err));
	assert_true(found[0].mailed_at_us > 0);
	TOMB_OK_OR_FAIL(tomb_deletion_view_recipients(w->registry, &w->mallory, request, &arena, &found, &n, &err));
	assert_int_equal(n, 0);
}

static void requests_of_an_object_are_those_that_name_it_or_its_files(void **state)
{
	struct tomb_world *w = *state;
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	int64_t a = tomb_world_object(w, "test.edu/a", 2, 0);
	int64_t first = tomb_world_request_file(w, tomb_world_file(w, "test.edu/a/data/1"));
	int64_t second = tomb_world_request_file(w, tomb_world_file(w, "test.edu/a/data/2"));
	int64_t other = tomb_world_request_object(w, tomb_world_object(w, "test.edu/b", 1, 0));
	struct tomb_deletion_filter filter = {.object_id = a, .newest_first = true};
	struct tomb_page page = {.limit = 1};
	struct tomb_deletion_page found = {0};

	assert_true(other > second);
	TOMB_OK_OR_FAIL(tomb_deletion_view_list(w->registry, &w->carol, &filter, &page, &arena, &found, &err));
	assert_int_equal(found.n, 1);
	assert_int_equal(found.p[0].id, second);
	page.after = found.next;
	TOMB_OK_OR_FAIL(tomb_deletion_view_list(w->registry, &w->carol, &filter, &page, &arena, &found, &err));
	assert_int_equal(found.n, 1);
	assert_int_equal(found.p[0].id, first);
	assert_int_equal(found.next.n, 0);
	filter.state = TOMB_STR("rejected");
	TOMB_OK_OR_FAIL(
		tomb_deletion_view_list(w->registry, &w->carol, &filter, &(struct tomb_page){0}, &arena, &found, &err));
	assert_int_equal(found.n, 0);
	filter.state = TOMB_STR("open");
	TOMB_OK_OR_FAIL(tomb_deletion_view_list(
		w->registry, &w->mallory, &filter, &(struct tomb_page){0}, &arena, &found, &err));
	assert_int_equal(found.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			x_10_the_impact_counts_every_copy_that_is_still_there, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_billed_is_the_same_in_the_ledger_and_in_c, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			x_10_early_deletion_has_a_cost_where_a_price_is_set, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			p_02_formats_are_shares_of_the_active_files, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			p_13_each_file_of_a_list_has_its_own_obstacle, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(copies_come_in_the_order_of_their_files_and_of_the_present_generation,
			tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(
			p_04_recipients_are_those_who_may_decide, tomb_world_set_up, tomb_world_tear_down),
		cmocka_unit_test_setup_teardown(requests_of_an_object_are_those_that_name_it_or_its_files,
			tomb_world_set_up, tomb_world_tear_down),
	};

	return cmocka_run_group_tests_name("impact", tests, NULL, NULL);
}
