/*
 * Bodies have the members that the OpenAPI document says, and no other: each route that takes one is sent all of its
 * documented members at once, each of them null, and then one that is not documented.
 *
 * link: jansson
 */
#include "api_client.h"
#include "openapi_box.h"
#include "rights_box.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define UNKNOWN " is not a key of this object"

static int set_up(void **state)
{
	assert_int_equal(openapi_make(NULL), 0);
	return rights_set_up(state);
}

static int tear_down(void **state)
{
	(void)openapi_drop(NULL);
	return rights_tear_down(state);
}

/* The members that a schema names, of itself and of what it is made of; how many. */
static size_t name_members(json_t *schema, json_t *members) // NOLINT(misc-no-recursion): a tree
{
	const char *name = NULL;
	json_t *part = NULL;
	size_t i = 0;
	size_t n = 0;

	schema = openapi_resolve(schema);
	json_object_foreach (json_object_get(schema, "properties"), name, part) {
		assert_int_equal(json_object_set_new(members, name, json_null()), 0);
		n++;
	}
	json_array_foreach (json_object_get(schema, "allOf"), i, part) {
		n += name_members(part, members);
	}
	return n;
}

/* Whoever may ask: the document's rules of who may are another test's. */
static void ask(struct rights_box *box, const struct tomb_route *route, json_t *body, struct raw_answer *out)
{
	static const enum rights_caller callers[] = {RIGHTS_OPERATOR, RIGHTS_ADMIN};
	char path[RIGHTS_PATH];
	enum rights_owner owner = RIGHTS_NOBODY;
	size_t nparams = 0;
	char *text = json_dumps(body, JSON_COMPACT);

	assert_non_null(text);
	rights_fill(box, route, path, &owner, &nparams);
	for (size_t i = 0; i < TOMB_COUNTOF(callers); i++) {
		api_ask(box->site, &box->callers[callers[i]], tomb_method_name(route->method), text, out, "%s", path);
		if (out->status != 403)
			break;
	}
	free(text);
}

/* One body with these members; as the only element of an array where that is what is taken. */
static json_t *wrap(json_t *schema, json_t *members)
{
	json_t *list = NULL;

	if (strcmp(openapi_text(openapi_resolve(schema), "type"), "array") != 0)
		return json_incref(members);
	list = json_array();
	assert_int_equal(json_array_append(list, members), 0);
	return list;
}

static bool check(struct rights_box *box, const struct tomb_route *route, json_t *schema)
{
	bool is_array = strcmp(openapi_text(openapi_resolve(schema), "type"), "array") == 0;
	json_auto_t *members = json_object();
	json_auto_t *unknown = json_pack("{s:n}", "sate");
	json_auto_t *body = NULL;
	json_auto_t *wrong = NULL;
	RAW_ANSWER_AUTO a = {0};
	RAW_ANSWER_AUTO b = {0};

	if (name_members(is_array ? json_object_get(openapi_resolve(schema), "items") : schema, members) == 0)
		return false;
	body = wrap(schema, members);
	ask(box, route, body, &a);
	if (a.body && strstr(a.body, UNKNOWN))
		fail_msg("%s %s documents what it does not take: %s", tomb_method_name(route->method), route->pattern,
			a.body);
	wrong = wrap(schema, unknown);
	ask(box, route, wrong, &b);
	if (b.status == 403)
		return false; /* not by an API key */
	if (b.status != 400 || !strstr(b.body, "sate" UNKNOWN))
		fail_msg("%s %s: %d, where \"sate\" was sent:\n%s", tomb_method_name(route->method), route->pattern,
			b.status, b.body);
	return true;
}

static void bodies_take_the_members_that_are_documented(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	size_t checked = 0;

	for (size_t i = 0; i < routes.n; i++) {
		char path[TOMB_OPENAPI_PATH];
		json_t *operation = NULL;
		json_t *content = NULL;

		if (!tomb_openapi_has(&routes.p[i]) || routes.p[i].body_max == 0)
			continue;
		operation = openapi_operation(&routes.p[i], path);
		content = json_object_get(json_object_get(operation, "requestBody"), "content");
		checked += check(
			*state, &routes.p[i], json_object_get(json_object_get(content, "application/json"), "schema"));
	}
	assert_true(checked > 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_take_the_members_that_are_documented),
	};
	return cmocka_run_group_tests_name("bodies as in the OpenAPI document", tests, set_up, tear_down);
}
