/* What remains of deleted records at their address, for everybody and for those who may read more (records.md 2.7,
 * N-30, T19). */
#include "pg_fixture.h"
#include "record_box.h"
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* In every payload of every record here. */
#define SECRET "the donor lives in Elm Street"

static struct tomb_uuid bury(struct site *s)
{
	struct tomb_uuid item = record_box_new("mms_item", NULL, "A letter");

	tomb_world_exec("update record set mods = '<mods><note>" SECRET
			"</note></mods>', content = '{\"note\": \"" SECRET "\"}', local_id = '" SECRET
			"', rights = '{\"name\": \"" SECRET "\"}' where id = '%s'",
		record_box_text(item));
	(void)record_box_delete(&s->world, item, TOMB_RECORD_SELF);
	return item;
}

static struct tomb_uuid bury_marc(struct site *s)
{
	struct tomb_uuid book = record_box_marc("instance", NULL, "A book. " SECRET);

	tomb_world_exec("update record set title = 'A book' where id = '%s'", record_box_text(book));
	(void)record_box_delete(&s->world, book, TOMB_RECORD_SELF);
	return book;
}

static void t_19_strangers_see_title_day_and_reason_and_no_payload(void **state)
{
	struct site *s = *state;
	struct tomb_uuid gone[] = {bury(s), bury_marc(s)};
	const struct site_user *others[] = {NULL, &s->carol, &s->mallory};
	RAW_ANSWER_AUTO a = {0};

	for (size_t i = 0; i < TOMB_COUNTOF(gone); i++)
		for (size_t who = 0; who < TOMB_COUNTOF(others); who++) {
			site_get(s, others[who], &a, "/records/show/%s", record_box_text(gone[i]));
			SITE_SAYS(&a, 410, i == 0 ? "A letter" : "A book");
			SITE_SAYS(&a, 410, "Part of a remediation workflow");
			SITE_SAYS(&a, 410, "<time datetime=");
			SITE_SILENT(&a, "Elm Street");
			SITE_SILENT(&a, "alice@test.edu");
			site_get(s, others[who], &a, "/records/mods/%s?download=1", record_box_text(gone[i]));
			assert_true(a.status == 303 || a.status == 403 || a.status == 404);
			SITE_SILENT(&a, "Elm Street");
			site_get(s, others[who], &a, "/records/marc/%s?download=1", record_box_text(gone[i]));
			assert_true(a.status == 303 || a.status == 403 || a.status == 404);
			SITE_SILENT(&a, "Elm Street");
			site_get(s, others[who], &a, "/records/marc/%s", record_box_text(gone[i]));
			SITE_SILENT(&a, "Elm Street");
			site_get(s, others[who], &a, "/records?state=D");
			SITE_SILENT(&a, who == 1 ? "<mods>" : "Elm Street");
		}
}

static void n_30_privileged_readers_see_the_mods_of_what_was_deleted(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = bury(s);
	struct site_user reader;
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(item));
	SITE_SAYS(&a, 410, "&lt;mods&gt;&lt;note&gt;" SECRET);
	SITE_SAYS(&a, 410, "Deleted records cannot be restored within MMS");
	SITE_SAYS(&a, 410, "alice@test.edu");
	SITE_SAYS(&a, 410, "<dt>PREMIS event</dt>");
	SITE_SAYS(&a, 410, "<dt>Suppressed from discovery before</dt><dd>No</dd>");
	site_get(s, &s->alice, &a, "/records/mods/%s?download=1", record_box_text(item));
	SITE_SAYS(&a, 200, "<mods><note>" SECRET);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/mods+xml");
	tomb_world_exec("insert into user_duty (user_id, duty, given_by) values (%" PRId64
			", 'digitization_coordinator', 'test')",
		s->world.carol.user_id);
	site_sign_in(&s->world.carol, &reader);
	site_get(s, &reader, &a, "/records/show/%s", record_box_text(item));
	SITE_SAYS(&a, 410, SECRET);
}

static void marc_of_a_deleted_record_is_shown_as_it_was(void **state)
{
	struct site *s = *state;
	struct tomb_uuid book = bury_marc(s);
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(book));
	SITE_SAYS(&a, 410, SECRET);
	SITE_SAYS(&a, 410, "<dt>MARC leader 05 before</dt><dd><code>n</code></dd>");
	SITE_SAYS(&a, 410, "It can be restored.");
	(void)record_box_restore(&s->world, book);
	site_get(s, NULL, &a, "/records/show/%s", record_box_text(book));
	assert_int_equal(a.status, 303);
	site_get(s, &s->carol, &a, "/records/show/%s", record_box_text(book));
	assert_int_equal(a.status, 200);
	(void)record_box_delete(&s->world, book, TOMB_RECORD_SELF);
	site_get(s, &s->alice, &a, "/records/show/%s", record_box_text(book));
	SITE_SAYS(&a, 410, " by tombstone</dd>");
}

static void n_02_what_is_deleted_is_not_deleted_again(void **state)
{
	struct site *s = *state;
	struct tomb_uuid item = bury(s);
	RAW_ANSWER_AUTO a = {0};

	site_get(s, &s->alice, &a, "/records/delete/%s", record_box_text(item));
	SITE_SAYS(&a, 409, "This record is deleted");
	site_get(s, &s->alice, &a, "/records/captures/%s", record_box_text(item));
	assert_int_equal(a.status, 409);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(t_19_strangers_see_title_day_and_reason_and_no_payload),
		TEST(n_30_privileged_readers_see_the_mods_of_what_was_deleted),
		TEST(marc_of_a_deleted_record_is_shown_as_it_was),
		TEST(n_02_what_is_deleted_is_not_deleted_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
