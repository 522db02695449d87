/* The pages of objects and files, as a browser gets them (deletion.md P-01, P-02, P-03, P-13, P-16). */
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_stranger_is_asked_to_sign_in_and_comes_back(void **state)
{
	RAW_ANSWER_AUTO a = {0};

	site_get(*state, NULL, &a, "/objects?state=D");
	assert_int_equal(a.status, 303);
	assert_string_equal(raw_header(&a, "Location"), "/sign_in?return_to=%2Fobjects%3Fstate%3DD");
}

static void p_02_an_object_shows_its_files_formats_and_a_way_to_each_file(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 30, 2);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/objects");
	SITE_SAYS(&a, 200, "test.edu/bag");
	site_get(s, &s->carol, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "30 active files, 1.9 kB");
	SITE_SAYS(&a, 200, "class=\"donut\"");
	SITE_SAYS(&a, 200, "1 to 25 of 30 files");
	SITE_SAYS(&a, 200, "<details>");
	site_get(s, &s->carol, &a, "/objects/show/%" PRId64 "?identifier=data/11", object);
	SITE_SAYS(&a, 200, "data/11");
	SITE_SAYS(&a, 200, "<p>1 file</p>");
	SITE_SILENT(&a, "data/12");
	site_get(s, &s->carol, &a, "/objects/events/%" PRId64, object);
	assert_int_equal(a.status, 200);
	site_get(s, &s->carol, &a, "/files/show/%" PRId64, file);
	SITE_SAYS(&a, 200, "test.edu/bag/data/1");
	SITE_SAYS(&a, 200, "local-2");
}

/* The address of the link with this rel, as a browser would ask for it; static storage. */
static const char *link_of(const struct raw_answer *a, const char *rel)
{
	static char link[1024];
	char mark[64];
	const char *at = NULL;
	size_t n = 0;

	(void)snprintf(mark, sizeof mark, "rel=\"%s\" href=\"", rel);
	at = strstr(a->body, mark);
	assert_non_null(at);
	for (at += strlen(mark); *at != '"' && *at != '#'; at++) {
		assert_true(n + 1 < sizeof link);
		link[n++] = *at;
		if (strncmp(at, "&amp;", 5) == 0)
			at += 4;
	}
	link[n] = '\0';
	return link;
}

static void pages_of_a_list_lead_forth_and_back(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 60, 0);
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/objects/show/%" PRId64, object);
	SITE_SILENT(&a, "rel=\"prev\"");
	site_get(s, &s->carol, &a, "%s", link_of(&a, "next"));
	SITE_SAYS(&a, 200, "26 to 50 of 60 files");
	site_get(s, &s->carol, &a, "%s", link_of(&a, "next"));
	SITE_SAYS(&a, 200, "51 to 60 of 60 files");
	SITE_SILENT(&a, "rel=\"next\"");
	site_get(s, &s->carol, &a, "%s", link_of(&a, "prev"));
	SITE_SAYS(&a, 200, "26 to 50 of 60 files");
	site_get(s, &s->carol, &a, "%s", link_of(&a, "prev"));
	SITE_SAYS(&a, 200, "1 to 25 of 60 files");
	site_get(s, &s->carol, &a, "/objects/show/%" PRId64 "?after=x", object);
	assert_int_equal(a.status, 400);
}

static void p_03_files_are_filtered_by_identifier(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_object(&s->world, "test.edu/bag", 12, 0);
	(void)tomb_world_object(&s->world, "test.edu/other", 1, 0);
	site_get(s, &s->carol, &a, "/files?identifier=test.edu/bag/data/1");
	SITE_SAYS(&a, 200, "<p>4 files</p>");
	SITE_SILENT(&a, "test.edu/other");
	/* People leave the institution out. */
	site_get(s, &s->carol, &a, "/files?identifier=bag/data/12");
	SITE_SAYS(&a, 200, "<p>1 file</p>");
	site_get(s, &s->carol, &a, "/objects?identifier=oth");
	SITE_SAYS(&a, 200, "test.edu/other");
	site_get(s, &s->carol, &a, "/files?identifier=nothing");
	SITE_SAYS(&a, 200, "No file fits this filter.");
}

static void p_01_only_admins_of_the_institution_see_a_delete_button(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "/objects/request_delete/");
	SITE_SAYS(&a, 200, ">Delete File<");
	site_get(s, &s->alice, &a, "/files/show/%" PRId64, file);
	SITE_SAYS(&a, 200, "/files/request_delete/");
	for (int i = 0; i < 2; i++) {
		site_get(s, i == 0 ? &s->carol : &s->oscar, &a, "/objects/show/%" PRId64, object);
		SITE_SAYS(&a, 200, "test.edu/bag");
		SITE_SILENT(&a, "Delete<");
		SITE_SILENT(&a, "Delete File<");
		site_get(s, i == 0 ? &s->carol : &s->oscar, &a, "/files/show/%" PRId64, file);
		SITE_SAYS(&a, 200, "test.edu/bag");
		SITE_SILENT(&a, "Delete<");
	}
}

