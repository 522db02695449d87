/* Work items as a browser gets them: filters, what happened when, and operators' orders (deletion.md P-10, P-17, X-16).
 */
#include "site.h"
#include "tombstone/cancel.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* "test.edu/bag", approved, and not planned yet; its work item. */
static int64_t approved(struct site *s)
{
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, site_bag(s)));
	return tomb_world_number("select max(id) from work_item");
}

static void filters_are_chips_that_can_be_removed(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)approved(s);
	site_get(s, &s->carol, &a, "/work_items");
	SITE_SILENT(&a, "class=\"chip\"");
	site_get(s, &s->carol, &a, "/work_items?status=Pending&action=Delete&object=test.edu%%2Fbag");
	SITE_SAYS(&a, 200, "<span class=\"identifier\">test.edu/bag</span>");
	SITE_SAYS(&a, 200, "href=\"/work_items?action=Delete&amp;object=test.edu%2Fbag\">Status: Pending<");
	SITE_SAYS(&a, 200, "href=\"/work_items?status=Pending&amp;object=test.edu%2Fbag\">Action: Delete<");
	SITE_SAYS(&a, 200, "href=\"/work_items?status=Pending&amp;action=Delete\">Object: test.edu/bag<");
	SITE_SAYS(&a, 200, "<a href=\"/work_items\">Clear all</a>");
	SITE_SAYS(&a, 200, "<option value=\"Pending\" selected>");
	site_get(s, &s->carol, &a, "/work_items?status=nonsense");
	assert_int_equal(a.status, 400);
}

static void items_of_one_object_are_found_by_its_name(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)approved(s);
	(void)tomb_world_approve(
		&s->world, tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/other", 1, 1)));
	site_get(s, &s->carol, &a, "/work_items?object=test.edu%%2Fother");
	SITE_SAYS(&a, 200, "<span class=\"identifier\">test.edu/other</span>");
	SITE_SAYS(&a, 200, "1 work item");
	SITE_SILENT(&a, "test.edu/bag");
	site_get(s, &s->carol, &a, "/work_items?object=test.edu%%2Fnone");
	SITE_SAYS(&a, 200, "No work item fits this filter.");
	site_get(s, &s->mallory, &a, "/work_items?object=test.edu%%2Fother");
	SITE_SAYS(&a, 200, "No work item fits this filter.");
}

/* Asserts that the page says one thing, and after it the other. */
static void in_order(const struct raw_answer *a, const char *first, const char *second)
{
	const char *at = strstr(a->body, first);

	if (!at || !strstr(at, second))
		fail_msg("not \"%s\" and then \"%s\":\n%s", first, second, a->body);
}

static void the_timeline_says_what_happened_when_and_by_whom(void **state)
{
	struct site *s = *state;
	int64_t item = approved(s);
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "<dt>Completed</dt><dd><span class=\"muted\">Not yet</span>");
	SITE_SILENT(&a, "<dt>Started</dt>");
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	in_order(&a, "<dt>Requested</dt>", "<dt>Approved</dt>");
	in_order(&a, "UTC</time> by alice@test.edu", "UTC</time> by bob@test.edu");
	in_order(&a, "<dt>Approved</dt>", "<dt>Queued</dt>");
	in_order(&a, "<dt>Queued</dt>", "<dt>Started</dt>");
	in_order(&a, "<dt>Started</dt>", "<dt>Completed</dt>");
	SITE_SILENT(&a, "<dt>Cancelled</dt>");
	SITE_SILENT(&a, "Not yet");
}

static void an_operator_cancels_with_a_reason(void **state)
{
	struct site *s = *state;
	int64_t item = approved(s);
	char form[64];
	RAW_ANSWER_AUTO a = {0};

	(void)snprintf(form, sizeof form, "href=\"/work_items/cancel/%" PRId64 "\"", item);
	site_get(s, &s->oscar, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, form);
	site_get(s, &s->oscar, &a, "/work_items/cancel/%" PRId64, item);
	SITE_SAYS(&a, 200, "<textarea id=\"reason\" name=\"reason\"");
	SITE_SAYS(&a, 200, "approved by bob@test.edu");
	SITE_SILENT(&a, "role=\"alert\"");
	site_post(s, &s->oscar, "reason=asked+for+by+%3Cphone%3E", &a, "/work_items/cancel/%" PRId64, item);
	assert_int_equal(a.status, 303);
	site_get(s, &s->oscar, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "The work item is cancelled.");
	SITE_SAYS(&a, 200, "it ends when its last file is settled");
	SITE_SILENT(&a, form);
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "An operator has cancelled this: asked for by &lt;phone&gt;");
	in_order(&a, "<dt>Cancelled</dt>", "by oscar@");
	in_order(&a, "<dt>Cancelled</dt>", "<br>asked for by &lt;phone&gt;");
	in_order(&a, "<dt>Cancelled</dt>", "<dt>Completed</dt><dd><time");
	SITE_SAYS(&a, 200, ">Cancelled</span>");
	SITE_SAYS(&a, 200, "30 files refused");
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'stored'"), 60);
}

