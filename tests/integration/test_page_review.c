/* Deciding a deletion, as the second person's browser does (deletion.md P-05 to P-08, X-08, X-09). */
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void p_05_the_mails_link_leads_to_the_token_and_the_token_to_the_list(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	site_get(s, NULL, &a, "/deletions/review/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "/deletions/review/%" PRId64 "?token=abc%%22", request);
	SITE_SAYS(&a, 200, "name=\"token\" value=\"abc&quot;\"");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200,
		"alice@test.edu asks you to agree to the deletion of <strong>30 files</strong> (1.9 kB), stored as 60 "
		"copies");
	SITE_SAYS(&a, 200, "<button autofocus>Reject request</button>");
	SITE_SAYS(&a, 200, "<p>30 files</p>");
	SITE_SAYS(&a, 200, ">Approve deletion of 30 files (1.9 kB)<");
	/* Who goes through the page by keyboard meets Reject first. */
	assert_true(strstr(a.body, ">Reject request<") < strstr(a.body, ">Approve deletion of"));
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

/* By POST, so that the token is in no address. */
static void p_05_the_exact_list_is_paged_before_the_decision(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 60, 0));
	char form[SITE_TOKEN_FORM];
	char next[2 * SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};
	const char *after = NULL;

	site_bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "<p>1 to 50 of 60 files</p>");
	SITE_SAYS(&a, 200, "<a class=\"button\" href=\"/deletions/csv/");
	SITE_SILENT(&a, "First page");
	after = strstr(a.body, "name=\"after\" value=\"");
	assert_non_null(after);
	after += strlen("name=\"after\" value=\"");
	assert_in_range(snprintf(next, sizeof next, "%s&behind=50&after=%.*s", form, (int)strcspn(after, "\""), after),
		1, sizeof next - 1);
	site_post(s, &s->bob, next, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "<p>51 to 60 of 60 files</p>");
	SITE_SAYS(&a, 200, "test.edu/bag/data/60<");
	SITE_SAYS(&a, 200, "First page");
	SITE_SAYS(&a, 200, ">Approve deletion of 60 files");
	SITE_SILENT(&a, "Next page");
	assert_in_range(snprintf(next, sizeof next, "%s&after=x", form), 1, sizeof next - 1);
	site_post(s, &s->bob, next, &a, "/deletions/review/%" PRId64, request);
	assert_int_equal(a.status, 400);
	assert_in_range(snprintf(next, sizeof next, "%s&behind=-1", form), 1, sizeof next - 1);
	site_post(s, &s->bob, next, &a, "/deletions/review/%" PRId64, request);
	assert_int_equal(a.status, 400);
}

static void p_06_approval_starts_the_work_and_the_work_is_seen(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	int64_t item = 0;
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "You have approved this deletion.");
	SITE_SAYS(&a, 200, "data-progress=\"/deletions/progress/");
	SITE_SAYS(&a, 200, ">Reload</a>");
	assert_string_equal(raw_header(&a, "Refresh"), "");
	SITE_SAYS(&a, 200, "0 of 30 files deleted");
	item = tomb_world_number("select id from work_item");
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, ">Reload</a>");
	SITE_SAYS(&a, 200, "<progress value=\"0\" max=\"30\"");
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, request);
	SITE_SAYS(&a, 200, "Deletion complete");
	SITE_SAYS(&a, 200, "30 of 30 files deleted");
	SITE_SAYS(&a, 200, "verified absent");
	SITE_SAYS(&a, 200, "by bob@test.edu");
	SITE_SILENT(&a, "data-progress");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64 "?outcome=deleted&after=%" PRId64, request,
		tomb_world_file(&s->world, "test.edu/bag/data/1"));
	SITE_SAYS(&a, 200, "data/30<");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64 "?outcome=failed", request);
	SITE_SAYS(&a, 200, "No file of the list has this outcome.");
}

static void p_08_a_rejection_ends_it(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/reject/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "Nothing is deleted.");
	SITE_SAYS(&a, 200, "<dt>Rejected</dt>");
	SITE_SILENT(&a, "Send new tokens");
	assert_int_equal(tomb_world_number("select count(*) from work_item"), 0);
	site_get(s, &s->alice, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "/objects/request_delete/");
	SITE_SAYS(&a, 200, ">Rejected<");
}

