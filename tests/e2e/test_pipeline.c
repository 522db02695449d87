/*
 * A preservation pipeline that is not ours, over the real programs: it stores bytes, records them by the admin API, the
 * help desk asks in an admin's name, two people decide, the worker deletes, and what was deleted comes back with new
 * bytes (deletion.md P-18, P-19; aptrust.md 2.6, 3.3, 4.6, 5; I2 to I5).
 */
#include "api_client.h"
#include "outside.h"
#include "pg_fixture.h"
#include "stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BATCH_KEY "0c5f5f0e-6a1b-4a53-9c1e-2f4f5f6a7b8c"
#define MD5 "0123456789abcdef0123456789abcdef"

enum { FILES = 3, JSON_MAX = 8192, ONE_MAX = 1024 };

struct pipeline {
	struct stage *stage;
	struct visitor tool;      /* the operator's program, with a key that the command made */
	struct visitor alice_key; /* her own program */
	struct visitor bob;       /* in a browser */
	int64_t item, object, files[FILES];
};

/* The operator's command; what it printed, to be freed. */
static char *operate(struct pipeline *p, const char *one, const char *two, const char *three, const char *four)
{
	const char *const words[] = {"tombstone", "--database", tomb_fixture_pg_registry(), "--backends-file",
		p->stage->world.backends_file, one, two, three, four, NULL};
	char *out = NULL;
	int status = program_run(words, &out);

	if (status != 0)
		fail_msg("tombstone %s %s: exit %d: %s", one, two, status, out);
	return out;
}

static void let_it_in(struct pipeline *p)
{
	char path[128];
	char line[160];
	FILE *f = NULL;
	char *key = NULL;

	(void)snprintf(path, sizeof path, "%s/batch.key", p->stage->world.folder);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(BATCH_KEY "\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(line, sizeof line, "batch_deletion_key_file = %s\n", path);
	program_set(&p->stage->registry, line);
	free(operate(p, "storage", "setup", "--option", "Twofold:0=local-1,local-2"));
	free(operate(p, "storage", "probe", "local-1", NULL));
	free(operate(p, "storage", "probe", "local-2", NULL));
	key = operate(p, "api-key", "create", "oscar@operator.org", NULL);
	stage_give_key(p->stage, &p->stage->world.oscar, &p->tool);
	assert_in_range(
		snprintf(p->tool.key, sizeof p->tool.key, "%s", key), sizeof p->tool.key - 1, 2 * sizeof p->tool.key);
	free(key);
}

static int set_up(void **state)
{
	struct pipeline *p = calloc(1, sizeof *p);
	void *stage = NULL;

	assert_non_null(p);
	assert_int_equal(stage_set_up(&stage), 0);
	p->stage = stage;
	let_it_in(p);
	stage_start(p->stage);
	stage_give_key(p->stage, &p->stage->world.alice, &p->alice_key);
	stage_sign_in(p->stage, &p->stage->world.bob, &p->bob);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct pipeline *p = *state;
	void *stage = p->stage;

	free(p);
	return stage_tear_down(&stage);
}

#define TELL(p, method, json, a, ...) visitor_ask(&(p)->tool, (method), (json), (a), "/admin-api/v3" __VA_ARGS__)

/* A file's bytes in the first store, and its record with that one copy. */
static void store_file(struct pipeline *p, int n, const char *key, char json[static ONE_MAX])
{
	char url[OUTSIDE_URL];
	char digest[65];

	outside_store(&p->stage->world, 1, key, key, url);
	outside_digest(key, digest);
	assert_in_range(
		snprintf(json, ONE_MAX,
			"{\"intellectual_object_id\":%" PRId64 ",\"identifier\":\"test.edu/out/data/%d\","
			"\"file_format\":\"text/plain\",\"size\":%d,\"state\":\"A\",\"storage_option\":\"Twofold\","
			"\"checksums\":[{\"algorithm\":\"sha256\",\"digest\":\"%s\"}],"
			"\"storage_records\":[{\"url\":\"%s\"}]}",
			p->object, n, OUTSIDE_BYTES, digest, url),
		1, ONE_MAX - 1);
}

/* The second copy of a file, and one more digest: then it has so many, of all generations. */
static void add_to_file(struct pipeline *p, int64_t file, const char *key, int digests)
{
	RAW_ANSWER_AUTO a = {0};
	char url[OUTSIDE_URL];
	char json[ONE_MAX];

	outside_store(&p->stage->world, 2, key, key, url);
	(void)snprintf(json, sizeof json, "{\"generic_file_id\":%" PRId64 ",\"url\":\"%s\"}", file, url);
	(void)TELL(p, "POST", json, &a, "/storage_records/create/%" PRId64, p->stage->world.institution);
	API_STATUS(&a, 201);
	(void)snprintf(json, sizeof json,
		"{\"generic_file_id\":%" PRId64 ",\"algorithm\":\"md5\",\"digest\":\"" MD5
		"\",\"datetime\":\"2026-01-01T00:00:00Z\"}",
		file);
	(void)TELL(p, "POST", json, &a, "/checksums/create/%" PRId64, p->stage->world.institution);
	API_STATUS(&a, 201);
	(void)TELL(p, "GET", NULL, &a, "/storage_records?generic_file_id=%" PRId64, file);
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "count"), 2);
	(void)TELL(p, "GET", NULL, &a, "/checksums?generic_file_id=%" PRId64, file);
	assert_int_equal(api_number(&a, "count"), digests);
}

