/* The verbs behind the admin API ask for the right themselves, whatever door they are called through (I7). */
#include "expect.h"
#include "tombstone/checksum_record.h"
#include "tombstone/copy_record.h"
#include "tombstone/deletion_batch.h"
#include "tombstone/deletion_question.h"
#include "tombstone/event_record.h"
#include "tombstone/file_record.h"
#include "tombstone/object_record.h"
#include "tombstone/work_item_record.h"
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define REFUSED(verb, ...) TOMB_EXPECT(TOMB_FORBIDDEN, "operator", verb(w->registry, who, __VA_ARGS__, &err))

static void nothing_is_recorded_by(struct tomb_world *w, const struct tomb_actor *who, int64_t object, int64_t file)
{
	const struct tomb_object_given of_object = {.title = TOMB_STR("mine")};
	const struct tomb_file_given of_file = {.object_id = object, .identifier = TOMB_STR("test.edu/bag/data/2")};
	const struct tomb_checksum_given digest = {.algorithm = TOMB_STR("md5")};
	const struct tomb_event_given event = {.type = TOMB_STR("ingestion")};
	const struct tomb_event_subject subject = {.file_id = file};
	const struct tomb_work_item_given item = {.action = TOMB_STR("Ingest")};
	const struct tomb_deletion_batch batch = {.institution_id = w->institution,
		.requestor_id = w->alice.user_id,
		.list = {.object_ids = {&object, 1}}};
	struct tomb_deletion_request made;
	int64_t id = 0;

	REFUSED(tomb_object_record_create, w->institution, &of_object, &id);
	REFUSED(tomb_object_record_update, object, &of_object);
	REFUSED(tomb_file_record_create, w->institution, &of_file, 1, &id);
	REFUSED(tomb_file_record_update, file, &of_file);
	REFUSED(tomb_checksum_record_create, w->institution, file, &digest, &id);
	REFUSED(tomb_copy_record_create, w->institution, file, TOMB_STR("file:///x"), &id);
	REFUSED(tomb_event_record_create, &subject, &event, &id);
	REFUSED(tomb_work_item_record_create, w->institution, &item, &id);
	REFUSED(tomb_work_item_record_update, 1, &item);
	REFUSED(tomb_work_item_record_requeue, 1, TOMB_STR("Receive"));
	REFUSED(tomb_deletion_batch_create, &batch, &made);
	REFUSED(tomb_deletion_question_file, file);
	REFUSED(tomb_deletion_question_object, object);
	assert_int_equal(id, 0);
}

static void only_operators_record_what_pipelines_say(void **state)
{
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 1, 1);
	int64_t file = tomb_world_file(w, "test.edu/bag/data/1");

	nothing_is_recorded_by(w, &w->alice, object, file);
	nothing_is_recorded_by(w, &w->carol, object, file);
	nothing_is_recorded_by(w, &w->mallory, object, file);
	assert_int_equal(tomb_world_number("select (select count(*) from audit_entry) + (select count(*) from "
					   "work_item) + (select count(*) from deletion_request)"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			only_operators_record_what_pipelines_say, tomb_world_set_up, tomb_world_tear_down),
	};
	return cmocka_run_group_tests_name("rights of pipelines", tests, NULL, NULL);
}
