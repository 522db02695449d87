/*
 * Requests that are malformed, too large, forged or too many, against the real registry: the right status, nothing half
 * done, and it goes on as before.
 */
#include "api_client.h"
#include "stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	MIB = 1 << 20,
	HUGE_BODY = 100 * MIB,
	MEMORY_MAX_KB = 256 * 1024, /* what the registry may ever have used: less than two such bodies */
	GUESSES = 30,               /* that are allowed */
};

struct bench {
	struct stage *stage;
	struct visitor person;  /* Alice in a browser */
	struct visitor program; /* and with her API key */
	int64_t object;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	void *stage = NULL;

	assert_non_null(b);
	assert_int_equal(stage_set_up(&stage), 0);
	b->stage = stage;
	stage_start_registry(b->stage);
	stage_sign_in(b->stage, &b->stage->world.alice, &b->person);
	stage_give_key(b->stage, &b->stage->world.alice, &b->program);
	b->object = tomb_world_object(&b->stage->world, "test.edu/bag", 1, 1);
	*state = b;
	return 0;
}

/* Whatever was sent, the registry never failed, wrote nothing, and still works. */
static int tear_down(void **state)
{
	struct bench *b = *state;
	void *stage = b->stage;
	char *log = NULL;
	RAW_ANSWER_AUTO a = {0};

	assert_int_equal(visitor_get(&b->person, &a, "/objects"), 200);
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
	assert_int_equal(program_end(&b->stage->registry), 0);
	log = program_log(&b->stage->registry);
	assert_null(strstr(log, "event=request-failed"));
	free(log);
	free(b);
	return stage_tear_down(&stage);
}

/* The bytes as they are, on a connection of their own; the status of the answer. */
static int send_bytes(struct bench *b, const char *bytes, size_t n, struct raw_answer *out)
{
	return visitor_send(&b->person, (struct tomb_str){bytes, n}, out);
}

static void p_07_forms_without_the_sessions_own_csrf_value_are_refused(void **state)
{
	struct bench *b = *state;
	struct visitor bob;
	RAW_ANSWER_AUTO a = {0};

	stage_sign_in(b->stage, &b->stage->world.bob, &bob);
	memcpy(bob.cookie, b->person.cookie, sizeof bob.cookie); /* Alice's session, Bob's value */
	assert_int_equal(visitor_post(&bob, "", &a, "/objects/init_delete/%" PRId64, b->object), 403);
	bob.csrf[0] = '\0';
	assert_int_equal(visitor_post(&bob, "", &a, "/objects/init_delete/%" PRId64, b->object), 403);
	assert_int_equal(visitor_post(&bob, "", &a, "/sign_out"), 403);
	assert_int_equal(visitor_call(&bob, "{}", &a, "/api/v1/deletions"), 403);
	/* Nobody's session at all. */
	bob.cookie[0] = '\0';
	assert_int_equal(visitor_post(&bob, "", &a, "/objects/init_delete/%" PRId64, b->object), 401);
	(void)snprintf(bob.cookie, sizeof bob.cookie, "tombstone=%064d", 1);
	assert_int_equal(visitor_post(&bob, "", &a, "/objects/init_delete/%" PRId64, b->object), 401);
}

static void methods_that_an_address_does_not_have_are_refused_by_name(void **state)
{
	static const char *const lines[][2] = {
		{"POST /objects", "GET"},
		{"DELETE /objects/show/1", "GET"},
		{"GET /objects/init_delete/1", "POST"},
		{"GET /deletions/approve/1", "POST"},
		{"PUT /api/v1/deletions", "POST"},
		{"DELETE /api/v1/files/1", "GET"},
		{"POST /healthz", "GET"},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(lines); i++) {
		char text[512];
		RAW_ANSWER_AUTO a = {0};
		int n = snprintf(text, sizeof text,
			"%s HTTP/1.1\r\nHost: r\r\nConnection: close\r\nCookie: %s\r\nContent-Length: 0\r\n\r\n",
			lines[i][0], b->person.cookie);

		if (send_bytes(b, text, (size_t)n, &a) != 405 || !strstr(raw_header(&a, "Allow"), lines[i][1]))
			fail_msg("%s: %d, Allow: %s", lines[i][0], a.status, raw_header(&a, "Allow"));
	}
}

