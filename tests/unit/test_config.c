/* Configuration by table, with a table that has every kind. */
#include "tombstone/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define KEYS(X)                                                                                                        \
	X(lanes, INT, "2", 1, 64, "lanes", "Batches at the same time.")                                                \
	X(behind_tls, BOOL, "no", 0, 0, "", "TLS ends in front of this program.")                                      \
	X(name, TEXT, "", 0, 8, "", "What to call it.")                                                                \
	X(port_file, PATH, "", 0, 0, "", "Where to write the port.")                                                   \
	X(log_level, CHOICE, "info", 0, 0, "error|warning|info|debug", "How much to say.")                             \
	X(listen, ADDRESS, "127.0.0.1:8080", 1, 0, "", "Where to listen.")                                             \
	X(redis, ADDRESS, "", 0, 0, "", "The queue.")                                                                  \
	X(public_url, URL, "", 0, 0, "http|https", "What people type.")                                                \
	X(mail_from, MAILBOX, "", 0, 0, "", "The sender.")                                                             \
	X(database, CONNINFO, "", 1, 0, "", "The truth.")

struct config {
#define X(...) TOMB_CFG_FIELD(__VA_ARGS__)
	KEYS(X)
#undef X
};

static const struct tomb_config_key keys[] = {
#define X(...) TOMB_CFG_KEY(struct config, __VA_ARGS__)
	KEYS(X)
#undef X
};

static struct tomb_config_table table = {.program = "prog",
	.summary = "Does things.",
	.keys = keys,
	.nkeys = TOMB_COUNTOF(keys),
	.size = sizeof(struct config)};

enum { ARGS_MAX = 8 };

struct fixture {
	struct tomb_arena arena;
	struct config config;
	struct tomb_config_found found;
	struct tomb_err err;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.arena = tomb_arena_init(1 << 20)};
	table.operands = NULL;
	table.file = NULL;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	tomb_arena_fini(&f->arena);
	return 0;
}

/* text, env ("A=1;B=2") and args ("--a;1") may be NULL. */
static enum tomb_code load(struct fixture *f, const char *text, const char *env, const char *args)
{
	static char words[2][512];
	static char *lists[2][ARGS_MAX + 2];
	const char *given[2] = {env, args};
	static char program[] = "prog";
	int n[2] = {0, 1};

	lists[1][0] = program;
	for (int i = 0; i < 2; i++) {
		char *save = NULL;

		(void)snprintf(words[i], sizeof words[i], "%s", given[i] ? given[i] : "");
		for (char *word = strtok_r(words[i], ";", &save); word; word = strtok_r(NULL, ";", &save))
			lists[i][n[i]++] = word;
		lists[i][n[i]] = NULL;
	}
	const struct tomb_config_source source = {
		.argc = n[1], .argv = lists[1], .env = lists[0], .text = tomb_str_from(text), .text_name = "a.conf"};
	return tomb_config_load(&table, &source, &f->arena, &f->config, &f->found, &f->err);
}

static const char *origin(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		if (strcmp(keys[i].name, name) == 0)
			return f->found.origins[i];
	}
	return NULL;
}

static void defaults_fill_what_nobody_sets(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "database = dbname=t", NULL, NULL), TOMB_OK);
	assert_int_equal(f->config.lanes, 2);
	assert_false(f->config.behind_tls);
	assert_int_equal(f->config.name.n, 0);
	assert_int_equal(f->config.log_level, 2);
	assert_string_equal(f->config.listen.name, "127.0.0.1");
	assert_int_equal(f->config.listen.port, 8080);
	assert_string_equal(f->config.redis.name, "");
	assert_string_equal(f->config.database.p, "dbname=t");
	assert_string_equal(origin(f, "lanes"), "default");
	assert_string_equal(origin(f, "database"), "a.conf:1");
	assert_int_equal(f->found.wish, TOMB_CONFIG_RUN);
	assert_int_equal(f->found.rest, 1);
}

static void a_file_is_read_line_by_line(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f,
				 "# a comment\r\n"
				 "\n"
				 "  \t\n"
				 "\tlanes =\t 64 \r\n"
				 "behind_tls=yes\n"
				 "  # another = comment\n"
				 "database = host=/run user=a  dbname='x = y' # not a comment\n"
				 "name =\n"
				 "redis=unix:/run/r",
				 NULL, NULL),
		TOMB_OK);
	assert_int_equal(f->config.lanes, 64);
	assert_true(f->config.behind_tls);
	assert_string_equal(f->config.database.p, "host=/run user=a  dbname='x = y' # not a comment");
	assert_string_equal(f->config.redis.name, "/run/r");
	assert_string_equal(origin(f, "lanes"), "a.conf:4");
	assert_string_equal(origin(f, "redis"), "a.conf:9");
}

