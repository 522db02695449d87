/* Events, storage options and the audit log, as a browser gets them (deletion.md P-12, P-15, X-18). */
#include "pg_fixture.h"
#include "site.h"
#include "tombstone/audit.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* ---- events ---- */

static void events_are_listed_the_newest_first_and_shown_in_full(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	int64_t event = 0;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, object));
	tomb_world_work(&s->world);
	event = tomb_world_number("select max(id) from premis_event");
	site_get(s, &s->carol, &a, "/events");
	SITE_SAYS(&a, 200, "aria-label=\"Events\"");
	SITE_SAYS(&a, 200, "test.edu/bag/data/");
	SITE_SILENT(&a, "<th scope=\"col\">Institution</th>");
	site_get(s, &s->carol, &a, "/events/show/%" PRId64, event);
	SITE_SAYS(&a, 200, "<dt>Agent</dt>");
	SITE_SAYS(&a, 200, "<dt>Type</dt><dd>deletion</dd>");
	site_get(s, &s->mallory, &a, "/events/show/%" PRId64, event);
	assert_int_equal(a.status, 404);
	site_get(s, &s->mallory, &a, "/events");
	SITE_SAYS(&a, 200, "No event is recorded.");
	site_get(s, &s->oscar, &a, "/events");
	SITE_SAYS(&a, 200, "<th scope=\"col\">Institution</th>");
}

static void events_are_found_by_what_they_are_about(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, site_bag(s)));
	tomb_world_work(&s->world);
	(void)tomb_world_object(&s->world, "test.edu/other", 1, 1);
	site_get(s, &s->carol, &a, "/events?identifier=bag%%2Fdata%%2F7");
	SITE_SAYS(&a, 200, "test.edu/bag/data/7<");
	SITE_SILENT(&a, "test.edu/bag/data/8<");
	site_get(s, &s->carol, &a, "/events?identifier=test.edu%%2Fbag&type=deletion");
	SITE_SAYS(&a, 200, "Events of the object and of its files.");
	SITE_SAYS(&a, 200, "31 events");
	site_get(s, &s->carol, &a, "/events?identifier=nonsense");
	SITE_SAYS(&a, 200, "There is no object and no file of this name.");
	site_get(s, &s->mallory, &a, "/events?identifier=test.edu%%2Fbag");
	SITE_SAYS(&a, 200, "There is no object and no file of this name.");
}

static void events_are_found_by_outcome_and_day(void **state)
{
	struct site *s = *state;
	int64_t object = site_bag(s);
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec(
		"insert into premis_event (institution_id, object_id, generation, event_type, date_time, detail, "
		"outcome, "
		"agent) select institution_id, id, 1, 'fixity check', at, what, outcome, 'test' from "
		"intellectual_object, "
		"(values ('2025-03-01T00:00:00Z'::timestamptz, 'on the first', 'Success'), ('2025-03-01T23:59:59Z', "
		"'at its end', 'Failure'), ('2025-03-02T00:00:00Z', 'on the second', 'Success')) w (at, what, outcome) "
		"where id = %" PRId64,
		object);
	site_get(s, &s->carol, &a, "/events?from=2025-03-01&to=2025-03-01");
	SITE_SAYS(&a, 200, "on the first");
	SITE_SAYS(&a, 200, "at its end");
	SITE_SILENT(&a, "on the second");
	site_get(s, &s->carol, &a, "/events?from=2025-03-02&to=2025-03-02");
	SITE_SAYS(&a, 200, "on the second");
	SITE_SILENT(&a, "at its end");
	site_get(s, &s->carol, &a, "/events?outcome=Failure");
	SITE_SAYS(&a, 200, "at its end");
	SITE_SILENT(&a, "on the first");
	site_get(s, &s->carol, &a, "/events?outcome=Success&identifier=test.edu%%2Fbag&to=2025-03-01");
	SITE_SAYS(&a, 200, "on the first");
	SITE_SILENT(&a, "at its end");
	site_get(s, &s->mallory, &a, "/events?outcome=Failure");
	SITE_SAYS(&a, 200, "No event fits this filter.");
	site_get(s, &s->carol, &a, "/events?from=2025-02-30");
	SITE_SAYS(&a, 400, "is no day");
	site_get(s, &s->carol, &a, "/events?outcome=maybe");
	assert_int_equal(a.status, 400);
	site_get(s, &s->carol, &a, "/events?type=birthday");
	assert_int_equal(a.status, 400);
}

