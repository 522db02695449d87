/*
 * Harvests by OAI-PMH, again and again, while others work (records.md 3.3, 3.4; traps T1, T13): nothing is missed.
 * link: pq
 */
#include "../../registry/service/oai/kind.h"
#include "oai_client.h"
#include "pg_fixture.h"
#include "record_box.h"
#include "sql.gen.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LARGE = 25000 }; /* more than two rounds of stamping */

static void by_hand(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(c));
	PQclear(r);
}

static PGconn *begin(void)
{
	PGconn *c = PQconnectdb(tomb_fixture_pg_admin());

	assert_int_equal(PQstatus(c), CONNECTION_OK);
	by_hand(c, "begin");
	return c;
}

static void commit(PGconn *c)
{
	by_hand(c, "commit");
	PQfinish(c);
}

static void identifier(struct tomb_uuid id, char out[static OAI_ID])
{
	(void)snprintf(out, OAI_ID, "oai:registry.test.edu:test.edu/%s", record_box_text(id));
}

static const char dc[] = "metadataPrefix=oai_dc";

static void h_05_what_is_committed_after_a_harvest_is_in_the_next_one(void **state)
{
	struct site *s = *state;
	struct tomb_uuid id = record_box_new("alma_collection", NULL, "One");
	struct oai_copy copy = {.n = 0};
	char name[OAI_ID];
	char sql[128];
	PGconn *c = NULL;

	identifier(id, name);
	c = begin();
	(void)snprintf(sql, sizeof sql, "delete from record where id = '%s'", record_box_text(id));
	by_hand(c, sql);
	oai_harvest(s, &copy, "ListRecords", dc);
	assert_false(oai_find(&copy, name)->is_deleted);
	tomb_world_exec("update record set title = 'Other' where id <> '%s'", record_box_text(id));
	oai_harvest(s, &copy, "ListRecords", dc);
	assert_false(oai_find(&copy, name)->is_deleted);
	commit(c);
	oai_harvest(s, &copy, "ListRecords", dc);
	assert_true(oai_find(&copy, name)->is_deleted);
	oai_copy_fini(&copy);
}

static void h_05_a_large_transaction_is_heard_of_as_a_whole(void **state)
{
	struct site *s = *state;
	struct oai_copy copy = {.n = 0};
	PGconn *c = begin();

	(void)record_box_new("alma_collection", NULL, "Before");
	(void)s;
	by_hand(c, "insert into record (institution_id, kind, title, created_by) select i.id, 'alma_collection', 'C ' "
		   "|| g, "
		   "'test' from institution i, generate_series(1, 25000) g where i.identifier = 'test.edu'");
	oai_harvest(s, &copy, "ListIdentifiers", dc);
	assert_int_equal(copy.n, 1);
	commit(c);
	/* Through the ledger's own door: 2,500 pages over HTTP would tell no more. */
	for (int64_t n = 1; n > 0;)
		TOMB_OK_OR_FAIL(tomb_oai_item_stamp(s->world.registry, &n, &err));
	assert_int_equal(tomb_world_number("select count(*) from oai_item where datestamp >= '%s'", copy.since),
		LARGE + (tomb_world_number(
				"select count(*) from oai_item i join record r using (id) where r.title = 'Before' and "
				"i.datestamp >= '%s'",
				copy.since)));
	oai_copy_fini(&copy);
}

static void t_13_titles_that_are_bound_together_change_together(void **state)
{
	struct site *s = *state;
	struct tomb_uuid one = record_box_new("instance", NULL, "One");
	struct tomb_uuid two = record_box_new("instance", NULL, "Two");
	struct tomb_uuid held = record_box_new("holdings", &one, "Held");
	struct tomb_uuid item = record_box_new("item", &held, "Item");
	RAW_ANSWER_AUTO a = {.status = 0};
	struct oai_copy copy = {.n = 0};

	tomb_world_exec("insert into record_link (from_id, to_id, kind) values ('%s', '%s', 'bound_with')",
		record_box_text(item), record_box_text(two));
	oai_harvest(s, &copy, "ListIdentifiers", dc);
	tomb_world_exec("update oai_item set datestamp = datestamp - interval '1 hour'");
	(void)record_box_delete(&s->world, item, TOMB_RECORD_SELF);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:instance&from=%s", copy.since);
	SITE_SAYS(&a, 200, record_box_text(one));
	SITE_SAYS(&a, 200, record_box_text(two));
	oai_copy_fini(&copy);
}

