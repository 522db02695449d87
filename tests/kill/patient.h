/* Questions to the ledger from those who do not know that PostgreSQL has just been killed: they ask again. */
#ifndef KILL_PATIENT_H
#define KILL_PATIENT_H

#include "tombstone/base.h"

/* The only whole number of the only row.  Ends the process if there is none, or no answer for long. */
int64_t patient_number(const char *fmt, ...) TOMB_PRINTF(1, 2);

#endif
