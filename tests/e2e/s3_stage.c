#include "s3_stage.h"

#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS_MAX = 24, WORD_BYTES = 512 };

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

bool s3_stage_is_possible(void)
{
	return env("TOMBSTONE_TEST_S3_ENDPOINT")[0] != '\0';
}

void s3_stage_command(struct s3_stage *s, int status, const char *fmt, ...)
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

void s3_stage_write(struct s3_stage *s, const char *name, const char *text)
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
	s3_stage_write(s, name, v.key);
}

int s3_stage_ask(struct s3_stage *s, const char *method, const char *path, const char *query, const char *body)
{
	return s3_raw_send(&s->raw, method, path, query, "", tomb_str_from(body));
}

static void make_bucket(struct s3_stage *s, const struct s3_stage_bucket *bucket)
{
	const char *header = bucket->is_locking ? "x-amz-bucket-object-lock-enabled: true" : "";
	char path[64];

	(void)snprintf(path, sizeof path, "/%s%s", s->bucket, bucket->suffix);
	assert_int_equal(s3_raw_send(&s->raw, "PUT", path, "", header, TOMB_STR("")), 200);
	if (bucket->is_versioned)
		assert_int_equal(s3_stage_ask(s, "PUT", path, "versioning",
					 "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
			200);
}

static void add_backends(struct s3_stage *s, const struct s3_stage_bucket *buckets, size_t n)
{
	FILE *f = fopen(s->stage->world.backends_file, "ae");

	assert_non_null(f);
	s3_stage_write(s, "access", s->raw.access_key);
	s3_stage_write(s, "secret", s->raw.secret_key);
	for (size_t i = 0; i < n; i++) {
		make_bucket(s, &buckets[i]);
		(void)fprintf(f, "[backend s3%s]\nkind = s3\nregion = us-east-1\nendpoint = %s\nbucket = %s%s\n%s",
			buckets[i].suffix, s->raw.endpoint, s->bucket, buckets[i].suffix, buckets[i].extra);
		(void)fprintf(
			f, "access_key_file = %s/access\nsecret_key_file = %s/secret\n", s->temp.path, s->temp.path);
	}
	assert_int_equal(fclose(f), 0);
}

static void make_payload(struct s3_stage *s, const char *folder, int letters)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", s->temp.path, folder);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/out/%s", s->temp.path, folder);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int i = 0; i < letters; i++) {
		(void)snprintf(path, sizeof path, "%s/letter %d é.txt", folder, i);
		s3_stage_write(s, path, folder);
	}
}

void s3_stage_open(struct s3_stage *s, const struct s3_stage_bucket *buckets, size_t n, int letters)
{
	static unsigned count;
	char path[96];
	void *stage = NULL;

	assert_int_equal(stage_set_up(&stage), 0);
	*s = (struct s3_stage){.stage = stage, .arena = tomb_arena_init(8 << 20)};
	s->raw = (struct s3_raw){.endpoint = env("TOMBSTONE_TEST_S3_ENDPOINT"),
		.access_key = env("TOMBSTONE_TEST_S3_KEY"),
		.secret_key = env("TOMBSTONE_TEST_S3_SECRET"),
		.arena = &s->arena};
	TOMB_OK_OR_FAIL(tomb_http_new(&s->raw.http, &err));
	(void)snprintf(s->bucket, sizeof s->bucket, "e2e-%d-%u", (int)getpid(), count++);
	temp_folder_make(&s->temp);
	(void)snprintf(path, sizeof path, "%s/out", s->temp.path);
	assert_int_equal(mkdir(path, 0700), 0);
	make_payload(s, "first", letters);
	make_payload(s, "second", letters);
	add_backends(s, buckets, n);
}

void s3_stage_close(struct s3_stage *s)
{
	void *stage = s->stage;

	temp_folder_remove(&s->temp);
	tomb_http_free(s->raw.http);
	tomb_arena_fini(&s->arena);
	assert_int_equal(stage_tear_down(&stage), 0);
}

void s3_stage_start(struct s3_stage *s, const char *option)
{
	stage_start(s->stage);
	s3_stage_command(s, 0, "storage setup --option %s", option);
	make_key(s, &s->stage->world.alice, "alice.key");
	make_key(s, &s->stage->world.bob, "bob.key");
}

void s3_stage_ingest(struct s3_stage *s, const char *folder, const char *option)
{
	s3_stage_command(s, 0, "bag --title Letters --storage-option %s ~/%s ~/out/%s/letters", option, folder, folder);
	s3_stage_command(s, 0, "ingest --institution test.edu ~/out/%s/letters", folder);
}

void s3_stage_delete(struct s3_stage *s, bool follow)
{
	int64_t request = 0;
	char token[TOMB_TOKEN_TEXT];

	s3_stage_command(s, 0, "request --user alice@test.edu --api-key-file ~/alice.key --object test.edu/letters");
	request = tomb_world_number("select max(id) from deletion_request");
	stage_token(s->stage, "bob@test.edu", request, token);
	s3_stage_write(s, "token", token);
	/* Not by the one who asked. */
	s3_stage_command(s, 4, "approve --user alice@test.edu --api-key-file ~/alice.key --token-file ~/token %" PRId64,
		request);
	s3_stage_command(
		s, 0, "approve --user bob@test.edu --api-key-file ~/bob.key --token-file ~/token %" PRId64, request);
	if (follow)
		s3_stage_command(s, 0, "status --follow %" PRId64, request);
}
