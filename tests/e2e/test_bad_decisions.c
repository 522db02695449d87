/*
 * People and programs who ask for what is not there, is not theirs, or is decided already; over HTTP, against the real
 * registry.  Each gets the right status and a reason, and nothing changes (deletion.md P-06 to P-08, X-07 to X-09, I9).
 */
#include "api_client.h"
#include "pg_fixture.h"
#include "stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 2, COPIES = 2, RACES = 4 };

/* A registry without a worker, with everybody's API keys: nothing is deleted here. */
struct court {
	struct stage *stage;
	struct visitor alice, bob, carol, mallory, oscar;
	int64_t object;
};

static int set_up(void **state)
{
	struct court *c = calloc(1, sizeof *c);
	void *stage = NULL;

	assert_non_null(c);
	assert_int_equal(stage_set_up(&stage), 0);
	c->stage = stage;
	stage_start_registry(c->stage);
	stage_give_key(c->stage, &c->stage->world.alice, &c->alice);
	stage_give_key(c->stage, &c->stage->world.bob, &c->bob);
	stage_give_key(c->stage, &c->stage->world.carol, &c->carol);
	stage_give_key(c->stage, &c->stage->world.mallory, &c->mallory);
	stage_give_key(c->stage, &c->stage->world.oscar, &c->oscar);
	c->object = tomb_world_object(&c->stage->world, "test.edu/bag", FILES, COPIES);
	*state = c;
	return 0;
}

/* Whatever was asked, the registry never failed. */
static int tear_down(void **state)
{
	struct court *c = *state;
	void *stage = c->stage;
	char *log = NULL;

	assert_int_equal(program_end(&c->stage->registry), 0);
	log = program_log(&c->stage->registry);
	assert_null(strstr(log, "event=request-failed"));
	free(log);
	free(c);
	return stage_tear_down(&stage);
}

static void expect(const struct raw_answer *a, int status, const char *words)
{
	if (a->status != status || !strstr(a->body, words))
		fail_msg("%d, not %d with \"%s\": %s", a->status, status, words, a->body ? a->body : "");
}

static int64_t request_for(struct court *c, int64_t object)
{
	RAW_ANSWER_AUTO a = {0};
	char json[64];

	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", object);
	(void)visitor_call(&c->alice, json, &a, "/api/v1/deletions");
	expect(&a, 201, "");
	return api_number(&a, "id");
}

static void token_json(struct court *c, int64_t request, char json[static 128])
{
	char token[TOMB_TOKEN_TEXT];

	stage_token(c->stage, "bob@test.edu", request, token);
	(void)snprintf(json, 128, "{\"token\":\"%s\"}", token);
}

static void decide(
	struct visitor *v, const char *verb, int64_t request, const char *json, int status, const char *words)
{
	RAW_ANSWER_AUTO a = {0};

	(void)visitor_call(v, json, &a, "/api/v1/deletions/%" PRId64 "/%s", request, verb);
	expect(&a, status, words);
}

static void nothing_is_decided(void)
{
	assert_int_equal(tomb_world_number("select count(*) from decision"), 0);
	assert_int_equal(tomb_world_number("select count(*) from deletion"), 0);
	assert_int_equal(tomb_world_number("select count(*) from work_item"), 0);
}

static void what_is_not_there_is_not_found(void **state)
{
	static const char *const paths[] = {"/api/v1/objects/999", "/api/v1/objects/999/files",
		"/api/v1/objects/999/events", "/api/v1/objects/999/premis.xml", "/api/v1/objects/test.edu%2Fnone",
		"/api/v1/files/999", "/api/v1/files/999/events", "/api/v1/events/999", "/api/v1/deletions/999",
		"/api/v1/deletions/999/files", "/api/v1/work-items/999", "/api/v1/nothing", "/objects/show/999",
		"/files/show/999", "/deletions/show/999", "/work_items/show/999", "/objects/request_delete/999",
		"/member-api/v3/objects/show/999", "/member-api/v3/items/show/999",
		"/api/v1/objects/9223372036854775808", "/api/v1/objects/-1"};
	struct court *c = *state;
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(paths); i++)
		if (visitor_get(&c->alice, &a, "%s", paths[i]) != 404)
			fail_msg("%s: %d %s", paths[i], a.status, a.body);
	(void)visitor_call(&c->alice, "{\"object_ids\":[999]}", &a, "/api/v1/deletions");
	expect(&a, 404, "");
	(void)visitor_call(&c->alice, "{\"file_ids\":[999]}", &a, "/api/v1/deletions");
	expect(&a, 404, "");
	/* Who has no token learns not even whether there is a request. */
	decide(&c->bob, "approve", 999,
		"{\"token\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}", 403, "");
	nothing_is_decided();
}

