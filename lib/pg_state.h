/* What an SQLSTATE (PostgreSQL manual, appendix A) means to us. */
#ifndef TOMB_PG_STATE_H
#define TOMB_PG_STATE_H

#include "tombstone/err.h"

/* DB for a state that is not in the table. */
enum tomb_code tomb_pg_state_code(const char *state);

/* True for the states that our own functions and triggers raise: their messages are written for people. */
bool tomb_pg_state_is_ours(const char *state);

#endif
