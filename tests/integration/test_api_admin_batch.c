/* Batch deletions that the help desk files (deletion.md P-18; aptrust.md 2.6 and the oracle of 8; I5). */
#include "api_client.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { OBJECTS = 4, JSON_MAX = 2048 };

struct batch {
	int64_t institution, requestor;
	char ids[256];
	const char *key;
	const char *more; /* fields */
};

static void init_batch_delete(struct site *s, const struct tomb_actor *who, const struct batch *b, struct raw_answer *a)
{
	char json[JSON_MAX];

	(void)snprintf(json, sizeof json,
		"{\"institutionId\":%" PRId64 ",\"requestorId\":%" PRId64 ",\"objectIds\":[%s],\"secretKey\":\"%s\"%s}",
		b->institution, b->requestor, b->ids, b->key, b->more ? b->more : "");
	api_ask(s, who, "POST", json, a, "/admin-api/v3/objects/init_batch_delete");
}

static struct batch valid(struct site *s, int64_t ids[static OBJECTS])
{
	struct batch b = {
		.institution = s->world.institution, .requestor = s->world.alice.user_id, .key = SITE_BATCH_KEY};
	size_t n = 0;

	for (int i = 0; i < OBJECTS; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/bag-%d", i);
		ids[i] = tomb_world_object(&s->world, name, 2, 1);
		n += (size_t)snprintf(b.ids + n, sizeof b.ids - n, "%s%" PRId64, i ? "," : "", ids[i]);
	}
	return b;
}

static void add(struct batch *b, int64_t id)
{
	size_t n = strlen(b->ids);

	(void)snprintf(b->ids + n, sizeof b->ids - n, "%s%" PRId64, n ? "," : "", id);
}

static void refused(const struct raw_answer *a, int status, const char *text)
{
	char body[256];

	API_STATUS(a, status);
	(void)snprintf(body, sizeof body, "{\"StatusCode\":%d,\"Error\":\"%s\"}", status, text);
	assert_string_equal(a->body, body);
}

static void a_valid_batch_becomes_a_request_in_the_admins_name(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	struct batch b = valid(s, ids);

	init_batch_delete(s, &s->world.oscar, &b, &a);
	API_STATUS(&a, 201);
	assert_string_equal(api_names(&a, ""),
		"id institution_id requested_at confirmed_at cancelled_at requested_by confirmed_by cancelled_by "
		"generic_files intellectual_objects work_item ");
	assert_string_equal(api_text(&a, "requested_by.email"), "alice@test.edu");
	assert_string_equal(api_text(&a, "confirmed_at"), "0001-01-01T00:00:00Z");
	assert_true(api_is_null(&a, "confirmed_by") && api_is_null(&a, "cancelled_by") && api_is_null(&a, "work_item"));
	assert_int_equal(api_count(&a, "generic_files"), 0);
	assert_int_equal(api_count(&a, "intellectual_objects"), OBJECTS);
	assert_string_equal(api_text(&a, "intellectual_objects.3.identifier"), "test.edu/bag-3");
	/* Both admins are told, she in whose name it is, too. */
	assert_int_equal(tomb_world_number("select count(*) from alert where type = 'Deletion Requested'"), 2);
	assert_int_equal(tomb_world_number("select count(*) from outbox"), 2);
	assert_int_equal(
		tomb_world_number("select count(*) from audit_entry where verb = 'request deletion' and actor = "
				  "'oscar@operator.org' and detail like '%%in the name of alice@test.edu'"),
		1);
	assert_int_equal(tomb_world_number("select count(*) from request_file"), 2 * OBJECTS);
}

/* I5 */
static void the_requestor_cannot_approve_it_and_another_admin_can(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	struct batch b = valid(s, ids);
	char token[TOMB_TOKEN_TEXT];
	char json[128];
	int64_t request = 0;

	init_batch_delete(s, &s->world.oscar, &b, &a);
	request = api_number(&a, "id");
	tomb_world_token(&s->world, request, &s->world.alice, token);
	(void)snprintf(json, sizeof json, "{\"token\":\"%s\"}", token);
	api_ask(s, &s->world.alice, "POST", json, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 403);
	api_ask(s, &s->world.oscar, "POST", json, &a, "/api/v1/deletions/%" PRId64 "/approve", request);
	API_STATUS(&a, 403);
	(void)tomb_world_approve(&s->world, request);
	assert_int_equal(tomb_world_number("select count(*) from work_item"), OBJECTS);
	tomb_world_work(&s->world);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'D'"), OBJECTS);
	tomb_world_check(&s->world);
}

