/*
 * The lists of the member API: filters, orders, pages, and the requests of the clients that exist, word for word
 * (spec/aptrust.md 3.1, 3.2, 3.5, 3.6).
 */
#include "api_client.h"
#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Four objects: created in the order of their names, changed in another one. */
static void fill(struct site *s)
{
	static const char *const names[] = {"a", "b", "c", "d"};

	for (size_t i = 0; i < TOMB_COUNTOF(names); i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/%s", names[i]);
		(void)tomb_world_object(&s->world, name, (int)(4 - i), 0);
	}
	(void)tomb_world_object_in(&s->world, s->world.other_institution, s->world.standard, "other.edu/x", 1, 0);
	tomb_world_exec(
		"update intellectual_object set created_at = '2024-01-01T00:00:00Z', updated_at = "
		"'2024-05-01T00:00:00Z'::timestamptz + (id %% 3) * interval '1 day', access = case when id %% 2 = 0 "
		"then 'restricted' else 'consortia' end, alt_identifier = 'alt-' || id, bag_group_identifier = "
		"'group', internal_sender_identifier = 'quote\"\\ and ) || true'");
	tomb_world_exec(
		"update generic_file set size_bytes = id * 100, created_at = '2024-01-01T00:00:00Z', updated_at "
		"= '2024-05-01T00:00:00Z'::timestamptz - id * interval '1 hour'");
	tomb_world_exec(
		"insert into checksum (file_id, generation, algorithm, digest, created_at) select f.id, 1, a, "
		"md5(f.id::text), '2024-01-01T00:00:00Z'::timestamptz + f.id * interval '1 min' from generic_file f, "
		"unnest(array['md5', 'sha256']) a");
	tomb_world_exec(
		"insert into premis_event (institution_id, object_id, file_id, generation, event_type, date_time, "
		"detail, outcome, agent) select f.institution_id, f.object_id, f.id, 1, t, '2024-01-01T00:00:00Z'::"
		"timestamptz - f.id * interval '1 day', 'x', case when f.id = 2 then 'Failure' else 'Success' end, 'x' "
		"from generic_file f, unnest(array['ingestion', 'fixity check']) t");
	tomb_world_exec("select tally_recount()");
}

/* The member called what of each of the results, with a space behind each. */
static const char *listed(struct site *s, const struct tomb_actor *who, const char *what, const char *path)
{
	static char text[4096];
	RAW_ANSWER_AUTO a = {0};
	size_t n = 0;

	text[0] = '\0';
	api_get(s, who, &a, "%s", path);
	API_STATUS(&a, 200);
	for (size_t i = 0; i < api_count(&a, "results"); i++) {
		char at[64];

		(void)snprintf(at, sizeof at, "results.%zu.%s", i, what);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s ", api_text(&a, at));
	}
	assert_int_equal(api_number(&a, "count"), api_count(&a, "results"));
	return text;
}

static void an_answer_is_theirs_byte_by_byte(void **state)
{
	static const char expected[] =
		"{\"count\":4,\"next\":\"/member-api/v3/objects/?page=2&per_page=1&sort=id__asc&after=%" PRId64
		"\",\"previous\":\"\",\"results\":[{\"id\":%" PRId64
		",\"title\":\"test.edu/a\",\"description\":\"\",\"identifier\":\"test.edu/a\",\"alt_identifier\":"
		"\"alt-%" PRId64 "\",\"access\":\"%s\",\"bag_name\":\"test.edu/a\",\"institution_id\":%" PRId64
		",\"created_at\":\"2024-01-01T00:00:00Z\",\"updated_at\":\"2024-05-02T00:00:00.5Z\",\"state\":\"A\","
		"\"etag\":\"\",\"bag_group_identifier\":\"group\",\"storage_option\":\"Standard\","
		"\"bagit_profile_identifier\":\"\",\"source_organization\":\"\",\"internal_sender_identifier\":"
		"\"quote\\\"\\\\ and ) || "
		"true\",\"internal_sender_description\":\"\",\"institution_name\":\"test.edu\","
		"\"institution_identifier\":\"test.edu\",\"institution_type\":\"MemberInstitution\","
		"\"institution_parent_id\":0,\"file_count\":4,\"size\":1000,\"payload_file_count\":4,"
		"\"payload_size\":1000}]}";
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char text[2048];
	int64_t id = 0;

	fill(s);
	id = tomb_world_number("select min(id) from intellectual_object");
	tomb_world_exec("update intellectual_object set updated_at = '2024-05-02T00:00:00.5Z' where id = %" PRId64, id);
	(void)snprintf(text, sizeof text, expected, id, id, id, id % 2 == 0 ? "restricted" : "consortia",
		s->world.institution);
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects/?per_page=1&sort=id__asc");
	API_STATUS(&a, 200);
	assert_string_equal(a.body, text);
}

