/*
 * The registry answers as its OpenAPI document says: every operation is asked by several people, and each answer has a
 * documented status, type and headers, and the members that its schema has: none more, none less.  Routes that are
 * added later are asked as well.
 *
 * link: jansson
 */
#include "openapi_box.h"
#include "pg_fixture.h"
#include "rights_box.h"
#include "schema_check.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { QUERY_MAX = 4096 };

/* One of each side of every rule; an operator sees all. */
static const enum rights_caller callers[] = {RIGHTS_OPERATOR, RIGHTS_ADMIN, RIGHTS_USER, RIGHTS_STRANGER};

static int set_up(void **state)
{
	RAW_ANSWER_AUTO a = {0};
	struct rights_box *box = NULL;

	assert_int_equal(rights_set_up(state), 0);
	box = *state;
	raw_ask(box->site->port, "GET /openapi.json HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n\r\n", &a);
	assert_int_equal(a.status, 200);
	openapi_read((struct tomb_str){a.body, a.nbody});
	return 0;
}

static int tear_down(void **state)
{
	(void)openapi_drop(NULL);
	return rights_tear_down(state);
}

/* ---- one answer ---- */

/* What was asked, and what came back. */
struct talk {
	const struct tomb_route *route;
	const char *path;
	const struct raw_answer *answer;
	json_t *response; /* that the document has for it */
};

#define SAY(talk, ...)                                                                                                 \
	do {                                                                                                           \
		char why_[1024];                                                                                       \
		(void)snprintf(why_, sizeof why_, __VA_ARGS__);                                                        \
		fail_msg("%s %s: %d: %s:\n%.2500s", tomb_method_name((talk)->route->method), (talk)->path,             \
			(talk)->answer->status, why_, (talk)->answer->body ? (talk)->answer->body : "");               \
	} while (0)

static void check_headers(const struct talk *t)
{
	const char *name = NULL;
	json_t *header = NULL;

	json_object_foreach (json_object_get(t->response, "headers"), name, header) {
		const char *value = raw_header(t->answer, name);
		struct schema_misfit misfit = {"", ""};
		json_t *documented = openapi_resolve(header);
		json_t *sent = json_string(value);

		if (value[0] == '\0' && json_is_true(json_object_get(documented, "required")))
			SAY(t, "it has no %s", name);
		if (value[0] != '\0' && strcmp(name, "Retry-After") != 0 &&
			!schema_fits(json_object_get(documented, "schema"), sent, &misfit))
			SAY(t, "%s is %s, against %s", name, value, misfit.rule);
		json_decref(sent);
	}
}

