/* OAI-PMH at /oai: the rules of conformance (records.md 3.5), each by its id. */
#include "oai_client.h"
#include "pg_fixture.h"
#include "xml_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define BASE "https://registry.test.edu/oai"

/* n records of MMS with MODS, of which the first is "Title 1 & <more>". */
static void add_items(struct site *s, int n)
{
	tomb_world_exec(
		"insert into record (institution_id, kind, source, title, local_id, created_by, mods) select %" PRId64
		", 'mms_item', 'MODS', 'Title ' || g || ' & <more>', 'm' || g, 'test', "
		"'<mods "
		"xmlns=\"http://www.loc.gov/mods/v3\" "
		"version=\"3.8\"><titleInfo><title>Title ' || g || '</title></titleInfo></mods>' "
		"from generate_series(1, %d) g",
		s->world.institution, n);
}

static void delete_item(const char *local_id)
{
	tomb_world_exec("delete from record where local_id = '%s' and state = 'active'", local_id);
}

/* As record_restoration.h does it. */
static void restore_item(const char *local_id)
{
	tomb_world_exec(
		"insert into record_restoration (institution_id, restored_by, via, records) select institution_id, "
		"'test', 'cli', 1 from record where local_id = '%s'; select record_mark_active((select max(id) from "
		"record_restoration), array(select id from record where local_id = '%s'), false)",
		local_id, local_id);
}

static void id_of(const char *local_id, char out[static OAI_ID])
{
	char sql[256];

	(void)snprintf(sql, sizeof sql,
		"select 'oai:registry.test.edu:test.edu/' || id from record where local_id = '%s' order by number "
		"limit 1",
		local_id);
	(void)snprintf(out, OAI_ID, "%s", tomb_fixture_pg_value(sql));
}

/* Every datestamp as if it had been given an hour before now, so that seconds need not be waited for. */
static void an_hour_later(void)
{
	tomb_world_exec(
		"update oai_item set datestamp = datestamp - interval '1 hour'; "
		"update oai_policy set last_stamp = last_stamp - interval '1 hour' where last_stamp > '-infinity'");
}

static void valid(struct site *s, const struct raw_answer *a)
{
	xml_check_valid(s->world.folder, "all-formats.xsd", (struct tomb_str){a->body, a->nbody});
}

static size_t count(const struct raw_answer *a, const char *piece)
{
	size_t n = 0;

	for (const char *p = a->body; (p = strstr(p, piece)) != NULL; p++)
		n++;
	return n;
}

static void c_01_to_c_04_identify_is_valid_and_says_who_we_are(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	oai_get(s, &a, "verb=Identify");
	assert_string_equal(raw_header(&a, "Content-Type"), "text/xml; charset=utf-8");
	valid(s, &a);
	SITE_SAYS(&a, 200,
		"<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\" "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		"xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/ "
		"http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd\">");
	SITE_SAYS(&a, 200, "<request verb=\"Identify\">" BASE "</request>");
	SITE_SAYS(&a, 200, "<repositoryName>Test &amp; Repository</repositoryName>");
	SITE_SAYS(&a, 200, "<adminEmail>oai@test.edu</adminEmail>");
	SITE_SAYS(&a, 200, "<deletedRecord>persistent</deletedRecord>");
	SITE_SAYS(&a, 200, "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>");
	SITE_SAYS(&a, 200, "<repositoryIdentifier>registry.test.edu</repositoryIdentifier>");
}

static void c_03_the_response_date_is_a_whole_second_of_utc(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char date[64];
	unsigned n[6];
	int end = 0;

	oai_get(s, &a, "verb=Identify");
	oai_text(&a, "responseDate", date, sizeof date);
	assert_int_equal(sscanf(date, "%4u-%2u-%2uT%2u:%2u:%2uZ%n", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &end), 6);
	assert_int_equal(end, strlen(date));
}

