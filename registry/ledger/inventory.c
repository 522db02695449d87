#include "tombstone/inventory.h"

#include "authority.h"
#include "constraint.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/time.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 1 << 20 };

/* "job ID of backend NAME" */
static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_audit_entry *entry,
	struct tomb_str job_id, struct tomb_str backend, struct tomb_err *err)
{
	struct tomb_audit_entry e = *entry;
	char subject[512];

	(void)snprintf(subject, sizeof subject, "inventory job %.*s of backend %.*s", TOMB_STR_ARG(job_id),
		TOMB_STR_ARG(backend));
	e.subject = tomb_str_from(subject);
	return tomb_audit_write(pg, actor, &e, err);
}

enum tomb_code tomb_inventory_waiting(struct tomb_pg *pg, struct tomb_str backend, struct tomb_arena *arena,
	struct tomb_inventory *out, bool *found, struct tomb_err *err)
{
	struct sql_inventory_waiting_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_inventory_waiting(pg, &(struct sql_inventory_waiting_args){backend}, arena, &row, &n, err));
	*found = n > 0;
	if (n > 0)
		*out = (struct tomb_inventory){
			row->id, row->job_id, row->started_at, row->started_by, row->as_of_null ? 0 : row->as_of};
	return TOMB_OK;
}

enum tomb_code tomb_inventory_start(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str backend,
	struct tomb_str job_id, int64_t as_of_us, int64_t *id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_storage_backends_known_row *known = NULL;
	struct sql_inventory_insert_row *row = NULL;
	struct sql_inventory_insert_args args = {.backend = backend,
		.job_id = job_id,
		.started_by = actor->email,
		.as_of = as_of_us,
		.as_of_null = as_of_us == 0};
	size_t n = 0;

	TOMB_TRY(tomb_constraint_line(job_id, "the id of a job", err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INVENTORY, "start an inventory", err));
	TOMB_TRY(sql_storage_backends_known(
		pg, &(struct sql_storage_backends_known_args){{&backend, 1}}, &arena, &known, err));
	if (known->known == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "the ledger knows no backend \"%.*s\"", TOMB_STR_ARG(backend));
	TOMB_TRY(sql_inventory_insert(pg, &args, &arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "another inventory of backend %.*s waits to be read",
			TOMB_STR_ARG(backend));
	TOMB_TRY(audit(pg, actor, &(struct tomb_audit_entry){.verb = "start inventory"}, job_id, backend, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*id = row->id;
	return TOMB_OK;
}

static enum tomb_code stale(int64_t id, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_STALE, "inventory %" PRId64 " was read or given up by somebody else", id);
}

enum tomb_code tomb_inventory_lose(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_str why, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_inventory_lose_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INVENTORY, "give up an inventory", err));
	TOMB_TRY(sql_inventory_lose(pg, &(struct sql_inventory_lose_args){id, why}, &arena, &row, &n, err));
	if (n == 0)
		return stale(id, err);
	TOMB_TRY(audit(pg, actor, &(struct tomb_audit_entry){.verb = "lose inventory", .detail = why}, row->job_id,
		row->backend, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_inventory_hold(struct tomb_pg *pg, int64_t id, struct tomb_strs urls, struct tomb_err *err)
{
	return sql_inventory_hold(pg, &(struct sql_inventory_hold_args){id, urls}, NULL, err);
}

/* A transaction that ends an inventory. */
struct ending {
	struct tomb_pg *pg;
	const struct tomb_actor *actor;
	struct tomb_arena *arena;
	int64_t id;
	struct tomb_str agent;
	struct sql_inventory_end_row *row;
	struct tomb_inventory_outcome out;
};

/* One entry per institution, with the digest of its copies' ids. */
static enum tomb_code audit_copies(struct ending *e, const char *verb, int64_t institution_id, int64_t copies,
	struct tomb_str digest, struct tomb_err *err)
{
	char as_of[TOMB_TIME_TEXT] = "";
	char detail[128];

	(void)snprintf(detail, sizeof detail, "%" PRId64 " copies, by the inventory of %s", copies,
		tomb_time_format(e->out.as_of_us, TOMB_TIME_S, as_of));
	return audit(e->pg, e->actor,
		&(struct tomb_audit_entry){.verb = verb,
			.institution_id = institution_id,
			.detail = tomb_str_from(detail),
			.list_digest = digest},
		e->row->job_id, e->row->backend, err);
}

static enum tomb_code confirm(struct ending *e, struct tomb_err *err)
{
	struct sql_inventory_confirm_row *rows = NULL;
	size_t n = 0;

	TOMB_TRY(sql_inventory_confirm(
		e->pg, &(struct sql_inventory_confirm_args){e->id, e->agent}, e->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(audit_copies(
			e, "verify deletion", rows[i].institution_id, rows[i].copies, rows[i].digest, err));
		e->out.confirmed += rows[i].copies;
		e->out.files += rows[i].files;
	}
	return TOMB_OK;
}

static enum tomb_code contradict(struct ending *e, struct tomb_err *err)
{
	struct sql_inventory_contradict_row *rows = NULL;
	struct sql_inventory_contradictions_row *shown = NULL;
	size_t n = 0;

	TOMB_TRY(sql_inventory_contradict(
		e->pg, &(struct sql_inventory_contradict_args){e->id, e->agent}, e->arena, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		TOMB_TRY(audit_copies(
			e, "contradict deletion", rows[i].institution_id, rows[i].copies, rows[i].digest, err));
		e->out.contradicted += rows[i].copies;
	}
	if (e->out.contradicted == 0)
		return TOMB_OK;
	TOMB_TRY(sql_inventory_contradictions(e->pg,
		&(struct sql_inventory_contradictions_args){e->id, TOMB_INVENTORY_SHOWN}, e->arena, &shown, &n, err));
	e->out.shown = TOMB_NEW(e->arena, struct tomb_inventory_contradiction, n);
	if (!e->out.shown)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu contradictions", n);
	for (size_t i = 0; i < n; i++)
		e->out.shown[i] = (struct tomb_inventory_contradiction){
			shown[i].file_identifier, shown[i].url, shown[i].deletion_id, shown[i].removed_at};
	e->out.nshown = n;
	return TOMB_OK;
}

static enum tomb_code end_it(struct ending *e, const struct tomb_inventory_reading *r, struct tomb_err *err)
{
	struct sql_inventory_end_args args = {.id = e->id,
		.archives = r->archives,
		.bytes = r->bytes,
		.as_of = r->as_of_us,
		.as_of_null = r->as_of_us == 0};
	struct sql_inventory_open_row *open = NULL;
	char detail[128];
	size_t n = 0;

	TOMB_TRY(sql_inventory_end(e->pg, &args, e->arena, &e->row, &n, err));
	if (n == 0)
		return stale(e->id, err);
	e->out.as_of_us = e->row->as_of_null ? 0 : e->row->as_of;
	TOMB_TRY(confirm(e, err));
	TOMB_TRY(contradict(e, err));
	TOMB_TRY(sql_inventory_open(e->pg, &(struct sql_inventory_open_args){e->row->backend}, e->arena, &open, err));
	e->out.open = open->copies;
	(void)snprintf(detail, sizeof detail,
		"%" PRId64 " archives, %" PRId64 " copies verified, %" PRId64 " still there, %" PRId64 " open",
		r->archives, e->out.confirmed, e->out.contradicted, e->out.open);
	return audit(e->pg, e->actor,
		&(struct tomb_audit_entry){.verb = "read inventory", .detail = tomb_str_from(detail)}, e->row->job_id,
		e->row->backend, err);
}

enum tomb_code tomb_inventory_end(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_inventory_reading *reading, struct tomb_arena *arena, struct tomb_inventory_outcome *out,
	struct tomb_err *err)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct ending e = {.pg = pg, .actor = actor, .arena = arena, .id = id, .agent = reading->agent};

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_INVENTORY, "read an inventory", err));
	TOMB_TRY(end_it(&e, reading, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*out = e.out;
	return TOMB_OK;
}
