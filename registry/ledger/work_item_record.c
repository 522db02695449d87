#include "tombstone/work_item_record.h"

#include "authority.h"
#include "constraint.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/plan.h"
#include "tombstone/tx.h"

#include <inttypes.h>

enum {
	ARENA_BYTES_MAX = 256 * 1024, /* a few rows */
	TEXT_MAX = 10000              /* bytes of a note or an outcome; a page shows it whole */
};

/* Spec: aptrust.md 1.2.  As the ledger's check constraints spell them. */
static const struct tomb_str stages[] = {{"Available in S3", 15}, {"Cleanup", 7}, {"Copy To Staging", 15}, {"Fetch", 5},
	{"Format Identification", 21}, {"Package", 7}, {"Receive", 7}, {"Record", 6}, {"Reingest Check", 14},
	{"Requested", 9}, {"Resolve", 7}, {"Restoring", 9}, {"Storage Validation", 18}, {"Store", 5}, {"Unpack", 6},
	{"Validate", 8}};
static const struct tomb_str statuses[] = {
	{"Pending", 7}, {"Started", 7}, {"Success", 7}, {"Failed", 6}, {"Cancelled", 9}};

struct change {
	const struct tomb_actor *actor;
	const struct tomb_work_item_given *given;
	int64_t institution_id; /* of a new one */
	int64_t id;
	struct tomb_str stage; /* of a requeue */
	bool is_deletion;
};

static enum tomb_code check_word(
	const char *name, struct tomb_str word, const struct tomb_str *words, size_t n, struct tomb_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(word, words[i]))
			return TOMB_OK;
	return TOMB_FAIL(err, TOMB_INVAL, "%s: there is no \"%.*s\"", name, TOMB_STR_ARG(word));
}

static enum tomb_code check_lines(const struct tomb_work_item_given *g, struct tomb_err *err)
{
	const struct {
		const char *name;
		struct tomb_str value;
	} lines[] = {{"name", g->name}, {"etag", g->etag}, {"bucket", g->bucket}, {"user", g->user}, {"node", g->node}};

	for (size_t i = 0; i < TOMB_COUNTOF(lines); i++)
		if (lines[i].value.n > 0)
			TOMB_TRY(tomb_constraint_line(lines[i].value, lines[i].name, err));
	return TOMB_OK;
}

static enum tomb_code check_given(const struct tomb_work_item_given *g, struct tomb_err *err)
{
	TOMB_TRY(check_lines(g, err));
	if (g->stage.p)
		TOMB_TRY(check_word("stage", g->stage, stages, TOMB_COUNTOF(stages), err));
	if (g->status.p)
		TOMB_TRY(check_word("status", g->status, statuses, TOMB_COUNTOF(statuses), err));
	if (g->note.n > TEXT_MAX || g->outcome.n > TEXT_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "note and outcome have at most %d bytes each", TEXT_MAX);
	return TOMB_OK;
}

/* The bag's name without ".tar": the last part of its object's identifier. */
static struct tomb_str bag_of(struct tomb_str name)
{
	static const struct tomb_str tar = {".tar", 4};

	if (name.n > tar.n && memcmp(name.p + name.n - tar.n, tar.p, tar.n) == 0)
		name.n -= tar.n;
	return name;
}

static enum tomb_code check_new(const struct change *c, struct tomb_err *err)
{
	const struct tomb_work_item_given *g = c->given;

	TOMB_TRY(check_given(g, err));
	if (g->institution_id != 0 && g->institution_id != c->institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "resource or institution id mismatch");
	if (tomb_str_eq(g->action, TOMB_STR("Delete")) || g->request_id != 0 || g->inst_approver.n > 0)
		return TOMB_FAIL(err, TOMB_FORBIDDEN,
			"the work items of a deletion are made by its approval: ask for the deletion");
	if (!tomb_str_eq(g->action, TOMB_STR("Ingest")))
		return TOMB_FAIL(err, TOMB_INVAL, "action is \"Ingest\"");
	if (g->name.n == 0 || memchr(g->name.p, '/', g->name.n))
		return TOMB_FAIL(err, TOMB_INVAL, "name: a bag has one, without a slash");
	if (!g->stage.p || !g->status.p)
		return TOMB_FAIL(err, TOMB_INVAL, "stage and status: a work item has both");
	return TOMB_OK;
}