static void c_04_the_request_repeats_the_arguments_unless_they_are_bad(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	oai_get(s, &a, "verb=ListRecords&metadataPrefix=junk&set=all");
	valid(s, &a);
	SITE_SAYS(&a, 200, "<request verb=\"ListRecords\" metadataPrefix=\"junk\" set=\"all\">" BASE "</request>");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&set=a%%20b");
	valid(s, &a);
	SITE_SAYS(&a, 200, "<request>" BASE "</request>");
	oai_get(s, &a, "verb=junk&metadataPrefix=oai_dc");
	valid(s, &a);
	SITE_SAYS(&a, 200, "<request>" BASE "</request>");
}

/* What two answers say, but for the second in which they were made. */
static void same(const struct raw_answer *a, const struct raw_answer *b)
{
	const char *x = strstr(a->body, "<request");
	const char *y = strstr(b->body, "<request");

	assert_non_null(x);
	assert_non_null(y);
	assert_string_equal(x, y);
}

static void c_05_get_and_post_are_answered_alike(void **state)
{
	static const char *const queries[] = {"verb=Identify", "verb=ListSets", "verb=junk", "",
		"verb=ListRecords&metadataPrefix=oai_dc&from=2024-02-30",
		"verb=ListRecords&metadataPrefix=mods&set=all"};
	struct site *s = *state;

	add_items(s, 3);
	for (size_t i = 0; i < TOMB_COUNTOF(queries); i++) {
		RAW_ANSWER_AUTO a = {.status = 0};
		RAW_ANSWER_AUTO b = {.status = 0};

		oai_get(s, &a, "%s", queries[i]);
		site_post_bare(s, NULL, queries[i], &b, "/oai");
		assert_int_equal(b.status, 200);
		same(&a, &b);
	}
}

static void c_06_an_argument_of_query_and_form_is_repeated(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	site_post_bare(s, NULL, "verb=Identify", &a, "/oai?verb=Identify");
	oai_errors(&a, "badVerb");
	site_post_bare(s, NULL, "metadataPrefix=mods", &a, "/oai?verb=ListRecords&metadataPrefix=mods");
	oai_errors(&a, "badArgument");
}

static void c_07_to_c_09_errors_are_answers(void **state)
{
	static const struct {
		const char *query;
		const char *codes;
	} cases[] = {{"junk", "badVerb"}, {"verb=junk", "badVerb"}, {"verb=GetRecord", "badArgument badArgument"},
		{"verb=Identify&x=y", "badArgument"}, {"verb=ListRecords&resumptionToken=x", "badResumptionToken"},
		{"verb=ListSets&resumptionToken=x", "badResumptionToken"},
		{"verb=GetRecord&identifier=invalid%22id&metadataPrefix=oai_dc", "idDoesNotExist"},
		{"verb=ListRecords&metadataPrefix=junk&from=2001", "cannotDisseminateFormat badArgument"}};
	struct site *s = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		RAW_ANSWER_AUTO a = {.status = 0};

		oai_get(s, &a, "%s", cases[i].query);
		valid(s, &a);
		oai_errors(&a, cases[i].codes);
	}
}

static void c_10_formats_include_oai_dc_and_unknown_items_have_none(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char id[OAI_ID];

	add_items(s, 1);
	oai_get(s, &a, "verb=ListMetadataFormats");
	valid(s, &a);
	oai_errors(&a, "");
	assert_int_equal(count(&a, "<metadataPrefix>"), 4); /* premis only where objects are shown */
	id_of("m1", id);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	oai_get(s, &a, "verb=ListMetadataFormats&identifier=%s", id);
	valid(s, &a);
	SITE_SAYS(&a, 200, "<metadataPrefix>oai_dc</metadataPrefix>");
	SITE_SAYS(&a, 200, "<metadataPrefix>mods</metadataPrefix>");
	SITE_SILENT(&a, "marc21");
	id[strlen(id) - 1] = id[strlen(id) - 1] == '0' ? '1' : '0';
	oai_get(s, &a, "verb=ListMetadataFormats&identifier=%s", id);
	valid(s, &a);
	oai_errors(&a, "idDoesNotExist");
}