/* In the order of updated_at, which is not that of ids. */
static void lists_are_in_the_order_of_their_times_newest_first(void **state)
{
	struct site *s = *state;

	fill(s);
	tomb_world_exec(
		"update intellectual_object set updated_at = '2024-05-09T00:00:00Z' where identifier = 'test.edu/b'");
	tomb_world_exec(
		"update intellectual_object set updated_at = '2024-05-08T00:00:00Z' where identifier = 'test.edu/d'");
	assert_string_equal(
		listed(s, &s->world.carol, "identifier", "/member-api/v3/objects?updated_at__gteq=2024-05-08"),
		"test.edu/b test.edu/d ");
	assert_string_equal(
		listed(s, &s->world.carol, "identifier",
			"/member-api/v3/objects?updated_at__gteq=2024-05-08&updated_at__lteq=2024-05-08T23:59:59Z"),
		"test.edu/d ");
	assert_string_equal(listed(s, &s->world.carol, "identifier",
				    "/member-api/v3/objects?updated_at__gteq=2024-05-08&sort=updated_at__asc"),
		"test.edu/d test.edu/b ");
	assert_string_equal(listed(s, &s->world.carol, "identifier",
				    "/member-api/v3/files?intellectual_object_identifier=test.edu/a"),
		"test.edu/a/data/1 test.edu/a/data/2 test.edu/a/data/3 test.edu/a/data/4 ");
	assert_string_equal(listed(s, &s->world.carol, "identifier",
				    "/member-api/v3/files?intellectual_object_identifier=test.edu/a&sort=size__desc"),
		"test.edu/a/data/4 test.edu/a/data/3 test.edu/a/data/2 test.edu/a/data/1 ");
	assert_string_equal(listed(s, &s->world.carol, "generic_file_identifier",
				    "/member-api/v3/events?event_type=ingestion&date_time__gteq=2023-12-30"),
		"test.edu/a/data/1 test.edu/a/data/2 ");
	assert_string_equal(listed(s, &s->world.carol, "generic_file_identifier",
				    "/member-api/v3/checksums?algorithm=md5&datetime__gteq=2024-01-01T00:09:00Z"),
		"test.edu/d/data/1 test.edu/c/data/2 ");
}

