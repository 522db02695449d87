/* A bag that is sent for the first time: all of it, or nothing. */
#include "ingest_box.h"
#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define REFUSED(box, expr, code, piece)                                                                                \
	do {                                                                                                           \
		assert_int_equal((expr), (code));                                                                      \
		if (!strstr((box)->err.text, (piece)))                                                                 \
			fail_msg("\"%s\" does not say \"%s\"", (box)->err.text, (piece));                              \
	} while (0)

/* The ledger and the stores are as if the bag had never been sent. */
static void assert_nothing_is_left(struct ingest_box *box)
{
	assert_int_equal(ingest_box_number("select count(*) from intellectual_object"), 0);
	assert_int_equal(ingest_box_number("select count(*) from generic_file"), 0);
	assert_int_equal(ingest_box_number("select count(*) from premis_event"), 0);
	assert_int_equal(ingest_box_number("select count(*) from promised_put where recorded_at is not null"), 0);
	ingest_box_check(box);
}

static void assert_untouched(struct ingest_box *box)
{
	assert_nothing_is_left(box);
	assert_int_equal(ingest_box_number("select count(*) from work_item"), 0);
	assert_int_equal(ingest_box_number("select count(*) from promised_put"), 0);
	assert_int_equal(ingest_box_stored(box), 0);
}

static void a_bag_becomes_an_object_with_its_files(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 4);
	assert_int_equal(box->done.files_unchanged, 0);
	assert_true(tomb_str_eq(box->done.object_identifier, TOMB_STR("test.edu/bag")));
	assert_string_equal(
		ingest_box_text("select string_agg(identifier || ' ' || file_format || ' ' || size_bytes || state || "
				"generation, "
				"', ' order by identifier) from generic_file where identifier like '%%data%%'"),
		"test.edu/bag/data/a.txt text/plain 6A1, test.edu/bag/data/sub/b.txt text/plain 5A1");
	assert_string_equal(
		ingest_box_text(
			"select string_agg(split_part(identifier, '/', 3), ' ' order by identifier) from generic_file"),
		"aptrust-info.txt bag-info.txt data data");
	assert_string_equal(
		ingest_box_text(
			"select concat_ws('|', o.identifier, bag_name, title, description, access, "
			"bag_group_identifier, "
			"source_organization, state, cycle, s.name) from intellectual_object o join storage_option s "
			"on s.id = o.storage_option_id"),
		"test.edu/bag|bag|Letters|Letters to and from the observatory|institution|letters|Example "
		"University|A|1|Standard");
	ingest_box_check(box);
}

static void every_file_lies_in_every_backend_of_its_option(void **state)
{
	struct ingest_box *box = *state;
	char command[512];

	ingest_box_send(box);
	assert_int_equal(ingest_box_stored(box), 8);
	assert_string_equal(ingest_box_text("select string_agg(distinct b.name, ' ') from copy c join storage_backend "
					    "b on b.id = c.backend_id "
					    "where c.status = 'stored' and c.etag <> '' and c.size_bytes > 0"),
		"local-1 local-2");
	(void)snprintf(command, sizeof command, "test \"$(cat '%s')\" = alpha",
		ingest_box_text("select substr(url, 8) from copy c join generic_file f on f.id = c.file_id "
				"where f.identifier like '%%a.txt' order by c.id limit 1"));
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test, and a name of our own making */
	assert_int_equal(ingest_box_number("select count(*) from promised_put p join copy c on c.url = p.url "
					   "where p.recorded_at is not null and p.object_identifier = 'test.edu/bag'"),
		8);
}

static void digests_and_events_say_what_was_done(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	assert_string_equal(
		ingest_box_text(
			"select string_agg(k.algorithm || ' ' || k.digest, ', ' order by k.algorithm) from checksum k "
			"join generic_file f on f.id = k.file_id where f.identifier like '%%/a.txt'"),
		"md5 9f9f90dbe3e5ee1218c86b8839db1995, sha256 "
		"b6a98d9ce9a2d9149288fa3df42d377c3e42737afdcdaf714e33c0a100b51060");
	assert_string_equal(
		ingest_box_text(
			"select string_agg(e.event_type || ' ' || e.outcome, ', ' order by e.id) from premis_event e "
			"join generic_file f on f.id = e.file_id where f.identifier like '%%/a.txt'"),
		"identifier assignment Success, message digest calculation Success, message digest calculation "
		"Success, "
		"fixity check Success, ingestion Success, replication Success");
	assert_string_equal(
		ingest_box_text("select outcome_detail from premis_event e join generic_file f on f.id = e.file_id "
				"where f.identifier like '%%/a.txt' and event_type = 'fixity check'"),
		"sha256:b6a98d9ce9a2d9149288fa3df42d377c3e42737afdcdaf714e33c0a100b51060");
	assert_string_equal(
		ingest_box_text(
			"select string_agg(event_type, ', ' order by id) from premis_event where file_id is null"),
		"creation, identifier assignment, access assignment, ingestion");
	assert_int_equal(
		ingest_box_number("select count(distinct agent) from premis_event where agent = 'tombstone test'"), 1);
}

