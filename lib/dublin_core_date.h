/* Dates for Dublin Core.  Inside lib only. */
#ifndef TOMB_DUBLIN_CORE_DATE_H
#define TOMB_DUBLIN_CORE_DATE_H

#include "tombstone/str.h"

enum { DC_DATE_TEXT = 10 }; /* "1998/2001" and a NUL */

/* The year, or the first and the last of two with a hyphen between them, that people wrote in some way ("c1998.",
 * "[1998?]", "1998-2001"), in ISO 8601; nothing if there is none. */
struct tomb_str dc_date(struct tomb_str text, char out[static DC_DATE_TEXT]);

#endif
