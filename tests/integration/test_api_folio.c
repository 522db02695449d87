/* FOLIO's addresses: their statuses, and that whichever is used, no half of a record remains (records.md 1.2). */
#include "api_client.h"
#include "pg_fixture.h"
#include "record_box.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* An instance with holdings and an item; an authority record. */
struct library {
	struct tomb_uuid instance, holdings, item, authority;
};

static struct library build(void)
{
	struct library l = {.instance = record_box_marc("instance", NULL, "A book"),
		.authority = record_box_marc("authority", NULL, "An author")};

	tomb_world_exec("update record set source = 'MARC' where kind in ('instance', 'authority')");
	l.holdings = record_box_marc("holdings", &l.instance, "Stacks");
	l.item = record_box_new("item", &l.holdings, "Copy 1");
	return l;
}

static void ask(struct site *s, const struct tomb_actor *who, const char *method, const char *fmt, struct tomb_uuid id,
	struct raw_answer *a)
{
	const char *hole = strchr(fmt, '@');

	api_ask(s, who, method, NULL, a, "%.*s%s%s", (int)(hole - fmt), fmt, record_box_text(id), hole + 1);
}

static void delete (struct site *s, const char *fmt, struct tomb_uuid id, struct raw_answer *a)
{
	ask(s, &s->world.alice, "DELETE", fmt, id, a);
}

/* Both sides of the record say the same, and it is this: F-02, F-07, F-10, F-25. */
static void expect_whole(struct tomb_uuid id, const char *origin)
{
	assert_true(record_box_is_deleted(id));
	assert_int_equal(
		tomb_world_number("select count(*) from record r join record_deletion d using (deletion_id) "
				  "where r.id = '%s' and d.origin = '%s' and r.discovery_suppress and "
				  "r.staff_suppress and (r.marc is null or get_byte(r.marc, r.marc_leader_at + "
				  "5) = ascii('d'))",
			record_box_text(id), origin),
		1);
	record_box_check();
}

static void fc_01_f_01_f_02_mark_deleted_sets_the_instance_and_its_source_record(void **state)
{
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	delete (s, "/inventory/instances/@/mark-deleted", l.instance, &a);
	API_STATUS(&a, 204);
	assert_true(!a.body || a.body[0] == '\0');
	expect_whole(l.instance, "ui");
	assert_false(record_box_is_deleted(l.holdings));
	delete (s, "/inventory/instances/@/mark-deleted", l.instance, &a); /* R7 */
	API_STATUS(&a, 204);
	assert_int_equal(tomb_world_number("select count(*) from record_deletion"), 1);
	delete (s, "/inventory/instances/@/mark-deleted", l.holdings, &a);
	API_STATUS(&a, 404);
	delete (s, "/inventory/instances/00000000-0000-4000-8000-00000000000@", l.holdings, &a);
	API_STATUS(&a, 404);
}

static void fc_01_what_stands_in_the_way_is_422(void **state)
{
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec(
		"update record set content = '{\"openOrders\": 1}' where id = '%s'", record_box_text(l.instance));
	delete (s, "/inventory/instances/@/mark-deleted", l.instance, &a);
	API_STATUS(&a, 422);
	assert_non_null(strstr(a.body, "open order"));
	assert_false(record_box_is_deleted(l.instance));
}

static void f_05_an_instance_that_others_depend_on_is_refused_with_their_names(void **state)
{
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	delete (s, "/instance-storage/instances/@", l.instance, &a);
	API_STATUS(&a, 409);
	assert_non_null(strstr(a.body, record_box_text(l.holdings)));
	assert_false(record_box_is_deleted(l.instance));
	delete (s, "/instance-storage/instances/@?mode=all", l.instance, &a);
	API_STATUS(&a, 400);
	delete (s, "/instance-storage/instances/@?query=cql.allRecords=1", l.instance, &a); /* FC-5: never all */
	API_STATUS(&a, 400);
	delete (s, "/instance-storage/instances/@?mode=with_contents", l.instance, &a);
	API_STATUS(&a, 204);
	expect_whole(l.instance, "api");
	expect_whole(l.holdings, "api");
	expect_whole(l.item, "api");
	assert_int_equal(tomb_world_number("select count(*) from record_deletion"), 1);
}

static void f_07_an_instance_deleted_by_storage_takes_its_source_record(void **state)
{
	struct site *s = *state;
	struct tomb_uuid alone = record_box_marc("instance", NULL, "Alone");
	RAW_ANSWER_AUTO a = {0};

	delete (s, "/instance-storage/instances/@", alone, &a);
	API_STATUS(&a, 204);
	expect_whole(alone, "api");
	delete (s, "/instance-storage/instances/@", alone, &a);
	API_STATUS(&a, 204);
}

