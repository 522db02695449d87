/* A deletion that is watched while it runs (P-10), by server-sent events over real connections. */
#include "../../registry/service/http.h"
#include "../../registry/service/subscription.h"
#include "expect.h"
#include "pg_fixture.h"
#include "site.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { SILENCE_S = 60 };

/* Somebody who reads a stream; what came so far. */
struct watcher {
	int fd;
	size_t n;
	char got[32 * 1024];
};

static void watch(struct site *s, const struct site_user *user, int64_t request, struct watcher *w)
{
	const struct timeval silence = {.tv_sec = SILENCE_S};
	char text[512];
	int n = snprintf(text, sizeof text,
		"GET /deletions/progress/%" PRId64 " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
		"Cookie: tombstone=%s\r\n\r\n",
		request, user->token);

	*w = (struct watcher){.fd = raw_connect(s->port)};
	assert_int_equal(setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence), 0);
	assert_true(raw_send(w->fd, (struct tomb_str){text, (size_t)n}));
}

/* False at the end of the connection. */
static bool read_more(struct watcher *w)
{
	ssize_t n = recv(w->fd, w->got + w->n, sizeof w->got - 1 - w->n, 0);

	if (n < 0)
		fail_msg("nothing for %d s (%d) behind:\n%s", SILENCE_S, errno, w->got);
	w->n += (size_t)n;
	w->got[w->n] = '\0';
	return n > 0;
}

static void wait_for(struct watcher *w, const char *what)
{
	while (!strstr(w->got, what))
		if (!read_more(w))
			fail_msg("it ends without \"%s\":\n%s", what, w->got);
}

static void wait_for_end(struct watcher *w)
{
	while (read_more(w))
		;
	assert_int_equal(close(w->fd), 0);
}

/* The ledger as it is while its server is restarted: nobody gets in, and whoever was in is thrown out. */
static void close_door(void)
{
	tomb_world_exec(
		"do $$ begin execute format('alter database %%I connection limit 0', current_database()); end $$");
	tomb_world_exec("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
			"and usename = 'tombstone_registry'");
}

static void open_door(void)
{
	tomb_world_exec(
		"do $$ begin execute format('alter database %%I connection limit -1', current_database()); end $$");
}

static int64_t running(struct site *s)
{
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));

	(void)tomb_world_approve(&s->world, request);
	return request;
}

static void p_10_who_watches_hears_of_each_change_and_of_the_end(void **state)
{
	struct site *s = *state;
	int64_t request = running(s);
	struct watcher w;

	watch(s, &s->carol, request, &w);
	wait_for(&w, "event: progress\ndata: {\"total\":30,\"deleted\":0,");
	assert_non_null(strstr(w.got, "HTTP/1.1 200 "));
	assert_non_null(strstr(w.got, "Content-Type: text/event-stream\r\n"));
	assert_non_null(strstr(w.got, "X-Accel-Buffering: no\r\n"));
	assert_non_null(strstr(w.got, "Cache-Control: no-store\r\n"));
	tomb_world_exec("update work_item set status = 'Started', files_done = 7");
	wait_for(&w, "{\"total\":30,\"deleted\":7,");
	tomb_world_exec("update work_item set files_done = 0");
	tomb_world_work(&s->world);
	wait_for(&w, "event: end\ndata: {\"total\":30,\"deleted\":30,\"refused\":0,\"failed\":0,");
	wait_for_end(&w);
}

static void only_those_who_may_see_a_deletion_may_watch_it(void **state)
{
	struct site *s = *state;
	int64_t request = running(s);
	int64_t open = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/open", 1, 1));
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->mallory, &a, "/deletions/progress/%" PRId64, request);
	assert_int_equal(a.status, 404);
	site_get(s, NULL, &a, "/deletions/progress/%" PRId64, request);
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/deletions/progress/%" PRId64, open);
	assert_int_equal(a.status, 409);
}

static void who_signs_out_or_is_deactivated_is_told_no_more(void **state)
{
	struct site *s = *state;
	int64_t request = running(s);
	struct watcher carol;
	struct watcher bob;

	watch(s, &s->carol, request, &carol);
	watch(s, &s->bob, request, &bob);
	wait_for(&carol, "event: progress");
	wait_for(&bob, "event: progress");
	tomb_world_exec("update session set ended_at = now() where user_id = %" PRId64, s->world.carol.user_id);
	wait_for(&carol, "event: over");
	wait_for_end(&carol);
	tomb_world_exec("update user_account set deactivated_at = now() where id = %" PRId64, s->world.bob.user_id);
	wait_for(&bob, "event: over");
	wait_for_end(&bob);
}

