/* Alerts: pages, marks, the number in the header, and the same by the member API (aptrust.md 1.2, 3.2, 3.6). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Bob is asked, and then everybody is told of the end. */
static int64_t ask(struct site *s)
{
	return tomb_world_request_object(&s->world, site_bag(s));
}

static int64_t alert_of(const struct tomb_actor *who)
{
	return tomb_world_number("select max(id) from alert where user_id = %" PRId64, who->user_id);
}

static void one_sees_ones_own_and_the_number_of_unread_ones(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t alert = 0;

	(void)ask(s);
	alert = alert_of(&s->world.bob);
	site_get(s, &s->bob, &a, "/alerts");
	SITE_SAYS(&a, 200, "Deletion Requested</a> <span class=\"badge wait\">Unread</span>");
	SITE_SAYS(&a, 200, "1<span class=\"hidden\"> unread</span> alerts");
	site_get(s, &s->bob, &a, "/alerts/show/%" PRId64, alert);
	SITE_SAYS(&a, 200, "in the mail alone");
	SITE_SAYS(&a, 200, "Mark as read");
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null"), 0);
	site_get(s, &s->carol, &a, "/alerts");
	SITE_SAYS(&a, 200, "There are no alerts for you.");
	SITE_SILENT(&a, "class=\"unread\"");
	site_get(s, &s->carol, &a, "/alerts/show/%" PRId64, alert);
	assert_int_equal(a.status, 404);
	site_get(s, &s->alice, &a, "/alerts/show/%" PRId64, alert);
	assert_int_equal(a.status, 404);
	site_get(s, &s->oscar, &a, "/alerts/show/%" PRId64, alert);
	SITE_SAYS(&a, 200, "bob@test.edu");
	SITE_SILENT(&a, "Mark as read");
	site_get(s, NULL, &a, "/alerts");
	assert_int_equal(a.status, 303);
}

static void marks_are_ones_own(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t alert = 0;
	char form[64];

	(void)ask(s);
	alert = alert_of(&s->world.bob);
	(void)snprintf(form, sizeof form, "id__in=%" PRId64 "&id__in=4711", alert);
	site_post(s, &s->alice, form, &a, "/alerts/mark_as_read");
	assert_int_equal(a.status, 303);
	site_post(s, &s->oscar, form, &a, "/alerts/mark_as_read");
	site_post_bare(s, &s->bob, form, &a, "/alerts/mark_as_read");
	assert_int_equal(a.status, 403);
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null"), 0);
	site_post(s, &s->bob, form, &a, "/alerts/mark_as_read");
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/alerts?notice=marked-read");
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null"), 1);
	site_get(s, &s->bob, &a, "/alerts?read=no");
	SITE_SAYS(&a, 200, "No alert fits this filter.");
	SITE_SILENT(&a, "unread</span> alerts");
	site_post(s, &s->bob, form, &a, "/alerts/mark_as_unread");
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null"), 0);
	site_get(s, &s->bob, &a, "/alerts?type=Deletion+Confirmed");
	SITE_SAYS(&a, 200, "No alert fits this filter.");
	site_post(s, &s->bob, "", &a, "/alerts/mark_as_read");
	assert_string_equal(raw_header(&a, "Location"), "/alerts?notice=none-chosen");
	site_post(s, &s->bob, "id__in=x", &a, "/alerts/mark_as_read");
	assert_int_equal(a.status, 400);
	site_post(s, &s->bob, "", &a, "/alerts/mark_all_as_read");
	assert_int_equal(a.status, 303);
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is null and user_id = %" PRId64,
				 s->world.bob.user_id),
		0);
}

static void a_long_list_has_pages(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("insert into alert (institution_id, user_id, type, subject) select %" PRId64 ", %" PRId64
			", 'Deletion Completed', 'Number ' || g from generate_series(1, 1200) g",
		s->world.institution, s->world.carol.user_id);
	site_get(s, &s->carol, &a, "/alerts");
	SITE_SAYS(&a, 200, "999<span class=\"hidden\"> unread");
	SITE_SAYS(&a, 200, ">Number 1200<");
	SITE_SILENT(&a, ">Number 1150<");
	SITE_SAYS(&a, 200, "1 to 50 of 1,200");
	site_get(s, &s->carol, &a, "/alerts?after=%" PRId64,
		tomb_world_number("select id from alert where subject = 'Number 1151'"));
	SITE_SAYS(&a, 200, ">Number 1150<");
}

static void the_member_api_has_them_without_tokens(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t alert = 0;

	(void)ask(s);
	alert = alert_of(&s->world.bob);
	api_get(s, &s->world.bob, &a,
		"/member-api/v3/alerts?sort=created_at__desc&type=Deletion%%20Requested&user_id=4711");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "count"), 1);
	assert_string_equal(api_names(&a, "results.0"),
		"id institution_id institution_name institution_identifier type subject content deletion_request_id "
		"created_at user_id user_name user_email sent_at read_at ");
	assert_int_equal(api_number(&a, "results.0.id"), alert);
	assert_string_equal(api_text(&a, "results.0.content"), "");
	assert_string_equal(api_text(&a, "results.0.read_at"), "0001-01-01T00:00:00Z");
	api_get(s, &s->world.bob, &a, "/member-api/v3/alerts?created_at__lteq=2020-01-01T00:00:00Z");
	assert_int_equal(api_number(&a, "count"), 0);
	api_get(s, &s->world.bob, &a, "/member-api/v3/alerts?created_at__gteq=2020-01-01T00:00:00Z");
	assert_int_equal(api_number(&a, "count"), 1);
	api_get(s, &s->world.bob, &a, "/member-api/v3/alerts/show/%" PRId64 "/%" PRId64, alert, s->world.bob.user_id);
	API_STATUS(&a, 200);
	api_get(s, &s->world.bob, &a, "/member-api/v3/alerts/show/%" PRId64 "/%" PRId64, alert, s->world.alice.user_id);
	API_STATUS(&a, 404);
	api_get(s, &s->world.alice, &a, "/member-api/v3/alerts/show/%" PRId64, alert);
	API_STATUS(&a, 404);
	api_get(s, &s->world.carol, &a, "/member-api/v3/alerts");
	assert_int_equal(api_number(&a, "count"), 0);
	api_get(s, &s->world.oscar, &a, "/member-api/v3/alerts?user_id=%" PRId64, s->world.bob.user_id);
	assert_int_equal(api_number(&a, "count"), 1);
	api_get(s, &s->world.oscar, &a, "/member-api/v3/alerts?institution_id=%" PRId64, s->world.other_institution);
	assert_int_equal(api_number(&a, "count"), 0);
	api_get(s, &s->world.mallory, &a, "/member-api/v3/alerts?institution_id=%" PRId64, s->world.institution);
	API_STATUS(&a, 403);
	assert_int_equal(tomb_world_number("select count(*) from alert where read_at is not null"), 0);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(one_sees_ones_own_and_the_number_of_unread_ones),
		ON_A_SITE(marks_are_ones_own),
		ON_A_SITE(a_long_list_has_pages),
		ON_A_SITE(the_member_api_has_them_without_tokens),
	};
	return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
