/* The audit log by /api/v1 (deletion.md X-18; I8, I9). */
#include "api_client.h"
#include "tombstone/audit.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Entries that nothing else writes: "Number 1" of test.edu by ann, "Number 2" of other.edu by ben, and so on, a day
 * apart since 2027-01-01.  Written by a transaction that is long over: the sealer waits for none, whatever else runs in
 * the cluster. */
static void write_entries(struct site *s, int n)
{
	tomb_world_exec(
		"insert into audit_entry (at, actor, via, verb, institution_id, subject, detail, written_by) select "
		"timestamptz '2027-01-01T00:00:00Z' + (g - 1) * interval '1 day', "
		"case when g %% 2 = 1 then 'ann' else 'ben' end, 'cli', 'count', "
		"case when g %% 2 = 1 then %" PRId64 " else %" PRId64 " end, 'Number ' || g, '', '3'::xid8 "
		"from generate_series(1, %d) g",
		s->world.institution, s->world.other_institution, n);
}

static void admins_read_their_institutions_entries_and_operators_all(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	write_entries(s, 4);
	api_get(s, &s->world.alice, &a, "/api/v1/audit?verb=count");
	API_STATUS(&a, 200);
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_names(&a, "results.0"),
		"id at actor via verb institution_id institution_name subject detail list_digest seal hash ");
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 3");
	assert_string_equal(api_text(&a, "results.1.subject"), "Number 1");
	assert_int_equal(api_number(&a, "results.1.institution_id"), s->world.institution);
	api_get(s, &s->world.alice, &a, "/api/v1/audit?institution_id=%" PRId64, s->world.other_institution);
	API_STATUS(&a, 403);
	api_get(s, &s->world.carol, &a, "/api/v1/audit");
	API_STATUS(&a, 403);
	api_get(s, &s->world.oscar, &a, "/api/v1/audit?verb=count");
	assert_int_equal(api_count(&a, "results"), 4);
	api_get(s, &s->world.oscar, &a, "/api/v1/audit?verb=count&institution_id=%" PRId64, s->world.institution);
	assert_int_equal(api_count(&a, "results"), 2);
}

static void entries_are_filtered_and_have_pages(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char next[256];
	static const char *const bad[] = {"from=soon", "verbs=count", "after=x", "limit=0", "order=oldest"};

	write_entries(s, 6);
	api_get(s, &s->world.oscar, &a, "/api/v1/audit?actor=ann&limit=2");
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 5");
	(void)snprintf(next, sizeof next, "%s", api_text(&a, "next"));
	api_get(s, &s->world.oscar, &a, "%s", next);
	assert_int_equal(api_count(&a, "results"), 1);
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 1");
	assert_true(api_is_null(&a, "next"));
	api_get(s, &s->world.oscar, &a, "/api/v1/audit?subject=Number%%204");
	assert_int_equal(api_count(&a, "results"), 1);
	api_get(s, &s->world.oscar, &a, "/api/v1/audit?verb=count&from=2027-01-02&to=2027-01-04T00:00:00%%2B00:00");
	assert_int_equal(api_count(&a, "results"), 2);
	assert_string_equal(api_text(&a, "results.0.subject"), "Number 3");
	assert_string_equal(api_text(&a, "results.1.subject"), "Number 2");
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		api_get(s, &s->world.oscar, &a, "/api/v1/audit?%s", bad[i]);
		if (a.status != 400)
			fail_msg("%s: %d %s", bad[i], a.status, a.body);
	}
}

static void the_chain_says_what_is_sealed(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	size_t sealed = 0;

	write_entries(s, 3);
	api_get(s, &s->world.alice, &a, "/api/v1/audit/chain");
	API_STATUS(&a, 200);
	assert_int_equal(api_number(&a, "seal"), 0);
	assert_true(api_is_null(&a, "sealed_at"));
	assert_true(api_number(&a, "waiting") >= 3);
	TOMB_OK_OR_FAIL(tomb_audit_seal(s->world.registry, 1000, &sealed, &err));
	assert_true(sealed >= 3);
	api_get(s, &s->world.alice, &a, "/api/v1/audit/chain");
	assert_int_equal(api_number(&a, "seal"), (int64_t)sealed);
	assert_int_equal(strlen(api_text(&a, "hash")), 64);
	api_get(s, &s->world.oscar, &a, "/api/v1/audit?verb=count");
	assert_false(api_is_null(&a, "results.0.seal"));
	api_get(s, &s->world.carol, &a, "/api/v1/audit/chain");
	API_STATUS(&a, 403);
}

static void the_table_has_the_same_filters_and_no_pages(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	size_t lines = 0;

	write_entries(s, 600);
	api_get(s, &s->world.alice, &a, "/api/v1/audit/csv?verb=count&from=2027-01-02");
	API_STATUS(&a, 200);
	assert_string_equal(raw_header(&a, "Content-Type"), "text/csv; charset=utf-8; header=present");
	for (const char *p = a.body; (p = strstr(p, "\r\n")); p += 2)
		lines++;
	assert_int_equal(lines, 1 + 299);
	assert_null(strstr(a.body, "Number 2,"));
	api_get(s, &s->world.alice, &a, "/api/v1/audit/csv?limit=5");
	API_STATUS(&a, 400);
	api_get(s, &s->world.alice, &a, "/api/v1/audit/csv?institution_id=%" PRId64, s->world.other_institution);
	API_STATUS(&a, 403);
	assert_string_equal(raw_header(&a, "Content-Type"), "application/problem+json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			admins_read_their_institutions_entries_and_operators_all, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(entries_are_filtered_and_have_pages, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(the_chain_says_what_is_sealed, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			the_table_has_the_same_filters_and_no_pages, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("audit log by /api/v1", tests, NULL, NULL);
}
