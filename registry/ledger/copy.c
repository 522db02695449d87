#include "tombstone/copy.h"

#include "authority.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/clock.h"
#include "tombstone/time.h"
#include "tombstone/tx.h"

enum { ARENA_BYTES_MAX = 1 << 20, DETAIL_MAX = 1 << 14 }; /* bytes; a URL has up to 8,192 */

static enum tomb_code find_file(struct tomb_pg *pg, struct tomb_str identifier, struct tomb_arena *arena,
	struct sql_copy_file_row **out, struct tomb_err *err)
{
	struct sql_copy_file_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_copy_file(pg, &(struct sql_copy_file_args){identifier}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no file %.*s", TOMB_STR_ARG(identifier));
	if (!tomb_str_eq(row->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT, "%.*s is deleted", TOMB_STR_ARG(identifier));
	if (row->busy)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"%.*s is asked to be deleted, or is being stored: register the copy when that has ended",
			TOMB_STR_ARG(identifier));
	*out = row;
	return TOMB_OK;
}

static enum tomb_code insert(struct tomb_pg *pg, const struct tomb_copy_found *found, int64_t file_id,
	struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	struct sql_storage_backends_known_row *known = NULL;
	struct sql_storage_backends_known_args names = {{(struct tomb_str[]){found->backend}, 1}};
	struct sql_copy_insert_row *row = NULL;
	struct sql_copy_insert_args args = {.file_id = file_id,
		.backend = found->backend,
		.url = found->url,
		.stored_at = found->stored_at_us,
		.stored_at_null = found->stored_at_us == 0};
	size_t n = 0;

	TOMB_TRY(sql_storage_backends_known(pg, &names, arena, &known, err));
	if (known->known == 0)
		return TOMB_FAIL(
			err, TOMB_NOTFOUND, "the ledger knows no backend \"%.*s\"", TOMB_STR_ARG(found->backend));
	TOMB_TRY(sql_copy_insert(pg, &args, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "%.*s is known already, or %.*s has another copy on that backend",
			TOMB_STR_ARG(found->url), TOMB_STR_ARG(found->file_identifier));
	*id = row->id;
	return TOMB_OK;
}

/* Since when it lies there decides when it may go: that, too, is somebody's word. */
static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_copy_found *found,
	int64_t institution_id, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(DETAIL_MAX);
	char since[TOMB_TIME_TEXT] = "now";
	struct tomb_str detail;

	if (found->stored_at_us)
		tomb_time_format(found->stored_at_us, TOMB_TIME_S, since);
	tomb_buf_putf(&buf, "%.*s, stored %s", TOMB_STR_ARG(found->url), since);
	TOMB_TRY(tomb_buf_done(&buf, &detail, err));
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = "register copy",
			.institution_id = institution_id,
			.subject = found->file_identifier,
			.detail = detail},
		err);
}

enum tomb_code tomb_copy_register(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_copy_found *found, int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_copy_file_row *file = NULL;
	int64_t copy_id = 0;
	size_t n = 0;

	if (found->stored_at_us > tomb_clock_wall_us(tomb_clock_real()))
		return TOMB_FAIL(err, TOMB_INVAL, "a copy cannot lie there since a time that is yet to come");
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_STORAGE_RECORD_WRITE, "register a copy", err));
	TOMB_TRY(find_file(pg, found->file_identifier, &arena, &file, err));
	TOMB_TRY(insert(pg, found, file->id, &arena, &copy_id, err));
	TOMB_TRY(sql_copy_event_insert(
		pg, &(struct sql_copy_event_insert_args){copy_id, actor->email, found->agent}, &n, err));
	TOMB_TRY(audit(pg, actor, found, file->institution_id, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*id = copy_id;
	return TOMB_OK;
}
