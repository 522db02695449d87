#include "arguments.h"

#include "tombstone/parse.h"

/* An argument on its way through the line. */
struct reading {
	struct cli *cli;
	int argc;
	char *const *argv;
	int at;
	struct cli_line *line;
};

/* Does the option's text name this option?  "-" and "_" are the same. */
static bool is_named(const char *text, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (name[i] == '\0' || (text[i] == '_' ? '-' : text[i]) != (name[i] == '_' ? '-' : name[i]))
			return false;
	return name[n] == '\0';
}

static const struct tomb_config_key *find_setting(const char *text, size_t n)
{
	const struct tomb_config_table *table = tomb_cli_config_table();

	for (size_t i = 0; i < table->nkeys; i++)
		if (is_named(text, n, table->keys[i].name))
			return &table->keys[i];
	return NULL;
}

/* How many arguments a setting takes: "--json" 1, "--database X" 2, "--database=X" 1; 0 if it is no setting. */
static int setting_length(const char *argument)
{
	const struct tomb_config_key *key = NULL;
	const char *text = NULL;
	size_t n = 0;

	if (strncmp(argument, "--", 2) != 0)
		return 0;
	text = argument + 2;
	n = strcspn(text, "=");
	if (n == 0)
		return 0;
	if (is_named(text, n, "version") || is_named(text, n, "show-config"))
		return 1;
	key = find_setting(text, n);
	if (!key && !is_named(text, n, "config"))
		return 0;
	return text[n] == '=' || (key && key->kind == TOMB_CFG_BOOL) ? 1 : 2;
}

/* Moves a setting to those that tomb_config_load() reads, which also says what is wrong with it. */
static void keep_setting(struct reading *r, int length)
{
	for (int i = 0; i < length && r->at < r->argc; i++)
		r->line->argv[r->line->argc++] = r->argv[r->at++];
}

/* The command whose words stand at the place, the longer name first. */
static const struct cli_command *find_command(const struct reading *r, int *words)
{
	size_t n = 0;
	const struct cli_command *commands = cli_commands(&n);

	for (int length = 2; length >= 1; length--) {
		TOMB_BUF_AUTO name = tomb_buf_init(256);
		struct tomb_err ignored;
		struct tomb_str text = TOMB_STR("");

		if (r->at + length > r->argc)
			continue;
		tomb_buf_putf(&name, "%s", r->argv[r->at]);
		if (length == 2)
			tomb_buf_putf(&name, " %s", r->argv[r->at + 1]);
		if (tomb_buf_done(&name, &text, &ignored) != TOMB_OK)
			continue;
		for (size_t i = 0; i < n; i++)
			if (tomb_str_eq(text, tomb_str_from(commands[i].name))) {
				*words = length;
				return &commands[i];
			}
	}
	return NULL;
}

static enum tomb_code keep_value(struct cli *cli, const char *name, struct tomb_str text, struct tomb_err *err)
{
	if (cli->nvalues == CLI_VALUES_MAX)
		return CLI_MISUSE(cli, err, "more than %d options and operands", CLI_VALUES_MAX);
	cli->values[cli->nvalues++] = (struct cli_value){name, text};
	return TOMB_OK;
}

static const struct cli_option *find_option(const struct cli_command *command, const char *text, size_t n)
{
	for (size_t i = 0; i < CLI_OPTIONS_MAX && command->options[i].name; i++)
		if (is_named(text, n, command->options[i].name))
			return &command->options[i];
	return NULL;
}

/* An option of the command, with its value. */
static enum tomb_code take_option(struct reading *r, struct tomb_err *err)
{
	struct cli *cli = r->cli;
	const char *text = r->argv[r->at] + 2;
	size_t n = strcspn(text, "=");
	const struct cli_option *option = find_option(cli->command, text, n);
	const char *value = text[n] == '=' ? text + n + 1 : NULL;

	if (!option)
		return CLI_MISUSE(cli, err, "%s has no option --%.*s; see \"tombstone %s --help\"", cli->command->name,
			(int)(n < 100 ? n : 100), text, cli->command->name);
	if (!option->value && value)
		return CLI_MISUSE(cli, err, "--%s takes no value", option->name);
	if (option->value && !value) {
		if (++r->at == r->argc)
			return CLI_MISUSE(cli, err, "--%s needs a value", option->name);
		value = r->argv[r->at];
	}
	if (!option->is_repeatable && cli_has(cli, option->name))
		return CLI_MISUSE(cli, err, "--%s may be given once", option->name);
	r->at++;
	return keep_value(cli, option->name, tomb_str_from(value ? value : ""), err);
}