static void p_13_a_button_that_may_not_be_pressed_says_why_and_until_when(void **state)
{
	struct site *s = *state;
	int64_t option = tomb_world_option(&s->world, "Wasabi-TX", 90);
	int64_t object = tomb_world_object_in(&s->world, s->world.institution, option, "test.edu/young", 1, 1);
	int64_t file = tomb_world_file(&s->world, "test.edu/young/data/1");
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "aria-disabled=\"true\" aria-describedby=\"refusal-object-");
	SITE_SAYS(&a, 200, "Wasabi-TX is kept at least 90 days. It may be deleted from 20");
	SITE_SAYS(&a, 200, "aria-describedby=\"refusal-file-");
	SITE_SILENT(&a, "request_delete");
	site_get(s, &s->alice, &a, "/files/show/%" PRId64, file);
	SITE_SAYS(&a, 200, "Not to be deleted before");
	SITE_SAYS(&a, 200, "It may be deleted from 20");
	SITE_SILENT(&a, "request_delete");
}

static void p_16_what_is_deleted_says_so_and_stays_readable(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 2, 2);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_file(&s->world, file));
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/files/show/%" PRId64, file);
	SITE_SAYS(&a, 200, "This file is deleted.");
	SITE_SAYS(&a, 200, "at the request of alice@test.edu, approved by bob@test.edu");
	SITE_SAYS(&a, 200, "/deletions/show/");
	SITE_SAYS(&a, 200, "verified absent");
	SITE_SAYS(&a, 200, "deletion");
	site_get(s, &s->alice, &a, "/files/show/%" PRId64, file);
	SITE_SILENT(&a, "Delete<");
	site_get(s, &s->carol, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "1 active file, 64 bytes; 1 deleted file");
	SITE_SILENT(&a, "data/1<");
	site_get(s, &s->carol, &a, "/objects/show/%" PRId64 "?state=D", object);
	SITE_SAYS(&a, 200, "data/1<");
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	site_get(s, &s->alice, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "This object is deleted.");
	SITE_SILENT(&a, "request_delete");
	site_get(s, &s->alice, &a, "/objects");
	SITE_SILENT(&a, "test.edu/bag");
	site_get(s, &s->alice, &a, "/objects?state=all");
	SITE_SAYS(&a, 200, "test.edu/bag");
}

static void i9_what_is_anothers_is_not_there(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/1");
	static const char *const places[] = {"/objects/show/", "/objects/events/", "/files/show/", "/files/events/"};
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(places); i++) {
		site_get(s, &s->mallory, &a, "%s%" PRId64, places[i], i < 2 ? object : file);
		assert_int_equal(a.status, 404);
		SITE_SILENT(&a, "test.edu/bag");
		site_get(s, &s->alice, &a, "%s%d", places[i], 4711);
		assert_int_equal(a.status, 404);
	}
	site_get(s, &s->mallory, &a, "/objects");
	SITE_SAYS(&a, 200, "There are no objects yet.");
	site_get(s, &s->mallory, &a, "/files?identifier=test.edu");
	SITE_SILENT(&a, "test.edu/bag");
}

static void a_nasty_name_stays_text(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/x\"><script>alert(1)</script>&amp;%0a", 1, 1);
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("update intellectual_object set title = '</h1><img src=x onerror=alert(1)>'");
	site_get(s, &s->alice, &a, "/objects/show/%" PRId64, object);
	SITE_SAYS(&a, 200, "&lt;/h1&gt;&lt;img src=x");
	SITE_SILENT(&a, "<script>");
	SITE_SILENT(&a, "<img src=x");
	site_get(s, &s->alice, &a, "/objects?identifier=%%22%%3E%%3Cscript%%3E");
	SITE_SAYS(&a, 200, "value=\"&quot;&gt;&lt;script&gt;\"");
	SITE_SILENT(&a, "<script>");
	site_get(s, &s->alice, &a, "/files/show/%" PRId64, tomb_world_number("select min(id) from generic_file"));
	SITE_SAYS(&a, 200, "&lt;script&gt;");
	SITE_SILENT(&a, "<script>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_stranger_is_asked_to_sign_in_and_comes_back, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_02_an_object_shows_its_files_formats_and_a_way_to_each_file, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(pages_of_a_list_lead_forth_and_back, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(p_03_files_are_filtered_by_identifier, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_01_only_admins_of_the_institution_see_a_delete_button, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_13_a_button_that_may_not_be_pressed_says_why_and_until_when, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			p_16_what_is_deleted_says_so_and_stays_readable, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(i9_what_is_anothers_is_not_there, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(a_nasty_name_stays_text, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("pages of objects", tests, NULL, NULL);
}
