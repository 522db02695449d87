/* Objects that a pipeline outside records by the admin API, and what becomes of deleted ones (aptrust.md 3.3, 3.6, 4.5,
 * 5; I2, I7 to I9). */
#include "outside_site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void an_object_is_recorded_and_changed_with_events_and_audit(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = outside_object(s);

	api_get(s, &s->world.oscar, &a, "/member-api/v3/objects/show/%" PRId64, id);
	assert_string_equal(api_text(&a, "identifier"), "test.edu/out");
	assert_string_equal(api_text(&a, "bag_name"), "out");
	assert_string_equal(api_text(&a, "state"), "A");
	assert_string_equal(api_text(&a, "access"), "institution");
	OUTSIDE_ASK(s, "PUT", "{\"title\":\"Other\",\"access\":\"restricted\",\"identifier\":\"test.edu/out\"}", &a,
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

		OUTSIDE_ASK(s, "PUT", shown, &a, "/admin-api/v3/objects/update/%" PRId64, id);
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
		{"{\"identifier\":\"text.edu/x\",\"title\":\"x\",\"storage_option\":\"Standard\"}", 400,
			"test.edu/NAME"}, /* as long as it should be */
		{"{\"identifier\":\"test.edu/\",\"title\":\"x\",\"storage_option\":\"Standard\"}", 400,
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

	(void)outside_object(s);
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		OUTSIDE_ASK(s, "POST", bad[i].json, &a, "/admin-api/v3/objects/create/%" PRId64, s->world.institution);
		outside_refused(&a, bad[i].status, bad[i].says);
	}
	OUTSIDE_ASK(s, "POST", "{}", &a, "/admin-api/v3/objects/create/4711");
	outside_refused(&a, 404, "4711");
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object"), 1);
}

static void an_update_never_changes_what_an_object_is(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t id = outside_object(s);
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
		OUTSIDE_ASK(s, "PUT", bad[i].json, &a, "/admin-api/v3/objects/update/%" PRId64, id);
		outside_refused(&a, bad[i].status, bad[i].says);
	}
	OUTSIDE_ASK(s, "PUT", "{\"title\":\"x\"}", &a, "/admin-api/v3/objects/update/4711");
	outside_refused(&a, 404, "4711");
	assert_int_equal(
		tomb_world_number("select count(*) from intellectual_object where state = 'A' and title = 'Out'"), 1);
}

/* I2: DELETE is a question.  It is answered with what is still to be done, and never does it. */
static void nobody_marks_a_file_or_an_object_deleted(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	int64_t file = outside_file(s, object, "data/1", "k1", "one");
	int64_t request = 0;

	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	outside_refused(&a, 403, "Missing deletion request work item");
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
	outside_refused(&a, 409, "cannot delete object with active files");
	tomb_world_exec("update storage_option set min_days = 90");
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	outside_refused(&a, 422, "File has not passed minimum retention period");
	tomb_world_exec("update storage_option set min_days = 0");
	request = tomb_world_request_object(&s->world, object);
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	outside_refused(&a, 409, "awaits approval");
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
	outside_refused(&a, 409, "awaits approval");
	(void)tomb_world_approve(&s->world, request);
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
	outside_refused(&a, 409, "0 of 2 copies are known to be gone");
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
	outside_refused(&a, 409, "cannot delete object with active files, of which it has 1");
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"), 0);
	tomb_world_work(&s->world);
	for (int i = 0; i < 2; i++) {
		OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/%" PRId64, file);
		API_STATUS(&a, 200);
		assert_string_equal(api_text(&a, "state"), "D");
		OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/%" PRId64, object);
		API_STATUS(&a, 200);
		assert_string_equal(api_text(&a, "state"), "D");
	}
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/files/delete/4711");
	outside_refused(&a, 404, "4711");
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/objects/delete/4711");
	outside_refused(&a, 404, "4711");
	assert_int_equal(outside_there(&s->world, "k1-*"), 0);
	tomb_world_check(&s->world);
}

/* P-19: what was deleted comes back with new bytes, in another storage option if they say so. */
static void what_was_deleted_comes_back_only_with_new_bytes(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = outside_object(s);
	int64_t file = outside_file(s, object, "data/1", "k1", "one");
	char old[OUTSIDE_JSON];
	char json[OUTSIDE_JSON];

	outside_file_json(s, object, "data/1", "k1", "one", old);
	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	outside_file_json(s, object, "data/1", "k2", "one", json);
	OUTSIDE_ASK(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
	outside_refused(&a, 409, "bring it back with objects/update");
	OUTSIDE_ASK(s, "PUT", "{\"title\":\"x\"}", &a, "/admin-api/v3/objects/update/%" PRId64, object);
	outside_refused(&a, 409, "comes back");
	OUTSIDE_ASK(
		s, "PUT", "{\"state\":\"A\",\"title\":\"Again\"}", &a, "/admin-api/v3/objects/update/%" PRId64, object);
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "state"), "A");
	OUTSIDE_ASK(s, "PUT", "{\"state\":\"A\"}", &a, "/admin-api/v3/files/update/%" PRId64, file);
	outside_refused(&a, 409, "only with newly stored bytes");
	OUTSIDE_ASK(s, "PUT", old, &a, "/admin-api/v3/files/update/%" PRId64, file);
	outside_refused(&a, 409, "only with newly stored bytes");
	OUTSIDE_ASK(s, "PUT", json, &a, "/admin-api/v3/files/update/%" PRId64, file);
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

static void what_tombstone_does_not_do_is_405(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	OUTSIDE_ASK(s, "POST", NULL, &a, "/admin-api/v3/objects/init_restore/1");
	outside_refused(&a, 405, "restores nothing");
	OUTSIDE_ASK(s, "DELETE", NULL, &a, "/admin-api/v3/items/redis_delete/1");
	outside_refused(&a, 405, "Redis");
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, outside_site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(an_object_is_recorded_and_changed_with_events_and_audit),
		ON_A_SITE(an_object_that_breaks_a_rule_is_refused),
		ON_A_SITE(an_update_never_changes_what_an_object_is),
		ON_A_SITE(nobody_marks_a_file_or_an_object_deleted),
		ON_A_SITE(what_was_deleted_comes_back_only_with_new_bytes),
		ON_A_SITE(what_tombstone_does_not_do_is_405),
	};
	return cmocka_run_group_tests_name("objects by the admin API", tests, NULL, NULL);
}
