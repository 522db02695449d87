/*
 * The OpenAPI document says what the routes do: no operation more, none less, every query parameter, strict schemas.
 *
 * link: jansson
 */
#include "api/call.h"
#include "api/query.h"
#include "registry.h"
#include "tombstone/premis_event.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 8 * 1024 * 1024, NAMES_MAX = 512 };

/* Whose parts are still to be written. */
static const char *const pending[] = {"/member-api/", "/admin-api/"};

static struct tomb_arena arena;
static struct tomb_openapi document;
static json_t *root;

static bool is_pending(const char *path)
{
	for (size_t i = 0; i < TOMB_COUNTOF(pending); i++)
		if (strncmp(path, pending[i], strlen(pending[i])) == 0)
			return true;
	return false;
}

static int read_document(void **state)
{
	struct tomb_err err;

	(void)state;
	arena = tomb_arena_init(ARENA_MAX);
	if (tomb_openapi_init(&document, tomb_registry_routes(), &arena, &err) != TOMB_OK) {
		print_error("%s\n", err.text);
		return -1;
	}
	root = json_loadb(document.text.p, document.text.n, JSON_REJECT_DUPLICATES, NULL);
	return root ? 0 : -1;
}

static int drop_document(void **state)
{
	(void)state;
	json_decref(root);
	tomb_arena_fini(&arena);
	return 0;
}

/* What value is, or the thing that its $ref names; the test fails if there is none. */
static json_t *resolve(json_t *value)
{
	const char *ref = json_string_value(json_object_get(value, "$ref"));
	json_t *at = root;
	char copy[256];
	char *rest = copy;

	if (!ref)
		return value;
	assert_true(strncmp(ref, "#/", 2) == 0 && strlen(ref) < sizeof copy);
	(void)snprintf(copy, sizeof copy, "%s", ref + 2);
	for (char *name = strsep(&rest, "/"); name && at; name = strsep(&rest, "/"))
		at = json_object_get(at, name);
	if (!at)
		fail_msg("%s leads nowhere", ref);
	return at;
}

static const char *text(json_t *object, const char *key)
{
	const char *found = json_string_value(json_object_get(object, key));

	return found ? found : "";
}

static bool is_method(const char *key)
{
	static const char *const methods[] = {"get", "put", "post", "delete", "patch"};

	for (size_t i = 0; i < TOMB_COUNTOF(methods); i++)
		if (strcmp(key, methods[i]) == 0)
			return true;
	return false;
}

typedef void operation_fn(const char *path, json_t *item, const char *method, json_t *operation);

static void each_operation(operation_fn *visit)
{
	const char *path = NULL;
	const char *key = NULL;
	json_t *item = NULL;
	json_t *operation = NULL;

	json_object_foreach (json_object_get(root, "paths"), path, item) {
		if (is_pending(path))
			continue;
		json_object_foreach (item, key, operation)
			if (is_method(key))
				visit(path, item, key, operation);
	}
}

static void name_method(enum tomb_method method, char out[static 8])
{
	(void)snprintf(out, 8, "%s", tomb_method_name(method));
	for (char *c = out; *c; c++)
		*c = (char)(*c - 'A' + 'a');
}

/* Any route of the operation. */
static const struct tomb_route *route_of(const char *path, const char *method)
{
	struct tomb_routes routes = tomb_registry_routes();

	for (size_t i = 0; i < routes.n; i++) {
		char own_path[TOMB_OPENAPI_PATH];
		char own_method[8];

		tomb_openapi_path(routes.p[i].pattern, own_path);
		name_method(routes.p[i].method, own_method);
		if (tomb_openapi_has(&routes.p[i]) && strcmp(path, own_path) == 0 && strcmp(method, own_method) == 0)
			return &routes.p[i];
	}
	return NULL;
}

static void every_route_has_its_operation(void **state)
{
	struct tomb_routes routes = tomb_registry_routes();
	size_t known = 0;

	(void)state;
	for (size_t i = 0; i < routes.n; i++) {
		char path[TOMB_OPENAPI_PATH];
		char method[8];
		json_t *operation = NULL;

		tomb_openapi_path(routes.p[i].pattern, path);
		name_method(routes.p[i].method, method);
		if (!tomb_openapi_has(&routes.p[i]) || is_pending(path))
			continue;
		known++;
		operation = json_object_get(json_object_get(json_object_get(root, "paths"), path), method);
		if (text(operation, "operationId")[0] == '\0')
			fail_msg("no part has %s %s", method, path);
	}
	assert_true(known > 30);
}

static void is_a_route(const char *path, json_t *item, const char *method, json_t *operation)
{
	(void)item;
	(void)operation;
	if (!route_of(path, method))
		fail_msg("%s %s is no route", method, path);
}

static void every_operation_is_a_route(void **state)
{
	(void)state;
	each_operation(is_a_route);
}

