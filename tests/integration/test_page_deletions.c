/* Asking for a deletion, deciding it and watching it, as browsers do (deletion.md P-01 to P-11, P-17, X-09, X-10). */
#include "site.h"

#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int64_t a_bag(struct site *s)
{
	return tomb_world_object(&s->world, "test.edu/bag", 30, 2);
}

/* The whole form of a decision, with Bob's token. */
static void bobs_token(struct site *s, int64_t request, char form[128])
{
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(&s->world, request, &s->world.bob, token);
	(void)snprintf(form, 128, "token=%s", token);
}

static void p_01_an_admin_asks_after_seeing_what_will_happen(void **state)
{
	struct site *s = *state;
	int64_t object = a_bag(s);
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

static void p_01_a_file_is_asked_for_from_its_own_page(void **state)
{
	struct site *s = *state;
	int64_t file = (a_bag(s), tomb_world_file(&s->world, "test.edu/bag/data/1"));
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
	int64_t object = a_bag(s);
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
	int64_t object = a_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	int64_t other = tomb_world_object(&s->world, "test.edu/other", 1, 1);
	char form[128];
	char wrong[256];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
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

static void p_05_the_mails_link_leads_to_the_token_and_the_token_to_the_list(void **state)
{
	struct site *s = *state;
	int64_t object = a_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
	site_get(s, NULL, &a, "/deletions/review/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "/deletions/review/%" PRId64 "?token=abc%%22", request);
	SITE_SAYS(&a, 200, "name=\"token\" value=\"abc&quot;\"");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200,
		"alice@test.edu asks you to agree to the deletion of <strong>30 files</strong> (1.9 kB), stored as 60 "
		"copies");
	SITE_SAYS(&a, 200, "And 5 more files.");
	SITE_SAYS(&a, 200, ">Approve deletion of 30 files (1.9 kB)<");
	/* Who goes through the page by keyboard meets Reject first. */
	assert_true(strstr(a.body, ">Reject request<") < strstr(a.body, ">Approve deletion of"));
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

static void p_06_approval_starts_the_work_and_the_work_is_seen(void **state)
{
	struct site *s = *state;
	int64_t object = a_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	int64_t item = 0;
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "You have approved this deletion.");
	SITE_SAYS(&a, 200, "http-equiv=\"refresh\"");
	SITE_SAYS(&a, 200, "0 of 30 files deleted");
	item = tomb_world_number("select id from work_item");
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "http-equiv=\"refresh\" content=\"2\"");
	SITE_SAYS(&a, 200, "<progress value=\"0\" max=\"30\"");
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64 "?still=1", item);
	SITE_SILENT(&a, "http-equiv");
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, request);
	SITE_SAYS(&a, 200, "Deletion complete");
	SITE_SAYS(&a, 200, "30 of 30 files deleted");
	SITE_SAYS(&a, 200, "verified absent");
	SITE_SAYS(&a, 200, "by bob@test.edu");
	SITE_SILENT(&a, "http-equiv");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64 "?outcome=deleted&after=%" PRId64, request,
		tomb_world_file(&s->world, "test.edu/bag/data/1"));
	SITE_SAYS(&a, 200, "data/30<");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64 "?outcome=failed", request);
	SITE_SAYS(&a, 200, "No file of the list has this outcome.");
}

static void p_08_a_rejection_ends_it(void **state)
{
	struct site *s = *state;
	int64_t object = a_bag(s);
	int64_t request = tomb_world_request_object(&s->world, object);
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
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
	int64_t request = tomb_world_request_object(&s->world, a_bag(s));
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_post(s, &s->bob, form, &a, "/deletions/reject/%" PRId64, request);
	SITE_SAYS(&a, 409, "was already approved by bob@test.edu");
	SITE_SAYS(&a, 409, "/deletions/show/");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 409, "was already approved by bob@test.edu");
	assert_int_equal(tomb_world_number("select count(*) from decision where verdict = 'approve'"), 1);
}

static void p_07_who_has_the_token_but_not_the_right_learns_nothing(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, a_bag(s));
	const struct site_user *const users[] = {&s->carol, &s->mallory, &s->oscar};
	static const char *const places[] = {"review", "approve", "reject"};
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
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
	int64_t request = tomb_world_request_object(&s->world, a_bag(s));
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	bobs_token(s, request, form);
	site_post(s, &s->alice, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 200, "You asked for this deletion yourself.");
	site_post(s, &s->alice, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "another admin must decide it");
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
}

static void a_token_that_is_wrong_old_or_too_late_says_so(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, a_bag(s));
	char form[128];
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->bob, "token=abc", &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 403, "this is not a token");
	SITE_SAYS(&a, 403, "name=\"token\" value=\"abc\"");
	bobs_token(s, request, form);
	form[10] = form[10] == '0' ? '1' : '0';
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 403, "does not belong to deletion request");
	bobs_token(s, request, form);
	site_post(s, &s->bob, "", &a, "/deletions/resend/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_post(s, &s->bob, form, &a, "/deletions/approve/%" PRId64, request);
	SITE_SAYS(&a, 410, "use the latest mail");
	SITE_SAYS(&a, 410, "Send new tokens");
	bobs_token(s, request, form);
	tomb_world_exec("update deletion_request set expires_at = now() - interval '1 s'");
	site_post(s, &s->bob, form, &a, "/deletions/review/%" PRId64, request);
	SITE_SAYS(&a, 410, "has expired");
	SITE_SILENT(&a, "Send new tokens");
	site_get(s, &s->bob, &a, "/deletions/show/%" PRId64, request);
	SITE_SAYS(&a, 200, ">Expired<");
}

