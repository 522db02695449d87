/* What protects every route alike, asked of every route of the tables: forms of other sites, headers, sizes, logs. */
#include "rights_box.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { REQUEST_MAX = 8192, LOG_MAX = 1 << 20 };

static int64_t audited(void)
{
	return tomb_world_number("select count(*) from audit_entry where verb not like '%%key%%'");
}

/* One request with the lines given, and no body. */
static void ask(struct rights_box *box, const char *method, const char *path, const char *lines, struct raw_answer *out)
{
	char request[REQUEST_MAX];
	int fd = raw_connect(box->site->port);

	assert_in_range(snprintf(request, sizeof request,
				"%s %s HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n%s\r\n", method, path, lines),
		1, sizeof request - 1);
	raw_answer_fini(out);
	assert_true(raw_send(fd, tomb_str_from(request)));
	raw_read_head(fd, out);
	if (strncmp(raw_header(out, "Content-Type"), "text/event-stream", 17) != 0)
		raw_read_body(fd, out);
	assert_int_equal(close(fd), 0);
}

/* Who may most: so that only the rule in question can refuse. */
static struct site_user *somebody(struct rights_box *box, const struct tomb_route *route)
{
	if (route->access > TOMB_ACCESS_PERSON &&
		tomb_permission_of_role(TOMB_ROLE_INST_ADMIN, tomb_access_permission(route->access)) == TOMB_SCOPE_NONE)
		return &box->site->oscar;
	return &box->site->alice;
}

#define EVERY_ROUTE(box, route, path)                                                                                  \
	struct tomb_routes routes = tomb_registry_routes();                                                            \
	char path[RIGHTS_PATH];                                                                                        \
	for (const struct tomb_route *route = routes.p;                                                                \
		route < routes.p + routes.n && (fill((box), route, path), true); route++)

static void fill(struct rights_box *box, const struct tomb_route *route, char path[static RIGHTS_PATH])
{
	enum rights_owner owner;
	size_t nparams = 0;

	rights_fill(box, route, path, &owner, &nparams);
}

static void expect_refused(
	struct rights_box *box, const struct tomb_route *route, const char *path, const char *lines, const char *why)
{
	RAW_ANSWER_AUTO a = {0};

	ask(box, tomb_method_name(route->method), path, lines, &a);
	if (a.status != 403)
		fail_msg("%s %s %s: %s", tomb_method_name(route->method), path, why, a.head);
}

static void asvs_3_5_1_nothing_changes_by_cookie_without_the_sessions_secret(void **state)
{
	struct rights_box *box = *state;
	int64_t before = audited();
	char lines[512];

	EVERY_ROUTE(box, route, path)
	{
		const struct site_user *user = somebody(box, route);

		if (route->method == TOMB_GET || route->access == TOMB_ACCESS_ANYONE)
			continue;
		(void)snprintf(lines, sizeof lines, "Cookie: tombstone=%s\r\n", user->token);
		expect_refused(box, route, path, lines, "without a CSRF value");
		(void)snprintf(lines, sizeof lines, "Cookie: tombstone=%s\r\nX-CSRF-Token: %s\r\n", user->token,
			box->site->bob.csrf);
		expect_refused(box, route, path, lines, "with the CSRF value of another session");
		(void)snprintf(lines, sizeof lines, "Cookie: tombstone=%s\r\nX-CSRF-Token: \r\n", user->token);
		expect_refused(box, route, path, lines, "with an empty CSRF value");
	}
	assert_int_equal(audited(), before);
}

static void asvs_3_5_3_what_another_site_sends_changes_nothing(void **state)
{
	static const char *const sites[] = {"cross-site", "same-site", "nonsense"};
	struct rights_box *box = *state;
	int64_t before = audited();

	EVERY_ROUTE(box, route, path)
	{
		const struct site_user *user = somebody(box, route);

		if (route->method == TOMB_GET)
			continue;
		for (size_t i = 0; i < TOMB_COUNTOF(sites); i++) {
			char lines[512];

			(void)snprintf(lines, sizeof lines,
				"Cookie: tombstone=%s\r\nX-CSRF-Token: %s\r\nSec-Fetch-Site: %s\r\n", user->token,
				user->csrf, sites[i]);
			expect_refused(box, route, path, lines, sites[i]);
		}
	}
	assert_int_equal(audited(), before);
}

