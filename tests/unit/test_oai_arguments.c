/* The rules of OAI-PMH for arguments, before anything is looked up (records.md 3.5: C-05 to C-11, C-15, C-22). */
#include "../../registry/service/oai/arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* What is wrong with a query: the codes in their order, with spaces between. */
static struct tomb_oai_arguments read_query(const char *query, char *codes, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_fields fields;
	struct tomb_oai_arguments args;
	struct tomb_oai_faults faults = {0};
	struct tomb_err err;
	size_t n = 0;

	assert_int_equal(tomb_fields_parse(tomb_str_from(query), &arena, &fields, &err), TOMB_OK);
	tomb_oai_arguments_read(fields, &args, &faults);
	codes[0] = '\0';
	for (size_t i = 0; i < faults.n; i++) {
		assert_true(faults.p[i].text[0] != '\0');
		n += (size_t)snprintf(
			codes + n, size - n, "%s%s", i > 0 ? " " : "", tomb_oai_fault_name(faults.p[i].code));
	}
	return args;
}

struct query_case {
	const char *query;
	const char *codes;
};

static void check(const struct query_case *cases, size_t n)
{
	char codes[1024];

	for (size_t i = 0; i < n; i++) {
		(void)read_query(cases[i].query, codes, sizeof codes);
		if (strcmp(codes, cases[i].codes) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].query, codes, cases[i].codes);
	}
}
#define CHECK(cases) check(cases, TOMB_COUNTOF(cases))

static void what_is_right_has_no_faults(void **state)
{
	static const struct query_case cases[] = {
		{"verb=Identify", ""},
		{"verb=ListMetadataFormats", ""},
		{"verb=ListMetadataFormats&identifier=oai:a.b:c", ""},
		{"verb=ListSets", ""},
		{"verb=ListSets&resumptionToken=x", ""},
		{"verb=GetRecord&identifier=x&metadataPrefix=oai_dc", ""},
		{"metadataPrefix=mods&verb=ListRecords", ""},
		{"verb=ListRecords&metadataPrefix=marc21&from=2024-02-29&until=2024-02-29&set=kind:instance", ""},
		{"verb=ListIdentifiers&metadataPrefix=premis&from=2024-02-29T00:00:00Z", ""},
		{"verb=ListIdentifiers&resumptionToken=abc", ""},
	};

	(void)state;
	CHECK(cases);
}