static void places_are_few_and_those_who_leave_give_theirs_back(void **state)
{
	struct site *s = *state;
	int64_t request = running(s);
	struct watcher *many = calloc(TOMB_SUBSCRIPTIONS_PER_PERSON, sizeof *many);
	RAW_ANSWER_AUTO a = {0};

	assert_non_null(many);
	for (int i = 0; i < TOMB_SUBSCRIPTIONS_PER_PERSON; i++) {
		watch(s, &s->carol, request, &many[i]);
		wait_for(&many[i], "event: progress");
	}
	site_get(s, &s->carol, &a, "/deletions/progress/%" PRId64, request);
	assert_int_equal(a.status, 503);
	assert_true(raw_header(&a, "Retry-After")[0] != '\0');
	watch(s, &s->bob, request, &many[0]); /* the first one is forgotten, not closed */
	wait_for(&many[0], "event: progress");
	for (int i = 1; i < TOMB_SUBSCRIPTIONS_PER_PERSON; i++) /* some say goodbye, some are just gone */
		if (i % 2)
			assert_int_equal(close(many[i].fd), 0);
		else
			raw_reset(many[i].fd);
	do {
		watch(s, &s->carol, request, &many[1]);
		(void)read_more(&many[1]);
		if (!strncmp(many[1].got, "HTTP/1.1 200 ", 13))
			break;
		assert_int_equal(close(many[1].fd), 0);
	} while (true);
	wait_for(&many[1], "event: progress");
	assert_int_equal(close(many[0].fd), 0);
	assert_int_equal(close(many[1].fd), 0);
	free(many);
}

static void who_comes_when_all_places_are_taken_is_refused(void **state)
{
	struct site *s = *state;
	const struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	const struct tomb_subscriptions_options two = {
		.database = tomb_fixture_pg_registry(), .log = &log, .places = 2, .tick_ms = 3600 * 1000};
	struct tomb_subscription_wish wish = {.request_id = 1, .user_id = 1, .session = tomb_str_from(s->carol.token)};
	struct tomb_subscriptions *all = NULL;
	struct tomb_stream *streams[2] = {NULL};
	struct tomb_stream *more = NULL;

	TOMB_OK_OR_FAIL(tomb_subscriptions_start(&two, &all, &err));
	for (size_t i = 0; i < TOMB_COUNTOF(streams); i++, wish.user_id++)
		TOMB_OK_OR_FAIL(tomb_subscription_open(all, &wish, &streams[i], &err));
	TOMB_EXPECT(TOMB_BUSY, "2 people", tomb_subscription_open(all, &wish, &more, &err));
	assert_null(more);
	assert_int_equal(tomb_subscriptions_count(all), 2);
	tomb_subscriptions_stop(all);
	for (size_t i = 0; i < TOMB_COUNTOF(streams); i++) {
		assert_false(tomb_stream_put(streams[i], TOMB_STR("after the end")));
		tomb_stream_unref(streams[i]);
	}
}

static void a_stop_ends_the_streams_at_once(void **state)
{
	struct site *s = *state;
	int64_t request = running(s);
	struct watcher w[8];

	for (size_t i = 0; i < TOMB_COUNTOF(w); i++) {
		watch(s, &s->carol, request, &w[i]);
		wait_for(&w[i], "event: progress");
	}
	tomb_httpd_stop(s->httpd, INT32_MAX); /* would wait for ever */
	s->httpd = NULL;
	for (size_t i = 0; i < TOMB_COUNTOF(w); i++)
		wait_for_end(&w[i]);
}

static void a_ledger_that_is_away_is_said_once_and_the_stream_goes_on(void **state)
{
	struct site *s = *state;
	int64_t request = running(s);
	struct watcher w;
	RAW_ANSWER_AUTO a = {0};
	char *first = NULL;

	watch(s, &s->carol, request, &w);
	wait_for(&w, "event: progress");
	close_door();
	wait_for(&w, "event: away");
	site_get(s, &s->carol, &a, "/deletions/progress/%" PRId64, request);
	assert_int_equal(a.status, 503);
	open_door();
	tomb_world_exec("update work_item set status = 'Started', files_done = 9");
	wait_for(&w, "\"deleted\":9,");
	first = strstr(w.got, "event: away");
	assert_null(strstr(first + 1, "event: away"));
	assert_int_equal(close(w.fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_10_who_watches_hears_of_each_change_and_of_the_end, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			only_those_who_may_see_a_deletion_may_watch_it, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			who_signs_out_or_is_deactivated_is_told_no_more, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			places_are_few_and_those_who_leave_give_theirs_back, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			who_comes_when_all_places_are_taken_is_refused, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(a_stop_ends_the_streams_at_once, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			a_ledger_that_is_away_is_said_once_and_the_stream_goes_on, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("progress that is watched", tests, NULL, NULL);
}