static void r_1_a_token_is_good_for_every_registry_of_the_ledger(void **state)
{
	struct site *s = *state;
	struct oai_copy copy = {.n = 0};
	struct tomb_oai_policy policy;
	uint8_t one[TOMB_OAI_KEY];
	uint8_t two[TOMB_OAI_KEY];
	struct tomb_pg *other = NULL;

	/* Nothing but the key is needed to go on, and the ledger has it. */
	TOMB_OK_OR_FAIL(tomb_pg_open(&other, tomb_fixture_pg_registry(), sql_all, sql_nall, &err));
	TOMB_OK_OR_FAIL(tomb_oai_policy_key(s->world.registry, one, &err));
	TOMB_OK_OR_FAIL(tomb_oai_policy_key(other, two, &err));
	TOMB_OK_OR_FAIL(tomb_oai_policy_get(other, &policy, &err));
	assert_memory_equal(one, two, sizeof one);
	assert_int_equal(policy.deleted_record, TOMB_OAI_PERSISTENT);
	tomb_pg_close(other);
	oai_copy_fini(&copy);
}

/* A reproducible number below n. */
static unsigned below(uint64_t *seed, unsigned n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33U) % n;
}

static void change_something(struct site *s, uint64_t *seed)
{
	static const char pick[] = "(select id from record where state = '%s' and kind = 'alma_collection' order by "
				   "md5(id::text || '%u') limit 1)";
	char one[256];
	unsigned salt = below(seed, 1000000);

	switch (below(seed, 6)) {
	case 0:
	case 1:
		(void)record_box_new("alma_collection", NULL, "New");
		return;
	case 2:
	case 3:
		(void)snprintf(
			one, sizeof one, pick, "active", salt); /* NOLINT(clang-diagnostic-format-nonliteral): above */
		tomb_world_exec("delete from record where id = %s", one);
		return;
	case 4:
		(void)snprintf(
			one, sizeof one, pick, "active", salt); /* NOLINT(clang-diagnostic-format-nonliteral): above */
		tomb_world_exec("update record set title = 'Changed %u' where id = %s", salt, one);
		return;
	default:
		break;
	}
	(void)s;
	if (tomb_world_number("select count(*) from record where state = 'deleted'") == 0)
		return;
	(void)snprintf(one, sizeof one, pick, "deleted", salt); /* NOLINT(clang-diagnostic-format-nonliteral): above */
	tomb_world_exec("insert into record_restoration (institution_id, restored_by, via, records) select "
			"institution_id, 'test', "
			"'cli', 1 from record limit 1; "
			"select record_mark_active((select max(id) from record_restoration), array[%s], false)",
		one);
}

static void assert_same_as_ledger(const struct oai_copy *copy)
{
	size_t live = (size_t)tomb_world_number("select count(*) from record where state = 'active'");
	size_t all = (size_t)tomb_world_number("select count(*) from record");

	assert_int_equal(copy->n, all);
	assert_int_equal(oai_live(copy), live);
	for (size_t i = 0; i < copy->n; i++)
		assert_int_equal(
			tomb_world_number(
				"select count(*) from record where id = right('%s', 36)::uuid and state = '%s'",
				copy->p[i].id, copy->p[i].is_deleted ? "deleted" : "active"),
			1);
}

/* Whoever follows the protocol ends with the live set, wherever the lists stop in between. */
static void a_harvester_that_follows_the_protocol_has_the_live_set_in_the_end(void **state)
{
	struct site *s = *state;

	for (uint64_t run = 1; run <= 4; run++) {
		struct oai_copy copy = {.n = 0};
		uint64_t seed = run * 7919;

		for (int i = 0; i < 15; i++)
			change_something(s, &seed);
		for (int i = 0; i < 60; i++) {
			unsigned what = below(&seed, 4);

			if (what < 2)
				change_something(s, &seed);
			else if (what == 2)
				(void)oai_step(s, &copy, "ListIdentifiers", dc);
			else if (below(&seed, 8) == 0)
				copy.token[0] =
					'\0'; /* it gives up, and begins again from where the last whole list began */
		}
		oai_harvest(s, &copy, "ListIdentifiers", dc);
		oai_harvest(s, &copy, "ListIdentifiers", dc);
		assert_same_as_ledger(&copy);
		oai_copy_fini(&copy);
	}
}

static const char perl[] =
	"use HTTP::OAI; my $h = HTTP::OAI::Harvester->new(baseURL => $ARGV[0]); my ($n, $d, $m) = (0, 0, 0); "
	"my $r = $h->ListRecords(metadataPrefix => $ARGV[1], onRecord => sub { my $x = shift; $n++; $d++ if "
	"$x->is_deleted; "
	"$m++ if $x->metadata; }); die $r->message if $r->is_error; print \"$n $d $m\\n\";";

