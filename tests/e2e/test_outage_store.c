/*
 * Stores in trouble: they ask for less, stall, hang up after they have deleted, refuse our keys, or cannot be reached.
 * Each copy goes once, nothing of a file goes while one of its copies cannot be reached, and it ends by itself as soon
 * as the store is well again, or, where it refused us, once somebody says so.
 */
#include "outage.h"
#include "pg_fixture.h"
#include "s3_shelf.h"
#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

enum {
	SHELVES = 2,
	ENOUGH = 3,
	SOME = 40,
	FEW = 2 /* each refusal halves the pace, down to a request in two seconds */,
	JOURNAL_MAX = 4 << 20
};

struct trouble {
	struct outage outage;
	struct temp_folder temp;
	struct s3_shelf *shelves[SHELVES];
	char journals[SHELVES][96];
	struct bulk_place places[SHELVES];
	char names[SHELVES][16];
};

static struct trouble trouble;

/* The servers of others notice that we end by their connection to us, which the shelves have, too. */
static int tear_down(void **state)
{
	for (int i = 0; i < SHELVES; i++)
		s3_shelf_end(trouble.shelves[i]);
	temp_folder_remove(&trouble.temp);
	return stage_tear_down(state);
}

static void write_key(struct trouble *t, const char *name, const char *text)
{
	char path[128];

	temp_folder_write(&t->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", t->temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

static void put_on_shelf(
	void *ctx, struct tomb_str key, struct tomb_str url, struct tomb_str bytes, char etag[static BULK_ETAG])
{
	struct s3_shelf *shelf = ctx;
	char path[256];

	(void)key;
	(void)snprintf(path, sizeof path, "%.*s", TOMB_STR_ARG(url));
	s3_shelf_fill(shelf, path + strlen(s3_shelf_endpoint(shelf)), bytes, etag);
}

/* A server of its own for each copy. */
static void add_shelf(struct trouble *t, int i, FILE *backends)
{
	(void)snprintf(t->names[i], sizeof t->names[i], "shelf-%d", i + 1);
	(void)snprintf(t->journals[i], sizeof t->journals[i], "%s/journal-%d", t->temp.path, i);
	t->shelves[i] = s3_shelf_new(t->journals[i]);
	t->places[i] = (struct bulk_place){t->names[i], put_on_shelf, t->shelves[i]};
	(void)fprintf(backends,
		"[backend %s]\nkind = s3\nregion = %s\nendpoint = %s\nbucket = bucket\nrequest_timeout_ms = 1000\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
		t->names[i], S3_SHELF_REGION, s3_shelf_endpoint(t->shelves[i]), t->temp.path, t->temp.path);
	tomb_world_exec("insert into storage_backend (name) values ('%s')", t->names[i]);
	tomb_world_exec("insert into storage_option_backend select o.id, b.id from storage_option o, storage_backend b "
			"where o.name = 'Standard' and b.name = '%s'",
		t->names[i]);
}

static struct trouble *begin(void **state, int files)
{
	struct tomb_world *w = &((struct stage *)*state)->world;
	struct trouble *t = &trouble;
	FILE *backends = NULL;

	*t = (struct trouble){.names = {""}};
	temp_folder_make(&t->temp);
	write_key(t, "access", S3_SHELF_ACCESS);
	write_key(t, "secret", S3_SHELF_SECRET);
	backends = fopen(w->backends_file, "ae");
	assert_non_null(backends);
	for (int i = 0; i < SHELVES; i++)
		add_shelf(t, i, backends);
	assert_int_equal(fclose(backends), 0);
	tomb_stores_close(w->stores);
	TOMB_OK_OR_FAIL(tomb_stores_open(w->backends_file, &w->stores, &err));
	outage_make(&t->outage, state, files, (struct bulk_places){t->places, SHELVES});
	for (int i = 0; i < SHELVES; i++)
		s3_shelf_start(t->shelves[i]);
	outage_start(&t->outage);
	return t;
}

static char *read_journal(const struct trouble *t, int which)
{
	char *text = calloc(1, JOURNAL_MAX);
	FILE *f = fopen(t->journals[which], "re");

	assert_non_null(text);
	assert_non_null(f);
	assert_true(fread(text, 1, JOURNAL_MAX - 1, f) < JOURNAL_MAX - 1);
	assert_int_equal(fclose(f), 0);
	return text;
}

/* How many lines of a shelf's journal begin so. */
static int count(const struct trouble *t, int which, const char *word)
{
	char *text = read_journal(t, which);
	int n = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		n += strncmp(line, word, strlen(word)) == 0;
	free(text);
	return n;
}

static void end(struct trouble *t)
{
	outage_end(&t->outage);
	for (int i = 0; i < SHELVES; i++) {
		assert_int_equal(count(t, i, "delete\t"), OUTAGE_PARTS * OUTAGE_PART * t->outage.files);
		assert_int_equal(count(t, i, "bad\t"), 0);
	}
}

static void set_fault(struct trouble *t, enum s3_shelf_fault fault, int percent)
{
	for (int i = 0; i < SHELVES; i++)
		s3_shelf_set_fault(t->shelves[i], fault, percent);
}

static void suffer(void **state, enum s3_shelf_fault fault, int percent)
{
	struct trouble *t = begin(state, SOME);

	set_fault(t, fault, percent);
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&t->outage, part);
	stage_wait(t->outage.stage, 0, "select count(*) from deletion where finished_at is null");
	print_message("    it happened to %d requests\n",
		s3_shelf_suffered(t->shelves[0], fault) + s3_shelf_suffered(t->shelves[1], fault));
	assert_true(s3_shelf_suffered(t->shelves[0], fault) > 0);
	end(t);
}

/* At the least pace a lane waits for two seconds before each request, which takes a lease of a usual length. */
static void three_of_ten_requests_are_one_too_many(void **state)
{
	struct trouble *t = NULL;

	assert_int_equal(setenv("TOMBSTONE_LEASE_S", "60", 1), 0);
	t = begin(state, FEW);
	assert_int_equal(unsetenv("TOMBSTONE_LEASE_S"), 0);
	set_fault(t, S3_SHELF_THROTTLES, 30);
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&t->outage, part);
	stage_wait(t->outage.stage, 1, "select (count(*) > 0)::int from batch where state = 'done'");
	assert_true(s3_shelf_suffered(t->shelves[0], S3_SHELF_THROTTLES) > 0);
	set_fault(t, S3_SHELF_THROTTLES, 0);
	end(t);
	assert_true(tomb_world_number("select max(attempts) from batch") <= 2);
}

