#include "authority.h"
#include "record_change.h"
#include "record_door.h"
#include "sql.gen.h"
#include "tombstone/permission.h"
#include "tombstone/tx.h"

#include <inttypes.h>

/* A change to a record that is locked. */
struct change {
	const struct tomb_actor *actor;
	const struct tomb_record_given *given;
	struct tomb_uuid id;
	struct tomb_record_draft draft;
	const struct sql_record_write_lock_row *was;
	bool dies;
	bool comes_back;
	bool moves;
	bool to_nothing; /* is moved out of what it is in */
};

static enum tomb_code lock(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id, int32_t version,
	struct tomb_arena *arena, const struct sql_record_write_lock_row **out, struct tomb_err *err)
{
	struct sql_record_write_lock_row *row = NULL;
	char text[TOMB_UUID_TEXT];
	size_t n = 0;

	if (tomb_permission_of(actor, TOMB_MAY_RECORD_WRITE) == TOMB_SCOPE_NONE)
		return tomb_permission_refuse(TOMB_MAY_RECORD_WRITE, err);
	TOMB_TRY(sql_record_write_lock(pg, &(struct sql_record_write_lock_args){id}, arena, &row, &n, err));
	if (n == 0 || !tomb_permission_covers(actor, TOMB_MAY_RECORD_WRITE, row->institution_id))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no record %s", tomb_uuid_text(id, text));
	TOMB_TRY(tomb_authority_at(
		pg, actor, TOMB_MAY_RECORD_WRITE, row->institution_id, "create and change records", err));
	if (row->is_deleted && !tomb_permission_covers(actor, TOMB_MAY_RECORD_DELETED_READ, row->institution_id))
		return tomb_permission_refuse(TOMB_MAY_RECORD_DELETED_READ, err);
	if (version != 0 && version != row->version)
		return TOMB_FAIL(err, TOMB_PRECONDITION,
			"record %" PRId64 " has changed: it has version %" PRId32 ", not %" PRId32, row->number,
			row->version, version);
	*out = row;
	return TOMB_OK;
}

static bool is_false(const bool *flag)
{
	return flag && !*flag;
}

static enum tomb_code judge(struct change *c, bool comes_back, struct tomb_err *err)
{
	const struct tomb_record_given *g = c->given;

	c->dies = !c->was->is_deleted && c->draft.verdict == TOMB_RECORD_SAYS_DELETED;
	c->comes_back = c->was->is_deleted && (c->draft.verdict == TOMB_RECORD_SAYS_ACTIVE ||
						      (comes_back && c->draft.verdict == TOMB_RECORD_SAYS_NOTHING));
	if (c->was->is_deleted && !c->comes_back && (is_false(g->discovery_suppress) || is_false(g->staff_suppress)))
		return TOMB_FAIL(err, TOMB_INVAL,
			"record %" PRId64 " is deleted, and stays suppressed until it is restored", c->was->number);
	return TOMB_OK;
}

static enum tomb_code judge_move(struct tomb_pg *pg, struct change *c, struct tomb_arena *arena, struct tomb_err *err)
{
	static const struct tomb_uuid nothing = {{0}};
	const struct tomb_record_given *g = c->given;
	struct tomb_str title = TOMB_STR("");

	if (!g->has_parent)
		return TOMB_OK;
	c->to_nothing = tomb_uuid_eq(g->parent_id, nothing);
	c->moves = c->was->parent_id_null ? !c->to_nothing : !tomb_uuid_eq(g->parent_id, c->was->parent_id);
	if (!c->moves)
		return TOMB_OK;
	if (c->was->is_deleted)
		return TOMB_FAIL(err, TOMB_CONFLICT, "record %" PRId64 " is deleted: restore it before it is moved",
			c->was->number);
	if (c->to_nothing)
		return TOMB_OK;
	return tomb_record_change_place(pg, c->was->institution_id, g->parent_id, arena, &title, err);
}

/* At every moment the MARC side says the state that the record has (record_lockstep); the door changes both. */
static enum tomb_code keep_status(struct change *c, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_marc_stored patched;
	char status = 'c';

	if (!c->draft.has_marc)
		return TOMB_OK;
	if (!c->was->marc_status_null)
		status = (char)c->was->marc_status;
	if (c->dies)
		return tomb_record_draft_status(&c->draft, status, arena, err);
	if (!c->was->is_deleted)
		return TOMB_OK;
	TOMB_TRY(tomb_marc_patch(&c->draft.marc, 'd', c->was->deleted_at, arena, &patched, err));
	c->draft.marc = patched;
	return TOMB_OK;
}

