#include "outside_site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

int outside_site_set_up(void **state)
{
	struct site *s = NULL;

	assert_int_equal(site_set_up(state), 0);
	s = *state;
	outside_set_up(&s->world);
	return 0;
}

void outside_refused(const struct raw_answer *a, int status, const char *piece)
{
	bool is_bare = status == 403 || status == 404;
	const char *text = NULL;

	API_STATUS(a, status);
	assert_string_equal(api_names(a, ""), is_bare ? "error " : "StatusCode Error ");
	if (!is_bare)
		assert_int_equal(api_number(a, "StatusCode"), status);
	text = api_text(a, is_bare ? "error" : "Error");
	if (!strstr(text, piece))
		fail_msg("\"%s\" does not say \"%s\"", text, piece);
}

int64_t outside_object(struct site *s)
{
	RAW_ANSWER_AUTO a = {0};

	OUTSIDE_ASK(s, "POST",
		"{\"identifier\":\"test.edu/out\",\"title\":\"Out\",\"storage_option\":\"Standard\",\"etag\":\"e1\"}",
		&a, "/admin-api/v3/objects/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	return api_number(&a, "id");
}

void outside_file_json(struct site *s, int64_t object, const char *path, const char *key, const char *text,
	char json[static OUTSIDE_JSON])
{
	char url[2][OUTSIDE_URL];
	char digest[65];
	char name[2][64];

	for (int i = 0; i < 2; i++) {
		(void)snprintf(name[i], sizeof name[i], "%s-%d", key, i + 1);
		outside_store(&s->world, i + 1, name[i], text, url[i]);
	}
	outside_digest(text, digest);
	assert_in_range(
		snprintf(json, OUTSIDE_JSON,
			"{\"intellectual_object_id\":%" PRId64 ",\"identifier\":\"test.edu/out/%s\","
			"\"file_format\":\"text/plain\",\"size\":%d,\"state\":\"A\",\"storage_option\":\"Standard\","
			"\"mtime\":\"2020-02-29T12:00:00Z\","
			"\"checksums\":[{\"algorithm\":\"sha256\",\"digest\":\"%s\"}],"
			"\"storage_records\":[{\"url\":\"%s\"},{\"url\":\"%s\"}]}",
			object, path, OUTSIDE_BYTES, digest, url[0], url[1]),
		1, OUTSIDE_JSON - 1);
}

int64_t outside_file(struct site *s, int64_t object, const char *path, const char *key, const char *text)
{
	RAW_ANSWER_AUTO a = {0};
	char json[OUTSIDE_JSON];

	outside_file_json(s, object, path, key, text, json);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	return api_number(&a, "id");
}