/* Where "rel=next" leads; "" if nowhere. */
static void next_of(const struct raw_answer *a, char out[static 256])
{
	const char *at = strstr(a->body, "rel=\"next\" href=\"");
	size_t n = 0;

	out[0] = '\0';
	if (!at)
		return;
	at += strlen("rel=\"next\" href=\"");
	for (; *at && *at != '"' && n + 1 < 256; at++) {
		out[n++] = *at;
		if (strncmp(at, "&amp;", 5) == 0)
			at += 4;
	}
	out[n] = '\0';
}

static void pages_of_dated_events_neither_repeat_nor_hide_one(void **state)
{
	enum { EVENTS = 120 };
	struct site *s = *state;
	char target[256] = "/events?from=2025-01-01&to=2025-12-31";
	size_t seen = 0;

	tomb_world_exec(
		"insert into premis_event (institution_id, object_id, generation, event_type, date_time, detail, "
		"outcome, "
		"agent) select institution_id, id, 1, 'fixity check', '2025-06-01'::timestamptz + (g %% 7) * interval "
		"'1 "
		"day', 'n' || g, 'Success', 'test' from intellectual_object, generate_series(1, %d) g where id = "
		"%" PRId64,
		EVENTS, site_bag(s));
	while (target[0]) {
		RAW_ANSWER_AUTO a = {0};

		site_get(s, &s->carol, &a, "%s", target);
		assert_int_equal(a.status, 200);
		for (const char *at = a.body; (at = strstr(at, "href=\"/events/show/")); at++)
			seen++;
		next_of(&a, target);
	}
	assert_int_equal(seen, EVENTS);
}

/* ---- storage options ---- */

static void link_backends(void)
{
	tomb_world_exec("insert into storage_option_backend (storage_option_id, backend_id) select o.id, b.id from "
			"storage_option o, storage_backend b on conflict do nothing");
}

static void storage_options_say_what_they_mean_and_hold(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)site_bag(s);
	link_backends();
	site_get(s, &s->carol, &a, "/storage_options");
	SITE_SAYS(&a, 200, "<dt>Minimum</dt>");
	SITE_SAYS(&a, 200, "Nobody has looked yet");
	SITE_SAYS(&a, 200, "30 files");
	SITE_SAYS(&a, 200, "The sums are of your institution.");
	site_get(s, &s->mallory, &a, "/storage_options");
	SITE_SILENT(&a, "30 files");
	site_get(s, &s->oscar, &a, "/storage_options");
	SITE_SAYS(&a, 200, "The sums are of all institutions.");
}

static void a_backend_is_described_in_words(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)site_bag(s);
	link_backends();
	tomb_world_exec(
		"update storage_option_backend set price_nanos = 3600000, price_currency = 'USD', billed_days = 90");
	tomb_world_exec(
		"insert into backend_probe (backend_id, by, place, is_reachable, problem, versioning, object_lock, "
		"was_examined) select b.id, 'test', 's3://there', not p.fails, case when p.fails then 'no route to it' "
		"else '' end, 'enabled', false, not p.fails from storage_backend b, (values (false), (true)) p (fails) "
		"order by p.fails");
	site_get(s, &s->carol, &a, "/storage_options");
	SITE_SAYS(&a, 200, "0.0036 USD for a GB and month");
	SITE_SAYS(&a, 200, "billed for at least 90 days");
	SITE_SAYS(&a, 200, "s3://there");
	SITE_SAYS(&a, 200, "Not reachable");
	SITE_SAYS(&a, 200, "keeps versions; locks no copies");
	SITE_SILENT(&a, "no route to it");
	site_get(s, &s->oscar, &a, "/storage_options");
	SITE_SAYS(&a, 200, "no route to it");
	tomb_world_exec(
		"insert into backend_breaker (backend_id, is_open, since, until, reason, set_by) select id, true, "
		"now(), now() + interval '1 hour', 'it said 403', 'test' from storage_backend");
	site_get(s, &s->carol, &a, "/storage_options");
	SITE_SAYS(&a, 200, "Left alone");
	SITE_SILENT(&a, "it said 403");
	site_get(s, &s->oscar, &a, "/storage_options");
	SITE_SAYS(&a, 200, "it said 403");
}