static void c_11_a_format_that_an_item_never_had_is_refused(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char id[OAI_ID];

	add_items(s, 1);
	id_of("m1", id);
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=marc21&identifier=%s", id);
	oai_errors(&a, "cannotDisseminateFormat");
	delete_item("m1");
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=marc21&identifier=%s", id);
	oai_errors(&a, "cannotDisseminateFormat");
}

static void c_12_sets_are_told_and_each_works(void **state)
{
	static const char *const sets[] = {"all", "system:mms", "kind:mms_item", "inst:test.edu"};
	static const char *const empty[] = {"system:folio", "kind:instance", "inst:other.edu", "inst:nowhere.edu",
		"kind:item", "kind:junk", "junk", "system", "system:mms:x", "kind:intellectual_object"};
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	add_items(s, 2);
	oai_get(s, &a, "verb=ListSets");
	valid(s, &a);
	for (size_t i = 0; i < TOMB_COUNTOF(sets); i++) {
		RAW_ANSWER_AUTO b = {.status = 0};
		char spec[64];

		(void)snprintf(spec, sizeof spec, "<setSpec>%s</setSpec>", sets[i]);
		SITE_SAYS(&a, 200, spec);
		oai_get(s, &b, "verb=ListIdentifiers&metadataPrefix=oai_dc&set=%s", sets[i]);
		valid(s, &b);
		assert_int_equal(count(&b, "<header>"), 2);
		SITE_SAYS(&b, 200, spec);
	}
	SITE_SILENT(&a, "intellectual_object");
	for (size_t i = 0; i < TOMB_COUNTOF(empty); i++) {
		oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc&set=%s", empty[i]);
		oai_errors(&a, "noRecordsMatch");
	}
}

static void c_13_c_14_an_empty_result_is_no_empty_list(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc");
	valid(s, &a);
	oai_errors(&a, "noRecordsMatch");
	add_items(s, 1);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01");
	oai_errors(&a, "noRecordsMatch");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&from=2999-01-01");
	oai_errors(&a, "noRecordsMatch");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc");
	oai_errors(&a, "");
}

static void c_16_a_record_is_found_by_its_own_datestamp(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char id[OAI_ID];
	char stamp[OAI_STAMP];

	add_items(s, 1);
	id_of("m1", id);
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=oai_dc&identifier=%s", id);
	valid(s, &a);
	SITE_SAYS(&a, 200, "<dc:title>Title 1</dc:title>");
	oai_text(&a, "datestamp", stamp, sizeof stamp);
	assert_int_equal(strlen(stamp), 20);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&from=%s&until=%s", stamp, stamp);
	SITE_SAYS(&a, 200, id);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&from=%.10s&until=%.10s", stamp, stamp);
	SITE_SAYS(&a, 200, id);
}

static void c_17_c_18_c_20_c_30_a_deleted_item_is_a_header_in_every_verb(void **state)
{
	static const char *const lists[] = {"ListRecords", "ListIdentifiers"};
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char id[OAI_ID];

	add_items(s, 1);
	id_of("m1", id);
	delete_item("m1");
	for (size_t i = 0; i < TOMB_COUNTOF(lists); i++)
		for (int set = 0; set < 2; set++) {
			RAW_ANSWER_AUTO b = {.status = 0};

			oai_get(s, &b, "verb=%s&metadataPrefix=mods%s", lists[i], set ? "&set=inst:test.edu" : "");
			valid(s, &b);
			SITE_SAYS(&b, 200, "<header status=\"deleted\">");
			SITE_SAYS(&b, 200, id);
			SITE_SAYS(&b, 200, "<setSpec>inst:test.edu</setSpec>");
			SITE_SILENT(&b, "<metadata");
			SITE_SILENT(&b, "<about");
		}
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=oai_dc&identifier=%s", id);
	valid(s, &a);
	SITE_SAYS(&a, 200, "<header status=\"deleted\">");
	SITE_SILENT(&a, "<metadata");
	SITE_SILENT(&a, "Title 1");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=mods&set=inst:other.edu");
	oai_errors(&a, "noRecordsMatch");
	restore_item("m1");
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=oai_dc&identifier=%s", id);
	valid(s, &a);
	SITE_SILENT(&a, "status=");
	SITE_SAYS(&a, 200, "<dc:title>Title 1</dc:title>");
}

