/* I9 at the door: every route that names a thing, asked for another institution's; every list. */
#include "../../registry/service/registry.h"
#include "api_client.h"
#include "pg_fixture.h"
#include "record_box.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { UNKNOWN = 4711, PATH_MAX_BYTES = 512 };

/* What test.edu has; mallory of other.edu knows every id. */
struct things {
	int64_t object, file, event, request, item, checksum, alert, user, institution, key, session;
	int64_t record_deletion;
	const char *uuid;
	const char *record;
};

static struct things make_things(struct site *s)
{
	struct things t = {.object = tomb_world_object(&s->world, "test.edu/secret", 1, 1)};

	t.file = tomb_world_file(&s->world, "test.edu/secret/data/1");
	tomb_world_exec("insert into checksum (file_id, generation, algorithm, digest) values (%" PRId64
			", 1, 'md5', '0a')",
		t.file);
	t.checksum = tomb_world_number("select min(id) from checksum");
	t.request = tomb_world_request_file(&s->world, t.file);
	(void)tomb_world_approve(&s->world, t.request);
	tomb_world_work(&s->world);
	t.alert = tomb_world_number("select min(id) from alert");
	t.event = tomb_world_number("select min(id) from premis_event");
	t.item = tomb_world_number("select id from work_item");
	t.user = s->world.alice.user_id;
	t.institution = s->world.institution;
	t.key = tomb_world_number("insert into api_key (user_id, name, key_sha256) values (%" PRId64
				  ", 'a', sha256('a')) returning id",
		t.user);
	t.session = tomb_world_number("select min(id) from session where user_id = %" PRId64, t.user);
	(void)record_box_new("instance", NULL, "secret");
	t.record = tomb_fixture_pg_value("select id from record where title = 'secret'");
	tomb_world_exec("delete from record where id = '%s'",
		record_box_text(record_box_new("alma_collection", NULL, "secret collection")));
	t.record_deletion = tomb_world_number("select max(deletion_id) from record_deletion");
	t.uuid = tomb_fixture_pg_value("select identifier from premis_event order by id limit 1");
	return t;
}

/* Which thing a pattern's parameter names, by the word before it. */
static int64_t thing_of(const char *pattern, const struct things *t)
{
	if (strstr(pattern, "/objects/"))
		return t->object;
	if (strstr(pattern, "/files/"))
		return t->file;
	if (strstr(pattern, "/events/"))
		return t->event;
	if (strstr(pattern, "/records/deletions/"))
		return t->record_deletion;
	if (strstr(pattern, "/deletions/"))
		return t->request;
	if (strstr(pattern, "/work-items/") || strstr(pattern, "/items/"))
		return t->item;
	if (strstr(pattern, "/checksums/"))
		return t->checksum;
	if (strstr(pattern, "/alerts/"))
		return t->alert;
	if (strstr(pattern, "/users/"))
		return t->user;
	if (strstr(pattern, "/institutions/"))
		return t->institution;
	if (strstr(pattern, "/api-keys/"))
		return t->key;
	if (strstr(pattern, "/sessions/"))
		return t->session;
	fail_msg("what does %s name?", pattern);
	return 0;
}

static const char *name_of(const char *pattern)
{
	return strstr(pattern, "/objects/") ? "test.edu/secret" : "test.edu/secret/data/1";
}

/* The pattern with its parameter filled in. */
static void fill(const char *pattern, const char *value, char *out)
{
	const char *open = strchr(pattern, '{');
	const char *close = strchr(pattern, '}');

	assert_true(open && close);
	(void)snprintf(out, PATH_MAX_BYTES, "%.*s%s%s", (int)(open - pattern), pattern, value, close + 1);
}

static bool is_api(const char *pattern)
{
	return strncmp(pattern, "/api/", 5) == 0 || strncmp(pattern, "/member-api/", 12) == 0;
}

/* The answer without what may differ: the name of the thing, the number of the request. */
static void shape_of(const struct raw_answer *a, const char *value, char *out, size_t n)
{
	const char *instance = strstr(a->body, "\"instance\"");
	const char *at = strstr(a->body, value);

	assert_non_null(at);
	(void)snprintf(out, n, "%d %.*s...%.*s", a->status, (int)(at - a->body), a->body,
		(int)(instance && instance > at ? instance - at - (long)strlen(value) : 200), at + strlen(value));
}