static struct tomb_str or_else(struct tomb_str s, struct tomb_str preset)
{
	return s.p ? s : preset;
}

static enum tomb_code insert(struct tomb_pg *pg, const struct change *c, const struct sql_work_item_subject_row *at,
	struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	const struct tomb_work_item_given *g = c->given;
	const struct sql_work_item_record_insert_args args = {
		.institution_id = c->institution_id,
		.object_identifier = at->identifier,
		.object_id = at->object_id,
		.file_id = 0,
		.name = g->name,
		.etag = or_else(g->etag, TOMB_STR("")),
		.bucket = or_else(g->bucket, TOMB_STR("")),
		.user_email = or_else(g->user, c->actor->email),
		.note = or_else(g->note, TOMB_STR("")),
		.stage = g->stage,
		.status = g->status,
		.outcome = or_else(g->outcome, TOMB_STR("")),
		.node = or_else(g->node, TOMB_STR("")),
		.pid = g->pid < 0 ? 0 : g->pid,
		.size_bytes = g->size_bytes < 0 ? 0 : g->size_bytes,
		.bag_date = g->bag_date_us,
		.bag_date_null = g->bag_date_us == 0,
		.date_processed = g->date_processed_us,
		.date_processed_null = g->date_processed_us == 0,
		.queued_at = g->queued_at_us,
		.queued_at_null = g->queued_at_us == 0,
		.started_at = g->stage_started_at_us,
		.started_at_null = g->stage_started_at_us == 0,
		.retry = g->retry,
		.retry_null = !g->has_retry,
		.needs_admin_review = g->has_review && g->needs_admin_review,
	};
	struct sql_work_item_record_insert_row *made = NULL;

	TOMB_TRY(tomb_constraint_explain(pg, sql_work_item_record_insert(pg, &args, arena, &made, err), g->name, err));
	*id = made->id;
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code create(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct change *c = ctx;
	const struct tomb_work_item_given *g = c->given;
	struct sql_work_item_subject_row *at = NULL;
	struct sql_work_item_object_lock_row *object = NULL;
	int64_t id = 0;
	size_t n = 0;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_WORK_ITEM_WRITE, "create and change work items", err));
	TOMB_TRY(check_new(c, err));
	TOMB_TRY(sql_work_item_subject(pg,
		&(struct sql_work_item_subject_args){c->institution_id, g->object_id, bag_of(g->name)}, &arena, &at, &n,
		err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no active institution %" PRId64, c->institution_id);
	if (at->identifier.n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "institution %" PRId64 " has no object %" PRId64,
			c->institution_id, g->object_id);
	if (g->file_id != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "generic_file_id: an ingest is about an object");
	TOMB_TRY(sql_work_item_object_lock(
		pg, &(struct sql_work_item_object_lock_args){at->identifier}, &arena, &object, &n, err));
	TOMB_TRY(insert(pg, c, at, &arena, &id, err));
	TOMB_TRY(tomb_record_audit(
		pg, c->actor, "record work item", c->institution_id, "work item", id, at->identifier, err));
	c->id = id;
	return TOMB_OK;
}

enum tomb_code tomb_work_item_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	const struct tomb_work_item_given *given, int64_t *id, struct tomb_err *err)
{
	struct change c = {.actor = actor, .given = given, .institution_id = institution_id};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, create, &c, err));
	*id = c.id;
	return TOMB_OK;
}

