#include "arguments.h"

static const char exit_codes[] =
	"Exit codes: 0 done; 1 failed; 2 the command line makes no sense; 3 the work asked about\n"
	"did not succeed; 4 a rule forbids it.\n";

void cli_put_overview(struct tomb_buf *out)
{
	size_t n = 0;
	const struct cli_command *commands = cli_commands(&n);

	tomb_buf_put(out, TOMB_STR("Usage: tombstone [SETTING]... COMMAND [ARGUMENT]...\n\n"));
	for (size_t i = 0; i < n; i++)
		tomb_buf_putf(out, "  %-24s %s\n", commands[i].name, commands[i].summary);
	tomb_buf_put(out,
		TOMB_STR("\n\"tombstone COMMAND --help\" tells more about one of them, \"tombstone --help\" about the\n"
			 "settings (--database, --backends-file, --json, ...).\n"));
	tomb_buf_put(out, tomb_str_from(exit_codes));
}

static void put_option(const struct cli_option *option, struct tomb_buf *out)
{
	tomb_buf_putf(out, "  --%s%s%s%s\n        %s\n", option->name, option->value ? " " : "",
		option->value ? option->value : "", option->is_repeatable ? " ..." : "", option->help);
}

void cli_put_help(const struct cli_command *command, struct tomb_buf *out)
{
	tomb_buf_putf(out, "Usage: tombstone %s%s%s%s\n%s\n", command->name,
		command->options[0].name ? " [OPTION]..." : "", command->operands[0] ? " " : "", command->operands,
		command->summary);
	if (command->options[0].name || command->needs == CLI_NEEDS_PERSON)
		tomb_buf_put(out, TOMB_STR("\n"));
	for (size_t i = 0; i < CLI_OPTIONS_MAX && command->options[i].name; i++)
		put_option(&command->options[i], out);
	if (command->needs == CLI_NEEDS_PERSON)
		tomb_buf_put(out,
			TOMB_STR("\nActs in the name of a person, who shows an API key: in the environment variable\n"
				 "TOMBSTONE_API_KEY, or in a file.\n"));
	if (command->needs != CLI_NEEDS_NOTHING)
		tomb_buf_put(out, TOMB_STR("\nNeeds the setting database.\n"));
	tomb_buf_put(out, tomb_str_from(exit_codes));
}
