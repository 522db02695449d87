/*
 * What the clients that exist really send, byte for byte, and whether they can read the answers: APTrust's apt-cmd
 * ("aptrust registry get", "list", and its reports) and DART's dashboard, both by one Go library (aptrust.md 3.5).
 * Neither program can be had from a package registry, so their requests are written down here from their source; of the
 * records, the fields that their Go structures have, with what Go's decoder demands of each.
 *
 * link: jansson
 */
#include "api_client.h"
#include "tombstone/api_key.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { REQUEST_MAX = 4096, PARAMS_MAX = 8 };

/* One program at work: it keeps its connection. */
struct client {
	struct site *site;
	char user[64];
	char key[TOMB_API_KEY_TEXT];
	int fd;
};

static int set_up(void **state)
{
	struct client *c = calloc(1, sizeof *c);
	void *site = NULL;
	int64_t id = 0;

	assert_non_null(c);
	assert_int_equal(site_set_up(&site), 0);
	c->site = site;
	(void)snprintf(c->user, sizeof c->user, "%.*s", TOMB_STR_ARG(c->site->world.carol.email));
	TOMB_OK_OR_FAIL(tomb_api_key_create(c->site->world.registry, &c->site->world.carol,
		c->site->world.carol.user_id, TOMB_STR("a client"), &id, c->key, &err));
	c->fd = raw_connect(c->site->port);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct client *c = *state;
	void *site = c->site;

	assert_int_equal(close(c->fd), 0);
	free(c);
	return site_tear_down(&site);
}

/* As Go's net/http writes it: header names in its own spelling, sorted, with a Content-Type though there is no body. */
static void ask(struct client *c, const char *target, struct raw_answer *out)
{
	char request[REQUEST_MAX];

	assert_in_range(
		snprintf(request, sizeof request,
			"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: Go-http-client/1.1\r\n"
			"Accept: application/json\r\nConnection: Keep-Alive\r\nContent-Type: application/json\r\n"
			"X-Pharos-Api-Key: %s\r\nX-Pharos-Api-User: %s\r\nAccept-Encoding: gzip\r\n\r\n",
			target, c->site->port, c->key, c->user),
		1, sizeof request - 1);
	raw_answer_fini(out);
	assert_true(raw_send(c->fd, tomb_str_from(request)));
	raw_read(c->fd, out);
}

/* What Go's decoder takes into a field: nothing and null into any. */
enum kind { TEXT, WHOLE, TRUTH, TIME };

struct field {
	const char *name;
	enum kind kind;
};

static const struct field item_fields[] = {{"aptrust_approver", TEXT}, {"action", TEXT}, {"bag_date", TIME},
	{"bucket", TEXT}, {"created_at", TIME}, {"date", TIME}, {"etag", TEXT}, {"generic_file_id", WHOLE},
	{"generic_file_identifier", TEXT}, {"id", WHOLE}, {"inst_approver", TEXT}, {"institution_id", WHOLE},
	{"name", TEXT}, {"needs_admin_review", TRUTH}, {"node", TEXT}, {"note", TEXT}, {"object_identifier", TEXT},
	{"outcome", TEXT}, {"pid", WHOLE}, {"queued_at", TIME}, {"retry", TRUTH}, {"size", WHOLE}, {"stage", TEXT},
	{"stage_started_at", TIME}, {"status", TEXT}, {"updated_at", TIME}, {"user", TEXT}, {NULL, TEXT}};

static const struct field object_fields[] = {{"access", TEXT}, {"alt_identifier", TEXT}, {"bag_group_identifier", TEXT},
	{"bagit_profile_identifier", TEXT}, {"bag_name", TEXT}, {"created_at", TIME}, {"description", TEXT},
	{"etag", TEXT}, {"file_count", WHOLE}, {"file_size", WHOLE}, {"size", WHOLE}, {"id", WHOLE},
	{"identifier", TEXT}, {"internal_sender_description", TEXT}, {"internal_sender_identifier", TEXT},
	{"institution", TEXT}, {"institution_identifier", TEXT}, {"institution_id", WHOLE},
	{"source_organization", TEXT}, {"state", TEXT}, {"storage_option", TEXT}, {"title", TEXT}, {"updated_at", TIME},
	{NULL, TEXT}};

static const struct field file_fields[] = {{"created_at", TIME}, {"file_format", TEXT}, {"file_modified", TIME},
	{"id", WHOLE}, {"identifier", TEXT}, {"institution_id", WHOLE}, {"intellectual_object_id", WHOLE},
	{"last_fixity_check", TIME}, {"size", WHOLE}, {"state", TEXT}, {"storage_option", TEXT}, {"uuid", TEXT},
	{"md5", TEXT}, {"sha1", TEXT}, {"sha256", TEXT}, {"sha512", TEXT}, {"updated_at", TIME}, {NULL, TEXT}};