static void http_oai_hears_what_we_say(void **state)
{
	static const char *const formats[] = {"oai_dc", "marc21"};
	struct site *s = *state;
	struct tomb_uuid gone = record_box_marc("instance", NULL, "Gone");

	for (int i = 0; i < SITE_OAI_PAGE * 2 + 4; i++)
		(void)record_box_marc("instance", NULL, "There & here");
	(void)record_box_delete(&s->world, gone, TOMB_RECORD_SELF);
	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++) {
		char command[2048];
		char said[128] = "";
		FILE *p = NULL;

		(void)snprintf(command, sizeof command, "no_proxy='*' perl -e '%s' http://127.0.0.1:%u/oai %s", perl,
			(unsigned)s->port, formats[i]);
		p = popen(command, "r"); /* NOLINT(cert-env33-c): a test, and names of our own making */
		assert_non_null(p);
		(void)!fgets(said, sizeof said, p);
		assert_int_equal(pclose(p), 0);
		assert_string_equal(said, "25 1 24\n");
	}
}

static void every_kind_that_is_harvested_is_known(void **state)
{
	static const struct tomb_oai_policy all = {.shows_holdings = true, .shows_objects = true};
	const struct tomb_oai_kind *kind = NULL;
	int64_t records = 0;

	(void)state;
	while ((kind = tomb_oai_kind_next(&all, kind))) {
		if (strcmp(kind->name, "intellectual_object") == 0)
			continue;
		records++;
		assert_int_equal(
			tomb_world_number("select count(*) from record_kind where name = '%s' and system = '%s' and "
					  "is_harvested",
				kind->name, kind->system),
			1);
	}
	assert_int_equal(records, tomb_world_number("select count(*) from record_kind where is_harvested"));
}

/* F-58: a page costs what a page has, wherever it is, and however many tombstones there are. */
static void f_58_a_page_is_a_few_steps_in_an_index(void **state)
{
	static const char make[] =
		"create function plan_of(statement text) returns text language plpgsql set plan_cache_mode = "
		"force_generic_plan as $$ "
		"declare line text; plan text := ''; begin execute 'prepare p as ' || rtrim(statement, E'; \\n'); "
		"for line in execute 'explain (costs off) execute p(null, null, null, null, null, null, null'"
		" || case when statement like '%$8%' then ', null' else '' end || ')' loop plan := plan || line || "
		"E'\\n'; end loop; "
		"deallocate p; return plan; end $$";
	static const struct {
		const char *name;
		const char *index;
	} pages[] = {{"oai_page", "oai_item_by_kind"}, {"oai_page_institution", "oai_item_by_institution"}};

	(void)state;
	tomb_fixture_pg_exec(
		"insert into oai_item (id, institution_id, kind, is_deleted, is_suppressed, was_shown, datestamp) "
		"select "
		"gen_random_uuid(), (select min(id) from institution), (array['instance', 'mms_item'])[1 + g % 2], "
		"g % 3 = 0, false, true, now() - g * interval '1 second' from generate_series(1, 20000) g; "
		"analyze oai_item");
	tomb_fixture_pg_exec(make);
	for (size_t i = 0; i < TOMB_COUNTOF(pages); i++)
		for (size_t j = 0; j < sql_set_oai.nstmts; j++) {
			char sql[8192];
			const char *plan = NULL;

			if (strcmp(sql_set_oai.stmts[j].name, pages[i].name) != 0)
				continue;
			(void)snprintf(sql, sizeof sql, "select plan_of($tomb$%s$tomb$)", sql_set_oai.stmts[j].sql);
			plan = tomb_fixture_pg_value(sql);
			if (!strstr(plan, pages[i].index) || strstr(plan, "Seq Scan on oai_item") ||
				!strstr(plan, "ROW(datestamp, id) >"))
				fail_msg("%s:\n%s", pages[i].name, plan);
		}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(h_05_what_is_committed_after_a_harvest_is_in_the_next_one),
		TEST(h_05_a_large_transaction_is_heard_of_as_a_whole),
		TEST(t_13_titles_that_are_bound_together_change_together),
		TEST(r_1_a_token_is_good_for_every_registry_of_the_ledger),
		TEST(a_harvester_that_follows_the_protocol_has_the_live_set_in_the_end),
		TEST(http_oai_hears_what_we_say),
		TEST(every_kind_that_is_harvested_is_known),
		TEST(f_58_a_page_is_a_few_steps_in_an_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