/* What stands behind the command's name. */
static enum tomb_code take_rest(struct reading *r, struct tomb_err *err)
{
	bool only_operands = false;

	while (r->at < r->argc) {
		const char *argument = r->argv[r->at];
		int length = only_operands ? 0 : setting_length(argument);

		if (!only_operands && strcmp(argument, "--") == 0) {
			only_operands = true;
			r->at++;
		} else if (!only_operands && (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)) {
			r->line->wants_help = true;
			r->at++;
		} else if (length > 0) {
			keep_setting(r, length);
		} else if (!only_operands && strncmp(argument, "--", 2) == 0) {
			TOMB_TRY(take_option(r, err));
		} else {
			TOMB_TRY(keep_value(r->cli, NULL, tomb_str_from(argument), err));
			r->at++;
		}
	}
	return TOMB_OK;
}

static enum tomb_code check_operands(struct cli *cli, struct tomb_err *err)
{
	const struct cli_command *c = cli->command;
	struct tomb_str unused;
	size_t n = 0;

	while (cli_value_at(cli, NULL, n, &unused))
		n++;
	if (n < c->min_operands || n > c->max_operands)
		return CLI_MISUSE(cli, err, "%s takes %s; see \"tombstone %s --help\"", c->name,
			c->operands[0] ? c->operands : "no operands", c->name);
	return TOMB_OK;
}

enum tomb_code cli_read_line(struct cli *cli, int argc, char *const *argv, struct cli_line *line, struct tomb_err *err)
{
	struct reading r = {.cli = cli, .argc = argc, .argv = argv, .at = 1, .line = line};
	int words = 0;

	line->argv = TOMB_NEW(cli->arena, char *, (size_t)argc + 1);
	if (!line->argv)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading the command line");
	line->argv[line->argc++] = argv[0];
	while (r.at < argc && argv[r.at][0] == '-') {
		int length = setting_length(argv[r.at]);

		if (strcmp(argv[r.at], "--help") == 0 || strcmp(argv[r.at], "-h") == 0)
			line->wants_help = true;
		else if (length == 0)
			return CLI_MISUSE(cli, err, "unknown option %.100s; see \"tombstone --help\"", argv[r.at]);
		if (length > 0)
			keep_setting(&r, length);
		else
			r.at++;
	}
	if (r.at == argc)
		return TOMB_OK;
	cli->command = line->command = find_command(&r, &words);
	if (!line->command)
		return CLI_MISUSE(cli, err, "\"%.100s\" is no command; see \"tombstone help\"", argv[r.at]);
	r.at += words;
	TOMB_TRY(take_rest(&r, err));
	return line->wants_help ? TOMB_OK : check_operands(cli, err);
}

bool cli_value_at(const struct cli *cli, const char *option, size_t i, struct tomb_str *out)
{
	for (size_t k = 0; k < cli->nvalues; k++) {
		const struct cli_value *v = &cli->values[k];
		bool is_it = option ? v->name && strcmp(v->name, option) == 0 : !v->name;

		if (is_it && i-- == 0) {
			*out = v->text;
			return true;
		}
	}
	return false;
}

struct tomb_str cli_value(const struct cli *cli, const char *option)
{
	struct tomb_str text = TOMB_STR("");

	return cli_value_at(cli, option, 0, &text) ? text : TOMB_STR("");
}

bool cli_has(const struct cli *cli, const char *option)
{
	struct tomb_str text;

	return cli_value_at(cli, option, 0, &text);
}

struct tomb_str cli_operand(const struct cli *cli, size_t i)
{
	struct tomb_str text = TOMB_STR("");

	return cli_value_at(cli, NULL, i, &text) ? text : TOMB_STR("");
}

enum tomb_code cli_number(struct cli *cli, const char *what, struct tomb_str text, int64_t min, int64_t max,
	int64_t *out, struct tomb_err *err)
{
	if (!tomb_parse_i64(text, min, max, out))
		return CLI_MISUSE(cli, err, "%s: \"%.*s\" is no number from %lld to %lld", what, TOMB_STR_ARG(text),
			(long long)min, (long long)max);
	return TOMB_OK;
}
