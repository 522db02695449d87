/*
 * How far something is, on stderr: a bar that is drawn anew in its line on a terminal, and a plain line now and then
 * anywhere else.
 */
#ifndef TOMB_CLI_PROGRESS_H
#define TOMB_CLI_PROGRESS_H

#include "tombstone/clock.h"
#include "tombstone/str.h"

struct cli_progress {
	int fd;
	bool is_terminal;
	const struct tomb_clock *clock;
	int64_t shown_at_us; /* 0: never */
	int64_t began_at_us; /* of this label */
	int64_t began_with;  /* files that were done then */
	struct tomb_str label;
	int percent_shown;
	bool is_line_open; /* a bar stands in the line */
};

struct cli_stage {
	struct tomb_str label; /* "Storing"; static storage */
	int64_t files, files_done;
	int64_t bytes, bytes_done; /* bytes 0: not known */
};

struct cli_progress cli_progress_init(int fd, const struct tomb_clock *clock);

/* Shows it if enough time has passed, the label is another, or it is done. */
void cli_progress_show(struct cli_progress *p, const struct cli_stage *stage);

/* A line of text, above which the bar stays as it was. */
void cli_progress_say(struct cli_progress *p, const char *fmt, ...) TOMB_PRINTF(2, 3);

/* Ends the line of the bar. */
void cli_progress_end(struct cli_progress *p);

#endif
