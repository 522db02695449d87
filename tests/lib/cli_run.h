/* The operator's command, run in a process of its own, with what it prints caught. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "tombstone/base.h"

struct cli_run {
	int exit;  /* its exit code; -1 if it was killed */
	char *out; /* stdout and stderr, NUL-terminated; valid until the next cli_run() */
	char *err;
};

/* argv ends in NULL and begins with the command's first word; env ("NAME=value", ends in NULL) is added to the
 * environment and may be NULL; input is what it reads, or NULL. */
struct cli_run cli_run(const char *const *argv, const char *const *env, const char *input);

/* For short lines: words separated by single spaces. */
struct cli_run cli_run_words(const char *const *env, const char *words);

#endif