static const struct field checksum_fields[] = {{"algorithm", TEXT}, {"created_at", TIME}, {"datetime", TIME},
	{"digest", TEXT}, {"generic_file_id", WHOLE}, {"id", WHOLE}, {"updated_at", TIME}, {NULL, TEXT}};

static const struct field event_fields[] = {{"agent", TEXT}, {"date_time", TIME}, {"detail", TEXT},
	{"event_type", TEXT}, {"generic_file_id", WHOLE}, {"generic_file_identifier", TEXT}, {"id", WHOLE},
	{"identifier", TEXT}, {"institution_id", WHOLE}, {"intellectual_object_id", WHOLE},
	{"intellectual_object_identifier", TEXT}, {"object", TEXT}, {"outcome_detail", TEXT},
	{"outcome_information", TEXT}, {"outcome", TEXT}, {NULL, TEXT}};

static const struct field record_fields[] = {{"generic_file_id", WHOLE}, {"id", WHOLE}, {"url", TEXT}, {NULL, TEXT}};

static bool is_time(const json_t *at)
{
	int64_t us = 0;
	struct tomb_err ignored;

	return json_is_string(at) && tomb_time_parse(tomb_str_from(json_string_value(at)), &us, &ignored) == TOMB_OK;
}

static bool fits(const json_t *at, enum kind kind)
{
	if (!at || json_is_null(at))
		return true;
	switch (kind) {
	case TEXT:
		return json_is_string(at);
	case WHOLE:
		return json_is_integer(at);
	case TRUTH:
		return json_is_boolean(at);
	case TIME:
		break;
	}
	return is_time(at);
}

static void decodes(const json_t *record, const struct field *fields)
{
	assert_true(json_is_object(record));
	for (; fields->name; fields++)
		if (!fits(json_object_get(record, fields->name), fields->kind))
			fail_msg("no Go program can read %s: %s", fields->name, json_dumps(record, 0));
}

static void decode_all(const json_t *list, const struct field *fields)
{
	if (json_is_null(list) || !list)
		return;
	assert_true(json_is_array(list));
	for (size_t i = 0; i < json_array_size(list); i++)
		decodes(json_array_get(list, i), fields);
}

static void decode_file(const json_t *file)
{
	decodes(file, file_fields);
	decode_all(json_object_get(file, "checksums"), checksum_fields);
	decode_all(json_object_get(file, "premis_events"), event_fields);
	decode_all(json_object_get(file, "storage_records"), record_fields);
}

static json_t *parse(const struct raw_answer *a)
{
	json_error_t why;
	json_t *root = NULL;

	API_STATUS(a, 200);
	assert_string_equal(raw_header(a, "Content-Encoding"), ""); /* which Go would have to undo */
	root = json_loads(a->body, 0, &why);
	assert_non_null(root);
	return root;
}

/* A list as the library reads it: how many there are on this page. */
static size_t list_of(const struct raw_answer *a, const struct field *fields)
{
	json_t *root = parse(a);
	const json_t *results = json_object_get(root, "results");
	size_t n = json_array_size(results);

	assert_true(json_is_integer(json_object_get(root, "count")));
	assert_true(json_is_string(json_object_get(root, "next")));
	assert_true(json_is_string(json_object_get(root, "previous")));
	assert_true(json_is_array(results));
	for (size_t i = 0; i < n; i++)
		if (fields == file_fields)
			decode_file(json_array_get(results, i));
		else
			decodes(json_array_get(results, i), fields);
	json_decref(root);
	return n;
}

/* Deleted and active, with work done and failed, of Carol's institution and of another. */
static void fill(struct client *c)
{
	struct tomb_world *w = &c->site->world;

	(void)tomb_world_object(w, "test.edu/TestBag", 3, 2);
	(void)tomb_world_object(w, "test.edu/a bag+\303\251", 1, 1);
	(void)tomb_world_approve(w, tomb_world_request_file(w, tomb_world_file(w, "test.edu/TestBag/data/2")));
	tomb_world_work(w);
	(void)tomb_world_approve(w, tomb_world_request_object(w, tomb_world_object(w, "test.edu/pending", 1, 1)));
	tomb_world_exec("insert into work_item (institution_id, action, object_identifier, name, etag, status, "
			"completed_at, user_email) values (%" PRId64
			", 'Ingest', 'test.edu/bag-of-photos', 'bag-of-photos.tar', '987654321-100', 'Failed', now(), "
			"'carol@test.edu')",
		w->institution);
	(void)tomb_world_object_in(w, w->other_institution, w->standard, "other.edu/bag", 2, 1);
}

