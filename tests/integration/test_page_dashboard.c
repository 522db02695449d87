/* The first page, as a browser gets it: what waits, what runs, what was deleted, what is held (deletion.md P-06, P-10,
 * P-13), and the navigation around all pages. */
#include "pg_fixture.h"
#include "site.h"
#include "tombstone/holdings.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { FOLD_MAX = 100 };

static void one_begins_at_the_dashboard(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/");
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/dashboard");
	site_get(s, &s->alice, &a, "/dashboard");
	SITE_SAYS(&a, 200, "<a href=\"/dashboard\" aria-current=\"page\">Dashboard</a>");
	SITE_SAYS(&a, 200, "Nothing waits for you.");
	SITE_SAYS(&a, 200, "No deletion is running.");
	SITE_SAYS(&a, 200, "Nothing was deleted yet.");
	SITE_SAYS(&a, 200, "There are no active files yet.");
	SITE_SAYS(&a, 200, "No file is too young to be deleted.");
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SILENT(&a, "Waiting for you");
}

static void the_navigation_has_what_the_role_may_see(void **state)
{
	static const char *const everybody[] = {"\"/dashboard\"", "\"/objects\"", "\"/work_items\"", "\"/files\"",
		"\"/deletions\"", "\"/events\"", "\"/alerts\"", "\"/storage_options\"", "\"/account\""};
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	for (int i = 0; i < 3; i++) {
		site_get(s, i == 0 ? &s->carol : i == 1 ? &s->alice : &s->oscar, &a, "/objects");
		for (size_t j = 0; j < TOMB_COUNTOF(everybody); j++)
			SITE_SAYS(&a, 200, everybody[j]);
		assert_int_equal(strstr(a.body, "\"/users\"") != NULL, i > 0);
		assert_int_equal(strstr(a.body, "\"/audit\"") != NULL, i > 0);
	}
}

static void p_06_a_request_waits_for_those_who_may_decide_it(void **state)
{
	struct site *s = *state;
	int64_t file = 0;
	int64_t request = 0;
	RAW_ANSWER_AUTO a = {0};
	char link[64];

	(void)tomb_world_object(&s->world, "test.edu/bag", 3, 1);
	file = tomb_world_file(&s->world, "test.edu/bag/data/2");
	request = tomb_world_request_file(&s->world, file);
	(void)snprintf(link, sizeof link, "\"/deletions/review/%" PRId64 "\"", request);
	site_get(s, &s->bob, &a, "/dashboard");
	SITE_SAYS(&a, 200, link);
	SITE_SAYS(&a, 200, ">Review<span class=\"hidden\"> request ");
	SITE_SAYS(&a, 200, "test.edu/bag/data/2");
	SITE_SILENT(&a, "Nothing waits for you.");
	site_get(s, &s->alice, &a, "/dashboard");
	SITE_SAYS(&a, 200, "Your own requests");
	SITE_SILENT(&a, link);
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SILENT(&a, "test.edu/bag/data/2");
	site_get(s, &s->mallory, &a, "/dashboard");
	SITE_SILENT(&a, "test.edu/bag");
	SITE_SAYS(&a, 200, "Nothing waits for you.");
	site_get(s, &s->oscar, &a, "/dashboard");
	SITE_SAYS(&a, 200, "Nothing waits for you.");
	tomb_world_exec("update deletion_request set expires_at = now() - interval '1 second'");
	site_get(s, &s->bob, &a, "/dashboard");
	SITE_SILENT(&a, link);
}

static void p_06_an_only_admin_decides_alone_or_an_operator_does(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	tomb_world_exec("update user_account set deactivated_at = now() where email = 'bob@test.edu'");
	(void)tomb_world_request_file(&s->world, tomb_world_file(&s->world, "test.edu/bag/data/1"));
	tomb_world_exec("update institution set sole_admin = 'self' where identifier = 'test.edu'");
	site_get(s, &s->alice, &a, "/dashboard");
	SITE_SAYS(&a, 200, "/deletions/review/");
	site_get(s, &s->oscar, &a, "/dashboard");
	SITE_SILENT(&a, "/deletions/review/");
	tomb_world_exec("update institution set sole_admin = 'operator' where identifier = 'test.edu'");
	site_get(s, &s->alice, &a, "/dashboard");
	SITE_SILENT(&a, "/deletions/review/");
	site_get(s, &s->oscar, &a, "/dashboard");
	SITE_SAYS(&a, 200, "/deletions/review/");
}

static void p_10_what_runs_says_how_far_it_is_and_what_ended_leaves_a_tombstone(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 3, 2);
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SAYS(&a, 200, "0 of 3 files settled");
	SITE_SAYS(&a, 200, "<progress value=\"0\" max=\"3\"");
	site_get(s, &s->mallory, &a, "/dashboard");
	SITE_SAYS(&a, 200, "No deletion is running.");
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SAYS(&a, 200, "No deletion is running.");
	SITE_SAYS(&a, 200, "alice@test.edu, bob@test.edu");
	SITE_SAYS(&a, 200, "3 files, ");
	site_get(s, &s->mallory, &a, "/dashboard");
	SITE_SAYS(&a, 200, "Nothing was deleted yet.");
}

