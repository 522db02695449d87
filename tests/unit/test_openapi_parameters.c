/*
 * The OpenAPI document's parameters are those that the routes and their handlers take.
 *
 * link: jansson
 */
#include "api/call.h"
#include "api/member_query.h"
#include "api/query.h"
#include "openapi_box.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void declares_its_path(const char *path, json_t *item, const char *method, json_t *operation)
{
	size_t declared = 0;
	size_t there = 0;
	json_t *p = NULL;

	for (const char *c = strchr(path, '{'); c; c = strchr(c + 1, '{')) {
		char name[32];

		(void)snprintf(name, sizeof name, "%.*s", (int)strcspn(c + 1, "}"), c + 1);
		if (!openapi_parameter_named(item, operation, "path", name))
			fail_msg("%s %s does not declare {%s}", method, path, name);
		there++;
	}
	for (size_t i = 0; (p = openapi_parameter(item, operation, i)); i++)
		declared += strcmp(openapi_text(p, "in"), "path") == 0;
	if (declared != there)
		fail_msg("%s %s declares a parameter that is not in the path", method, path);
}

static void paths_declare_their_parameters(void **state)
{
	(void)state;
	openapi_each(declares_its_path);
}

/* If-Match and Idempotency-Key are there where they are obeyed; a state that can be matched has an ETag. */
static void says_how_it_is_changed(const char *path, json_t *item, const char *method, json_t *operation)
{
	struct tomb_api_change change = {NULL, false};
	bool is_change = tomb_api_change_of(openapi_route(path, method), &change);

	if ((is_change && change.shown) != (openapi_parameter_named(item, operation, "header", "If-Match") != NULL))
		fail_msg("%s %s: If-Match is documented where it is not obeyed, or not where it is", method, path);
	if (change.is_kept != (openapi_parameter_named(item, operation, "header", "Idempotency-Key") != NULL))
		fail_msg("%s %s: the same of Idempotency-Key", method, path);
}

static void conditions_and_repetitions_are_documented(void **state)
{
	(void)state;
	openapi_each(says_how_it_is_changed);
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
	const char *type = openapi_text(schema, "type");

	if (f->kind == TOMB_FORM_KIND_INT)
		return strcmp(type, "integer") == 0 && limit(schema, "minimum", INT64_MIN) == f->min &&
		       limit(schema, "maximum", INT64_MAX) == f->max;
	if (f->kind == TOMB_FORM_KIND_BOOL)
		return json_array_size(words) == 9; /* the words of form.c */
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
	struct tomb_form_table table = tomb_api_query_of(openapi_route(path, method));
	struct tomb_member_table ignored;
	size_t documented = 0;
	json_t *p = NULL;

	if (tomb_member_query_of(openapi_route(path, method), &ignored))
		return;
	for (size_t i = 0; i < table.n; i++) {
		p = openapi_parameter_named(item, operation, "query", table.p[i].name);
		if (!p || !is_documented_as(&table.p[i], openapi_resolve(json_object_get(p, "schema"))))
			fail_msg("%s %s takes \"%s\", which is not documented, or with another type or limits", method,
				path, table.p[i].name);
		if (json_is_true(json_object_get(p, "required")) != (table.p[i].need == TOMB_FORM_REQUIRED))
			fail_msg("%s %s: it is not said whether \"%s\" is needed", method, path, table.p[i].name);
	}
	for (size_t i = 0; (p = openapi_parameter(item, operation, i)); i++)
		documented += strcmp(openapi_text(p, "in"), "query") == 0;
	if (documented != table.n)
		fail_msg("%s %s has %zu query parameters, and documents %zu", method, path, table.n, documented);
}

static void query_parameters_are_those_of_the_handlers(void **state)
{
	(void)state;
	openapi_each(takes_what_it_says);
}

/* "FilterTime"; of an array, what it holds. */
static const char *filter_of(json_t *item, json_t *operation, const char *name, bool is_many)
{
	json_t *schema = json_object_get(openapi_parameter_named(item, operation, "query", name), "schema");
	const char *ref = NULL;

	if (strcmp(openapi_text(schema, "type"), "array") == 0) {
		if (!is_many)
			return "many";
		schema = json_object_get(schema, "items");
	} else if (is_many) {
		return "one";
	}
	ref = strrchr(openapi_text(schema, "$ref"), '/');
	return ref ? ref + 1 : "";
}

static void lists_by_its_filters(const char *path, json_t *item, const char *method, json_t *operation)
{
	static const char *const shared[] = {"page", "per_page", "after", "sort"};
	struct tomb_member_table table;

	if (!tomb_member_query_of(openapi_route(path, method), &table))
		return;
	for (size_t i = 0; i < TOMB_COUNTOF(shared); i++)
		if (!openapi_parameter_named(item, operation, "query", shared[i]))
			fail_msg("%s %s has no %s", method, path, shared[i]);
	for (size_t i = 0; i < table.n; i++) {
		bool is_there = openapi_parameter_named(item, operation, "query", table.p[i].name) != NULL;

		if (is_there != ((table.p[i].may & TOMB_MEMBER_IS) != 0))
			fail_msg("%s %s: %s is documented, or may be asked, but not both", method, path,
				table.p[i].name);
	}
}

static void lists_have_the_filters_of_their_tables(void **state)
{
	(void)state;
	openapi_each(lists_by_its_filters);
}

static void filters_are_of_their_kind(void **state)
{
	json_t *items = json_object_get(json_object_get(openapi_root(), "paths"), "/member-api/v3/items");
	json_t *records = json_object_get(json_object_get(openapi_root(), "paths"), "/admin-api/v3/storage_records");
	json_t *get = json_object_get(items, "get");

	(void)state;
	assert_string_equal(filter_of(items, get, "status", false), "FilterText");
	assert_string_equal(filter_of(items, get, "status__in", true), "FilterText");
	assert_string_equal(filter_of(items, get, "size__gteq", false), "FilterNumber");
	assert_string_equal(filter_of(items, get, "bag_date__lteq", false), "FilterTime");
	assert_string_equal(filter_of(items, get, "retry", false), "FilterFlag");
	assert_string_equal(filter_of(items, get, "queued_at__not_null", false), "FilterFlag");
	assert_string_equal(filter_of(items, get, "queued_at", false), "");
	get = json_object_get(records, "get");
	assert_string_equal(filter_of(records, get, "generic_file_id", false), "IdOrZero");
	assert_true(json_is_true(
		json_object_get(openapi_parameter_named(records, get, "query", "generic_file_id"), "required")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_declare_their_parameters),
		cmocka_unit_test(query_parameters_are_those_of_the_handlers),
		cmocka_unit_test(lists_have_the_filters_of_their_tables),
		cmocka_unit_test(filters_are_of_their_kind),
		cmocka_unit_test(conditions_and_repetitions_are_documented),
	};
	return cmocka_run_group_tests_name("OpenAPI parameters", tests, openapi_make, openapi_drop);
}
