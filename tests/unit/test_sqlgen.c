/* The statement compiler refuses what it does not understand, and says where.  Runs the tool itself. */
#include "temp_folder.h"
#include "tombstone/pg.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

static int set_up(void **state)
{
	struct temp_folder *folder = calloc(1, sizeof *folder);

	assert_non_null(folder);
	temp_folder_make(folder);
	assert_int_equal(chdir(folder->path), 0);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	assert_int_equal(chdir("/"), 0);
	temp_folder_remove(*state);
	free(*state);
	return 0;
}

/* Compiles up to two files; returns the exit status, and what the tool said. */
static int compile(const char *out_h, const char *first, const char *second, char *said, size_t size)
{
	const char *const words[] = {TOMB_SQLGEN, out_h, "out.c", first, second, NULL};
	char copies[TOMB_COUNTOF(words)][PATH_MAX];
	char *argv[TOMB_COUNTOF(words)] = {NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int status = -1;
	FILE *f = NULL;

	for (size_t i = 0; words[i]; i++) {
		(void)snprintf(copies[i], PATH_MAX, "%s", words[i]);
		argv[i] = copies[i];
	}
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, "said", O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
	assert_int_equal(posix_spawn(&pid, argv[0], &actions, NULL, argv, environ), 0);
	assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	f = fopen("said", "r");
	assert_non_null(f);
	said[fread(said, 1, size - 1, f)] = '\0';
	(void)fclose(f);
	return WEXITSTATUS(status);
}

#define ONE "-- :name one :one\n-- :col n int4\nselect 1 as n;\n"

static const struct {
	const char *sql;
	const char *message;
} bad[] = {
	{"", "q.sql:0: no statement in this file"},
	{"-- only a remark\n", "q.sql:1: no statement in this file"},
	{"select 1;\n", "q.sql:1: SQL without -- :name before it"},
	{ONE "select 2;\n", "q.sql:4: SQL without -- :name before it"},
	{"-- :name a :exec\nupdate t set n = 1\n", "q.sql:2: a (line 1) does not end in ;"},
	{"-- :name a :exec\nupdate t set n = 1\n\n-- :name b :exec\n", "q.sql:4: a (line 1) does not end in ;"},
	{"-- :name a\n", "q.sql:1: expected :name NAME :exec|:one|:opt|:many|:each"},
	{"-- :name a exec\n", "q.sql:1: expected :name NAME :exec|:one|:opt|:many|:each"},
	{"-- :name a :exec now\n", "q.sql:1: expected :name NAME :exec|:one|:opt|:many|:each"},
	{"-- :name a :all\n", "q.sql:1: unknown shape :all; the shapes are :exec, :one, :opt, :many, :each"},
	{"-- :name a :e\n", "q.sql:1: unknown shape :e; the shapes are :exec, :one, :opt, :many, :each"},
	{"-- :name Job :exec\n",
		"q.sql:1: Job: a name is lower-case letters, digits and _, and does not begin with a digit"},
	{"-- :name 2nd :exec\n",
		"q.sql:1: 2nd: a name is lower-case letters, digits and _, and does not begin with a digit"},
	{"-- :name a-b :exec\n",
		"q.sql:1: a-b: a name is lower-case letters, digits and _, and does not begin with a digit"},
	{ONE ONE, "q.sql:4: one is there already: q.sql:1"},
	{"-- :name a :exec\n-- :arg n number\n",
		"q.sql:2: unknown type number; the types are in tombstone/pg_types.def"},
	{"-- :name a :exec\n-- :arg n jsonb[]\n",
		"q.sql:2: unknown type jsonb[]; the types are in tombstone/pg_types.def"},
	{"-- :name a :exec\n-- :arg n int8[][]\n",
		"q.sql:2: unknown type int8[][]; the types are in tombstone/pg_types.def"},
	{"-- :name a :exec\n-- :arg n int8?[]\n", "q.sql:2: int8?[]: only text?[] and bytea?[] may have nulls inside"},
	{"-- :name a :exec\n-- :arg n\n", "q.sql:2: expected NAME TYPE"},
	{"-- :name a :exec\n-- :arg n int8 not null\n", "q.sql:2: expected NAME TYPE"},
	{"-- :name a :exec\n-- :arg n int8\n-- :arg n text\n", "q.sql:3: n is there already"},
	{"-- :name a :exec\n-- :arg n int8?\n-- :arg n_null bool\n", "q.sql:3: n_null is there already"},
	{"-- :name a :one\n-- :col default bool\n",
		"q.sql:2: default is a word of C: choose another name (of a column: ... as another_name)"},
	{"-- :name a :exec\n-- :param n int8\n", "q.sql:2: expected -- :name, -- :arg or -- :col"},
	{"-- :arg n int8\n", "q.sql:1: not between -- :name and its statement"},
	{"-- :name a :exec\ndelete from t\n-- :arg n int8\n", "q.sql:3: not between -- :name and its statement"},
	{"-- :name a :exec\n-- :col n int8\ndelete from t;\n", "q.sql:3: a is :exec and has columns"},
	{"-- :name a :many\nselect 1;\n", "q.sql:2: a is :many and has no :col"},
	{"-- :name a :each\nselect 1;\n", "q.sql:2: a is :each and has no :col"},
};

static void a_mistake_is_reported_with_its_line(void **state)
{
	for (size_t i = 0; i < TOMB_COUNTOF(bad); i++) {
		char said[1024];

		temp_folder_write(*state, "q.sql", bad[i].sql, strlen(bad[i].sql));
		assert_int_equal(compile("out.h", "q.sql", NULL, said, sizeof said), 1);
		said[strcspn(said, "\n")] = '\0';
		assert_string_equal(said, bad[i].message);
		assert_int_equal(access("out.c", F_OK), -1);
	}
}

static void a_statement_or_a_line_that_is_too_long_is_refused(void **state)
{
	char said[1024];
	char *sql = malloc(2 * TOMB_PG_SQL_BYTES_MAX);
	size_t n = 0;

	assert_non_null(sql);
	n = (size_t)sprintf(sql, "-- :name a :exec\n");
	while (n < TOMB_PG_SQL_BYTES_MAX + 100)
		n += (size_t)sprintf(sql + n, "delete from t\n");
	temp_folder_write(*state, "q.sql", sql, n);
	assert_int_equal(compile("out.h", "q.sql", NULL, said, sizeof said), 1);
	assert_string_equal(strchr(said, ' '), " a is longer than 32768 bytes\n");
	(void)memset(sql, 'x', 5000);
	temp_folder_write(*state, "q.sql", sql, 5000);
	assert_int_equal(compile("out.h", "q.sql", NULL, said, sizeof said), 1);
	assert_string_equal(said, "q.sql:1: a line is longer than 4094 bytes or contains a NUL\n");
	temp_folder_write(*state, "q.sql", "a\0b\n", 4);
	assert_int_equal(compile("out.h", "q.sql", NULL, said, sizeof said), 1);
	free(sql);
}

static void too_many_fields_are_refused(void **state)
{
	char said[1024];
	char sql[8192];
	size_t n = (size_t)sprintf(sql, "-- :name a :exec\n");

	for (int i = 0; i <= TOMB_PG_FIELDS_MAX; i++)
		n += (size_t)sprintf(sql + n, "-- :arg a%d int8\n", i);
	temp_folder_write(*state, "q.sql", sql, n);
	assert_int_equal(compile("out.h", "q.sql", NULL, said, sizeof said), 1);
	assert_string_equal(said, "q.sql:66: more than 64 fields\n");
}

static void a_name_used_in_two_files_is_refused(void **state)
{
	char said[1024];

	temp_folder_write(*state, "q.sql", ONE, strlen(ONE));
	temp_folder_write(*state, "r.sql", ONE, strlen(ONE));
	assert_int_equal(compile("out.h", "q.sql", "r.sql", said, sizeof said), 1);
	assert_string_equal(said, "r.sql:1: one is there already: q.sql:1\n");
}

static void a_file_that_is_not_there_or_has_a_strange_name_is_refused(void **state)
{
	char said[1024];

	assert_int_equal(compile("out.h", "none.sql", NULL, said, sizeof said), 1);
	assert_string_equal(said, "none.sql:0: cannot open\n");
	temp_folder_write(*state, "my-q.sql", ONE, strlen(ONE));
	assert_int_equal(compile("out.h", "my-q.sql", NULL, said, sizeof said), 1);
	assert_non_null(strstr(said, "my-q: a name is"));
	assert_int_equal(compile("1.h", "q.sql", NULL, said, sizeof said), 2);
	assert_int_equal(compile("nowhere/out.h", NULL, NULL, said, sizeof said), 1);
}

static void read_whole(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	(void)fclose(f);
}

static void text_that_c_would_read_otherwise_is_escaped(void **state)
{
	static const char sql[] = "-- :name a :exec\n"
				  "-- :arg n text -- a remark\n"
				  "update t\t-- kept\n"
				  "  -- left out;\n"
				  "set n = '\"\\n?\?/' || $1; \n";
	char said[1024] = "";
	char c[8192];

	temp_folder_write(*state, "q.sql", sql, strlen(sql));
	assert_int_equal(compile("out.h", "q.sql", NULL, said, sizeof said), 0);
	assert_string_equal(said, "");
	read_whole("out.c", c, sizeof c);
	assert_non_null(strstr(c, "\t\t\"update t\\011-- kept\\n\"\n\t\t\"set n = '\\\"\\\\n\\?\\?/' || $1;\","));
}

static void no_files_are_an_empty_list(void **state)
{
	char said[1024];
	char h[4096];

	(void)state;
	assert_int_equal(compile("none.h", NULL, NULL, said, sizeof said), 0);
	read_whole("none.h", h, sizeof h);
	assert_non_null(strstr(h, "extern const size_t none_nall;"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_mistake_is_reported_with_its_line),
		TEST(a_statement_or_a_line_that_is_too_long_is_refused),
		TEST(too_many_fields_are_refused),
		TEST(a_name_used_in_two_files_is_refused),
		TEST(a_file_that_is_not_there_or_has_a_strange_name_is_refused),
		TEST(text_that_c_would_read_otherwise_is_escaped),
		TEST(no_files_are_an_empty_list),
	};

	return cmocka_run_group_tests_name("sqlgen", tests, NULL, NULL);
}
