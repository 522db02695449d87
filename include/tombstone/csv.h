/* Tables as text (RFC 4180), for people who open them in a spreadsheet. */
#ifndef TOMB_CSV_H
#define TOMB_CSV_H

#include "tombstone/str.h"

/*
 * Appends one cell in quotes, with a comma before it unless it begins a line.  A text that a spreadsheet would take for
 * a formula gets an apostrophe in front: one that begins with = + - @, a tab or a carriage return.
 */
void tomb_csv_text(struct tomb_buf *out, struct tomb_str text);

/* The same for a number and for a time ("2024-02-29T23:59:59Z"; empty for 0). */
void tomb_csv_int(struct tomb_buf *out, int64_t n);
void tomb_csv_time(struct tomb_buf *out, int64_t us);

void tomb_csv_end_line(struct tomb_buf *out);

#endif