static void record_files(struct pipeline *p)
{
	RAW_ANSWER_AUTO a = {0};
	char all[JSON_MAX] = "[";
	char one[ONE_MAX];
	char key[32];

	for (int i = 0; i < FILES; i++) {
		size_t n = strlen(all);

		(void)snprintf(key, sizeof key, "file-first-%d", i);
		store_file(p, i, key, one);
		assert_in_range(snprintf(all + n, sizeof all - n, "%s%s", one, i < FILES - 1 ? "," : "]"), 1,
			sizeof all - n - 1);
	}
	(void)TELL(p, "POST", all, &a, "/files/create_batch/%" PRId64, p->stage->world.institution);
	API_STATUS(&a, 201);
	assert_int_equal(api_number(&a, "count"), FILES);
	for (int i = 0; i < FILES; i++) {
		char path[32];

		(void)snprintf(path, sizeof path, "results.%d.id", i);
		p->files[i] = api_number(&a, path);
	}
	for (int i = 0; i < FILES; i++) {
		(void)snprintf(key, sizeof key, "file-first-%d", i);
		add_to_file(p, p->files[i], key, 2);
	}
}

/* A work item first, then the object and all of its files; the item is still open. */
static void record_bag(struct pipeline *p)
{
	RAW_ANSWER_AUTO a = {0};
	char json[ONE_MAX];

	(void)TELL(p, "POST",
		"{\"name\":\"out.tar\",\"etag\":\"" MD5 "\",\"bucket\":\"receiving\",\"user\":\"someone@test.edu\","
		"\"action\":\"Ingest\",\"stage\":\"Receive\",\"status\":\"Started\",\"bag_date\":\"2026-01-02T03:04:"
		"05Z\",\"size\":4096}",
		&a, "/items/create/%" PRId64, p->stage->world.institution);
	API_STATUS(&a, 201);
	p->item = api_number(&a, "id");
	(void)TELL(p, "POST",
		"{\"identifier\":\"test.edu/out\",\"title\":\"Out\",\"storage_option\":\"Twofold\",\"etag\":\"e1\"}",
		&a, "/objects/create/%" PRId64, p->stage->world.institution);
	API_STATUS(&a, 201);
	p->object = api_number(&a, "id");
	record_files(p);
	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64 ",\"event_type\":\"access assignment\",\"agent\":\"a pipeline\","
		"\"outcome\":\"Success\",\"date_time\":\"2026-01-02T03:04:05Z\"}",
		p->object);
	(void)TELL(p, "POST", json, &a, "/events/create");
	API_STATUS(&a, 201);
	(void)snprintf(json, sizeof json,
		"{\"intellectual_object_id\":%" PRId64 ",\"stage\":\"Record\",\"note\":\"recorded\"}", p->object);
	(void)TELL(p, "PUT", json, &a, "/items/update/%" PRId64, p->item);
	API_STATUS(&a, 200);
}

