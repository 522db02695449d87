/*
 * The main job with the operator's command, on a real S3 server (Ceph's gateway) with storage classes: a folder becomes
 * a bag, the bag an object with two copies of each file, the object is deleted by two people, and comes back.  Skipped
 * unless TOMBSTONE_TEST_S3_ENDPOINT, _KEY and _SECRET say where the server is.
 */
#include "pg_fixture.h"
#include "s3_raw.h"
#include "stage.h"
#include "temp_folder.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SKIPPED = 77, PAYLOAD = 3, WORDS_MAX = 24, WORD_BYTES = 512 };

struct s3_stage {
	struct stage *stage;
	struct s3_raw raw;
	struct tomb_arena arena;
	struct temp_folder temp;
	char bucket[32]; /* and this with "-cold" */
};

/* main() has seen that it is set. */
static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* ---- the command ---- */

/* The command with these words, as one string with spaces between them; in it, ~ stands for the test's folder.  Fails
 * the test unless it ends with status. */
TOMB_PRINTF(3, 4) static void command(struct s3_stage *s, int status, const char *fmt, ...)
{
	char line[2048];
	char words[WORDS_MAX][WORD_BYTES];
	const char *argv[WORDS_MAX + 5] = {"tombstone", "--database", tomb_fixture_pg_registry(), "--backends-file",
		s->stage->world.backends_file};
	char *out = NULL;
	char *rest = line;
	size_t n = 0;
	int got = 0;
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(line, sizeof line, fmt, ap), 1, sizeof line - 1);
	va_end(ap);
	for (char *word = NULL; (word = strsep(&rest, " ")); n++) {
		assert_true(n < WORDS_MAX - 1);
		(void)snprintf(words[n], WORD_BYTES, "%s%s", word[0] == '~' ? s->temp.path : "",
			word[0] == '~' ? word + 1 : word);
		argv[5 + n] = words[n];
	}
	argv[5 + n] = NULL;
	got = program_run(argv, &out);
	if (got != status)
		fail_msg("%s: exit %d, not %d: %s", fmt, got, status, out);
	free(out);
}

