#include "api_client.h"

#include "tombstone/api_key.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TARGET_MAX = 8192, HEADERS_MAX = 1024, TEXTS_MAX = 4096 };

static void ask(struct site *s, const struct tomb_actor *who, const char *method, const char *target,
	const char *headers, const char *json, struct raw_answer *out)
{
	TOMB_BUF_AUTO request = tomb_buf_init(1 << 24);
	struct tomb_str text;

	tomb_buf_putf(&request, "%s %s HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n", method, target);
	if (who) {
		char key[TOMB_API_KEY_TEXT];
		int64_t id = 0;

		TOMB_OK_OR_FAIL(
			tomb_api_key_create(s->world.registry, who, who->user_id, TOMB_STR("a test"), &id, key, &err));
		tomb_buf_putf(
			&request, "X-Pharos-API-User: %.*s\r\nX-Pharos-API-Key: %s\r\n", TOMB_STR_ARG(who->email), key);
	}
	if (json)
		tomb_buf_putf(&request, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(json));
	tomb_buf_putf(&request, "%s\r\n", headers);
	if (json)
		tomb_buf_put(&request, tomb_str_from(json));
	TOMB_OK_OR_FAIL(tomb_buf_done(&request, &text, &err));
	api_send(s, text.p, out);
}

void api_send(struct site *s, const char *request, struct raw_answer *out)
{
	raw_answer_fini(out);
	raw_ask(s->port, request, out);
}

#define FORMAT_TARGET(target, fmt)                                                                                     \
	do {                                                                                                           \
		va_list ap_;                                                                                           \
		va_start(ap_, fmt);                                                                                    \
		assert_in_range(vsnprintf((target), sizeof(target), (fmt), ap_), 1, sizeof(target) - 1);               \
		va_end(ap_);                                                                                           \
	} while (0)

void api_ask(struct site *s, const struct tomb_actor *who, const char *method, const char *json, struct raw_answer *out,
	const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	ask(s, who, method, target, "", json, out);
}

void api_ask_with(struct site *s, const struct tomb_actor *who, const char *method, const char *headers,
	const char *json, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	ask(s, who, method, target, headers, json, out);
}

void api_header(const struct raw_answer *a, const char *from, const char *to, char out[static API_HEADER])
{
	assert_in_range(snprintf(out, API_HEADER, "%s: %s\r\n", to, raw_header(a, from)), 1, API_HEADER - 1);
}

void api_get(struct site *s, const struct tomb_actor *who, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	ask(s, who, "GET", target, "", NULL, out);
}

/* The value at path, in *root, which the caller frees. */
static json_t *find(const struct raw_answer *a, const char *path, json_t **root)
{
	json_error_t why;
	char copy[256];
	char *rest = copy;
	json_t *at = NULL;

	*root = json_loads(a->body, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!*root)
		fail_msg("no JSON (%s):\n%s", why.text, a->body);
	assert_in_range(snprintf(copy, sizeof copy, "%s", path), 0, sizeof copy - 1);
	at = *root;
	for (const char *step = strsep(&rest, "."); step && *step && at; step = strsep(&rest, "."))
		at = json_is_array(at) ? json_array_get(at, strtoul(step, NULL, 10)) : json_object_get(at, step);
	if (!at)
		fail_msg("no %s in:\n%s", path, a->body);
	return at;
}

/* Kept until the program ends: tests compare, and forget. */
static const char *keep(const char *text)
{
	static char *kept[TEXTS_MAX];
	static size_t n;

	free(kept[n % TEXTS_MAX]);
	kept[n % TEXTS_MAX] = strdup(text);
	assert_non_null(kept[n % TEXTS_MAX]);
	return kept[n++ % TEXTS_MAX];
}

#define WRONG_TYPE(a, path) fail_msg("%s is of another type in:\n%s", (path), (a)->body)

const char *api_text(const struct raw_answer *a, const char *path)
{
	json_t *root = NULL;
	const char *text = json_string_value(find(a, path, &root));

	if (!text) {
		WRONG_TYPE(a, path);
		return "";
	}
	text = keep(text);
	json_decref(root);
	return text;
}

int64_t api_number(const struct raw_answer *a, const char *path)
{
	json_t *root = NULL;
	json_t *at = find(a, path, &root);
	int64_t n = json_integer_value(at);

	if (!json_is_integer(at))
		WRONG_TYPE(a, path);
	json_decref(root);
	return n;
}

int64_t api_time(const struct raw_answer *a, const char *path)
{
	int64_t us = 0;

	TOMB_OK_OR_FAIL(tomb_time_parse(tomb_str_from(api_text(a, path)), &us, &err));
	return us;
}

bool api_bool(const struct raw_answer *a, const char *path)
{
	json_t *root = NULL;
	json_t *at = find(a, path, &root);
	bool is_true = json_is_true(at);

	if (!json_is_boolean(at))
		WRONG_TYPE(a, path);
	json_decref(root);
	return is_true;
}

bool api_is_null(const struct raw_answer *a, const char *path)
{
	json_t *root = NULL;
	const json_t *at = find(a, path, &root);
	bool is_null = json_is_null(at);

	json_decref(root);
	return is_null;
}

size_t api_count(const struct raw_answer *a, const char *path)
{
	json_t *root = NULL;
	json_t *at = find(a, path, &root);
	size_t n = json_is_array(at) ? json_array_size(at) : json_object_size(at);

	if (!json_is_array(at) && !json_is_object(at))
		WRONG_TYPE(a, path);
	json_decref(root);
	return n;
}

const char *api_names(const struct raw_answer *a, const char *path)
{
	TOMB_BUF_AUTO names = tomb_buf_init(1 << 16);
	json_t *root = NULL;
	json_t *at = find(a, path, &root);
	struct tomb_str text;
	const char *name = NULL;
	json_t *value = NULL;

	if (!json_is_object(at))
		WRONG_TYPE(a, path);
	json_object_foreach (at, name, value)
		tomb_buf_putf(&names, "%s ", name);
	json_decref(root);
	TOMB_OK_OR_FAIL(tomb_buf_done(&names, &text, &err));
	return keep(text.p);
}