static void expect_headers(const struct raw_answer *a, const char *path, bool is_private)
{
	static const char *const csp[] = {
		"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"};

	for (size_t i = 0; i < TOMB_COUNTOF(csp); i++)
		if (!strstr(raw_header(a, "Content-Security-Policy"), csp[i]))
			fail_msg("%s: no %s in %s", path, csp[i], raw_header(a, "Content-Security-Policy"));
	if (strstr(raw_header(a, "Content-Security-Policy"), "unsafe"))
		fail_msg("%s: %s", path, raw_header(a, "Content-Security-Policy"));
	assert_string_equal(raw_header(a, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(raw_header(a, "Referrer-Policy"), "no-referrer");
	assert_int_equal(strlen(raw_header(a, "X-Request-Id")), 16);
	assert_string_equal(raw_header(a, "Access-Control-Allow-Origin"), "");
	if (is_private && !strstr(raw_header(a, "Cache-Control"), "no-store") &&
		!strstr(raw_header(a, "Cache-Control"), "private"))
		fail_msg("%s may be cached by others: %s", path, raw_header(a, "Cache-Control"));
}

static void asvs_3_4_every_answer_carries_the_headers_and_reading_changes_nothing(void **state)
{
	struct rights_box *box = *state;
	int64_t before = audited();
	RAW_ANSWER_AUTO a = {0};
	char lines[512];

	EVERY_ROUTE(box, route, path)
	{
		if (route->method != TOMB_GET)
			continue;
		(void)snprintf(lines, sizeof lines, "Cookie: tombstone=%s\r\n", somebody(box, route)->token);
		ask(box, "GET", path, lines, &a);
		assert_in_range(a.status, 200, 499);
		expect_headers(&a, path, route->access != TOMB_ACCESS_ANYONE);
		if (route->access == TOMB_ACCESS_ANYONE)
			continue;
		ask(box, "GET", path, "", &a);
		expect_headers(&a, path, true);
	}
	ask(box, "GET", "/nowhere", lines, &a);
	assert_int_equal(a.status, 404);
	expect_headers(&a, "/nowhere", true);
	assert_int_equal(audited(), before);
}

static void asvs_5_2_1_a_body_larger_than_the_route_takes_is_not_read(void **state)
{
	struct rights_box *box = *state;
	RAW_ANSWER_AUTO a = {0};
	char lines[512];

	EVERY_ROUTE(box, route, path)
	{
		if (route->method == TOMB_GET)
			continue;
		(void)snprintf(lines, sizeof lines, "Content-Length: %zu\r\nContent-Type: application/json\r\n",
			route->body_max + 1);
		ask(box, tomb_method_name(route->method), path, lines, &a);
		if (a.status != 413)
			fail_msg("%s takes more than %zu bytes: %s", path, route->body_max, a.head);
		assert_true(route->body_max <= 256UL << 20);
	}
}

static size_t lines_with(const char *log, const char *words)
{
	size_t n = 0;

	for (const char *p = strstr(log, words); p; p = strstr(p + 1, words))
		n += p == log || p[-1] == '\n' || p[-1] == ' ';
	return n;
}

/* Line ends and control characters where the log names what was sent. */
static void asvs_16_4_1_nobody_writes_a_line_into_the_log(void **state)
{
	static char log[LOG_MAX];
	static const char form[] =
		"email=x%0d%0aevent%3dforged%20a%40b%00%1b%5b31m%e2%80%a8event%3dforged&password=secretword";
	char file[] = "/tmp/tombstone-log-XXXXXX";
	struct rights_box *box = *state;
	int fd = mkstemp(file);
	RAW_ANSWER_AUTO a = {0};
	char lines[512];
	ssize_t n = 0;

	assert_true(fd >= 0);
	assert_int_equal(unlink(file), 0);
	site_log_to(box->site, fd);
	ask(box, "GET", "/objects/show/1%0d%0aevent=forged", "", &a);
	ask(box, "GET", "/x%0aevent=forged?y=%0aevent=forged", "X-Forwarded-For: 1\tevent=forged\r\n", &a);
	ask(box, "GET", "/api/v1/objects",
		"X-Pharos-API-User: a\xe2\x80\xa8"
		"event=forged\r\nX-Pharos-API-Key: event=forged\r\n",
		&a);
	assert_int_equal(a.status, 401);
	/* ask() puts one more line end behind it, which is the end of the body. */
	(void)snprintf(lines, sizeof lines,
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s", sizeof form + 1,
		form);
	ask(box, "POST", "/sign_in", lines, &a);
	n = pread(fd, log, sizeof log - 1, 0);
	assert_in_range(n, 1, sizeof log - 2);
	assert_int_equal(lines_with(log, "event=forged"), 0);
	assert_true(lines_with(log, "event=") >= 4);
	for (ssize_t i = 0; i < n; i++)
		if ((unsigned char)log[i] < ' ' && log[i] != '\n')
			fail_msg("a control character in the log: %s", log + (i > 40 ? i - 40 : 0));
	assert_null(strstr(log, "secretword"));
	site_log_to(box->site, STDERR_FILENO);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
#define WITH_A_BOX(test) cmocka_unit_test_setup_teardown(test, rights_set_up, rights_tear_down)
	const struct CMUnitTest tests[] = {
		WITH_A_BOX(asvs_3_5_1_nothing_changes_by_cookie_without_the_sessions_secret),
		WITH_A_BOX(asvs_3_5_3_what_another_site_sends_changes_nothing),
		WITH_A_BOX(asvs_3_4_every_answer_carries_the_headers_and_reading_changes_nothing),
		WITH_A_BOX(asvs_5_2_1_a_body_larger_than_the_route_takes_is_not_read),
		WITH_A_BOX(asvs_16_4_1_nobody_writes_a_line_into_the_log),
	};
	return cmocka_run_group_tests_name("security of every route", tests, NULL, NULL);
}