static void the_work_item_and_the_audit_log_tell_of_it(void **state)
{
	struct ingest_box *box = *state;

	ingest_box_send(box);
	assert_string_equal(
		ingest_box_text("select concat_ws('|', action, status, stage, outcome, note, user_email, files_done, "
				"files_total, "
				"bytes_done = bytes_total, object_id is not null) from work_item where id = %" PRId64,
			box->done.work_item_id),
		"Ingest|Success|Record|Ingest complete|Ingest complete: 4 files stored, 0 "
		"unchanged.|tombstone|4|4|t|t");
	assert_string_equal(ingest_box_text("select string_agg(verb || ' ' || (list_digest is not null), ', ' order by "
					    "id) from audit_entry"),
		"begin ingest false, record ingest true");
}

static void a_tar_is_as_good_as_a_folder(void **state)
{
	struct ingest_box *box = *state;

	box->order.bag = bag_box_tar(box->bag, "pax", NULL);
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, 4);
	assert_int_equal(ingest_box_stored(box), 8);
	ingest_box_check(box);
}

/* A bag with one file of size bytes. */
static void one_file(struct ingest_box *box, size_t size)
{
	static const char *const payload[] = {"data/a.txt", "data/sub/b.txt", "data/big.bin", NULL};
	char *bytes = malloc(size + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 31 + i / 4096);
	bag_box_write(box->bag, "data/big.bin", (struct tomb_str){bytes, size});
	free(bytes);
	bag_box_write(box->bag, "bag-info.txt", TOMB_STR("Source-Organization: Example University\n"));
	bag_box_manifest(box->bag, "manifest-sha256.txt", TOMB_SHA256, payload);
	bag_box_seal(box->bag);
}

static void files_of_any_size_arrive_whole(void **state)
{
	static const size_t sizes[] = {0, 1, 1024 * 1024, 1024 * 1024 + 1, 5 * 1024 * 1024 + 17};
	struct ingest_box *box = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(sizes); i++) {
		char command[512];

		one_file(box, sizes[i]);
		ingest_box_send(box);
		for (int copy = 0; copy < 2; copy++) {
			(void)snprintf(command, sizeof command, "cmp '%s' '%s'",
				bag_box_path(box->bag, "bag/data/big.bin"),
				ingest_box_text("select substr(url, 8) from copy c join generic_file f on f.id = "
						"c.file_id where "
						"f.identifier like '%%big.bin' and c.generation = f.generation "
						"order by c.id offset %d limit 1",
					copy));
			assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test, and names of our own */
		}
	}
	ingest_box_check(box);
}

static void more_files_than_a_chunk_holds_are_all_stored(void **state)
{
	enum { FILES = 2001 }; /* and the two tag files: past two chunks of 1,000 */
	struct ingest_box *box = *state;
	const char **paths = calloc(FILES + 1, sizeof *paths);

	assert_non_null(paths);
	bag_box_remove(box->bag, "data/a.txt");
	bag_box_remove(box->bag, "data/sub/b.txt");
	for (int i = 0; i < FILES; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "data/%04d/f.txt", i);
		paths[i] = tomb_arena_str(&box->arena, tomb_str_from(name)).p;
		bag_box_write(box->bag, paths[i], tomb_str_from(name));
	}
	bag_box_write(box->bag, "bag-info.txt", TOMB_STR("Source-Organization: Example University\n"));
	bag_box_manifest(box->bag, "manifest-sha256.txt", TOMB_SHA256, paths);
	bag_box_seal(box->bag);
	box->order.threads = 8;
	ingest_box_send(box);
	assert_int_equal(box->done.files_stored, FILES + 2);
	assert_int_equal(ingest_box_stored(box), 2 * (FILES + 2));
	assert_int_equal(
		ingest_box_number("select count(*) from generic_file f where exists (select from checksum k where "
				  "k.file_id = f.id and k.digest = encode(sha256(convert_to(substr(f.identifier, 14), "
				  "'UTF8')), 'hex'))"),
		FILES);
	ingest_box_send(box);
	assert_int_equal(box->done.files_unchanged, FILES + 2);
	ingest_box_check(box);
	free(paths);
}