static void later_sources_win(void **state)
{
	static const char text[] = "database = a\nlanes = 3\nname = file\nlog_level = error";
	struct fixture *f = *state;

	assert_int_equal(load(f, text, "PATH=/bin;TOMBSTONE_LANES=4;TOMBSTONE_NAME=env;TOMBSTONE_OTHER=x",
				 "--lanes;5;--public-url=https://x.example/a=b"),
		TOMB_OK);
	assert_int_equal(f->config.lanes, 5);
	assert_string_equal(f->config.name.p, "env");
	assert_int_equal(f->config.log_level, 0);
	assert_string_equal(f->config.public_url.p, "https://x.example/a=b");
	assert_string_equal(origin(f, "lanes"), "--lanes");
	assert_string_equal(origin(f, "name"), "TOMBSTONE_NAME");
	assert_string_equal(origin(f, "log_level"), "a.conf:4");
	assert_string_equal(origin(f, "public_url"), "--public_url");
}

static void a_boolean_option_may_stand_alone(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, NULL, NULL, "--behind-tls;--database;x"), TOMB_OK);
	assert_true(f->config.behind_tls);
	assert_int_equal(load(f, NULL, NULL, "--behind_tls=off;--database=x"), TOMB_OK);
	assert_false(f->config.behind_tls);
}

static void operands_begin_where_options_end(void **state)
{
	struct fixture *f = *state;

	table.operands = "COMMAND";
	assert_int_equal(load(f, NULL, NULL, "--database;x;status;--lanes;0"), TOMB_OK);
	assert_int_equal(f->found.rest, 3);
	assert_int_equal(load(f, NULL, NULL, "--database;x;--;--lanes"), TOMB_OK);
	assert_int_equal(f->found.rest, 4);
	assert_int_equal(load(f, NULL, NULL, "--database;x;--"), TOMB_OK);
	assert_int_equal(f->found.rest, 4);
	assert_int_equal(load(f, NULL, NULL, "--database;x"), TOMB_OK);
	assert_int_equal(f->found.rest, 3);
	table.operands = NULL;
	assert_int_equal(load(f, NULL, NULL, "--database;x;status"), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "\"status\""));
}

static void help_and_version_ask_for_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "broken", "TOMBSTONE_LANES=x", "--help"), TOMB_OK);
	assert_int_equal(f->found.wish, TOMB_CONFIG_HELP);
	assert_int_equal(load(f, "broken", NULL, "-h"), TOMB_OK);
	assert_int_equal(f->found.wish, TOMB_CONFIG_HELP);
	assert_int_equal(load(f, "broken", NULL, "--version"), TOMB_OK);
	assert_int_equal(f->found.wish, TOMB_CONFIG_VERSION);
	assert_int_equal(load(f, "broken", NULL, "--show-config"), TOMB_INVAL);
	assert_int_equal(load(f, "database = x", NULL, "--show-config"), TOMB_OK);
	assert_int_equal(f->found.wish, TOMB_CONFIG_SHOW);
}

/* Everything that is wrong has a text that says where, what and which rule. */
static const struct {
	const char *text;
	const char *env;
	const char *args;
	const char *says[3];
} refused[] = {
	{"lanes = 0", NULL, NULL, {"a.conf:1: lanes must be a whole number from 1 to 64 (lanes), not \"0\""}},
	{"\nlanes = 65", NULL, NULL, {"a.conf:2: ", "\"65\""}},
	{"lanes = ", NULL, NULL, {"a.conf:1: lanes must be a whole number"}},
	{"lanes = 2x", NULL, NULL, {"from 1 to 64"}},
	{"lanes = 3\nlanes = 3", NULL, NULL, {"a.conf:2: lanes was set in line 1 already"}},
	{"lane = 3", NULL, NULL, {"a.conf:1: unknown key \"lane\""}},
	{"lanes\n", NULL, NULL, {"a.conf:1: a line is \"key = value\""}},
	{"= 3", NULL, NULL, {"a.conf:1: unknown key \"\""}},
	{"LANES = 3", NULL, NULL, {"unknown key \"LANES\""}},
	{"behind_tls = maybe", NULL, NULL, {"behind_tls must be yes or no, not \"maybe\""}},
	{"name = 123456789", NULL, NULL, {"name must be a text of at most 8 bytes"}},
	{"name = a\x01z", NULL, NULL, {"a.conf:1: name must be one line of UTF-8"}},
	{"name = \xff", NULL, NULL, {"a.conf:1: name must be one line of UTF-8"}},
	{"log_level = loud", NULL, NULL, {"log_level must be one of error|warning|info|debug"}},
	{"log_level = error|warning", NULL, NULL, {"log_level must be one of"}},
	{"listen = 8080", NULL, NULL, {"listen must be unix:/path, host:port"}},
	{"database = x\nlisten =", NULL, NULL, {"listen must be set", "--listen"}},
	{"public_url = ftp://x", NULL, NULL, {"public_url must be a URL that begins with http|https://"}},
	{"public_url = https://", NULL, NULL, {"public_url must be"}},
	{"public_url = https:///path", NULL, NULL, {"public_url must be"}},
	{"public_url = https://a b", NULL, NULL, {"public_url must be"}},
	{"public_url = https://a\"b", NULL, NULL, {"public_url must be"}},
	{"mail_from = nobody", NULL, NULL, {"mail_from must be an e-mail address, not \"nobody\""}},
	{"", NULL, NULL, {"database must be set"}},
	{NULL, "TOMBSTONE_LANES=x", NULL, {"TOMBSTONE_LANES: lanes must be"}},
	{NULL, NULL, "--lanes;x", {"--lanes: lanes must be"}},
	{NULL, NULL, "--lanes", {"--lanes needs a value"}},
	{NULL, NULL, "--lane;3", {"unknown option --lane"}},
	{NULL, NULL, "-l", {"unknown option -l"}},
	{NULL, NULL, "--", {"database must be set"}},
	{NULL, NULL, "--behind_tls=2", {"--behind_tls: behind_tls must be yes or no"}},
	{NULL, NULL, "--help=me", {"unknown option --help"}},
	{NULL, NULL, "--config", {"--config needs a value"}},
	/* A bad value is refused even where a later source would have replaced it. */
	{"database = x\nlanes = 0", NULL, "--lanes;3", {"a.conf:2: lanes"}},
};

