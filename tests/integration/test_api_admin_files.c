/* Files with their checksums, copies and events, recorded by the admin API (aptrust.md 3.3, 3.6; I4, I7, I8). */
#include "outside_site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_file_is_recorded_with_checksums_copies_and_events(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	char json[OUTSIDE_JSON];

	outside_file_json(s, object, "data/1", "k1", "one", json);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
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
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	outside_refused(&a, 409, "update it");
}

static void a_file_brings_its_own_events(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	char json[OUTSIDE_JSON];

	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64
		",\"identifier\":\"test.edu/out/data/1\",\"file_format\":\"text/plain\",\"size\":0,"
		"\"uuid\":\"6f3c1a56-7b1e-4f9e-8f5a-0123456789ab\",\"premis_events\":["
		"{\"event_type\":\"ingestion\",\"agent\":\"a pipeline\",\"outcome\":\"Success\",\"date_time\":"
		"\"2026-01-02T03:04:05Z\",\"identifier\":\"00000000-0000-4000-8000-000000000001\"},"
		"{\"event_type\":\"fixity check\",\"agent\":\"a pipeline\",\"outcome\":\"Failed\"}]}",
		object);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
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
	int64_t object = outside_object(s);
	char one[OUTSIDE_JSON];
	char two[OUTSIDE_JSON];
	char both[2 * OUTSIDE_JSON + 16];

	outside_file_json(s, object, "data/1", "k1", "one", one);
	outside_file_json(s, object, "data/2", "k2", "two", two);
	/* The second one lies where the first one does. */
	(void)snprintf(both, sizeof both, "[%s,%s]", one, one);
	OUTSIDE_ASK(s, "POST", both, &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	API_STATUS(&a, 409);
	(void)snprintf(both, sizeof both, "[%s,{\"intellectual_object_id\":%" PRId64 "}]", one, object);
	OUTSIDE_ASK(s, "POST", both, &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	outside_refused(&a, 400, "identifier");
	OUTSIDE_ASK(s, "POST", "[]", &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
	outside_refused(&a, 400, "array");
	assert_int_equal(tomb_world_number("select count(*) from generic_file"), 0);
	assert_int_equal(tomb_world_number("select count(*) from copy"), 0);
	(void)snprintf(both, sizeof both, "[%s,%s]", one, two);
	OUTSIDE_ASK(s, "POST", both, &a, "/admin-api/v3/files/create_batch/%" PRId64, s->world.institution);
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
	int64_t object = outside_object(s);
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
		char json[OUTSIDE_JSON];

		(void)snprintf(
			json, sizeof json, "{\"intellectual_object_id\":%" PRId64 ",%s}", bad[i].object, bad[i].rest);
		OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
		outside_refused(&a, bad[i].status, bad[i].says);
	}
	assert_int_equal(tomb_world_number("select count(*) from generic_file where object_id = %" PRId64, object), 0);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'record files'"), 0);
}

/* I4: one address has one spelling, and one file. */
static void an_address_is_taken_once_and_as_the_store_writes_it(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	int64_t file = outside_file(s, object, "data/1", "k1", "one");
	int64_t bare = 0;
	char json[OUTSIDE_JSON];
	char url[OUTSIDE_URL];
	size_t at = 0;
	static const char *const tails[] = {"", "%6B1-1", "../x", "a//b", "./x", "x?y", "x#y", "x y", "%zz", "%2f"};

	(void)file;
	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64
		",\"identifier\":\"test.edu/out/bare\",\"file_format\":\"a\",\"size\":64}",
		object);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	bare = api_number(&a, "id");
	outside_store(&s->world, 1, "k1-1", "one", url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", bare, url);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
	outside_refused(&a, 409, "new bytes go to new addresses");
	at = strlen(url) - strlen("k1-1");
	for (size_t i = 0; i < TOMB_COUNTOF(tails); i++) {
		url[at] = '\0';
		(void)snprintf(
			json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s%s\"}", bare, url, tails[i]);
		OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
		outside_refused(&a, 400, "url");
	}
	assert_int_equal(tomb_world_number("select count(*) from copy"), 2);
}

static void checksums_and_copies_are_added_to_what_is_there(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	int64_t file = 0;
	char json[OUTSIDE_JSON];
	char url[OUTSIDE_URL];

	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64
		",\"identifier\":\"test.edu/out/a\",\"file_format\":\"a\",\"size\":64}",
		object);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/files/create/%" PRId64, s->world.institution);
	file = api_number(&a, "id");
	outside_store(&s->world, 1, "a-1", "one", url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", file, url);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""), "id generic_file_id url ");
	assert_string_equal(api_text(&a, "url"), url);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.other_institution);
	outside_refused(&a, 404, "has no file");
	outside_store(&s->world, 1, "a-2", "one", url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", file, url);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/storage_records/create/%" PRId64, s->world.institution);
	outside_refused(&a, 409, "has a copy on this backend");
	(void)snprintf(json, sizeof json,
		"{\"generic_file_id\":%" PRId64
		",\"algorithm\":\"md5\",\"digest\":\"0123456789abcdef0123456789abcdef\",\"datetime\":\"2026-01-01T00:"
		"00:00Z\"}",
		file);
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/checksums/create/%" PRId64, s->world.institution);
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""),
		"id algorithm datetime digest state generic_file_identifier generic_file_id intellectual_object_id "
		"institution_id created_at updated_at ");
	OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/checksums/create/%" PRId64, s->world.institution);
	outside_refused(&a, 409, "has a checksum by this algorithm");
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
	int64_t object = outside_object(s);
	int64_t file = outside_file(s, object, "data/1", "k1", "one");
	char json[OUTSIDE_JSON];
	char *shown = NULL;

	/* What was shown can be sent back, and is nothing new. */
	api_get(s, &s->world.oscar, &a, "/member-api/v3/files/show/%" PRId64, file);
	shown = strdup(a.body);
	OUTSIDE_ASK(s, "PUT", shown, &a, "/admin-api/v3/files/update/%" PRId64, file);
	free(shown);
	API_STATUS(&a, 200);
	OUTSIDE_ASK(s, "PUT",
		"{\"file_format\":\"text/html\",\"checksums\":[{\"algorithm\":\"md5\",\"digest\":"
		"\"0123456789abcdef0123456789abcdef\"}]}",
		&a, "/admin-api/v3/files/update/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "file_format"), "text/html");
	assert_int_equal(api_count(&a, "checksums"), 2);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 1);
	tomb_world_exec("update copy set stored_at = now() - interval '30 days'");
	outside_file_json(s, object, "data/1", "k2", "two", json);
	OUTSIDE_ASK(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
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
	OUTSIDE_ASK(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_int_equal(tomb_world_number("select generation from generic_file where id = %" PRId64, file), 2);
}

static void an_update_never_changes_what_a_file_is(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	int64_t file = outside_file(s, object, "data/1", "k1", "one");
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
		OUTSIDE_ASK(s, "PUT", bad[i].json, &a, "/admin-api/v3/files/update/%" PRId64, file);
		outside_refused(&a, bad[i].status, bad[i].says);
	}
	OUTSIDE_ASK(s, "PUT", "{\"size\":64}", &a, "/admin-api/v3/files/update/4711");
	outside_refused(&a, 404, "4711");
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'A' and generation = 1 and "
					   "size_bytes = 64 and identifier = 'test.edu/out/data/1'"),
		1);
}

