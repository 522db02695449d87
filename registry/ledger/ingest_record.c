#include "authority.h"
#include "deletion_request_internal.h"
#include "ingest_internal.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	ARENA_BYTES_MAX = 1024 * 1024, /* a few rows */
	REAP_PAGE = 100
};

static const struct tomb_str default_option = {"Standard", 8};

enum tomb_code tomb_ingest_audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	const struct tomb_ingest_record *rec, struct tomb_str detail, struct tomb_str list_digest, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "work item %" PRId64, rec->work_item_id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){verb, rec->institution_id, tomb_str_from(subject), detail, list_digest},
		err);
}

void tomb_ingest_unlock(struct tomb_pg *pg, struct tomb_str object_identifier)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_ingest_unlock_row *row = NULL;
	struct tomb_err ignored;

	if (sql_ingest_unlock(pg, &(struct sql_ingest_unlock_args){object_identifier}, &arena, &row, &ignored) !=
		TOMB_OK)
		return;
}

static enum tomb_code try_lock(
	struct tomb_pg *pg, struct tomb_str object_identifier, bool *locked, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_ingest_lock_row *row = NULL;

	TOMB_TRY(sql_ingest_lock(pg, &(struct sql_ingest_lock_args){object_identifier}, &arena, &row, err));
	*locked = row->locked;
	return TOMB_OK;
}

static enum tomb_code check_actor(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id, struct tomb_err *err)
{
	return tomb_authority_at(pg, actor, TOMB_MAY_INGEST, institution_id, "send bags for another institution", err);
}

enum tomb_code tomb_ingest_lock_object(struct tomb_pg *pg, int64_t institution_id, struct tomb_str identifier,
	int64_t wanted_option, struct tomb_arena *arena, struct sql_ingest_object_lock_row **out, struct tomb_err *err)
{
	struct sql_ingest_object_lock_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_ingest_object_lock(pg, &(struct sql_ingest_object_lock_args){identifier}, arena, &row, &n, err));
	if (n > 0 && row->institution_id != institution_id)
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "%.*s is an object of another institution", TOMB_STR_ARG(identifier));
	if (n > 0 && wanted_option != 0 && row->storage_option_id != wanted_option &&
		tomb_str_eq(row->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"%.*s is stored as %.*s: its storage option can change only after it was deleted",
			TOMB_STR_ARG(identifier), TOMB_STR_ARG(row->storage_option));
	*out = n > 0 ? row : NULL;
	return TOMB_OK;
}

/* The option that was asked for, or the object's own, or the default; with its backends. */
static enum tomb_code choose_option(struct tomb_pg *pg, struct tomb_str wanted,
	const struct sql_ingest_object_lock_row *object, struct tomb_arena *arena, struct tomb_ingest_record *rec,
	struct tomb_err *err)
{
	struct tomb_str name = wanted.n > 0 ? wanted : object ? object->storage_option : default_option;
	struct sql_ingest_option_row *option = NULL;
	struct sql_ingest_option_backends_row *rows = NULL;
	struct tomb_ingest_backend *backends = NULL;
	size_t n = 0;

	TOMB_TRY(sql_ingest_option(pg, &(struct sql_ingest_option_args){name}, arena, &option, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no storage option \"%.*s\"", TOMB_STR_ARG(name));
	TOMB_TRY(sql_ingest_option_backends(
		pg, &(struct sql_ingest_option_backends_args){option->id}, arena, &rows, &n, err));
	backends = TOMB_NEW(arena, struct tomb_ingest_backend, n);
	if (!backends)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu backends", n);
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "storage option \"%.*s\" has no backend", TOMB_STR_ARG(name));
	for (size_t i = 0; i < n; i++)
		backends[i] = (struct tomb_ingest_backend){rows[i].id, rows[i].name};
	rec->storage_option_id = option->id;
	rec->backends = backends;
	rec->nbackends = n;
	return TOMB_OK;
}