static void c_19_without_deleted_records_nothing_says_deleted(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char id[OAI_ID];

	add_items(s, 3);
	id_of("m2", id);
	delete_item("m2");
	tomb_world_exec("update oai_policy set deleted_record = 'no'");
	oai_get(s, &a, "verb=Identify");
	SITE_SAYS(&a, 200, "<deletedRecord>no</deletedRecord>");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc");
	valid(s, &a);
	SITE_SILENT(&a, "status=");
	SITE_SILENT(&a, id);
	assert_int_equal(count(&a, "<header>"), 2);
	oai_get(s, &a, "verb=GetRecord&metadataPrefix=oai_dc&identifier=%s", id);
	oai_errors(&a, "idDoesNotExist");
	oai_get(s, &a, "verb=ListMetadataFormats&identifier=%s", id);
	oai_errors(&a, "idDoesNotExist");
}

static void c_21_pages_follow_one_another_until_an_empty_token(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct oai_copy copy = {.n = 0};
	char token[OAI_TOKEN];

	add_items(s, SITE_OAI_PAGE);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=mods");
	SITE_SILENT(&a, "resumptionToken");
	tomb_world_exec("insert into record (institution_id, kind, source, title, created_by, mods) select "
			"institution_id, kind, "
			"source, title, created_by, mods from record, generate_series(1, 2)");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=mods");
	valid(s, &a);
	SITE_SAYS(&a, 200, "cursor=\"0\"");
	SITE_SAYS(&a, 200, "expirationDate=\"");
	oai_text(&a, "resumptionToken", token, sizeof token);
	oai_get(s, &a, "verb=ListRecords&resumptionToken=%s", token);
	valid(s, &a);
	SITE_SAYS(&a, 200, "cursor=\"10\"");
	oai_text(&a, "resumptionToken", token, sizeof token);
	oai_get(s, &a, "verb=ListRecords&resumptionToken=%s", token);
	valid(s, &a);
	SITE_SAYS(&a, 200, "<resumptionToken cursor=\"20\"/>");
	assert_int_equal(count(&a, "<record>"), 10);
	oai_harvest(s, &copy, "ListRecords", "metadataPrefix=mods");
	assert_int_equal(copy.n, 30);
	assert_int_equal(copy.told, 30);
	oai_copy_fini(&copy);
}

static void c_21_a_token_gives_the_same_page_again(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	RAW_ANSWER_AUTO b = {.status = 0};
	struct site *s = *state;
	char token[OAI_TOKEN];

	add_items(s, 25);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	oai_text(&a, "resumptionToken", token, sizeof token);
	oai_get(s, &a, "verb=ListIdentifiers&resumptionToken=%s", token);
	oai_get(s, &b, "verb=ListIdentifiers&resumptionToken=%s", token);
	*strstr(a.body, "<resumptionToken") = '\0'; /* the next token has another expiry */
	*strstr(b.body, "<resumptionToken") = '\0';
	same(&a, &b);
	oai_get(s, &a, "verb=ListRecords&resumptionToken=%s", token);
	valid(s, &a);
	oai_errors(&a, "badResumptionToken");
	token[20] = token[20] == 'A' ? 'B' : 'A';
	oai_get(s, &a, "verb=ListIdentifiers&resumptionToken=%s", token);
	oai_errors(&a, "badResumptionToken");
}

static void c_21_a_token_ends_with_the_policy_under_which_it_was_made(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char token[OAI_TOKEN];

	add_items(s, 25);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	oai_text(&a, "resumptionToken", token, sizeof token);
	tomb_world_exec("update oai_policy set deleted_record = 'transient'");
	oai_get(s, &a, "verb=ListIdentifiers&resumptionToken=%s", token);
	oai_errors(&a, "badResumptionToken");
}

static void c_24_characters_that_xml_cannot_hold_are_replaced(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	tomb_world_exec("insert into record (institution_id, kind, title, created_by) values (%" PRId64
			", 'alma_collection', E'a\\x01b\\x0b]]>&', 'test')",
		s->world.institution);
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc");
	valid(s, &a);
	SITE_SAYS(&a, 200,
		"<dc:title>a\xef\xbf\xbd"
		"b\xef\xbf\xbd]]&gt;&amp;</dc:title>");
}