static void json_that_is_not_what_was_asked_for_is_refused(void **state)
{
	static const char *const bodies[] = {"{", "[]", "null", "1", "{} {}", "{\"object_ids\":[1],\"object_ids\":[1]}",
		"{\"object_ids\":[1],\"object\":1}", "{\"object_ids\":1}", "{\"object_ids\":[\"1\"]}",
		"{\"object_ids\":[1.5]}", "{\"object_ids\":[0]}", "{\"object_ids\":[-1]}",
		"{\"object_ids\":[9223372036854775808]}", "{\"object_ids\":[1e3]}", "{\"object_ids\":[1,1]}",
		"{\"object_ids\":[]}", "{\"object_ids\":null}", "{\"object_ids\":[1],\"reason\":\"\\u0000\"}",
		"{\"object_ids\":[1],\"reason\":\"\\ud800\"}", "{\"object_ids\":[1],\"reason\":\"\xff\"}",
		"{\"object_ids\":[1],\"reason\":\"\xc0\xaf\"}", "{\"object_ids\":[1],\"reason\":\"\x01\"}",
		"{\"object_ids\":[1],\"reason\":[]}", "{'object_ids':[1]}", "{\"object_ids\":[1,]}",
		"{\"object_ids\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"};
	struct bench *b = *state;
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(bodies); i++)
		if (visitor_call(&b->program, bodies[i], &a, "/api/v1/deletions") != 400)
			fail_msg("%s: %d %s", bodies[i], a.status, a.body);
	assert_int_equal(visitor_post(&b->program, "object_ids=1", &a, "/api/v1/deletions"), 415);
}

static void text_that_is_not_text_is_refused(void **state)
{
	static const char *const forms[] = {"reason=%FF", "reason=%C0%AF", "reason=a%00b", "reason=%ED%A0%80",
		"reason=%", "reason=%4", "reason=%GG", "reason=a&reason=b", "reason%00=a"};
	static const char *const targets[] = {"/objects?identifier=%FF", "/objects?identifier=a%00b", "/objects?a=%",
		"/objects?after=%00", "/deletions?state=%FF%FE", "/files?identifier=%C3%28",
		"/api/v1/objects?limit=1%00", "/api/v1/objects?limit=0", "/api/v1/objects?limit=1001",
		"/api/v1/objects?limit=1&limit=2", "/api/v1/objects?nonsense=1", "/api/v1/objects?after=nonsense",
		"/api/v1/deletions?state=nonsense", "/api/v1/work-items?request_id=-1"};
	static const char *const paths[] = {"/objects/show/1%00", "/objects/show/%FF", "/objects/show/1%2F..%2F2",
		"/api/v1/objects/%00", "/api/v1/objects/%FF", "/static/..%2F..%2Fetc%2Fpasswd", "/static/%00",
		"/objects/../objects", "/%"};
	struct bench *b = *state;
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(forms); i++)
		if (visitor_post(&b->person, forms[i], &a, "/objects/init_delete/%" PRId64, b->object) != 400)
			fail_msg("%s: %d %s", forms[i], a.status, a.body);
	for (size_t i = 0; i < TOMB_COUNTOF(targets); i++)
		if (visitor_get(&b->person, &a, "%s", targets[i]) != 400)
			fail_msg("%s: %d %s", targets[i], a.status, a.body);
	for (size_t i = 0; i < TOMB_COUNTOF(paths); i++)
		if (visitor_get(&b->person, &a, "%s", paths[i]) != 400 && a.status != 404)
			fail_msg("%s: %d %s", paths[i], a.status, a.body);
}

/* begin, then n bytes in lines of "x" that begin with filler, then end; the status of the answer. */
static int send_much(struct bench *b, const char *begin, const char *filler, size_t n, const char *end)
{
	TOMB_BUF_AUTO text = tomb_buf_init((size_t)2 * MIB);
	RAW_ANSWER_AUTO a = {0};

	tomb_buf_putf(&text, "%s", begin);
	while (text.n < n)
		tomb_buf_putf(&text, "%s", filler);
	tomb_buf_putf(&text, "%s", end);
	return send_bytes(b, text.p, text.n, &a);
}

static void a_mebibyte_of_head_is_refused(void **state)
{
	struct bench *b = *state;

	assert_int_equal(send_much(b, "GET /objects HTTP/1.1\r\nHost: r\r\nX-A: ", "xxxxxxxx", MIB, "\r\n\r\n"), 431);
	assert_int_equal(send_much(b, "GET /objects HTTP/1.1\r\nHost: r\r\n", "X-A: b\r\n", MIB, "\r\n"), 431);
	assert_int_equal(send_much(b, "GET /objects HTTP/1.1\r\nHost: r\r\nCookie: ", "a=b; ", MIB, "\r\n\r\n"), 431);
	assert_int_equal(send_much(b, "GET /objects?", "xxxxxxxx", MIB, " HTTP/1.1\r\nHost: r\r\n\r\n"), 414);
}