/* Flags change with the rest while a record is active and stays so. */
static bool has_flags(const struct change *c)
{
	return !c->was->is_deleted && !c->dies && (c->given->discovery_suppress || c->given->staff_suppress);
}

static bool has_edit(const struct change *c)
{
	const struct tomb_record_given *g = c->given;

	return c->moves || g->source.p || g->title.p || g->local_id.p || g->hrid.p || g->barcode.p || g->marc.p ||
	       g->mods.p || g->content.p || g->rights.p || g->capture_ids || g->capture_status.p || g->work_order.p ||
	       g->image_id.p || g->asset_object_id != 0 || g->asset_file_id != 0 || has_flags(c);
}

/* A record that gets its first MARC or MODS is described by it from now on. */
static struct tomb_str source_of(const struct change *c)
{
	if (c->given->source.p || (!c->draft.has_marc && !c->draft.mods.p))
		return c->given->source;
	return c->draft.has_marc ? TOMB_STR("MARC") : TOMB_STR("MODS");
}

static enum tomb_code write_edit(struct tomb_pg *pg, const struct change *c, struct tomb_err *err)
{
	const struct tomb_record_given *g = c->given;
	const struct tomb_record_draft *d = &c->draft;
	const struct tomb_str source = source_of(c);
	const bool sets_flags = has_flags(c);
	const struct sql_record_write_update_args args = {
		.id = c->id,
		.moves = c->moves,
		.parent_id = g->parent_id,
		.parent_id_null = c->to_nothing,
		.source = source,
		.source_null = !source.p,
		.title = d->title,
		.title_null = !d->title.p,
		.local_id = g->local_id,
		.local_id_null = !g->local_id.p,
		.hrid = g->hrid,
		.hrid_null = !g->hrid.p,
		.barcode = g->barcode,
		.barcode_null = !g->barcode.p,
		.discovery_suppress = g->discovery_suppress && *g->discovery_suppress,
		.discovery_suppress_null = !sets_flags || !g->discovery_suppress,
		.staff_suppress = g->staff_suppress && *g->staff_suppress,
		.staff_suppress_null = !sets_flags || !g->staff_suppress,
		.marc = d->marc.bytes,
		.marc_null = !d->has_marc,
		.marc_form = d->has_marc ? tomb_str_from(tomb_marc_form_name(d->marc.form)) : TOMB_STR(""),
		.marc_form_null = !d->has_marc,
		.marc_leader_at = d->marc.leader_at,
		.marc_leader_at_null = !d->has_marc,
		.marc_005_at = d->marc.at_005,
		.marc_005_at_null = !d->has_marc,
		.mods = d->mods,
		.mods_null = !d->mods.p,
		.content = g->content,
		.content_null = !g->content.p,
		.sets_rights = g->rights.p,
		.rights = g->rights,
		.rights_null = g->rights.n == 0,
		.capture_ids = g->capture_ids ? *g->capture_ids : (struct tomb_strs){NULL, 0},
		.capture_ids_null = !g->capture_ids,
		.capture_status = g->capture_status,
		.capture_status_null = !g->capture_status.p,
		.work_order = g->work_order,
		.work_order_null = !g->work_order.p,
		.image_id = g->image_id,
		.image_id_null = !g->image_id.p,
		.asset_object_id = g->asset_object_id,
		.asset_file_id = g->asset_file_id,
	};
	size_t changed = 0;

	return tomb_record_change_explain(pg, sql_record_write_update(pg, &args, &changed, err), d, err);
}

