/*
 * The OpenAPI document's schemas are strict, and their words are the program's.
 *
 * link: jansson
 */
#include "openapi_box.h"
#include "tombstone/premis_event.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

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
	} else if (strcmp(openapi_text(value, "type"), "object") == 0 &&
		   !json_object_get(value, "additionalProperties")) {
		fail_msg("%s: an object that says nothing", where);
	}
	if (strcmp(openapi_text(value, "type"), "array") == 0 && !json_object_get(value, "items"))
		fail_msg("%s: an array of anything: \"items\"", where);
	(void)openapi_resolve(value);
	json_object_foreach (value, key, member)
		check_strict(member, where);
}

static void schemas_are_strict_and_references_lead_somewhere(void **state)
{
	const char *key = NULL;
	json_t *value = NULL;

	(void)state;
	json_object_foreach (openapi_components("schemas"), key, value)
		check_strict(value, key);
	json_object_foreach (json_object_get(openapi_root(), "paths"), key, value)
		check_strict(value, key);
}

static void every_type_of_event_is_documented(void **state)
{
	json_t *words = json_object_get(json_object_get(openapi_components("schemas"), "EventType"), "enum");

	(void)state;
	assert_int_equal(json_array_size(words), TOMB_PREMIS_EVENT_MAX);
	for (size_t i = 0; i < json_array_size(words); i++)
		assert_true(tomb_str_eq(tomb_str_from(json_string_value(json_array_get(words, i))),
			tomb_premis_event_info((enum tomb_premis_event_type)i)->name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_of_event_is_documented),
		cmocka_unit_test(schemas_are_strict_and_references_lead_somewhere),
	};
	return cmocka_run_group_tests_name("OpenAPI schemas", tests, openapi_make, openapi_drop);
}
