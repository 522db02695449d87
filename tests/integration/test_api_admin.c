/* Objects and files that a pipeline outside records by the admin API (aptrust.md 3.3, 3.6, 4.5, 5; I2, I4, I7 to I9).
 */
#include "api_client.h"
#include "outside.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { JSON_MAX = 8192 };

static int set_up(void **state)
{
	struct site *s = NULL;

	assert_int_equal(site_set_up(state), 0);
	s = *state;
	outside_set_up(&s->world);
	return 0;
}

#define AS_OSCAR(s, method, json, a, ...) api_ask((s), &(s)->world.oscar, (method), (json), (a), __VA_ARGS__)

/* The status, and all of the error, in the one of two shapes that clients expect. */
static void refused(const struct raw_answer *a, int status, const char *piece)
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

static int64_t record_object(struct site *s)
{
	RAW_ANSWER_AUTO a = {0};

	AS_OSCAR(s, "POST",
		"{\"identifier\":\"test.edu/out\",\"title\":\"Out\",\"storage_option\":\"Standard\",\"etag\":\"e1\"}",
		&a, "/admin-api/v3/objects/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	return api_number(&a, "id");
}

/* The JSON of a file with its bytes in both stores, under keys that begin with key. */
static void file_json(
	struct site *s, int64_t object, const char *path, const char *key, const char *text, char json[static JSON_MAX])
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
		snprintf(json, JSON_MAX,
			"{\"intellectual_object_id\":%" PRId64 ",\"identifier\":\"test.edu/out/%s\","
			"\"file_format\":\"text/plain\",\"size\":%d,\"state\":\"A\",\"storage_option\":\"Standard\","
			"\"mtime\":\"2020-02-29T12:00:00Z\","
			"\"checksums\":[{\"algorithm\":\"sha256\",\"digest\":\"%s\"}],"
			"\"storage_records\":[{\"url\":\"%s\"},{\"url\":\"%s\"}]}",
			object, path, OUTSIDE_BYTES, digest, url[0], url[1]),
		1, JSON_MAX - 1);
}

static int64_t record_file(struct site *s, int64_t object, const char *path, const char *key, const char *text)
{
	RAW_ANSWER_AUTO a = {0};
	char json[JSON_MAX];

	file_json(s, object, path, key, text, json);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	return api_number(&a, "id");
}

static void an_object_is_recorded_and_changed_with_events_and_audit(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = record_object(s);

	api_get(s, &s->world.oscar, &a, "/member-api/v3/objects/show/%" PRId64, id);
	assert_string_equal(api_text(&a, "identifier"), "test.edu/out");
	assert_string_equal(api_text(&a, "bag_name"), "out");
	assert_string_equal(api_text(&a, "state"), "A");
	assert_string_equal(api_text(&a, "access"), "institution");
	AS_OSCAR(s, "PUT", "{\"title\":\"Other\",\"access\":\"restricted\",\"identifier\":\"test.edu/out\"}", &a,
		"/admin-api/v3/objects/update/%" PRId64, id);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "title"), "Other");
	assert_string_equal(api_text(&a, "access"), "restricted");
	assert_int_equal(
		tomb_world_number("select count(*) from intellectual_object where etag = 'e1' and cycle = 1"), 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where object_id = %" PRId64
			" and event_type in ('creation', 'identifier assignment', 'access assignment') and agent = "
			"'oscar@operator.org'",
			id),
		4);
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where actor = 'oscar@operator.org' and via = 'api' "
				  "and subject = 'object %" PRId64 "' and verb in ('record object', 'change object')",
			id),
		2);
	/* What was shown can be sent back. */
	api_get(s, &s->world.oscar, &a, "/member-api/v3/objects/show/%" PRId64, id);
	{
		char *shown = strdup(a.body);

		AS_OSCAR(s, "PUT", shown, &a, "/admin-api/v3/objects/update/%" PRId64, id);
		free(shown);
	}
	API_STATUS(&a, 200);
}