static void events_are_reported_but_for_deletions(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	int64_t file = outside_file(s, object, "data/1", "k1", "one");
	int64_t other = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	char json[OUTSIDE_JSON];
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
		OUTSIDE_ASK(s, "POST", json, &a, "/admin-api/v3/events/create");
		if (tries[i].status == 201)
			API_STATUS(&a, 201);
		else
			outside_refused(&a, tries[i].status, tries[i].says);
	}
	assert_int_equal(tomb_world_number("select count(*) from premis_event") - before, 3);
	api_get(s, &s->world.oscar, &a, "/member-api/v3/files/show/%" PRId64, file);
	assert_true(strcmp(api_text(&a, "last_fixity_check"), "2026") > 0);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, outside_site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(a_file_is_recorded_with_checksums_copies_and_events),
		ON_A_SITE(a_file_brings_its_own_events),
		ON_A_SITE(a_batch_is_recorded_whole_or_not_at_all),
		ON_A_SITE(a_file_that_breaks_a_rule_is_refused),
		ON_A_SITE(an_address_is_taken_once_and_as_the_store_writes_it),
		ON_A_SITE(checksums_and_copies_are_added_to_what_is_there),
		ON_A_SITE(an_update_says_more_of_a_file_or_brings_a_new_generation),
		ON_A_SITE(an_update_never_changes_what_a_file_is),
		ON_A_SITE(events_are_reported_but_for_deletions),
	};
	return cmocka_run_group_tests_name("files by the admin API", tests, NULL, NULL);
}