/* ---- the audit log ---- */

static void seal(struct site *s)
{
	size_t n = 0;

	/* The sealer waits for every older transaction of the cluster, other tests' too. */
	while (tomb_world_number("select (select count(*) from audit_entry) - (select count(*) from audit_seal)") > 0)
		TOMB_OK_OR_FAIL(tomb_audit_seal(s->world.registry, 1000, &n, &err));
}

static void admins_read_what_concerns_their_institution(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, site_bag(s)));
	site_get(s, &s->bob, &a, "/audit");
	SITE_SAYS(&a, 200, "request deletion");
	SITE_SAYS(&a, 200, "approve deletion");
	SITE_SAYS(&a, 200, "tombstone audit verify");
	site_get(s, &s->mallory, &a, "/audit");
	SITE_SILENT(&a, "request deletion<");
	SITE_SILENT(&a, "request deletion:");
	site_get(s, &s->carol, &a, "/audit");
	assert_int_equal(a.status, 403);
	site_get(s, &s->oscar, &a, "/audit");
	SITE_SAYS(&a, 200, "<th scope=\"col\">Institution</th>");
	SITE_SAYS(&a, 200, "request deletion");
	site_get(s, NULL, &a, "/audit");
	assert_int_equal(a.status, 303);
}

static void entries_are_found_by_person_action_thing_and_day(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, request);
	site_get(s, &s->bob, &a, "/audit?actor=bob%%40test.edu");
	SITE_SAYS(&a, 200, "approve deletion");
	SITE_SILENT(&a, "request deletion:");
	site_get(s, &s->bob, &a, "/audit?verb=request+deletion");
	SITE_SAYS(&a, 200, "alice@test.edu");
	SITE_SILENT(&a, "approve deletion:");
	site_get(s, &s->bob, &a, "/audit?subject=request+%" PRId64 "&actor=alice%%40test.edu", request);
	SITE_SAYS(&a, 200, "request deletion:");
	SITE_SILENT(&a, "approve deletion:");
	site_get(s, &s->bob, &a, "/audit?to=2001-01-01");
	SITE_SAYS(&a, 200, "No entry fits this filter.");
	site_get(s, &s->bob, &a, "/audit?from=2001-01-01");
	SITE_SAYS(&a, 200, "approve deletion:");
	site_get(s, &s->bob, &a, "/audit?from=yesterday");
	SITE_SAYS(&a, 400, "is no day");
}

static void each_entry_has_its_seal_and_the_chain_its_head(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	const char *hash = NULL;

	(void)tomb_world_request_object(&s->world, site_bag(s));
	site_get(s, &s->oscar, &a, "/audit");
	SITE_SAYS(&a, 200, "Not yet sealed");
	seal(s);
	hash = tomb_fixture_pg_value("select encode(hash, 'hex') from audit_seal order by seq desc limit 1");
	site_get(s, &s->oscar, &a, "/audit");
	SITE_SAYS(&a, 200, hash);
	SITE_SAYS(&a, 200, "<dt>Waiting for a seal</dt><dd>0 entries</dd>");
	SITE_SILENT(&a, "Not yet sealed");
}