/* spec 8: +14, already deleted; +4, pending; +1, another institution's; and the rest of 2.6. */
static void the_checks_are_aptrusts_in_its_order_and_words(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	const struct batch good = valid(s, ids);
	struct batch b = good;
	int64_t foreign = tomb_world_object_in(
		&s->world, s->world.other_institution, s->world.standard, "other.edu/bag", 1, 1);
	int64_t pending = tomb_world_object(&s->world, "test.edu/pending", 1, 1);
	int64_t deleted = tomb_world_object(&s->world, "test.edu/deleted", 1, 1);

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, deleted));
	tomb_world_work(&s->world);
	tomb_world_exec("insert into work_item (institution_id, action, object_identifier, object_id, user_email) "
			"values (%" PRId64 ", 'Ingest', 'test.edu/pending', %" PRId64 ", 'x@test.edu')",
		s->world.institution, pending);
	b.key = "c0ffee00-1234-4abc-8def-0123456789ac";
	b.requestor = s->world.carol.user_id;
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "invalid token");
	b.key = SITE_BATCH_KEY;
	add(&b, foreign);
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "invalid requestor id");
	b.requestor = s->world.mallory.user_id;
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "invalid requestor id");
	b.requestor = s->world.oscar.user_id;
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "invalid requestor id");
	b.requestor = s->world.alice.user_id;
	add(&b, pending);
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "one or more object ids is invalid");
	b = good;
	add(&b, deleted);
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "one or more object ids is invalid");
	b = good;
	add(&b, ids[0]);
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "one or more object ids is invalid");
	b = good;
	b.ids[0] = '\0';
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 400, "one or more object ids is invalid");
	b = good;
	add(&b, pending);
	init_batch_delete(s, &s->world.oscar, &b, &a);
	refused(&a, 409, "task cannot be completed because this object has pending work items");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 1);
	init_batch_delete(s, &s->world.oscar, &good, &a);
	API_STATUS(&a, 201);
	init_batch_delete(s, &s->world.oscar, &good, &a);
	refused(&a, 409, "task cannot be completed because this object has pending work items");
}

static void what_holds_for_every_request_holds_for_a_batch(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	const struct batch good = valid(s, ids);
	struct batch b = good;

	add(&b, tomb_world_object_in(&s->world, s->world.institution, tomb_world_option(&s->world, "Glacier-OH", 90),
			"test.edu/young", 1, 1));
	init_batch_delete(s, &s->world.oscar, &b, &a);
	API_STATUS(&a, 422);
	assert_non_null(strstr(api_text(&a, "Error"), "test.edu/young"));
	tomb_world_exec("insert into hold (institution_id, object_id, reason, placed_by) values (%" PRId64 ", %" PRId64
			", 'a lawsuit', %" PRId64 ")",
		s->world.institution, ids[2], s->world.oscar.user_id);
	init_batch_delete(s, &s->world.oscar, &good, &a);
	API_STATUS(&a, 422);
	assert_non_null(strstr(api_text(&a, "Error"), "a lawsuit"));
	tomb_world_exec("update user_account set deactivated_at = now() where id = %" PRId64, s->world.alice.user_id);
	init_batch_delete(s, &s->world.oscar, &good, &a);
	refused(&a, 400, "invalid requestor id");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

static void files_can_be_named_with_a_reason(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	struct batch b = valid(s, ids);
	int64_t file = 0;
	char more[96];

	(void)tomb_world_object(&s->world, "test.edu/other", 2, 1);
	file = tomb_world_file(&s->world, "test.edu/other/data/2");
	(void)snprintf(more, sizeof more, ",\"fileIds\":[%" PRId64 "],\"reason\":\"a ticket\"", file);
	b.more = more;
	init_batch_delete(s, &s->world.oscar, &b, &a);
	API_STATUS(&a, 201);
	assert_int_equal(api_number(&a, "generic_files.0.id"), file);
	assert_int_equal(
		tomb_world_number("select count(*) from deletion_request where reason = 'a ticket' and file_count = 9"),
		1);
}

static void without_a_key_of_its_own_the_registry_refuses(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	struct batch b = valid(s, ids);
	char path[128];
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "%s/batch.key", s->world.folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs("not a UUID\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	b.key = "not a UUID";
	init_batch_delete(s, &s->world.oscar, &b, &a);
	API_STATUS(&a, 500);
	assert_int_equal(remove(path), 0);
	init_batch_delete(s, &s->world.oscar, &b, &a);
	API_STATUS(&a, 500);
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

static void only_operators_file_batches_and_guessing_the_key_is_slowed_down(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t ids[OBJECTS];
	struct batch b = valid(s, ids);
	int wrong = 0;

	init_batch_delete(s, &s->world.alice, &b, &a);
	API_STATUS(&a, 403);
	init_batch_delete(s, &s->world.carol, &b, &a);
	API_STATUS(&a, 403);
	b.key = "c0ffee00-1234-4abc-8def-0123456789ac";
	for (int i = 0; i < 100 && a.status != 429; i++) {
		init_batch_delete(s, &s->world.oscar, &b, &a);
		wrong += a.status == 400;
	}
	API_STATUS(&a, 429);
	assert_true(wrong > 5);
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 0);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(a_valid_batch_becomes_a_request_in_the_admins_name),
		ON_A_SITE(the_requestor_cannot_approve_it_and_another_admin_can),
		ON_A_SITE(the_checks_are_aptrusts_in_its_order_and_words),
		ON_A_SITE(what_holds_for_every_request_holds_for_a_batch),
		ON_A_SITE(files_can_be_named_with_a_reason),
		ON_A_SITE(without_a_key_of_its_own_the_registry_refuses),
		ON_A_SITE(only_operators_file_batches_and_guessing_the_key_is_slowed_down),
	};
	return cmocka_run_group_tests_name("batch deletions by the admin API", tests, NULL, NULL);
}