/* How many rows it has; -1 if it is no list. */
static int check_json(const struct talk *t, json_t *schema)
{
	json_t *value = json_loads(t->answer->body, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	json_t *results = json_object_get(value, "results");
	struct schema_misfit misfit = {"", ""};
	int rows = json_is_array(results) ? (int)json_array_size(results) : -1;

	if (!value)
		SAY(t, "it is no JSON");
	if (!schema_fits(schema, value, &misfit))
		SAY(t, "%s is against the document: %s", misfit.place[0] ? misfit.place : "it", misfit.rule);
	json_decref(value);
	return rows;
}

static int check_body(const struct talk *t)
{
	json_t *content = json_object_get(t->response, "content");
	const char *sent = raw_header(t->answer, "Content-Type");
	char type[128];
	json_t *media = NULL;

	if (json_object_size(content) == 0) {
		if (t->answer->nbody > 0)
			SAY(t, "it has a body");
		return -1;
	}
	(void)snprintf(type, sizeof type, "%.*s", (int)strcspn(sent, ";"), sent);
	media = json_object_get(content, type);
	if (!media)
		SAY(t, "it is %s", sent);
	return strstr(type, "json") ? check_json(t, json_object_get(media, "schema")) : -1;
}

/* As check_json(). */
static int check(const struct tomb_route *route, const char *path, const struct raw_answer *answer)
{
	struct talk t = {.route = route, .path = path, .answer = answer};
	char documented[TOMB_OPENAPI_PATH];
	char status[16];
	json_t *responses = json_object_get(openapi_operation(route, documented), "responses");

	(void)snprintf(status, sizeof status, "%d", answer->status);
	t.response = openapi_resolve(json_object_get(responses, status));
	if (!t.response)
		SAY(&t, "the document has no such status of %s", documented);
	check_headers(&t);
	return check_body(&t);
}

/* ---- questions ---- */

/* Parameters that must be there; a route that needs another one needs a line here. */
static void put_needed(const struct tomb_route *route, char query[static QUERY_MAX])
{
	static const struct {
		const char *name;
		const char *statement;
	} needed[] = {
		{"generic_file_id", "select min(file_id) from copy where status = 'stored'"},
	};
	char path[TOMB_OPENAPI_PATH];
	json_t *operation = openapi_operation(route, path);
	json_t *p = NULL;

	for (size_t i = 0; (p = openapi_parameter(NULL, operation, i)); i++) {
		const char *name = openapi_text(p, "name");
		size_t n = strlen(query);
		size_t rule = 0;

		if (!json_is_true(json_object_get(p, "required")) || strcmp(openapi_text(p, "in"), "query") != 0)
			continue;
		while (rule < TOMB_COUNTOF(needed) && strcmp(needed[rule].name, name) != 0)
			rule++;
		if (rule == TOMB_COUNTOF(needed))
			fail_msg("%s needs %s: what is one?  Add a line to needed[]", path, name);
		(void)snprintf(query + n, QUERY_MAX - n, "%c%s=%lld", n > 0 ? '&' : '?', name,
			(long long)tomb_world_number("%s", needed[rule].statement));
	}
}

/* The pattern with things in it, and the query that it needs. */
static void address(struct rights_box *box, const struct tomb_route *route, char out[static RIGHTS_PATH])
{
	enum rights_owner owner = RIGHTS_NOBODY;
	char query[QUERY_MAX] = "";
	size_t nparams = 0;

	rights_fill(box, route, out, &owner, &nparams);
	if (route->method == TOMB_GET)
		put_needed(route, query);
	assert_in_range(strlen(out) + strlen(query), 1, RIGHTS_PATH - 1);
	strcat(out, query);
}

static void ask_all(struct rights_box *box, const struct tomb_route *route)
{
	char path[RIGHTS_PATH];
	bool is_seen = false;
	int rows = 0;

	address(box, route, path);
	for (size_t i = 0; i < TOMB_COUNTOF(callers); i++) {
		RAW_ANSWER_AUTO a = {0};
		int n = 0;

		rights_ask(box, route, path, callers[i], RIGHTS_KEY, &a);
		n = check(route, path, &a);
		is_seen = is_seen || a.status == 200;
		rows = n != 0 ? 1 : rows;
	}
	if (route->method == TOMB_GET && !is_seen)
		fail_msg("GET %s: nobody has seen it", path);
	if (route->method == TOMB_GET && rows == 0)
		fail_msg("GET %s: nobody has seen a row of it: what is in one was not asked", path);
}

static void each_route(struct rights_box *box, bool reads)
{
	struct tomb_routes routes = tomb_registry_routes();

	for (size_t i = 0; i < routes.n; i++)
		if (tomb_openapi_has(&routes.p[i]) && (routes.p[i].method == TOMB_GET) == reads)
			ask_all(box, &routes.p[i]);
}

static void what_is_read_is_as_documented(void **state)
{
	each_route(*state, true);
}

static void what_is_not_there_is_refused_as_documented(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	struct rights_box *box = *state;

	for (size_t i = 0; i < routes.n; i++) {
		const struct tomb_route *route = &routes.p[i];
		const char *open = strchr(route->pattern, '{');
		const char *none = "none";
		char path[RIGHTS_PATH];
		RAW_ANSWER_AUTO a = {0};

		if (!tomb_openapi_has(route) || route->method != TOMB_GET || !open || strchr(open + 1, '{'))
			continue;
		if (strncmp(open, "{id}", 4) == 0)
			none = "987654";
		else if (strncmp(open, "{uuid}", 6) == 0)
			none = "00000000-0000-4000-8000-000000000000";
		(void)snprintf(path, sizeof path, "%.*s%s%s", (int)(open - route->pattern), route->pattern, none,
			strchr(open, '}') + 1);
		rights_ask(box, route, path, RIGHTS_OPERATOR, RIGHTS_KEY, &a);
		(void)check(route, path, &a);
		assert_int_equal(a.status, 404);
	}
}

/* The server itself refuses a NUL, before it is known who asks. */
static void what_no_handler_sees_is_refused_as_documented(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	struct rights_box *box = *state;

	for (size_t i = 0; i < routes.n; i++) {
		char path[RIGHTS_PATH + 8];
		enum rights_owner owner = RIGHTS_NOBODY;
		RAW_ANSWER_AUTO a = {0};
		size_t nparams = 0;

		if (!tomb_openapi_has(&routes.p[i]) || routes.p[i].method != TOMB_GET)
			continue;
		rights_fill(box, &routes.p[i], path, &owner, &nparams);
		strcat(path, "?a=%00");
		rights_ask(box, &routes.p[i], path, RIGHTS_STRANGER, RIGHTS_KEY, &a);
		(void)check(&routes.p[i], path, &a);
		assert_int_equal(a.status, 400);
	}
}

static bool is_list_of_theirs(const struct tomb_route *route)
{
	return route->method == TOMB_GET && strstr(route->pattern, "-api/v3/") && !strchr(route->pattern, '{');
}

/* One question with every filter, each of them empty, which asks for nothing; and what no table has. */
static void ask_filters(struct rights_box *box, const struct tomb_route *route)
{
	RAW_ANSWER_AUTO a = {0};
	RAW_ANSWER_AUTO unknown = {0};
	char path[RIGHTS_PATH + QUERY_MAX];
	char documented[TOMB_OPENAPI_PATH];
	json_t *operation = openapi_operation(route, documented);
	json_t *p = NULL;
	size_t n = 0;

	address(box, route, path);
	n = strlen(path);
	for (size_t i = 0; (p = openapi_parameter(NULL, operation, i)); i++) {
		if (json_is_true(json_object_get(p, "required")))
			continue;
		n += (size_t)snprintf(
			path + n, sizeof path - n, "%c%s=", strchr(path, '?') ? '&' : '?', openapi_text(p, "name"));
		assert_true(n < sizeof path);
	}
	rights_ask(box, route, path, RIGHTS_OPERATOR, RIGHTS_KEY, &a);
	(void)check(route, path, &a);
	assert_int_equal(a.status, 200);
	(void)snprintf(path + n, sizeof path - n, "&sate=A");
	rights_ask(box, route, path, RIGHTS_OPERATOR, RIGHTS_KEY, &unknown);
	(void)check(route, path, &unknown);
	assert_int_equal(unknown.status, 400);
}

static void ask_orders(struct rights_box *box, const struct tomb_route *route)
{
	char documented[TOMB_OPENAPI_PATH];
	json_t *sort = openapi_parameter_named(NULL, openapi_operation(route, documented), "query", "sort");
	json_t *words = json_object_get(json_object_get(json_object_get(sort, "schema"), "items"), "enum");
	json_t *word = NULL;
	size_t i = 0;

	assert_true(json_array_size(words) > 3);
	json_array_foreach (words, i, word) {
		RAW_ANSWER_AUTO a = {0};
		char path[RIGHTS_PATH + QUERY_MAX];
		size_t n = 0;

		if (strstr(json_string_value(word), "__asc"))
			continue;
		address(box, route, path);
		n = strlen(path);
		(void)snprintf(
			path + n, sizeof path - n, "%csort=%s", strchr(path, '?') ? '&' : '?', json_string_value(word));
		rights_ask(box, route, path, RIGHTS_OPERATOR, RIGHTS_KEY, &a);
		(void)check(route, path, &a);
		assert_int_equal(a.status, 200);
	}
}

static void lists_take_the_filters_and_orders_that_are_documented(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	size_t lists = 0;

	for (size_t i = 0; i < routes.n; i++)
		if (is_list_of_theirs(&routes.p[i])) {
			ask_filters(*state, &routes.p[i]);
			ask_orders(*state, &routes.p[i]);
			lists++;
		}
	assert_true(lists > 15);
}

/* With an empty object: most are refused, and some are done. */
static void what_changes_things_answers_as_documented(void **state)
{
	each_route(*state, false);
}

/* What changes things may take them away: it comes last. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_as_documented),
		cmocka_unit_test(what_is_not_there_is_refused_as_documented),
		cmocka_unit_test(what_no_handler_sees_is_refused_as_documented),
		cmocka_unit_test(lists_take_the_filters_and_orders_that_are_documented),
		cmocka_unit_test(what_changes_things_answers_as_documented),
	};
	return cmocka_run_group_tests_name("answers as in the OpenAPI document", tests, set_up, tear_down);
}