static void an_object_that_breaks_a_rule_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	static const struct {
		const char *json;
		int status;
		const char *says;
	} bad[] = {
		{"{\"identifier\":\"test.edu/x\",\"storage_option\":\"Standard\"}", 400, "Title is required"},
		{"{\"identifier\":\"test.edu/x\",\"title\":\"x\"}", 400, "Invalid storage option"},
		{"{\"identifier\":\"test.edu/x\",\"title\":\"x\",\"storage_option\":\"Nowhere\"}", 400,
			"Invalid storage option"},
		{"{\"identifier\":\"other.edu/x\",\"title\":\"x\",\"storage_option\":\"Standard\"}", 400,
			"test.edu/NAME"},
		{"{\"identifier\":\"test.edu/out\",\"title\":\"x\",\"storage_option\":\"Standard\"}", 409,
			"there is an object"},
		{"{\"identifier\":\"test.edu/x\",\"title\":\"x\",\"storage_option\":\"Standard\",\"access\":\"all\"}",
			400, "Invalid access value"},
		{"{\"identifier\":\"test.edu/x\",\"title\":\"x\",\"storage_option\":\"Standard\",\"state\":\"D\"}", 400,
			"active"},
		{"{\"identifier\":\"test.edu/x\",\"title\":\"x\\ny\",\"storage_option\":\"Standard\"}", 400,
			"one line"},
		{"{\"identifier\":\"test.edu/x\",\"titel\":\"x\"}", 400, "titel"},
		{"{\"id\":7,\"identifier\":\"test.edu/x\",\"title\":\"x\",\"storage_option\":\"Standard\"}", 400,
			"mismatch"},
		{"{\"institution_id\":4711,\"identifier\":\"test.edu/x\",\"title\":\"x\",\"storage_option\":"
		 "\"Standard\"}",
			400, "mismatch"},
		{"[]", 400, ""},
		{"{", 400, ""},
	};

	(void)record_object(s);
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		AS_OSCAR(s, "POST", bad[i].json, &a, "/admin-api/v3/objects/create/%" PRId64, s->world.institution);
		refused(&a, bad[i].status, bad[i].says);
	}
	AS_OSCAR(s, "POST", "{}", &a, "/admin-api/v3/objects/create/4711");
	refused(&a, 404, "4711");
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object"), 1);
}

static void an_update_never_changes_what_an_object_is(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = record_object(s);
	static const struct {
		const char *json;
		int status;
		const char *says;
	} bad[] = {
		{"{\"id\":4711}", 400, "resource or institution id mismatch"},
		{"{\"institution_id\":4711}", 400, "institution id cannot change"},
		{"{\"identifier\":\"test.edu/other\"}", 400, "identifier cannot change"},
		{"{\"storage_option\":\"Glacier-OH\"}", 400, "cannot change storage option on active object"},
		{"{\"state\":\"D\"}", 409, "Deleted when its deletion has ended"},
		{"{\"title\":\"\"}", 400, "Title is required"},
	};

	(void)tomb_world_option(&s->world, "Glacier-OH", 90);
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		AS_OSCAR(s, "PUT", bad[i].json, &a, "/admin-api/v3/objects/update/%" PRId64, id);
		refused(&a, bad[i].status, bad[i].says);
	}
	AS_OSCAR(s, "PUT", "{\"title\":\"x\"}", &a, "/admin-api/v3/objects/update/4711");
	refused(&a, 404, "4711");
	assert_int_equal(
		tomb_world_number("select count(*) from intellectual_object where state = 'A' and title = 'Out'"), 1);
}

static void a_file_is_recorded_with_checksums_copies_and_events(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	char json[JSON_MAX];

	file_json(s, object, "data/1", "k1", "one", json);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""),
		"id created_at updated_at file_format size identifier intellectual_object_id state last_fixity_check "
		"institution_id storage_option uuid premis_events checksums storage_records mtime ");
	assert_string_equal(api_text(&a, "identifier"), "test.edu/out/data/1");
	assert_string_equal(api_text(&a, "state"), "A");
	assert_string_equal(api_text(&a, "mtime"), "2020-02-29T12:00:00Z");
	assert_int_equal(api_count(&a, "checksums"), 1);
	assert_int_equal(api_count(&a, "storage_records"), 2);
	assert_string_equal(api_text(&a, "premis_events.0.event_type"), "ingestion");
	assert_int_equal(
		tomb_world_number(
			"select count(*) from copy c join storage_backend b on b.id = c.backend_id "
			"where c.status = 'stored' and c.size_bytes = 64 and c.etag is null and c.version_id is null "
			"and c.stored_at > now() - interval '1 minute'"),
		2);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'record files'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from tally_difference"), 0);
	/* And the same once more is not a second file. */
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	refused(&a, 409, "update it");
}