static void end_item(struct pipeline *p)
{
	RAW_ANSWER_AUTO a = {0};

	(void)TELL(p, "PUT", "{\"status\":\"Success\",\"stage\":\"Cleanup\"}", &a, "/items/update/%" PRId64, p->item);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "status"), "Success");
}

/* ids is "objectIds" or "fileIds". */
static void ask_for(struct pipeline *p, const char *ids, int64_t id, struct raw_answer *a)
{
	char json[ONE_MAX];

	(void)snprintf(json, sizeof json,
		"{\"institutionId\":%" PRId64 ",\"requestorId\":%" PRId64 ",\"%s\":[%" PRId64
		"],\"reason\":\"a ticket\",\"secretKey\":\"" BATCH_KEY "\"}",
		p->stage->world.institution, p->stage->world.alice.user_id, ids, id);
	(void)TELL(p, "POST", json, a, "/objects/init_batch_delete");
}

static void nothing_is_gone(struct pipeline *p, int status, const char *says)
{
	RAW_ANSWER_AUTO a = {0};

	(void)TELL(p, "DELETE", NULL, &a, "/files/delete/%" PRId64, p->files[0]);
	VISITOR_SEES(&a, status, says);
	assert_int_equal(outside_there(&p->stage->world, "file-first-*"), 2 * FILES);
}

/* Alice, in whose name it is, cannot; Bob, of whom she knows nothing, follows his mail. */
static void two_people_decide(struct pipeline *p, int64_t request)
{
	RAW_ANSWER_AUTO a = {0};
	char token[TOMB_TOKEN_TEXT];
	char text[128];

	stage_token(p->stage, "bob@test.edu", request, token);
	(void)snprintf(text, sizeof text, "{\"token\":\"%s\"}", token);
	(void)visitor_call(&p->alice_key, text, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 403);
	(void)visitor_call(&p->tool, text, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 403);
	(void)snprintf(text, sizeof text, "token=%s", token);
	(void)visitor_post(&p->bob, text, &a, "/deletions/review/%" PRId64, request);
	VISITOR_SEES(&a, 200, "alice@test.edu");
	VISITOR_SEES(&a, 200, "a ticket");
	(void)visitor_post(&p->bob, text, &a, "/deletions/approve/%" PRId64, request);
	assert_int_equal(a.status, 303);
}

/* The pipeline asks until the work item has ended, as APTrust's does. */
static void the_worker_does_it(struct pipeline *p, int64_t request)
{
	RAW_ANSWER_AUTO a = {0};

	stage_wait(p->stage, 1,
		"select count(*) from deletion where request_id = %" PRId64 " and finished_at is not null", request);
	(void)TELL(p, "GET", NULL, &a, "/items?action=Delete&status=Success&sort=id__desc");
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "results.0.stage"), "Resolve");
	assert_string_equal(api_text(&a, "results.0.user"), "alice@test.edu");
	assert_string_equal(api_text(&a, "results.0.inst_approver"), "bob@test.edu");
	assert_int_equal(api_number(&a, "results.0.deletion_request_id"), request);
	(void)TELL(p, "GET", NULL, &a, "/deletions/show/%" PRId64, request);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "requested_by.email"), "alice@test.edu");
	assert_string_equal(api_text(&a, "confirmed_by.email"), "bob@test.edu");
	assert_true(api_is_null(&a, "cancelled_by"));
}

/* Deleted, for whoever asks; the record stays, with its digests and one deletion event. */
static void a_file_is_a_tombstone(struct pipeline *p, int64_t file)
{
	RAW_ANSWER_AUTO a = {0};

	(void)TELL(p, "DELETE", NULL, &a, "/files/delete/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "D");
	(void)TELL(p, "GET", NULL, &a, "/files/show/%" PRId64, file);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "D");
	assert_int_equal(api_count(&a, "storage_records"), 0);
	assert_int_equal(api_count(&a, "checksums"), 2);
	(void)TELL(p, "GET", NULL, &a, "/events?generic_file_id=%" PRId64 "&event_type=deletion", file);
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "count"), 1);
	assert_string_equal(api_text(&a, "results.0.outcome"), "Success");
	assert_string_equal(api_text(&a, "results.0.outcome_detail"), "alice@test.edu");
	assert_non_null(strstr(api_text(&a, "results.0.outcome_information"), "bob@test.edu"));
}

