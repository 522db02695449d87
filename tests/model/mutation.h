/* Deliberate mistakes, in SQL or in C: the model test is worth something only if it finds each of them. */
#ifndef MODEL_MUTATION_H
#define MODEL_MUTATION_H

#include "tombstone/str.h"

/* The mutations by number, from 0; NULL past the last. */
const char *mutation_name(int i);

/* Only this one from now on; -1: none. */
void mutation_choose(int i);

/* Was its text found in any statement since it was chosen?  A mistake in C is always there. */
bool mutation_is_in(void);

/* sql, or what it becomes, in buf: by the chosen mistake, or for the test's own sake. */
const char *mutation_of_sql(const char *sql, struct tomb_buf *buf);

/* Mistakes in C. */
enum mistake { MISTAKE_NONE, MISTAKE_NO_CONFIRM, MISTAKE_BLIND_PREFLIGHT, MISTAKE_BELIEVE_COMMIT, MISTAKE_NO_VERIFY };
bool mutation_is(enum mistake mistake);

#endif
