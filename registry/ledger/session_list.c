#include "authority.h"
#include "session_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum tomb_code tomb_session_list(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str current,
	struct tomb_arena *arena, struct tomb_session **out, size_t *n, struct tomb_err *err)
{
	struct sql_account_session_list_row *rows = NULL;
	struct tomb_session *list = NULL;
	struct tomb_err unused;
	uint8_t digest[TOMB_SHA256_SIZE];
	struct tomb_str key = {(const char *)digest, sizeof digest};
	size_t nrows = 0;

	if (tomb_session_digest(current, digest, &unused) != TOMB_OK)
		key = TOMB_STR("");
	TOMB_TRY(sql_account_session_list(pg,
		&(struct sql_account_session_list_args){actor->user_id, key, TOMB_SESSION_LIST_MAX}, arena, &rows,
		&nrows, err));
	list = TOMB_NEW(arena, struct tomb_session, nrows);
	if (!list)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu sessions", nrows);
	for (size_t i = 0; i < nrows; i++)
		list[i] = (struct tomb_session){rows[i].id, rows[i].created_at, rows[i].last_seen_at,
			rows[i].expires_at, rows[i].address, rows[i].browser, rows[i].is_current};
	*out = list;
	*n = nrows;
	return TOMB_OK;
}

static enum tomb_code end(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_account_session_end_args *args, const char *verb, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	char subject[64];
	char detail[64];
	size_t ended = 0;

	if (args->id != 0)
		(void)snprintf(subject, sizeof subject, "session %" PRId64, args->id);
	else
		(void)snprintf(subject, sizeof subject, "user %" PRId64, actor->user_id);
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_account_session_end(pg, args, &ended, err));
	if (ended == 0 && args->id != 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no session %" PRId64 " that you may end", args->id);
	(void)snprintf(detail, sizeof detail, "%zu session%s", ended, ended == 1 ? "" : "s");
	TOMB_TRY(tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = verb,
			.institution_id = actor->institution_id,
			.subject = tomb_str_from(subject),
			.detail = tomb_str_from(detail)},
		err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_session_end_one(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_err *err)
{
	bool is_any = tomb_permission_of(actor, TOMB_MAY_ACCOUNT) == TOMB_SCOPE_ALL;
	struct sql_account_session_end_args args = {is_any ? 0 : actor->user_id, id, TOMB_STR("")};

	return end(pg, actor, &args, "end session", err);
}

enum tomb_code tomb_session_end_others(
	struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str current, struct tomb_err *err)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	struct sql_account_session_end_args args = {actor->user_id, 0, TOMB_STR("")};

	if (current.n > 0) {
		TOMB_TRY(tomb_session_digest(current, digest, err));
		args.current_sha256 = (struct tomb_str){(const char *)digest, sizeof digest};
	}
	return end(pg, actor, &args, "end other sessions", err);
}