static void every_filter_narrows_the_list(void **state)
{
	static const struct {
		const char *query;
		const char *expected;
	} objects[] = {
		{"objects?sort=identifier", "test.edu/a test.edu/b test.edu/c test.edu/d "},
		{"objects?sort=identifier__desc", "test.edu/d test.edu/c test.edu/b test.edu/a "},
		{"objects?sort=access&sort=identifier__desc", "test.edu/c test.edu/a test.edu/d test.edu/b "},
		{"objects?identifier=test.edu%2Fb", "test.edu/b "},
		{"objects?identifier=other.edu%2Fx", ""},
		{"objects?identifier__starts_with=test.edu/&sort=file_count",
			"test.edu/d test.edu/c test.edu/b test.edu/a "},
		{"objects?alt_identifier=alt-2", "test.edu/b "},
		{"objects?alt_identifier__starts_with=alt-&sort=id", "test.edu/a test.edu/b test.edu/c test.edu/d "},
		{"objects?file_count__gteq=3&sort=id", "test.edu/a test.edu/b "},
		{"objects?file_count__gteq=3&file_count__lteq=3", "test.edu/b "},
		{"objects?size__lteq=1000&sort=size", "test.edu/d test.edu/a "},
		{"objects?access=restricted&sort=id__desc", "test.edu/d test.edu/b "},
		{"objects?internal_sender_identifier=quote%22%5C+and+)+%7C%7C+true&access=restricted&sort=id",
			"test.edu/b test.edu/d "},
		{"objects?internal_sender_identifier=quote", ""},
		{"objects?bag_name=test.edu/c&storage_option=Standard&state=A", "test.edu/c "},
		{"objects?created_at__gteq=2024-01-01T00:00:01Z", ""},
		{"objects?created_at__lteq=2024-01-01T00:00:00Z&bag_group_identifier=group&sort=identifier",
			"test.edu/a test.edu/b test.edu/c test.edu/d "},
		{"objects?etag=x", ""},
		{"objects?institution_parent_id=3", ""},
		{"objects?state=D", ""},
		{"objects?source_organization=", "test.edu/b test.edu/d test.edu/a test.edu/c "},
		{"files?size__gteq=900&sort=size", "test.edu/c/data/2 test.edu/d/data/1 "},
		{"files?storage_option__in=Standard&storage_option__in=Other&size__lteq=100", "test.edu/a/data/1 "},
		{"files?storage_option__in=Other&storage_option__in=Third", ""},
		{"files?identifier=test.edu/a/data/2", "test.edu/a/data/2 "},
		{"files?uuid=nonsense", ""},
		{"files?updated_at__gteq=2024-04-30T22:00:00Z", "test.edu/a/data/1 test.edu/a/data/2 "},
		{"files?last_fixity_check__lteq=2023-12-23", "test.edu/c/data/2 test.edu/d/data/1 "},
		{"files?intellectual_object_id=4711", ""},
	};
	struct site *s = *state;

	fill(s);
	tomb_world_exec(
		"update intellectual_object set updated_at = '2024-05-01T00:00:00Z'::timestamptz + case identifier "
		"when 'test.edu/b' then 4 when 'test.edu/d' then 3 when 'test.edu/a' then 2 else 1 end * interval "
		"'1 day', alt_identifier = 'alt-' || position(right(bag_name, 1) in 'abcd')");
	tomb_world_exec("update intellectual_object set access = case when right(bag_name, 1) in ('b', 'd') then "
			"'restricted' else 'consortia' end");
	for (size_t i = 0; i < TOMB_COUNTOF(objects); i++) {
		char path[512];
		const char *found = NULL;

		(void)snprintf(path, sizeof path, "/member-api/v3/%s", objects[i].query);
		found = listed(s, &s->world.carol, "identifier", path);
		if (strcmp(found, objects[i].expected) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", path, found, objects[i].expected);
	}
}

static void events_checksums_and_deletions_are_filtered_too(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t file = 0;

	fill(s);
	file = tomb_world_file(&s->world, "test.edu/a/data/2");
	assert_string_equal(listed(s, &s->world.carol, "generic_file_identifier",
				    "/member-api/v3/events?outcome=Failure&event_type=ingestion"),
		"test.edu/a/data/2 ");
	assert_string_equal(listed(s, &s->world.carol, "event_type",
				    "/member-api/v3/events?generic_file_identifier=test.edu/b/data/1&sort=id"),
		"ingestion fixity check ");
	assert_string_equal(
		listed(s, &s->world.carol, "event_type", "/member-api/v3/events?generic_file_id__is_null=true"), "");
	assert_string_equal(listed(s, &s->world.carol, "event_type", "/member-api/v3/events?event_type=capture"), "");
	assert_string_equal(
		listed(s, &s->world.mallory, "generic_file_identifier", "/member-api/v3/events?event_type=ingestion"),
		"other.edu/x/data/1 ");
	assert_string_equal(
		listed(s, &s->world.carol, "algorithm",
			"/member-api/v3/checksums?generic_file_identifier=test.edu/a/data/2&sort=algorithm__desc"),
		"sha256 md5 ");
	api_get(s, &s->world.carol, &a, "/member-api/v3/checksums?digest=%s&algorithm=md5",
		tomb_fixture_pg_value("select md5(id::text) from generic_file where identifier = 'test.edu/a/data/2'"));
	assert_int_equal(api_number(&a, "count"), 1);
	assert_int_equal(api_number(&a, "results.0.generic_file_id"), file);
	assert_string_equal(api_names(&a, "results.0"),
		"id algorithm datetime digest state generic_file_identifier generic_file_id intellectual_object_id "
		"institution_id created_at updated_at ");
	api_get(s, &s->world.carol, &a, "/member-api/v3/checksums/show/%" PRId64, api_number(&a, "results.0.id"));
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "A");
	api_get(s, &s->world.mallory, &a, "/member-api/v3/checksums/show/%" PRId64, api_number(&a, "id"));
	API_STATUS(&a, 404);
	(void)tomb_world_request_file(&s->world, file);
	(void)tomb_world_approve(
		&s->world, tomb_world_request_file(&s->world, tomb_world_file(&s->world, "test.edu/b/data/1")));
	assert_string_equal(
		listed(s, &s->world.carol, "requested_by_email", "/member-api/v3/deletions?status=Approved"),
		"alice@test.edu ");
	assert_string_equal(listed(s, &s->world.carol, "confirmed_by_email",
				    "/member-api/v3/deletions?sort=status__desc&stage=Requested"),
		" bob@test.edu ");
	assert_string_equal(
		listed(s, &s->world.carol, "confirmed_by_email",
			"/member-api/v3/deletions?requested_at__gteq=2020-01-01T00:00:00Z&sort=requested_at"),
		" bob@test.edu ");
	assert_string_equal(listed(s, &s->world.carol, "id", "/member-api/v3/deletions?stage=Resolve"), "");
}