/* The caller has the object's lock: whoever left a work item open is gone. */
static enum tomb_code fail_dead(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str object_identifier,
	size_t *ended, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_ingest_fail_dead_row *dead = NULL;
	size_t n = 0;

	TOMB_TRY(sql_ingest_fail_dead(
		pg, &(struct sql_ingest_fail_dead_args){object_identifier}, &arena, &dead, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct tomb_ingest_record rec = {.work_item_id = dead[i].id, .institution_id = dead[i].institution_id};

		TOMB_TRY(tomb_ingest_audit(pg, actor, "fail dead ingest", &rec, object_identifier, TOMB_STR(""), err));
	}
	*ended = n;
	return TOMB_OK;
}

static enum tomb_code insert_work_item(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_start *start, struct tomb_arena *arena, struct tomb_ingest_record *rec,
	struct tomb_err *err)
{
	struct sql_ingest_work_item_insert_args args = {
		.institution_id = rec->institution_id,
		.object_identifier = rec->object_identifier,
		.object_id = rec->object_id,
		.object_id_null = rec->object_id == 0,
		.user_email = actor->email,
		.files_total = start->files,
		.bytes_total = start->bytes,
	};
	struct sql_ingest_work_item_insert_row *made = NULL;

	TOMB_TRY(sql_ingest_work_item_insert(pg, &args, arena, &made, err));
	rec->work_item_id = made->id;
	return tomb_ingest_audit(pg, actor, "begin ingest", rec, rec->object_identifier, TOMB_STR(""), err);
}

/* What must hold at the beginning; inside the caller's transaction. */
static enum tomb_code prepare(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_ingest_start *start,
	struct tomb_arena *arena, struct tomb_ingest_record *rec, struct tomb_err *err)
{
	struct sql_ingest_object_lock_row *object = NULL;

	TOMB_TRY(check_actor(pg, actor, rec->institution_id, err));
	TOMB_TRY(tomb_ingest_lock_object(pg, rec->institution_id, rec->object_identifier, 0, arena, &object, err));
	TOMB_TRY(choose_option(pg, start->storage_option, object, arena, rec, err));
	/* Again, now that the option is known. */
	TOMB_TRY(tomb_ingest_lock_object(
		pg, rec->institution_id, rec->object_identifier, rec->storage_option_id, arena, &object, err));
	rec->object_id = object ? object->id : 0;
	return TOMB_OK;
}

static enum tomb_code begin(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_ingest_start *start,
	struct tomb_arena *arena, struct tomb_ingest_record *rec, struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	size_t ended = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(prepare(pg, actor, start, arena, rec, err));
	TOMB_TRY(fail_dead(pg, actor, rec->object_identifier, &ended, err));
	TOMB_TRY(insert_work_item(pg, actor, start, arena, rec, err));
	return tomb_tx_commit(&tx, err);
}

static enum tomb_code find_institution(
	struct tomb_pg *pg, struct tomb_str identifier, struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	struct sql_ingest_institution_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_ingest_institution(pg, &(struct sql_ingest_institution_args){identifier}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(
			err, TOMB_NOTFOUND, "there is no active institution \"%.*s\"", TOMB_STR_ARG(identifier));
	*id = row->id;
	return TOMB_OK;
}

static enum tomb_code name_object(
	const struct tomb_ingest_start *start, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO b = tomb_buf_init(4096);
	struct tomb_str text;

	if (start->label.bag_name.n == 0 || memchr(start->label.bag_name.p, '/', start->label.bag_name.n))
		return TOMB_FAIL(err, TOMB_INVAL, "the name of a bag is not empty and has no slash");
	tomb_buf_put(&b, start->institution);
	tomb_buf_put(&b, TOMB_STR("/"));
	tomb_buf_put(&b, start->label.bag_name);
	TOMB_TRY(tomb_buf_done(&b, &text, err));
	*out = tomb_arena_str(arena, text);
	if (!out->p)
		return TOMB_FAIL(err, TOMB_NOMEM, "the object's identifier");
	return TOMB_OK;
}

static enum tomb_code new_record(struct tomb_pg *pg, const struct tomb_ingest_start *start, struct tomb_arena *arena,
	struct tomb_ingest_record **out, struct tomb_err *err)
{
	struct tomb_ingest_record *rec = TOMB_NEW(arena, struct tomb_ingest_record, 1);

	if (!rec)
		return TOMB_FAIL(err, TOMB_NOMEM, "beginning an ingest");
	rec->label = start->label;
	TOMB_TRY(name_object(start, arena, &rec->object_identifier, err));
	TOMB_TRY(find_institution(pg, start->institution, arena, &rec->institution_id, err));
	*out = rec;
	return TOMB_OK;
}

enum tomb_code tomb_ingest_record_check(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_start *start, struct tomb_arena *arena, struct tomb_ingest_record **out,
	struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct tomb_ingest_record *rec = NULL;

	TOMB_TRY(new_record(pg, start, arena, &rec, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(prepare(pg, actor, start, arena, rec, err));
	*out = rec;
	return TOMB_OK;
}

enum tomb_code tomb_ingest_record_begin(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_start *start, struct tomb_arena *arena, struct tomb_ingest_record **out,
	struct tomb_err *err)
{
	struct tomb_ingest_record *rec = NULL;
	enum tomb_code code = TOMB_OK;
	bool locked = false;

	TOMB_TRY(new_record(pg, start, arena, &rec, err));
	TOMB_TRY(try_lock(pg, rec->object_identifier, &locked, err));
	if (!locked)
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "another ingest of %.*s is running", TOMB_STR_ARG(rec->object_identifier));
	code = begin(pg, actor, start, arena, rec, err);
	if (code != TOMB_OK) {
		tomb_ingest_unlock(pg, rec->object_identifier);
		return code;
	}
	*out = rec;
	return TOMB_OK;
}

enum tomb_code tomb_ingest_record_fail(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_ingest_record *rec, struct tomb_str note, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_ingest_fail_args args = {rec->work_item_id, note};
	struct sql_ingest_fail_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_ingest_fail(pg, &args, &arena, &row, &n, err));
	if (n > 0)
		TOMB_TRY(tomb_ingest_audit(pg, actor, "fail ingest", rec, note, TOMB_STR(""), err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	tomb_ingest_unlock(pg, rec->object_identifier);
	return TOMB_OK;
}

static enum tomb_code reap_one(
	struct tomb_pg *pg, struct tomb_str object_identifier, size_t *ended, struct tomb_err *err)
{
	static const struct tomb_actor dispatcher = {.email = {"dispatcher", 10}, .via = TOMB_VIA_DISPATCHER};
	TOMB_TX_AUTO tx = tomb_tx_init(pg);

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(fail_dead(pg, &dispatcher, object_identifier, ended, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_ingest_record_reap(struct tomb_pg *pg, size_t *ended, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_ingest_open_row *rows = NULL;
	size_t n = REAP_PAGE;
	size_t total = 0;
	int64_t after = 0;

	while (n == REAP_PAGE) {
		tomb_arena_reset(&arena);
		TOMB_TRY(sql_ingest_open(pg, &(struct sql_ingest_open_args){after, REAP_PAGE}, &arena, &rows, &n, err));
		for (size_t i = 0; i < n; i++) {
			enum tomb_code code = TOMB_OK;
			bool locked = false;
			size_t some = 0;

			after = rows[i].id;
			TOMB_TRY(try_lock(pg, rows[i].object_identifier, &locked, err));
			if (!locked)
				continue;
			code = reap_one(pg, rows[i].object_identifier, &some, err);
			tomb_ingest_unlock(pg, rows[i].object_identifier);
			TOMB_TRY(code);
			total += some;
		}
	}
	*ended = total;
	return TOMB_OK;
}