static void expect_alike(struct site *s, const struct tomb_route *route, const char *foreign, const char *unknown)
{
	const char *method = tomb_method_name(route->method);
	const char *body = route->method == TOMB_GET ? NULL : "{\"token\":\"00\"}";
	RAW_ANSWER_AUTO a = {0};
	char path[PATH_MAX_BYTES];
	char foreign_shape[2048];
	char unknown_shape[2048];

	fill(route->pattern, foreign, path);
	api_ask(s, &s->world.mallory, method, body, &a, "%s", path);
	if (route->method == TOMB_GET)
		API_STATUS(&a, 404);
	if (a.status < 400 || strstr(a.body, "alice") || strstr(a.body, "secret@"))
		fail_msg("%s %s: %d %s", method, path, a.status, a.body);
	if (route->method != TOMB_GET) {
		int status = a.status;

		fill(route->pattern, unknown, path);
		api_ask(s, &s->world.mallory, method, body, &a, "%s", path);
		assert_int_equal(a.status, status);
		return;
	}
	shape_of(&a, foreign, foreign_shape, sizeof foreign_shape);
	fill(route->pattern, unknown, path);
	api_ask(s, &s->world.mallory, method, body, &a, "%s", path);
	shape_of(&a, unknown, unknown_shape, sizeof unknown_shape);
	assert_string_equal(foreign_shape, unknown_shape);
}

static void i9_no_route_tells_a_foreign_thing_from_an_unknown_one(void **state)
{
	struct site *s = *state;
	struct things t = make_things(s);
	struct tomb_routes routes = tomb_registry_routes();
	int64_t before = tomb_world_number("select count(*) from audit_entry where verb not like '%%key%%'");
	size_t asked = 0;

	for (size_t i = 0; i < routes.n; i++) {
		const struct tomb_route *route = &routes.p[i];
		char id[24];
		char unknown[24];

		if (!is_api(route->pattern) || !strchr(route->pattern, '{'))
			continue;
		if (!strstr(route->pattern, "{uuid}"))
			(void)snprintf(id, sizeof id, "%" PRId64, thing_of(route->pattern, &t));
		(void)snprintf(unknown, sizeof unknown, "%d", UNKNOWN);
		if (strstr(route->pattern, "{id}"))
			expect_alike(s, route, id, unknown);
		else if (strstr(route->pattern, "{uuid}"))
			expect_alike(s, route, strstr(route->pattern, "/records/") ? t.record : t.uuid,
				"00000000-0000-4000-8000-000000000000");
		else
			expect_alike(s, route, name_of(route->pattern), "test.edu/none");
		asked++;
	}
	assert_true(asked > 20);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb not like '%%key%%'"), before);
}

/* Mallory's institution has one thing of its own to see: herself. */
static void expect_nothing_foreign(const char *pattern, const struct raw_answer *a)
{
	if (strstr(a->body, "test.edu") || strstr(a->body, "secret"))
		fail_msg("%s: %s", pattern, a->body);
}

/* All but institutions themselves, and what there is only one of for each. */
static bool has_institution(const char *pattern)
{
	static const char *const others[] = {"/api/v1/institutions", "/api/v1/audit/chain", "/api/v1/dashboard"};

	for (size_t i = 0; i < TOMB_COUNTOF(others); i++)
		if (strcmp(pattern, others[i]) == 0)
			return false;
	return true;
}

static void i9_no_list_holds_a_foreign_thing(void **state)
{
	struct site *s = *state;
	struct things t = make_things(s);
	struct tomb_routes routes = tomb_registry_routes();
	RAW_ANSWER_AUTO a = {0};
	size_t asked = 0;

	for (size_t i = 0; i < routes.n; i++) {
		const struct tomb_route *route = &routes.p[i];

		if (!is_api(route->pattern) || strchr(route->pattern, '{') || route->method != TOMB_GET ||
			route->access <= TOMB_ACCESS_PERSON ||
			tomb_permission_of(&s->world.mallory, tomb_access_permission(route->access)) != TOMB_SCOPE_OWN)
			continue;
		api_get(s, &s->world.mallory, &a, "%s", route->pattern);
		API_STATUS(&a, 200);
		expect_nothing_foreign(route->pattern, &a);
		if (!has_institution(route->pattern))
			continue;
		api_get(s, &s->world.mallory, &a, "%s?institution_id=%" PRId64, route->pattern, s->world.institution);
		API_STATUS(&a, 403);
		api_get(s, &s->world.mallory, &a, "%s?institution_id=%d", route->pattern, UNKNOWN);
		API_STATUS(&a, 403);
		api_get(s, &s->world.oscar, &a, "%s?institution_id=%" PRId64, route->pattern, s->world.institution);
		assert_non_null(strstr(a.body, "test.edu"));
		api_get(s, NULL, &a, "%s", route->pattern);
		API_STATUS(&a, 401);
		asked++;
	}
	assert_true(asked >= 10);
	api_get(s, &s->world.mallory, &a, "/api/v1/work-items?object_id=%" PRId64, t.object);
	assert_int_equal(api_count(&a, "results"), 0);
	api_get(s, &s->world.mallory, &a, "/api/v1/files?object_id=%" PRId64, t.object);
	API_STATUS(&a, 404);
	api_get(s, &s->world.mallory, &a, "/member-api/v3/files?intellectual_object_identifier=test.edu/secret");
	assert_int_equal(api_count(&a, "results"), 0);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(i9_no_route_tells_a_foreign_thing_from_an_unknown_one),
		ON_A_SITE(i9_no_list_holds_a_foreign_thing),
	};
	return cmocka_run_group_tests_name("the API within one's institution", tests, NULL, NULL);
}
