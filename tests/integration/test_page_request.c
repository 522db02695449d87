/* Asking for a deletion, as a browser does (deletion.md P-01, P-04, X-10). */
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void p_01_an_admin_asks_after_seeing_what_will_happen(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = 0;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SAYS(&a, 200, "<strong>30 files</strong> (1.9 kB), stored as 60 copies");
	SITE_SAYS(&a, 200, ">Request deletion of 30 files (1.9 kB)<");
	SITE_SAYS(&a, 200, "local-2");
	site_post(
		s, &s->alice, "reason=no%20longer%20needed%0D%0A%3Cb%3E", &a, "/objects/init_delete/%" PRId64, object);
	assert_int_equal(a.status, 303);
	request = tomb_world_number("select max(id) from deletion_request");
	site_get(s, &s->alice, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "The deletion was requested.");
	SITE_SAYS(&a, 200, "bob@test.edu: mail not sent yet");
	SITE_SAYS(&a, 200, "no longer needed\n&lt;b&gt;");
	SITE_SAYS(&a, 200, "Awaiting approval");
	site_get(s, &s->alice, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "Cannot be deleted now: deletion request");
	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SAYS(&a, 200, "Cannot be deleted now: deletion request");
	SITE_SILENT(&a, "Request deletion of");
	site_post(s, &s->alice, "", &a, "/objects/init_delete/%" PRId64, object);
	SITE_SAYS(&a, 409, "Not possible now");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request where id >= %" PRId64, request), 1);
}

/* Copies at local-1 are billed as 1 GB each for 30 days at 1.50. */
static void set_price(struct site *s)
{
	tomb_world_exec(
		"insert into storage_option_backend (storage_option_id, backend_id, price_nanos, price_currency, "
		"billed_days, billed_bytes) select %" PRId64 ", id, 1500000000, 'EUR', 30, 1 << 30 from "
		"storage_backend where name = 'local-1'",
		s->world.standard);
}

static void x_10_what_haste_costs_is_said_to_both_people(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SILENT(&a, "early deletion");
	SITE_SILENT(&a, "prices, not locks");
	set_price(s);
	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SAYS(&a, 200, "early deletion costs about 45.00 EUR<");
	SITE_SAYS(&a, 200, "prices, not locks");
	object = tomb_world_request_object(&s->world, object);
	site_bobs_token(s, object, form);
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, object);
	SITE_SAYS(&a, 200, "early deletion costs about 45.00 EUR<");
	SITE_SAYS(&a, 200, "prices, not locks");
	tomb_world_exec("update copy set stored_at = now() - interval '30 days'");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, object);
	SITE_SILENT(&a, "early deletion");
}

static void x_10_both_people_see_what_was_checked(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = 0;
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SAYS(&a, 200, "<dt>Too young</dt><dd>None</dd>");
	SITE_SAYS(&a, 200, "<dt>Under hold</dt><dd>None</dd>");
	SITE_SAYS(&a, 200, "<dt>Pending or deleted already</dt><dd>None</dd>");
	request = tomb_world_request_object(&s->world, object);
	tomb_world_exec("insert into hold (institution_id, file_id, reason, placed_by) select institution_id, id, "
			"'a lawsuit', %" PRId64 " from generic_file where identifier = 'test.edu/bag/data/7'",
		s->world.oscar.user_id);
	site_bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "<dt>Under hold</dt><dd>1 file. test.edu/bag/data/7: it is under hold: a lawsuit</dd>");
	SITE_SAYS(&a, 200, "<dt>Pending or deleted already</dt><dd>None</dd>"); /* it does not stand in its own way */
	SITE_SAYS(&a, 200, "cannot be approved as it is now");
}

static void x_10_what_is_too_young_is_counted_before_one_asks(void **state)
{
	struct site *s = *state;
	int64_t option = tomb_world_option(&s->world, "Wasabi-TX", 90);
	int64_t object = tomb_world_object_in(&s->world, s->world.institution, option, "test.edu/young", 3, 2);
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SAYS(&a, 200, "<dt>Too young</dt><dd>6 copies. test.edu/young/data/");
	SITE_SAYS(&a, 200, "Wasabi-TX is kept at least 90 days. It may be deleted from 20");
	SITE_SILENT(&a, "init_delete");
}

static void a_reason_is_chosen_and_shown_wherever_it_is(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = 0;
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, object);
	SITE_SAYS(&a, 200, "<option value=\"personal_data\">It holds personal data</option>");
	site_post(s, &s->alice, "reason_code=personal_data&reason=names", &a, "/objects/init_delete/%" PRId64, object);
	assert_int_equal(a.status, 303);
	request = tomb_world_number("select id from deletion_request where reason_code = 'personal_data'");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, request);
	SITE_SAYS(&a, 200, "It holds personal data.\nnames");
	site_get(s, &s->bob, &a, "/dashboard");
	SITE_SAYS(&a, 200, "It holds personal data.\nnames");
	site_bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "It holds personal data.\nnames");
}

