/* MARC-8, the character sets of MARC records before Unicode, by libyaz.  Inside lib only. */
#ifndef TOMB_MARC_YAZ_H
#define TOMB_MARC_YAZ_H

#include "tombstone/str.h"

struct marc8;

enum tomb_code marc8_open(struct marc8 **out, struct tomb_err *err) TOMB_MUST_USE;
void marc8_close(struct marc8 *m);

/* Appends text, one subfield or control field, in UTF-8.  False, with the place from 0 in *bad_at, for what MARC-8 does
 * not have: nothing is dropped, nothing guessed.  Running out of room sticks to out. */
bool marc8_put(struct marc8 *m, struct tomb_str text, struct tomb_buf *out, size_t *bad_at) TOMB_MUST_USE;

#endif