/* As DART and apt-cmd send them: DR core/aptrust_client_v3.go, PT cmd/registry_*.go, P network/registry_client.go. */
static void the_requests_of_existing_clients_are_understood(void **state)
{
	static const struct {
		const char *target;
		const char *first;
	} asked[] = {
		{"/member-api/v3/items?per_page=1", "results.0.name"},
		{"/member-api/v3/items?per_page=30", "results.0.name"},
		{"/member-api/v3/objects/?per_page=30", "results.0.identifier"},
		{"/member-api/v3/objects/show/test.edu%2Fa", "identifier"},
		{"/member-api/v3/files/show/test.edu%2Fa%2Fdata%2F1", "identifier"},
		{"/member-api/v3/files?per_page=25&sort=id", "results.0.identifier"},
		{"/member-api/v3/objects/?identifier=test.edu%2Fa&per_page=25&sort=id", "results.0.identifier"},
		{"/member-api/v3/files?intellectual_object_identifier=test.edu%2Fa&per_page=25&sort=id",
			"results.0.identifier"},
		{"/member-api/v3/items?action=Delete&date_processed__gteq=2023-01-01T00%3A00%3A00Z&per_page=25&sort=id",
			"results.0.name"},
		{"/member-api/v3/"
		 "items?action__in=Ingest&action__in=Delete&date_processed__gteq=2023-01-01T00%3A00%3A00Z&per_page="
		 "25&sort=date_processed__desc&status__in=Pending&status__in=Started&status__in=Suspended",
			"results.0.name"},
		{"/member-api/v3/"
		 "items?generic_file_id__is_null=false&needs_admin_review=false&node__is_null=true&retry=true&"
		 "queued_at__is_null=true&stage__in=Requested&user=alice%40test.edu&object_identifier=test.edu%2Fa",
			"results.0.name"},
	};
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	fill(s);
	(void)tomb_world_approve(
		&s->world, tomb_world_request_file(&s->world, tomb_world_file(&s->world, "test.edu/a/data/1")));
	for (size_t i = 0; i < TOMB_COUNTOF(asked); i++) {
		api_get(s, &s->world.carol, &a, "%s", asked[i].target);
		if (a.status != 200 || strstr(a.body, "\"results\":[]"))
			fail_msg("%s: %d %s", asked[i].target, a.status, a.body);
		assert_memory_equal(api_text(&a, asked[i].first), "test.edu/", 9);
	}
	api_get(s, &s->world.carol, &a, "/member-api/v3/items?status__in=Failed&status__in=Suspended");
	assert_int_equal(api_number(&a, "count"), 0);
	api_get(s, &s->world.carol, &a, "/member-api/v3/items?date_processed__gteq=2999-01-01T00:00:00Z");
	assert_int_equal(api_number(&a, "count"), 0);
	api_get(s, &s->world.carol, &a, "/member-api/v3/items/show/%" PRId64,
		tomb_world_number("select max(id) from work_item"));
	API_STATUS(&a, 200);
}