static const char *operation_ids[NAMES_MAX];
static size_t noperation_ids;

static void has_a_name_of_its_own(const char *path, json_t *item, const char *method, json_t *operation)
{
	const char *id = text(operation, "operationId");

	(void)item;
	if (text(operation, "summary")[0] == '\0' || json_array_size(json_object_get(operation, "tags")) != 1)
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
	each_operation(has_a_name_of_its_own);
}

static bool is_success(const char *status)
{
	return status[0] == '2';
}

static void has_answers(const char *path, json_t *item, const char *method, json_t *operation)
{
	const char *status = NULL;
	json_t *answer = NULL;
	size_t successes = 0;

	(void)item;
	json_object_foreach (json_object_get(operation, "responses"), status, answer) {
		const char *type = NULL;
		json_t *media = NULL;

		answer = resolve(answer);
		if (text(answer, "description")[0] == '\0' || strlen(status) != 3)
			fail_msg("%s %s: %s has no description", method, path, status);
		successes += is_success(status);
		json_object_foreach (json_object_get(answer, "content"), type, media)
			if (!resolve(json_object_get(media, "schema")))
				fail_msg("%s %s: %s has no schema", method, path, status);
	}
	if (successes == 0)
		fail_msg("%s %s does not say what succeeds", method, path);
}

static void every_operation_says_what_it_answers(void **state)
{
	(void)state;
	each_operation(has_answers);
}

static void has_a_body_as_its_route(const char *path, json_t *item, const char *method, json_t *operation)
{
	bool has_body = json_object_get(operation, "requestBody") != NULL;

	(void)item;
	if (has_body != (route_of(path, method)->body_max > 0))
		fail_msg("%s %s: a body is %s", method, path, has_body ? "not taken" : "taken, and not documented");
}

static void bodies_are_documented_where_they_are_taken(void **state)
{
	(void)state;
	each_operation(has_a_body_as_its_route);
}

/* The i-th parameter of the path item or, behind those, of the operation; NULL behind the last. */
static json_t *parameter(json_t *item, json_t *operation, size_t i)
{
	json_t *shared = json_object_get(item, "parameters");
	size_t n = json_array_size(shared);
	json_t *found = i < n ? json_array_get(shared, i)
			      : json_array_get(json_object_get(operation, "parameters"), i - n);

	return found ? resolve(found) : NULL;
}

static json_t *parameter_named(json_t *item, json_t *operation, const char *in, const char *name)
{
	json_t *p = NULL;

	for (size_t i = 0; (p = parameter(item, operation, i)); i++)
		if (strcmp(text(p, "in"), in) == 0 && strcmp(text(p, "name"), name) == 0)
			return p;
	return NULL;
}

static void declares_its_path(const char *path, json_t *item, const char *method, json_t *operation)
{
	size_t declared = 0;
	size_t there = 0;
	json_t *p = NULL;

	for (const char *c = strchr(path, '{'); c; c = strchr(c + 1, '{')) {
		char name[32];

		(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(c + 1, "}"), c + 1);
		if (!parameter_named(item, operation, "path", name))
			fail_msg("%s %s does not declare {%s}", method, path, name);
		there++;
	}
	for (size_t i = 0; (p = parameter(item, operation, i)); i++)
		declared += strcmp(text(p, "in"), "path") == 0;
	if (declared != there)
		fail_msg("%s %s declares a parameter that is not in the path", method, path);
}

static void paths_declare_their_parameters(void **state)
{
	(void)state;
	each_operation(declares_its_path);
}

/* If-Match and Idempotency-Key are there where they are obeyed; a state that can be matched has an ETag. */
static void says_how_it_is_changed(const char *path, json_t *item, const char *method, json_t *operation)
{
	struct tomb_api_change change = {NULL, false};
	bool is_change = tomb_api_change_of(route_of(path, method), &change);

	if ((is_change && change.shown) != (parameter_named(item, operation, "header", "If-Match") != NULL))
		fail_msg("%s %s: If-Match is documented where it is not obeyed, or not where it is", method, path);
	if (change.is_kept != (parameter_named(item, operation, "header", "Idempotency-Key") != NULL))
		fail_msg("%s %s: the same of Idempotency-Key", method, path);
}

static void conditions_and_repetitions_are_documented(void **state)
{
	(void)state;
	each_operation(says_how_it_is_changed);
}

static json_int_t limit(json_t *schema, const char *key, json_int_t otherwise)
{
	json_t *found = json_object_get(schema, key);

	return found ? json_integer_value(found) : otherwise;
}

