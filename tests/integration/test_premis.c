/*
 * PREMIS 3 documents (deletion.md P-15, P-16, X-05).  They are judged by xmllint with the schema of the Library of
 * Congress, which lies outside this tree ($TOMBSTONE_TEST_DATA or ../shared/data); without it the program is skipped.
 */
#include "pg_fixture.h"
#include "tombstone/premis.h"
#include "tombstone/premis_event.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { DOCUMENT_MAX = 64 * 1024 * 1024, MANY = 1100 };

static char data_folder[1024];

static enum tomb_code collect(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	struct tomb_str all;

	tomb_buf_put(ctx, piece);
	return tomb_buf_done(ctx, &all, err);
}

static void write_document(struct tomb_world *w, struct tomb_premis_subject subject, struct tomb_buf *out)
{
	TOMB_OK_OR_FAIL(tomb_premis_write(w->registry, &w->carol, &subject, collect, out, &err));
}

/* xmllint is content with it, offline. */
static void assert_valid(struct tomb_world *w, const struct tomb_buf *document)
{
	char path[96];
	char command[4096];
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "%s/premis.xml", w->folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(document->p, 1, document->n, f), document->n);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(command, sizeof command,
		"XML_CATALOG_FILES='%s/catalog.xml' xmllint --nonet --noout --schema '%s/schemas/premis-v3-0.xsd' %s "
		"2>%s/xmllint.log || { cat %s/xmllint.log; exit 1; }",
		data_folder, data_folder, path, w->folder, w->folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test, and names of our own making */
}

static size_t count(const struct tomb_buf *document, const char *needle)
{
	const char *end = document->p + document->n;
	size_t n = 0;

	for (const char *p = document->p; (p = memmem(p, (size_t)(end - p), needle, strlen(needle))) != NULL; p++)
		n++;
	return n;
}

static void assert_holds(const struct tomb_buf *document, size_t times, const char *needle)
{
	if (count(document, needle) != times)
		fail_msg("%zu times instead of %zu: %s", count(document, needle), times, needle);
}

enum { TYPES = 11 }; /* of event, but for deletion: see include/tombstone/premis_event.def */

/* One event of each type of each file and object, with characters that XML minds. */
static void add_events_of_every_type(void)
{
	tomb_fixture_pg_exec(
		"insert into premis_event (institution_id, object_id, file_id, generation, event_type, detail, "
		"outcome, outcome_detail, agent) select institution_id, object_id, id, 1, m[1], 'a < b & \"c\"', "
		"case when m[1] = 'fixity check' then 'Failure' else 'Success' end, '', 'ingest <1>' from "
		"generic_file, "
		"regexp_matches((select pg_get_constraintdef(oid) from pg_constraint where conname = "
		"'premis_event_event_type_check'), '''([^'']+)''', 'g') m where m[1] <> 'deletion'");
}

static void a_document_of_an_active_object_is_valid(void **state)
{
	TOMB_BUF_AUTO document = tomb_buf_init(DOCUMENT_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);

	tomb_fixture_pg_exec(
		"insert into checksum (file_id, generation, algorithm, digest) select id, 1, a, '00ff' from "
		"generic_file, (values ('md5'), ('sha1'), ('sha256'), ('sha512')) a (a); "
		"update generic_file set identifier = identifier || ' & <\u00fc>', file_format = ''");
	add_events_of_every_type();
	write_document(w, (struct tomb_premis_subject){.object_id = object}, &document);
	assert_valid(w, &document);
	assert_holds(&document, 1, "xsi:type=\"premis:intellectualEntity\"");
	assert_holds(&document, 2, "xsi:type=\"premis:file\"");
	assert_holds(&document, 4, "<premis:storage>");
	assert_holds(&document, 8, "<premis:messageDigest>00ff</premis:messageDigest>");
	assert_holds(&document, 2,
		"valueURI=\"http://id.loc.gov/vocabulary/preservation/cryptographicHashFunctions/sha256\"");
	assert_holds(&document, 2, "valueURI=\"http://id.loc.gov/vocabulary/preservation/eventType/ing\"");
	assert_holds(&document, 2, "valueURI=\"http://id.loc.gov/vocabulary/preservation/eventOutcome/fai\"");
	assert_holds(&document, 2, "<premis:eventType>access assignment</premis:eventType>");
	assert_holds(&document, 0, "eventType/del\"");
	assert_holds(&document, 2UL * TYPES, "<premis:event>");
	assert_holds(&document, 1, "<premis:agent>");
}

