/*
 * One door (architecture.md I7): the page, the JSON interface and the command end in the same verbs, so the same rule
 * answers at each of them, in the same words, and leaves the same trace.
 */
#include "pg_fixture.h"
#include "stage.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { CLI_REFUSED = 4, PATH_BYTES = 256 }; /* exit code: a rule forbids it */

/* A file that holds the key, as the command wants it. */
static void write_key(const struct stage *s, const struct visitor *v, char path[static PATH_BYTES])
{
	FILE *f = NULL;

	(void)snprintf(path, PATH_BYTES, "%s/%s.key", s->world.folder, v->email);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fprintf(f, "%s\n", v->key) > 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static int cli_request(const struct visitor *v, const char *key_file, int64_t object, char **out)
{
	char number[24];
	const char *const words[] = {"tombstone", "--database", tomb_fixture_pg_registry(), "request", "--user",
		v->email, "--api-key-file", key_file, "--object", number, NULL};

	(void)snprintf(number, sizeof number, "%" PRId64, object);
	return program_run(words, out);
}

/* The same object asked for through all three: each must be refused with these words. */
static void every_door_refuses(
	struct stage *s, struct visitor *page, struct visitor *key, int64_t object, int status, const char *words)
{
	RAW_ANSWER_AUTO a = {0};
	char json[64];
	char path[PATH_BYTES];
	char *said = NULL;

	(void)visitor_post(page, "reason=x", &a, "/objects/init_delete/%" PRId64, object);
	VISITOR_SEES(&a, status, words);
	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", object);
	(void)visitor_call(key, json, &a, "/api/v1/deletions");
	VISITOR_SEES(&a, status, words);
	write_key(s, key, path);
	assert_int_equal(cli_request(key, path, object, &said), CLI_REFUSED);
	if (!strstr(said, words))
		fail_msg("the command said: %s", said);
	free(said);
}

static void i7_the_same_rules_answer_at_every_door(void **state)
{
	struct stage *s = *state;
	struct tomb_world *w = &s->world;
	int64_t held = tomb_world_object(w, "test.edu/held", 1, 1);
	int64_t young = tomb_world_object_in(
		w, w->institution, tomb_world_option(w, "Wasabi-TX", 90), "test.edu/young", 1, 1);
	int64_t asked = tomb_world_object(w, "test.edu/asked", 1, 1);
	struct visitor page;
	struct visitor key;

	tomb_world_exec("insert into hold (institution_id, object_id, reason, placed_by) values (%" PRId64 ", %" PRId64
			", 'lawsuit', %" PRId64 ")",
		w->institution, held, w->alice.user_id);
	stage_start(s);
	stage_sign_in(s, &w->alice, &page);
	stage_give_key(s, &w->alice, &key);
	(void)tomb_world_request_object(w, asked);
	every_door_refuses(s, &page, &key, held, 422, "it is under hold: lawsuit");
	every_door_refuses(s, &page, &key, young, 422, "Wasabi-TX is kept at least 90 days");
	every_door_refuses(s, &page, &key, asked, 409, "is open for it");
	stage_sign_in(s, &w->carol, &page);
	stage_give_key(s, &w->carol, &key);
	every_door_refuses(s, &page, &key, tomb_world_object(w, "test.edu/free", 1, 1), 403,
		"an institutional admin may request a deletion");
	assert_int_equal(tomb_world_number("select count(*) from deletion_request"), 1);
}

static void i7_every_door_leaves_the_same_trace(void **state)
{
	struct stage *s = *state;
	struct tomb_world *w = &s->world;
	RAW_ANSWER_AUTO a = {0};
	struct visitor page;
	struct visitor key;
	char json[64];
	char path[PATH_BYTES];
	char *said = NULL;

	stage_start(s);
	stage_sign_in(s, &w->alice, &page);
	stage_give_key(s, &w->alice, &key);
	(void)visitor_post(
		&page, "reason=x", &a, "/objects/init_delete/%" PRId64, tomb_world_object(w, "test.edu/one", 1, 1));
	assert_int_equal(a.status, 303);
	(void)snprintf(json, sizeof json, "{\"object_ids\":[%" PRId64 "]}", tomb_world_object(w, "test.edu/two", 1, 1));
	(void)visitor_call(&key, json, &a, "/api/v1/deletions");
	assert_int_equal(a.status, 201);
	write_key(s, &key, path);
	assert_int_equal(cli_request(&key, path, tomb_world_object(w, "test.edu/three", 1, 1), &said), 0);
	free(said);
	assert_int_equal(tomb_world_number("select count(distinct via) from audit_entry where verb = 'request "
					   "deletion' and actor = 'alice@test.edu' "
					   "and length(list_digest) = 32"),
		3);
	assert_int_equal(
		tomb_world_number("select count(*) from deletion_request where state = 'open' and file_count = 1"), 3);
	assert_int_equal(tomb_world_number("select count(*) from alert where type = 'Deletion Requested'"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(i7_the_same_rules_answer_at_every_door, stage_set_up, stage_tear_down),
		cmocka_unit_test_setup_teardown(i7_every_door_leaves_the_same_trace, stage_set_up, stage_tear_down),
	};
	return cmocka_run_group_tests_name("doors", tests, NULL, NULL);
}
