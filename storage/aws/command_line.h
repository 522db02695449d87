/* A command line as words, by the quoting of the shell, without a shell. */
#ifndef STORAGE_AWS_COMMAND_LINE_H
#define STORAGE_AWS_COMMAND_LINE_H

#include "tombstone/arena.h"

enum { COMMAND_WORDS_MAX = 64 };

/*
 * Splits text at blanks; '...', "..." and \ quote.  INVAL for what a shell would do more than that with (variables,
 * pipes, patterns), since whoever wrote it expects it done; for a quote that is not closed; for no word at all or more
 * than COMMAND_WORDS_MAX.  No error text holds a word of it: people put secrets there.  words ends in NULL; everything
 * is in the arena.
 */
enum tomb_code command_line_split(
	struct tomb_str text, struct tomb_arena *arena, char ***words, struct tomb_err *err) TOMB_MUST_USE;

#endif
