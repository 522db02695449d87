/*
 * The main job over the real programs: asked for by one admin, approved by another, done, recorded, with nothing but
 * what people and their programs have: pages, mails and the JSON interface (deletion.md P-04, P-05, P-09, P-10, P-15 to
 * P-17, X-08).
 */
#include "api_client.h"
#include "mail_folder.h"
#include "moment.h"
#include "pg_fixture.h"
#include "stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILES = 7, COPIES = 2, DUMP_MAX = 8 << 20, WATCH_MS = 240 * 1000 };

/* The number at the end of where an answer leads: "/deletions/show/12?notice=requested". */
static int64_t where_to(const struct raw_answer *a)
{
	const char *at = raw_header(a, "Location");

	if (a->status != 303 || !strpbrk(at, "123456789"))
		fail_msg("%d \"%s\": %s", a->status, at, a->body ? a->body : "");
	return strtoll(strpbrk(at, "123456789"), NULL, 10);
}

static void both_are_told(struct stage *s, const char *subject, int64_t request)
{
	char whole[96];

	(void)snprintf(whole, sizeof whole, "%s %" PRId64 " (", subject, request);
	stage_wait(s, 0, "select count(*) from outbox where done_at is null");
	assert_int_equal(mail_folder_count(s->smtp, "alice@test.edu", whole), 1);
	assert_int_equal(mail_folder_count(s->smtp, "bob@test.edu", whole), 1);
	assert_int_equal(mail_folder_count(s->smtp, "mallory@other.edu", whole), 0);
}

/* Bob follows the link of his mail, which brings the token along, and has a look before he decides. */
static void bob_reviews(struct stage *s, struct visitor *bob, int64_t request, char form[static 128])
{
	RAW_ANSWER_AUTO a = {0};
	char token[TOMB_TOKEN_TEXT];
	char field[128];

	stage_token(s, "bob@test.edu", request, token);
	(void)visitor_get(bob, &a, "/deletions/review/%" PRId64 "?token=%s", request, token);
	(void)snprintf(field, sizeof field, "name=\"token\" value=\"%s\"", token);
	VISITOR_SEES(&a, 200, field);
	(void)snprintf(form, 128, "token=%s", token);
	(void)visitor_post(bob, form, &a, "/deletions/review/%" PRId64, request);
	VISITOR_SEES(&a, 200, ">Approve deletion of 7 files");
	VISITOR_SEES(&a, 200, "test.edu/bag/data/7");
}

static void people_see_what_became_of_it(struct visitor *v, int64_t request, int64_t object, int64_t file)
{
	RAW_ANSWER_AUTO a = {0};

	(void)visitor_get(v, &a, "/deletions/show/%" PRId64, request);
	VISITOR_SEES(&a, 200, "Deletion complete");
	VISITOR_SEES(&a, 200, "7 of 7 files deleted");
	(void)visitor_get(v, &a, "/deletions");
	VISITOR_SEES(&a, 200, "test.edu/bag");
	(void)visitor_get(v, &a, "/work_items");
	VISITOR_SEES(&a, 200, "Success");
	(void)visitor_get(v, &a, "/objects/show/%" PRId64, object);
	VISITOR_SEES(&a, 200, "Deleted");
	(void)visitor_get(v, &a, "/files/show/%" PRId64, file);
	VISITOR_SEES(&a, 200, "Deleted");
	(void)visitor_get(v, &a, "/files/events/%" PRId64, file);
	VISITOR_SEES(&a, 200, "alice@test.edu");
}

static void p_04_p_05_p_09_p_10_p_16_p_17_an_object_is_deleted_by_two_people_over_the_pages(void **state)
{
	struct stage *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", FILES, COPIES);
	int64_t other = tomb_world_object(&s->world, "test.edu/other", FILES, COPIES);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/3");
	int64_t request = 0;
	char form[128];
	struct visitor alice;
	struct visitor bob;
	RAW_ANSWER_AUTO a = {0};

	stage_start(s);
	stage_sign_in(s, &s->world.alice, &alice);
	stage_sign_in(s, &s->world.bob, &bob);
	(void)visitor_get(&alice, &a, "/objects/request_delete/%" PRId64, object);
	VISITOR_SEES(&a, 200, ">Request deletion of 7 files");
	(void)visitor_post(&alice, "reason=no+longer+needed", &a, "/objects/init_delete/%" PRId64, object);
	request = where_to(&a);
	bob_reviews(s, &bob, request, form);
	assert_int_equal(tomb_world_bytes(&s->world, file), COPIES);
	(void)visitor_post(&bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(where_to(&a), request);
	stage_check(s);
	both_are_told(s, "Approved: deletion request", request);
	both_are_told(s, "Done: deletion request", request);
	people_see_what_became_of_it(&alice, request, object, file);
	assert_int_equal(tomb_world_bytes(&s->world, file), 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'A'"), FILES);
	assert_int_equal(tomb_world_number("select count(*) from copy c join generic_file f on f.id = c.file_id "
					   "where f.object_id = %" PRId64 " and c.status = 'stored'",
				 other),
		FILES * COPIES);
}

/* Bob's program waits for the mail and approves; both programs watch until the work is done. */
static int64_t approved_by_program(struct stage *s, struct visitor *bob, int64_t request)
{
	RAW_ANSWER_AUTO a = {0};
	char token[TOMB_TOKEN_TEXT];
	char json[128];

	stage_token(s, "bob@test.edu", request, token);
	(void)snprintf(json, sizeof json, "{\"token\":\"%s\"}", token);
	(void)visitor_call(bob, json, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "approved");
	(void)visitor_get(bob, &a, "/api/v1/work-items?request_id=%" PRId64, request);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	return api_number(&a, "results.0.id");
}

static void watched_by_program(struct visitor *v, int64_t request, int64_t item)
{
	int64_t until = moment_ms() + WATCH_MS;
	int64_t done = 0;
	RAW_ANSWER_AUTO a = {0};

	do {
		assert_true(moment_ms() < until);
		(void)visitor_get(v, &a, "/api/v1/deletions/%" PRId64, request);
		API_STATUS(&a, 200);
		assert_in_range(api_number(&a, "progress.files_done"), done, api_number(&a, "progress.files_total"));
		done = api_number(&a, "progress.files_done");
	} while (api_is_null(&a, "finished_at"));
	assert_int_equal(done, 1);
	(void)visitor_get(v, &a, "/api/v1/work-items/%" PRId64, item);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "status"), "Success");
	assert_string_equal(api_text(&a, "user"), "alice@test.edu");
	assert_string_equal(api_text(&a, "approver"), "bob@test.edu");
	assert_true(strcmp(api_text(&a, "requested_at"), api_text(&a, "completed_at")) < 0);
	/* The same to clients of the member API. */
	(void)visitor_get(v, &a, "/member-api/v3/items/show/%" PRId64, item);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "action"), "Delete");
	assert_true(strcmp(api_text(&a, "requested_at"), api_text(&a, "completed_at")) < 0);
}

