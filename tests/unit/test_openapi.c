/*
 * The OpenAPI document says what the routes do: no operation more, none less, with its answers and bodies.
 *
 * link: jansson
 */
#include "openapi_box.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NAMES_MAX = 512 };

static void it_says_that_it_is_openapi_3_1(void **state)
{
	(void)state;
	assert_string_equal(openapi_text(openapi_root(), "openapi"), "3.1.0");
	assert_string_not_equal(openapi_text(json_object_get(openapi_root(), "info"), "title"), "");
	assert_string_not_equal(openapi_text(json_object_get(openapi_root(), "info"), "version"), "");
}

static void every_route_has_its_operation(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	size_t known = 0;

	(void)state;
	for (size_t i = 0; i < routes.n; i++) {
		char path[TOMB_OPENAPI_PATH];

		if (!tomb_openapi_has(&routes.p[i]))
			continue;
		known++;
		if (openapi_text(openapi_operation(&routes.p[i], path), "operationId")[0] == '\0')
			fail_msg("no part has %s %s", tomb_method_name(routes.p[i].method), path);
	}
	assert_true(known > 30);
}

static void is_a_route(const char *path, json_t *item, const char *method, json_t *operation)
{
	(void)item;
	(void)operation;
	if (!openapi_route(path, method))
		fail_msg("%s %s is no route", method, path);
}

static void every_operation_is_a_route(void **state)
{
	(void)state;
	openapi_each(is_a_route);
}

static const char *operation_ids[NAMES_MAX];
static size_t noperation_ids;

static void has_a_name_of_its_own(const char *path, json_t *item, const char *method, json_t *operation)
{
	const char *id = openapi_text(operation, "operationId");

	(void)item;
	if (openapi_text(operation, "summary")[0] == '\0' || json_array_size(json_object_get(operation, "tags")) != 1)
		fail_msg("%s %s has no summary, or not one tag", method, path);
	for (size_t i = 0; i < noperation_ids; i++)
		if (strcmp(operation_ids[i], id) == 0)
			fail_msg("%s is the name of two operations", id);
	assert_true(noperation_ids < NAMES_MAX);
	operation_ids[noperation_ids++] = id;
}

static void every_operation_has_a_summary_and_a_name_of_its_own(void **state)
{
	(void)state;
	openapi_each(has_a_name_of_its_own);
}

/* Of an address that refuses on purpose, the refusal is what succeeds. */
static bool is_end(json_t *operation, const char *status)
{
	return status[0] == '2' ||
	       (json_is_true(json_object_get(operation, "deprecated")) && strcmp(status, "405") == 0);
}

static void has_answers(const char *path, json_t *item, const char *method, json_t *operation)
{
	const char *status = NULL;
	json_t *answer = NULL;
	size_t ends = 0;

	(void)item;
	json_object_foreach (json_object_get(operation, "responses"), status, answer) {
		const char *type = NULL;
		json_t *media = NULL;

		answer = openapi_resolve(answer);
		if (openapi_text(answer, "description")[0] == '\0' || strlen(status) != 3)
			fail_msg("%s %s: %s has no description", method, path, status);
		ends += is_end(operation, status);
		json_object_foreach (json_object_get(answer, "content"), type, media)
			if (!openapi_resolve(json_object_get(media, "schema")))
				fail_msg("%s %s: %s has no schema", method, path, status);
	}
	if (ends == 0)
		fail_msg("%s %s does not say what succeeds", method, path);
}

static void every_operation_says_what_it_answers(void **state)
{
	(void)state;
	openapi_each(has_answers);
}

static void has_a_body_as_its_route(const char *path, json_t *item, const char *method, json_t *operation)
{
	bool has_body = json_object_get(operation, "requestBody") != NULL;

	(void)item;
	if (has_body != (openapi_route(path, method)->body_max > 0))
		fail_msg("%s %s: a body is %s", method, path, has_body ? "not taken" : "taken, and not documented");
}

static void bodies_are_documented_where_they_are_taken(void **state)
{
	(void)state;
	openapi_each(has_a_body_as_its_route);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_that_it_is_openapi_3_1),
		cmocka_unit_test(every_route_has_its_operation),
		cmocka_unit_test(every_operation_is_a_route),
		cmocka_unit_test(every_operation_has_a_summary_and_a_name_of_its_own),
		cmocka_unit_test(every_operation_says_what_it_answers),
		cmocka_unit_test(bodies_are_documented_where_they_are_taken),
	};
	return cmocka_run_group_tests_name("OpenAPI document", tests, openapi_make, openapi_drop);
}