static void darts_dashboard_shows_recent_work_and_objects(void **state)
{
	struct client *c = *state;
	RAW_ANSWER_AUTO a = {0};

	fill(c);
	ask(c, "/member-api/v3/items?per_page=1", &a); /* its test of the connection */
	assert_int_equal(list_of(&a, item_fields), 1);
	ask(c, "/member-api/v3/items?per_page=30", &a);
	assert_int_equal(list_of(&a, item_fields), 3);
	for (int i = 0; i < 3; i++) {
		static const char *const shown[] = {"name", "stage", "status"};
		char path[32];

		for (size_t k = 0; k < TOMB_COUNTOF(shown); k++) {
			(void)snprintf(path, sizeof path, "results.%d.%s", i, shown[k]);
			assert_string_not_equal(api_text(&a, path), "");
		}
	}
	ask(c, "/member-api/v3/objects/?per_page=30", &a);
	assert_int_equal(list_of(&a, object_fields), 3);
	assert_string_equal(api_text(&a, "results.0.storage_option"), "Standard");
	assert_string_not_equal(api_text(&a, "results.0.identifier"), "");
}

static void dart_tells_a_wrong_key_by_the_status(void **state)
{
	struct client *c = *state;
	RAW_ANSWER_AUTO a = {0};

	c->key[10] = c->key[10] == 'x' ? 'y' : 'x';
	ask(c, "/member-api/v3/items?per_page=1", &a);
	assert_true(a.status == 401 || a.status == 403);
}

static void apt_cmd_gets_one_thing_by_id_and_by_identifier(void **state)
{
	struct client *c = *state;
	RAW_ANSWER_AUTO a = {0};
	char target[256];
	int64_t file = 0;
	json_t *root = NULL;

	fill(c);
	file = tomb_world_file(&c->site->world, "test.edu/TestBag/data/1");
	(void)snprintf(
		target, sizeof target, "/member-api/v3/files/show/%" PRId64 "?include_storage_records=true", file);
	ask(c, target, &a);
	root = parse(&a);
	decode_file(root);
	json_decref(root);
	assert_int_equal(api_count(&a, "storage_records"), 2);
	ask(c, "/member-api/v3/files/show/test.edu%2FTestBag%2Fdata%2F1?include_storage_records=true", &a);
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "id"), file);
	ask(c, "/member-api/v3/files/show/test.edu%2FTestBag%2Fdata%2F2?include_storage_records=true", &a);
	root = parse(&a);
	decode_file(root);
	json_decref(root);
	assert_string_equal(api_text(&a, "state"), "D");
	ask(c, "/member-api/v3/objects/show/test.edu%2Fa%20bag%2B%C3%A9", &a);
	root = parse(&a);
	decodes(root, object_fields);
	json_decref(root);
	assert_string_equal(api_text(&a, "identifier"), "test.edu/a bag+\303\251");
	(void)snprintf(target, sizeof target, "/member-api/v3/objects/show/%" PRId64, api_number(&a, "id"));
	ask(c, target, &a);
	API_STATUS(&a, 200);
	(void)snprintf(target, sizeof target, "/member-api/v3/items/show/%" PRId64,
		tomb_world_number("select min(id) from work_item"));
	ask(c, target, &a);
	root = parse(&a);
	decodes(root, item_fields);
	json_decref(root);
	ask(c, "/member-api/v3/objects/show/other.edu%2Fbag", &a);
	assert_int_equal(a.status, 404);
	assert_string_equal(api_names(&a, ""), "error ");
}

/* The examples of its help, each with what it adds itself, in the order of Go's url.Values.Encode(). */
static void apt_cmds_own_examples_find_what_they_say(void **state)
{
	struct client *c = *state;
	RAW_ANSWER_AUTO a = {0};
	static const struct {
		const char *target;
		const struct field *fields;
		size_t n;
	} examples[] = {
		{"files/?intellectual_object_identifier=test.edu%2FTestBag&per_page=25&sort=identifier", file_fields,
			3},
		{"files/?intellectual_object_identifier=test.edu%2FTestBag&per_page=2&sort=identifier", file_fields, 2},
		{"files/?created_at__gteq=2023-04-06&per_page=25&sort=id", file_fields, 5},
		{"objects/?per_page=20&sort=identifier", object_fields, 3},
		{"objects/?per_page=20&sort=identifier__desc", object_fields, 3},
		{"objects/?identifier=test.edu%2Fa+bag%2B%C3%A9&per_page=25&sort=id", object_fields, 1},
		{"objects/?created_at__gteq=2023-04-06&per_page=25&sort=id", object_fields, 3},
		{"items?action=Ingest&per_page=25&sort=date_processed__desc", item_fields, 1},
		{"items?date_processed__gteq=2023-04-06&per_page=25&sort=date_processed__desc", item_fields, 3},
		{"items?per_page=25&sort=date_processed__desc&status=Failed", item_fields, 1},
		{"items?name=bag-of-photos.tar&per_page=25&sort=id", item_fields, 1},
		{"items?etag=987654321-100&per_page=25&sort=id", item_fields, 1},
		{"items?object_identifier=test.edu%2FTestBag&per_page=25&sort=id", item_fields, 1},
		{"items?generic_file_identifier=test.edu%2FTestBag%2Fdata%2F2&per_page=25&sort=id", item_fields, 1},
	};

	fill(c);
	for (size_t i = 0; i < TOMB_COUNTOF(examples); i++) {
		char target[256];
		size_t n = 0;

		(void)snprintf(target, sizeof target, "/member-api/v3/%s", examples[i].target);
		ask(c, target, &a);
		n = list_of(&a, examples[i].fields);
		if (n != examples[i].n)
			fail_msg("%s: %zu, not %zu:\n%s", target, n, examples[i].n, a.body);
	}
}