/* A text may be documented by its words; then its limits follow from those. */
static bool is_documented_as(const struct tomb_form_field *f, json_t *schema)
{
	json_t *words = json_object_get(schema, "enum");
	const char *type = text(schema, "type");

	if (f->kind == TOMB_FORM_KIND_INT)
		return strcmp(type, "integer") == 0 && limit(schema, "minimum", INT64_MIN) == f->min &&
		       limit(schema, "maximum", INT64_MAX) == f->max;
	if (f->kind == TOMB_FORM_KIND_BOOL)
		return json_array_size(words) == 2;
	if (f->kind == TOMB_FORM_KIND_TEXT && words) {
		for (size_t i = 0; i < json_array_size(words); i++)
			if ((json_int_t)json_string_length(json_array_get(words, i)) > f->max)
				return false;
		return json_array_size(words) > 0;
	}
	return f->kind == TOMB_FORM_KIND_TEXT && strcmp(type, "string") == 0 && limit(schema, "maxLength", 0) == f->max;
}

static void takes_what_it_says(const char *path, json_t *item, const char *method, json_t *operation)
{
	struct tomb_form_table table = tomb_api_query_of(route_of(path, method));
	size_t documented = 0;
	json_t *p = NULL;

	for (size_t i = 0; i < table.n; i++) {
		p = parameter_named(item, operation, "query", table.p[i].name);
		if (!p || !is_documented_as(&table.p[i], resolve(json_object_get(p, "schema"))))
			fail_msg("%s %s takes \"%s\", which is not documented, or with another type or limits", method,
				path, table.p[i].name);
		if (json_is_true(json_object_get(p, "required")) != (table.p[i].need == TOMB_FORM_REQUIRED))
			fail_msg("%s %s: it is not said whether \"%s\" is needed", method, path, table.p[i].name);
	}
	for (size_t i = 0; (p = parameter(item, operation, i)); i++)
		documented += strcmp(text(p, "in"), "query") == 0;
	if (documented != table.n)
		fail_msg("%s %s has %zu query parameters, and documents %zu", method, path, table.n, documented);
}

static void query_parameters_are_those_of_the_handlers(void **state)
{
	(void)state;
	each_operation(takes_what_it_says);
}

/* Of every schema: what its objects hold is all that they hold.  The whole document's nesting is its own limit. */
static void check_strict(json_t *value, const char *where) // NOLINT(misc-no-recursion): a tree
{
	const char *key = NULL;
	json_t *member = NULL;
	size_t i = 0;

	json_array_foreach (value, i, member)
		check_strict(member, where);
	if (!json_is_object(value))
		return;
	if (json_is_object(json_object_get(value, "properties")) && json_object_get(value, "type")) {
		if (!json_is_false(json_object_get(value, "additionalProperties")))
			fail_msg("%s: an object may hold anything: {\"additionalProperties\": false}", where);
		if (!json_is_array(json_object_get(value, "required")))
			fail_msg("%s: an object does not say what it always holds: \"required\"", where);
	} else if (strcmp(text(value, "type"), "object") == 0 && !json_object_get(value, "additionalProperties")) {
		fail_msg("%s: an object that says nothing", where);
	}
	if (strcmp(text(value, "type"), "array") == 0 && !json_object_get(value, "items"))
		fail_msg("%s: an array of anything: \"items\"", where);
	(void)resolve(value);
	json_object_foreach (value, key, member)
		check_strict(member, where);
}

static void schemas_are_strict_and_references_lead_somewhere(void **state)
{
	const char *key = NULL;
	json_t *value = NULL;

	(void)state;
	json_object_foreach (json_object_get(json_object_get(root, "components"), "schemas"), key, value)
		check_strict(value, key);
	json_object_foreach (json_object_get(root, "paths"), key, value)
		if (!is_pending(key))
			check_strict(value, key);
}

static void every_type_of_event_is_documented(void **state)
{
	json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
	json_t *words = json_object_get(json_object_get(schemas, "EventType"), "enum");

	(void)state;
	assert_int_equal(json_array_size(words), TOMB_PREMIS_EVENT_MAX);
	for (size_t i = 0; i < json_array_size(words); i++)
		assert_true(tomb_str_eq(tomb_str_from(json_string_value(json_array_get(words, i))),
			tomb_premis_event_info((enum tomb_premis_event_type)i)->name));
}

static void it_says_that_it_is_openapi_3_1(void **state)
{
	(void)state;
	assert_string_equal(text(root, "openapi"), "3.1.0");
	assert_string_not_equal(text(json_object_get(root, "info"), "title"), "");
	assert_string_not_equal(text(json_object_get(root, "info"), "version"), "");
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
		cmocka_unit_test(paths_declare_their_parameters),
		cmocka_unit_test(query_parameters_are_those_of_the_handlers),
		cmocka_unit_test(conditions_and_repetitions_are_documented),
		cmocka_unit_test(every_type_of_event_is_documented),
		cmocka_unit_test(schemas_are_strict_and_references_lead_somewhere),
	};
	return cmocka_run_group_tests_name("OpenAPI document", tests, read_document, drop_document);
}