static void a_file_brings_its_own_events(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	char json[JSON_MAX];

	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64
		",\"identifier\":\"test.edu/out/data/1\",\"file_format\":\"text/plain\",\"size\":0,"
		"\"uuid\":\"6f3c1a56-7b1e-4f9e-8f5a-0123456789ab\",\"premis_events\":["
		"{\"event_type\":\"ingestion\",\"agent\":\"a pipeline\",\"outcome\":\"Success\",\"date_time\":"
		"\"2026-01-02T03:04:05Z\",\"identifier\":\"00000000-0000-4000-8000-000000000001\"},"
		"{\"event_type\":\"fixity check\",\"agent\":\"a pipeline\",\"outcome\":\"Failed\"}]}",
		object);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_text(&a, "uuid"), "6f3c1a56-7b1e-4f9e-8f5a-0123456789ab");
	assert_int_equal(api_count(&a, "premis_events"), 2);
	assert_int_equal(
		tomb_world_number("select count(*) from premis_event where identifier = "
				  "'00000000-0000-4000-8000-000000000001' and date_time = '2026-01-02T03:04:05Z'"),
		1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from premis_event where event_type = 'fixity check' and outcome = 'Failure'"),
		1);
}

static void a_batch_is_recorded_whole_or_not_at_all(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	char one[JSON_MAX];
	char two[JSON_MAX];
	char both[2 * JSON_MAX + 16];

	file_json(s, object, "data/1", "k1", "one", one);
	file_json(s, object, "data/2", "k2", "two", two);
	/* The second one lies where the first one does. */
	(void)snprintf(both, sizeof both, "[%s,%s]", one, one);
	AS_OSCAR(s, "POST", both, &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	API_STATUS(&a, 409);
	(void)snprintf(both, sizeof both, "[%s,{\"intellectual_object_id\":%" PRId64 "}]", one, object);
	AS_OSCAR(s, "POST", both, &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	refused(&a, 400, "identifier");
	AS_OSCAR(s, "POST", "[]", &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	refused(&a, 400, "array");
	assert_int_equal(tomb_world_number("select count(*) from generic_file"), 0);
	assert_int_equal(tomb_world_number("select count(*) from copy"), 0);
	(void)snprintf(both, sizeof both, "[%s,%s]", one, two);
	AS_OSCAR(s, "POST", both, &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_int_equal(api_number(&a, "count"), 2);
	assert_string_equal(api_text(&a, "results.0.identifier"), "test.edu/out/data/1");
	assert_string_equal(api_text(&a, "results.1.identifier"), "test.edu/out/data/2");
	assert_int_equal(api_count(&a, "results.1.storage_records"), 2);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'stored'"), 4);
}

static void a_file_that_breaks_a_rule_is_refused(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t foreign = tomb_world_object_in(
		&s->world, s->world.other_institution, s->world.standard, "other.edu/bag", 1, 1);
	const struct {
		int64_t object;
		const char *rest;
		int status;
		const char *says;
	} bad[] = {
		{object, "\"identifier\":\"test.edu/x/1\",\"file_format\":\"a\",\"size\":1", 400, "test.edu/out/PATH"},
		{object, "\"identifier\":\"test.edu/out/1\",\"size\":1", 400, "file_format"},
		{object, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\"", 400, "size"},
		{object, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":-1", 400, "size"},
		{object, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1,\"state\":\"D\"", 400,
			"active"},
		{object, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1,\"uuid\":\"x\"", 400, ""},
		{object, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1,\"storage_option\":\"X\"",
			400, "storage_option"},
		{object,
			"\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1,\"checksums\":[{"
			"\"algorithm\":\"md5\",\"digest\":\"00\"}]",
			400, "digits"},
		{object,
			"\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1,\"checksums\":[{"
			"\"algorithm\":\"crc\",\"digest\":\"00\"}]",
			400, "algorithm"},
		{object,
			"\"identifier\":\"test.edu/out/"
			"1\",\"file_format\":\"a\",\"size\":1,\"storage_records\":[{\"url\":"
			"\"https://elsewhere.example/bucket/key\"}]",
			400, "no backend of the storage option Standard"},
		{object,
			"\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1,\"premis_events\":[{"
			"\"event_type\":\"deletion\",\"agent\":\"me\",\"outcome\":\"Success\"}]",
			403, "written by the deletion itself"},
		{foreign, "\"identifier\":\"other.edu/bag/1\",\"file_format\":\"a\",\"size\":1", 404, "has no object"},
		{4711, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1", 404, "has no object"},
		{0, "\"identifier\":\"test.edu/out/1\",\"file_format\":\"a\",\"size\":1", 400,
			"intellectual_object_id"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		char json[JSON_MAX];

		(void)snprintf(
			json, sizeof json, "{\"intellectual_object_id\":%" PRId64 ",%s}", bad[i].object, bad[i].rest);
		AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
		refused(&a, bad[i].status, bad[i].says);
	}
	assert_int_equal(tomb_world_number("select count(*) from generic_file where object_id = %" PRId64, object), 0);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'record files'"), 0);
}

/* I4: one address has one spelling, and one file. */
static void an_address_is_taken_once_and_as_the_store_writes_it(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = record_file(s, object, "data/1", "k1", "one");
	int64_t bare = 0;
	char json[JSON_MAX];
	char url[OUTSIDE_URL];
	size_t at = 0;
	static const char *const tails[] = {"", "%6B1-1", "../x", "a//b", "./x", "x?y", "x#y", "x y", "%zz", "%2f"};

	(void)file;
	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64
		",\"identifier\":\"test.edu/out/bare\",\"file_format\":\"a\",\"size\":64}",
		object);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	bare = api_number(&a, "id");
	outside_store(&s->world, 1, "k1-1", "one", url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", bare, url);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
	refused(&a, 409, "new bytes go to new addresses");
	at = strlen(url) - strlen("k1-1");
	for (size_t i = 0; i < TOMB_COUNTOF(tails); i++) {
		url[at] = '\0';
		(void)snprintf(
			json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s%s\"}", bare, url, tails[i]);
		AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
		refused(&a, 400, "url");
	}
	assert_int_equal(tomb_world_number("select count(*) from copy"), 2);
}

static void checksums_and_copies_are_added_to_what_is_there(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = 0;
	char json[JSON_MAX];
	char url[OUTSIDE_URL];

	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64
		",\"identifier\":\"test.edu/out/a\",\"file_format\":\"a\",\"size\":64}",
		object);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	file = api_number(&a, "id");
	outside_store(&s->world, 1, "a-1", "one", url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", file, url);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""), "id generic_file_id url ");
	assert_string_equal(api_text(&a, "url"), url);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.other_institution);
	refused(&a, 404, "has no file");
	outside_store(&s->world, 1, "a-2", "one", url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", file, url);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
	refused(&a, 409, "has a copy on this backend");
	(void)snprintf(json, sizeof json,
		"{\"generic_file_id\":%" PRId64
		",\"algorithm\":\"md5\",\"digest\":\"0123456789abcdef0123456789abcdef\",\"datetime\":\"2026-01-01T00:"
		"00:00Z\"}",
		file);
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/checksums/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""),
		"id algorithm datetime digest state generic_file_identifier generic_file_id intellectual_object_id "
		"institution_id created_at updated_at ");
	AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/checksums/create/%" PRId64, s->world.institution);
	refused(&a, 409, "has a checksum by this algorithm");
	assert_int_equal(tomb_world_number("select count(*) from premis_event where file_id = %" PRId64
					   " and event_type in ('replication', 'message digest calculation')",
				 file),
		2);
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where verb in ('record copy', 'record checksum')"),
		2);
}

static void an_update_says_more_of_a_file_or_brings_a_new_generation(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = record_file(s, object, "data/1", "k1", "one");
	char json[JSON_MAX];
	char *shown = NULL;

	/* What was shown can be sent back, and is nothing new. */
	api_get(s, &s->world.oscar, &a, "/member-api/v3/files/show/%" PRId64, file);
	shown = strdup(a.body);
	AS_OSCAR(s, "PUT", shown, &a, "/admin-api/v3/files/update/%" PRId64, file);
	free(shown);
	API_STATUS(&a, 200);
	AS_OSCAR(s, "PUT",
		"{\"file_format\":\"text/html\",\"checksums\":[{\"algorithm\":\"md5\",\"digest\":"
		"\"0123456789abcdef0123456789abcdef\"}]}",
		&a, "/admin-api/v3/files/update/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "file_format"), "text/html");
	assert_int_equal(api_count(&a, "checksums"), 2);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 1);
	tomb_world_exec("update copy set stored_at = now() - interval '30 days'");
	file_json(s, object, "data/1", "k2", "two", json);
	AS_OSCAR(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "storage_records"), 2);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 2);
	/* The old copies are still to be deleted with the file, and their retention goes on as it was. */
	assert_int_equal(
		tomb_world_number("select count(*) from copy where generation = 1 and status = 'superseded' and "
				  "stored_at < now() - interval '29 days'"),
		2);
	assert_int_equal(tomb_world_number("select count(*) from copy where generation = 2 and status = 'stored' and "
					   "stored_at > now() - interval '1 minute'"),
		2);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'record new bytes'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from tally_difference"), 0);
	AS_OSCAR(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 2);
}

static void an_update_never_changes_what_a_file_is(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = record_file(s, object, "data/1", "k1", "one");
	static const struct {
		const char *json;
		int status;
		const char *says;
	} bad[] = {
		{"{\"id\":4711}", 400, "mismatch"},
		{"{\"institution_id\":4711}", 400, "institution id cannot change"},
		{"{\"intellectual_object_id\":4711}", 400, "cannot change"},
		{"{\"identifier\":\"test.edu/out/data/2\"}", 400, "identifier cannot change"},
		{"{\"uuid\":\"6f3c1a56-7b1e-4f9e-8f5a-0123456789ab\"}", 400, "uuid cannot change"},
		{"{\"storage_option\":\"Glacier-OH\"}", 400, "cannot change storage option on active object"},
		{"{\"state\":\"D\"}", 409, "known to be gone"},
		{"{\"size\":65}", 400, "new bytes"},
		{"{\"checksums\":[{\"algorithm\":\"sha256\",\"digest\":"
		 "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}",
			400, "at least one checksum and one storage record"},
	};

	(void)tomb_world_option(&s->world, "Glacier-OH", 90);
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		AS_OSCAR(s, "PUT", bad[i].json, &a, "/admin-api/v3/files/update/%" PRId64, file);
		refused(&a, bad[i].status, bad[i].says);
	}
	AS_OSCAR(s, "PUT", "{\"size\":64}", &a, "/admin-api/v3/files/update/4711");
	refused(&a, 404, "4711");
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'A' and generation = 1 and "
					   "size_bytes = 64 and identifier = 'test.edu/out/data/1'"),
		1);
}