/* Which parts of it: what they were is nobody's business who only reads the log. */
static enum tomb_code audit(struct tomb_pg *pg, const struct change *c, struct tomb_err *err)
{
	TOMB_BUF_AUTO list = tomb_buf_init(512);
	const struct tomb_record_given *g = c->given;
	struct tomb_str detail = TOMB_STR("");
	const struct {
		const char *name;
		bool is_given;
	} parts[] = {
		{"place", c->moves},
		{"source", g->source.p},
		{"title", g->title.p},
		{"id", g->local_id.p},
		{"HRID", g->hrid.p},
		{"barcode", g->barcode.p},
		{"MARC", g->marc.p},
		{"MODS", g->mods.p},
		{"content", g->content.p},
		{"rights", g->rights.p},
		{"capture", g->capture_ids || g->capture_status.p || g->work_order.p || g->image_id.p},
		{"asset", g->asset_object_id != 0 || g->asset_file_id != 0},
		{"suppression", has_flags(c)},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(parts); i++)
		if (parts[i].is_given)
			tomb_buf_putf(&list, "%s%s", list.n > 0 ? ", " : "", parts[i].name);
	TOMB_TRY(tomb_buf_done(&list, &detail, err));
	return tomb_record_change_audit(
		pg, c->actor, "change record", c->was->institution_id, c->was->number, detail, err);
}

/* FOLIO's way (FC-3): what comes back stays suppressed unless the change says otherwise. */
static enum tomb_code bring_back(struct tomb_pg *pg, const struct change *c, int64_t *restoration, struct tomb_err *err)
{
	const struct tomb_record_restore_ask ask = {.ids = &c->id, .nids = 1, .keep_suppressed = true, .alone = true};
	const bool *discovery = c->given->discovery_suppress;
	const bool *staff = c->given->staff_suppress;
	const struct sql_record_write_flags_args flags = {.id = c->id,
		.discovery_suppress = discovery && *discovery,
		.discovery_suppress_null = !discovery,
		.staff_suppress = staff && *staff,
		.staff_suppress_null = !staff};
	struct tomb_record_restored done = {0};
	size_t changed = 0;

	TOMB_TRY(tomb_record_door_restore(pg, c->actor, &ask, &done, err));
	if (is_false(discovery) || is_false(staff))
		TOMB_TRY(sql_record_write_flags(pg, &flags, &changed, err));
	*restoration = done.restoration_id;
	return TOMB_OK;
}

/* NOLINTNEXTLINE(readability-function-size): who, what, from which version, and where to */
enum tomb_code tomb_record_change_update(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	int32_t version, const struct tomb_record_given *given, bool comes_back, struct tomb_arena *arena,
	struct tomb_record_written *out, struct tomb_err *err)
{
	struct change c = {.actor = actor, .given = given, .id = id};
	struct tomb_record_written done = {.id = id};
	struct sql_record_write_version_row *now = NULL;
	enum tomb_record_kind kind = TOMB_RECORD_KIND_MAX;

	TOMB_TRY(lock(pg, actor, id, version, arena, &c.was, err));
	if (!c.was)
		return TOMB_FAIL(err, TOMB_BUG, "a record is locked and was not read");
	TOMB_TRY(tomb_record_kind_parse(c.was->kind, &kind, err));
	TOMB_TRY(tomb_record_draft_make(given, kind, arena, &c.draft, err));
	TOMB_TRY(judge(&c, comes_back, err));
	TOMB_TRY(judge_move(pg, &c, arena, err));
	TOMB_TRY(tomb_record_change_assets(pg, c.was->institution_id, given, arena, err));
	TOMB_TRY(keep_status(&c, arena, err));
	if (has_edit(&c)) {
		TOMB_TRY(write_edit(pg, &c, err));
		TOMB_TRY(audit(pg, &c, err));
	}
	if (c.dies)
		TOMB_TRY(tomb_record_change_delete(pg, actor, id, given->origin, &done.deletion_id, err));
	if (c.comes_back)
		TOMB_TRY(bring_back(pg, &c, &done.restoration_id, err));
	TOMB_TRY(sql_record_write_version(pg, &(struct sql_record_write_version_args){id}, arena, &now, err));
	done.number = c.was->number;
	done.version = now->version;
	*out = done;
	return TOMB_OK;
}

struct update {
	const struct tomb_actor *actor;
	const struct tomb_record_given *given;
	struct tomb_uuid id;
	int32_t version;
	struct tomb_record_written out;
};

/* A tomb_tx_fn. */
static enum tomb_code update(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TOMB_RECORD_CHANGE_ARENA_MAX);
	struct update *u = ctx;

	return tomb_record_change_update(pg, u->actor, u->id, u->version, u->given, false, &arena, &u->out, err);
}

enum tomb_code tomb_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	int32_t version, const struct tomb_record_given *given, struct tomb_record_written *out, struct tomb_err *err)
{
	struct update u = {.actor = actor, .given = given, .id = id, .version = version};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, update, &u, err));
	*out = u.out;
	return TOMB_OK;
}