static void a_broken_bag_leaves_nothing(void **state)
{
	struct ingest_box *box = *state;

	bag_box_write(box->bag, "data/a.txt", TOMB_STR("ALPHA\n"));
	REFUSED(box, ingest_box_try(box), TOMB_CORRUPT, "data/a.txt");
	assert_untouched(box);
	bag_box_remove(box->bag, "data/a.txt");
	REFUSED(box, ingest_box_try(box), TOMB_INVAL, "data/a.txt");
	assert_untouched(box);
	box->order.bag = "/nowhere/bag";
	assert_int_not_equal(ingest_box_try(box), TOMB_OK);
	assert_untouched(box);
}

static void spoil(struct ingest_box *box)
{
	bag_box_write(box->bag, "data/sub/b.txt", TOMB_STR("BETA\n"));
}

static void a_bag_that_changes_while_it_is_sent_leaves_nothing_recorded(void **state)
{
	struct ingest_box *box = *state;

	box->at = TOMB_INGEST_STORE;
	box->then = spoil;
	assert_int_equal(ingest_box_try(box), TOMB_CORRUPT);
	assert_nothing_is_left(box);
	assert_string_equal(ingest_box_text("select status from work_item"), "Failed");
}

static void a_store_that_fails_fails_the_whole_ingest(void **state)
{
	struct ingest_box *box = *state;
	char from[160];
	char to[160];

	(void)snprintf(from, sizeof from, "%s/local-2", box->w.folder);
	(void)snprintf(to, sizeof to, "%s/away", box->w.folder);
	assert_int_equal(rename(from, to), 0);
	assert_int_not_equal(ingest_box_try(box), TOMB_OK);
	assert_int_equal(rename(to, from), 0);
	assert_untouched(box);
	ingest_box_send(box);
	ingest_box_check(box);
}

/* From now on every folder that local-2 would put something into is in the way. */
static void block(struct ingest_box *box)
{
	for (unsigned i = 0; i < 256; i++) {
		char path[160];
		FILE *f = NULL;

		(void)snprintf(path, sizeof path, "%s/local-2/%02x", box->w.folder, i);
		f = fopen(path, "wxe");
		if (f)
			assert_int_equal(fclose(f), 0);
	}
}

static void a_store_that_fails_midway_leaves_promises_and_a_note(void **state)
{
	struct ingest_box *box = *state;

	box->at = TOMB_INGEST_STORE;
	box->then = block;
	one_file(box, 3 * 1024 * 1024);
	assert_int_not_equal(ingest_box_try(box), TOMB_OK);
	assert_nothing_is_left(box);
	assert_string_equal(ingest_box_text("select status || needs_admin_review from work_item"), "Failedtrue");
	assert_string_equal(ingest_box_text("select note from work_item"), box->err.text);
	assert_string_equal(ingest_box_text("select string_agg(verb, ', ' order by id) from audit_entry"),
		"begin ingest, fail ingest");
	assert_int_equal(ingest_box_number("select count(*) from promised_put where recorded_at is null"), 10);
}

static void orders_that_make_no_sense_are_refused_before_anything(void **state)
{
	struct ingest_box *box = *state;

	box->order.storage_option = TOMB_STR("Wasabi-VA");
	REFUSED(box, ingest_box_try(box), TOMB_INVAL, "the bag says Storage-Option \"Standard\"");
	box->order.storage_option = TOMB_STR("");
	box->order.institution = TOMB_STR("nowhere.edu");
	REFUSED(box, ingest_box_try(box), TOMB_NOTFOUND, "nowhere.edu");
	box->order.institution = TOMB_STR("test.edu");
	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR("Storage-Option: Nowhere\n"));
	bag_box_seal(box->bag);
	REFUSED(box, ingest_box_try(box), TOMB_NOTFOUND, "no storage option \"Nowhere\"");
	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR("Access: Everybody\n"));
	bag_box_seal(box->bag);
	REFUSED(box, ingest_box_try(box), TOMB_INVAL, "Everybody");
	assert_untouched(box);
	tomb_fixture_pg_exec("update institution set deactivated_at = now() where identifier = 'test.edu'");
	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR(""));
	bag_box_seal(box->bag);
	REFUSED(box, ingest_box_try(box), TOMB_NOTFOUND, "no active institution");
	assert_untouched(box);
}

