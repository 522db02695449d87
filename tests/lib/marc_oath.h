/* What must be true of every MARC record that was taken in. */
#ifndef TOMB_TEST_MARC_OATH_H
#define TOMB_TEST_MARC_OATH_H

#include "tombstone/marc.h"

/* NULL, or what is not true of it: it opens, its offsets point to its leader and field 005; read again, it is the same;
 * written as MARCXML and read, it is the same; patched, it differs in status and time only; it has facts and Dublin
 * Core. */
const char *marc_oath_broken(const struct tomb_marc_stored *stored);

#endif