static void i9_what_is_another_institutions_is_not_found_and_not_decided(void **state)
{
	static const struct {
		const char *before;
		const char *after;
	} paths[] = {{"/api/v1/objects/", ""}, {"/api/v1/objects/", "/files"}, {"/api/v1/objects/", "/premis.xml"},
		{"/objects/show/", ""}, {"/objects/request_delete/", ""}, {"/member-api/v3/objects/show/", ""}};
	struct court *c = *state;
	int64_t request = request_for(c, c->object);
	char json[128];
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(paths); i++)
		if (visitor_get(&c->mallory, &a, "%s%" PRId64 "%s", paths[i].before, c->object, paths[i].after) != 404)
			fail_msg("%s%s: %d %s", paths[i].before, paths[i].after, a.status, a.body);
	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", c->object);
	(void)visitor_call(&c->mallory, json, &a, "/api/v1/deletions");
	expect(&a, 404, "");
	(void)visitor_get(&c->mallory, &a, "/api/v1/deletions/%" PRId64, request);
	expect(&a, 404, "");
	token_json(c, request, json);
	decide(&c->mallory, "approve", request, json, 403, "only an admin of the institution");
	decide(&c->mallory, "reject", request, json, 403, "only an admin of the institution");
	decide(&c->carol, "approve", request, json, 403, "only an institutional admin");
	decide(&c->oscar, "approve", request, json, 403, "only an admin of the institution");
	decide(&c->alice, "approve", request, json, 403, "another admin must decide it");
	nothing_is_decided();
	decide(&c->bob, "approve", request, json, 200, "");
}

static void p_01_who_is_no_admin_may_not_ask(void **state)
{
	struct court *c = *state;
	char json[64];
	RAW_ANSWER_AUTO a = {0};

	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", c->object);
	(void)visitor_call(&c->carol, json, &a, "/api/v1/deletions");
	expect(&a, 403, "");
	(void)visitor_call(&c->oscar, json, &a, "/api/v1/deletions");
	expect(&a, 403, "");
	c->alice.key[10] = c->alice.key[10] == '0' ? '1' : '0';
	(void)visitor_call(&c->alice, json, &a, "/api/v1/deletions");
	expect(&a, 401, "");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

static void a_second_request_for_the_same_thing_is_a_conflict(void **state)
{
	struct court *c = *state;
	char json[128];
	RAW_ANSWER_AUTO a = {0};

	(void)request_for(c, c->object);
	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", c->object);
	(void)visitor_call(&c->bob, json, &a, "/api/v1/deletions");
	expect(&a, 409, "test.edu/bag");
	(void)snprintf(json, sizeof json, "{\"file_ids\":[%" PRId64 "]}",
		tomb_world_file(&c->stage->world, "test.edu/bag/data/1"));
	(void)visitor_call(&c->bob, json, &a, "/api/v1/deletions");
	expect(&a, 409, "test.edu/bag/data/1");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 1);
}

static void x_08_tokens_that_are_old_foreign_or_none_decide_nothing(void **state)
{
	struct court *c = *state;
	int64_t request = request_for(c, c->object);
	int64_t other = request_for(c, tomb_world_object(&c->stage->world, "test.edu/other", FILES, COPIES));
	char json[128];
	char others[128];
	RAW_ANSWER_AUTO a = {0};

	token_json(c, request, json);
	token_json(c, other, others);
	decide(&c->bob, "approve", request, others, 403, "does not belong");
	decide(&c->bob, "approve", request, "{\"token\":\"abc\"}", 403, "");
	decide(&c->bob, "approve", request, "{}", 400, "token");
	/* A newer one was sent. */
	(void)visitor_call(&c->bob, "{}", &a, "/api/v1/deletions/%" PRId64 "/resend", request);
	expect(&a, 200, "");
	decide(&c->bob, "approve", request, json, 410, "newer token");
	/* It has expired; then the request has. */
	tomb_world_exec("update approval_token set expires_at = now() where request_id = %" PRId64, other);
	decide(&c->bob, "approve", other, others, 410, "expired");
	tomb_world_exec("update deletion_request set expires_at = now() where id = %" PRId64, other);
	decide(&c->bob, "approve", other, others, 410, "expired");
	stage_wait(c->stage, 1, "select count(*) from deletion_request where state = 'expired'");
	decide(&c->bob, "approve", other, others, 410, "expired");
	nothing_is_decided();
	/* The one that was sent again is good. */
	stage_wait(c->stage, 0, "select count(*) from outbox where done_at is null");
	token_json(c, request, json);
	decide(&c->bob, "reject", request, json, 200, "");
}