/* I2: DELETE is a question.  It is answered with what is still to be done, and never does it. */
static void nobody_marks_a_file_or_an_object_deleted(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = record_file(s, object, "data/1", "k1", "one");
	int64_t request = 0;

	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	refused(&a, 403, "Missing deletion request work item");
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
	refused(&a, 409, "cannot delete object with active files");
	tomb_world_exec("update storage_option set min_days = 90");
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	refused(&a, 422, "File has not passed minimum retention period");
	tomb_world_exec("update storage_option set min_days = 0");
	request = tomb_world_request_object(&s->world, object);
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	refused(&a, 409, "awaits approval");
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
	refused(&a, 409, "awaits approval");
	(void)tomb_world_approve(&s->world, request);
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	refused(&a, 409, "0 of 2 copies are known to be gone");
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
	refused(&a, 409, "cannot delete object with active files, of which it has 1");
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 0);
	tomb_world_work(&s->world);
	for (int i = 0; i < 2; i++) {
		AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
		API_STATUS(&a, 200);
		assert_string_equal(api_text(&a, "state"), "D");
		AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
		API_STATUS(&a, 200);
		assert_string_equal(api_text(&a, "state"), "D");
	}
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/4711");
	refused(&a, 404, "4711");
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/4711");
	refused(&a, 404, "4711");
	assert_int_equal(outside_there(&s->world, "k1-*"), 0);
	tomb_world_check(&s->world);
}