/* 10,500 objects: more than are looked through for one page. */
static void a_long_list_is_sifted_page_by_page_and_nothing_is_missed(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char next[512] = "";
	int found = 0;

	fill(s);
	tomb_world_exec(
		"insert into intellectual_object (institution_id, identifier, bag_name, title, storage_option_id, "
		"updated_at) select %" PRId64 ", 'test.edu/many/' || g, g, g, %" PRId64
		", '2023-01-01T00:00:00Z'::timestamptz + g * interval '1 s' from generate_series(1, 10500) g",
		s->world.institution, s->world.standard);
	tomb_world_exec(
		"update intellectual_object set bag_group_identifier = 'rare' where bag_name in ('7', '8', '10400')");
	(void)snprintf(next, sizeof next, "/member-api/v3/objects?per_page=1000&bag_group_identifier=rare");
	while (next[0] != '\0') {
		api_get(s, &s->world.carol, &a, "%s", next);
		API_STATUS(&a, 200);
		for (size_t i = 0; i < api_count(&a, "results"); i++) {
			char at[64];

			(void)snprintf(at, sizeof at, "results.%zu.bag_group_identifier", i);
			assert_string_equal(api_text(&a, at), "rare");
			found++;
		}
		(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	}
	assert_int_equal(found, 3);
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects?sort=size");
	API_STATUS(&a, 400);
	api_get(s, &s->world.carol, &a,
		"/member-api/v3/objects?sort=size&identifier__starts_with=test.edu/many/104&per_page=3");
	assert_int_equal(api_number(&a, "count"), 111);
	(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	api_get(s, &s->world.carol, &a, "%s", next);
	assert_int_equal(api_number(&a, "count"), 111);
	assert_int_equal(api_count(&a, "results"), 3);
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects?updated_at__gteq=2020-01-01&sort=id&per_page=2");
	assert_string_equal(api_text(&a, "results.0.identifier"), "test.edu/a");
	api_get(s, &s->world.carol, &a, "/member-api/v3/objects?identifier__starts_with=test.edu/&per_page=2");
	assert_string_equal(api_text(&a, "results.1.identifier"), "test.edu/b");
	assert_int_equal(api_number(&a, "count"), 10000);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(an_answer_is_theirs_byte_by_byte),
		ON_A_SITE(lists_are_in_the_order_of_their_times_newest_first),
		ON_A_SITE(every_filter_narrows_the_list),
		ON_A_SITE(events_checksums_and_deletions_are_filtered_too),
		ON_A_SITE(the_requests_of_existing_clients_are_understood),
		ON_A_SITE(a_long_list_is_sifted_page_by_page_and_nothing_is_missed),
	};
	return cmocka_run_group_tests_name("lists of the member API", tests, NULL, NULL);
}
