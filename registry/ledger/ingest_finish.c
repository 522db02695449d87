#include "ingest_internal.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	/* Files of one statement of the record: long enough to be cheap, short enough for any statement timeout. */
	RECORD_CHUNK = 5000,
	ARENA_BYTES_MAX = 1024 * 1024
};

struct finish {
	const struct tomb_actor *actor;
	const struct tomb_ingest_record *rec;
	const struct tomb_ingest_finish *how;
	struct tomb_ingest_result result;
};

static enum tomb_code insert_object(struct tomb_pg *pg, const struct tomb_ingest_record *rec, struct tomb_arena *arena,
	int64_t *id, struct tomb_err *err)
{
	const struct tomb_ingest_label *l = &rec->label;
	struct sql_ingest_object_insert_args args = {
		.institution_id = rec->institution_id,
		.identifier = rec->object_identifier,
		.bag_name = l->bag_name,
		.title = l->title,
		.description = l->description,
		.alt_identifier = l->alt_identifier,
		.access = l->access,
		.bag_group_identifier = l->bag_group_identifier,
		.bagit_profile_identifier = l->bagit_profile_identifier,
		.source_organization = l->source_organization,
		.internal_sender_identifier = l->internal_sender_identifier,
		.internal_sender_description = l->internal_sender_description,
		.storage_option_id = rec->storage_option_id,
	};
	struct sql_ingest_object_insert_row *made = NULL;

	TOMB_TRY(sql_ingest_object_insert(pg, &args, arena, &made, err));
	*id = made->id;
	return TOMB_OK;
}

static enum tomb_code update_object(struct tomb_pg *pg, const struct tomb_ingest_record *rec, int64_t id,
	struct tomb_arena *arena, struct tomb_err *err)
{
	const struct tomb_ingest_label *l = &rec->label;
	struct sql_ingest_object_update_args args = {
		.id = id,
		.bag_name = l->bag_name,
		.title = l->title,
		.description = l->description,
		.alt_identifier = l->alt_identifier,
		.access = l->access,
		.bag_group_identifier = l->bag_group_identifier,
		.bagit_profile_identifier = l->bagit_profile_identifier,
		.source_organization = l->source_organization,
		.internal_sender_identifier = l->internal_sender_identifier,
		.internal_sender_description = l->internal_sender_description,
		.storage_option_id = rec->storage_option_id,
	};
	struct sql_ingest_object_update_row *changed = NULL;

	return sql_ingest_object_update(pg, &args, arena, &changed, err);
}

/* The files after one place in the bag and up to another. */
static enum tomb_code record_chunk(
	struct tomb_pg *pg, const struct finish *f, int64_t object_id, int32_t after, struct tomb_err *err)
{
	int64_t item = f->rec->work_item_id;
	int64_t option = f->rec->storage_option_id;
	int32_t last = after + RECORD_CHUNK;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(sql_ingest_files_update(
		pg, &(struct sql_ingest_files_update_args){item, after, last, object_id, option}, NULL, err));
	TOMB_TRY(sql_ingest_copies_supersede(
		pg, &(struct sql_ingest_copies_supersede_args){item, after, last}, NULL, err));
	code = sql_ingest_files_insert(
		pg, &(struct sql_ingest_files_insert_args){item, after, last, object_id, option}, NULL, err);
	if (code == TOMB_CONFLICT)
		return TOMB_FAIL(err, TOMB_CONFLICT, "the identifier of a file of %.*s belongs to another object",
			TOMB_STR_ARG(f->rec->object_identifier));
	TOMB_TRY(code);
	TOMB_TRY(sql_ingest_checksums_insert(
		pg, &(struct sql_ingest_checksums_insert_args){item, after, last}, NULL, err));
	TOMB_TRY(sql_ingest_copies_insert(pg, &(struct sql_ingest_copies_insert_args){item, after, last}, NULL, err));
	return sql_ingest_file_events(
		pg, &(struct sql_ingest_file_events_args){item, after, last, f->how->agent}, NULL, err);
}