/* P-19: what was deleted comes back with new bytes, in another storage option if they say so. */
static void what_was_deleted_comes_back_only_with_new_bytes(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = record_file(s, object, "data/1", "k1", "one");
	char old[JSON_MAX];
	char json[JSON_MAX];

	file_json(s, object, "data/1", "k1", "one", old);
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	file_json(s, object, "data/1", "k2", "one", json);
	AS_OSCAR(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
	refused(&a, 409, "bring it back with objects/update");
	AS_OSCAR(s, "PUT", "{\"title\":\"x\"}", &a, "/admin-api/v3/objects/update/%" PRId64, object);
	refused(&a, 409, "comes back");
	AS_OSCAR(
		s, "PUT", "{\"state\":\"A\",\"title\":\"Again\"}", &a, "/admin-api/v3/objects/update/%" PRId64, object);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "A");
	AS_OSCAR(s, "PUT", "{\"state\":\"A\"}", &a, "/admin-api/v3/files/update/%" PRId64, file);
	refused(&a, 409, "only with newly stored bytes");
	AS_OSCAR(s, "PUT", old, &a, "/admin-api/v3/files/update/%" PRId64, file);
	refused(&a, 409, "only with newly stored bytes");
	AS_OSCAR(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "A");
	assert_int_equal(api_count(&a, "storage_records"), 2);
	assert_int_equal(tomb_world_number("select cycle from intellectual_object where id = %" PRId64, object), 2);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 2);
	assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion'"), 2);
	/* And can be deleted again. */
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion'"), 4);
	tomb_world_check(&s->world);
}

