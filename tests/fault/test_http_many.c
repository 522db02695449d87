/* Many HTTP requests under way on one handle: each ends by itself, with its own answer. */
#include "crowd_http.h"
#include "tombstone/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MANY = 40 };

struct fixture {
	struct crowd_http *server;
	struct tomb_http *http;
	struct tomb_arena arena;
	struct tomb_err err;
	char tags[MANY];
	char urls[MANY][64];
};

/* "/N" is answered with N; "/cutN" not at all; "/largeN" with more than anybody wants. */
static const char *echo(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	const char *path = strchr(request->head.p, '/') + 1;
	int n = (int)strcspn(path, " ");
	char *text = TOMB_NEW(arena, char, 4096);

	(void)ctx;
	if (strncmp(path, "cut", 3) == 0)
		return NULL;
	if (strncmp(path, "large", 5) == 0) {
		(void)snprintf(text, 4096, "HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n%03000d", 1);
		return text;
	}
	(void)snprintf(text, 4096, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%.*s", n, n, path);
	return text;
}

static void begin(struct fixture *f, struct crowd_plan plan)
{
	*f = (struct fixture){.arena = tomb_arena_init(1 << 22)};
	plan.answer = echo;
	f->server = crowd_http_start(&plan);
	assert_int_equal(tomb_http_new(&f->http, &f->err), TOMB_OK);
}

static void end(struct fixture *f)
{
	tomb_http_free(f->http);
	crowd_http_free(f->server);
	tomb_arena_fini(&f->arena);
}

static enum tomb_code start(struct fixture *f, size_t i, const char *method, const char *what)
{
	struct tomb_http_request r = {
		.method = method, .url = f->urls[i], .allow_plain_http = true, .answer_max = 100, .timeout_ms = 60000};

	(void)snprintf(f->urls[i], sizeof f->urls[i], "http://127.0.0.1:%d/%s%zu", crowd_http_port(f->server), what, i);
	return tomb_http_start(f->http, &r, &f->arena, &f->tags[i], &f->err);
}

/* One that has ended. */
static size_t next(struct fixture *f, struct tomb_http_landed *landed)
{
	for (;;) {
		for (size_t i = 0; i < MANY; i++)
			if (tomb_http_take(f->http, &f->tags[i], landed))
				return i;
		assert_true(tomb_http_drive(f->http, 10000));
	}
}

static bool is_own(const struct tomb_http_landed *landed, size_t i)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%zu", i);
	return landed->code == TOMB_OK && tomb_str_eq(landed->answer.body, tomb_str_from(text));
}

static void all_are_under_way_at_once(void **state)
{
	bool seen[MANY] = {false};
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = MANY, .gather = MANY, .newest_first = true});
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(start(&f, i, "GET", ""), TOMB_OK);
	for (size_t k = 0; k < MANY; k++) {
		struct tomb_http_landed landed;
		size_t i = next(&f, &landed);

		assert_false(seen[i]);
		seen[i] = true;
		assert_true(is_own(&landed, i));
	}
	assert_false(tomb_http_drive(f.http, 0));
	crowd_http_stop(f.server);
	assert_int_equal(crowd_http_peak(f.server), MANY);
	end(&f);
}

static void connections_are_used_again(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = 32, .gather = 8});
	for (size_t round = 0; round < 4; round++) {
		struct tomb_http_landed landed;

		for (size_t i = 0; i < 8; i++)
			assert_int_equal(start(&f, i, "POST", ""), TOMB_OK);
		for (size_t i = 0; i < 8; i++)
			assert_true(is_own(&landed, next(&f, &landed)));
	}
	crowd_http_stop(f.server);
	assert_int_equal(crowd_http_connections(f.server), 8);
	end(&f);
}

static void what_goes_wrong_with_one_is_its_own(void **state)
{
	static const char *const whats[] = {"", "cut", "", "large", "cut", ""};
	static const char *const methods[] = {"GET", "GET", "DELETE", "DELETE", "DELETE", "DELETE"};
	static const enum tomb_code codes[] = {TOMB_OK, TOMB_NET, TOMB_OK, TOMB_UNCERTAIN, TOMB_UNCERTAIN, TOMB_OK};
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = 6, .gather = 6});
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(start(&f, i, methods[i], whats[i]), TOMB_OK);
	for (size_t k = 0; k < 6; k++) {
		struct tomb_http_landed landed;
		size_t i = next(&f, &landed);

		assert_int_equal(landed.code, codes[i]);
		if (landed.code == TOMB_OK)
			assert_true(is_own(&landed, i));
	}
	crowd_http_stop(f.server);
	assert_int_equal(crowd_http_requests(f.server), 6);
	end(&f);
}

static void a_deletion_on_a_connection_that_died_is_not_sent_again(void **state)
{
	struct tomb_http_landed landed;
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = 2, .gather = 1});
	assert_int_equal(start(&f, 0, "GET", ""), TOMB_OK); /* leaves a connection */
	assert_int_equal(next(&f, &landed), 0);
	assert_int_equal(start(&f, 1, "DELETE", "cut"), TOMB_OK);
	assert_int_equal(next(&f, &landed), 1);
	assert_int_equal(landed.code, TOMB_UNCERTAIN);
	crowd_http_stop(f.server);
	assert_int_equal(crowd_http_requests(f.server), 2);
	end(&f);
}

static void one_is_waited_for_while_others_go_on(void **state)
{
	struct tomb_http_request r = {.method = "GET", .allow_plain_http = true, .url = NULL};
	struct tomb_http_answer answer;
	char url[64];
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = 3, .gather = 3});
	assert_int_equal(start(&f, 0, "GET", ""), TOMB_OK);
	assert_int_equal(start(&f, 1, "GET", ""), TOMB_OK);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d/own", crowd_http_port(f.server));
	r.url = url;
	assert_int_equal(tomb_http_run(f.http, &r, &f.arena, &answer, &f.err), TOMB_OK);
	assert_true(tomb_str_eq(answer.body, TOMB_STR("own")));
	for (size_t k = 0; k < 2; k++) {
		struct tomb_http_landed landed;

		assert_true(is_own(&landed, next(&f, &landed)));
	}
	end(&f);
}

static void nobody_waits_for_longer_than_wanted(void **state)
{
	struct tomb_http_landed landed;
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = 9, .gather = 2}); /* one alone has no answer */
	assert_false(tomb_http_drive(f.http, 10));
	assert_int_equal(start(&f, 0, "GET", ""), TOMB_OK);
	assert_true(tomb_http_drive(f.http, 10));
	assert_false(tomb_http_take(f.http, &f.tags[0], &landed));
	end(&f); /* with one under way */
}

static void what_cannot_be_sent_is_not_under_way(void **state)
{
	struct tomb_http_request r = {.method = "NOT A METHOD", .url = "http://127.0.0.1/", .allow_plain_http = true};
	struct fixture f;

	(void)state;
	begin(&f, (struct crowd_plan){.crowd = 1, .gather = 1});
	assert_int_equal(tomb_http_start(f.http, &r, &f.arena, NULL, &f.err), TOMB_INVAL);
	assert_false(tomb_http_drive(f.http, 0));
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_under_way_at_once),
		cmocka_unit_test(connections_are_used_again),
		cmocka_unit_test(what_goes_wrong_with_one_is_its_own),
		cmocka_unit_test(a_deletion_on_a_connection_that_died_is_not_sent_again),
		cmocka_unit_test(one_is_waited_for_while_others_go_on),
		cmocka_unit_test(nobody_waits_for_longer_than_wanted),
		cmocka_unit_test(what_cannot_be_sent_is_not_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
