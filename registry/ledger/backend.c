#include "tombstone/backend.h"

#include "authority.h"
#include "constraint.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

static enum tomb_finding finding(bool is_null, bool yes)
{
	if (is_null)
		return TOMB_FINDING_UNKNOWN;
	return yes ? TOMB_FINDING_YES : TOMB_FINDING_NO;
}

static struct tomb_backend_probe probe_of(const struct sql_backend_list_row *r)
{
	return (struct tomb_backend_probe){
		.place = r->examined_place,
		.is_reachable = r->is_reachable,
		.problem = r->problem,
		.versioning = r->versioning,
		.object_lock = finding(r->object_lock_null, r->object_lock),
		.can_look = finding(r->can_look_null, r->can_look),
		.was_examined = r->examined_at != 0,
		.conditional_delete = finding(r->conditional_delete_null, r->conditional_delete),
		.conditional_batch = finding(r->conditional_batch_null, r->conditional_batch),
		.conditional_put = finding(r->conditional_put_null, r->conditional_put),
		.lists_versions = finding(r->lists_versions_null, r->lists_versions),
		.reads_back = finding(r->reads_back_null, r->reads_back),
	};
}

static struct tomb_backend backend_of(const struct sql_backend_list_row *r)
{
	return (struct tomb_backend){
		.name = r->name,
		.retention = r->retention,
		.options = r->options,
		.last = probe_of(r),
		.probed_at_us = r->probed_at,
		.probed_by = r->probed_by,
		.examined_at_us = r->examined_at,
		.examined_by = r->examined_by,
		.breaker =
			{
				.is_open = r->is_open,
				.since_us = r->since,
				.until_us = r->until,
				.reason = r->reason,
				.set_by = r->set_by,
				.set_at_us = r->set_at,
			},
	};
}

static enum tomb_code list(struct tomb_pg *pg, struct tomb_str name, struct tomb_arena *arena,
	struct tomb_backends *out, struct tomb_err *err)
{
	struct sql_backend_list_row *rows = NULL;
	struct tomb_backend *made = NULL;
	size_t n = 0;

	TOMB_TRY(sql_backend_list(pg, &(struct sql_backend_list_args){name}, arena, &rows, &n, err));
	made = TOMB_NEW(arena, struct tomb_backend, n);
	if (!made)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu backends", n);
	for (size_t i = 0; i < n; i++)
		made[i] = backend_of(&rows[i]);
	*out = (struct tomb_backends){made, n};
	return TOMB_OK;
}

enum tomb_code tomb_backend_list(
	struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_backends *out, struct tomb_err *err)
{
	return list(pg, TOMB_STR(""), arena, out, err);
}

static enum tomb_code unknown(struct tomb_str name, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_NOTFOUND,
		"the ledger knows no backend \"%.*s\": tombstone storage setup makes those of the backends file known",
		TOMB_STR_ARG(name));
}

enum tomb_code tomb_backend_find(struct tomb_pg *pg, struct tomb_str name, struct tomb_arena *arena,
	struct tomb_backend *out, struct tomb_err *err)
{
	struct tomb_backends found = {NULL, 0};

	if (name.n > 0)
		TOMB_TRY(list(pg, name, arena, &found, err));
	if (found.n == 0)
		return unknown(name, err);
	*out = found.p[0];
	return TOMB_OK;
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb, struct tomb_str name,
	struct tomb_str detail, struct tomb_err *err)
{
	return tomb_audit_write(
		pg, actor, &(struct tomb_audit_entry){.verb = verb, .subject = name, .detail = detail}, err);
}

static const char *word(enum tomb_finding f)
{
	switch (f) {
	case TOMB_FINDING_NO:
		return "no";
	case TOMB_FINDING_YES:
		return "yes";
	case TOMB_FINDING_UNKNOWN:
		break;
	}
	return "not known";
}

static void describe(const struct tomb_backend_probe *p, struct tomb_buf *out)
{
	struct tomb_str versioning = p->versioning.n > 0 ? p->versioning : TOMB_STR("not known");

	if (!p->is_reachable) {
		tomb_buf_putf(out, "not usable: %.*s", TOMB_STR_ARG(p->problem));
		return;
	}
	tomb_buf_putf(out, "versioning %.*s, object lock %s", TOMB_STR_ARG(versioning), word(p->object_lock));
	if (p->was_examined)
		tomb_buf_putf(out,
			"; examined: conditional delete %s, in a batch %s, conditional put %s, lists versions %s, "
			"reads back %s",
			word(p->conditional_delete), word(p->conditional_batch), word(p->conditional_put),
			word(p->lists_versions), word(p->reads_back));
}

enum {
	DETAIL_MAX = 1024,          /* bytes: a probe in words */
	ARENA_BYTES_MAX = 64 * 1024 /* what one backend was */
};

#define FINDING(member, f) .member = (f) == TOMB_FINDING_YES, .member##_null = (f) == TOMB_FINDING_UNKNOWN

enum tomb_code tomb_backend_probed(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	const struct tomb_backend_probe *found, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(DETAIL_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_backend_probe_insert_args args = {
		.name = name,
		.by = actor->email,
		.place = found->place,
		.is_reachable = found->is_reachable,
		.problem = found->problem,
		.versioning = found->versioning,
		.versioning_null = found->versioning.n == 0,
		FINDING(object_lock, found->object_lock),
		FINDING(can_look, found->can_look),
		.was_examined = found->was_examined,
		FINDING(conditional_delete, found->conditional_delete),
		FINDING(conditional_batch, found->conditional_batch),
		FINDING(conditional_put, found->conditional_put),
		FINDING(lists_versions, found->lists_versions),
		FINDING(reads_back, found->reads_back),
	};
	struct tomb_str detail;
	size_t made = 0;

	describe(found, &buf);
	TOMB_TRY(tomb_buf_done(&buf, &detail, err));
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_BACKEND_WRITE, "probe a storage backend", err));
	TOMB_TRY(sql_backend_probe_insert(pg, &args, &made, err));
	if (made == 0)
		return unknown(name, err);
	TOMB_TRY(audit(pg, actor, "probe storage backend", name, detail, err));
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_backend_set_retention(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_str name,
	struct tomb_str retention, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	TOMB_BUF_AUTO buf = tomb_buf_init(DETAIL_MAX);
	struct sql_backend_set_retention_row *row = NULL;
	struct tomb_str detail;
	enum tomb_code code = TOMB_OK;
	size_t n = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(tomb_authority_all(pg, actor, TOMB_MAY_BACKEND_WRITE, "say whose minimum retention counts", err));
	code = sql_backend_set_retention(
		pg, &(struct sql_backend_set_retention_args){name, retention}, &arena, &row, &n, err);
	TOMB_TRY(tomb_constraint_explain(pg, code, retention, err));
	if (n == 0)
		return unknown(name, err);
	tomb_buf_putf(&buf, "%.*s, was %.*s", TOMB_STR_ARG(retention), TOMB_STR_ARG(row->before));
	TOMB_TRY(tomb_buf_done(&buf, &detail, err));
	TOMB_TRY(audit(pg, actor, "set minimum retention policy", name, detail, err));
	return tomb_tx_commit(&tx, err);
}
