#include "openapi_box.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA_MAX = 8 * 1024 * 1024, METHOD = 8 };

static json_t *root;

int openapi_drop(void **state)
{
	(void)state;
	json_decref(root);
	root = NULL;
	return 0;
}

void openapi_read(struct tomb_str text)
{
	json_error_t why;

	(void)openapi_drop(NULL);
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		fail_msg("the OpenAPI document is no JSON: %s", why.text);
}

int openapi_make(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_MAX);
	struct tomb_openapi document;
	struct tomb_err err;

	(void)state;
	if (tomb_openapi_init(&document, tomb_registry_routes(), &arena, &err) != TOMB_OK) {
		print_error("%s\n", err.text);
		return -1;
	}
	root = json_loadb(document.text.p, document.text.n, JSON_REJECT_DUPLICATES, NULL);
	return root ? 0 : -1;
}

json_t *openapi_root(void)
{
	return root;
}

json_t *openapi_resolve(json_t *value)
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

const char *openapi_text(json_t *object, const char *key)
{
	const char *found = json_string_value(json_object_get(object, key));

	return found ? found : "";
}

json_t *openapi_components(const char *kind)
{
	return json_object_get(json_object_get(root, "components"), kind);
}

static bool is_method(const char *key)
{
	static const char *const methods[] = {"get", "put", "post", "delete", "patch"};

	for (size_t i = 0; i < TOMB_COUNTOF(methods); i++)
		if (strcmp(key, methods[i]) == 0)
			return true;
	return false;
}

void openapi_each(openapi_visit_fn *visit)
{
	const char *path = NULL;
	const char *key = NULL;
	json_t *item = NULL;
	json_t *operation = NULL;

	json_object_foreach (json_object_get(root, "paths"), path, item)
		json_object_foreach (item, key, operation)
			if (is_method(key))
				visit(path, item, key, operation);
}

static void name_method(enum tomb_method method, char out[static METHOD])
{
	(void)snprintf(out, METHOD, "%s", tomb_method_name(method));
	for (char *c = out; *c; c++)
		*c = (char)(*c - 'A' + 'a');
}

json_t *openapi_operation(const struct tomb_route *route, char path[static TOMB_OPENAPI_PATH])
{
	char method[METHOD];

	tomb_openapi_path(route->pattern, path);
	name_method(route->method, method);
	return json_object_get(json_object_get(json_object_get(root, "paths"), path), method);
}

const struct tomb_route *openapi_route(const char *path, const char *method)
{
	struct tomb_routes routes = tomb_registry_routes();

	for (size_t i = 0; i < routes.n; i++) {
		char own_path[TOMB_OPENAPI_PATH];
		char own_method[METHOD];

		tomb_openapi_path(routes.p[i].pattern, own_path);
		name_method(routes.p[i].method, own_method);
		if (tomb_openapi_has(&routes.p[i]) && strcmp(path, own_path) == 0 && strcmp(method, own_method) == 0)
			return &routes.p[i];
	}
	return NULL;
}

json_t *openapi_parameter(json_t *item, json_t *operation, size_t i)
{
	json_t *shared = json_object_get(item, "parameters");
	size_t n = json_array_size(shared);
	json_t *found = i < n ? json_array_get(shared, i)
			      : json_array_get(json_object_get(operation, "parameters"), i - n);

	return found ? openapi_resolve(found) : NULL;
}

json_t *openapi_parameter_named(json_t *item, json_t *operation, const char *in, const char *name)
{
	json_t *p = NULL;

	for (size_t i = 0; (p = openapi_parameter(item, operation, i)); i++)
		if (strcmp(openapi_text(p, "in"), in) == 0 && strcmp(openapi_text(p, "name"), name) == 0)
			return p;
	return NULL;
}