static void write_file(struct s3_stage *s, const char *name, const char *text)
{
	char path[256];

	temp_folder_write(&s->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", s->temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

/* Somebody's API key, in the file that is called so. */
static void make_key(struct s3_stage *s, const struct tomb_actor *who, const char *name)
{
	struct visitor v;

	stage_give_key(s->stage, who, &v);
	write_file(s, name, v.key);
}

/* ---- the buckets ---- */

static int ask_s3(struct s3_stage *s, const char *method, const char *path)
{
	return s3_raw_send(&s->raw, method, path, "", "", TOMB_STR(""));
}

static void add_backends(struct s3_stage *s)
{
	static const char *const classes[] = {"", "-cold"};
	FILE *f = fopen(s->stage->world.backends_file, "ae");

	assert_non_null(f);
	write_file(s, "access", s->raw.access_key);
	write_file(s, "secret", s->raw.secret_key);
	for (size_t i = 0; i < TOMB_COUNTOF(classes); i++) {
		char path[64];

		(void)snprintf(path, sizeof path, "/%s%s", s->bucket, classes[i]);
		assert_int_equal(ask_s3(s, "PUT", path), 200);
		(void)fprintf(f, "[backend s3%s]\nkind = s3\nregion = us-east-1\nendpoint = %s\nbucket = %s%s\n%s",
			classes[i], s->raw.endpoint, s->bucket, classes[i], i == 1 ? "storage_class = GLACIER\n" : "");
		(void)fprintf(
			f, "access_key_file = %s/access\nsecret_key_file = %s/secret\n", s->temp.path, s->temp.path);
	}
	assert_int_equal(fclose(f), 0);
}

/* Asks the server itself about every copy that the ledger knows of, in whatever state. */
static void every_copy_answers(struct s3_stage *s, const char *identifier, const char *status, int answer)
{
	char where[512];
	int64_t copies = 0;

	(void)snprintf(where, sizeof where,
		"from copy c join generic_file f on f.id = c.file_id join intellectual_object o on o.id = f.object_id "
		"where o.identifier = '%s' and c.status = '%s'",
		identifier, status);
	copies = tomb_world_number("select count(*) %s", where);
	assert_true(copies >= 2 * (int64_t)PAYLOAD);
	for (int64_t i = 0; i < copies; i++) {
		char sql[1024];
		const char *url = NULL;

		(void)snprintf(sql, sizeof sql, "select c.url %s order by c.id limit 1 offset %" PRId64, where, i);
		url = tomb_fixture_pg_value(sql);
		assert_memory_equal(url, s->raw.endpoint, strlen(s->raw.endpoint));
		assert_int_equal(ask_s3(s, "HEAD", url + strlen(s->raw.endpoint)), answer);
		if (answer == 200 && strstr(url, "-cold/"))
			assert_true(tomb_str_eq(
				tomb_http_header(&s->raw.answer, "x-amz-storage-class"), TOMB_STR("GLACIER")));
	}
}

/* ---- the story ---- */

static void store_bag(struct s3_stage *s, const char *folder)
{
	command(s, 0, "bag --title Letters --storage-option Cold-And-Warm ~/%s ~/out/%s/letters", folder, folder);
	command(s, 0, "ingest --institution test.edu ~/out/%s/letters", folder);
}

static void alice_asks_and_bob_agrees(struct s3_stage *s)
{
	int64_t request = 0;
	char token[TOMB_TOKEN_TEXT];

	command(s, 0, "request --user alice@test.edu --api-key-file ~/alice.key --object test.edu/letters");
	request = tomb_world_number("select max(id) from deletion_request");
	stage_token(s->stage, "bob@test.edu", request, token);
	write_file(s, "token", token);
	/* Not by the one who asked. */
	command(s, 4, "approve --user alice@test.edu --api-key-file ~/alice.key --token-file ~/token %" PRId64,
		request);
	command(s, 0, "approve --user bob@test.edu --api-key-file ~/bob.key --token-file ~/token %" PRId64, request);
	command(s, 0, "status --follow %" PRId64, request);
	assert_int_equal(tomb_world_number("select count(*) from work_item where action = 'Delete' and "
					   "status <> 'Success'"),
		0);
}

static void p_09_p_19_an_object_on_s3_is_deleted_with_the_command_and_comes_back(void **state)
{
	struct s3_stage *s = *state;

	stage_start(s->stage);
	command(s, 0, "storage setup --option Cold-And-Warm:0=s3,s3-cold");
	/* This server bills nobody for its GLACIER, whatever the class is called. */
	command(s, 0, "storage set s3-cold --retention registry");
	command(s, 0, "storage probe s3-cold");
	make_key(s, &s->stage->world.alice, "alice.key");
	make_key(s, &s->stage->world.bob, "bob.key");
	store_bag(s, "first");
	every_copy_answers(s, "test.edu/letters", "stored", 200);
	alice_asks_and_bob_agrees(s);
	every_copy_answers(s, "test.edu/letters", "gone", 404);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'D'"), 1);
	assert_int_equal(tomb_world_number("select count(*) from copy where status = 'gone' and "
					   "verification <> 'verified absent'"),
		0);
	store_bag(s, "second");
	every_copy_answers(s, "test.edu/letters", "stored", 200);
	every_copy_answers(s, "test.edu/letters", "gone", 404);
	assert_int_equal(tomb_world_number("select count(*) from intellectual_object where state = 'A'"), 1);
	alice_asks_and_bob_agrees(s);
	every_copy_answers(s, "test.edu/letters", "gone", 404);
	stage_wait(s->stage, 0,
		"select count(*) from audit_entry e where not exists "
		"(select from audit_seal a where a.entry_id = e.id)");
	command(s, 0, "audit verify");
	command(s, 0, "premis test.edu/letters");
}

static void make_payload(struct s3_stage *s, const char *folder)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", s->temp.path, folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/out/%s", s->temp.path, folder);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int i = 0; i < PAYLOAD; i++) {
		(void)snprintf(path, sizeof path, "%s/letter %d é.txt", folder, i);
		write_file(s, path, folder);
	}
}

static int set_up(void **state)
{
	struct s3_stage *s = calloc(1, sizeof *s);
	char path[96];
	void *stage = NULL;

	assert_non_null(s);
	assert_int_equal(stage_set_up(&stage), 0);
	s->stage = stage;
	s->arena = tomb_arena_init(1 << 20);
	s->raw = (struct s3_raw){.endpoint = env("TOMBSTONE_TEST_S3_ENDPOINT"),
		.access_key = env("TOMBSTONE_TEST_S3_KEY"),
		.secret_key = env("TOMBSTONE_TEST_S3_SECRET"),
		.arena = &s->arena};
	TOMB_OK_OR_FAIL(tomb_http_new(&s->raw.http, &err));
	(void)snprintf(s->bucket, sizeof s->bucket, "e2e-%d", (int)getpid());
	temp_folder_make(&s->temp);
	(void)snprintf(path, sizeof path, "%s/out", s->temp.path);
	assert_int_equal(mkdir(path, 0700), 0);
	make_payload(s, "first");
	make_payload(s, "second");
	add_backends(s);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct s3_stage *s = *state;
	void *stage = s->stage;

	temp_folder_remove(&s->temp);
	tomb_http_free(s->raw.http);
	tomb_arena_fini(&s->arena);
	free(s);
	return stage_tear_down(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			p_09_p_19_an_object_on_s3_is_deleted_with_the_command_and_comes_back, set_up, tear_down),
	};

	if (!getenv("TOMBSTONE_TEST_S3_ENDPOINT"))
		return SKIPPED;
	return cmocka_run_group_tests_name("the main job on S3", tests, NULL, NULL);
}