static void what_is_wrong_is_refused_by_place_and_rule(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(refused); i++) {
		f->config.lanes = 99;
		f->found.rest = 99;
		assert_int_equal(load(f, refused[i].text, refused[i].env, refused[i].args), TOMB_INVAL);
		for (size_t j = 0; j < 3 && refused[i].says[j]; j++)
			assert_non_null(strstr(f->err.text, refused[i].says[j]));
		assert_int_equal(f->config.lanes, 99);
		assert_int_equal(f->found.rest, 99);
	}
}

static void passwords_are_refused_and_not_repeated(void **state)
{
	static const char *const with[] = {"database = password=hush", "database = dbname=a Password = hush",
		"database = sslpassword=hush dbname=a", "database = postgresql://user:hush@host/db",
		"database = x\npublic_url = https://user:hush@host/", "database = x\npublic_url = https://hush@host/"};
	static const char *const without[] = {"database = passfile=/run/p dbname=a",
		"database = postgresql://user@host/db", "database = postgresql://host:5432/db?user=a:b@c",
		"database = dbname=password"};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(with); i++) {
		assert_int_equal(load(f, with[i], NULL, NULL), TOMB_INVAL);
		assert_null(strstr(f->err.text, "hush"));
		assert_non_null(strstr(f->err.text, "a.conf:"));
	}
	for (size_t i = 0; i < TOMB_COUNTOF(without); i++)
		assert_int_equal(load(f, without[i], NULL, NULL), TOMB_OK);
}

static void nul_bytes_and_long_values_are_refused(void **state)
{
	static char big[TOMB_CONFIG_VALUE_MAX + 64] = "database = ";
	static char *argv[] = {big};
	struct fixture *f = *state;
	struct tomb_config_source source = {
		.argc = 1, .argv = argv, .text = TOMB_STR("database = a\0b"), .text_name = "a.conf"};

	assert_int_equal(tomb_config_load(&table, &source, &f->arena, &f->config, &f->found, &f->err), TOMB_INVAL);
	memset(big + 11, 'x', TOMB_CONFIG_VALUE_MAX + 1);
	source.text = (struct tomb_str){big, 11 + TOMB_CONFIG_VALUE_MAX};
	assert_int_equal(tomb_config_load(&table, &source, &f->arena, &f->config, &f->found, &f->err), TOMB_OK);
	assert_int_equal(f->config.database.n, TOMB_CONFIG_VALUE_MAX);
	source.text.n++;
	assert_int_equal(tomb_config_load(&table, &source, &f->arena, &f->config, &f->found, &f->err), TOMB_INVAL);
}

static const char *printed(struct tomb_buf *buf)
{
	struct tomb_str text;
	struct tomb_err err;

	assert_int_equal(tomb_buf_done(buf, &text, &err), TOMB_OK);
	return text.p;
}

