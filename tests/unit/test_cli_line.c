/* The command line of "tombstone": what it takes, what it refuses, and how it says so. */
#include "../../registry/cli/cli.h"
#include "cli_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const env[] = {"TOMBSTONE_CONFIG=/dev/null", NULL};

static void assert_one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	assert_non_null(end);
	assert_int_equal(end[1], '\0');
	assert_int_equal(strncmp(text, "tombstone: ", 11), 0);
}

/* Refused as a command line that makes no sense, in one line that has the piece in it. */
static void refused(const char *words, const char *piece)
{
	struct cli_run r = cli_run_words(env, words);

	if (r.exit != CLI_USAGE || !strstr(r.err, piece))
		fail_msg("\"%s\" ended with %d and said \"%s\", not \"%s\"", words, r.exit, r.err, piece);
	assert_one_line(r.err);
	assert_string_equal(r.out, "");
}

static void a_line_without_a_command_lists_them_and_fails(void **state)
{
	struct cli_run r = cli_run_words(env, "");

	(void)state;
	assert_int_equal(r.exit, CLI_USAGE);
	assert_non_null(strstr(r.out, "audit verify"));
	r = cli_run_words(env, "help");
	assert_int_equal(r.exit, CLI_OK);
	assert_non_null(strstr(r.out, "audit verify"));
}

static void every_command_has_help_that_needs_no_settings(void **state)
{
	size_t n = 0;
	const struct cli_command *commands = cli_commands(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char words[128];
		struct cli_run r;

		(void)snprintf(words, sizeof words, "%s --help", commands[i].name);
		r = cli_run_words(NULL, words);
		assert_int_equal(r.exit, CLI_OK);
		assert_non_null(strstr(r.out, "Usage: tombstone "));
		assert_non_null(strstr(r.out, commands[i].name));
		assert_non_null(strstr(r.out, commands[i].summary));
		assert_non_null(strstr(r.out, "Exit codes:"));
		assert_string_equal(r.err, "");
		for (size_t o = 0; o < CLI_OPTIONS_MAX && commands[i].options[o].name; o++)
			assert_non_null(strstr(r.out, commands[i].options[o].help));
	}
}

static void no_two_commands_have_one_name_and_none_stands_in_anothers_way(void **state)
{
	size_t n = 0;
	const struct cli_command *commands = cli_commands(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			size_t length = strlen(commands[i].name);

			if (i == j)
				continue;
			assert_string_not_equal(commands[i].name, commands[j].name);
			assert_false(strncmp(commands[i].name, commands[j].name, length) == 0 &&
				     commands[j].name[length] == ' ');
		}
}

static void mistakes_are_refused_in_one_line(void **state)
{
	(void)state;
	refused("ingets bag", "\"ingets\" is no command");
	refused("user", "\"user\" is no command");
	refused("institution list now", "takes no operands");
	refused("ingest", "ingest takes BAG");
	refused("ingest one two", "ingest takes BAG");
	refused("user list --institution", "--institution needs a value");
	refused("user list --nonsense 1", "user list has no option --nonsense");
	refused("user list --institution=a --institution=b", "may be given once");
	refused("status --follow=yes 1", "--follow takes no value");
	refused("--nonsense user list", "unknown option --nonsense");
	refused("--database", "--database needs a value");
	refused("user list --database", "--database needs a value");
	refused("--json=perhaps user list", "json");
	refused("user list", "database is missing");
	refused("migrate", "database_owner is missing");
}

static void settings_stand_before_or_behind_the_command(void **state)
{
	(void)state;
	refused("--json user list", "database is missing");
	refused("user list --json", "database is missing");
	refused("user --json list", "\"user\" is no command");
	refused("user list --backends_file /x --backends-file=/y --json", "database is missing");
}

static void what_stands_behind_two_hyphens_is_an_operand(void **state)
{
	(void)state;
	refused("institution list -- --json", "takes no operands");
	refused("status -- --follow", "database is missing");
	refused("status 1", "database is missing");
	refused("status -", "database is missing");
}

static void an_error_cannot_write_to_the_terminal(void **state)
{
	const char *const argv[] = {"\033[31mred\007\n\xff", NULL};
	struct cli_run r = cli_run(argv, env, NULL);

	(void)state;
	assert_int_equal(r.exit, CLI_USAGE);
	assert_one_line(r.err);
	for (const char *p = r.err; *p; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
}

static void version_and_settings_are_printed(void **state)
{
	struct cli_run r = cli_run_words(env, "--version");

	(void)state;
	assert_int_equal(r.exit, CLI_OK);
	assert_int_equal(strncmp(r.out, "tombstone ", 10), 0);
	r = cli_run_words(env, "--backends-file /some/file --show-config");
	assert_int_equal(r.exit, CLI_OK);
	assert_non_null(strstr(r.out, "backends_file = /some/file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_without_a_command_lists_them_and_fails),
		cmocka_unit_test(every_command_has_help_that_needs_no_settings),
		cmocka_unit_test(no_two_commands_have_one_name_and_none_stands_in_anothers_way),
		cmocka_unit_test(mistakes_are_refused_in_one_line),
		cmocka_unit_test(settings_stand_before_or_behind_the_command),
		cmocka_unit_test(what_stands_behind_two_hyphens_is_an_operand),
		cmocka_unit_test(an_error_cannot_write_to_the_terminal),
		cmocka_unit_test(version_and_settings_are_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