static void operators_see_what_failed(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	(void)tomb_world_approve(
		&s->world, tomb_world_request_file(&s->world, tomb_world_file(&s->world, "test.edu/bag/data/1")));
	tomb_world_exec("update work_item set status = 'Failed', completed_at = now(), note = 'The store was shut'");
	site_get(s, &s->oscar, &a, "/dashboard");
	SITE_SAYS(&a, 200, "Failed work items that need review");
	SITE_SAYS(&a, 200, "The store was shut");
	site_get(s, &s->alice, &a, "/dashboard");
	SITE_SILENT(&a, "The store was shut");
}

static void fold(struct site *s)
{
	int64_t things = 0;

	TOMB_OK_OR_FAIL(tomb_holdings_fold(s->world.registry, FOLD_MAX, &things, &err));
}

/* Before and after what is loose was folded. */
static void the_files_of_each_storage_option_are_counted_and_drawn(void **state)
{
	struct site *s = *state;
	int64_t option = tomb_world_option(&s->world, "Wasabi-TX", 90);
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_object(&s->world, "test.edu/bag", 3, 1);
	(void)tomb_world_object_in(&s->world, s->world.institution, option, "test.edu/young", 1, 2);
	for (int i = 0; i < 2; i++) {
		site_get(s, &s->carol, &a, "/dashboard");
		SITE_SAYS(&a, 200, "class=\"donut\" role=\"img\" aria-label=\"Share of each storage option");
		SITE_SAYS(&a, 200, "<figcaption>4 files</figcaption>");
		SITE_SAYS(&a, 200,
			"Wasabi-TX<br><span class=\"muted\">kept at least 90 days</span></th><td "
			"class=\"number\" data-label=\"Files\">1</td>"
			"<td class=\"number\" data-label=\"Of all files\">25.0 %</td>");
		site_get(s, &s->mallory, &a, "/dashboard");
		SITE_SAYS(&a, 200, "There are no active files yet.");
		fold(s);
	}
	site_get(s, &s->oscar, &a, "/dashboard");
	SITE_SAYS(&a, 200, "<figcaption>4 files</figcaption>");
	(void)tomb_world_approve(
		&s->world, tomb_world_request_file(&s->world, tomb_world_file(&s->world, "test.edu/bag/data/1")));
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SAYS(&a, 200, "<figcaption>3 files</figcaption>");
	assert_int_equal(tomb_world_number("select count(*) from tally_difference"), 0);
}

static void p_13_what_is_too_young_says_from_which_month_on_it_is_not(void **state)
{
	struct site *s = *state;
	int64_t option = tomb_world_option(&s->world, "Wasabi-TX", 90);
	RAW_ANSWER_AUTO a = {0};
	char month[256];

	(void)tomb_world_object(&s->world, "test.edu/bag", 5, 2);
	(void)tomb_world_object_in(&s->world, s->world.institution, option, "test.edu/young", 2, 2);
	(void)snprintf(month, sizeof month,
		"<th scope=\"row\" class=\"nowrap\">%s</th><td data-label=\"Storage option\">Wasabi-TX</td><td "
		"class=\"number\" data-label=\"Files\">2</td>",
		tomb_fixture_pg_value("select to_char((now() at time zone 'UTC')::date + 90, 'YYYY-MM')"));
	for (int i = 0; i < 2; i++) {
		site_get(s, &s->carol, &a, "/dashboard");
		SITE_SAYS(&a, 200, month);
		SITE_SILENT(
			&a, "data-label=\"Files\">5</td><td class=\"number\" data-label=\"Size\">320 bytes</td></tr>");
		site_get(s, &s->mallory, &a, "/dashboard");
		SITE_SAYS(&a, 200, "No file is too young to be deleted.");
		fold(s);
	}
	/* Ninety days later, and where the store itself says how long. */
	tomb_world_exec("update storage_backend set retention = 'store'");
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SAYS(&a, 200, "No file is too young to be deleted.");
	tomb_world_exec("update storage_backend set retention = 'strictest'");
	tomb_world_exec("update copy set stored_at = stored_at - interval '91 days'");
	fold(s);
	site_get(s, &s->carol, &a, "/dashboard");
	SITE_SAYS(&a, 200, "No file is too young to be deleted.");
	assert_int_equal(tomb_world_number("select count(*) from tally_difference"), 0);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(one_begins_at_the_dashboard),
		ON_A_SITE(the_navigation_has_what_the_role_may_see),
		ON_A_SITE(p_06_a_request_waits_for_those_who_may_decide_it),
		ON_A_SITE(p_06_an_only_admin_decides_alone_or_an_operator_does),
		ON_A_SITE(p_10_what_runs_says_how_far_it_is_and_what_ended_leaves_a_tombstone),
		ON_A_SITE(operators_see_what_failed),
		ON_A_SITE(the_files_of_each_storage_option_are_counted_and_drawn),
		ON_A_SITE(p_13_what_is_too_young_says_from_which_month_on_it_is_not),
	};

	return cmocka_run_group_tests_name("the first page", tests, NULL, NULL);
}