static void p_08_after_a_rejection_nothing_can_be_approved_and_all_can_be_asked_again(void **state)
{
	struct court *c = *state;
	int64_t request = request_for(c, c->object);
	char json[128];

	token_json(c, request, json);
	decide(&c->bob, "reject", request, json, 200, "rejected");
	decide(&c->bob, "approve", request, json, 409, "already rejected by bob@test.edu");
	decide(&c->bob, "reject", request, json, 409, "already rejected by bob@test.edu");
	assert_int_equal(tomb_world_number("select count(*) from deletion"), 0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 0);
	assert_true(request_for(c, c->object) > request);
}

static void x_07_an_approval_of_what_has_changed_since_is_void(void **state)
{
	struct court *c = *state;
	int64_t request = request_for(c, c->object);
	char json[128];

	token_json(c, request, json);
	tomb_world_restore(&c->stage->world, tomb_world_file(&c->stage->world, "test.edu/bag/data/1"), COPIES);
	decide(&c->bob, "approve", request, json, 409, "it is void, ask again");
	decide(&c->bob, "approve", request, json, 409, "");
	nothing_is_decided();
	assert_int_equal(tomb_world_number("select count(*) from deletion_request where state = 'void'"), 1);
}

/* Sends both before it reads either; the number of those who heard 200. */
static int race(struct court *c, struct visitor *one, const char *verb, struct visitor *two, const char *other_verb)
{
	char name[64];
	int64_t request = 0;
	char json[128];
	struct {
		struct visitor *who;
		const char *verb;
		int fd;
	} sides[] = {{one, verb, -1}, {two, other_verb, -1}};
	int won = 0;

	(void)snprintf(name, sizeof name, "test.edu/race-%" PRId64,
		tomb_world_number("select count(*) from intellectual_object"));
	request = request_for(c, tomb_world_object(&c->stage->world, name, FILES, COPIES));
	token_json(c, request, json);
	for (size_t i = 0; i < TOMB_COUNTOF(sides); i++)
		sides[i].fd = raw_connect(c->stage->port);
	for (size_t i = 0; i < TOMB_COUNTOF(sides); i++) {
		TOMB_BUF_AUTO text = tomb_buf_init(4096);
		char target[96];

		(void)snprintf(target, sizeof target, "/api/v1/deletions/%" PRId64 "/%s", request, sides[i].verb);
		visitor_write(sides[i].who, "POST", target, "application/json", json, &text);
		assert_true(raw_send(sides[i].fd, (struct tomb_str){text.p, text.n}));
	}
	for (size_t i = 0; i < TOMB_COUNTOF(sides); i++) {
		RAW_ANSWER_AUTO a = {0};

		raw_read(sides[i].fd, &a);
		won += a.status == 200;
		if (a.status != 200)
			expect(&a, 409, "already");
		assert_int_equal(close(sides[i].fd), 0);
	}
	return won;
}

static void x_09_of_two_decisions_at_once_one_wins(void **state)
{
	struct court *c = *state;
	struct tomb_actor dora = c->stage->world.bob;
	struct visitor second;

	tomb_world_exec("insert into user_account (institution_id, email, name, role) values (%" PRId64
			", 'dora@test.edu', 'Dora', 'inst_admin')",
		c->stage->world.institution);
	dora.email = TOMB_STR("dora@test.edu");
	dora.user_id = tomb_world_number("select id from user_account where email = 'dora@test.edu'");
	stage_give_key(c->stage, &dora, &second);
	for (int i = 0; i < RACES; i++) {
		assert_int_equal(race(c, &c->bob, "approve", &second, "approve"), 1);
		assert_int_equal(race(c, &c->bob, "reject", &second, "approve"), 1);
	}
	assert_int_equal(tomb_world_number("select count(*) from decision"), 2 * RACES);
	assert_int_equal(tomb_world_number("select count(*) from deletion"),
		tomb_world_number("select count(*) from decision where verdict = 'approve'"));
	assert_int_equal(tomb_world_number("select count(*) from work_item"),
		tomb_world_number("select count(*) from deletion"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_not_found),
		TEST(i9_what_is_another_institutions_is_not_found_and_not_decided),
		TEST(p_01_who_is_no_admin_may_not_ask),
		TEST(a_second_request_for_the_same_thing_is_a_conflict),
		TEST(x_08_tokens_that_are_old_foreign_or_none_decide_nothing),
		TEST(p_08_after_a_rejection_nothing_can_be_approved_and_all_can_be_asked_again),
		TEST(x_07_an_approval_of_what_has_changed_since_is_void),
		TEST(x_09_of_two_decisions_at_once_one_wins),
	};
	return cmocka_run_group_tests_name("bad decisions", tests, NULL, NULL);
}
