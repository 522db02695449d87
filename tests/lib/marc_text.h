/* A MARC record as others send it, for tests that care for status, type, 001 and title only. */
#ifndef TOMB_TEST_MARC_TEXT_H
#define TOMB_TEST_MARC_TEXT_H

#include "tombstone/str.h"

/* MARCXML; type 'a' is a bib, 'y' holdings, 'z' an authority.  id may be "".  Static storage, until the next call. */
struct tomb_str marc_text(char status, char type, const char *id, const char *title);

#endif
