/* The command line: which command, its options and operands, and the settings that may stand anywhere among them. */
#ifndef TOMB_CLI_ARGUMENTS_H
#define TOMB_CLI_ARGUMENTS_H

#include "cli.h"

/* What a command line asks for. */
struct cli_line {
	const struct cli_command *command; /* NULL: none is named */
	bool wants_help;
	int argc; /* the settings, for tomb_config_load() */
	char **argv;
};

/*
 * Reads argv into line and cli's values.  Settings (--database and the like) may stand before and behind the command.
 * Misuse for an unknown command, an unknown option, an option without its value or given twice, or a number of operands
 * that the command does not take.  With --help behind a command, nothing else of the line is checked.
 */
enum tomb_code cli_read_line(
	struct cli *cli, int argc, char *const *argv, struct cli_line *line, struct tomb_err *err) TOMB_MUST_USE;

/* The text for "tombstone help", and that for "tombstone COMMAND --help". */
void cli_put_overview(struct tomb_buf *out);
void cli_put_help(const struct cli_command *command, struct tomb_buf *out);

#endif