static void c_26_what_nobody_asked_to_compress_is_not(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	oai_get(s, &a, "verb=Identify");
	assert_string_equal(raw_header(&a, "Content-Encoding"), "");
	SITE_SILENT(&a, "<compression>");
}

static void c_27_set_specs_are_minimal(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	add_items(s, 1);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	assert_int_equal(count(&a, "<setSpec>"), 4);
	SITE_SILENT(&a, "<setSpec>system</setSpec>");
}

static void c_28_the_base_url_is_the_address_that_people_use(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	oai_get(s, &a, "verb=Identify");
	SITE_SAYS(&a, 200, "<baseURL>" BASE "</baseURL>");
}

static void c_29_metadata_of_every_format_is_valid(void **state)
{
	static const char *const formats[] = {"oai_dc", "mods", "premis"};
	struct site *s = *state;

	add_items(s, 2);
	(void)site_bag(s);
	tomb_world_exec("update oai_policy set expose_objects = true");
	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++) {
		RAW_ANSWER_AUTO a = {.status = 0};

		oai_get(s, &a, "verb=ListRecords&metadataPrefix=%s", formats[i]);
		valid(s, &a);
		oai_errors(&a, "");
		SITE_SAYS(&a, 200, "<metadata>");
	}
}

static void h_01_h_10_each_change_has_a_new_datestamp(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	struct oai_copy copy = {.n = 0};
	char item[OAI_ID];

	tomb_world_exec(
		"insert into record (institution_id, kind, source, title, local_id, created_by) values (%" PRId64
		", 'instance', 'FOLIO', 'An instance', 'i1', 'test'); "
		"insert into record (institution_id, kind, title, local_id, created_by, parent_id) "
		"select institution_id, 'holdings', 'Holdings', 'h1', 'test', id from record where local_id = 'i1'; "
		"insert into record (institution_id, kind, title, local_id, created_by, parent_id) "
		"select institution_id, 'item', 'Item', 'x1', 'test', id from record where local_id = 'h1'",
		s->world.institution);
	id_of("i1", item);
	oai_harvest(s, &copy, "ListIdentifiers", "metadataPrefix=oai_dc&set=kind:instance");
	assert_int_equal(copy.told, 1);
	an_hour_later();
	delete_item("x1");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&set=kind:instance&from=%s", copy.since);
	SITE_SAYS(&a, 200, item);
	SITE_SILENT(&a, "status=");
	an_hour_later();
	delete_item("h1");
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&from=%s", copy.since);
	SITE_SAYS(&a, 200, item);
	assert_int_equal(count(&a, "status=\"deleted\""), 1); /* the holdings' own */
	an_hour_later();
	oai_get(s, &a, "verb=ListRecords&metadataPrefix=oai_dc&from=%s", copy.since);
	oai_errors(&a, "noRecordsMatch");
	oai_copy_fini(&copy);
}

static void h_03_h_04_a_change_during_a_list_is_in_the_next_one(void **state)
{
	struct site *s = *state;
	struct oai_copy copy = {.n = 0};
	char last[OAI_ID];

	add_items(s, 25);
	oai_harvest(s, &copy, "ListIdentifiers", "metadataPrefix=oai_dc");
	(void)snprintf(last, sizeof last, "%s", copy.p[24].id);
	oai_copy_fini(&copy);
	an_hour_later();
	assert_true(oai_step(s, &copy, "ListIdentifiers", "metadataPrefix=oai_dc"));
	tomb_world_exec("delete from record where 'oai:registry.test.edu:test.edu/' || id = '%s'", last);
	oai_harvest(s, &copy, "ListIdentifiers", "metadataPrefix=oai_dc");
	oai_harvest(s, &copy, "ListIdentifiers", "metadataPrefix=oai_dc");
	assert_non_null(oai_find(&copy, last));
	assert_true(oai_find(&copy, last)->is_deleted);
	assert_int_equal(oai_live(&copy), 24);
	oai_copy_fini(&copy);
}

