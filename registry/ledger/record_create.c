#include "record_change.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

static bool is_of_mms(enum tomb_record_kind kind)
{
	return tomb_str_eq(tomb_record_kind_info(kind)->system, TOMB_STR("mms"));
}

static struct tomb_str source_of(const struct tomb_record_draft *d)
{
	if (d->given->source.p)
		return d->given->source;
	if (d->has_marc)
		return TOMB_STR("MARC");
	if (d->mods.p)
		return TOMB_STR("MODS");
	if (d->kind == TOMB_RECORD_INSTANCE || d->kind == TOMB_RECORD_HOLDINGS)
		return TOMB_STR("FOLIO");
	return TOMB_STR("NONE");
}

/* An MMS ID is what Alma writes into field 001. */
static struct tomb_str local_id_of(const struct tomb_record_draft *d)
{
	bool is_alma = tomb_str_eq(tomb_record_kind_info(d->kind)->system, TOMB_STR("alma"));

	if (d->given->local_id.p || !is_alma || d->control.n == 0)
		return d->given->local_id;
	return d->control;
}

static struct tomb_str hrid_of(const struct tomb_record_draft *d)
{
	return d->given->hrid.p || d->control.n == 0 ? d->given->hrid : d->control;
}

/* Holdings and items of catalogues have no title of their own: theirs is that of what they are in. */
static enum tomb_code title_of(
	const struct tomb_record_draft *d, struct tomb_str parent_title, struct tomb_str *out, struct tomb_err *err)
{
	if (d->title.n > 0) {
		*out = d->title;
		return TOMB_OK;
	}
	if (is_of_mms(d->kind) || parent_title.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "a record has a title of 1 to %d characters", TOMB_RECORD_TITLE_MAX);
	*out = parent_title;
	return TOMB_OK;
}

static enum tomb_code insert(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_record_draft *d,
	int64_t home, struct tomb_str title, struct tomb_arena *arena, struct sql_record_write_insert_row **out,
	struct tomb_err *err)
{
	const struct tomb_record_given *g = d->given;
	const struct tomb_str local_id = local_id_of(d);
	const struct tomb_str hrid = hrid_of(d);
	const struct sql_record_write_insert_args args = {
		.id = g->id,
		.id_null = !g->has_id,
		.institution_id = home,
		.kind = tomb_record_kind_info(d->kind)->name,
		.parent_id = g->parent_id,
		.parent_id_null = !g->has_parent,
		.source = source_of(d),
		.title = title,
		.local_id = local_id,
		.local_id_null = !local_id.p,
		.hrid = hrid,
		.hrid_null = !hrid.p,
		.barcode = g->barcode,
		.barcode_null = !g->barcode.p,
		.discovery_suppress = g->discovery_suppress && *g->discovery_suppress,
		.staff_suppress = g->staff_suppress && *g->staff_suppress,
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
		.rights = g->rights,
		.rights_null = g->rights.n == 0,
		.capture_ids = g->capture_ids ? *g->capture_ids : (struct tomb_strs){NULL, 0},
		.capture_status = g->capture_status,
		.capture_status_null = !g->capture_status.p,
		.work_order = g->work_order,
		.work_order_null = !g->work_order.p,
		.image_id = g->image_id,
		.image_id_null = !g->image_id.p,
		.asset_object_id = g->asset_object_id,
		.asset_file_id = g->asset_file_id,
		.created_by = actor->email,
	};

	return tomb_record_change_explain(pg, sql_record_write_insert(pg, &args, arena, out, err), d, err);
}

enum tomb_code tomb_record_change_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_draft *draft, int64_t home, struct tomb_arena *arena, struct tomb_record_written *out,
	struct tomb_err *err)
{
	struct tomb_record_draft d = *draft;
	struct tomb_record_written made = {.is_new = true};
	struct sql_record_write_insert_row *row = NULL;
	struct sql_record_write_version_row *version = NULL;
	struct tomb_str title = TOMB_STR("");

	if (d.given->has_parent)
		TOMB_TRY(tomb_record_change_place(pg, home, d.given->parent_id, arena, &title, err));
	TOMB_TRY(tomb_record_change_assets(pg, home, d.given, arena, err));
	TOMB_TRY(title_of(&d, title, &title, err));
	if (d.has_marc && d.verdict == TOMB_RECORD_SAYS_DELETED)
		TOMB_TRY(tomb_record_draft_status(&d, 'c', arena, err));
	TOMB_TRY(insert(pg, actor, &d, home, title, arena, &row, err));
	made.id = row->id;
	made.number = row->number;
	TOMB_TRY(tomb_record_change_audit(
		pg, actor, "create record", home, row->number, tomb_record_kind_info(d.kind)->name, err));
	if (d.verdict == TOMB_RECORD_SAYS_DELETED)
		TOMB_TRY(tomb_record_change_delete(pg, actor, made.id, d.given->origin, &made.deletion_id, err));
	TOMB_TRY(sql_record_write_version(pg, &(struct sql_record_write_version_args){made.id}, arena, &version, err));
	made.version = version->version;
	*out = made;
	return TOMB_OK;
}

struct creation {
	const struct tomb_actor *actor;
	const struct tomb_record_given *given;
	struct tomb_record_written out;
};

/* A tomb_tx_fn. */
static enum tomb_code create(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(TOMB_RECORD_CHANGE_ARENA_MAX);
	struct creation *c = ctx;
	struct tomb_record_draft draft;
	int64_t home = 0;

	TOMB_TRY(tomb_record_change_home(pg, c->actor, c->given, &home, err));
	TOMB_TRY(tomb_record_draft_make(c->given, c->given->kind, &arena, &draft, err));
	return tomb_record_change_create(pg, c->actor, &draft, home, &arena, &c->out, err);
}

enum tomb_code tomb_record_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_given *given, struct tomb_record_written *out, struct tomb_err *err)
{
	struct creation c = {.actor = actor, .given = given};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, create, &c, err));
	*out = c.out;
	return TOMB_OK;
}
