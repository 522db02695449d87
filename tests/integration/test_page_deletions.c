/* Watching deletions and their work (deletion.md P-10, P-11, P-17), and what all pages have in common. */
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void p_11_the_list_shows_who_asked_and_who_decided(void **state)
{
	struct site *s = *state;
	int64_t approved = tomb_world_request_object(&s->world, site_bag(s));
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
	int64_t object = site_bag(s);
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
	char link[64];
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, site_bag(s)));
	item = tomb_world_number("select id from work_item");
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'request deletion' and "
					   "detail = '1 object, 30 files, 1920 bytes'"),
		1);
	site_post(s, &s->alice, "", &a, "/work_items/requeue/%" PRId64, item);
	assert_int_equal(a.status, 403);
	site_post(s, &s->oscar, "", &a, "/work_items/requeue/%" PRId64, item);
	SITE_SAYS(&a, 409, "only failed files can be requeued.</li>");
	site_get(s, &s->oscar, &a, "/work_items/requeue/%" PRId64, item);
	SITE_SAYS(&a, 200, "there is nothing to put to work again");
	SITE_SILENT(&a, "to work again</button>");
	site_get(s, &s->oscar, &a, "/work_items/requeue/%" PRId64, item + 1000);
	assert_int_equal(a.status, 404);
	site_post(s, &s->oscar, "", &a, "/work_items/requeue/%" PRId64, item + 1000);
	assert_int_equal(a.status, 404);
	tomb_world_exec("update request_file set outcome = 'failed', reason = 'no answer', settled_at = now()");
	tomb_world_exec("update request_item set is_open = false");
	tomb_world_exec("update work_item set status = 'Failed', files_failed = 30, completed_at = now(), "
			"needs_admin_review = true");
	site_get(s, &s->alice, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "30 files failed");
	SITE_SILENT(&a, "to work again");
	site_get(s, &s->oscar, &a, "/work_items/show/%" PRId64, item);
	SITE_SAYS(&a, 200, "Put the failed files to work again");
	(void)snprintf(link, sizeof link, "href=\"/work_items/requeue/%" PRId64 "\"", item);
	SITE_SAYS(&a, 200, link);
	SITE_SILENT(&a, "method=\"post\" action=\"/work_items");
	site_get(s, &s->alice, &a, "/work_items/requeue/%" PRId64, item);
	assert_int_equal(a.status, 403);
	site_get(s, &s->oscar, &a, "/work_items/requeue/%" PRId64, item);
	SITE_SAYS(&a, 200, "test.edu/bag");
	SITE_SAYS(&a, 200, "by alice@test.edu, approved by bob@test.edu");
	SITE_SAYS(&a, 200, ">Put 30 files to work again</button>");
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Failed'"), 1);
	site_post(s, &s->oscar, "", &a, "/work_items/requeue/%" PRId64, item);
	assert_int_equal(a.status, 303);
	site_get(s, &s->oscar, &a, "%s", raw_header(&a, "Location"));
	SITE_SAYS(&a, 200, "The failed files are put to work again.");
	assert_int_equal(tomb_world_number("select count(*) from work_item where status = 'Failed'"), 0);
}

static void the_frame_says_who_is_an_admin_and_who_an_operator(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->oscar, &a, "/deletions");
	SITE_SAYS(&a, 200, "<span class=\"role\">Operator</span>");
	site_get(s, &s->alice, &a, "/deletions");
	SITE_SAYS(&a, 200, "<span class=\"role\">Admin</span>");
	site_get(s, &s->carol, &a, "/deletions");
	SITE_SILENT(&a, "class=\"role\"");
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

/* Every id="..." of a page is there once: labels, descriptions and links within the page depend on it. */
static void check_ids(const struct raw_answer *a)
{
	for (const char *p = a->body; (p = strstr(p, " id=\"")); p++) {
		char mark[256];

		(void)snprintf(mark, sizeof mark, "%.*s", (int)(strchr(p + 5, '"') - p + 1), p);
		if (count(a->body, mark) != 1)
			fail_msg("%s is there %zu times", mark, count(a->body, mark));
	}
}

static void check_page(struct site *s, const char *path, int64_t id)
{
	RAW_ANSWER_AUTO a = {0};

	if (id != 0)
		site_get(s, &s->alice, &a, "%s%" PRId64, path, id);
	else
		site_get(s, &s->alice, &a, "%s", path);
	assert_int_equal(a.status, 200);
	assert_int_equal(count(a.body, "<h1"), 1);
	assert_int_equal(count(a.body, "<main"), 1);
	assert_int_equal(count(a.body, "<script"), 1);
	assert_int_equal(count(a.body, "<script src=\"/static/"), 1);
	assert_int_equal(count(a.body, "style="), 0);
	/* Everything that is sent by POST carries the CSRF value. */
	assert_int_equal(count(a.body, "method=\"post\""), count(a.body, "name=\"csrf\""));
	check_ids(&a);
}

static void every_page_is_well_made(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t other = tomb_world_object_in(&s->world, s->world.institution,
		tomb_world_option(&s->world, "Glacier-OH", 90), "test.edu/young", 3, 2);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	int64_t request = tomb_world_request_object(&s->world, object);
	static const char *const lists[] = {"/objects", "/files", "/deletions", "/work_items"};

	for (size_t i = 0; i < TOMB_COUNTOF(lists); i++)
		check_page(s, lists[i], 0);
	check_page(s, "/objects/show/", object);
	check_page(s, "/objects/show/", other);
	check_page(s, "/objects/events/", object);
	check_page(s, "/objects/request_delete/", object);
	check_page(s, "/files/show/", file);
	check_page(s, "/files/events/", file);
	check_page(s, "/files/request_delete/", file);
	check_page(s, "/deletions/show/", request);
	check_page(s, "/deletions/review/", request);
	(void)tomb_world_approve(&s->world, request);
	check_page(s, "/deletions/show/", request);
	tomb_world_work(&s->world);
	check_page(s, "/deletions/show/", request);
	check_page(s, "/objects/show/", object);
	check_page(s, "/files/show/", file);
	check_page(s, "/work_items/show/", tomb_world_number("select id from work_item"));
	for (size_t i = 0; i < TOMB_COUNTOF(lists); i++)
		check_page(s, lists[i], 0);
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
			p_11_the_list_shows_who_asked_and_who_decided, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_17_work_items_say_when_it_was_requested_and_completed, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			only_an_operator_puts_failed_work_to_work_again, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			the_frame_says_who_is_an_admin_and_who_an_operator, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(every_page_is_well_made, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_link_cannot_put_words_of_its_own_on_a_page, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("pages of deletions", tests, NULL, NULL);
}
