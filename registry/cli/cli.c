#include "cli.h"

#include "arguments.h"
#include "sql.gen.h"
#include "tombstone/api_key.h"
#include "tombstone/migrate.h"
#include "tombstone/secret.h"
#include "tombstone/utf8.h"
#include "tombstone/version.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	HELP_BYTES_MAX = 256 * 1024,
	/* One statement of an ingest's record; everything else takes milliseconds. */
	STATEMENT_TIMEOUT_MS = 10 * 60 * 1000,
	LOCK_TIMEOUT_MS = 30 * 1000
};

/* One line, and nothing in it that a terminal would obey: it may quote names from a bag. */
static void print_error(const struct tomb_err *err)
{
	struct tomb_str rest = tomb_str_from(err->text);
	uint32_t c = 0;

	(void)fputs("tombstone: ", stderr);
	for (size_t n = tomb_utf8_step(rest, &c); n > 0; n = tomb_utf8_step(rest, &c)) {
		struct tomb_str one = {rest.p, n};

		if (tomb_utf8_is_line(one))
			(void)fwrite(one.p, 1, one.n, stderr);
		else
			(void)fputc(c == '\n' ? ' ' : '?', stderr);
		rest = (struct tomb_str){rest.p + n, rest.n - n};
	}
	(void)fputc('\n', stderr);
}

/* Is it a rule that stands in the way, and not a mishap? */
static bool is_refusal(enum tomb_code code)
{
	return code == TOMB_UNAUTHENTICATED || code == TOMB_FORBIDDEN || code == TOMB_STEP_UP ||
	       code == TOMB_CONFLICT || code == TOMB_GONE || code == TOMB_UNPROCESSABLE || code == TOMB_RATE_LIMITED ||
	       code == TOMB_STALE;
}

static int end(const struct cli *cli, enum tomb_code code, const struct tomb_err *err)
{
	if (code == TOMB_OK && fflush(stdout) == 0)
		return (int)cli->exit;
	if (code == TOMB_OK) {
		perror("tombstone: standard output");
		return CLI_FAILED;
	}
	print_error(err);
	if (cli->is_misused)
		return CLI_USAGE;
	return is_refusal(code) ? CLI_REFUSED : CLI_FAILED;
}

static int print(const struct tomb_buf *text)
{
	bool is_whole = text->broken == TOMB_OK && fwrite(text->p, 1, text->n, stdout) == text->n;

	return is_whole && fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

static int print_wish(const struct cli *cli, const struct cli_line *line, const struct tomb_config_found *found)
{
	TOMB_BUF_AUTO text = tomb_buf_init(HELP_BYTES_MAX);

	if (found->wish == TOMB_CONFIG_VERSION)
		tomb_buf_putf(&text, "tombstone %s\n", tomb_version());
	else if (found->wish == TOMB_CONFIG_SHOW)
		tomb_config_put_all(tomb_cli_config_table(), &cli->config, found, &text);
	else if (line->command)
		cli_put_help(line->command, &text);
	else
		tomb_config_put_help(tomb_cli_config_table(), &text);
	return print(&text);
}

/* The operator's command acts as whoever runs it on this machine. */
static enum tomb_code become_program(struct cli *cli, struct tomb_err *err)
{
	const struct passwd *who = getpwuid(geteuid());

	cli->actor = (struct tomb_actor){
		.email = tomb_arena_str(cli->arena, tomb_str_from(who ? who->pw_name : "tombstone")),
		.via = TOMB_VIA_CLI,
	};
	return cli->actor.email.p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "the name of the user");
}

static enum tomb_code become_person(struct cli *cli, struct tomb_err *err)
{
	TOMB_SECRET_AUTO key = {.n = 0};
	struct tomb_str file = cli_value(cli, "api-key-file");
	struct tomb_str user = cli_value(cli, "user");
	const char *given = getenv("TOMBSTONE_API_KEY"); /* NOLINT(concurrency-mt-unsafe): there is one thread yet */

	if (user.n == 0)
		return CLI_MISUSE(
			cli, err, "%s acts in the name of a person: --user E-MAIL is missing", cli->command->name);
	if (file.n > 0)
		TOMB_TRY(tomb_secret_read(file.p, &key, err));
	else if (!given)
		return CLI_MISUSE(
			cli, err, "%s needs an API key: in TOMBSTONE_API_KEY or --api-key-file", cli->command->name);
	return tomb_api_key_find(cli->pg, user, file.n > 0 ? (struct tomb_str){key.text, key.n} : tomb_str_from(given),
		TOMB_VIA_CLI, cli->arena, &cli->actor, err);
}

static enum tomb_code open_ledger(struct cli *cli, struct tomb_err *err)
{
	static const struct tomb_pg_options options = {
		.application_name = "tombstone",
		.statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		.lock_timeout_ms = LOCK_TIMEOUT_MS,
	};

	if (cli->config.database.n == 0)
		return CLI_MISUSE(cli, err,
			"the setting database is missing: as --database, TOMBSTONE_DATABASE or in the configuration "
			"file");
	TOMB_TRY(tomb_pg_open_with(&cli->pg, cli->config.database.p, &options, NULL, 0, err));
	TOMB_TRY(tomb_migrate_check(cli->pg, err));
	return tomb_pg_prepare(cli->pg, sql_all, sql_nall, err);
}

static enum tomb_code run(struct cli *cli, struct tomb_err *err)
{
	TOMB_TRY(become_program(cli, err));
	if (cli->command->needs != CLI_NEEDS_NOTHING)
		TOMB_TRY(open_ledger(cli, err));
	if (cli->command->needs == CLI_NEEDS_PERSON)
		TOMB_TRY(become_person(cli, err));
	return cli->command->run(cli, err);
}

static int run_line(struct cli *cli, int argc, char *const *argv)
{
	struct cli_line line = {.argc = 0};
	struct tomb_config_source source = {.env = cli->env};
	struct tomb_config_found found = {.wish = TOMB_CONFIG_RUN};
	struct tomb_err err = {.text = ""};
	enum tomb_code code = cli_read_line(cli, argc, argv, &line, &err);

	if (code != TOMB_OK)
		return end(cli, code, &err);
	if (line.wants_help)
		return print_wish(cli, &line, &(struct tomb_config_found){.wish = TOMB_CONFIG_HELP});
	source.argc = line.argc;
	source.argv = line.argv;
	code = tomb_config_load(tomb_cli_config_table(), &source, cli->arena, &cli->config, &found, &err);
	if (code != TOMB_OK) {
		cli->is_misused = true;
		return end(cli, code, &err);
	}
	if (found.wish != TOMB_CONFIG_RUN)
		return print_wish(cli, &line, &found);
	if (!line.command) {
		TOMB_BUF_AUTO text = tomb_buf_init(HELP_BYTES_MAX);

		cli_put_overview(&text);
		return print(&text) == CLI_OK ? CLI_USAGE : CLI_FAILED;
	}
	code = run(cli, &err);
	return end(cli, code, &err);
}

int cli_main(int argc, char *const *argv, char *const *env)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(CLI_ARENA_BYTES_MAX);
	struct cli *cli = calloc(1, sizeof *cli);
	int code = CLI_FAILED;

	if (!cli) {
		(void)fputs("tombstone: out of memory\n", stderr);
		return CLI_FAILED;
	}
	cli->arena = &arena;
	cli->env = env;
	code = run_line(cli, argc, argv);
	tomb_pg_close(cli->pg);
	free(cli);
	return code;
}