static enum tomb_code record_files(
	struct tomb_pg *pg, const struct finish *f, int64_t object_id, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_ingest_last_seq_row *last = NULL;

	TOMB_TRY(sql_ingest_last_seq(pg, &(struct sql_ingest_last_seq_args){f->rec->work_item_id}, arena, &last, err));
	for (int32_t after = 0; after < last->seq; after += RECORD_CHUNK) {
		if (f->how->fn)
			f->how->fn(f->how->ctx, after);
		TOMB_TRY(record_chunk(pg, f, object_id, after, err));
	}
	return TOMB_OK;
}

/* The last statements: events of the object, the work item's end, the audit entry. */
static enum tomb_code conclude(struct tomb_pg *pg, const struct finish *f, int64_t object_id, struct tomb_arena *arena,
	struct tomb_ingest_result *out, struct tomb_err *err)
{
	const struct tomb_ingest_record *rec = f->rec;
	struct sql_ingest_recorded_row *n = NULL;
	char detail[128];

	TOMB_TRY(sql_ingest_object_events(
		pg, &(struct sql_ingest_object_events_args){object_id, rec->work_item_id, f->how->agent}, NULL, err));
	TOMB_TRY(sql_ingest_recorded(pg, &(struct sql_ingest_recorded_args){rec->work_item_id}, arena, &n, err));
	TOMB_TRY(sql_ingest_finish(pg,
		&(struct sql_ingest_finish_args){rec->work_item_id, object_id, n->stored, n->unchanged}, NULL, err));
	(void)snprintf(detail, sizeof detail,
		"object %" PRId64 ", %" PRId64 " files stored, %" PRId64 " unchanged, %" PRId64 " bytes stored",
		object_id, n->stored, n->unchanged, n->stored_bytes);
	TOMB_TRY(tomb_ingest_audit(pg, f->actor, "record ingest", rec, tomb_str_from(detail), n->list_digest, err));
	*out = (struct tomb_ingest_result){
		.object_id = object_id,
		.files_stored = n->stored,
		.files_unchanged = n->unchanged,
		.bytes_stored = n->stored_bytes,
	};
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code record(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct finish *f = ctx;
	const struct tomb_ingest_record *rec = f->rec;
	struct sql_ingest_work_item_lock_row *item = NULL;
	struct sql_ingest_object_lock_row *object = NULL;
	struct sql_ingest_wanted_row *wanted = NULL;
	struct tomb_ingest_result result = {.is_wanting = true};
	int64_t object_id = 0;
	size_t n = 0;

	TOMB_TRY(sql_ingest_work_item_lock(
		pg, &(struct sql_ingest_work_item_lock_args){rec->work_item_id}, &arena, &item, &n, err));
	if (n == 0)
		return TOMB_FAIL(
			err, TOMB_STALE, "work item %" PRId64 " was ended by somebody else", rec->work_item_id);
	TOMB_TRY(tomb_ingest_lock_object(
		pg, rec->institution_id, rec->object_identifier, rec->storage_option_id, &arena, &object, err));
	object_id = object ? object->id : 0;
	/* With the object locked, nothing that was left out as unchanged can be reached by a new deletion any more. */
	TOMB_TRY(sql_ingest_wanted(pg,
		&(struct sql_ingest_wanted_args){rec->work_item_id, object_id, rec->storage_option_id, 0, 1}, &arena,
		&wanted, &n, err));
	if (n > 0) {
		f->result = result;
		return TOMB_OK;
	}
	if (object)
		TOMB_TRY(update_object(pg, rec, object_id, &arena, err));
	else
		TOMB_TRY(insert_object(pg, rec, &arena, &object_id, err));
	TOMB_TRY(record_files(pg, f, object_id, &arena, err));
	TOMB_TRY(conclude(pg, f, object_id, &arena, &result, err));
	f->result = result;
	return TOMB_OK;
}

enum tomb_code tomb_ingest_record_finish(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_record *rec, const struct tomb_ingest_finish *finish, struct tomb_ingest_result *out,
	struct tomb_err *err)
{
	struct finish f = {.actor = actor, .rec = rec, .how = finish};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, record, &f, err));
	if (!f.result.is_wanting)
		tomb_ingest_unlock(pg, rec->object_identifier);
	*out = f.result;
	return TOMB_OK;
}
