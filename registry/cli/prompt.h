/* Asks a person at a terminal for a secret, which does not appear there. */
#ifndef TOMB_CLI_PROMPT_H
#define TOMB_CLI_PROMPT_H

#include "tombstone/secret.h"

/* Reads one line from standard input, which is a terminal.  INVAL if it is empty or too long; IO. */
enum tomb_code cli_prompt(const char *question, struct tomb_secret *out, struct tomb_err *err) TOMB_MUST_USE;

#endif