/* What never changes, of whatever item. */
static enum tomb_code check_same(
	const struct tomb_work_item_given *g, const struct sql_work_item_record_lock_row *now, struct tomb_err *err)
{
	const struct {
		const char *name;
		struct tomb_str given, now;
	} texts[] = {
		{"action", g->action, now->action},
		{"inst_approver", g->inst_approver, now->approver_email},
		{"user", g->user, now->user_email},
		{"name", g->name, now->name},
		{"etag", g->etag, now->etag},
		{"bucket", g->bucket, now->bucket},
	};
	/* A client that sends back what it was shown of an item of ours sends what we made up for it. */
	size_t n = now->is_outside ? TOMB_COUNTOF(texts) : 3;

	if (g->institution_id != 0 && g->institution_id != now->institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "institution id cannot change");
	if (g->object_id != 0 && g->object_id != now->object_id && now->object_id != 0)
		return TOMB_FAIL(err, TOMB_INVAL, "intellectual_object_id cannot change");
	if (g->file_id != 0 && g->file_id != now->file_id)
		return TOMB_FAIL(err, TOMB_INVAL, "generic_file_id cannot change");
	if (g->request_id != 0 && g->request_id != now->request_id)
		return TOMB_FAIL(err, TOMB_INVAL, "deletion_request_id cannot change");
	for (size_t i = 0; i < n; i++)
		if (texts[i].given.p && !tomb_str_eq(texts[i].given, texts[i].now))
			return TOMB_FAIL(err, TOMB_INVAL, "%s cannot change", texts[i].name);
	return TOMB_OK;
}

static bool differs(struct tomb_str given, struct tomb_str now)
{
	return given.p && !tomb_str_eq(given, now);
}

static enum tomb_code check_move(
	const struct change *c, const struct sql_work_item_record_lock_row *now, bool *moves, struct tomb_err *err)
{
	const struct tomb_work_item_given *g = c->given;
	bool is_other = differs(g->stage, now->stage) || differs(g->status, now->status) ||
			differs(g->outcome, now->outcome);

	if (is_other && !now->is_outside)
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"work item %" PRId64 " is moved by what it stands for: only its note, node and pid can be set",
			c->id);
	if (differs(g->status, now->status) && now->has_ended)
		return TOMB_FAIL(err, TOMB_CONFLICT, "work item %" PRId64 " has ended, with %.*s: requeue it", c->id,
			TOMB_STR_ARG(now->status));
	*moves = now->is_outside;
	return TOMB_OK;
}

/* The object that an ingest has made meanwhile: the one that the item is about, and no other. */
static enum tomb_code check_object(struct tomb_pg *pg, const struct change *c,
	const struct sql_work_item_record_lock_row *now, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_work_item_subject_row *at = NULL;
	size_t n = 0;

	if (c->given->object_id == 0 || now->object_id != 0)
		return TOMB_OK;
	TOMB_TRY(sql_work_item_subject(pg,
		&(struct sql_work_item_subject_args){now->institution_id, c->given->object_id, TOMB_STR("")}, arena,
		&at, &n, err));
	if (n == 0 || !tomb_str_eq(at->identifier, now->object_identifier))
		return TOMB_FAIL(err, TOMB_INVAL, "intellectual_object_id: the work item is about %.*s",
			TOMB_STR_ARG(now->object_identifier));
	return TOMB_OK;
}

static enum tomb_code move(struct tomb_pg *pg, const struct change *c, struct tomb_err *err)
{
	const struct tomb_work_item_given *g = c->given;
	const struct sql_work_item_record_move_args args = {
		.id = c->id,
		.object_id = g->object_id,
		.stage = g->stage,
		.stage_null = g->stage.p == NULL,
		.status = g->status,
		.status_null = g->status.p == NULL,
		.outcome = g->outcome,
		.outcome_null = g->outcome.p == NULL,
		.size_bytes = g->size_bytes,
		.size_bytes_null = g->size_bytes < 0,
		.date_processed = g->date_processed_us,
		.date_processed_null = g->date_processed_us == 0,
		.queued_at = g->queued_at_us,
		.queued_at_null = g->queued_at_us == 0,
		.started_at = g->stage_started_at_us,
		.started_at_null = g->stage_started_at_us == 0,
		.retry = g->retry,
		.retry_null = !g->has_retry,
		.needs_admin_review = g->needs_admin_review,
		.needs_admin_review_null = !g->has_review,
	};
	size_t changed = 0;

