#include "tombstone/cancel.h"

#include "authority.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* one row */

static enum tomb_code check_reason(struct tomb_str reason, struct tomb_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < reason.n; i++)
		n += ((unsigned char)reason.p[i] & 0xc0) != 0x80;
	if (n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "say why the work item is cancelled");
	if (n > TOMB_CANCEL_REASON_MAX)
		return TOMB_FAIL(
			err, TOMB_INVAL, "the reason has %zu characters, and may have %d", n, TOMB_CANCEL_REASON_MAX);
	return TOMB_OK;
}

static enum tomb_code lock_item(struct tomb_pg *pg, int64_t id, struct tomb_arena *arena,
	struct sql_cancel_lock_row **out, struct tomb_err *err)
{
	size_t n = 0;

	TOMB_TRY(sql_cancel_lock(pg, &(struct sql_cancel_lock_args){id}, arena, out, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no deletion work item %" PRId64, id);
	if ((*out)->is_ended)
		return TOMB_FAIL(err, TOMB_CONFLICT, "work item %" PRId64 " has ended (%.*s): it cannot be cancelled",
			id, TOMB_STR_ARG((*out)->status));
	if ((*out)->is_cancelled)
		return TOMB_FAIL(err, TOMB_CONFLICT, "work item %" PRId64 " was cancelled before", id);
	return TOMB_OK;
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const struct sql_cancel_lock_row *item,
	struct tomb_str reason, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "work item %" PRId64, item->id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){
			"cancel work item", item->institution_id, tomb_str_from(subject), reason, TOMB_STR("")},
		err);
}

enum tomb_code tomb_work_item_cancel(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t work_item_id,
	struct tomb_str reason, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_cancel_lock_row *item = NULL;
	size_t changed = 0;

	TOMB_TRY(check_reason(reason, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_WORK_ITEM_CANCEL, "cancel a work item", err));
	TOMB_TRY(lock_item(pg, work_item_id, &arena, &item, err));
	TOMB_TRY(
		sql_cancel_item(pg, &(struct sql_cancel_item_args){work_item_id, actor->email, reason}, &changed, err));
	TOMB_TRY(audit(pg, actor, item, reason, err));
	return tomb_tx_commit(&tx, err);
}
