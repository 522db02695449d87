#include "tombstone/stop_switch.h"

#include "authority.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

enum tomb_code tomb_stop_switch_get(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_stop_switch *out, struct tomb_err *err)
{
	struct sql_stop_switch_get_row *row = NULL;

	TOMB_TRY(sql_stop_switch_get(pg, arena, &row, err));
	*out = (struct tomb_stop_switch){row->is_on, row->reason, row->set_by, row->set_at};
	return TOMB_OK;
}

enum tomb_code tomb_stop_switch_set(
	struct tomb_pg *pg, const struct tomb_actor *actor, bool on, struct tomb_str reason, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	size_t changed = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_STOP_SWITCH, "stop or start the workers", err));
	TOMB_TRY(sql_stop_switch_set(pg, &(struct sql_stop_switch_set_args){on, reason, actor->email}, &changed, err));
	TOMB_TRY(tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = on ? "stop workers" : "start workers",
			.subject = TOMB_STR("workers"),
			.detail = reason},
		err));
	return tomb_tx_commit(&tx, err);
}