static void events_are_reported_but_for_deletions(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = record_object(s);
	int64_t file = record_file(s, object, "data/1", "k1", "one");
	int64_t other = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	char json[JSON_MAX];
	const struct {
		int64_t object, file, institution;
		const char *rest;
		int status;
		const char *says;
	} tries[] = {
		{object, file, s->world.institution,
			"\"event_type\":\"fixity check\",\"outcome\":\"Success\",\"agent\":\"p\",\"detail\":\"d\"", 201,
			""},
		{0, file, 0, "\"event_type\":\"validation\",\"outcome\":\"Success\",\"agent\":\"p\"", 201, ""},
		{object, 0, 0, "\"event_type\":\"ingestion\",\"outcome\":\"Success\",\"agent\":\"p\"", 201, ""},
		{object, file, s->world.other_institution,
			"\"event_type\":\"fixity check\",\"outcome\":\"Success\",\"agent\":\"p\"", 400, "mismatch"},
		{other, file, 0, "\"event_type\":\"fixity check\",\"outcome\":\"Success\",\"agent\":\"p\"", 404,
			"no file"},
		{4711, 0, 0, "\"event_type\":\"ingestion\",\"outcome\":\"Success\",\"agent\":\"p\"", 404, "4711"},
		{object, 0, 0, "\"event_type\":\"deletion\",\"outcome\":\"Success\",\"agent\":\"p\"", 403, "deletion"},
		{object, 0, 0, "\"event_type\":\"deletion verification\",\"outcome\":\"Success\",\"agent\":\"p\"", 403,
			"deletion"},
		{object, 0, 0, "\"event_type\":\"recovery\",\"outcome\":\"Success\",\"agent\":\"p\"", 400, "reported"},
		{object, 0, 0, "\"event_type\":\"party\",\"outcome\":\"Success\",\"agent\":\"p\"", 400, ""},
		{object, 0, 0, "\"event_type\":\"ingestion\",\"outcome\":\"Maybe\",\"agent\":\"p\"", 400, "outcome"},
		{object, 0, 0, "\"event_type\":\"ingestion\",\"outcome\":\"Success\"", 400, "agent"},
		{object, 0, 0,
			"\"event_type\":\"ingestion\",\"outcome\":\"Success\",\"agent\":\"p\",\"date_time\":"
			"\"9000-01-01T00:00:00Z\"",
			400, "date_time"},
		{object, 0, 0,
			"\"event_type\":\"ingestion\",\"outcome\":\"Success\",\"agent\":\"p\",\"date_time\":"
			"\"yesterday\"",
			400, "date_time"},
	};
	int64_t before = tomb_world_number("select count(*) from premis_event");

	for (size_t i = 0; i < TOMB_COUNTOF(tries); i++) {
		(void)snprintf(json, sizeof json,
			"{\"intellectual_object_id\":%" PRId64 ",\"generic_file_id\":%" PRId64
			",\"institution_id\":%" PRId64 ",%s}",
			tries[i].object, tries[i].file, tries[i].institution, tries[i].rest);
		AS_OSCAR(s, "POST", json, &a, "/admin-api/v3/events/create");
		if (tries[i].status == 201)
			API_STATUS(&a, 201);
		else
			refused(&a, tries[i].status, tries[i].says);
	}
	assert_int_equal(tomb_world_number("select count(*) from premis_event") - before, 3);
	api_get(s, &s->world.oscar, &a, "/member-api/v3/files/show/%" PRId64, file);
	assert_true(strcmp(api_text(&a, "last_fixity_check"), "2026") > 0);
}