/* What is wrong stands at its field, what was typed stays, nothing was changed. */
static void a_form_that_is_wrong_comes_back_as_it_was_sent(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->alice, "reason_code=whim&reason=my%20words", &a, "/objects/init_delete/%" PRId64, object);
	SITE_SAYS(&a, 400, "<a href=\"#reason_code\">&quot;whim&quot; is no reason_code");
	SITE_SAYS(&a, 400, "aria-invalid=\"true\" aria-describedby=\"code-fault\"");
	SITE_SAYS(&a, 400, ">my words</textarea>");
	site_post(s, &s->alice, "reason_code=other&reason=", &a, "/objects/init_delete/%" PRId64, object);
	SITE_SAYS(&a, 400, "<a href=\"#reason\">");
	SITE_SAYS(&a, 400, "<option value=\"other\" selected>");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

static void a_large_request_is_confirmed_by_its_number_of_files(void **state)
{
	static const char *const wrong[] = {"", "confirm=", "confirm=99", "confirm=100x", "confirm=-100",
		"confirm=99999999999999999999999", "reason=x&confirm=1%2C000"};
	struct site *s = *state;
	int64_t small = tomb_world_object(&s->world, "test.edu/small", 99, 0);
	int64_t large = tomb_world_object(&s->world, "test.edu/large", 100, 0);
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, small);
	SITE_SILENT(&a, "name=\"confirm\"");
	site_get(s, &s->alice, &a, "/objects/request_delete/%" PRId64, large);
	SITE_SAYS(&a, 200, "Type the number of files to confirm: 100</label>");
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		site_post(s, &s->alice, wrong[i], &a, "/objects/init_delete/%" PRId64, large);
		SITE_SAYS(&a, 400, "<p class=\"fault\" id=\"confirm-fault\">Type 100, the number of files");
	}
	SITE_SAYS(&a, 400, "name=\"confirm\" value=\"1,000\"");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
	site_post(s, &s->alice, "confirm=100", &a, "/objects/init_delete/%" PRId64, large);
	assert_int_equal(a.status, 303);
	site_post(s, &s->alice, "", &a, "/objects/init_delete/%" PRId64, small);
	assert_int_equal(a.status, 303);
}

static void p_01_a_file_is_asked_for_from_its_own_page(void **state)
{
	struct site *s = *state;
	int64_t file = (site_bag(s), tomb_world_file(&s->world, "test.edu/bag/data/1"));
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/files/request_delete/%" PRId64, file);
	SITE_SAYS(&a, 200, ">Request deletion of 1 file (64 bytes)<");
	site_post(s, &s->alice, "", &a, "/files/init_delete/%" PRId64, file);
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "1 single file: 1 file, 64 bytes");
	SITE_SAYS(&a, 200, "/files/show/");
}

static void p_01_others_may_not_ask(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	const struct site_user *const users[] = {&s->carol, &s->oscar, &s->mallory};
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(users); i++) {
		int want = users[i] == &s->mallory ? 404 : 403;

		site_get(s, users[i], &a, "/objects/request_delete/%" PRId64, object);
		assert_int_equal(a.status, want);
		site_get(s, users[i], &a, "/files/request_delete/%" PRId64, file);
		assert_int_equal(a.status, want);
		site_post(s, users[i], "reason=x", &a, "/objects/init_delete/%" PRId64, object);
		assert_int_equal(a.status, want);
		site_post(s, users[i], "reason=x", &a, "/files/init_delete/%" PRId64, file);
		assert_int_equal(a.status, want);
	}
	site_post_bare(s, NULL, "reason=x", &a, "/objects/init_delete/%" PRId64, object);
	assert_int_equal(a.status, 401);
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

static void a_form_without_its_csrf_value_changes_nothing(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	int64_t other = tomb_world_object(&s->world, "test.edu/other", 1, 1);
	char form[SITE_TOKEN_FORM];
	char wrong[256];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	(void)snprintf(wrong, sizeof wrong, "csrf=%s&%s", s->alice.csrf, form);
	site_post_bare(s, &s->alice, "reason=x", &a, "/objects/init_delete/%" PRId64, other);
	assert_int_equal(a.status, 403);
	site_post_bare(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 403);
	site_post_bare(s, &s->bob, wrong, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 403);
	site_post_bare(s, &s->bob, form, &a, "/deletions/reject/%" PRId64, request);
	assert_int_equal(a.status, 403);
	site_post_bare(s, &s->bob, "", &a, "/deletions/resend/%" PRId64, request);
	assert_int_equal(a.status, 403);
	site_post_bare(s, &s->oscar, "", &a, "/work_items/requeue/1");
	assert_int_equal(a.status, 403);
	assert_int_equal(tomb_world_number("select count(*) from deletion_request where state = 'open'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
	assert_int_equal(tomb_world_number("select count(*) from approval_token where rotated_at is not null"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_01_an_admin_asks_after_seeing_what_will_happen, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			x_10_what_haste_costs_is_said_to_both_people, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(x_10_both_people_see_what_was_checked, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			x_10_what_is_too_young_is_counted_before_one_asks, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_reason_is_chosen_and_shown_wherever_it_is, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_form_that_is_wrong_comes_back_as_it_was_sent, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_large_request_is_confirmed_by_its_number_of_files, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_01_a_file_is_asked_for_from_its_own_page, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(p_01_others_may_not_ask, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_form_without_its_csrf_value_changes_nothing, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("pages of requests", tests, NULL, NULL);
}
