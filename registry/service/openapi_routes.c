/* What the routes say of the OpenAPI document: security, and the answers that all operations of a kind share; and, by
 * openapi_query.c, the filters of the member and the admin API's lists. */
#include "api/call.h"
#include "ctx.h"
#include "openapi.h"
#include "tombstone/json_writer.h"

#include <assert.h>
#include <stdio.h>

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

bool tomb_openapi_has(const struct tomb_route *route)
{
	static const char *const places[] = {"/api/", "/member-api/", "/admin-api/", "/inventory/",
		"/instance-storage/", "/holdings-storage/", "/item-storage/", "/authority-storage/",
		"/source-storage/"};
	static const char *const single[] = {"/healthz", "/readyz", "/openapi.json"};

	for (size_t i = 0; i < TOMB_COUNTOF(places); i++)
		if (begins_with(route->pattern, places[i]))
			return true;
	for (size_t i = 0; i < TOMB_COUNTOF(single); i++)
		if (strcmp(route->pattern, single[i]) == 0)
			return true;
	return false;
}

void tomb_openapi_path(const char *pattern, char out[static TOMB_OPENAPI_PATH])
{
	int params = 0;
	size_t n = 0;

	for (const char *p = pattern; *p; p++) {
		if (*p != '{') {
			out[n++] = *p;
		} else {
			n += (size_t)snprintf(
				out + n, TOMB_OPENAPI_PATH - n, params == 0 ? "{id}" : "{id%d}", params + 1);
			params++;
			p = strchr(p, '}');
			assert(p);
		}
		assert(n < TOMB_OPENAPI_PATH);
	}
	out[n] = '\0';
}

static void put_ref(struct tomb_json *w, unsigned status, const char *shape)
{
	char key[16];
	char ref[64];

	(void)snprintf(key, sizeof key, "%u", status);
	(void)snprintf(ref, sizeof ref, "#/components/responses/%s%u", shape, status);
	tomb_json_begin_object(w, key);
	tomb_json_str(w, "$ref", tomb_str_from(ref));
	tomb_json_end_object(w);
}

static bool is_open(const struct tomb_route *route)
{
	return route->access == TOMB_ACCESS_ANYONE;
}

/* Which refusals the frame around the handlers can answer with: guard, gate, route and body. */
static void put_answers(struct tomb_json *w, const struct tomb_route *route)
{
	const char *shape = begins_with(route->pattern, "/member-api/") || begins_with(route->pattern, "/admin-api/")
				    ? "Error"
				    : "Problem";
	struct tomb_api_change change = {NULL, false};
	bool is_change = tomb_api_change_of(route, &change);
	const struct {
		unsigned status;
		bool can_be;
	} answers[] = {
		{400, true}, /* an unknown parameter, a body that breaks its rules */
		{401, !is_open(route)},
		{403, !is_open(route)},
		{404, strchr(route->pattern, '{') != NULL},
		{408, route->body_max > 0},       /* a body that never ends */
		{409, change.is_kept},            /* an Idempotency-Key is in use, or the verb's own */
		{412, is_change && change.shown}, /* If-Match */
		{413, route->body_max > 0},
		{414, true},
		{415, route->body_max > 0},
		{422, change.is_kept}, /* an Idempotency-Key was another request's, or the verb's own */
		{429, true},
		{431, true},
		{500, true},
		{503, true},
	};

	tomb_json_begin_object(w, "responses");
	for (size_t i = 0; i < TOMB_COUNTOF(answers); i++)
		if (answers[i].can_be)
			put_ref(w, answers[i].status, shape);
	tomb_json_end_object(w);
}

static void put_scheme(struct tomb_json *w, const char *first, const char *second)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_begin_array(w, first);
	tomb_json_end_array(w);
	if (second) {
		tomb_json_begin_array(w, second);
		tomb_json_end_array(w);
	}
	tomb_json_end_object(w);
}

static void put_security(struct tomb_json *w, const struct tomb_route *route)
{
	tomb_json_begin_array(w, "security");
	if (!is_open(route)) {
		put_scheme(w, "apiUser", "apiKey");
		put_scheme(w, "session", route->method == TOMB_GET ? NULL : "csrf");
	}
	tomb_json_end_array(w);
}

/* "get" for "GET". */
static void put_method(struct tomb_json *w, enum tomb_method method)
{
	const char *name = tomb_method_name(method);
	char lower[8];
	size_t n = 0;

	for (; n < sizeof lower && name[n]; n++)
		lower[n] = (char)(name[n] - 'A' + 'a');
	tomb_json_key(w, (struct tomb_str){lower, n});
}

static bool is_at(const struct tomb_route *route, const char *path)
{
	char own[TOMB_OPENAPI_PATH];

	tomb_openapi_path(route->pattern, own);
	return strcmp(own, path) == 0;
}

/* Two patterns may be one operation: an object by its number, or by its identifier. */
static bool is_written(struct tomb_routes routes, size_t first, size_t end, const char *path)
{
	for (size_t i = first; i < end; i++)
		if (routes.p[i].method == routes.p[end].method && is_at(&routes.p[i], path))
			return true;
	return false;
}

/* All operations of one path, written at the first of its routes. */
static void put_path(struct tomb_json *w, struct tomb_routes routes, size_t first, const char *path)
{
	tomb_json_key(w, tomb_str_from(path));
	tomb_json_begin_object(w, NULL);
	for (size_t i = first; i < routes.n; i++) {
		if (!is_at(&routes.p[i], path) || is_written(routes, first, i, path))
			continue;
		put_method(w, routes.p[i].method);
		tomb_json_begin_object(w, NULL);
		put_security(w, &routes.p[i]);
		tomb_openapi_put_query(w, &routes.p[i]);
		put_answers(w, &routes.p[i]);
		tomb_json_end_object(w);
	}
	tomb_json_end_object(w);
}

static bool is_first_of_path(struct tomb_routes routes, size_t i, const char *path)
{
	for (size_t k = 0; k < i; k++)
		if (is_at(&routes.p[k], path))
			return false;
	return true;
}

enum tomb_code tomb_openapi_put_routes(struct tomb_buf *out, struct tomb_routes routes, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(out);
	struct tomb_str written;
	char path[TOMB_OPENAPI_PATH];

	tomb_json_begin_object(&w, NULL);
	tomb_json_begin_object(&w, "paths");
	for (size_t i = 0; i < routes.n; i++) {
		tomb_openapi_path(routes.p[i].pattern, path);
		if (tomb_openapi_has(&routes.p[i]) && is_first_of_path(routes, i, path))
			put_path(&w, routes, i, path);
	}
	tomb_json_end_object(&w);
	tomb_json_end_object(&w);
	return tomb_json_done(&w, &written, err);
}