static void what_tombstone_does_not_do_is_405(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	AS_OSCAR(s, "POST", NULL, &a, "/admin-api/v3/objects/init_restore/1");
	refused(&a, 405, "restores nothing");
	AS_OSCAR(s, "DELETE", NULL, &a, "/admin-api/v3/items/redis_delete/1");
	refused(&a, 405, "Redis");
}

static void everybody_else_is_refused_everywhere(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	static const char *const routes[][2] = {
		{"POST", "objects/create/1"},
		{"PUT", "objects/update/1"},
		{"DELETE", "objects/delete/1"},
		{"POST", "objects/init_restore/1"},
		{"POST", "objects/init_batch_delete"},
		{"POST", "files/create/1"},
		{"POST", "files/create_batch/1"},
		{"PUT", "files/update/1"},
		{"DELETE", "files/delete/1"},
		{"POST", "events/create"},
		{"POST", "checksums/create/1"},
		{"POST", "storage_records/create/1"},
		{"POST", "items/create/1"},
		{"PUT", "items/update/1"},
		{"PUT", "items/requeue/1"},
		{"DELETE", "items/redis_delete/1"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(routes); i++) {
		api_ask(s, &s->world.alice, routes[i][0], "{}", &a, "/admin-api/v3/%s", routes[i][1]);
		API_STATUS(&a, 403);
		assert_non_null(strstr(api_text(&a, "error"), "only an operator may"));
		api_ask(s, &s->world.carol, routes[i][0], "{}", &a, "/admin-api/v3/%s", routes[i][1]);
		API_STATUS(&a, 403);
		api_ask(s, NULL, routes[i][0], "{}", &a, "/admin-api/v3/%s", routes[i][1]);
		API_STATUS(&a, 401);
	}
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where via = 'api' and verb like 'record%%'"), 0);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(an_object_is_recorded_and_changed_with_events_and_audit),
		ON_A_SITE(an_object_that_breaks_a_rule_is_refused),
		ON_A_SITE(an_update_never_changes_what_an_object_is),
		ON_A_SITE(a_file_is_recorded_with_checksums_copies_and_events),
		ON_A_SITE(a_file_brings_its_own_events),
		ON_A_SITE(a_batch_is_recorded_whole_or_not_at_all),
		ON_A_SITE(a_file_that_breaks_a_rule_is_refused),
		ON_A_SITE(an_address_is_taken_once_and_as_the_store_writes_it),
		ON_A_SITE(checksums_and_copies_are_added_to_what_is_there),
		ON_A_SITE(an_update_says_more_of_a_file_or_brings_a_new_generation),
		ON_A_SITE(an_update_never_changes_what_a_file_is),
		ON_A_SITE(nobody_marks_a_file_or_an_object_deleted),
		ON_A_SITE(what_was_deleted_comes_back_only_with_new_bytes),
		ON_A_SITE(events_are_reported_but_for_deletions),
		ON_A_SITE(what_tombstone_does_not_do_is_405),
		ON_A_SITE(everybody_else_is_refused_everywhere),
	};
	return cmocka_run_group_tests_name("recording by the admin API", tests, NULL, NULL);
}
