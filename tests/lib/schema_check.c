#include "schema_check.h"

#include "openapi_box.h"

#include <jansson.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* rule is the keyword's value, schema the whole that it stands in, misfit->place where value is. */
typedef bool rule_fn(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit);

static bool is_of_type(const char *type, json_t *value)
{
	static const struct {
		const char *name;
		json_type type;
	} types[] = {
		{"object", JSON_OBJECT},
		{"array", JSON_ARRAY},
		{"string", JSON_STRING},
		{"integer", JSON_INTEGER},
		{"number", JSON_REAL},
		{"boolean", JSON_TRUE},
		{"boolean", JSON_FALSE},
		{"null", JSON_NULL},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (strcmp(types[i].name, type) == 0 && types[i].type == json_typeof(value))
			return true;
	return strcmp(type, "number") == 0 && json_is_integer(value);
}

static bool type(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	json_t *one = NULL;
	size_t i = 0;

	(void)schema;
	(void)misfit;
	json_array_foreach (rule, i, one)
		if (is_of_type(json_string_value(one), value))
			return true;
	return json_is_string(rule) && is_of_type(json_string_value(rule), value);
}

static bool constant(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)schema;
	(void)misfit;
	return json_equal(rule, value);
}

static bool one_of_words(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	json_t *word = NULL;
	size_t i = 0;

	(void)schema;
	(void)misfit;
	json_array_foreach (rule, i, word)
		if (json_equal(word, value))
			return true;
	return false;
}

static bool required(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	json_t *name = NULL;
	size_t i = 0;

	(void)schema;
	json_array_foreach (rule, i, name)
		if (json_is_object(value) && !json_object_get(value, json_string_value(name))) {
			(void)snprintf(misfit->rule, sizeof misfit->rule, "required: \"%s\"", json_string_value(name));
			return false;
		}
	return true;
}

static bool dependent(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	const char *name = NULL;
	json_t *others = NULL;

	json_object_foreach (rule, name, others)
		if (json_object_get(value, name) && !required(others, schema, value, misfit))
			return false;
	return true;
}

/* Asks about a part of the value, with its name behind the place. */
static bool fits_at(json_t *schema, json_t *value, struct schema_misfit *misfit, const char *name)
{
	size_t n = strlen(misfit->place);

	(void)snprintf(misfit->place + n, sizeof misfit->place - n, "%s%s", n > 0 && *name != '[' ? "." : "", name);
	if (!schema_fits(schema, value, misfit))
		return false;
	misfit->place[n] = '\0';
	return true;
}

static bool properties(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	const char *name = NULL;
	json_t *own = NULL;

	(void)schema;
	json_object_foreach (rule, name, own)
		if (json_object_get(value, name) && !fits_at(own, json_object_get(value, name), misfit, name))
			return false;
	return true;
}

static bool additional(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	const char *name = NULL;
	json_t *own = NULL;

	json_object_foreach (value, name, own) {
		if (json_object_get(json_object_get(schema, "properties"), name))
			continue;
		if (json_is_false(rule)) {
			(void)snprintf(misfit->rule, sizeof misfit->rule, "no \"%s\" is documented", name);
			return false;
		}
		if (!fits_at(rule, own, misfit, name))
			return false;
	}
	return true;
}

static bool items(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	json_t *item = NULL;
	size_t i = 0;
	char name[32];

	(void)schema;
	json_array_foreach (value, i, item) {
		(void)snprintf(name, sizeof name, "[%zu]", i);
		if (!fits_at(rule, item, misfit, name))
			return false;
	}
	return true;
}

static bool any_of(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	json_t *one = NULL;
	size_t i = 0;

	(void)schema;
	json_array_foreach (rule, i, one) {
		struct schema_misfit own = *misfit;

		if (schema_fits(one, value, &own))
			return true;
	}
	return false;
}

static bool all_of(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	json_t *one = NULL;
	size_t i = 0;

	(void)schema;
	json_array_foreach (rule, i, one)
		if (!schema_fits(one, value, misfit))
			return false;
	return true;
}

static bool at_least(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)schema;
	(void)misfit;
	return !json_is_number(value) || json_number_value(value) >= json_number_value(rule);
}

static bool at_most(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)schema;
	(void)misfit;
	return !json_is_number(value) || json_number_value(value) <= json_number_value(rule);
}

/* Of our answers' texts, bytes are enough: the limits are of ASCII. */
static size_t length(json_t *value)
{
	return json_is_string(value) ? json_string_length(value) : json_array_size(value) + json_object_size(value);
}

static bool longest(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)schema;
	(void)misfit;
	return length(value) <= (size_t)json_integer_value(rule);
}

static bool shortest(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)schema;
	(void)misfit;
	return !(json_is_string(value) || json_is_array(value) || json_is_object(value)) ||
	       length(value) >= (size_t)json_integer_value(rule);
}

static bool matches(const char *pattern, json_t *value)
{
	bool is_match = true;
	regex_t regex;

	if (!json_is_string(value))
		return true;
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		fail_msg("%s is no pattern", pattern);
	is_match = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
	regfree(&regex);
	return is_match;
}

static bool pattern(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)schema;
	(void)misfit;
	return matches(json_string_value(rule), value);
}

static bool format(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	static const struct {
		const char *name;
		const char *pattern;
	} formats[] = {
		{"date-time", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$"},
		{"uuid", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
		{"int64", ""},
	};

	(void)schema;
	(void)misfit;
	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++)
		if (strcmp(formats[i].name, json_string_value(rule)) == 0)
			return matches(formats[i].pattern, value);
	fail_msg("format %s is not known to tests/lib/schema_check.c", json_string_value(rule));
	return false;
}

static bool reference(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)rule;
	return schema_fits(openapi_resolve(schema), value, misfit);
}

static bool remark(json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	(void)rule;
	(void)schema;
	(void)value;
	(void)misfit;
	return true;
}

static const struct {
	const char *keyword;
	rule_fn *fits;
} rules[] = {
	{"$ref", reference},
	{"type", type},
	{"const", constant},
	{"enum", one_of_words},
	{"required", required},
	{"dependentRequired", dependent},
	{"properties", properties},
	{"additionalProperties", additional},
	{"items", items},
	{"anyOf", any_of},
	{"allOf", all_of},
	{"minimum", at_least},
	{"maximum", at_most},
	{"maxLength", longest},
	{"maxItems", longest},
	{"maxProperties", longest},
	{"minLength", shortest},
	{"minItems", shortest},
	{"pattern", pattern},
	{"format", format},
	{"description", remark},
	{"default", remark},
};

static bool fits_rule(const char *keyword, json_t *rule, json_t *schema, json_t *value, struct schema_misfit *misfit)
{
	char *text = NULL;

	for (size_t i = 0; i < TOMB_COUNTOF(rules); i++) {
		if (strcmp(rules[i].keyword, keyword) != 0)
			continue;
		if (rules[i].fits(rule, schema, value, misfit))
			return true;
		if (misfit->rule[0] == '\0') {
			text = json_dumps(rule, JSON_COMPACT | JSON_ENCODE_ANY);
			(void)snprintf(misfit->rule, sizeof misfit->rule, "%s: %s", keyword, text ? text : "");
			free(text);
		}
		return false;
	}
	fail_msg("%s is not known to tests/lib/schema_check.c", keyword);
	return false;
}

bool schema_fits(json_t *schema, json_t *value, struct schema_misfit *out)
{
	const char *keyword = NULL;
	json_t *rule = NULL;

	json_object_foreach (schema, keyword, rule)
		if (!fits_rule(keyword, rule, schema, value, out))
			return false;
	return true;
}