static void what_show_config_prints_is_a_file_with_the_same_meaning(void **state)
{
	struct fixture *f = *state;
	TOMB_BUF_AUTO first = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO second = tomb_buf_init(1 << 16);
	struct config before;

	assert_int_equal(
		load(f,
			"database = dbname=x\nlanes = 7\nbehind_tls = on\nname = N \xc3\xa9\nport_file = /p q\n"
			"log_level = debug\nlisten = [::1]:0\nredis = unix:/r\npublic_url = http://h\n"
			"mail_from = a@b",
			NULL, NULL),
		TOMB_OK);
	before = f->config;
	tomb_config_put_all(&table, &f->config, &f->found, &first);
	assert_non_null(strstr(printed(&first), "# a.conf:2\nlanes = 7\n"));
	assert_non_null(strstr(printed(&first), "log_level = debug\n"));
	assert_int_equal(load(f, printed(&first), NULL, NULL), TOMB_OK);
	tomb_config_put_all(&table, &before, &f->found, &second);
	tomb_buf_reset(&first);
	tomb_config_put_all(&table, &f->config, &f->found, &first);
	assert_string_equal(printed(&first), printed(&second));
}

static void help_names_every_key_its_rule_and_its_default(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(1 << 16);
	const char *text = NULL;

	(void)state;
	table.file = "/etc/prog.conf";
	tomb_config_put_help(&table, &out);
	text = printed(&out);
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		char option[64];

		(void)snprintf(option, sizeof option, "\n  --%s", keys[i].name);
		assert_non_null(strstr(text, option));
	}
	assert_non_null(strstr(text, "Batches at the same time. Value: a whole number from 1 to 64 (lanes);"));
	assert_non_null(strstr(text, "default: 2."));
	assert_non_null(strstr(text, "must be set."));
	assert_non_null(strstr(text, "/etc/prog.conf"));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 110);
}

static void a_file_on_disk_is_found_by_option_environment_and_default(void **state)
{
	struct fixture *f = *state;
	char dir[] = "/tmp/tomb-config-XXXXXX";
	char path[64];
	char option[96];
	FILE *file = NULL;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/a.conf", dir);
	table.file = path;
	assert_int_equal(load(f, NULL, NULL, "--database=x"), TOMB_OK); /* a missing default file is none */
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("database = disk\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(load(f, NULL, NULL, NULL), TOMB_OK);
	assert_string_equal(f->config.database.p, "disk");
	assert_non_null(strstr(origin(f, "database"), "/a.conf:1"));
	table.file = NULL;
	(void)snprintf(option, sizeof option, "--config=%s", path);
	assert_int_equal(load(f, NULL, "TOMBSTONE_CONFIG=/nonexistent", option), TOMB_OK);
	(void)snprintf(option, sizeof option, "TOMBSTONE_CONFIG=%s", path);
	assert_int_equal(load(f, NULL, option, NULL), TOMB_OK);
	assert_int_equal(load(f, NULL, NULL, "--config=/nonexistent/a.conf"), TOMB_IO);
	assert_non_null(strstr(f->err.text, "/nonexistent/a.conf"));
	(void)snprintf(option, sizeof option, "--config=%s", dir);
	assert_int_equal(load(f, NULL, NULL, option), TOMB_IO);
	assert_int_equal(truncate(path, TOMB_CONFIG_FILE_MAX + 1), 0);
	(void)snprintf(option, sizeof option, "--config=%s", path);
	assert_int_equal(load(f, NULL, NULL, option), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "more than 65536 bytes"));
	assert_int_equal(unlink(path) | rmdir(dir), 0);
}

static void too_small_an_arena_is_an_error_at_every_size(void **state)
{
	struct fixture *f = *state;
	size_t max = 0;
	enum tomb_code code = TOMB_NOMEM;

	for (; code != TOMB_OK && max < 100000; max += 16) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(max);

		f->config.lanes = 99;
		const struct tomb_config_source source = {
			.text = TOMB_STR("database = x\nname = y"), .text_name = "a.conf"};
		code = tomb_config_load(&table, &source, &arena, &f->config, &f->found, &f->err);
		assert_true(code == TOMB_OK || (code == TOMB_NOMEM && f->config.lanes == 99));
	}
	assert_int_equal(code, TOMB_OK);
	assert_true(max > 256);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(defaults_fill_what_nobody_sets),
		TEST(a_file_is_read_line_by_line),
		TEST(later_sources_win),
		TEST(a_boolean_option_may_stand_alone),
		TEST(operands_begin_where_options_end),
		TEST(help_and_version_ask_for_nothing_else),
		TEST(what_is_wrong_is_refused_by_place_and_rule),
		TEST(passwords_are_refused_and_not_repeated),
		TEST(nul_bytes_and_long_values_are_refused),
		TEST(what_show_config_prints_is_a_file_with_the_same_meaning),
		TEST(help_names_every_key_its_rule_and_its_default),
		TEST(a_file_on_disk_is_found_by_option_environment_and_default),
		TEST(too_small_an_arena_is_an_error_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