static void h_07_a_clock_that_is_set_back_hides_nothing(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;
	char first[OAI_STAMP];
	char second[OAI_STAMP];

	add_items(s, 1);
	tomb_world_exec("update oai_policy set last_stamp = date_trunc('second', now()) + interval '1 day'");
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	oai_text(&a, "responseDate", first, sizeof first);
	oai_text(&a, "datestamp", second, sizeof second);
	assert_string_equal(first, second);
	delete_item("m1");
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc&from=%s", first);
	SITE_SAYS(&a, 200, "status=\"deleted\"");
}

static void h_08_a_record_that_was_deleted_and_restored_is_one_live_update(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	add_items(s, 1);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	an_hour_later();
	delete_item("m1");
	restore_item("m1");
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc&from=1999-01-01");
	assert_int_equal(count(&a, "<header>"), 1);
	SITE_SILENT(&a, "status=");
}

static void suppressed_records_are_shown_or_not_as_the_policy_says(void **state)
{
	RAW_ANSWER_AUTO a = {.status = 0};
	struct site *s = *state;

	add_items(s, 2);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	assert_int_equal(count(&a, "<header>"), 2);
	tomb_world_exec(
		"update record set discovery_suppress = true where local_id = 'm1'; "
		"insert into record (institution_id, kind, title, local_id, created_by, discovery_suppress) values "
		"(%" PRId64 ", 'alma_collection', 'Never shown', 'c1', 'test', true)",
		s->world.institution);
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	assert_int_equal(count(&a, "<header>"), 3);
	tomb_world_exec("update oai_policy set suppressed = 'skip'");
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc");
	assert_int_equal(count(&a, "<header>"), 1);
	assert_int_equal(count(&a, "<header status=\"deleted\">"), 1); /* who has heard of it hears that it is gone */
	tomb_world_exec("delete from record where local_id = 'c1'");
	oai_get(s, &a, "verb=ListIdentifiers&metadataPrefix=oai_dc&set=kind:alma_collection");
	oai_errors(&a, "noRecordsMatch");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(c_01_to_c_04_identify_is_valid_and_says_who_we_are),
		TEST(c_03_the_response_date_is_a_whole_second_of_utc),
		TEST(c_04_the_request_repeats_the_arguments_unless_they_are_bad),
		TEST(c_05_get_and_post_are_answered_alike),
		TEST(c_06_an_argument_of_query_and_form_is_repeated),
		TEST(c_07_to_c_09_errors_are_answers),
		TEST(c_10_formats_include_oai_dc_and_unknown_items_have_none),
		TEST(c_11_a_format_that_an_item_never_had_is_refused),
		TEST(c_12_sets_are_told_and_each_works),
		TEST(c_13_c_14_an_empty_result_is_no_empty_list),
		TEST(c_16_a_record_is_found_by_its_own_datestamp),
		TEST(c_17_c_18_c_20_c_30_a_deleted_item_is_a_header_in_every_verb),
		TEST(c_19_without_deleted_records_nothing_says_deleted),
		TEST(c_21_pages_follow_one_another_until_an_empty_token),
		TEST(c_21_a_token_gives_the_same_page_again),
		TEST(c_21_a_token_ends_with_the_policy_under_which_it_was_made),
		TEST(c_24_characters_that_xml_cannot_hold_are_replaced),
		TEST(c_26_what_nobody_asked_to_compress_is_not),
		TEST(c_27_set_specs_are_minimal),
		TEST(c_28_the_base_url_is_the_address_that_people_use),
		TEST(c_29_metadata_of_every_format_is_valid),
		TEST(h_01_h_10_each_change_has_a_new_datestamp),
		TEST(h_03_h_04_a_change_during_a_list_is_in_the_next_one),
		TEST(h_07_a_clock_that_is_set_back_hides_nothing),
		TEST(h_08_a_record_that_was_deleted_and_restored_is_one_live_update),
		TEST(suppressed_records_are_shown_or_not_as_the_policy_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
