#include "pg_state.h"

#include <string.h>

/* First match wins; an entry shorter than five characters matches every state that begins so. */
static const struct {
	const char *state;
	enum tomb_code code;
} states[] = {
	{"TB403", TOMB_FORBIDDEN}, {"TB404", TOMB_NOTFOUND}, {"TB409", TOMB_CONFLICT}, {"TB410", TOMB_GONE},
	{"TB422", TOMB_UNPROCESSABLE}, {"23503", TOMB_CONFLICT}, /* foreign_key_violation */
	{"23505", TOMB_CONFLICT},                                /* unique_violation */
	{"23514", TOMB_UNPROCESSABLE},                           /* check_violation */
	{"23P01", TOMB_CONFLICT},                                /* exclusion_violation */
	{"40001", TOMB_DB_RETRY},                                /* serialization_failure */
	{"40003", TOMB_UNCERTAIN},                               /* statement_completion_unknown */
	{"40P01", TOMB_DB_RETRY},                                /* deadlock_detected */
	{"55P03", TOMB_DB_RETRY},                                /* lock_not_available */
	{"57014", TOMB_DB_DOWN},   /* query_canceled: the statement timeout; nothing else cancels what we wait for */
	{"57P", TOMB_DB_DOWN},     /* operator intervention */
	{"25006", TOMB_DB_DOWN},   /* read_only_sql_transaction: a standby, or a primary being drained */
	{"25P02", TOMB_BUG},       /* in_failed_sql_transaction */
	{"25P03", TOMB_DB_DOWN},   /* idle_in_transaction_session_timeout */
	{"08007", TOMB_UNCERTAIN}, /* transaction_resolution_unknown */
	{"08", TOMB_DB_DOWN},      /* connection exception */
	{"53", TOMB_DB_DOWN},      /* insufficient resources */
	{"54", TOMB_TOOBIG},       /* program limit exceeded: a value too long for its index */
	{"22", TOMB_INVAL},        /* data exception */
};

enum tomb_code tomb_pg_state_code(const char *state)
{
	for (size_t i = 0; i < TOMB_COUNTOF(states); i++)
		if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
			return states[i].code;
	return TOMB_DB;
}

bool tomb_pg_state_is_ours(const char *state)
{
	return strncmp(state, "TB", 2) == 0;
}