static void p15_p16_a_document_of_a_deleted_object_names_who_asked_who_agreed_and_each_copys_fate(void **state)
{
	TOMB_BUF_AUTO document = tomb_buf_init(DOCUMENT_MAX);
	struct tomb_world *w = *state;
	int64_t object = tomb_world_object(w, "test.edu/bag", 2, 2);

	add_events_of_every_type();
	(void)tomb_world_approve(w, tomb_world_request_object(w, object));
	tomb_world_work(w);
	write_document(w, (struct tomb_premis_subject){.object_id = object}, &document);
	assert_valid(w, &document);
	assert_holds(&document, 3, "valueURI=\"http://id.loc.gov/vocabulary/preservation/eventType/del\"");
	assert_holds(&document, 3, "eventRelatedAgentRole/imp\"");
	assert_holds(&document, 3, "eventRelatedAgentRole/aut\"");
	assert_holds(&document, 3 + 2UL * TYPES, "eventRelatedAgentRole/exe\"");
	assert_holds(&document, 1, "<premis:agentIdentifierValue>alice@test.edu</premis:agentIdentifierValue>");
	assert_holds(&document, 1, "<premis:agentIdentifierValue>bob@test.edu</premis:agentIdentifierValue>");
	assert_holds(&document, 0, "<premis:storage>");
	assert_holds(&document, 4, "generation 1: removed, verified absent, 2");
	assert_holds(&document, 2, "copy in local-1");
	assert_holds(&document, 3, "; reason: a test<");
	assert_holds(&document, 3, "SHA-256 of the approved list: ");
	/* Earlier events stay. */
	assert_holds(&document, 2, "eventType/ing\"");
}

static void a_document_of_one_file_is_about_that_file_alone(void **state)
{
	TOMB_BUF_AUTO document = tomb_buf_init(DOCUMENT_MAX);
	struct tomb_world *w = *state;

	(void)tomb_world_object(w, "test.edu/bag", 3, 1);
	add_events_of_every_type();
	write_document(
		w, (struct tomb_premis_subject){.file_id = tomb_world_file(w, "test.edu/bag/data/2")}, &document);
	assert_valid(w, &document);
	assert_holds(&document, 1, "<premis:object ");
	assert_holds(&document, TYPES, "<premis:event>");
	assert_holds(&document, 0, "test.edu/bag/data/3");
}

struct tally {
	size_t bytes;
	size_t pieces;
	size_t longest;
	size_t fail_at;
};

static enum tomb_code measure(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	struct tally *t = ctx;

	t->bytes += piece.n;
	t->longest = piece.n > t->longest ? piece.n : t->longest;
	if (++t->pieces == t->fail_at)
		return TOMB_FAIL(err, TOMB_IO, "the disk is full");
	return TOMB_OK;
}

static void a_big_document_comes_in_small_pieces(void **state)
{
	TOMB_BUF_AUTO document = tomb_buf_init(DOCUMENT_MAX);
	struct tomb_world *w = *state;
	struct tomb_premis_subject subject = {.object_id = tomb_world_object(w, "test.edu/bag", MANY, 0)};
	struct tally t = {.fail_at = 0};
	struct tomb_err refusal = {.text = ""};

	add_events_of_every_type();
	write_document(w, subject, &document);
	assert_valid(w, &document);
	assert_holds(&document, MANY, "xsi:type=\"premis:file\"");
	assert_holds(&document, (size_t)TYPES * MANY, "<premis:event>");
	TOMB_OK_OR_FAIL(tomb_premis_write(w->registry, &w->carol, &subject, measure, &t, &err));
	assert_int_equal(t.bytes, document.n);
	assert_true(t.longest < 128UL * 1024);
	t = (struct tally){.fail_at = 3};
	assert_int_equal(tomb_premis_write(w->registry, &w->carol, &subject, measure, &t, &refusal), TOMB_IO);
	assert_int_equal(t.pieces, 3);
}

static void i9_no_document_of_another_institutions_things(void **state)
{
	TOMB_BUF_AUTO document = tomb_buf_init(DOCUMENT_MAX);
	struct tomb_world *w = *state;
	struct tomb_premis_subject subjects[] = {
		{.object_id = tomb_world_object(w, "test.edu/bag", 1, 1)},
		{.file_id = tomb_world_file(w, "test.edu/bag/data/1")},
	};
	struct tomb_err refusal = {.text = ""};

	for (size_t i = 0; i < TOMB_COUNTOF(subjects); i++)
		assert_int_equal(
			tomb_premis_write(w->registry, &w->mallory, &subjects[i], collect, &document, &refusal),
			TOMB_NOTFOUND);
	assert_int_equal(document.n, 0);
	assert_int_equal(tomb_premis_write(w->registry, &w->carol, &(struct tomb_premis_subject){.file_id = 0}, collect,
				 &document, &refusal),
		TOMB_INVAL);
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, tomb_world_set_up, tomb_world_tear_down)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_document_of_an_active_object_is_valid),
		IN_A_WORLD(p15_p16_a_document_of_a_deleted_object_names_who_asked_who_agreed_and_each_copys_fate),
		IN_A_WORLD(a_document_of_one_file_is_about_that_file_alone),
		IN_A_WORLD(a_big_document_comes_in_small_pieces),
		IN_A_WORLD(i9_no_document_of_another_institutions_things),
	};
	const char *data = getenv("TOMBSTONE_TEST_DATA");
	char path[1100];

	if (data)
		(void)snprintf(data_folder, sizeof data_folder, "%s", data);
	else /* beside the source tree */
		(void)snprintf(data_folder, sizeof data_folder, "%.*s../shared/data",
			(int)(sizeof __FILE__ - sizeof "tests/integration/test_premis.c"), __FILE__);
	(void)snprintf(path, sizeof path, "%s/schemas/premis-v3-0.xsd", data_folder);
	if (access(path, R_OK) != 0) {
		print_message("skipped: no schema in $TOMBSTONE_TEST_DATA/schemas or ../shared/data/schemas\n");
		return 77;
	}
	return cmocka_run_group_tests_name("PREMIS documents", tests, NULL, NULL);
}