	return sql_work_item_record_move(pg, &args, &changed, err);
}

static enum tomb_code annotate(struct tomb_pg *pg, const struct change *c, struct tomb_err *err)
{
	const struct tomb_work_item_given *g = c->given;
	const struct sql_work_item_record_annotate_args args = {
		.id = c->id,
		.note = g->note,
		.note_null = g->note.p == NULL,
		.node = g->node,
		.node_null = g->node.p == NULL,
		.pid = g->pid,
		.pid_null = g->pid < 0,
	};
	size_t changed = 0;

	return tomb_constraint_explain(pg, sql_work_item_record_annotate(pg, &args, &changed, err), g->node, err);
}

static enum tomb_code lock(struct tomb_pg *pg, int64_t id, struct tomb_arena *arena,
	struct sql_work_item_record_lock_row **now, struct tomb_err *err)
{
	size_t n = 0;

	TOMB_TRY(sql_work_item_record_lock(pg, &(struct sql_work_item_record_lock_args){id}, arena, now, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no work item %" PRId64, id);
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code update(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct change *c = ctx;
	struct sql_work_item_record_lock_row *now = NULL;
	bool moves = false;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_WORK_ITEM_WRITE, "create and change work items", err));
	TOMB_TRY(check_given(c->given, err));
	TOMB_TRY(lock(pg, c->id, &arena, &now, err));
	TOMB_TRY(check_same(c->given, now, err));
	TOMB_TRY(check_object(pg, c, now, &arena, err));
	TOMB_TRY(check_move(c, now, &moves, err));
	if (moves)
		TOMB_TRY(move(pg, c, err));
	TOMB_TRY(annotate(pg, c, err));
	return tomb_record_audit(pg, c->actor, "change work item", now->institution_id, "work item", c->id,
		or_else(c->given->status, now->status), err);
}

enum tomb_code tomb_work_item_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_work_item_given *given, struct tomb_err *err)
{
	struct change c = {.actor = actor, .given = given, .id = id};

	return tomb_tx_run(pg, TOMB_READ_COMMITTED, update, &c, err);
}

static enum tomb_code requeue_outside(
	struct tomb_pg *pg, const struct change *c, struct tomb_str status, struct tomb_err *err)
{
	const struct sql_work_item_record_requeue_args args = {
		.id = c->id, .stage = c->stage, .stage_null = c->stage.n == 0};
	size_t changed = 0;

	if (c->stage.n > 0)
		TOMB_TRY(check_word("stage", c->stage, stages, TOMB_COUNTOF(stages), err));
	if (tomb_str_eq(status, TOMB_STR("Success")))
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "work item %" PRId64 " succeeded: there is nothing to repeat", c->id);
	return sql_work_item_record_requeue(pg, &args, &changed, err);
}

/* A tomb_tx_fn; a deletion's it leaves to the verb for those. */
static enum tomb_code requeue(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct change *c = ctx;
	struct sql_work_item_record_lock_row *now = NULL;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_WORK_ITEM_REQUEUE, "requeue a work item", err));
	TOMB_TRY(lock(pg, c->id, &arena, &now, err));
	c->is_deletion = now->request_id != 0;
	if (c->is_deletion)
		return TOMB_OK;
	if (!now->is_outside)
		return TOMB_FAIL(
			err, TOMB_CONFLICT, "work item %" PRId64 " is an ingest of a bag: send the bag again", c->id);
	TOMB_TRY(requeue_outside(pg, c, now->status, err));
	return tomb_record_audit(
		pg, c->actor, "requeue work item", now->institution_id, "work item", c->id, c->stage, err);
}

enum tomb_code tomb_work_item_record_requeue(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_str stage, struct tomb_err *err)
{
	struct change c = {.actor = actor, .id = id, .stage = stage};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, requeue, &c, err));
	if (!c.is_deletion)
		return TOMB_OK;
	return tomb_work_item_requeue(pg, actor, id, err);
}
