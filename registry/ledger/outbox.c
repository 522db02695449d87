#include "tombstone/outbox.h"

#include "sql.gen.h"
#include "tombstone/deletion_reason.h"
#include "tombstone/tx.h"

static int64_t backoff_ms(int attempts)
{
	int64_t ms = TOMB_MAIL_BACKOFF_MS;

	for (int i = 0; i < attempts && ms < TOMB_MAIL_BACKOFF_MAX_MS; i++)
		ms *= 2;
	return ms < TOMB_MAIL_BACKOFF_MAX_MS ? ms : TOMB_MAIL_BACKOFF_MAX_MS;
}

/* A request for approval that was decided meanwhile would only confuse; nobody writes to somebody who has left. */
static bool is_moot(const struct sql_outbox_due_row *r)
{
	bool wants_decision = tomb_str_eq(r->type, TOMB_STR("Deletion Requested"));
	bool is_open = !r->request_state_null && tomb_str_eq(r->request_state, TOMB_STR("open"));

	return !r->user_active || (wants_decision && !is_open);
}

enum tomb_code tomb_outbox_take(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_outbox_mail *out, bool *due, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_outbox_due_row *r = NULL;
	size_t n = 0;
	size_t changed = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_outbox_due(pg, arena, &r, &n, err));
	if (n > 0)
		TOMB_TRY(sql_outbox_try(
			pg, &(struct sql_outbox_try_args){r->id, backoff_ms(r->attempts)}, &changed, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	if (n > 0)
		*out = (struct tomb_outbox_mail){
			.id = r->id,
			.attempts = r->attempts,
			.type = r->type,
			.subject = r->subject,
			.content = r->content,
			.request_id = r->request_id_null ? 0 : r->request_id,
			.is_moot = is_moot(r),
			.user_id = r->user_id,
			.to = r->user_email,
			.to_name = r->user_name,
			.institution = r->institution,
		};
	*due = n > 0;
	return TOMB_OK;
}

enum tomb_code tomb_outbox_request(struct tomb_pg *pg, int64_t request_id, struct tomb_arena *arena,
	struct tomb_outbox_request *out, struct tomb_err *err)
{
	struct sql_outbox_request_row *r = NULL;

	TOMB_TRY(sql_outbox_request(pg, &(struct sql_outbox_request_args){request_id}, arena, &r, err));
	*out = (struct tomb_outbox_request){
		.id = r->id,
		.institution = r->institution,
		.requested_by_name = r->requested_by_name,
		.requested_by_email = r->requested_by_email,
		.requested_at_us = r->requested_at,
		.expires_at_us = r->expires_at,
		.reason = r->reason,
		.reason_text = tomb_deletion_reason_text(r->reason_code),
		.object_count = r->object_count,
		.file_count = r->file_count,
		.byte_count = r->byte_count,
		.items = r->items,
		.first_identifier = r->first_identifier,
		.decided_by_name = r->decided_by_name,
		.decided_by_email = r->decided_by_email,
	};
	return TOMB_OK;
}

enum tomb_code tomb_outbox_done(struct tomb_pg *pg, int64_t id, struct tomb_err *err)
{
	size_t changed = 0;

	return sql_outbox_done(pg, &(struct sql_outbox_done_args){id}, &changed, err);
}

enum tomb_code tomb_outbox_failed(
	struct tomb_pg *pg, int64_t id, struct tomb_str why, bool give_up, struct tomb_err *err)
{
	size_t changed = 0;

	return sql_outbox_failed(pg, &(struct sql_outbox_failed_args){id, why, give_up}, &changed, err);
}
