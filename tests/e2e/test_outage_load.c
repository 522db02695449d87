/*
 * More than the registry can do at once, clients that send nothing, and a mail server that is away for long: whoever
 * cannot be served is told so and when to come back, and everything else goes on.
 */
#include "outage.h"
#include "pg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	THREADS = 4, /* of the stage's registry */
	PLACES = 4,  /* in its queue, in these tests */
	CLIENTS = 40,
	SILENT = 64, /* clients that never finish what they say */

};

static void start_with(struct stage *s, const char *setting, const char *value)
{
	assert_int_equal(setenv(setting, value, 1), 0);
	stage_start_registry(s);
	assert_int_equal(unsetenv(setting), 0);
}

static void a_registry_that_is_overrun_says_so_and_goes_on(void **state)
{
	struct stage *s = *state;
	TOMB_BUF_AUTO text = tomb_buf_init(4096);
	struct tomb_str request;
	struct visitor script;
	int fds[CLIENTS];
	int refused = 0;

	start_with(s, "TOMBSTONE_QUEUE_MAX", "4");
	stage_give_key(s, &s->world.alice, &script);
	visitor_write(&script, "GET", "/api/v1/objects", NULL, NULL, &text);
	TOMB_OK_OR_FAIL(tomb_buf_done(&text, &request, &err));
	/* Every thread waits for the database. */
	tomb_fixture_pg_exec("begin; lock table api_key in access exclusive mode");
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = raw_connect(s->port);
		assert_true(raw_send(fds[i], request));
	}
	for (int i = CLIENTS - 1; i >= 0; i--) {
		RAW_ANSWER_AUTO a = {0};

		raw_read(fds[i], &a);
		assert_true(a.status == 503 || a.status == 200);
		assert_true(a.status == 200 || raw_header(&a, "Retry-After")[0] >= '1');
		refused += a.status == 503 && strstr(a.body, "\"busy\"") != NULL;
		if (refused == CLIENTS - THREADS - PLACES)
			tomb_fixture_pg_exec("rollback");
		assert_int_equal(close(fds[i]), 0);
	}
	assert_in_range(refused, CLIENTS - THREADS - PLACES, CLIENTS - PLACES);
	{
		RAW_ANSWER_AUTO a = {0};

		assert_int_equal(visitor_get(&script, &a, "/api/v1/objects"), 200);
	}
	program_must_live(&s->registry);
}

static void clients_that_never_finish_their_request_keep_nobody_out(void **state)
{
	struct stage *s = *state;
	struct visitor alice;
	RAW_ANSWER_AUTO a = {0};
	int fds[SILENT];

	stage_start_registry(s);
	for (int i = 0; i < SILENT; i++) {
		fds[i] = raw_connect(s->port);
		assert_true(raw_send(fds[i], TOMB_STR("GET /objects HTTP/1.1\r\nHost: a\r\nX-Slow: ")));
	}
	/* They take a connection each, of 1,024 (connection_max), but neither a thread nor a place in the queue. */
	stage_sign_in(s, &s->world.alice, &alice);
	assert_int_equal(visitor_get(&alice, &a, "/objects"), 200);
	for (int i = 0; i < SILENT; i++)
		assert_int_equal(close(fds[i]), 0);
}

static void a_mail_server_that_is_away_keeps_mails_waiting_and_nothing_else(void **state)
{
	struct stage *s = *state;
	struct visitor alice;
	struct visitor bob;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 2, 2);
	int64_t request = 0;
	char token[TOMB_TOKEN_TEXT];
	char form[128];

	server_kill(s->smtp);
	stage_start(s);
	stage_sign_in(s, &s->world.alice, &alice);
	stage_sign_in(s, &s->world.bob, &bob);
	assert_int_equal(visitor_post(&alice, "reason=load", &a, "/objects/init_delete/%d", (int)object), 303);
	request = tomb_world_number("select max(id) from deletion_request");
	outage_wait_said(&s->registry, "mail-retrying", "", 2);
	/* Another way to a token: the mail is not what the deletion waits for. */
	tomb_world_token(&s->world, request, &s->world.bob, token);
	(void)snprintf(form, sizeof form, "token=%s", token);
	assert_int_equal(visitor_post(&bob, form, &a, "/deletions/approve/%d", (int)request), 303);
	stage_wait(s, 0, "select count(*) from deletion where finished_at is null");
	assert_true(tomb_world_number("select count(*) from outbox where done_at is null") > 0);
	assert_int_equal(tomb_world_number("select count(*) from outbox where gave_up_at is not null"), 0);
	program_must_live(&s->registry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_registry_that_is_overrun_says_so_and_goes_on, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			clients_that_never_finish_their_request_keep_nobody_out, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(
			a_mail_server_that_is_away_keeps_mails_waiting_and_nothing_else, stage_set_up, stage_tear_down),
	};

	return cmocka_run_group_tests_name("more than can be done at once", tests, NULL, NULL);
}