static void pages_of_the_log_neither_repeat_nor_hide_one(void **state)
{
	enum { ENTRIES = 130 };
	struct site *s = *state;
	char target[256] = "/audit?verb=try";
	size_t seen = 0;

	tomb_world_exec(
		"insert into audit_entry (actor, via, verb, institution_id, subject, at) select 'x', 'cli', 'try', "
		"(select institution_id from user_account where email = 'bob@test.edu'), 'thing ' || g, now() - (g %% "
		"9)"
		" "
		"* interval '1 minute' from generate_series(1, 130) g");
	while (target[0]) {
		RAW_ANSWER_AUTO a = {0};

		site_get(s, &s->bob, &a, "%s", target);
		assert_int_equal(a.status, 200);
		for (const char *at = a.body; (at = strstr(at, "class=\"identifier\">thing ")); at++)
			seen++;
		next_of(&a, target);
	}
	assert_int_equal(seen, ENTRIES);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void the_log_is_a_table_under_the_same_filters(void **state)
{
	struct site *s = *state;
	int64_t request = tomb_world_request_object(&s->world, site_bag(s));
	RAW_ANSWER_AUTO a = {0};

	(void)tomb_world_approve(&s->world, request);
	site_get(s, &s->bob, &a, "/audit?verb=request+deletion");
	SITE_SAYS(&a, 200, "href=\"/audit/csv?verb=request%20deletion\" download");
	site_get(s, &s->bob, &a, "/audit/csv?verb=request+deletion");
	SITE_SAYS(&a, 200, "entry,time,actor,via,action,institution,thing,detail,list_digest,seal,hash\r\n");
	assert_string_equal(raw_header(&a, "Content-Type"), "text/csv; charset=utf-8; header=present");
	assert_string_equal(raw_header(&a, "Content-Disposition"), "attachment; filename=\"audit.csv\"");
	assert_int_equal(count(a.body, "\r\n"), 2);
	SITE_SAYS(&a, 200, ",\"alice@test.edu\",");
	SITE_SAYS(&a, 200, ",\"\",\"\"\r\n");
	SITE_SILENT(&a, "approve deletion");
	seal(s);
	site_get(s, &s->bob, &a, "/audit/csv?verb=request+deletion");
	SITE_SAYS(&a, 200,
		tomb_fixture_pg_value(
			"select seq || ',\"' || encode(hash, 'hex') || '\"' from audit_seal s join audit_entry "
			"e on e.id = s.entry_id where verb = 'request deletion'"));
	site_get(s, &s->bob, &a, "/audit/csv?from=yesterday");
	SITE_SAYS(&a, 400, "is no day");
	site_get(s, &s->mallory, &a, "/audit/csv");
	SITE_SILENT(&a, "request deletion");
	site_get(s, &s->carol, &a, "/audit/csv");
	assert_int_equal(a.status, 403);
	site_get(s, &s->bob, &a, "/audit?to=2001-01-01");
	SITE_SILENT(&a, "/audit/csv");
}

static void a_table_of_many_entries_is_whole_and_holds_no_formula(void **state)
{
	enum { ENTRIES = 601 };
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	tomb_world_exec(
		"insert into audit_entry (actor, via, verb, institution_id, subject, detail) select 'x', 'cli', 'try', "
		"(select institution_id from user_account where email = 'bob@test.edu'), 'thing ' || g || '.', "
		"'=HYPERLINK(\"http://x\")' from generate_series(1, %d) g",
		ENTRIES);
	site_get(s, &s->bob, &a, "/audit/csv?verb=try");
	assert_int_equal(a.status, 200);
	assert_int_equal(count(a.body, "\r\n"), ENTRIES + 1);
	assert_int_equal(count(a.body, ",\"'=HYPERLINK(\"\"http://x\"\")\","), ENTRIES);
	for (int i = 1; i <= ENTRIES; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, ",\"thing %d.\",", i);
		assert_int_equal(count(a.body, name), 1);
	}
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		ON_A_SITE(events_are_listed_the_newest_first_and_shown_in_full),
		ON_A_SITE(events_are_found_by_what_they_are_about),
		ON_A_SITE(events_are_found_by_outcome_and_day),
		ON_A_SITE(pages_of_dated_events_neither_repeat_nor_hide_one),
		ON_A_SITE(storage_options_say_what_they_mean_and_hold),
		ON_A_SITE(a_backend_is_described_in_words),
		ON_A_SITE(admins_read_what_concerns_their_institution),
		ON_A_SITE(entries_are_found_by_person_action_thing_and_day),
		ON_A_SITE(each_entry_has_its_seal_and_the_chain_its_head),
		ON_A_SITE(pages_of_the_log_neither_repeat_nor_hide_one),
		ON_A_SITE(the_log_is_a_table_under_the_same_filters),
		ON_A_SITE(a_table_of_many_entries_is_whole_and_holds_no_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