static void the_file_stays_readable(struct visitor *v, int64_t file)
{
	RAW_ANSWER_AUTO a = {0};

	(void)visitor_get(v, &a, "/api/v1/files/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "D");
	(void)visitor_get(v, &a, "/api/v1/files/%" PRId64 "/events", file);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "results.0.type"), "deletion");
	assert_string_equal(api_text(&a, "results.0.outcome_detail"), "alice@test.edu");
	(void)visitor_get(v, &a, "/member-api/v3/files/show/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "D");
}

static void p_09_p_10_p_15_p_16_p_17_a_file_is_deleted_by_two_programs_over_the_interfaces(void **state)
{
	struct stage *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", FILES, COPIES);
	int64_t file = tomb_world_file(&s->world, "test.edu/bag/data/3");
	int64_t request = 0;
	char json[128];
	struct visitor alice;
	struct visitor bob;
	RAW_ANSWER_AUTO a = {0};

	stage_start(s);
	stage_give_key(s, &s->world.alice, &alice);
	stage_give_key(s, &s->world.bob, &bob);
	(void)snprintf(json, sizeof json, "{\"file_ids\":[%" PRId64 "],\"reason\":\"no longer needed\"}", file);
	(void)visitor_call(&alice, json, &a, "/api/v1/deletions");
	API_STATUS(&a, 201);
	request = api_number(&a, "id");
	watched_by_program(&alice, request, approved_by_program(s, &bob, request));
	stage_check(s);
	both_are_told(s, "Done: deletion request", request);
	the_file_stays_readable(&alice, file);
	assert_int_equal(tomb_world_bytes(&s->world, file), 0);
	(void)visitor_get(&bob, &a, "/api/v1/objects/%" PRId64, object);
	assert_string_equal(api_text(&a, "state"), "A");
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'A'"), FILES - 1);
}

/* Everything that the ledger holds, as text; to be freed. */
static char *dump_of_the_ledger(void)
{
	char command[1024];
	char *text = calloc(1, DUMP_MAX);
	FILE *f = NULL;

	assert_non_null(text);
	(void)snprintf(command, sizeof command, "pg_dump --data-only --dbname='%s'", tomb_fixture_pg_admin());
	f = popen(command, "re"); /* NOLINT(cert-env33-c): a test, and names of our own making */
	assert_non_null(f);
	assert_true(fread(text, 1, DUMP_MAX - 1, f) < DUMP_MAX - 1);
	assert_int_equal(pclose(f), 0);
	return text;
}

static void x_08_the_token_is_in_the_mail_and_nowhere_else(void **state)
{
	struct stage *s = *state;
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", FILES, COPIES);
	int64_t request = 0;
	char form[128];
	struct visitor alice;
	struct visitor bob;
	char *log = NULL;
	char *dump = NULL;
	RAW_ANSWER_AUTO a = {0};

	stage_start(s);
	stage_sign_in(s, &s->world.alice, &alice);
	stage_sign_in(s, &s->world.bob, &bob);
	(void)visitor_post(&alice, "", &a, "/objects/init_delete/%" PRId64, object);
	request = where_to(&a);
	bob_reviews(s, &bob, request, form);
	(void)visitor_post(&bob, form, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(where_to(&a), request);
	(void)visitor_post(&bob, form, &a, "/deletions/reject/%" PRId64, request);
	assert_int_equal(a.status, 409);
	stage_check(s);
	assert_int_equal(program_end(&s->registry), 0);
	log = program_log(&s->registry);
	dump = dump_of_the_ledger();
	assert_non_null(strstr(log, "/deletions/approve/{id}"));
	assert_null(strstr(log, form + strlen("token=")));
	assert_non_null(strstr(dump, "test.edu/bag/data/7"));
	assert_null(strstr(dump, form + strlen("token=")));
	free(log);
	free(dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_04_p_05_p_09_p_10_p_16_p_17_an_object_is_deleted_by_two_people_over_the_pages, stage_set_up,
			stage_tear_down),
		cmocka_unit_test_setup_teardown(
			p_09_p_10_p_15_p_16_p_17_a_file_is_deleted_by_two_programs_over_the_interfaces, stage_set_up,
			stage_tear_down),
		cmocka_unit_test_setup_teardown(
			x_08_the_token_is_in_the_mail_and_nowhere_else, stage_set_up, stage_tear_down),
	};
	return cmocka_run_group_tests_name("the main job", tests, NULL, NULL);
}