static void f_10_f_30_a_source_record_goes_with_what_it_describes_or_not_at_all(void **state)
{
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec("update record set source = 'MARC' where kind = 'holdings'");
	delete (s, "/source-storage/records/@?idType=HOLDINGS", l.holdings, &a); /* an item is in them */
	API_STATUS(&a, 409);
	assert_false(record_box_is_deleted(l.holdings));
	record_box_check();
	delete (s, "/source-storage/records/@?idType=HOLDINGS", l.instance, &a);
	API_STATUS(&a, 404);
	delete (s, "/source-storage/records/@?idType=BOOK", l.instance, &a);
	API_STATUS(&a, 400);
	delete (s, "/source-storage/records/@", l.item, &a); /* has no source record */
	API_STATUS(&a, 404);
	delete (s, "/source-storage/records/@?idType=INSTANCE", l.instance, &a);
	API_STATUS(&a, 204);
	expect_whole(l.instance, "source_api");
}

static void fc_04_un_delete_brings_both_back_by_a_repository_manager_alone(void **state)
{
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	delete (s, "/source-storage/records/@", l.authority, &a);
	API_STATUS(&a, 204);
	ask(s, &s->world.alice, "POST", "/source-storage/records/@/un-delete", l.authority, &a);
	API_STATUS(&a, 403);
	expect_whole(l.authority, "source_api");
	tomb_world_duties(&s->world.carol, TOMB_DUTY_BIT(TOMB_DUTY_REPOSITORY_MANAGER));
	ask(s, &s->world.carol, "POST", "/source-storage/records/@/un-delete?idType=AUTHORITY", l.authority, &a);
	API_STATUS(&a, 204);
	assert_int_equal(tomb_world_number("select count(*) from record where id = '%s' and state = 'active' and "
					   "get_byte(marc, marc_leader_at + 5) = ascii('c') and not discovery_suppress",
				 record_box_text(l.authority)),
		1);
	ask(s, &s->world.carol, "POST", "/source-storage/records/@/un-delete", l.authority, &a);
	API_STATUS(&a, 204);
	record_box_check();
}

static void f_22_f_25_f_35_authorities_holdings_and_items_keep_their_tombstones(void **state)
{
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	delete (s, "/holdings-storage/holdings/@", l.holdings, &a); /* FC-8 */
	API_STATUS(&a, 409);
	tomb_world_exec(
		"update record set content = '{\"status\": \"Checked out\"}' where id = '%s'", record_box_text(l.item));
	delete (s, "/item-storage/items/@", l.item, &a);
	API_STATUS(&a, 409);
	tomb_world_exec("update record set content = '{}' where id = '%s'", record_box_text(l.item));
	delete (s, "/item-storage/items/@", l.item, &a);
	API_STATUS(&a, 204);
	delete (s, "/holdings-storage/holdings/@", l.holdings, &a);
	API_STATUS(&a, 204);
	delete (s, "/authority-storage/authorities/@", l.authority, &a);
	API_STATUS(&a, 204);
	expect_whole(l.item, "api");
	expect_whole(l.holdings, "api");
	expect_whole(l.authority, "api");
	assert_int_equal(tomb_world_number("select count(*) from record_tombstone"), 3);
	assert_false(record_box_is_deleted(l.instance));
}

static void i9_what_is_anothers_is_not_there_and_strangers_are_asked_who_they_are(void **state)
{
	static const char *const doors[] = {
		"/inventory/instances/@/mark-deleted", "/instance-storage/instances/@", "/source-storage/records/@"};
	struct site *s = *state;
	struct library l = build();
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(doors); i++) {
		ask(s, &s->world.mallory, "DELETE", doors[i], l.instance, &a);
		API_STATUS(&a, 404);
		ask(s, &s->world.carol, "DELETE", doors[i], l.instance, &a);
		API_STATUS(&a, 403);
		ask(s, NULL, "DELETE", doors[i], l.instance, &a);
		API_STATUS(&a, 401);
		assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
	}
	assert_false(record_box_is_deleted(l.instance));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		T(fc_01_f_01_f_02_mark_deleted_sets_the_instance_and_its_source_record),
		T(fc_01_what_stands_in_the_way_is_422),
		T(f_05_an_instance_that_others_depend_on_is_refused_with_their_names),
		T(f_07_an_instance_deleted_by_storage_takes_its_source_record),
		T(f_10_f_30_a_source_record_goes_with_what_it_describes_or_not_at_all),
		T(fc_04_un_delete_brings_both_back_by_a_repository_manager_alone),
		T(f_22_f_25_f_35_authorities_holdings_and_items_keep_their_tombstones),
		T(i9_what_is_anothers_is_not_there_and_strangers_are_asked_who_they_are),
	};
	return cmocka_run_group_tests_name("FOLIO's addresses", tests, NULL, NULL);
}
