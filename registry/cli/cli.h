/*
 * The operator's command: a table of commands, each with its operands and options, over the ledger's verbs.
 *
 * Results go to stdout, as text for people or, with --json, for programs; progress and errors go to stderr, an error as
 * one line.  The exit codes are part of the interface: enum cli_exit.
 */
#ifndef TOMB_CLI_H
#define TOMB_CLI_H

#include "cli_config.h"
#include "tombstone/actor.h"
#include "tombstone/pg.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,      /* it could not be done: the text says why */
	CLI_USAGE = 2,       /* the command line makes no sense */
	CLI_WORK_FAILED = 3, /* the work that was asked about, or followed, did not succeed */
	CLI_REFUSED = 4      /* a rule forbids it: who, what or when */
};

enum {
	CLI_OPTIONS_MAX = 16,  /* of one command */
	CLI_VALUES_MAX = 4096, /* options and operands on one command line */
	CLI_ARENA_BYTES_MAX = 256 * 1024 * 1024
};

/* What a command needs to be opened for it. */
enum cli_needs {
	CLI_NEEDS_NOTHING,
	CLI_NEEDS_LEDGER, /* cli->pg; cli->actor is the operator's command */
	CLI_NEEDS_PERSON  /* and cli->actor is who showed an API key */
};

struct cli_option {
	const char *name;  /* without the hyphens */
	const char *value; /* what stands for its value in --help; NULL: it has none */
	const char *help;
	bool is_repeatable;
};

struct cli;
typedef enum tomb_code cli_fn(struct cli *cli, struct tomb_err *err);

struct cli_command {
	const char *name; /* one or two words */
	const char *operands;
	size_t min_operands, max_operands;
	const char *summary;
	struct cli_option options[CLI_OPTIONS_MAX]; /* ends where name is NULL */
	enum cli_needs needs;
	cli_fn *run;
};

/* One option of a command line, or an operand if name is NULL. */
struct cli_value {
	const char *name;
	struct tomb_str text;
};

/* A command at work. */
struct cli {
	const struct cli_command *command;
	struct tomb_cli_config config;
	struct tomb_arena *arena;
	struct tomb_pg *pg;
	struct tomb_actor actor;
	char *const *env;
	struct cli_value values[CLI_VALUES_MAX];
	size_t nvalues;
	enum cli_exit exit; /* what the program ends with if the command returns TOMB_OK */
	bool is_misused;    /* set by cli_misuse() */
};

/* The value of an option that was given once; "" if it was not.  has: was it? */
struct tomb_str cli_value(const struct cli *cli, const char *option);
bool cli_has(const struct cli *cli, const char *option);

/* The i-th value of an option, or the i-th operand if option is NULL; false if there are fewer. */
bool cli_value_at(const struct cli *cli, const char *option, size_t i, struct tomb_str *out);
struct tomb_str cli_operand(const struct cli *cli, size_t i); /* i < min_operands, or "" */

/* An option's value or an operand as a number.  CLI misuse if it is none, or outside of the bounds. */
enum tomb_code cli_number(struct cli *cli, const char *what, struct tomb_str text, int64_t min, int64_t max,
	int64_t *out, struct tomb_err *err) TOMB_MUST_USE;

/* A command line that makes no sense: fills err and returns INVAL; the program ends with CLI_USAGE. */
#define CLI_MISUSE(cli, err, ...) ((cli)->is_misused = true, TOMB_FAIL((err), TOMB_INVAL, __VA_ARGS__))

/* Runs one command line.  Returns the exit code. */
int cli_main(int argc, char *const *argv, char *const *env);

/* The commands, in the order of --help; *n is how many. */
const struct cli_command *cli_commands(size_t *n);

#endif