/* The most memory that the process ever had. */
static long peak_kb(pid_t pid)
{
	char path[64];
	char line[256];
	long kb = 0;
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	assert_int_equal(fclose(f), 0);
	return kb;
}

/* Sends the head, then the body in pieces until the other side has had enough; the status of the answer. */
static int send_body(struct bench *b, const char *head, const char *piece, size_t npiece, size_t pieces)
{
	int fd = raw_connect(b->stage->port);
	RAW_ANSWER_AUTO a = {0};

	assert_true(raw_send(fd, tomb_str_from(head)));
	for (size_t i = 0; i < pieces; i++)
		if (!raw_send(fd, (struct tomb_str){piece, npiece}))
			break;
	raw_read(fd, &a);
	assert_int_equal(close(fd), 0);
	return a.status;
}

static void a_body_of_a_hundred_megabytes_is_refused(void **state)
{
	enum { PIECE = 65536 };
	struct bench *b = *state;
	static char piece[16 + PIECE + 2];
	int n = snprintf(piece, sizeof piece, "%x\r\n", PIECE);
	char head[1024];

	memset(piece + n, 'x', PIECE);
	memcpy(piece + n + PIECE, "\r\n", 2);
	(void)snprintf(head, sizeof head,
		"POST /objects/init_delete/1 HTTP/1.1\r\nHost: r\r\nCookie: %s\r\nContent-Length: %d\r\n"
		"Content-Type: application/x-www-form-urlencoded\r\n\r\n",
		b->person.cookie, HUGE_BODY);
	assert_int_equal(send_body(b, head, "", 0, 0), 413);
	(void)snprintf(head, sizeof head,
		"POST /api/v1/deletions HTTP/1.1\r\nHost: r\r\nX-Pharos-API-User: %s\r\nX-Pharos-API-Key: %s\r\n"
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
		b->program.email, b->program.key);
	assert_int_equal(send_body(b, head, piece, (size_t)n + PIECE + 2, HUGE_BODY / PIECE), 413);
	assert_in_range(peak_kb(b->stage->registry.pid), 1, MEMORY_MAX_KB);
}

static void whoever_guesses_is_told_to_wait(void **state)
{
	struct bench *b = *state;
	struct visitor bob = b->program;
	struct visitor guest = {.port = &b->stage->port, .email = "bob@test.edu"};
	RAW_ANSWER_AUTO a = {0};
	int refused = 0;

	/* Keys cost nothing to try, so they are tried first; then passwords are refused from the same address too. */
	bob.key[20] = bob.key[20] == '0' ? '1' : '0';
	while (visitor_get(&bob, &a, "/api/v1/objects") == 401)
		assert_true(++refused <= GUESSES + 10);
	assert_int_equal(a.status, 429);
	assert_true(strtol(raw_header(&a, "Retry-After"), NULL, 10) > 0);
	assert_in_range(refused, GUESSES, GUESSES + 10);
	assert_int_equal(visitor_sign_in(&guest, STAGE_PASSWORD), 429);
}

static void whoever_guesses_a_password_is_told_to_wait(void **state)
{
	struct bench *b = *state;
	struct visitor guest = {.port = &b->stage->port, .email = "bob@test.edu"};
	int refused = 0;
	int status = 0;

	while ((status = visitor_sign_in(&guest, "a wrong password")) == 401)
		assert_true(++refused <= GUESSES + 10);
	assert_int_equal(status, 429);
	assert_in_range(refused, GUESSES - 5, GUESSES + 10);
	/* The right one does not help now either: else guessing would go on. */
	assert_int_equal(visitor_sign_in(&guest, STAGE_PASSWORD), 429);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(p_07_forms_without_the_sessions_own_csrf_value_are_refused),
		TEST(methods_that_an_address_does_not_have_are_refused_by_name),
		TEST(json_that_is_not_what_was_asked_for_is_refused),
		TEST(text_that_is_not_text_is_refused),
		TEST(a_mebibyte_of_head_is_refused),
		TEST(a_body_of_a_hundred_megabytes_is_refused),
		TEST(whoever_guesses_is_told_to_wait),
		TEST(whoever_guesses_a_password_is_told_to_wait),
	};
	return cmocka_run_group_tests_name("bad requests", tests, NULL, NULL);
}
