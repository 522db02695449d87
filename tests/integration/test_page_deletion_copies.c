/* A deletion copy by copy: the grid of its page, its table for spreadsheets, its summary on paper (P-11, X-03, X-05).
 */
#include "../../registry/service/export.h"
#include "../../registry/service/pages/copy_stage.h"
#include "expect.h"
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void each_copy_of_a_file_is_followed_to_its_end(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 3, 2));
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, request);
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, request);
	assert_int_equal(count(a.body, "badge wait\">Planned<"), 6);
	assert_int_equal(count(a.body, "<th scope=\"col\">local-"), 2);
	tomb_world_exec("update copy set status = 'removing', deletion_id = (select id from deletion) where id = "
			"(select min(id) from copy)");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, request);
	assert_int_equal(count(a.body, "badge busy\">Sent<"), 1);
	assert_int_equal(count(a.body, "badge wait\">Planned<"), 5);
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64, request);
	assert_int_equal(count(a.body, "badge good\">Verified<"), 6);
	SITE_SILENT(&a, ">Planned<");
}

static void what_the_store_accepted_is_gone_and_not_called_verified(void **state)
{
	struct tomb_deletion_copy copy = {
		.status = TOMB_STR("gone"), .verification = TOMB_STR("accepted, not verifiable")};

	(void)state;
	assert_string_equal(tomb_copy_stage_of(&copy, TOMB_STR("deleted")).word.p, "Gone");
	copy.verification = TOMB_STR("verified absent");
	assert_string_equal(tomb_copy_stage_of(&copy, TOMB_STR("deleted")).word.p, "Verified");
}

static void a_refused_file_keeps_its_copies_and_the_page_says_so(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 1, 2));
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, request);
	tomb_world_exec("insert into hold (institution_id, object_id, reason, placed_by) select institution_id, id, "
			"'lawsuit', %" PRId64 " from intellectual_object",
		s->world.alice.user_id);
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64 "?outcome=refused", request);
	assert_int_equal(count(a.body, "badge bad\">Kept<"), 2);
	SITE_SAYS(&a, 200, "lawsuit");
	SITE_SAYS(&a, 200, "Outcome: refused<span class=\"hidden\">: remove this filter");
	site_get(s, &s->carol, &a, "/deletions/show/%" PRId64 "?outcome=deleted", request);
	SITE_SAYS(&a, 200, "No file of the list has this outcome.");
}

static void the_table_has_a_line_per_file_and_copy(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 3, 2));
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/deletions/csv/%" PRId64, request);
	assert_int_equal(count(a.body, ",\"Planned\",\"stored\",\"\",\"\","), 6);
	(void)tomb_world_approve(&s->world, request);
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/csv/%" PRId64, request);
	assert_int_equal(a.status, 200);
	assert_string_equal(raw_header(&a, "Content-Type"), "text/csv; charset=utf-8; header=present");
	assert_non_null(strstr(raw_header(&a, "Content-Disposition"), "attachment; filename=\"deletion-"));
	assert_int_equal(count(a.body, "\r\n"), 7);
	assert_int_equal(count(a.body, "\"test.edu/bag/data/"), 6);
	assert_int_equal(count(a.body, ",\"Verified\",\"gone\",\"removed\",\"verified absent\","), 6);
	assert_int_equal(count(a.body, ",\"deleted\",\"\",\"20"), 6);
	site_get(s, &s->mallory, &a, "/deletions/csv/%" PRId64, request);
	assert_int_equal(a.status, 404);
	SITE_SILENT(&a, "test.edu/bag");
	site_get(s, NULL, &a, "/deletions/csv/%" PRId64, request);
	assert_int_equal(a.status, 303);
}

static void a_table_of_more_files_than_one_part_is_whole(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 2001, 1));
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->carol, &a, "/deletions/csv/%" PRId64, request);
	assert_int_equal(a.status, 200);
	assert_int_equal(count(a.body, "\r\n"), 2002);
	for (int i = 1; i <= 2001; i += 500) {
		char name[64];

		(void)snprintf(name, sizeof name, "\"test.edu/bag/data/%d\"", i);
		assert_int_equal(count(a.body, name), 1);
	}
}

static void a_file_whose_copies_went_another_way_is_not_left_out(void **state)
{
	struct site *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	int64_t first = tomb_world_request_object(&s->world, object);
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("update deletion_request set state = 'expired', closed_at = now()");
	tomb_world_exec("update request_item set is_open = false");
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/csv/%" PRId64, first);
	assert_int_equal(count(a.body, "\r\n"), 2);
	SITE_SAYS(&a, 200, "\"test.edu/bag/data/1\",1,");
	SITE_SILENT(&a, "Verified");
}

static void too_many_tables_at_once_have_to_wait(void **state)
{
	struct tomb_exports exports = {0};
	struct tomb_export places[TOMB_EXPORTS_AT_ONCE] = {{NULL}};
	struct tomb_export more = {NULL};

	(void)state;
	for (size_t i = 0; i < TOMB_EXPORTS_AT_ONCE; i++)
		TOMB_OK_OR_FAIL(tomb_export_begin(&exports, &places[i], &err));
	TOMB_EXPECT(TOMB_BUSY, "already", tomb_export_begin(&exports, &more, &err));
	assert_null(more.of);
	tomb_export_end(&places[0]);
	TOMB_OK_OR_FAIL(tomb_export_begin(&exports, &more, &err));
}

static void a_summary_has_what_an_auditor_files(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/bag", 3, 2));
	RAW_ANSWER_AUTO a = {0};
	const char *digest = NULL;

	site_get(s, &s->carol, &a, "/deletions/print/%" PRId64, request);
	SITE_SAYS(&a, 200, "Awaiting approval");
	SITE_SILENT(&a, "Files deleted");
	(void)tomb_world_approve(&s->world, request);
	tomb_world_work(&s->world);
	site_get(s, &s->carol, &a, "/deletions/print/%" PRId64, request);
	SITE_SAYS(&a, 200, "alice@test.edu");
	SITE_SAYS(&a, 200, "bob@test.edu");
	SITE_SAYS(&a, 200, "<dt>Files deleted</dt><dd>3, ");
	SITE_SAYS(&a, 200, "Verified absent");
	SITE_SAYS(&a, 200, "Made <time");
	SITE_SAYS(&a, 200, "carol@test.edu");
	digest = strstr(a.body, "<code>");
	assert_non_null(digest);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from deletion_request where encode(list_digest, 'hex') = '%.64s'", digest + 6),
		1);
	site_get(s, &s->mallory, &a, "/deletions/print/%" PRId64, request);
	assert_int_equal(a.status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_copy_of_a_file_is_followed_to_its_end, site_set_up, site_tear_down),
		cmocka_unit_test(what_the_store_accepted_is_gone_and_not_called_verified),
		cmocka_unit_test_setup_teardown(
			a_refused_file_keeps_its_copies_and_the_page_says_so, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(the_table_has_a_line_per_file_and_copy, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_table_of_more_files_than_one_part_is_whole, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_whose_copies_went_another_way_is_not_left_out, site_set_up, site_tear_down),
		cmocka_unit_test(too_many_tables_at_once_have_to_wait),
		cmocka_unit_test_setup_teardown(a_summary_has_what_an_auditor_files, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("a deletion copy by copy", tests, NULL, NULL);
}