static void only_operators_are_offered_it_and_may_do_it(void **state)
{
	struct site *s = *state;
	int64_t item = approved(s);
	const struct site_user *others[] = {&s->alice, &s->bob, &s->carol, &s->mallory};
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(others); i++) {
		site_get(s, others[i], &a, "/work_items/show/%" PRId64, item);
		SITE_SILENT(&a, "/work_items/cancel/");
		site_get(s, others[i], &a, "/work_items/cancel/%" PRId64, item);
		assert_int_equal(a.status, 403);
		site_post(s, others[i], "reason=mine", &a, "/work_items/cancel/%" PRId64, item);
		assert_int_equal(a.status, 403);
	}
	site_post_bare(s, &s->oscar, "reason=forged", &a, "/work_items/cancel/%" PRId64, item);
	assert_int_equal(a.status, 403);
	assert_int_equal(tomb_world_number("select count(*) from work_item where cancelled_at is not null"), 0);
}

static void what_is_refused_is_said_and_the_form_keeps_its_words(void **state)
{
	enum { TOO_LONG = TOMB_CANCEL_REASON_MAX + 1 };
	struct site *s = *state;
	int64_t item = approved(s);
	char form[sizeof "reason=" + TOO_LONG] = "reason=";
	RAW_ANSWER_AUTO a = {0};

	site_post(s, &s->oscar, "reason=", &a, "/work_items/cancel/%" PRId64, item);
	SITE_SAYS(&a, 400, "<a href=\"#reason\">Say why the work item is cancelled.</a>");
	SITE_SAYS(&a, 400, "aria-invalid=\"true\"");
	memset(form + strlen("reason="), 'w', TOO_LONG);
	site_post(s, &s->oscar, form, &a, "/work_items/cancel/%" PRId64, item);
	SITE_SAYS(&a, 400, "2001 characters, and may have 2000");
	SITE_SAYS(&a, 400, form + strlen("reason="));
	assert_int_equal(tomb_world_number("select count(*) from work_item where cancelled_at is not null"), 0);
	site_post(s, &s->oscar, "reason=first", &a, "/work_items/cancel/%" PRId64, item);
	assert_int_equal(a.status, 303);
	site_post(s, &s->oscar, "reason=second", &a, "/work_items/cancel/%" PRId64, item);
	SITE_SAYS(&a, 409, "was cancelled before");
	SITE_SAYS(&a, 409, ">second</textarea>");
	SITE_SILENT(&a, "aria-invalid");
	tomb_world_work(&s->world);
	site_post(s, &s->oscar, "reason=third", &a, "/work_items/cancel/%" PRId64, item);
	SITE_SAYS(&a, 409, "has ended (Cancelled): it cannot be cancelled");
	site_post(s, &s->oscar, "reason=none", &a, "/work_items/cancel/%" PRId64, item + 1000);
	assert_int_equal(a.status, 404);
	assert_int_equal(tomb_world_number("select count(*) from work_item where cancel_reason = 'first'"), 1);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(filters_are_chips_that_can_be_removed),
		ON_A_SITE(items_of_one_object_are_found_by_its_name),
		ON_A_SITE(the_timeline_says_what_happened_when_and_by_whom),
		ON_A_SITE(an_operator_cancels_with_a_reason),
		ON_A_SITE(only_operators_are_offered_it_and_may_do_it),
		ON_A_SITE(what_is_refused_is_said_and_the_form_keeps_its_words),
	};

	return cmocka_run_group_tests_name("work items", tests, NULL, NULL);
}