static void everything_is_a_tombstone(struct pipeline *p)
{
	RAW_ANSWER_AUTO a = {0};

	for (int i = 0; i < FILES; i++)
		a_file_is_a_tombstone(p, p->files[i]);
	(void)TELL(p, "DELETE", NULL, &a, "/objects/delete/%" PRId64, p->object);
	API_STATUS(&a, 200);
	(void)TELL(p, "GET", NULL, &a, "/objects/show/%" PRId64, p->object);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "D");
	(void)TELL(p, "GET", NULL, &a, "/files?intellectual_object_id=%" PRId64 "&state=A", p->object);
	assert_int_equal(api_number(&a, "count"), 0);
	(void)TELL(p, "GET", NULL, &a, "/files?intellectual_object_id=%" PRId64 "&state=D", p->object);
	assert_int_equal(api_number(&a, "count"), FILES);
	(void)TELL(p, "GET", NULL, &a, "/events?intellectual_object_id=%" PRId64 "&event_type=deletion", p->object);
	assert_int_equal(api_number(&a, "count"), FILES + 1);
	assert_int_equal(outside_there(&p->stage->world, "file-*"), 0);
}

/* P-19: the object first, then one of its files, under a new address. */
static void one_file_comes_back(struct pipeline *p)
{
	RAW_ANSWER_AUTO a = {0};
	char json[ONE_MAX];

	store_file(p, 0, "file-second-0", json);
	(void)TELL(p, "POST", json, &a, "/files/create/%" PRId64, p->stage->world.institution);
	API_STATUS(&a, 409);
	(void)TELL(p, "PUT", "{\"state\":\"A\"}", &a, "/objects/update/%" PRId64, p->object);
	API_STATUS(&a, 200);
	(void)TELL(p, "PUT", json, &a, "/files/update/%" PRId64, p->files[0]);
	API_STATUS(&a, 200);
	add_to_file(p, p->files[0], "file-second-0", 4);
	(void)TELL(p, "GET", NULL, &a, "/files/show/%" PRId64, p->files[0]);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "A");
	assert_int_equal(api_count(&a, "storage_records"), 2);
	(void)visitor_get(
		&p->alice_key, &a, "/member-api/v3/files?intellectual_object_id=%" PRId64 "&state=A", p->object);
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "count"), 1);
	assert_string_equal(api_text(&a, "results.0.identifier"), "test.edu/out/data/0");
	(void)TELL(p, "DELETE", NULL, &a, "/files/delete/%" PRId64, p->files[0]);
	API_STATUS(&a, 403);
	assert_int_equal(outside_there(&p->stage->world, "file-second-0"), 2);
}

static void p_18_p_19_what_a_pipeline_recorded_is_deleted_by_two_people_and_comes_back(void **state)
{
	struct pipeline *p = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t request = 0;

	record_bag(p);
	ask_for(p, "objectIds", p->object, &a);
	VISITOR_SEES(&a, 409, "pending work items");
	end_item(p);
	nothing_is_gone(p, 403, "Missing deletion request work item");
	ask_for(p, "objectIds", p->object, &a);
	API_STATUS(&a, 201);
	request = api_number(&a, "id");
	nothing_is_gone(p, 409, "awaits approval");
	two_people_decide(p, request);
	the_worker_does_it(p, request);
	stage_check(p->stage);
	everything_is_a_tombstone(p);
	one_file_comes_back(p);
	/* What came back goes only by a request of its own. */
	ask_for(p, "fileIds", p->files[0], &a);
	API_STATUS(&a, 201);
	request = api_number(&a, "id");
	two_people_decide(p, request);
	the_worker_does_it(p, request);
	stage_check(p->stage);
	assert_int_equal(outside_there(&p->stage->world, "file-*"), 0);
	assert_int_equal(
		tomb_world_number("select count(*) from premis_event where event_type = 'deletion' and file_id = "
				  "%" PRId64,
			p->files[0]),
		2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_18_p_19_what_a_pipeline_recorded_is_deleted_by_two_people_and_comes_back, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("a pipeline outside", tests, NULL, NULL);
}