static void x_09_whoever_comes_second_is_told_who_was_first(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_post(s, &s->bob, form, &a, "/deletions/reject/%" PRId64, request);
	SITE_SAYS(&a, 409, "was already approved by bob@test.edu");
	SITE_SAYS(&a, 409, "/deletions/show/");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 409, "was already approved by bob@test.edu");
	SITE_SAYS(&a, 409, "<h1>This request was approved already</h1>");
	SITE_SAYS(&a, 409, "<dt>Approved</dt><dd><time");
	assert_int_equal(tomb_world_number("select count(*) from decision where verdict = 'approve'"), 1);
}

static void p_07_who_has_the_token_but_not_the_right_learns_nothing(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	const struct site_user *const users[] = {&s->carol, &s->mallory, &s->oscar};
	static const char *const places[] = {"review", "approve", "reject"};
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	for (size_t i = 0; i < TOMB_COUNTOF(users); i++)
		for (size_t k = 0; k < TOMB_COUNTOF(places); k++) {
			site_post(s, users[i], form, &a, "/deletions/%s/%" PRId64, places[k], request);
			assert_int_equal(a.status, 403);
			SITE_SILENT(&a, "test.edu/bag");
			SITE_SILENT(&a, "30 files");
			SITE_SILENT(&a, "alice@test.edu");
		}
	site_get(s, &s->carol, &a, "/deletions/review/%" PRId64, request);
	assert_int_equal(a.status, 403);
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

static void p_06_the_requester_cannot_approve(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_bobs_token(s, request, form);
	site_post(s, &s->alice, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "You asked for this deletion yourself.");
	site_post(s, &s->alice, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "another admin must decide it");
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

static void a_token_that_is_wrong_old_or_too_late_says_so(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	char form[SITE_TOKEN_FORM];
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->bob, "token=abc", &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 403, "This is not a token");
	SITE_SAYS(&a, 403, "name=\"token\" value=\"abc\"");
	site_bobs_token(s, request, form);
	form[10] = form[10] == '0' ? '1' : '0';
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "does not belong to deletion request");
	site_bobs_token(s, request, form);
	site_post(s, &s->bob, "", &a, "/deletions/resend/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 410, "use the latest mail");
	SITE_SAYS(&a, 410, "Send new tokens");
	SITE_SAYS(&a, 410, "<h1>This token is no longer valid</h1>");
	SITE_SAYS(&a, 410, "by alice@test.edu");
	site_bobs_token(s, request, form);
	tomb_world_exec("update deletion_request set expires_at = now() - interval '1 s'");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 410, "<h1>This request has expired</h1>");
	SITE_SAYS(&a, 410, "<dt>Expired</dt><dd><time");
	SITE_SILENT(&a, "Send new tokens");
	site_get(s, &s->bob, &a, "/deletions/show/%" PRId64, request);
	SITE_SAYS(&a, 200, ">Expired<");
}

static void who_guesses_tokens_is_slowed_down(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	RAW_ANSWER_AUTO a = {0};
	int tries = 0;

	do {
		site_post(s, &s->bob, "token=abc", &a, "/deletions/review/%" PRId64, request);
		assert_in_range(++tries, 1, 100);
	} while (a.status == 403);
	assert_int_equal(a.status, 429);
	assert_string_not_equal(raw_header(&a, "Retry-After"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_05_the_mails_link_leads_to_the_token_and_the_token_to_the_list, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_05_the_exact_list_is_paged_before_the_decision, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_06_approval_starts_the_work_and_the_work_is_seen, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(p_08_a_rejection_ends_it, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			x_09_whoever_comes_second_is_told_who_was_first, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_07_who_has_the_token_but_not_the_right_learns_nothing, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(p_06_the_requester_cannot_approve, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_token_that_is_wrong_old_or_too_late_says_so, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(who_guesses_tokens_is_slowed_down, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("pages of decisions", tests, NULL, NULL);
}