static void a_bag_that_says_nothing_gets_the_defaults(void **state)
{
	struct ingest_box *box = *state;

	bag_box_write(box->bag, "aptrust-info.txt", TOMB_STR(""));
	bag_box_write(box->bag, "bag-info.txt", TOMB_STR(""));
	bag_box_seal(box->bag);
	ingest_box_send(box);
	assert_string_equal(
		ingest_box_text(
			"select concat_ws('|', title, access, s.name) from intellectual_object o join storage_option s "
			"on s.id = o.storage_option_id"),
		"bag|institution|Standard");
}

static void i9_people_send_bags_for_their_own_institution_only(void **state)
{
	struct ingest_box *box = *state;
	struct tomb_ingested done;

	REFUSED(box, tomb_ingest(box->w.registry, &box->w.mallory, &box->order, &box->arena, &done, &box->err),
		TOMB_FORBIDDEN, "another institution");
	assert_untouched(box);
	assert_int_equal(
		tomb_ingest(box->w.registry, &box->w.carol, &box->order, &box->arena, &done, &box->err), TOMB_OK);
	assert_int_equal(
		tomb_ingest(box->w.registry, &box->w.oscar, &box->order, &box->arena, &done, &box->err), TOMB_OK);
}

static void i9_an_identifier_of_another_institution_is_not_taken_over(void **state)
{
	struct ingest_box *box = *state;

	(void)tomb_world_object_in(&box->w, box->w.other_institution, box->w.standard, "test.edu/bag", 0, 0);
	REFUSED(box, ingest_box_try(box), TOMB_CONFLICT, "another institution");
	assert_int_equal(ingest_box_stored(box), 0);
}

static void a_file_identifier_of_another_object_is_not_taken_over(void **state)
{
	struct ingest_box *box = *state;
	int64_t other = tomb_world_object(&box->w, "test.edu/other", 0, 0);

	char sql[512];

	(void)snprintf(sql, sizeof sql,
		"insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, "
		"storage_option_id) "
		"select institution_id, id, 'test.edu/bag/data/a.txt', 'x', 0, storage_option_id from "
		"intellectual_object where id = %" PRId64,
		other);
	tomb_fixture_pg_exec(sql);
	REFUSED(box, ingest_box_try(box), TOMB_CONFLICT, "belongs to another object");
	assert_int_equal(
		ingest_box_number("select count(*) from intellectual_object where identifier = 'test.edu/bag'"), 0);
	assert_int_equal(ingest_box_number("select count(*) from copy"), 0);
}

static void send_elsewhere(struct ingest_box *box)
{
	REFUSED(box, ingest_box_try_elsewhere(box), TOMB_CONFLICT, "another ingest of test.edu/bag is running");
}

static void one_ingest_of_an_object_runs_at_a_time(void **state)
{
	struct ingest_box *box = *state;

	box->at = TOMB_INGEST_STORE;
	box->then = send_elsewhere;
	ingest_box_send(box);
	assert_int_equal(ingest_box_number("select count(*) from work_item"), 1);
	assert_int_equal(ingest_box_try_elsewhere(box), TOMB_OK);
	ingest_box_check(box);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, ingest_box_set_up, ingest_box_tear_down)
	const struct CMUnitTest tests[] = {
		T(a_bag_becomes_an_object_with_its_files),
		T(every_file_lies_in_every_backend_of_its_option),
		T(digests_and_events_say_what_was_done),
		T(the_work_item_and_the_audit_log_tell_of_it),
		T(a_tar_is_as_good_as_a_folder),
		T(files_of_any_size_arrive_whole),
		T(more_files_than_a_chunk_holds_are_all_stored),
		T(a_broken_bag_leaves_nothing),
		T(a_bag_that_changes_while_it_is_sent_leaves_nothing_recorded),
		T(a_store_that_fails_fails_the_whole_ingest),
		T(a_store_that_fails_midway_leaves_promises_and_a_note),
		T(orders_that_make_no_sense_are_refused_before_anything),
		T(a_bag_that_says_nothing_gets_the_defaults),
		T(i9_people_send_bags_for_their_own_institution_only),
		T(i9_an_identifier_of_another_institution_is_not_taken_over),
		T(a_file_identifier_of_another_object_is_not_taken_over),
		T(one_ingest_of_an_object_runs_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