static void c_06_a_repeated_argument_is_a_bad_argument(void **state)
{
	static const struct query_case cases[] = {
		{"verb=GetRecord&identifier=x&identifier=x&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=mods", "badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void c_07_a_verb_that_is_unknown_missing_or_repeated_is_a_bad_verb(void **state)
{
	static const struct query_case cases[] = {
		{"", "badVerb"},
		{"verb=", "badVerb"},
		{"verb=junk", "badVerb"},
		{"verb=identify", "badVerb"},
		{"Verb=Identify", "badVerb"},
		{"verb=Identify&verb=Identify", "badVerb"},
		{"verb=Identify&verb=ListSets", "badVerb"},
		{"junk", "badVerb"},
		{"metadataPrefix=oai_dc", "badVerb"},
	};

	(void)state;
	CHECK(cases);
}

static void c_08_an_unknown_or_missing_argument_is_a_bad_argument(void **state)
{
	static const struct query_case cases[] = {
		{"verb=GetRecord&identifier=x", "badArgument"},
		{"verb=GetRecord&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListRecords", "badArgument"},
		{"verb=ListRecords&metadataprefix=oai_dc", "badArgument badArgument"},
		{"verb=ListSets&junk=1", "badArgument"},
		{"verb=ListSets&set=all", "badArgument"},
		{"verb=GetRecord&identifier=x&metadataPrefix=oai_dc&from=2024-01-01", "badArgument"},
		{"verb=GetRecord&identifier=&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListRecords&metadataPrefix=", "badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void c_09_identify_takes_no_argument(void **state)
{
	static const struct query_case cases[] = {
		{"verb=Identify&identifier=x", "badArgument"},
		{"verb=Identify&resumptionToken=x", "badArgument"},
		{"verb=Identify&test=test", "badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void c_11_an_unknown_prefix_is_no_format(void **state)
{
	static const struct query_case cases[] = {
		{"verb=ListRecords&metadataPrefix=junk", "cannotDisseminateFormat"},
		{"verb=ListRecords&metadataPrefix=all", "cannotDisseminateFormat"},
		{"verb=GetRecord&identifier=x&metadataPrefix=OAI_DC", "cannotDisseminateFormat"},
		{"verb=ListRecords&metadataPrefix=a%20b", "badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void c_15_dates_that_no_calendar_has_are_bad_arguments(void **state)
{
	static const char *const bad[] = {"2001", "2001-01", "junk", "2023-02-29", "2024-02-30", "2024-13-01",
		"2024-00-01", "2024-01-00", "2024-01-01T", "2024-01-01T00:00Z", "2024-01-01T00:00:00",
		"2024-01-01T00:00:00.0Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2016-12-31T23:59:60Z",
		"2024-01-01t00:00:00z", "2024-01-01T00:00:00%2B01:00", "+2024-01-01", "2024-1-1", "0000-01-01",
		"20240101"};
	char query[128];
	char codes[1024];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++)
		for (int until = 0; until < 2; until++) {
			(void)snprintf(query, sizeof query, "verb=ListRecords&metadataPrefix=oai_dc&%s=%s",
				until ? "until" : "from", bad[i]);
			(void)read_query(query, codes, sizeof codes);
			if (strcmp(codes, "badArgument") != 0)
				fail_msg("%s: \"%s\"", query, codes);
		}
}

static void c_15_h_02_a_window_has_one_granularity_and_is_not_reversed(void **state)
{
	static const struct query_case cases[] = {
		{"verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-01-02T00:00:00Z", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-02&until=2024-01-01", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01T00:00:01Z&until=2024-01-01T00:00:00Z",
			"badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01T00:00:01Z&until=2024-01-01T00:00:01Z", ""},
	};

	(void)state;
	CHECK(cases);
}

static void h_02_the_last_day_of_a_window_counts_until_its_last_second(void **state)
{
	char codes[64];
	struct tomb_oai_arguments a = read_query(
		"verb=ListRecords&metadataPrefix=oai_dc&from=2024-03-01&until=2024-03-01", codes, sizeof codes);
	struct tomb_oai_arguments b = read_query(
		"verb=ListRecords&metadataPrefix=oai_dc&from=2024-03-01T00:00:00Z&until=2024-03-01T23:59:59Z", codes,
		sizeof codes);

	(void)state;
	assert_int_equal(a.from.first_us, INT64_C(1709251200000000));
	assert_int_equal(a.from.first_us, b.from.first_us);
	assert_int_equal(a.until.last_us, b.until.last_us);
	assert_int_equal(a.until.last_us - a.from.first_us, INT64_C(86399000000));
	assert_int_equal(a.format, TOMB_OAI_FORMAT_OAI_DC);
}

static void c_21_a_resumption_token_comes_alone(void **state)
{
	static const struct query_case cases[] = {
		{"verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListRecords&resumptionToken=x&until=2024-01-01", "badArgument"},
		{"verb=ListRecords&resumptionToken=x&resumptionToken=x", "badArgument"},
		{"verb=ListRecords&resumptionToken=", "badArgument"},
		{"verb=GetRecord&resumptionToken=x&identifier=x&metadataPrefix=oai_dc", "badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void c_22_all_faults_are_told_at_once(void **state)
{
	static const struct query_case cases[] = {
		{"verb=ListRecords&metadataPrefix=junk&from=junk&until=2001&set=:&x=1",
			"badArgument cannotDisseminateFormat badArgument badArgument badArgument"},
		{"verb=GetRecord", "badArgument badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void set_specs_follow_the_schema(void **state)
{
	static const struct query_case cases[] = {
		{"verb=ListRecords&metadataPrefix=oai_dc&set=a:b.c:d~e(f)", ""},
		{"verb=ListRecords&metadataPrefix=oai_dc&set=:a", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&set=a:", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&set=a::b", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&set=a%20b", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&set=%C3%BC", "badArgument"},
	};

	(void)state;
	CHECK(cases);
}

static void many_faults_stop_at_a_limit(void **state)
{
	char query[2048] = "verb=Identify";
	char codes[1024];

	(void)state;
	for (int i = 0; i < 100; i++)
		(void)snprintf(query + strlen(query), sizeof query - strlen(query), "&a%d=1", i);
	(void)read_query(query, codes, sizeof codes);
	assert_int_equal(strlen(codes), TOMB_OAI_FAULTS * strlen("badArgument ") - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_has_no_faults),
		cmocka_unit_test(c_06_a_repeated_argument_is_a_bad_argument),
		cmocka_unit_test(c_07_a_verb_that_is_unknown_missing_or_repeated_is_a_bad_verb),
		cmocka_unit_test(c_08_an_unknown_or_missing_argument_is_a_bad_argument),
		cmocka_unit_test(c_09_identify_takes_no_argument),
		cmocka_unit_test(c_11_an_unknown_prefix_is_no_format),
		cmocka_unit_test(c_15_dates_that_no_calendar_has_are_bad_arguments),
		cmocka_unit_test(c_15_h_02_a_window_has_one_granularity_and_is_not_reversed),
		cmocka_unit_test(h_02_the_last_day_of_a_window_counts_until_its_last_second),
		cmocka_unit_test(c_21_a_resumption_token_comes_alone),
		cmocka_unit_test(c_22_all_faults_are_told_at_once),
		cmocka_unit_test(set_specs_follow_the_schema),
		cmocka_unit_test(many_faults_stop_at_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