static void apt_cmds_reports_ask_for_several_words_at_once(void **state)
{
	struct client *c = *state;
	RAW_ANSWER_AUTO a = {0};
	static const struct {
		const char *words;
		size_t n;
	} reports[] = {
		{"sort=date_processed__desc&status__in=Started&status__in=Pending", 1},
		{"sort=date_processed__desc&status__in=Cancelled&status__in=Failed&status__in=Suspended", 1},
	};

	fill(c);
	for (size_t i = 0; i < TOMB_COUNTOF(reports); i++) {
		char target[256];

		(void)snprintf(target, sizeof target,
			"/member-api/v3/items?date_processed__gteq=2023-04-06T07%%3A08%%3A09Z&per_page=25&%s",
			reports[i].words);
		ask(c, target, &a);
		assert_int_equal(list_of(&a, item_fields), reports[i].n);
	}
	ask(c,
		"/member-api/v3/items?action__in=Glacier+Restore&action__in=Restore+File&action__in=Restore+Object"
		"&date_processed__gteq=2023-04-06T07%3A08%3A09Z&per_page=25&sort=date_processed__desc",
		&a);
	assert_int_equal(list_of(&a, item_fields), 0);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The library takes the parameters out of "next", sorts them by name, and sends them with the path that it knows. */
static bool next_target(const struct raw_answer *a, char target[static REQUEST_MAX])
{
	char query[REQUEST_MAX];
	const char *names[PARAMS_MAX];
	char *rest = query;
	size_t n = 0;

	(void)snprintf(query, sizeof query, "%s", api_text(a, "next"));
	if (query[0] == '\0')
		return false;
	rest = strchr(query, '?');
	assert_non_null(rest);
	rest++;
	for (char *one = strsep(&rest, "&"); one; one = strsep(&rest, "&")) {
		assert_in_range(n, 0, PARAMS_MAX - 1);
		names[n++] = one;
	}
	qsort((void *)names, n, sizeof names[0], by_text);
	(void)snprintf(target, REQUEST_MAX, "/member-api/v3/files/");
	for (size_t i = 0; i < n; i++)
		(void)snprintf(target + strlen(target), REQUEST_MAX - strlen(target), "%s%s", i ? "&" : "?", names[i]);
	return true;
}

static void pages_are_followed_by_their_parameters(void **state)
{
	struct client *c = *state;
	RAW_ANSWER_AUTO a = {0};
	char target[REQUEST_MAX] = "/member-api/v3/files/?per_page=2&sort=id";
	int64_t last = 0;
	size_t seen = 0;

	fill(c);
	do {
		size_t n = 0;

		ask(c, target, &a);
		n = list_of(&a, file_fields);
		for (size_t i = 0; i < n; i++) {
			char path[32];

			(void)snprintf(path, sizeof path, "results.%zu.id", i);
			assert_true(api_number(&a, path) > last);
			last = api_number(&a, path);
		}
		seen += n;
	} while (next_target(&a, target));
	assert_int_equal(seen, 5);
}

int main(void)
{
#define WITH_A_CLIENT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_A_CLIENT(darts_dashboard_shows_recent_work_and_objects),
		WITH_A_CLIENT(dart_tells_a_wrong_key_by_the_status),
		WITH_A_CLIENT(apt_cmd_gets_one_thing_by_id_and_by_identifier),
		WITH_A_CLIENT(apt_cmds_own_examples_find_what_they_say),
		WITH_A_CLIENT(apt_cmds_reports_ask_for_several_words_at_once),
		WITH_A_CLIENT(pages_are_followed_by_their_parameters),
	};
	return cmocka_run_group_tests_name("clients that exist", tests, NULL, NULL);
}