static void who_guesses_tokens_is_slowed_down(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, a_bag(s));
	RAW_ANSWER_AUTO a = {0};
	int tries = 0;

	do {
		site_post(s, &s->bob, "token=abc", &a, "/deletions/review/%" PRId64, request);
		assert_in_range(++tries, 1, 100);
	} while (a.status == 403);
	assert_int_equal(a.status, 429);
	assert_string_not_equal(raw_header(&a, "Retry-After"), "");
}

static void p_11_the_list_shows_who_asked_and_who_decided(void **state)
{
	struct site *s = *state;
	int64_t approved = tomb_world_request_object(&s->world, a_bag(s));
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/open", 1, 1));
	(void)tomb_world_approve(&s->world, approved);
	site_get(s, &s->carol, &a, "/deletions");
	SITE_SAYS(&a, 200, "test.edu/bag");
	SITE_SAYS(&a, 200, "test.edu/open");
	SITE_SAYS(&a, 200, "alice@test.edu");
	SITE_SAYS(&a, 200, "Approved by bob@test.edu");
	site_get(s, &s->carol, &a, "/deletions?state=open");
	SITE_SAYS(&a, 200, "test.edu/open");
	SITE_SILENT(&a, "test.edu/bag");
	site_get(s, &s->carol, &a, "/deletions?state=nonsense");
	assert_int_equal(a.status, 400);
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, approved);
	SITE_SAYS(&a, 200, "/work_items/show/");
	SITE_SILENT(&a, "Send new tokens");
	site_get(s, &s->mallory, &a, "/deletions");
	SITE_SAYS(&a, 200, "Nobody has asked for a deletion yet.");
	site_get(s, &s->mallory, &a, "/deletions/show/%" PRId64, approved);
	assert_int_equal(a.status, 404);
	site_post(s, &s->mallory, "", &a, "/deletions/resend/%" PRId64, approved);
	assert_int_equal(a.status, 404);
}

static void p_17_work_items_say_when_it_was_requested_and_completed(void **state)
{
	struct site *s = *state;
	int64_t object = a_bag(s);
	int64_t item = 0;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	item = tomb_world_number("select id from work_item");
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "Not yet");
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/work_items");
	SITE_SAYS(&a, 200, "test.edu/bag");
	SITE_SAYS(&a, 200, ">Success<");
	site_get(s, &s->carol, &a, "/work_items?status=Failed");
	SITE_SAYS(&a, 200, "No work item fits this filter.");
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "UTC</time> by alice@test.edu");
	SITE_SAYS(&a, 200, "UTC</time> by bob@test.edu");
	SITE_SAYS(&a, 200, "<dt>Completed</dt><dd><time");
	SITE_SAYS(&a, 200, "30 of 30 files deleted");
	SITE_SILENT(&a, "Not yet");
	site_get(s, &s->mallory, &a, "/work_items/show/%" PRId64, item);
	assert_int_equal(a.status, 404);
}

static void only_an_operator_puts_failed_work_to_work_again(void **state)
{
	struct site *s = *state;
	int64_t item = 0;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, a_bag(s)));
	item = tomb_world_number("select id from work_item");
	site_post(s, &s->alice, "", &a, "/work_items/requeue/%" PRId64, item);
	assert_int_equal(a.status, 403);
	site_post(s, &s->oscar, "", &a, "/work_items/requeue/%" PRId64, item);
	assert_int_equal(a.status, 409);
	tomb_world_exec("update request_file set outcome = 'failed', reason = 'no answer', settled_at = now()");
	tomb_world_exec("update request_item set is_open = false");
	tomb_world_exec("update work_item set status = 'Failed', files_failed = 30, completed_at = now(), "
			"needs_admin_review = true");
	site_get(s, &s->alice, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "30 files failed");
	SITE_SILENT(&a, "to work again");
	site_get(s, &s->oscar, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "Put the failed files to work again");
	site_post(s, &s->oscar, "", &a, "/work_items/requeue/%" PRId64, item);
	assert_int_equal(a.status, 303);
	site_get(s, &s->oscar, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "The failed files are put to work again.");
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Failed'"), 0);
}

static void a_link_cannot_put_words_of_its_own_on_a_page(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects?notice=Call+this+number");
	assert_int_equal(a.status, 200);
	SITE_SILENT(&a, "Call this number");
	SITE_SILENT(&a, "role=\"status\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_01_an_admin_asks_after_seeing_what_will_happen, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_01_a_file_is_asked_for_from_its_own_page, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(p_01_others_may_not_ask, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_form_without_its_csrf_value_changes_nothing, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_05_the_mails_link_leads_to_the_token_and_the_token_to_the_list, site_set_up, site_tear_down),
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
		cmocka_unit_test_setup_teardown(
			p_11_the_list_shows_who_asked_and_who_decided, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_17_work_items_say_when_it_was_requested_and_completed, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			only_an_operator_puts_failed_work_to_work_again, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_link_cannot_put_words_of_its_own_on_a_page, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("pages of deletions", tests, NULL, NULL);
}