static void stalls_longer_than_anybody_waits_are_got_over(void **state)
{
	suffer(state, S3_SHELF_STALLS, 2);
}

static void deletes_that_were_done_without_a_word_are_looked_into(void **state)
{
	suffer(state, S3_SHELF_CUTS, 20);
}

/* A store that only ever says to slow down costs no attempt, however long. */
static void being_asked_for_less_is_not_charged(void **state)
{
	struct trouble *t = begin(state, FEW);

	set_fault(t, S3_SHELF_THROTTLES, 100);
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&t->outage, part);
	outage_wait_said(&t->outage.stage->worker, "batch-retry", "", ENOUGH);
	assert_true(tomb_world_number("select max(attempts) from batch") <= 1);
	assert_int_equal(count(t, 0, "delete\t") + count(t, 1, "delete\t"), 0);
	set_fault(t, S3_SHELF_THROTTLES, 0);
	end(t);
}

static void run_command(const struct trouble *t, const char *const *words, const char *piece)
{
	const char *argv[16] = {"tombstone", "--database", tomb_fixture_pg_registry(), "--backends-file",
		t->outage.stage->world.backends_file};
	char *out = NULL;
	size_t n = 5;

	while (*words)
		argv[n++] = *words++;
	(void)program_run(argv, &out);
	if (!strstr(out, piece))
		fail_msg("no \"%s\" in: %s", piece, out);
	free(out);
}

static void revoked_keys_stop_a_store_until_somebody_resets_it(void **state)
{
	struct trouble *t = begin(state, OUTAGE_FILES);
	int deleted = 0;

	outage_delete(&t->outage, 0);
	stage_wait(t->outage.stage, 1, "select (count(*) > 0)::int from copy where status = 'gone'");
	s3_shelf_set_fault(t->shelves[1], S3_SHELF_DENIES, 100);
	outage_delete(&t->outage, 1);
	outage_wait_said(&t->outage.stage->worker, "backend-shut", "shelf-2", 1);
	run_command(t, (const char *[]){"storage", "status", NULL}, "check the backend's keys");
	deleted = count(t, 1, "delete\t");
	outage_delete(&t->outage, 2);
	stage_wait(t->outage.stage, 0, "select count(*) from batch where state <> 'done' and due_at <= now()");
	/* What is left alone is left whole, on the other store, too. */
	assert_int_equal(count(t, 1, "delete\t"), deleted);
	assert_int_equal(tomb_world_number("select count(*) from generic_file f where state <> 'D' and not exists "
					   "(select from copy c join storage_backend b on b.id = c.backend_id "
					   "where c.file_id = f.id and b.name = 'shelf-2' and c.status <> 'gone')"),
		0);
	s3_shelf_set_fault(t->shelves[1], S3_SHELF_DENIES, 0);
	run_command(t, (const char *[]){"storage", "reset", "shelf-2", NULL}, "shelf-2");
	end(t);
}

static void nothing_goes_while_one_of_two_copies_cannot_be_reached(void **state)
{
	struct trouble *t = begin(state, OUTAGE_FILES);

	s3_shelf_set_fault(t->shelves[1], S3_SHELF_AWAY, 100);
	for (int part = 0; part < OUTAGE_PARTS; part++)
		outage_delete(&t->outage, part);
	stage_wait(t->outage.stage, 0, "select count(*) from batch where attempts < 2");
	assert_int_equal(count(t, 0, "delete\t") + count(t, 1, "delete\t"), 0);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone'"), 0);
	s3_shelf_set_fault(t->shelves[1], S3_SHELF_AWAY, 0);
	end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(three_of_ten_requests_are_one_too_many, stage_set_up, tear_down),
		cmocka_unit_test_setup_teardown(being_asked_for_less_is_not_charged, stage_set_up, tear_down),
		cmocka_unit_test_setup_teardown(stalls_longer_than_anybody_waits_are_got_over, stage_set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			deletes_that_were_done_without_a_word_are_looked_into, stage_set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			revoked_keys_stop_a_store_until_somebody_resets_it, stage_set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_goes_while_one_of_two_copies_cannot_be_reached, stage_set_up, tear_down),
	};

	return cmocka_run_group_tests_name("stores in trouble", tests, NULL, NULL);
}
